"""Churn: the chance that a customer buys nothing within the next days, learnt from what happened after earlier days.

It knows profiles at a moment. It does not know why somebody stays away, nor whether for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from scoring.backtest import Task
from scoring.classifier import ROUNDS, Classifier, fit_table
from scoring.features import Features, Past
from scoring.measures import CHANCES
from scoring.windows import bought_within, known_customers, sampled, training_dates

if TYPE_CHECKING:
    from shop import Shop

__all__ = ["TASK", "Churn", "fit", "fit_by_recency", "fit_table"]

_MOST_CUSTOMERS = 10_000  # learnt from; AUC on a shop of 40,000: .809, from all of them .810; all are predicted
_BASELINE = ("recency_days",)


@dataclass(frozen=True)
class Churn:
    """A fitted churn prediction; `table` is the model under it, `columns` the features it reads (all where empty)."""

    table: Classifier
    horizon_days: int
    as_of: datetime
    columns: tuple[str, ...] = ()

    def features(self, shop: Shop, as_of: datetime) -> Features:
        """Return what the prediction rests on, a row a customer with a purchase before `as_of`."""
        found = Past(shop.until(as_of)).features(as_of, self.horizon_days)
        return Features(found.customers, found.table.select(self.columns or found.table.columns))

    def predict(self, shop: Shop, as_of: datetime) -> pl.DataFrame:
        """Return (customer_id, churn_probability, low, high), a row a customer with a purchase before `as_of`.

        churn_probability, 0–1: the chance of no purchase in [as_of, as_of + horizon_days). The interval (90 %) is that of
        the chance.
        """
        found = self.features(shop, as_of)
        chances = self.table.predict(found.table).rename({"probability": "churn_probability"})
        return pl.concat([found.customers, chances], how="horizontal")


def fit(shop: Shop, as_of: datetime, horizon_days: int = 90, *, seed: int = 0, rounds: int = ROUNDS) -> Churn:
    """Learn churn from the moments before `as_of` whose horizon is over.

    Parameters
    ----------
    as_of : UTC; later events are not looked at
    horizon_days : how long without a purchase counts as churn
    rounds : how many resampled fits the intervals rest on

    Raises
    ------
    CannotPredictError
        When the history is too short, or too few customers stayed or left.
    """
    return _fit(shop, as_of, horizon_days, (), (seed, rounds))


def fit_by_recency(shop: Shop, as_of: datetime, horizon_days: int = 90, *, seed: int = 0) -> Churn:
    """Learn churn from the days since the last order alone: the simple rival."""
    return _fit(shop, as_of, horizon_days, _BASELINE, (seed, 0))


def _fit(shop: Shop, as_of: datetime, horizon_days: int, columns: tuple[str, ...], how: tuple[int, int]) -> Churn:
    seed, rounds = how
    past = Past(sampled(shop.until(as_of), _MOST_CUSTOMERS, seed=seed))
    rows = [_window(past, date, horizon_days, columns) for date in training_dates(past.shop, as_of, horizon_days)]
    table = pl.concat([one for one, _, _ in rows])
    churned = pl.concat([one for _, one, _ in rows])
    owner = pl.concat([one for _, _, one in rows])
    fitted = fit_table(table, churned.to_list(), groups=owner.to_list(), seed=seed, rounds=rounds)
    return Churn(fitted, horizon_days, as_of, columns)


def _window(
    past: Past, date: datetime, horizon_days: int, columns: tuple[str, ...]
) -> tuple[pl.DataFrame, pl.Series, pl.Series]:
    found = past.features(date, horizon_days)
    churned = ~bought_within(past.shop, found.customers, date, horizon_days)
    return found.table.select(columns or found.table.columns), churned, found.customers["customer_id"]


def _truth(shop: Shop, as_of: datetime, horizon_days: int) -> pl.DataFrame:
    customers = known_customers(shop.until(as_of))
    return customers.with_columns(actual=~bought_within(shop, customers, as_of, horizon_days))


TASK = Task(
    "churn",
    {"Shopkeeper": partial(fit, rounds=0), "recency alone": fit_by_recency},
    "churn_probability",
    _truth,
    CHANCES,
)
