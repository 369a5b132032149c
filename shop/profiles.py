"""Customers and products in numbers, counted from a shop's events by Polars.

It counts. It does not know groups, scores or texts, and a number that cannot be known is null, never 0.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from shop.coded import Coded, lines_of
from shop.profile_columns import CUSTOMER_COLUMNS, PRODUCT_COLUMNS, Column
from shop.profile_habits import all_at_midnight, habits, looks, tastes
from shop.profile_orders import WORTH, intervals, money, order_key, orders_of, products_of, returns
from shop.tables import CUSTOMERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shop.shop import Shop


def customer_profiles(shop: Shop, *, as_of: datetime | None = None) -> pl.DataFrame:
    """Return one row a customer, rows as in `shop.customers`, counted from the events before `as_of`.

    Parameters
    ----------
    as_of : datetime, UTC
        By default `shop.as_of`, just after the last event.

    Returns
    -------
    DataFrame
        customer_id; the columns of `shop.profile_columns.CUSTOMER_COLUMNS`, which says type, unit and meaning of each;
        then the customer's own attributes (`country`, …; one with the name of a column above is called `…_given`).
        Counts of orders, looks and carts are 0 where the data hold such events but none of this customer; what cannot
        be known is null: no order, no clock, no price, no event of that kind in the data at all. Ties go to what
        comes first. An order is an order_id, else a day (without a clock an event); one sent back whole is none.

    Raises
    ------
    ShopDataError
        When `as_of` is given and the shop has no clock.
    """
    now = _moment(shop, as_of)
    coded = Coded(shop, now)
    measure = "_worth" if coded.has_prices else "quantity"
    made = [_counted(span, events, coded, measure) for span, events in coded.blocks()]
    profile = pl.concat([one for one, _ in made])
    if any(all(told) for told in zip(*(days for _, days in made), strict=True)):  # the times say no more than the day
        profile = profile.drop("order_hour")
    known = _filled(profile, CUSTOMER_COLUMNS, _held(shop, now), ("orders", "frequency"))
    ids = shop.customers.select("customer_id")
    return pl.concat([ids, known.select(*CUSTOMER_COLUMNS), _attributes(shop)], how="horizontal")


def _moment(shop: Shop, as_of: datetime | None) -> datetime | None:
    """Return the moment events are counted up to, checked; None in a shop without a clock."""
    if as_of is not None:
        shop.before(as_of)
        return as_of
    return shop.as_of if shop.has_clock else None


def _held(shop: Shop, now: datetime | None) -> set[str]:
    events = shop.events.lazy() if now is None else shop.events.lazy().filter(shop.before(now))
    return set(events.select(pl.col("action").unique()).collect()["action"].to_list())


def _counted(
    span: tuple[int, int], events: pl.DataFrame, coded: Coded, measure: str
) -> tuple[pl.DataFrame, tuple[bool, bool]]:
    """Return what is counted of the customers of one block, and whether all their orders are at midnight, here or in UTC."""
    lines = lines_of(events)
    orders, products = orders_of(lines, coded.zone), products_of(lines)
    parts = [*money(orders, products, coded.now), *tastes(products, coded.products, measure=measure)]
    parts += habits(orders, coded.zone)
    if "return" in coded.actions:
        parts.append(returns(events))
    if coded.now is not None:
        parts.append(intervals(orders, coded.zone))
    if coded.actions & set(_LOOKS):
        parts += pl.collect_all(looks(events, coded.now))
    profile = pl.int_range(*span, dtype=pl.UInt32, eager=True).alias("_customer").to_frame()
    for part in parts:
        profile = profile.join(part, on="_customer", how="left", maintain_order="left")
    return profile, (all_at_midnight(orders["time"], coded.zone), all_at_midnight(orders["time"], "UTC"))


def product_profiles(shop: Shop, *, as_of: datetime | None = None) -> pl.DataFrame:
    """Return one row a product, rows as in `shop.products`, counted from the events before `as_of`; guests count.

    Returns
    -------
    DataFrame
        product_id and the columns of `shop.profile_columns.PRODUCT_COLUMNS`. Counts are 0 where nothing happened, null
        where the data hold no such event; units_30_days, first_sale and last_sale are null without a clock.
    """
    seen, now = _seen(shop, as_of)
    lines = seen.purchases().lazy()
    priced = pl.col("quantity").filter(pl.col("unit_price").is_not_null()).sum()
    key = pl.struct(pl.col("customer_id"), order_key(seen.settings.time_zone))
    sold = lines.group_by("product_id").agg(
        pl.col("quantity").sum().alias("units"),
        pl.col("customer_id").drop_nulls().n_unique().cast(pl.Int64).alias("customers"),
        pl.when(priced > 0).then(WORTH.sum()).alias("revenue"),
        pl.when(priced > 0).then(WORTH.sum() / priced).alias("average_price"),
        pl.col("time").min().alias("first_sale"),
        pl.col("time").max().alias("last_sale"),
    )
    parts = [sold, lines.group_by("product_id").agg(key.n_unique().cast(pl.Int64).alias("orders"))]
    others = seen.events.lazy().filter(pl.col("action").is_in(["view", "return"])).group_by("product_id")
    returned = pl.col("quantity").filter(pl.col("action") == "return").sum().alias("returned_units")
    parts.append(others.agg(returned, (pl.col("action") == "view").sum().cast(pl.Int64).alias("views")))
    counts = ["units", "orders", "customers"]
    if now is not None:
        late = lines.filter(pl.col("time") >= now - timedelta(days=30)).group_by("product_id")
        parts.append(late.agg(pl.col("quantity").sum().alias("units_30_days")))
        counts.append("units_30_days")
    profile = seen.products.select("product_id")
    for part in pl.collect_all(parts):
        profile = profile.join(part, on="product_id", how="left", maintain_order="left")
    return _filled(profile, PRODUCT_COLUMNS, _held(seen, None), tuple(counts)).select("product_id", *PRODUCT_COLUMNS)


def _seen(shop: Shop, as_of: datetime | None) -> tuple[Shop, datetime | None]:
    if as_of is None and not shop.has_clock:
        return shop, None
    now = as_of or shop.as_of
    whole = as_of is None and not shop.events["time"].null_count()  # nothing to leave out: keep what is counted already
    return shop if whole else shop.until(now), now


def _filled(
    profile: pl.DataFrame, columns: Mapping[str, Column], held: set[str], counts: tuple[str, ...]
) -> pl.DataFrame:
    """Return the profile with every column: 0 where a count is known to be nothing, null where nothing can be known."""
    for name, column in columns.items():
        if name not in profile.columns or (column.needs and column.needs not in held):
            profile = profile.with_columns(pl.lit(None, dtype=column.kind).alias(name))
        elif name in counts or column.needs in _LOOKS or (column.needs and "product_id" in profile.columns):
            profile = profile.with_columns(pl.col(name).fill_null(0))
    typed = profile.with_columns(pl.col(name).cast(column.kind) for name, column in columns.items())
    return typed.with_columns(FLOATS.round_sig_figs(SIGNIFICANT))


def _attributes(seen: Shop) -> pl.DataFrame:
    attributes = seen.customers.drop(list(CUSTOMERS))
    return attributes.rename({name: f"{name}_given" for name in attributes.columns if name in CUSTOMER_COLUMNS})


FLOATS = pl.selectors.float()
SIGNIFICANT = 12  # digits kept: sums over threads come in no order, and the same shop must give the same bytes
_LOOKS = ("view", "search", "cart")
