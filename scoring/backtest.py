"""How good a predictor is on this shop: fitted at several earlier dates, compared with what happened and with a simple rival.

A predictor is handed the shop as it was known at the date and nothing later. It does not know how a prediction comes about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.errors import CannotPredictError
from scoring.measures import Floats, Measure, bootstrap
from scoring.windows import LEVEL, backtest_dates

if TYPE_CHECKING:
    from shop import Shop

ROUNDS = 300
_LEAST_ROWS = 30  # fewer in a segment say nothing
EVERYBODY = "all"
INSIDE = Measure(f"share inside the {LEVEL:.0%} interval", "more", lambda actual, inside: float(np.mean(inside)))
SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "as_of": pl.Datetime("us", "UTC"),  # the date of the fit; null: all dates together
    "segment": pl.String,  # "all", or a label handed in
    "measure": pl.String,
    "better": pl.String,  # "more" or "less"
    "model": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,  # 95 %
    "high": pl.Float64,
    "gain": pl.Float64,  # by how much the predictor is better than this model, in the unit of the measure; null for itself
    "gain_low": pl.Float64,
    "gain_high": pl.Float64,
    "rows": pl.Int64,
}


class Fitted(Protocol):
    """What a predictor learnt: `predict` gives a table with an id, a number and an interval."""

    def predict(self, shop: Shop, as_of: datetime) -> pl.DataFrame:
        """Return the predictions made at `as_of`."""


Fit = Callable[["Shop", datetime, int], Fitted]
Truth = Callable[["Shop", datetime, int], pl.DataFrame]  # (shop, as_of, horizon) → (id, actual): what happened
Labels = Callable[[datetime], pl.DataFrame]  # date → (id, segment): the groups as they could be known then


def ask_predict(fitted: Fitted, shop: Shop, as_of: datetime) -> pl.DataFrame:
    """Return what a fitted way predicts."""
    return fitted.predict(shop, as_of)


@dataclass(frozen=True)
class Task:
    """What is predicted, and the ways to do it.

    `fits` by name, the predictor first, then its rivals; `key` the id column(s) a prediction is joined by; `number` the
    predicted column; `truth` gives `actual` by the same key, what is missing there is `missing` (None: not compared); `bounds` the
    columns of the predictor's 90 % interval, where what happened should lie in it, `bounded` that which says whether a row has one
    (None: all do); `ask` takes the prediction from what was fitted; `owner` the column whose rows are drawn together.
    """

    name: str
    fits: Mapping[str, Fit]
    number: str
    truth: Truth
    measures: tuple[Measure, ...]
    key: tuple[str, ...] = ("customer_id",)
    missing: float | None = 0.0
    bounds: tuple[str, str] | None = None
    bounded: str | None = None
    ask: Callable[[Any, Shop, datetime], pl.DataFrame] = ask_predict

    @property
    def owner(self) -> str:
        """The column whose rows are drawn together."""
        return self.key[0]


def backtest(
    shop: Shop,
    task: Task,
    *,
    horizon_days: int,
    dates: Sequence[datetime] | None = None,
    segments: Labels | None = None,
    seed: int = 0,
) -> pl.DataFrame:
    """Return how each way of a task did, at each date and together, overall and by segment.

    Parameters
    ----------
    dates : UTC; by default the last ones whose horizon is over
    segments : gives the (id, segment) of a date, known without what came after it: a group told with hindsight, as "who ordered
        lately", holds part of the answer. Those with fewer than 30 rows are left out

    Returns
    -------
    DataFrame with the columns of `SCHEMA`. Intervals are 95 % bootstrap over the ids, the same draws for every way, so that
    `gain` is paired. Of a task with bounds, also the share of what happened that lies in the predictor's interval.

    Raises
    ------
    CannotPredictError
        When there is no date to test at, or the predictor refuses at each.

    Source: Efron & Tibshirani (1993) for the bootstrap.
    """
    rows = predictions(shop, task, horizon_days=horizon_days, dates=dates)
    owners = np.unique(rows[task.owner].to_numpy(), return_inverse=True)[1].astype(np.int64)
    rows = rows.with_columns(_owner=pl.Series(owners))
    parts = [
        (None, EVERYBODY, rows),
        *((date[0], EVERYBODY, part) for date, part in rows.group_by("as_of", maintain_order=True)),
    ]
    if segments is not None:
        labelled = _labelled(rows, task, segments)
        parts += [(None, str(name[0]), part) for name, part in labelled.group_by("_segment", maintain_order=True)]
    ours = next(iter(task.fits))
    ways = [(measure, {name: name for name in task.fits}) for measure in task.measures]
    if task.bounds is not None:
        ways.append((INSIDE, {ours: "_inside"}))
    table = [
        one
        for date, segment, part in parts
        if segment == EVERYBODY or part.height >= _LEAST_ROWS
        for measure, models in ways
        for one in _lines(part.drop_nulls(list(models.values())), models, measure, (date, segment), seed)
    ]
    return pl.DataFrame(table, schema=SCHEMA, orient="row")


def _labelled(rows: pl.DataFrame, task: Task, segments: Labels) -> pl.DataFrame:
    """Return the rows whose owner was in a group at their date, with it, by group."""
    found = []
    for (date,), part in rows.group_by("as_of", maintain_order=True):
        assert isinstance(date, datetime)
        told = segments(date)
        label = told.select(pl.col(told.columns[0]).alias(task.owner), pl.col(told.columns[1]).alias("_segment"))
        found.append(part.join(label, on=task.owner, how="inner", maintain_order="left"))
    return pl.concat(found).sort("_segment", maintain_order=True)


def predictions(shop: Shop, task: Task, *, horizon_days: int, dates: Sequence[datetime] | None = None) -> pl.DataFrame:
    """Return what each way predicted at each date and what happened: as_of, the key, actual, one column a way.

    Only rows every way predicted are there. Of a task with bounds, `_inside` says whether the predictor's interval held it: 0 or
    1, null where it told none.

    Raises
    ------
    CannotPredictError
        When there is no date to test at, or a way refuses at each.
    """
    found, refused = [], ""
    for date in dates or backtest_dates(shop, horizon_days):
        seen = shop.until(date)
        try:
            found.append(_at(shop, seen, task, date, horizon_days))
        except CannotPredictError as error:
            refused = str(error)
    if not found:
        raise CannotPredictError(refused)
    return pl.concat(found)


def _at(shop: Shop, seen: Shop, task: Task, date: datetime, horizon_days: int) -> pl.DataFrame:
    whole: pl.DataFrame | None = None
    bounds: pl.DataFrame | None = None
    for name, fit in task.fits.items():
        predicted = task.ask(fit(seen, date, horizon_days), seen, date)
        if whole is None and task.bounds is not None:
            bounds = _bounds(predicted, task)
        made = predicted.select(*task.key, pl.col(task.number).alias(name)).drop_nulls()
        whole = made if whole is None else whole.join(made, on=task.key, how="inner", maintain_order="left")
    assert whole is not None
    later = task.truth(shop, date, horizon_days).select(*task.key, pl.col("actual").cast(pl.Float64))
    rows = whole.join(later, on=task.key, how="left", maintain_order="left")
    rows = (
        rows.drop_nulls("actual")
        if task.missing is None
        else rows.with_columns(pl.col("actual").fill_null(task.missing))
    )
    held: tuple[str, ...] = ()
    if bounds is not None:
        rows = rows.join(bounds, on=task.key, how="left", maintain_order="left")
        rows = rows.with_columns(_inside=pl.col("actual").is_between("_low", "_high").cast(pl.Float64))
        held = ("_inside",)
    return rows.select(pl.lit(date).cast(SCHEMA["as_of"]).alias("as_of"), *task.key, "actual", *task.fits, *held)


def _bounds(predicted: pl.DataFrame, task: Task) -> pl.DataFrame:
    """Return the interval of each prediction, (key, _low, _high), null where none is told."""
    assert task.bounds is not None
    low, high = task.bounds
    told = pl.lit(True) if task.bounded is None else pl.col(task.bounded)
    return predicted.select(
        *task.key, pl.when(told).then(pl.col(low)).alias("_low"), pl.when(told).then(pl.col(high)).alias("_high")
    )


def _lines(
    rows: pl.DataFrame, models: Mapping[str, str], measure: Measure, at: tuple[datetime | None, str], seed: int
) -> list[tuple[object, ...]]:
    """Return a row a model; `models` gives the column each one's predictions stand in, the predictor first; none without a row."""
    if rows.is_empty():
        return []
    predicted = {name: rows[column].cast(pl.Float64).to_numpy() for name, column in models.items()}
    owner = np.unique(rows["_owner"].to_numpy(), return_inverse=True)[1].astype(np.int64)
    dates = np.unique(rows["as_of"].to_numpy(), return_inverse=True)[1].astype(np.int64)
    return measured(rows["actual"].to_numpy(), predicted, measure, at, owner=owner, dates=dates, seed=seed)


