"""Orders, money, rhythm and returns of each customer, counted from coded events. It knows no taste, habit or look."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from shop.coded import by_customer, day_code, order_codes, runs

DAY = 86_400.0
WORTH = pl.col("quantity") * pl.col("unit_price")


def order_key(time_zone: str) -> pl.Expr:
    """Return what makes an order of a customer: its id; the day where there is none; the event where there is no clock."""
    day = pl.format("day {}", pl.col("time").dt.convert_time_zone(time_zone).dt.date().cast(pl.String))
    event = pl.format("event {}", pl.col("position"))
    return pl.coalesce(pl.col("order_id"), day, event).alias("_order")


def orders_of(lines: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    """Return one row an order, by customer: _customer, _products (different), _worth, _priced (lines), time, channel.

    Parameters
    ----------
    lines : net purchase lines as `shop.coded.lines_of` gives them
    """
    sorted_lines = runs(lines.with_columns(order_codes(lines, time_zone)), "_order")
    return by_customer(
        sorted_lines.group_by("_key", maintain_order=True)
        .agg(
            pl.col("_customer").first(),
            pl.col("_product").n_unique().alias("_products"),
            WORTH.sum().alias("_worth"),
            pl.col("unit_price").count().alias("_priced"),
            pl.col("time").min(),
            pl.col("channel").drop_nulls().first(),
        )
        .drop("_key")
    )


def products_of(lines: pl.DataFrame) -> pl.DataFrame:
    """Return one row a customer and product, by both: _customer, _product, quantity, _worth, _priced (units with a price)."""
    return by_customer(
        runs(lines, "_product")
        .group_by("_key", maintain_order=True)
        .agg(
            pl.col("_customer", "_product").first(),
            pl.col("quantity").sum(),
            WORTH.sum().alias("_worth"),
            pl.col("quantity").filter(pl.col("unit_price").is_not_null()).sum().alias("_priced"),
        )
        .drop("_key")
    )


def money(orders: pl.DataFrame, products: pl.DataFrame, now: datetime | None) -> list[pl.DataFrame]:
    """Return tables by `_customer` of what was bought, for how much, and when first and last."""
    priced = pl.when(pl.col("_priced").sum() > 0)
    by_order = orders.group_by("_customer", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("orders"),
        pl.len().cast(pl.Int64).alias("frequency"),
        pl.col("_products").mean().alias("basket_size"),
        priced.then(pl.col("_worth").sum()).alias("monetary_value"),
        priced.then(pl.col("_worth").filter(pl.col("_priced") > 0).mean()).alias("average_order_value"),
        pl.col("time").min().alias("first_order"),
        pl.col("time").max().alias("last_order"),
    )
    if now is not None:
        since = {"recency_days": "last_order", "tenure_days": "first_order"}
        by_order = by_order.with_columns(
            ((pl.lit(now) - pl.col(moment)).dt.total_microseconds() / (DAY * 1e6)).alias(name)
            for name, moment in since.items()
        )
    by_product = products.group_by("_customer", maintain_order=True).agg(
        pl.col("quantity").sum().alias("units"),
        pl.len().cast(pl.Int64).alias("products"),
        priced.then(pl.col("_worth").sum() / pl.col("_priced").sum()).alias("average_unit_price"),
    )
    return [by_order, by_product]


def intervals(orders: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    """Return by `_customer` the median and mean days between two days with an order, days as the shop's calendar has them."""
    days = runs(orders.select("_customer", day_code(time_zone).alias("_day")), "_day")
    days = days.filter(pl.col("_key") != pl.col("_key").shift(1).fill_null(0))  # each day once
    own = pl.col("_customer") == pl.col("_customer").shift(1)  # the first day of each customer has no gap before it
    gaps = by_customer(days.select("_customer", pl.col("_day").diff().alias("_gap"), own.alias("_own")).filter("_own"))
    return gaps.group_by("_customer", maintain_order=True).agg(
        pl.col("_gap").median().alias("interval_days"), pl.col("_gap").mean().alias("interval_mean_days")
    )


def returns(events: pl.DataFrame) -> pl.DataFrame:
    """Return by `_customer` the units sent back and their part of the units ordered; nulls where nothing was ordered.

    Parameters
    ----------
    events : gross events of a block, buys and returns among them
    """
    bought = pl.col("quantity").filter(pl.col("action") == "buy").sum()
    returned = pl.col("quantity").filter(pl.col("action") == "return").sum()
    return (
        events.filter(pl.col("action").is_in(["buy", "return"]))
        .group_by("_customer")
        .agg(
            pl.when(bought > 0).then(returned).alias("returned_units"),
            pl.when(bought > 0).then(returned / bought).alias("return_rate"),
        )
    )
