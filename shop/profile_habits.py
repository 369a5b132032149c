"""The parts of a customer's profile about taste, habit and what was looked at, each by `_customer`.

It counts coded events it is handed (see `shop.coded`). It knows no shop and no group.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

import polars as pl

from shop.coded import NOTHING, by_customer, runs
from shop.profile_columns import WITHIN_DAYS


def tastes(bought: pl.DataFrame, products: pl.DataFrame, *, measure: str) -> list[pl.DataFrame]:
    """Return top_category, its share, second_category (by `measure`) and top_product (by units).

    Ties go to the name that comes first. Categories without any spend are no favourites.

    Parameters
    ----------
    bought : what each customer bought of each product, as `shop.profile_orders.products_of` gives it
    products : the shop's products, sorted by id
    measure : "_worth", or "quantity" where the shop has no prices
    """
    bought = bought.filter(pl.col("_product") != NOTHING)
    first = _largest(bought, "quantity", "_product")
    ids = products["product_id"].gather(first["_product"]).alias("top_product")
    tables = [first.select("_customer").with_columns(ids)]
    if not products["category"].count():
        return tables
    names = products["category"].drop_nulls().unique().sort()
    codes = products["category"].cast(pl.Enum(names)).to_physical().cast(pl.UInt32).fill_null(NOTHING)
    own = bought.select("_customer", measure, codes.gather(bought["_product"]).alias("_category"))
    spend = (
        runs(own, "_category")
        .group_by("_key", maintain_order=True)
        .agg(pl.col("_customer", "_category").first(), pl.col(measure).sum())
    )
    spend = by_customer(spend)
    whole = spend.group_by("_customer", maintain_order=True).agg(pl.col(measure).sum().alias("_whole"))
    some = by_customer(spend.filter((pl.col("_category") != NOTHING) & (pl.col(measure) > 0)))
    top = _largest(some, measure, "_category")
    rest = by_customer(some.join(top.select("_customer", "_category"), on=["_customer", "_category"], how="anti"))
    share = (pl.col(measure) / pl.col("_whole")).alias("top_category_share")
    best = top.join(whole, on="_customer", how="left", maintain_order="left")
    tables.append(best.select("_customer", names.gather(best["_category"]).alias("top_category"), share))
    second = _largest(rest, measure, "_category")
    return [*tables, second.select("_customer", names.gather(second["_category"]).alias("second_category"))]


def _largest(sums: pl.DataFrame, by: str, code: str) -> pl.DataFrame:
    """Return for each customer the row with the largest `by`, the first of equals; `sums` sorted by customer and `code`."""
    best = pl.col(by).arg_max()
    return sums.group_by("_customer", maintain_order=True).agg(pl.col(code).get(best), pl.col(by).max())


def habits(orders: pl.DataFrame, time_zone: str) -> list[pl.DataFrame]:
    """Return order_hour and order_weekday (most frequent; ties to the earlier), their shares, and the channel.

    An order counts once, at the time of its first line. Hours and days are those of the shop's `time_zone`.
    """
    local = pl.col("time").dt.convert_time_zone(time_zone)
    timed = by_customer(orders.filter(pl.col("time").is_not_null())).with_columns(
        local.dt.hour().cast(pl.Int64).alias("order_hour"), local.dt.weekday().cast(pl.Int64).alias("order_weekday")
    )
    weekend = (pl.col("order_weekday") >= 6).mean().alias("weekend_share")
    known = orders.filter(pl.col("channel").is_not_null())
    names = known["channel"].unique().sort()
    coded = known.select("_customer", pl.col("channel").cast(pl.Enum(names)).to_physical())
    through = _most_frequent(coded, "channel")
    return [
        _most_frequent(timed, "order_hour").drop("_share"),
        _most_frequent(timed, "order_weekday").rename({"_share": "weekday_share"}),
        timed.group_by("_customer", maintain_order=True).agg(weekend),
        through.select(
            "_customer",
            names.gather(through["channel"]).alias("top_channel"),
            pl.col("_share").alias("channel_share"),
        ),
    ]


def knows_hours(times: pl.Series, time_zone: str) -> bool:
    """Return whether the times say more than the day: not all of them at midnight, in the shop's zone or in UTC."""
    return not all_at_midnight(times, time_zone) and not all_at_midnight(times, "UTC")


def all_at_midnight(times: pl.Series, zone: str) -> bool:
    """Return whether every known time is midnight in a zone; True where there is none."""
    return bool((times.drop_nulls().dt.convert_time_zone(zone).dt.time() == time(0)).all())


def _most_frequent(orders: pl.DataFrame, column: str) -> pl.DataFrame:
    counts = (
        runs(orders.select("_customer", column), column)
        .group_by("_key", maintain_order=True)
        .agg(pl.col("_customer", column).first(), pl.len().alias("_n"))
    )
    best = pl.col(column).get(pl.col("_n").arg_max())
    share = (pl.col("_n").max() / pl.col("_n").sum()).alias("_share")
    return by_customer(counts).group_by("_customer", maintain_order=True).agg(best, share)


def looks(events: pl.DataFrame, now: datetime | None) -> list[pl.LazyFrame]:
    """Return views, searches and carts, and what of them led to no order; an order counts though it came back later.

    Parameters
    ----------
    events : gross events of a block
    now : UTC, or None without a clock: then `position` takes the place of the time
    """
    at = (pl.col("position") if now is None else pl.col("time").dt.epoch("us")).alias("_at")
    key = (pl.col("_customer").cast(pl.UInt64) * 2**32 + pl.col("_product").cast(pl.UInt64)).alias("_key")
    acts = events.lazy().select("_customer", "_product", key, "action", at)
    bought = acts.filter(pl.col("action") == "buy").select("_customer", "_key", "_at")
    seen = acts.filter(pl.col("action").is_in(["view", "search"]))
    last = bought.group_by("_key").agg(pl.col("_at").max().alias("_last"))
    on_product = pl.col("_product") != NOTHING
    led = seen.filter(on_product).join(last, on="_key", how="left")
    led = led.filter(~(pl.col("_last") >= pl.col("_at")).fill_null(False))
    carts = acts.filter((pl.col("action") == "cart") & on_product)
    blank = seen.filter((pl.col("action") == "search") & ~on_product)
    left = _given_up(carts, bought.select("_key", "_at"), "_key", now)
    vain = _given_up(blank, bought.select("_customer", "_at"), "_customer", now)
    lost = pl.concat([led.select("_customer", "action"), vain.select("_customer", "action")])
    different = pl.col("_key").n_unique().cast(pl.Int64)
    return [
        _count(seen, "view", "views"),
        _count(seen, "search", "searches"),
        _count(lost, "view", "views_without_order"),
        _count(lost, "search", "searches_without_order"),
        carts.group_by("_customer").agg(different.alias("carts")),
        left.group_by("_customer").agg(different.alias("carts_abandoned")),
    ]


def _given_up(acts: pl.LazyFrame, bought: pl.LazyFrame, by: str, now: datetime | None) -> pl.LazyFrame:
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
