"""Customers and products in numbers, counted from a shop's events by Polars.

It counts. It does not know groups, scores or texts, and a number that cannot be known is null, never 0.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from shop.profile_habits import behaviour, habits, tastes
from shop.tables import CUSTOMERS

if TYPE_CHECKING:
    from shop.shop import Shop

_DAY = 86_400.0


def customer_profiles(shop: Shop, *, as_of: datetime | None = None) -> pl.DataFrame:
    """Return one row a customer, rows as in `shop.customers`, from events before `as_of`.

    Parameters
    ----------
    as_of : datetime, UTC
        By default just after the last event.

    Returns
    -------
    DataFrame
        customer_id; orders (count, 0 where nothing was bought); monetary_value (net, shop currency);
        average_order_value; units; products (different ones); basket_size (mean number of different products an order);
        average_unit_price; first_order, last_order (UTC); recency_days (since the last order), tenure_days (since the
        first), interval_days (median days between orders on different days), interval_mean_days;
        returned_units, return_rate (returned / bought units, 0–1); top_category, top_category_share, second_category
        (by spend, by units without prices); top_product; order_hour (0–23, most frequent), order_weekday (1 Monday),
        weekday_share, weekend_share (0–1), top_channel, channel_share; views, searches, carts (products);
        views_without_order, searches_without_order, carts_abandoned (products put in a cart and not bought within
        7 days); then the customer's own attributes.
        Null where it cannot be known: no order, no clock, no price, no views in the data.
    """
    seen = shop if as_of is None else shop.until(as_of)
    lines = seen.purchases().filter(pl.col("customer_id").is_not_null())
    now = (as_of or seen.as_of) if seen.has_clock else None
    parts = [
        _orders(lines, now),
        _intervals(lines) if seen.has_clock else None,
        _returns(seen.events),
        tastes(lines, seen.products),
        habits(lines, seen.settings.time_zone) if seen.has_clock else None,
        behaviour(seen.events, lines, now),
    ]
    profile = seen.customers.select("customer_id")
    for part in parts:
        if part is not None:
            profile = profile.join(part, on="customer_id", how="left", maintain_order="left")
    looked = [name for name in _LOOKED if name in profile.columns]  # counted in this shop: nothing seen is then 0
    profile = profile.with_columns(pl.col("orders", *looked).fill_null(0))
    for name, kind in _NULLABLE.items():
        if name not in profile.columns:
            profile = profile.with_columns(pl.lit(None, dtype=kind).alias(name))
    attributes = seen.customers.drop(list(CUSTOMERS))
    clashing = [name for name in attributes.columns if name in profile.columns]
    attributes = attributes.rename({name: f"{name}_given" for name in clashing})
    return pl.concat([profile.select("customer_id", "orders", *_NULLABLE), attributes], how="horizontal")


def product_profiles(shop: Shop, *, as_of: datetime | None = None) -> pl.DataFrame:
    """Return one row a product, rows as in `shop.products`, from events before `as_of`; guests count.

    Returns
    -------
    DataFrame
        product_id; units, orders, customers (known ones), revenue (net), average_price (paid), returned_units, views,
        first_sale, last_sale (UTC), units_30_days (the last 30 days). Counts are 0 where nothing happened.
    """
    seen = shop if as_of is None else shop.until(as_of)
    lines = seen.purchases()
    sold = lines.group_by("product_id").agg(
        pl.col("quantity").sum().alias("units"),
        pl.col("order_id").n_unique().alias("orders"),
        pl.col("customer_id").drop_nulls().n_unique().alias("customers"),
        (pl.col("quantity") * pl.col("unit_price")).sum().alias("revenue"),
        pl.col("unit_price").mean().alias("average_price"),
        pl.col("time").min().alias("first_sale"),
        pl.col("time").max().alias("last_sale"),
    )
    others = seen.events.group_by("product_id").agg(
        pl.col("quantity").filter(pl.col("action") == "return").sum().alias("returned_units"),
        (pl.col("action") == "view").sum().alias("views"),
    )
    table = seen.products.select("product_id").join(sold, on="product_id", how="left", maintain_order="left")
    table = table.join(others, on="product_id", how="left", maintain_order="left")
    if seen.has_clock:
        since = (as_of or seen.as_of) - timedelta(days=30)
        late = (
            lines.filter(pl.col("time") >= since)
            .group_by("product_id")
            .agg(pl.col("quantity").sum().alias("units_30_days"))
        )
        table = table.join(late, on="product_id", how="left", maintain_order="left")
    else:
        table = table.with_columns(pl.lit(None, dtype=pl.Float64).alias("units_30_days"))
    counts = ["units", "orders", "customers", "returned_units", "views"] + (["units_30_days"] if seen.has_clock else [])
    return table.with_columns(pl.col(name).fill_null(0) for name in counts)


def _orders(lines: pl.DataFrame, now: datetime | None) -> pl.DataFrame:
    spend = pl.col("quantity") * pl.col("unit_price")
    per_order = lines.group_by("customer_id", _order_key(lines)).agg(
        pl.col("product_id").n_unique().alias("_products"),
        spend.sum().alias("_spend"),
        pl.col("unit_price").count().alias("_priced"),
    )
    money = pl.when(pl.col("_priced").sum() > 0)
    orders = per_order.group_by("customer_id").agg(
        pl.len().cast(pl.Int64).alias("orders"),
        pl.col("_products").mean().alias("basket_size"),
        money.then(pl.col("_spend").sum()).alias("monetary_value"),
        money.then(pl.col("_spend").mean()).alias("average_order_value"),
    )
    items = lines.group_by("customer_id").agg(
        pl.col("quantity").sum().alias("units"),
        pl.col("product_id").n_unique().cast(pl.Int64).alias("products"),
        (spend.sum() / pl.col("quantity").filter(pl.col("unit_price").is_not_null()).sum())
        .fill_nan(None)
        .alias("average_unit_price"),
        pl.col("time").min().alias("first_order"),
        pl.col("time").max().alias("last_order"),
    )
    table = orders.join(items, on="customer_id")
    if now is None:
        return table
    since = {"recency_days": "last_order", "tenure_days": "first_order"}
    return table.with_columns(
        ((pl.lit(now) - pl.col(moment)).dt.total_seconds() / _DAY).alias(name) for name, moment in since.items()
    )


def _order_key(lines: pl.DataFrame) -> pl.Expr:
    """Return what makes an order: its id; the day where there is none; each event without a clock."""
    fallback = (
        pl.col("time").dt.date().cast(pl.String)
        if lines["time"].null_count() < lines.height
        else pl.col("position").cast(pl.String)
    )
    return pl.coalesce(pl.col("order_id"), fallback).alias("_order")


def _intervals(lines: pl.DataFrame) -> pl.DataFrame:
    days = lines.select("customer_id", pl.col("time").dt.date().alias("_day")).unique().sort("customer_id", "_day")
    gaps = days.with_columns(pl.col("_day").diff().over("customer_id").dt.total_days().alias("_gap"))
    return gaps.group_by("customer_id").agg(
        pl.col("_gap").median().alias("interval_days"), pl.col("_gap").mean().alias("interval_mean_days")
    )


def _returns(events: pl.DataFrame) -> pl.DataFrame:
    bought = pl.col("quantity").filter(pl.col("action") == "buy").sum()
    returned = pl.col("quantity").filter(pl.col("action") == "return").sum()
    known = events.filter(pl.col("customer_id").is_not_null())
    return known.group_by("customer_id").agg(
        pl.when(bought > 0).then(returned).alias("returned_units"),
        pl.when(bought > 0).then(returned / bought).alias("return_rate"),
    )


_LOOKED = ("views", "searches", "carts", "views_without_order", "searches_without_order", "carts_abandoned")
_NULLABLE: dict[str, pl.DataType | type[pl.DataType]] = {
    "monetary_value": pl.Float64,
    "average_order_value": pl.Float64,
    "units": pl.Float64,
    "products": pl.Int64,
    "basket_size": pl.Float64,
    "average_unit_price": pl.Float64,
    "first_order": pl.Datetime("us", "UTC"),
    "last_order": pl.Datetime("us", "UTC"),
    "recency_days": pl.Float64,
    "tenure_days": pl.Float64,
    "interval_days": pl.Float64,
    "interval_mean_days": pl.Float64,
    "returned_units": pl.Float64,
    "return_rate": pl.Float64,
    "top_category": pl.String,
    "top_category_share": pl.Float64,
    "second_category": pl.String,
    "top_product": pl.String,
    "order_hour": pl.Int64,
    "order_weekday": pl.Int64,
    "weekday_share": pl.Float64,
    "weekend_share": pl.Float64,
    "top_channel": pl.String,
    "channel_share": pl.Float64,
    "views": pl.Int64,
    "searches": pl.Int64,
    "carts": pl.Int64,
    "views_without_order": pl.Int64,
    "searches_without_order": pl.Int64,
    "carts_abandoned": pl.Int64,
}
