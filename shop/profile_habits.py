"""The parts of a customer's profile about taste, habit and what was looked at, each one row a customer.

It counts events it is handed. It knows no shop and no group.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

CART_DAYS = 7  # a product in a cart that is not bought within so many days was left behind


def tastes(lines: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """Return top_category, its share, second_category (by spend; by units without prices) and top_product (by units).

    Ties go to the name that comes first.
    """
    worth = (
        pl.col("quantity") * pl.col("unit_price").fill_null(0.0) if lines["unit_price"].count() else pl.col("quantity")
    )
    weighed = lines.with_columns(worth.alias("_worth")).join(
        products.select("product_id", "category"), on="product_id", how="left"
    )
    by_category = (
        weighed.filter(pl.col("category").is_not_null())
        .group_by("customer_id", "category")
        .agg(pl.col("_worth").sum())
        .sort(["customer_id", "_worth", "category"], descending=[False, True, False])
    )
    whole = weighed.group_by("customer_id").agg(pl.col("_worth").sum().alias("_whole"))
    top = by_category.group_by("customer_id", maintain_order=True).agg(
        pl.col("category").first().alias("top_category"),
        pl.col("category").get(1, null_on_oob=True).alias("second_category"),
        pl.col("_worth").first(),
    )
    categories = top.join(whole, on="customer_id").select(
        "customer_id",
        "top_category",
        pl.when(pl.col("_whole") > 0).then(pl.col("_worth") / pl.col("_whole")).alias("top_category_share"),
        "second_category",
    )
    favourite = (
        lines.group_by("customer_id", "product_id")
        .agg(pl.col("quantity").sum())
        .sort(["customer_id", "quantity", "product_id"], descending=[False, True, False])
        .group_by("customer_id", maintain_order=True)
        .agg(pl.col("product_id").first().alias("top_product"))
    )
    return favourite.join(categories, on="customer_id", how="left")


def habits(lines: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    """Return order_hour and order_weekday (most frequent; ties to the earlier), weekday_share, weekend_share, channel.

    An order counts once. Hours and days are those of the shop's `time_zone`.
    """
    orders = _one_line_an_order(lines)
    local = pl.col("time").dt.convert_time_zone(time_zone)
    orders = orders.with_columns(
        local.dt.hour().cast(pl.Int64).alias("_hour"), local.dt.weekday().cast(pl.Int64).alias("_weekday")
    )
    table = orders.group_by("customer_id").agg(
        pl.col("_hour").mode().min().alias("order_hour"),
        pl.col("_weekday").mode().min().alias("order_weekday"),
        (pl.col("_weekday") == pl.col("_weekday").mode().min()).mean().alias("weekday_share"),
        (pl.col("_weekday") >= 6).mean().alias("weekend_share"),
    )
    if not orders["channel"].count():
        return table
    channels = (
        orders.filter(pl.col("channel").is_not_null())
        .group_by("customer_id")
        .agg(
            pl.col("channel").mode().min().alias("top_channel"),
            (pl.col("channel") == pl.col("channel").mode().min()).mean().alias("channel_share"),
        )
    )
    return table.join(channels, on="customer_id", how="left")


def behaviour(events: pl.DataFrame, lines: pl.DataFrame, now: datetime | None) -> pl.DataFrame | None:
    """Return views, searches, carts and what of them led to no order; None where the data hold no such event."""
    looked = events.filter(pl.col("customer_id").is_not_null() & pl.col("action").is_in(["view", "search", "cart"]))
    if looked.is_empty():
        return None
    bought = lines.select(
        "customer_id", "product_id", pl.col("position").alias("_bought"), pl.col("time").alias("_bought_at")
    )
    later = (
        looked.filter(pl.col("product_id").is_not_null())
        .join(bought, on=["customer_id", "product_id"], how="left")
        .with_columns(
            (pl.col("_bought") > pl.col("position")).fill_null(False).alias("_led"), _within_days().alias("_soon")
        )
        .group_by("customer_id", "product_id", "action", "position")
        .agg(pl.col("_led").any(), pl.col("_soon").any(), pl.col("time").first())
    )
    settled = (
        pl.lit(True) if now is None else pl.col("time") < now - timedelta(days=CART_DAYS)
    )  # a younger cart may still be bought
    led = later.group_by("customer_id").agg(
        ((pl.col("action") == "view") & ~pl.col("_led")).sum().cast(pl.Int64).alias("views_without_order"),
        ((pl.col("action") == "search") & ~pl.col("_led")).sum().cast(pl.Int64).alias("_searches_lost"),
        pl.col("product_id")
        .filter((pl.col("action") == "cart") & ~pl.col("_soon") & settled)
        .n_unique()
        .cast(pl.Int64)
        .alias("carts_abandoned"),
    )
    blank = pl.col("action") == "search"
    counts = looked.group_by("customer_id").agg(
        *[
            (pl.col("action") == action).sum().cast(pl.Int64).alias(name)
            for action, name in (("view", "views"), ("search", "searches"))
        ],
        pl.col("product_id").filter(pl.col("action") == "cart").n_unique().cast(pl.Int64).alias("carts"),
        (blank & pl.col("product_id").is_null()).sum().cast(pl.Int64).alias("_blank"),
    )
    table = counts.join(led, on="customer_id", how="left")
    lost = (pl.col("_searches_lost").fill_null(0) + pl.col("_blank")).alias("searches_without_order")
    return table.with_columns(lost, pl.col("views_without_order", "carts_abandoned").fill_null(0)).drop(
        "_searches_lost", "_blank"
    )


def _within_days() -> pl.Expr:
    gap = (pl.col("_bought_at") - pl.col("time")).dt.total_seconds()
    after = pl.col("_bought") > pl.col("position")
    return (after & (gap.is_null() | (gap <= CART_DAYS * 86_400))).fill_null(False)


def _one_line_an_order(lines: pl.DataFrame) -> pl.DataFrame:
    key = pl.coalesce(pl.col("order_id"), pl.col("time").dt.date().cast(pl.String)).alias("_order")
    return lines.with_columns(key).unique(["customer_id", "_order"], keep="first", maintain_order=True)
