"""Customer value: orders and spend of each customer in the next days, by BG/NBD and gamma–gamma, with intervals.

It knows days with an order and their worth. It does not know what was bought, nor margins.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from scoring.backtest import Task
from scoring.bgnbd import BgNbd, Floats, fit_bgnbd
from scoring.correction import Correction, fit_correction
from scoring.errors import CannotPredictError
from scoring.features import Past
from scoring.gamma_gamma import GammaGamma, fit_gamma_gamma
from scoring.measures import AMOUNTS
from scoring.windows import LEVEL, first_order, known_customers, purchases_within, sampled, training_dates
from shop.coded import Coded, by_customer, day_code, lines_of, runs

if TYPE_CHECKING:
    from shop import Shop

_MOST_CUSTOMERS = 10_000  # learnt from; more moved the error by less than .3 % on a shop of 40,000; all are predicted
_MOST_DATES = 4
_DRAWS = 200
_CHUNK = 4_000
WORTH = pl.col("quantity") * pl.col("unit_price")


@dataclass(frozen=True)
class Value:
    """A fitted customer value: `orders` how often customers come, `worth` how much an order is worth, time in days.

    `correction`: by how much the two were off after earlier moments; None where the history is too short to know.
    """

    orders: BgNbd
    worth: GammaGamma
    correction: Correction | None
    horizon_days: int
    as_of: datetime
    seed: int = 0

    def predict(self, shop: Shop, as_of: datetime) -> pl.DataFrame:
        """Return a row a customer with a purchase before `as_of`.

        Returns
        -------
        DataFrame (customer_id; alive_probability 0–1, has not stopped for good, null where nobody is seen to stop;
        expected_orders, days with an order within the horizon; expected_spend within the horizon, shop currency; low, high:
        the spend lies between with 90 %).
        """
        seen = shop.until(as_of)
        table = summary(seen, as_of)
        off = None
        if self.correction is not None:
            expected, _ = _expected(self.orders, self.worth, table, self.horizon_days)
            features = Past(seen).features(as_of, self.horizon_days).table
            off = (self.correction.ratio(features, expected), self.correction.worth)
        found = _bounded((self.orders, self.worth), table, self.horizon_days, off, self.seed)
        return pl.concat([table.select("customer_id"), found], how="horizontal")


def fit(shop: Shop, as_of: datetime, horizon_days: int = 90, *, seed: int = 0) -> Value:
    """Learn how often customers order, when they stop and what an order is worth, from all orders before `as_of`.

    Where the history allows, the same is done at earlier moments whose horizon is over, and what was off there is corrected.

    Raises
    ------
    CannotPredictError
        When there is no clock or no price, or fewer than 20 customers came back.

    Source: Fader, Hardie & Lee (2005), Marketing Science 24(2); Fader & Hardie (2013), the gamma–gamma model.
    """
    if horizon_days < 1:
        raise ValueError(f"horizon_days is {horizon_days}; expected at least 1.")
    seen = shop.until(as_of)
    first_order(seen)
    some = sampled(seen, _MOST_CUSTOMERS, seed=seed)
    orders, worth = fit_table(summary(some, as_of))
    return Value(orders, worth, _correction(some, as_of, horizon_days, seed), horizon_days, as_of, seed)


def fit_uncorrected(shop: Shop, as_of: datetime, horizon_days: int = 90, *, seed: int = 0) -> Value:
    """Learn the two models alone: what other implementations of them give."""
    seen = shop.until(as_of)
    first_order(seen)
    orders, worth = fit_table(summary(sampled(seen, _MOST_CUSTOMERS, seed=seed), as_of))
    return Value(orders, worth, None, horizon_days, as_of, seed)


def _correction(shop: Shop, as_of: datetime, horizon_days: int, seed: int) -> Correction | None:
    """Learn what was off at earlier moments; None where there is none to learn from."""
    past, rows = Past(shop), []
    try:
        for date in training_dates(shop, as_of, horizon_days)[:_MOST_DATES]:
            seen = shop.until(date)
            table = summary(seen, date)
            orders, worth = fit_table(table)
            later = _happened(shop, date, horizon_days)
            actual = table.select("customer_id").join(later, on="customer_id", how="left", maintain_order="left")
            actual = actual.with_columns(pl.col("_orders", "actual").fill_null(0.0))
            rows.append(
                (past.features(date, horizon_days).table, *_expected(orders, worth, table, horizon_days), actual)
            )
    except CannotPredictError:
        if not rows:
            return None
    spend = pl.concat([one for *_, one in rows])
    of_one = np.concatenate([one for _, _, one, _ in rows])
    return fit_correction(
        pl.concat([one for one, *_ in rows]),
        np.concatenate([one for _, one, _, _ in rows]),
        spend["_orders"].to_numpy(),
        (spend["actual"].to_numpy(), of_one),
        seed=seed,
    )


def fit_table(table: pl.DataFrame) -> tuple[BgNbd, GammaGamma]:
    """Fit both models to a finished table.

    Parameters
    ----------
    table : frequency (orders after the first), recency (time from first to last), age (from first to now), and orders and
        monetary_value (the orders whose worth is known and their mean worth); the unit of time is that of the table
    """
    orders = fit_bgnbd(*(table[name].to_numpy() for name in ("frequency", "recency", "age")))
    priced = table.filter((pl.col("orders") > 0) & (pl.col("monetary_value") > 0))
    worth = fit_gamma_gamma(*(priced[name].to_numpy() for name in ("orders", "monetary_value")))
    return orders, worth


def summary(seen: Shop, as_of: datetime) -> pl.DataFrame:
    """Return what the models read of each customer with a purchase, in the order of shop.customers.

    Returns
    -------
    DataFrame (customer_id, frequency, recency, age, orders, monetary_value): an order is a day of the shop's calendar with a
    purchase; recency and age in days; orders and monetary_value count days with a known price.
    """
    coded = Coded(seen, as_of)
    found = pl.concat([_summed(lines_of(events), coded.zone, as_of) for _, events in coded.blocks()])
    ids = seen.customers["customer_id"].gather(found["_customer"])
    return found.drop("_customer").insert_column(0, ids)


def _summed(lines: pl.DataFrame, zone: str, as_of: datetime) -> pl.DataFrame:
    """Return what the models read of the customers of some net purchase lines, by `_customer`."""
    local = pl.col("time").dt.convert_time_zone(zone).dt.date()
    days = (
        runs(lines.with_columns(local.alias("_day"), day_code(zone).alias("_code")), "_code")
        .group_by("_key", maintain_order=True)
        .agg(
            pl.col("_customer", "_day").first(),
            pl.when(pl.col("unit_price").count() > 0).then(WORTH.sum()).alias("_worth"),
        )
    )
    paid = pl.col("_worth").filter(pl.col("_worth") > 0)
    today = pl.lit(as_of).dt.convert_time_zone(zone).dt.date()
    return (
        by_customer(days)
        .group_by("_customer", maintain_order=True)
        .agg(
            (pl.len() - 1).cast(pl.Float64).alias("frequency"),
            (pl.col("_day").max() - pl.col("_day").min()).dt.total_days().cast(pl.Float64).alias("recency"),
            (today - pl.col("_day").min()).dt.total_days().cast(pl.Float64).alias("age"),
            paid.len().cast(pl.Float64).alias("orders"),
            paid.mean().fill_null(0.0).alias("monetary_value"),
        )
    )


def _expected(orders: BgNbd, worth: GammaGamma, table: pl.DataFrame, time: float) -> tuple[Floats, Floats]:
    """Return expected orders within `time`, and what one is worth."""
    x, t, age, n, mean = _columns(table)
    return orders.expected_orders(time, x, t, age), worth.expected_value(n, mean)


def _columns(table: pl.DataFrame) -> tuple[Floats, ...]:
    return tuple(table[name].to_numpy() for name in ("frequency", "recency", "age", "orders", "monetary_value"))


def _bounded(
    models: tuple[BgNbd, GammaGamma], table: pl.DataFrame, time: float, off: tuple[Floats, float] | None, seed: int
) -> pl.DataFrame:
    """Return the prediction for the rows of `table`; `off`: ratio of actual to expected orders of each, level of their worth."""
    orders, worth = models
    expected, of_one = _expected(orders, worth, table, time)
    ratio, level = off if off is not None else (np.ones_like(expected), 1.0)
    columns = _columns(table)

    def bounds_of(numbered: tuple[int, slice]) -> Floats:
        number, part = numbered
        return _simulated(models, tuple(one[part] for one in columns), time * ratio[part], seed + number)

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # numpy draws outside of the interpreter's lock
        bounds = list(pool.map(bounds_of, enumerate(_chunks(expected.size))))
    low, high = np.concatenate(bounds, axis=1) * level if bounds else np.empty((2, 0))
    return pl.DataFrame(
        {
            "alive_probability": orders.alive(*columns[:3]) if orders.stops else [None] * expected.size,
            "expected_orders": expected * ratio,
            "expected_spend": expected * ratio * of_one * level,
            "low": low,
            "high": high,
        },
        schema_overrides={"alive_probability": pl.Float64},
    )


def predict_table(orders: BgNbd, worth: GammaGamma, table: pl.DataFrame, time: float, *, seed: int = 0) -> pl.DataFrame:
    """Return alive_probability, expected_orders, expected_spend, low, high for a table as `fit_table` takes it.

    Parameters
    ----------
    time : how far ahead, in the unit of time of the table
    """
    return _bounded((orders, worth), table, time, None, seed)


def _chunks(size: int) -> list[slice]:
    return [slice(start, start + _CHUNK) for start in range(0, size, _CHUNK)]


def _simulated(models: tuple[BgNbd, GammaGamma], rows: tuple[Floats, ...], time: Floats, seed: int) -> Floats:
    """Return the bounds of the spend, (2, rows): what the models leave open and what chance does, drawn together."""
    x, t, age, n, mean = rows
    orders, worth = models
    rng = np.random.default_rng(seed)
    spends = np.zeros((_DRAWS, x.size))
    draws = zip(orders.draws(_DRAWS, rng), worth.draws(_DRAWS, rng), strict=True)
    for number, ((r, alpha, a, b), (p, q, v)) in enumerate(draws):
        alive = BgNbd(r, alpha, a, b, orders.covariance).alive(x, t, age)
        due = rng.poisson(rng.gamma(r + x, 1.0) / (alpha + age) * time)
        stop = rng.geometric(np.clip(rng.beta(a, b + x), 1e-9, 1.0))
        count = np.minimum(due, stop) * (rng.random(x.size) < alive)
        rate = rng.gamma(q + p * n, 1.0) / (v + n * mean)
        spends[number] = np.where(count > 0, rng.gamma(np.maximum(p * count, 1e-9)) / rate, 0.0)
    tail = (1 - LEVEL) / 2
    found: Floats = np.quantile(spends, [tail, 1 - tail], axis=0)
    return found


@dataclass(frozen=True)
class _LastPeriod:
    horizon_days: int

    def predict(self, shop: Shop, as_of: datetime) -> pl.DataFrame:
        before = as_of - timedelta(days=self.horizon_days)
        spent = _spend(shop.until(as_of), before, self.horizon_days).rename({"actual": "expected_spend"})
        customers = known_customers(shop.until(as_of))
        return customers.join(spent, on="customer_id", how="left").with_columns(pl.col("expected_spend").fill_null(0.0))


def fit_last_period(shop: Shop, as_of: datetime, horizon_days: int) -> _LastPeriod:
    """Expect of each customer what was spent in the last `horizon_days`: the simple rival."""
    return _LastPeriod(horizon_days)


def _spend(shop: Shop, as_of: datetime, horizon_days: int) -> pl.DataFrame:
    return _happened(shop, as_of, horizon_days).select("customer_id", "actual")


def _happened(shop: Shop, as_of: datetime, horizon_days: int) -> pl.DataFrame:
    """Return (customer_id, _orders, actual) of who bought in [as_of, as_of + horizon_days): days with an order, spend."""
    lines = purchases_within(shop, as_of, horizon_days)
    if lines.height and not lines["unit_price"].count():
        raise CannotPredictError("events: no price in those days; what customers spend cannot be compared.")
    day = pl.col("time").dt.convert_time_zone(shop.settings.time_zone).dt.date()
    return lines.group_by("customer_id").agg(
        day.n_unique().cast(pl.Float64).alias("_orders"), WORTH.sum().alias("actual")
    )


TASK = Task(
    "customer value",
    {"Shopkeeper": fit, "BG/NBD and gamma–gamma alone": fit_uncorrected, "same as the last period": fit_last_period},
    "expected_spend",
    _spend,
    AMOUNTS,
    bounds=("low", "high"),
)
