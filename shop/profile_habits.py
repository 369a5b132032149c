"""The parts of a customer's profile about taste, habit and what was looked at, each by `_customer`.

It counts coded lines it is handed (see `shop.profile_orders`). It knows no shop and no group.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

import polars as pl

from shop.profile_columns import WITHIN_DAYS
from shop.profile_orders import WORTH


def tastes(lines: pl.DataFrame, products: pl.DataFrame) -> list[pl.DataFrame]:
    """Return top_category, its share, second_category (by spend; by units without prices) and top_product (by units).

    Ties go to the name that comes first. Categories without any spend are no favourites.

    Parameters
    ----------
    lines : net purchase lines as `shop.profile_orders.coded` gives them
    products : the shop's products
    """
    ranked = products.select("product_id", "category").sort("product_id").with_row_index("_product")
    by_product = lines.group_by("_customer", "_product").agg(pl.col("quantity").sum(), WORTH.sum().alias("_worth"))
    first = _largest(by_product, "quantity", "_product")
    tables = [first.join(ranked, on="_product").select("_customer", pl.col("product_id").alias("top_product"))]
    if not ranked["category"].count():
        return tables
    names = ranked.select(pl.col("category").drop_nulls().unique().sort()).with_row_index("_category")
    codes = ranked.join(names, on="category", how="left").select("_product", "_category")
    measure = "_worth" if lines["unit_price"].count() else "quantity"
    spend = by_product.join(codes, on="_product").group_by("_customer", "_category").agg(pl.col(measure).sum())
    whole = spend.group_by("_customer").agg(pl.col(measure).sum().alias("_whole"))
    some = spend.filter(pl.col("_category").is_not_null() & (pl.col(measure) > 0))
    top = _largest(some, measure, "_category")
    rest = some.join(top, on=["_customer", "_category"], how="anti")
    best = top.join(names, on="_category").join(whole, on="_customer")
    share = (pl.col(measure) / pl.col("_whole")).alias("top_category_share")
    tables.append(best.select("_customer", pl.col("category").alias("top_category"), share))
    second = _largest(rest, measure, "_category").join(names, on="_category")
    return [*tables, second.select("_customer", pl.col("category").alias("second_category"))]


def _largest(sums: pl.DataFrame, by: str, code: str) -> pl.DataFrame:
    """Return for each customer the row with the largest `by`; of equals that with the smallest `code`."""
    most = sums.group_by("_customer").agg(pl.col(by).max().alias("_most"))
    ties = sums.join(most, on="_customer").filter(pl.col(by) == pl.col("_most"))
    return ties.group_by("_customer").agg(pl.col(code).min(), pl.col(by).first())


def habits(orders: pl.DataFrame, time_zone: str) -> list[pl.DataFrame]:
    """Return order_hour and order_weekday (most frequent; ties to the earlier), their shares, and the channel.

    An order counts once, at the time of its first line. Hours and days are those of the shop's `time_zone`.
    """
    tables: list[pl.DataFrame] = []
    if orders["time"].count():
        local = pl.col("time").dt.convert_time_zone(time_zone)
        timed = orders.filter(pl.col("time").is_not_null())
        timed = timed.with_columns(
            local.dt.hour().cast(pl.Int64).alias("order_hour"), local.dt.weekday().cast(pl.Int64).alias("order_weekday")
        )
        if knows_hours(orders["time"], time_zone):
            tables.append(_most_frequent(timed, "order_hour").drop("_share"))
        tables.append(_most_frequent(timed, "order_weekday").rename({"_share": "weekday_share"}))
        weekend = (pl.col("order_weekday") >= 6).mean().alias("weekend_share")
        tables.append(timed.group_by("_customer").agg(weekend))
    if orders["channel"].count():
        known = orders.filter(pl.col("channel").is_not_null())
        names = {"channel": "top_channel", "_share": "channel_share"}
        tables.append(_most_frequent(known, "channel").rename(names))
    return tables


def knows_hours(times: pl.Series, time_zone: str) -> bool:
    """Return whether the times say more than the day: not all of them at midnight, in the shop's zone or in UTC."""
    midnight = time(0)
    zones = (time_zone, "UTC")
    return not any((times.drop_nulls().dt.convert_time_zone(zone).dt.time() == midnight).all() for zone in zones)


def _most_frequent(orders: pl.DataFrame, column: str) -> pl.DataFrame:
    counts = orders.group_by("_customer", column).agg(pl.len().alias("_n"))
    whole = counts.group_by("_customer").agg(pl.col("_n").sum().alias("_all"))
    top = _largest(counts, "_n", column).join(whole, on="_customer")
    return top.select("_customer", column, (pl.col("_n") / pl.col("_all")).alias("_share"))


def looks(events: pl.DataFrame, now: datetime | None) -> list[pl.LazyFrame]:
    """Return views, searches and carts, and what of them led to no order; an order counts though it came back later.

    Parameters
    ----------
    events : gross events as `shop.profile_orders.coded` gives them
    now : UTC, or None without a clock: then `position` takes the place of the time
    """
    at = (pl.col("position") if now is None else pl.col("time").dt.epoch("us")).alias("_at")
    acts = events.lazy().select("_customer", "_product", "action", at)
    bought = acts.filter(pl.col("action") == "buy").drop("action")
    seen = acts.filter(pl.col("action").is_in(["view", "search"]))
    last = bought.group_by("_customer", "_product").agg(pl.col("_at").max().alias("_last"))
    led = seen.join(last, on=["_customer", "_product"], how="left").filter(
        pl.col("_product").is_not_null() & ~(pl.col("_last") >= pl.col("_at")).fill_null(False)
    )
    carts = acts.filter((pl.col("action") == "cart") & pl.col("_product").is_not_null())
    blank = seen.filter((pl.col("action") == "search") & pl.col("_product").is_null())
    left = _given_up(carts, bought, ["_customer", "_product"], now)
    vain = _given_up(blank, bought.drop("_product"), ["_customer"], now)
    lost = pl.concat([led.select("_customer", "action"), vain.select("_customer", "action")])
    different = pl.col("_product").n_unique().cast(pl.Int64)
    return [
        _count(seen, "view", "views"),
        _count(seen, "search", "searches"),
        _count(lost, "view", "views_without_order"),
        _count(lost, "search", "searches_without_order"),
        carts.group_by("_customer").agg(different.alias("carts")),
        left.group_by("_customer").agg(different.alias("carts_abandoned")),
    ]


def _given_up(acts: pl.LazyFrame, bought: pl.LazyFrame, by: list[str], now: datetime | None) -> pl.LazyFrame:
    """Return the acts after which nothing alike was bought in time; those too young to tell are left out."""
    then = bought.with_columns(pl.col("_at").alias("_next")).sort("_at")
    followed = acts.sort("_at").join_asof(then, on="_at", by=by, strategy="forward", check_sortedness=False)
    if now is None:
        return followed.filter(pl.col("_next").is_null())
    window = int(timedelta(days=WITHIN_DAYS).total_seconds() * 1e6)
    settled = pl.col("_at") <= int(now.timestamp() * 1e6) - window
    return followed.filter(settled & ~(pl.col("_next") - pl.col("_at") <= window).fill_null(False))


def _count(acts: pl.LazyFrame, action: str, name: str) -> pl.LazyFrame:
    counted = acts.filter(pl.col("action") == action).group_by("_customer")
    return counted.agg(pl.len().cast(pl.Int64).alias(name))
