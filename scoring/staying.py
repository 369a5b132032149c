"""How long customers stay: the mean days until a customer is lost for good, of each group, whatever the season, with an interval.

Orders come at a pace of each customer's own, times the season of the group; at some moment, unseen, they stop. It knows days with
an order. It does not know which customer is lost, only how likely.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import gammaln, psi

from scoring.windows import first_order

if TYPE_CHECKING:
    from shop import Shop

Floats = NDArray[np.float64]
_Z = 1.6449  # 90 %
_STEP = 7.0  # days between the moments a customer may be lost at
_LEAST = 40  # customers who came back, below which nothing is said
_PARTS = 24  # of the year, that pace differs by
_PRIOR = 1.0  # how strongly the parts are held together, 1 / variance of their logarithms
_Row = tuple[float | None, float | None, float | None, float | None, int, str | None]
_REGULAR = 0.6  # orders whose gaps vary less than this come too regularly for the model
SCHEMA = {
    "segment": pl.String,
    "stay_days": pl.Float64,  # mean days from the first order to the loss; null where it cannot be told
    "low": pl.Float64,  # 90 %
    "high": pl.Float64,
    "lost_share": pl.Float64,  # of the segment's customers, lost by now, expected
    "customers": pl.Int64,
    "refused": pl.String,
}


@dataclass(frozen=True)
class Staying:
    """Fitted stays: `table` with the columns of `SCHEMA`."""

    table: pl.DataFrame
    as_of: datetime


def fit(shop: Shop, as_of: datetime, *, segments: pl.DataFrame | None = None) -> Staying:
    """Estimate how long customers stay, of each segment handed in, or of all.

    Parameters
    ----------
    segments : (customer_id, segment); without, all customers are one

    Raises
    ------
    CannotPredictError
        When the shop has no clock.

    Source: Schmittlein, Morrison & Colombo (1987), Management Science 33(1), the Pareto/NBD model; here the pace follows the
    half month of the year, and the likelihood is summed over the weeks of the loss.
    """
    seen = shop.until(as_of)
    start = first_order(seen)
    table = _customers(seen, start)
    if segments is None:
        table = table.with_columns(_segment=pl.lit("all"))
    else:
        label = segments.select(
            pl.col(segments.columns[0]).alias("customer_id"),
            pl.col(segments.columns[1]).cast(pl.String).alias("_segment"),
        )
        table = table.join(label, on="customer_id", how="inner")
    end = (as_of - start).total_seconds() / 86_400
    part_of = _parts(start, end)
    rows = [
        (str(name[0]), *_row(part, end, part_of))
        for name, part in table.sort("_segment").group_by("_segment", maintain_order=True)
    ]
    return Staying(pl.DataFrame(rows, schema=SCHEMA, orient="row"), as_of)


def _customers(seen: Shop, start: datetime) -> pl.DataFrame:
    """Return (customer_id, days): the days from the start with an order, of each customer, in order."""
    zone = seen.settings.time_zone
    local = pl.col("time").dt.convert_time_zone(zone).dt.date()
    lines = seen.purchases().filter(pl.col("customer_id").is_not_null()).with_columns(local.alias("_date"))
    first = pl.lit(start).dt.convert_time_zone(zone).dt.date()
    lines = lines.with_columns((pl.col("_date") - first).dt.total_days().cast(pl.Float64).alias("_day"))
    return lines.group_by("customer_id").agg(pl.col("_day").unique().sort().alias("days")).sort("customer_id")


def _parts(start: datetime, end: float) -> NDArray[np.int64]:
    """Return the half month of the year, 0–23, of each day."""
    days = pl.Series([start.date()]).dt.offset_by("0d")
    span = pl.date_range(days[0], days.dt.offset_by(f"{int(end) + 1}d")[0], eager=True)
    half = (span.dt.day() > 15).cast(pl.Int64)
    return ((span.dt.month().cast(pl.Int64) - 1) * 2 + half).to_numpy()


def _row(part: pl.DataFrame, end: float, part_of: NDArray[np.int64]) -> _Row:
    back = part.filter(pl.col("days").list.len() > 1).height
    if back < _LEAST:
        return None, None, None, None, part.height, f"{back} customers came back; {_LEAST} are needed"
    model = _Likelihood(part["days"].to_list(), end, part_of)
    found, spread, lost = model.fit()
    if model.regularity(found) < _REGULAR:
        return None, None, None, None, part.height, "orders come too regularly for a model of orders at random"
    if not np.isfinite(spread) or spread > 1.0:
        return None, None, None, None, part.height, "too few customers have been silent for long"
    days = float(np.exp(-found[0]))
    return days, days * float(np.exp(-_Z * spread)), days * float(np.exp(_Z * spread)), lost, part.height, None


class _Likelihood:
    """The likelihood of orders: parameters log loss rate, log evenness of the paces, log pace of each part of the year."""

    def __init__(self, days: list[list[float]], end: float, part_of: NDArray[np.int64]) -> None:
        self.first = np.array([one[0] for one in days])
        self.last = np.array([one[-1] for one in days])
        self.count = np.array([len(one) - 1.0 for one in days])
        self.end, self.days = end, days
        marks = np.zeros((_PARTS, part_of.size + 1))
        marks[part_of, np.arange(1, part_of.size + 1)] = 1.0
        self.calendar = np.cumsum(marks, axis=1)  # days of each part of the year before each day
        later = np.concatenate([np.array(one[1:]) for one in days]).astype(np.int64)
        self.orders = np.bincount(part_of[later], minlength=_PARTS).astype(np.float64)
        self.at = np.arange(_STEP / 2, end, _STEP)
        self.spent_first = self._spent(self.first)
        self.spent_at = self._spent(self.at)
        self.spent_end = self._spent(np.array([end]))

    def _spent(self, when: Floats) -> Floats:
        """Return the days of each part of the year before each moment, (parts, moments)."""
        whole = np.clip(np.floor(when).astype(np.int64), 0, self.calendar.shape[1] - 2)
        part = when - whole
        found: Floats = self.calendar[:, whole] * (1 - part) + self.calendar[:, whole + 1] * part
        return found

    def value(self, point: Floats) -> tuple[float, Floats, float]:
        """Return the negative log-likelihood, its slope, and how many customers are expected to be lost."""
        loss, even, pace = np.exp(point[0]), np.exp(point[1]), np.exp(point[2:])
        clock_at, clock_first = pace @ self.spent_at, pace @ self.spent_first
        clock_end = float((pace @ self.spent_end)[0])
        ran = np.column_stack([clock_at[None, :] - clock_first[:, None], clock_end - clock_first])
        age = np.column_stack([self.at[None, :] - self.first[:, None], self.end - self.first])
        power = (even + self.count)[:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            logs = -loss * age - power * np.log(np.maximum(even + ran, 1e-12))
        logs[:, :-1] += np.log(loss * _STEP)
        logs[:, :-1][self.at[None, :] <= self.last[:, None]] = -np.inf
        top = logs.max(axis=1, keepdims=True)
        weight = np.exp(logs - top)
        whole = weight.sum(axis=1, keepdims=True)
        weight /= whole
        own = gammaln(even + self.count) - gammaln(even) + even * np.log(even)
        total = float(np.sum(own + np.log(whole[:, 0]) + top[:, 0]) + self.orders @ point[2:])
        lean = point[2:] - point[2:].mean()
        slope = np.empty_like(point)
        slope[0] = np.sum(weight[:, :-1]) - loss * np.sum(weight * age)
        fall = np.sum(weight * (np.log(np.maximum(even + ran, 1e-12)) + power / np.maximum(even + ran, 1e-12)), axis=1)
        slope[1] = even * np.sum(psi(even + self.count) - psi(even) + np.log(even) + 1 - fall)
        pull = weight * power / np.maximum(even + ran, 1e-12)
        spent = self.spent_at @ pull[:, :-1].sum(axis=0) + self.spent_end[:, 0] * pull[:, -1].sum()
        spent -= self.spent_first @ pull.sum(axis=1)
        slope[2:] = self.orders - pace * spent - _PRIOR * lean
        return -(total - 0.5 * _PRIOR * float(lean @ lean)), -slope, float(np.sum(weight[:, :-1]))

    def fit(self) -> tuple[Floats, float, float]:
        """Return the parameters, the standard error of the log loss rate, and the share expected to be lost."""
        from scipy.optimize import minimize

        pace = np.log(max(self.count.sum(), 1.0) / np.sum(self.end - self.first))
        start = np.concatenate([[-np.log(self.end), 1.0], np.full(_PARTS, pace)])
        bounds = [(-14.0, 0.0), (-3.0, 6.0), *[(-16.0, 2.0)] * _PARTS]
        found = minimize(
            lambda point: self.value(point)[:2],
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": 300},
        )
        curve = np.array([self._slope(found.x, i) for i in range(start.size)])
        curve = (curve + curve.T) / 2
        free = [i for i, (low, high) in enumerate(bounds) if low + 1e-6 < found.x[i] < high - 1e-6]
        inverse = np.linalg.pinv(curve[np.ix_(free, free)])
        spread = (
            float(np.sqrt(inverse[free.index(0), free.index(0)])) if 0 in free and inverse[0, 0] > 0 else float("inf")
        )
        return found.x, spread, self.value(found.x)[2] / self.count.size

    def _slope(self, at: Floats, number: int, step: float = 1e-4) -> Floats:
        move = np.zeros(at.size)
        move[number] = step
        return (self.value(at + move)[1] - self.value(at - move)[1]) / (2 * step)

    def regularity(self, point: Floats) -> float:
        """Return the variance of the gaps between orders on the clock of the season, in units of the squared mean: 1 at random."""
        pace = np.exp(point[2:])
        gaps = [np.diff(pace @ self._spent(np.array(one))) for one in self.days if len(one) > 2]
        spread = [one / one.mean() for one in gaps if one.size >= 3 and one.mean() > 0]
        if not spread:
            return 1.0
        sizes = np.array([one.size for one in spread])
        return float(sum(((one - 1) ** 2).sum() for one in spread) / (sizes - 1).sum())
