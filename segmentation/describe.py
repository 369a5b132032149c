"""Groups of customers in numbers: how large, what they bring in, what they buy and when. It counts and names nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

if TYPE_CHECKING:
    from shop import Shop

LEAST_LIFT_SHARE = 0.05  # a category that takes less of a group's spend is no trait of it


def describe_segments(shop: Shop, profiles: pl.DataFrame, labels: NDArray[np.int64]) -> pl.DataFrame:
    """Return one row a group: counts over the customers of `profiles` only, so that it can be asked of held-out ones.

    Parameters
    ----------
    shop : Shop, as it was known when `profiles` were made
    profiles : one row a customer
    labels : int (n,), the group of each row of `profiles`

    Returns
    -------
    DataFrame, sorted by segment, null where a value cannot be known
        segment; customers; share (of all customers in `profiles`); orders_mean; average_order_value (spend / orders);
        spend_mean; revenue, revenue_share; single_order_share; interval_days, recency_days (medians over customers);
        basket_size (mean products an order); return_rate (units returned / bought); weekend_share (of orders);
        views_mean, carts_abandoned_mean; top_category, top_category_share, second_category, second_category_share (of
        the group's spend); lift_category, category_lift, lift_category_share (the category whose share of spend is most
        above that of all customers); top_product (product_id most of them bought), top_product_share (of its
        customers); top_channel, top_channel_share, top_weekday (1 Monday), top_weekday_share, top_hour,
        top_hour_share (of orders); top_country, top_country_share (of customers with one).
    """
    grouped = profiles.with_columns(pl.Series("segment", labels))
    table = _sizes(grouped)
    lines = shop.purchases().filter(pl.col("customer_id").is_not_null())
    lines = lines.join(grouped.select("customer_id", "segment"), on="customer_id", how="inner")
    for part in (_products(lines), _categories(lines, shop.products), *_orders(lines, shop), _countries(grouped)):
        table = table.join(part, on="segment", how="left") if part is not None else table
    for name in COLUMNS:
        if name not in table.columns:
            table = table.with_columns(pl.lit(None).alias(name))
    return table.select(COLUMNS).sort("segment")


def _sizes(grouped: pl.DataFrame) -> pl.DataFrame:
    revenue = pl.col("monetary_value").sum()
    bought = pl.col("units").sum() + pl.col("returned_units").sum()
    priced = pl.col("monetary_value").count() > 0
    table = grouped.group_by("segment").agg(
        pl.len().cast(pl.Int64).alias("customers"),
        pl.col("orders").sum().alias("orders"),
        pl.col("orders").mean().alias("orders_mean"),
        pl.when(priced).then(revenue).alias("revenue"),
        pl.when(priced)
        .then(revenue / pl.col("orders").filter(pl.col("monetary_value").is_not_null()).sum())
        .alias("average_order_value"),
        pl.when(priced).then(revenue / pl.len()).alias("spend_mean"),
        (pl.col("orders") == 1).mean().alias("single_order_share"),
        pl.col("interval_days").median(),
        pl.col("recency_days").median(),
        ((pl.col("basket_size") * pl.col("orders")).sum() / pl.col("orders").sum()).fill_nan(None).alias("basket_size"),
        pl.when(bought > 0).then(pl.col("returned_units").sum() / bought).alias("return_rate"),
        (
            (pl.col("weekend_share") * pl.col("orders")).sum()
            / pl.col("orders").filter(pl.col("weekend_share").is_not_null()).sum()
        )
        .fill_nan(None)
        .alias("weekend_share"),
        pl.col("views").mean().alias("views_mean"),
        pl.col("carts_abandoned").mean().alias("carts_abandoned_mean"),
    )
    whole = pl.col("revenue").sum()
    return table.with_columns(
        (pl.col("customers") / grouped.height).alias("share"),
        pl.when(whole > 0).then(pl.col("revenue") / whole).alias("revenue_share"),
    )


def _products(lines: pl.DataFrame) -> pl.DataFrame | None:
    if lines.is_empty():
        return None
    counts = lines.group_by("segment", "product_id").agg(pl.col("customer_id").n_unique().alias("_n"))
    buyers = lines.group_by("segment").agg(pl.col("customer_id").n_unique().alias("_buyers"))
    top = _first(counts, "_n", "product_id").join(buyers, on="segment")
    return top.select(
        "segment",
        pl.col("product_id").alias("top_product"),
        (pl.col("_n") / pl.col("_buyers")).alias("top_product_share"),
    )


def _categories(lines: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame | None:
    shares = lifts(lines, products)
    if shares is None:
        return None
    ranked = shares.sort(["segment", "share", "category"], descending=[False, True, False])
    top = ranked.group_by("segment", maintain_order=True).agg(
        pl.col("category").first().alias("top_category"),
        pl.col("share").first().alias("top_category_share"),
        pl.col("category").get(1, null_on_oob=True).alias("second_category"),
        pl.col("share").get(1, null_on_oob=True).alias("second_category_share"),
    )
    large = shares.filter((pl.col("share") >= LEAST_LIFT_SHARE) & pl.col("lift").is_not_null())
    best = _first(large, "lift", "category").select(
        "segment",
        pl.col("category").alias("lift_category"),
        pl.col("lift").alias("category_lift"),
        pl.col("share").alias("lift_category_share"),
    )
    return top.join(best, on="segment", how="left")


def lifts(lines: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame | None:
    """Return each category's share of each group's spend and its lift over the share among all; None without categories.

    Parameters
    ----------
    lines : net purchase lines with a column `segment`

    Returns
    -------
    DataFrame (segment, category, share 0–1, lift ≥ 0); by units where the shop has no prices.
    """
    worth = pl.col("quantity") * pl.col("unit_price") if lines["unit_price"].count() else pl.col("quantity")
    known = lines.join(products.select("product_id", "category"), on="product_id", how="left").with_columns(
        worth.alias("_worth")
    )
    if known["category"].n_unique() < 2:
        return None
    by_group = known.group_by("segment", "category").agg(pl.col("_worth").sum())
    shares = by_group.with_columns((pl.col("_worth") / pl.col("_worth").sum().over("segment")).alias("share"))
    overall = (
        known.group_by("category")
        .agg(pl.col("_worth").sum())
        .with_columns((pl.col("_worth") / pl.col("_worth").sum()).alias("_all"))
    )
    joined = shares.filter(pl.col("category").is_not_null()).join(overall.select("category", "_all"), on="category")
    return joined.select(
        "segment", "category", "share", pl.when(pl.col("_all") > 0).then(pl.col("share") / pl.col("_all")).alias("lift")
    )


def _orders(lines: pl.DataFrame, shop: Shop) -> list[pl.DataFrame | None]:
    key = pl.coalesce(
        pl.col("order_id"), pl.col("time").dt.date().cast(pl.String), pl.col("position").cast(pl.String)
    ).alias("_order")
    orders = lines.with_columns(key).unique(["customer_id", "_order"], keep="first", maintain_order=True)
    found: list[pl.DataFrame | None] = [_mode(orders.filter(pl.col("channel").is_not_null()), "channel")]
    if shop.has_clock:
        local = pl.col("time").dt.convert_time_zone(shop.settings.time_zone)
        timed = orders.with_columns(
            local.dt.weekday().cast(pl.Int64).alias("weekday"), local.dt.hour().cast(pl.Int64).alias("hour")
        )
        # a clock that only knows days says nothing about hours
        found += [_mode(timed, "weekday"), _mode(timed, "hour") if timed["hour"].n_unique() > 1 else None]
    return found


def _countries(grouped: pl.DataFrame) -> pl.DataFrame | None:
    if "country" not in grouped.columns:
        return None
    return _mode(grouped.filter(pl.col("country").is_not_null()), "country")


def _mode(rows: pl.DataFrame, column: str) -> pl.DataFrame | None:
    if rows.is_empty():
        return None
    counts = rows.group_by("segment", column).agg(pl.len().alias("_n"))
    counts = counts.with_columns((pl.col("_n") / pl.col("_n").sum().over("segment")).alias(f"top_{column}_share"))
    top = _first(counts, "_n", column)
    return top.select("segment", pl.col(column).alias(f"top_{column}"), f"top_{column}_share")


def _first(rows: pl.DataFrame, by: str, name: str) -> pl.DataFrame:
    """Return for each segment the row with the largest `by`; ties to the name that comes first."""
    return rows.sort(["segment", by, name], descending=[False, True, False]).unique(
        "segment", keep="first", maintain_order=True
    )


COLUMNS = (
    "segment customers share orders orders_mean average_order_value spend_mean revenue revenue_share single_order_share interval_days "
    "recency_days basket_size return_rate weekend_share views_mean carts_abandoned_mean top_category top_category_share "
    "second_category second_category_share lift_category category_lift lift_category_share top_product top_product_share "
    "top_channel top_channel_share top_weekday top_weekday_share top_hour top_hour_share top_country top_country_share"
).split()
