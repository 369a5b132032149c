"""Orders, money, rhythm and returns of each customer, counted from coded lines. It knows no taste, habit or look.

Customers and products are row numbers here: whole numbers group several times faster than the ids of 20 million events.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from shop.shop import Shop

DAY = 86_400.0
WORTH = pl.col("quantity") * pl.col("unit_price")


def coded(events: pl.DataFrame, shop: Shop) -> pl.DataFrame:
    """Return the rows of `events` of known customers with `_customer` (row of shop.customers) and `_product` (rank of the id)."""
    customers = shop.customers.select("customer_id").with_row_index("_customer")
    products = shop.products.select("product_id").sort("product_id").with_row_index("_product")
    return (
        events.filter(pl.col("customer_id").is_not_null())
        .join(customers, on="customer_id", how="inner")
        .join(products, on="product_id", how="left")
        .drop("customer_id", "product_id")
    )


def order_key(time_zone: str) -> pl.Expr:
    """Return what makes an order of a customer: its id; the day where there is none; the event where there is no clock."""
    day = pl.format("day {}", pl.col("time").dt.convert_time_zone(time_zone).dt.date().cast(pl.String))
    event = pl.format("event {}", pl.col("position"))
    return pl.coalesce(pl.col("order_id"), day, event).alias("_order")


def orders_of(lines: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    """Return one row an order: _customer, _order, _products (different), _worth, _priced (lines), time, channel.

    Parameters
    ----------
    lines : net purchase lines as `coded` gives them
    """
    return (
        lines.with_columns(order_key(time_zone))
        .group_by("_customer", "_order")
        .agg(
            pl.col("_product").n_unique().alias("_products"),
            WORTH.sum().alias("_worth"),
            pl.col("unit_price").count().alias("_priced"),
            pl.col("time").min(),
            pl.col("channel").drop_nulls().first(),
        )
    )


def money(lines: pl.DataFrame, orders: pl.DataFrame, now: datetime | None) -> list[pl.LazyFrame]:
    """Return tables by `_customer` of what was bought, for how much, and when first and last."""
    priced = pl.when(pl.col("_priced").sum() > 0)
    by_order = (
        orders.lazy()
        .group_by("_customer")
        .agg(
            pl.len().cast(pl.Int64).alias("orders"),
            pl.len().cast(pl.Int64).alias("frequency"),
            pl.col("_products").mean().alias("basket_size"),
            priced.then(pl.col("_worth").sum()).alias("monetary_value"),
            priced.then(pl.col("_worth").filter(pl.col("_priced") > 0).mean()).alias("average_order_value"),
            pl.col("time").min().alias("first_order"),
            pl.col("time").max().alias("last_order"),
        )
    )
    if now is not None:
        since = {"recency_days": "last_order", "tenure_days": "first_order"}
        by_order = by_order.with_columns(
            ((pl.lit(now) - pl.col(moment)).dt.total_microseconds() / (DAY * 1e6)).alias(name)
            for name, moment in since.items()
        )
    priced_units = pl.col("quantity").filter(pl.col("unit_price").is_not_null()).sum()
    by_line = (
        lines.lazy()
        .group_by("_customer")
        .agg(
            pl.col("quantity").sum().alias("units"),
            pl.col("_product").n_unique().cast(pl.Int64).alias("products"),
            pl.when(priced_units > 0).then(WORTH.sum() / priced_units).alias("average_unit_price"),
        )
    )
    return [by_order, by_line]


def intervals(orders: pl.DataFrame, time_zone: str) -> pl.LazyFrame:
    """Return by `_customer` the median and mean days between two days with an order, days as the shop's calendar has them."""
    days = orders.lazy().select("_customer", pl.col("time").dt.convert_time_zone(time_zone).dt.date().alias("_day"))
    gaps = days.unique().sort("_customer", "_day").with_columns(pl.col("_day").diff().dt.total_days().alias("_gap"))
    own = pl.col("_customer") == pl.col("_customer").shift(1)  # the first day of each customer has no gap before it
    return (
        gaps.filter(own)
        .group_by("_customer")
        .agg(
            pl.col("_gap").median().alias("interval_days"),
            pl.col("_gap").mean().alias("interval_mean_days"),
        )
    )


def returns(events: pl.DataFrame) -> pl.LazyFrame:
    """Return by `_customer` the units sent back and their part of the units ordered; nulls where nothing was ordered.

    Parameters
    ----------
    events : gross events as `coded` gives them, buys and returns among them
    """
    bought = pl.col("quantity").filter(pl.col("action") == "buy").sum()
    returned = pl.col("quantity").filter(pl.col("action") == "return").sum()
    return (
        events.lazy()
        .filter(pl.col("action").is_in(["buy", "return"]))
        .group_by("_customer")
        .agg(
            pl.when(bought > 0).then(returned).alias("returned_units"),
            pl.when(bought > 0).then(returned / bought).alias("return_rate"),
        )
    )
