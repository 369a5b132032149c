"""Groups of customers in numbers: how large, what they bring in, what they buy and when. It counts and names nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from segmentation.describe_orders import favourites, only_largest, times_and_channels
from segmentation.drawn import Marks, drawn_lifts, shunned_lifts
from segmentation.title_words import word_shares
from segmentation.typical import typical
from shop.profile_orders import order_key

if TYPE_CHECKING:
    from shop import Shop

NOTHING = Marks()
FEWEST = 5  # of fewer customers a mean or a share says nothing of a group


def describe_segments(
    shop: Shop, profiles: pl.DataFrame, labels: NDArray[np.int64], *, marks: Marks = NOTHING
) -> pl.DataFrame:
    """Return one row a group, counted over the customers of `profiles` only, so that it can be asked of held-out ones.

    Parameters
    ----------
    shop : Shop, as it was known when `profiles` were made
    profiles : one row a customer
    labels : int (n,), the group of each row of `profiles`
    marks : the words of titles, the products and the categories to count for each group, as `marks_of` chooses them

    Returns
    -------
    DataFrame, sorted by segment; null where a value cannot be known, where the largest has a tie, or of fewer than five
        segment; customers; share (of the customers in `profiles`); revenue, revenue_share; orders_mean (a customer;
        null in a shop that knows neither orders nor a clock, where items_mean, units a customer, stands for it);
        average_order_value (revenue / orders); spend_mean, spend_per_year (a customer, in all and in the last 365 days);
        order_value_ratio, spend_ratio (against all other customers); basket_size (units an order); single_order_share;
        interval_days (median over customers of their mean days between orders), recency_days, tenure_days (medians);
        return_rate (units returned / bought); views_without_order_share, abandoned_cart_share (of the products each
        looked at, or put in the cart, the part never ordered); top_category, top_category_share, second_category (of
        spend, of units without prices), category_lift (part of them who bought from top_category / that part of all
        others); title_word, title_word_share (of their pairs of customer and product bought, those with the word in the
        title), title_word_lift (that part / that of all others), the same of second_title_word; drawn_product,
        drawn_category, the second and third of each, with its _lift (part of them who bought it / that part of all
        others), shunned_category with its _ratio (the same, below 1); products_median, spend_median_ratio,
        unit_price_ratio (see `segmentation.typical`); top_product (in most of their orders); top_channel, weekday,
        hour, month, each with its _share of orders, weekend_share; country, country_share (of customers).
        What is named so has beside its _share the same part over all customers, _share_all.
    """
    grouped = profiles.with_columns(pl.Series("segment", labels))
    known = grouped.select("customer_id", "segment")
    lines = shop.purchases().join(known, on="customer_id", how="inner")
    lines = lines.with_columns(order_key(shop.settings.time_zone))
    parts = [
        _year(lines, grouped, shop),
        favourites(lines, shop.products, known),
        *word_shares(shop, known, marks.words),
        *drawn_lifts(shop, known, marks.products, "product_id"),
        *drawn_lifts(shop, known, marks.categories, "category"),
        shunned_lifts(shop, known, marks.shunned),
        typical(grouped),
        *times_and_channels(lines, shop),
        _country(grouped),
        _left(shop.events, known, "view", "views_without_order_share"),
        _left(shop.events, known, "cart", "abandoned_cart_share"),
    ]
    table = _sizes(grouped, knows_orders=shop.has_clock or bool(lines["order_id"].count()))
    for part in parts:
        table = table if part is None else table.join(part, on="segment", how="left")
    for name in COLUMNS:
        if name not in table.columns:
            table = table.with_columns(pl.lit(None).alias(name))
    enough = pl.col("customers") >= FEWEST
    always = ("segment", "customers", "share")
    return table.select(
        name if name in always else pl.when(enough).then(pl.col(name)).alias(name) for name in COLUMNS
    ).sort("segment")


_OF_ORDERS = ("orders_mean", "basket_size", "single_order_share", "interval_days")


def _sizes(grouped: pl.DataFrame, *, knows_orders: bool) -> pl.DataFrame:
    priced = pl.col("monetary_value").count() > 0
    bought = pl.col("units").sum() + pl.col("returned_units").fill_null(0).sum()
    table = grouped.group_by("segment").agg(
        pl.len().cast(pl.Int64).alias("customers"),
        pl.col("orders").sum().alias("_orders"),
        pl.col("units").sum().alias("_units"),
        pl.when(priced).then(pl.col("monetary_value").sum()).alias("revenue"),
        pl.when(pl.col("orders").sum() > 0).then(pl.col("orders").mean()).alias("orders_mean"),
        pl.when(pl.col("orders").sum() > 0).then(pl.col("units").sum() / pl.col("orders").sum()).alias("basket_size"),
        pl.when(pl.col("orders").sum() > 0).then((pl.col("orders") == 1).mean()).alias("single_order_share"),
        pl.col("interval_mean_days").median().alias("interval_days"),
        pl.col("recency_days").median(),
        pl.col("tenure_days").median(),
        pl.when(
            (bought > 0) & (pl.col("returned_units").count() > 0)
        )  # null throughout: the data hold no return at all
        .then(pl.col("returned_units").fill_null(0).sum() / bought)
        .alias("return_rate"),
    )
    revenue, orders, people = pl.col("revenue"), pl.col("_orders"), pl.col("customers")
    other_orders, other_people = orders.sum() - orders, people.sum() - people
    others = revenue.sum() - revenue
    order_value = revenue / orders
    items = pl.when(orders > 0).then(pl.col("_units") / people).alias("items_mean")
    if knows_orders:
        items = pl.lit(None, pl.Float64).alias("items_mean")
    else:  # every event would count as an order of its own
        table = table.with_columns(pl.lit(None, pl.Float64).alias(name) for name in _OF_ORDERS)
        order_value = pl.lit(None, pl.Float64)
    return table.with_columns(
        items,
        (people / people.sum()).alias("share"),
        pl.when(revenue.sum() > 0).then(revenue / revenue.sum()).alias("revenue_share"),
        pl.when(orders > 0).then(order_value).alias("average_order_value"),
        pl.when(orders > 0).then(revenue / people).alias("spend_mean"),
        pl.when((orders > 0) & (other_orders > 0) & (others > 0))
        .then(order_value / (others / other_orders))
        .alias("order_value_ratio"),
        pl.when((other_people > 0) & (others > 0))
        .then((revenue / people) / (others / other_people))
        .alias("spend_ratio"),
    )


def _year(lines: pl.DataFrame, grouped: pl.DataFrame, shop: Shop) -> pl.DataFrame | None:
    if not shop.has_clock or not lines["unit_price"].count():
        return None
    first = lines["time"].min()
    since = shop.as_of - timedelta(days=365)
    if first is None or first > since + timedelta(days=7):  # type: ignore[operator]
        return None  # the data do not reach back a year; a quiet first week may be one without orders
    people = grouped.group_by("segment").agg(pl.len().alias("_people"))
    spent = (
        lines.filter(pl.col("time") >= since)
        .group_by("segment")
        .agg((pl.col("quantity") * pl.col("unit_price")).sum().alias("_spent"))
    )
    return people.join(spent, on="segment", how="left").select(
        "segment", (pl.col("_spent").fill_null(0.0) / pl.col("_people")).alias("spend_per_year")
    )


def _country(grouped: pl.DataFrame) -> pl.DataFrame | None:
    if "country" not in grouped.columns or grouped["country"].dtype != pl.String:
        return None
    counts = grouped.filter(pl.col("country").is_not_null()).group_by("segment", "country").agg(pl.len().alias("_n"))
    people = grouped.group_by("segment").agg(pl.len().alias("_people"))
    of_all = counts.group_by("country").agg((pl.col("_n").sum() / grouped.height).alias("country_share_all"))
    top = only_largest(counts, "_n").join(people, on="segment").join(of_all, on="country")
    share = (pl.col("_n") / pl.col("_people")).alias("country_share")
    return top.select("segment", "country", share, "country_share_all")


def _left(events: pl.DataFrame, known: pl.DataFrame, action: str, name: str) -> pl.DataFrame | None:
    pairs = (
        events.filter((pl.col("action") == action) & pl.col("product_id").is_not_null())
        .select("customer_id", "product_id")
        .unique()
        .join(known, on="customer_id", how="inner")
    )
    if pairs.is_empty():
        return None
    bought = events.filter(pl.col("action") == "buy").select("customer_id", "product_id").unique()
    bought = bought.with_columns(pl.lit(True).alias("_bought"))  # ordered, even if it came back
    joined = pairs.join(bought, on=["customer_id", "product_id"], how="left")
    return joined.group_by("segment").agg(pl.col("_bought").is_null().mean().alias(name))


COLUMNS = (
    "segment customers share revenue revenue_share orders_mean items_mean average_order_value spend_mean "
    "spend_per_year order_value_ratio spend_ratio basket_size single_order_share interval_days recency_days "
    "tenure_days return_rate views_without_order_share abandoned_cart_share top_category top_category_share "
    "top_category_share_all second_category category_lift drawn_category drawn_category_lift second_drawn_category "
    "second_drawn_category_lift third_drawn_category third_drawn_category_lift shunned_category shunned_category_ratio title_word "
    "title_word_share title_word_lift drawn_product drawn_product_lift second_drawn_product "
    "second_drawn_product_lift third_drawn_product third_drawn_product_lift second_title_word second_title_word_lift "
    "products_median spend_median_ratio unit_price_ratio top_product "
    "top_product_share top_product_share_all top_channel top_channel_share top_channel_share_all weekday weekday_share "
    "weekday_share_all weekend_share hour hour_share hour_share_all month month_share month_share_all country "
    "country_share country_share_all"
).split()
