"""Moments to look back from, and what happened in the days after each. It holds no model and no feature."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from scoring.errors import CannotPredictError

if TYPE_CHECKING:
    from shop import Shop

LEVEL = 0.9  # of every interval of a prediction
_MOST_DATES = 6


def first_order(shop: Shop) -> datetime:
    """Return the time of the first purchase.

    Raises
    ------
    CannotPredictError
        When the shop has no clock or no purchase.
    """
    if not shop.has_clock:
        raise CannotPredictError(
            "events: an order of events and no times; a prediction for the next days needs a clock. Add a time column."
        )
    start = shop.events.filter(pl.col("action") == "buy")["time"].min()
    if not isinstance(start, datetime):
        raise CannotPredictError("events: no purchase with a time; expected some to learn from.")
    return start


def training_dates(shop: Shop, as_of: datetime, horizon_days: int) -> list[datetime]:
    """Return moments whose next `horizon_days` are over by `as_of`, the latest first, half a horizon apart, six at most.

    Raises
    ------
    CannotPredictError
        When the shop's history is shorter than one horizon and a half.
    """
    if horizon_days < 1:
        raise ValueError(f"horizon_days is {horizon_days}; expected at least 1.")
    start, step = first_order(shop), timedelta(days=horizon_days / 2)
    dates = [as_of - timedelta(days=horizon_days) - number * step for number in range(_MOST_DATES)]
    found = [date for date in dates if date - start >= step]
    if not found:
        days = max((as_of - start).days, 0)
        raise CannotPredictError(
            f"{days} days of purchases before {as_of:%Y-%m-%d}; to learn what happens within {horizon_days} days, "
            f"{horizon_days * 3 // 2} are needed. Ask for a shorter horizon."
        )
    return found


def backtest_dates(shop: Shop, horizon_days: int, most: int = 4) -> list[datetime]:
    """Return moments to test a predictor at, the earliest first: their horizons are over, do not overlap and leave history to learn from.

    Raises
    ------
    CannotPredictError
        When there is none.
    """
    start, end, step = first_order(shop), shop.as_of, timedelta(days=horizon_days)
    dates = [end - step * (number + 1) for number in range(most)]
    found = [date for date in reversed(dates) if date - start >= step * 1.5]
    if not found:
        raise CannotPredictError(
            f"{(end - start).days} days of purchases; testing predictions of {horizon_days} days needs "
            f"{horizon_days * 5 // 2}. Ask for a shorter horizon."
        )
    return found


def known_customers(seen: Shop) -> pl.DataFrame:
    """Return the customers with a purchase kept in `seen` (customer_id), in the order of `shop.customers`."""
    bought = seen.purchases().select("customer_id").drop_nulls().unique()
    return seen.customers.select("customer_id").join(bought, on="customer_id", how="semi", maintain_order="left")


def purchases_within(shop: Shop, as_of: datetime, horizon_days: int) -> pl.DataFrame:
    """Return the net purchase lines of known customers in [as_of, as_of + horizon_days)."""
    end = as_of + timedelta(days=horizon_days)
    inside = pl.col("time").is_between(as_of, end, closed="left") & pl.col("customer_id").is_not_null()
    return shop.purchases().filter(inside)


def bought_within(shop: Shop, customers: pl.DataFrame, as_of: datetime, horizon_days: int) -> pl.Series:
    """Return for each row of `customers` whether a purchase was made in [as_of, as_of + horizon_days)."""
    later = purchases_within(shop, as_of, horizon_days).select("customer_id").unique().with_columns(_bought=True)
    joined = customers.select("customer_id").join(later, on="customer_id", how="left", maintain_order="left")
    return joined["_bought"].fill_null(False).alias("bought")


def sampled(shop: Shop, most: int, *, seed: int = 0) -> Shop:
    """Return the shop with `most` of its customers, drawn by seed, and the events of these; the shop itself where there are fewer."""
    if shop.customers.height <= most:
        return shop
    some = shop.customers.sample(most, seed=seed).select("customer_id")
    customers = shop.customers.join(some, on="customer_id", how="semi", maintain_order="left")
    events = shop.events.join(some, on="customer_id", how="semi", maintain_order="left")
    return replace(shop, customers=customers, events=events)