def measured(
    actual: Floats,
    predicted: Mapping[str, Floats],
    measure: Measure,
    at: tuple[datetime | None, str],
    *,
    owner: NDArray[np.int64] | None = None,
    dates: NDArray[np.int64] | None = None,
    seed: int = 0,
) -> list[tuple[object, ...]]:
    """Return the rows of `SCHEMA` of one measure, a row a way, the first beside each of the others.

    Parameters
    ----------
    at : the date of the fit and the segment
    owner, dates : as `scoring.measures.bootstrap` takes them; each row its own owner and all of one date by default
    """
    owners = np.arange(actual.size) if owner is None else owner
    draws = bootstrap(actual, predicted, measure, owners, dates=dates, seed=seed, rounds=ROUNDS)
    sign = 1.0 if measure.better == "more" else -1.0
    values = {name: measure.value(actual, found, dates) for name, found in predicted.items()}
    ours = next(iter(predicted))
    lines: list[tuple[object, ...]] = []
    for name in predicted:
        low, high = _between(draws[name])
        gain: tuple[float | None, ...] = (None, None, None)
        if name != ours:
            gain = (sign * (values[ours] - values[name]), *_between(sign * (draws[ours] - draws[name])))
        lines.append((*at, measure.name, measure.better, name, values[name], low, high, *gain, actual.size))
    return lines


def _between(values: Floats) -> tuple[float, float]:
    kept = values[np.isfinite(values)]
    if not kept.size:
        return float("nan"), float("nan")
    low, high = np.percentile(kept, [2.5, 97.5])
    return float(low), float(high)
