"""The next purchase of each customer: the chance that it comes within the horizon, and if so after how many days.

The chance is one minus that of churn, so the two never disagree. It does not know what will be bought.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring import churn
from scoring.backtest import Fit, Task
from scoring.classifier import ROUNDS
from scoring.encode import Encoding, Floats, learn_encoding
from scoring.errors import CannotPredictError
from scoring.features import Past
from scoring.measures import AMOUNTS, CHANCES
from scoring.windows import (
    LEVEL,
    bought_within,
    known_customers,
    purchases_within,
    sampled,
    training_dates,
)

if TYPE_CHECKING:
    from shop import Shop

_MOST_CUSTOMERS = 10_000  # learnt from, as churn is
_LEAST = 100  # purchases after earlier moments, below which nothing is said of the days
_TAILS = ((1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2)


@dataclass(frozen=True)
class Waiting:
    """Days until a purchase that comes within the horizon: a model a quantile, and by how much the outer two miss."""

    encoding: Encoding
    models: tuple[Any, ...]
    margin: float

    def days(self, table: pl.DataFrame, horizon_days: int) -> Floats:
        """Return (3, rows): lower bound, median and upper bound, within [0, horizon]."""
        shape = self.encoding.plain(table)[0]
        low, middle, high = (model.predict(shape) for model in self.models)
        found = np.sort(np.array([low - self.margin, middle, high + self.margin]), axis=0)
        return np.clip(found, 0.0, float(horizon_days))


@dataclass(frozen=True)
class NextPurchase:
    """A fitted prediction of the next purchase."""

    churn: churn.Churn
    waiting: Waiting

    def predict(self, shop: Shop, as_of: datetime) -> pl.DataFrame:
        """Return a row a customer with a purchase before `as_of`.

        Returns
        -------
        DataFrame (customer_id; purchase_probability 0–1 within the horizon; low, high 90 % of that chance; days from `as_of` to
        the purchase if it comes within the horizon, the median; days_low, days_high: 90 % of such purchases lie between).
        """
        found = self.churn.features(shop, as_of)
        chance = self.churn.table.predict(found.table)
        low, middle, high = self.waiting.days(found.table, self.churn.horizon_days)
        return found.customers.with_columns(
            purchase_probability=1 - chance["probability"],
            low=1 - chance["high"],
            high=1 - chance["low"],
            days=pl.Series(middle),
            days_low=pl.Series(low),
            days_high=pl.Series(high),
        )


def fit(shop: Shop, as_of: datetime, horizon_days: int = 90, *, seed: int = 0, rounds: int = ROUNDS) -> NextPurchase:
    """Learn whether and when the next purchase comes, from the moments before `as_of` whose horizon is over.

    Raises
    ------
    CannotPredictError
        When the history is too short, or fewer than 100 purchases followed those moments.

    Source: Romano, Patterson & Candès (2019), NeurIPS, for quantiles corrected on customers left out of their fit.
    """
    chance = churn.fit(shop, as_of, horizon_days, seed=seed, rounds=rounds)
    past = Past(sampled(shop.until(as_of), _MOST_CUSTOMERS, seed=seed))
    tables, waits, owners = [], [], []
    for date in training_dates(past.shop, as_of, horizon_days):
        found = past.features(date, horizon_days)
        joined = found.customers.join(
            _waits(past.shop, date, horizon_days), on="customer_id", how="left", maintain_order="left"
        )
        came = joined["actual"].is_not_null()
        tables.append(found.table.filter(came))
        waits.append(joined["actual"].filter(came))
        owners.append(joined["customer_id"].filter(came))
    table, days, owner = pl.concat(tables), pl.concat(waits).to_numpy(), pl.concat(owners)
    if days.size < _LEAST:
        raise CannotPredictError(
            f"{days.size} purchases followed the moments to learn from; at least {_LEAST} are needed to say when the next comes."
        )
    moment = np.repeat(np.arange(len(tables)), [one.height for one in tables])
    return NextPurchase(chance, _fit_waiting(table, days, _left_out(moment, owner, seed), seed))


def _left_out(moment: NDArray[np.int64], owner: pl.Series, seed: int) -> NDArray[np.bool_]:
    """Return the rows the quantiles are corrected on: those of the latest moment, of three customers in ten where that is all.

    What is foretold lies after every moment learned from; how far quantiles are off after the next moment says more of it than how
    far they are off for other customers at the same one.
    """
    latest = moment == 0
    if min(latest.sum(), (~latest).sum()) >= _LEAST:
        return latest
    number = np.unique(owner.to_numpy(), return_inverse=True)[1]
    drawn: NDArray[np.bool_] = np.random.default_rng(seed).random(number.max() + 1)[number] < 0.3
    return drawn


def _fit_waiting(table: pl.DataFrame, days: Floats, held: NDArray[np.bool_], seed: int) -> Waiting:
    encoding = learn_encoding(table)
    shape = encoding.plain(table)[0]
    low, _, high = _quantiles(shape[~held], days[~held], seed)
    outside = np.maximum(low.predict(shape[held]) - days[held], days[held] - high.predict(shape[held]))
    level = min(1.0, LEVEL * (1 + 1 / max(outside.size, 1)))
    return Waiting(encoding, _quantiles(shape, days, seed), float(np.quantile(outside, level)) if outside.size else 0.0)


def _quantiles(shape: Floats, days: Floats, seed: int) -> tuple[Any, ...]:
    from sklearn.ensemble import HistGradientBoostingRegressor

    return tuple(
        HistGradientBoostingRegressor(
            loss="quantile",
            quantile=tail,
            learning_rate=0.1,
            max_iter=50,
            max_leaf_nodes=6,
            max_bins=64,
            min_samples_leaf=20,
            early_stopping=False,
            random_state=seed,
        ).fit(shape, days)
        for tail in _TAILS
    )


def _waits(shop: Shop, as_of: datetime, horizon_days: int) -> pl.DataFrame:
    """Return (customer_id, actual): days from `as_of` to the first purchase within the horizon, of who made one."""
    lines = purchases_within(shop, as_of, horizon_days)
    waited = (pl.col("time").min() - pl.lit(as_of)).dt.total_seconds() / 86_400
    return lines.group_by("customer_id").agg(waited.alias("actual"))


@dataclass(frozen=True)
class _Pace:
    horizon_days: int

    def predict(self, shop: Shop, as_of: datetime) -> pl.DataFrame:
        now = Past(shop.until(as_of)).features(as_of, self.horizon_days)
        pace = now.table["orders"] / now.table["tenure_days"].clip(1.0, None)
        gap = now.table["interval_mean_days"].fill_null(now.table["interval_mean_days"].median())
        due = (gap - now.table["recency_days"]).clip(0.0, float(self.horizon_days))
        chance = 1 - (-pace * self.horizon_days).exp()
        return now.customers.with_columns(purchase_probability=chance, days=due)


def fit_pace(shop: Shop, as_of: datetime, horizon_days: int) -> _Pace:
    """Expect each customer to go on at the mean pace so far, the next order one usual gap after the last: the simple rival."""
    return _Pace(horizon_days)


def _bought(shop: Shop, as_of: datetime, horizon_days: int) -> pl.DataFrame:
    customers = known_customers(shop.until(as_of))
    return customers.with_columns(actual=bought_within(shop, customers, as_of, horizon_days))


_FITS: Mapping[str, Fit] = {"Shopkeeper": partial(fit, rounds=0), "the pace so far": fit_pace}
TASK = Task("next purchase", _FITS, "purchase_probability", _bought, CHANCES)
TASK_DAYS = Task(
    "days to the next purchase", _FITS, "days", _waits, AMOUNTS[:1], missing=None, bounds=("days_low", "days_high")
)
