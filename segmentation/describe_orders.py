"""What groups of customers buy most, and when and where they order, counted from purchase lines. It knows no profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from shop.profile_habits import knows_hours

if TYPE_CHECKING:
    from shop import Shop


def favourites(lines: pl.DataFrame, products: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame | None:
    """Return top_product, top_category, each with its share and that of all, second_category and category_lift of each group.

    Parameters
    ----------
    lines : net purchase lines with the columns `segment` and `_order`
    known : (customer_id, segment) of every customer, also those who never bought
    """
    if lines.is_empty():
        return None
    kept = lines.select("segment", "product_id", "customer_id", "_order").unique()
    counts = kept.group_by("segment", "product_id").agg(pl.len().alias("_n"))
    orders = kept.select("segment", "customer_id", "_order").unique().group_by("segment").agg(pl.len().alias("_orders"))
    everyone = counts.group_by("product_id").agg(pl.col("_n").sum().alias("_all"))
    top = only_largest(counts, "_n").join(orders, on="segment").join(everyone, on="product_id")
    top = top.select(
        "segment",
        pl.col("product_id").alias("top_product"),
        (pl.col("_n") / pl.col("_orders")).alias("top_product_share"),
        (pl.col("_all") / orders["_orders"].sum()).alias("top_product_share_all"),
    )
    table = known.select("segment").unique().join(top, on="segment", how="left")
    categories = _categories(lines, products, known)
    return table if categories is None else table.join(categories, on="segment", how="left")


def _categories(lines: pl.DataFrame, products: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame | None:
    named = lines.join(products.select("product_id", "category"), on="product_id", how="left")
    if named["category"].drop_nulls().n_unique() < 2:
        return None
    worth = (
        pl.col("quantity") * pl.col("unit_price").fill_null(0.0) if lines["unit_price"].count() else pl.col("quantity")
    )
    spend = named.with_columns(worth.alias("_worth")).group_by("segment", "category").agg(pl.col("_worth").sum())
    of_all = spend.group_by("category").agg((pl.col("_worth").sum() / spend["_worth"].sum()).alias("_share_all"))
    spend = spend.with_columns((pl.col("_worth") / pl.col("_worth").sum().over("segment")).alias("_share")).drop_nulls(
        "category"
    )
    top = (
        only_largest(spend, "_share")
        .join(of_all, on="category")
        .select(
            "segment",
            pl.col("category").alias("top_category"),
            pl.col("_share").alias("top_category_share"),
            pl.col("_share_all").alias("top_category_share_all"),
        )
    )
    rest = spend.join(top, on="segment").filter(pl.col("category") != pl.col("top_category"))
    second = only_largest(rest, "_share").select("segment", pl.col("category").alias("second_category"))
    lift = _lift(named, top, known)
    return top.join(second, on="segment", how="left").join(lift, on="segment", how="left")


def _lift(named: pl.DataFrame, top: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    people = known.group_by("segment").agg(pl.len().alias("_people"))
    buyers = (
        named.drop_nulls("category")
        .group_by("segment", "category")
        .agg(pl.col("customer_id").n_unique().alias("_buyers"))
    )
    everyone = buyers.group_by("category").agg(pl.col("_buyers").sum().alias("_all_buyers"))
    own = top.join(buyers, left_on=["segment", "top_category"], right_on=["segment", "category"])
    own = own.join(everyone, left_on="top_category", right_on="category").join(people, on="segment")
    others = (pl.col("_all_buyers") - pl.col("_buyers")) / (known.height - pl.col("_people"))
    ratio = pl.when((pl.lit(known.height) > pl.col("_people")) & (others > 0)).then(
        pl.col("_buyers") / pl.col("_people") / others
    )
    return own.select("segment", ratio.alias("category_lift"))


def times_and_channels(lines: pl.DataFrame, shop: Shop) -> list[pl.DataFrame]:
    """Return tables of channel, weekday, hour and month of the largest number of orders, each with its share of all orders."""
    if lines.is_empty():
        return []
    orders = lines.unique(["customer_id", "_order"], keep="first", maintain_order=True)
    found = []
    if orders["channel"].n_unique() > 1:
        found.append(_top(orders, "channel", "top_channel", "top_channel_share"))
    if not shop.has_clock:
        return found
    local = pl.col("time").dt.convert_time_zone(shop.settings.time_zone)
    parts = {"weekday": local.dt.weekday(), "hour": local.dt.hour(), "month": local.dt.month()}
    timed = orders.with_columns(part.cast(pl.Int64).alias(name) for name, part in parts.items())
    found.append(timed.group_by("segment").agg((pl.col("weekday") >= 6).mean().alias("weekend_share")))
    # a clock that only knows days says nothing about hours, and less than a year nothing about months
    clock = knows_hours(timed["time"], shop.settings.time_zone)
    span = (timed["time"].max() - timed["time"].min()).days  # type: ignore[operator, union-attr]
    told = {"weekday": True, "hour": clock, "month": span >= 350}
    usable = [name for name in parts if told[name] and timed[name].n_unique() > 1]
    return found + [_top(timed, name, name, f"{name}_share") for name in usable]


def _top(orders: pl.DataFrame, column: str, name: str, share: str) -> pl.DataFrame:
    counts = orders.group_by("segment", column).agg(pl.len().alias("_n"))
    of_all = counts.group_by(column).agg((pl.col("_n").sum() / counts["_n"].sum()).alias(f"{share}_all"))
    counts = counts.with_columns((pl.col("_n") / pl.col("_n").sum().over("segment")).alias(share))
    top = only_largest(counts.drop_nulls(column), "_n").join(of_all, on=column)
    return top.select("segment", pl.col(column).alias(name), share, f"{share}_all")


def only_largest(counts: pl.DataFrame, by: str) -> pl.DataFrame:
    """Return for each segment the one row with the largest `by`; no row where two are as large."""
    largest = counts.filter(pl.col(by) == pl.col(by).max().over("segment"))
    return largest.filter(pl.len().over("segment") == 1)
