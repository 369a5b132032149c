"""How far predictions are from what happened: one number each, from two arrays. It knows no shop and no model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_BINS = 10


@dataclass(frozen=True)
class Measure:
    """A number that says how good predictions are: `of(actual, predicted)`; `better` is "more" or "less".

    `each_date`: of predictions made at several dates it is the mean over the dates, so that errors of opposite sign, too much at
    one date and too little at another, do not make up for each other.
    """

    name: str
    better: str
    of: Callable[[Floats, Floats], float]
    each_date: bool = False

    def value(self, actual: Floats, predicted: Floats, dates: NDArray[np.int64] | None = None) -> float:
        """Return the measure; `dates` numbers the dates the rows were predicted at, where there are several."""
        if dates is None or not self.each_date:
            return self.of(actual, predicted)
        parts = [dates == one for one in np.unique(dates)]
        return float(np.mean([self.of(actual[part], predicted[part]) for part in parts]))


def auc(actual: Floats, predicted: Floats) -> float:
    """Return the chance that a yes is ranked above a no, ties counted half; NaN where there is only one answer.

    Source: Hanley & McNeil (1982), Radiology 143(1): the area under the ROC curve is the Mann–Whitney statistic.
    """
    yes = actual > 0.5
    if yes.all() or not yes.any():
        return float("nan")
    _, place, count = np.unique(predicted, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    positives = int(yes.sum())
    return float((rank[yes].sum() - positives * (positives + 1) / 2) / (positives * (yes.size - positives)))


def average_precision(actual: Floats, predicted: Floats) -> float:
    """Return the area under precision and recall as a sum of steps; equal predictions are one step. NaN without a yes."""
    yes = actual > 0.5
    if not yes.any():
        return float("nan")
    order = np.argsort(-predicted, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(predicted[order])), predicted.size - 1)
    hits = np.cumsum(yes[order])[ends]
    return float(np.sum(np.diff(hits, prepend=0) / yes.sum() * hits / (ends + 1)))


def brier(actual: Floats, predicted: Floats) -> float:
    """Return the mean squared distance of a chance from what happened, 0 or 1."""
    return float(np.mean((actual - predicted) ** 2))


def calibration_error(actual: Floats, predicted: Floats) -> float:
    """Return how far chances are from the shares that came true, over ten groups of equal size by chance, weighed by size.

    Source: Naeini, Cooper & Hauskrecht (2015), AAAI, the expected calibration error; groups of equal size.
    """
    parts = np.array_split(np.argsort(predicted, kind="stable"), min(_BINS, predicted.size))
    return float(sum(abs(actual[part].mean() - predicted[part].mean()) * part.size for part in parts) / predicted.size)


def absolute_error(actual: Floats, predicted: Floats) -> float:
    """Return the mean absolute distance."""
    return float(np.mean(np.abs(actual - predicted)))


def squared_error(actual: Floats, predicted: Floats) -> float:
    """Return the root of the mean squared distance."""
    return float(np.sqrt(np.mean((actual - predicted) ** 2)))


def total_error(actual: Floats, predicted: Floats) -> float:
    """Return how far the sum of the predictions is from the sum of what happened, as a share of the latter; NaN where that is 0."""
    whole = float(actual.sum())
    return float("nan") if whole == 0 else abs(float(predicted.sum()) - whole) / abs(whole)


def wape(actual: Floats, predicted: Floats) -> float:
    """Return the sum of absolute distances as a share of the sum of what happened; NaN where that is 0."""
    whole = float(np.abs(actual).sum())
    return float("nan") if whole == 0 else float(np.abs(actual - predicted).sum()) / whole


CHANCES = (
    Measure("AUC", "more", auc),
    Measure("PR-AUC", "more", average_precision),
    Measure("Brier score", "less", brier),
    Measure("calibration error", "less", calibration_error),
)
AMOUNTS = (
    Measure("mean absolute error", "less", absolute_error),
    Measure("root mean squared error", "less", squared_error),
    Measure("error of the total", "less", total_error, each_date=True),
)
DEMANDS = (Measure("WAPE", "less", wape), Measure("error of the total", "less", total_error, each_date=True))
BY_NAME: Mapping[str, Measure] = MappingProxyType({one.name: one for one in (*CHANCES, *AMOUNTS, *DEMANDS)})


def bootstrap(
    actual: Floats,
    predicted: Mapping[str, Floats],
    measure: Measure,
    owner: NDArray[np.int64],
    *,
    dates: NDArray[np.int64] | None = None,
    seed: int = 0,
    rounds: int = 300,
) -> dict[str, Floats]:
    """Return the measure of each way of predicting on `rounds` draws of the owners with replacement; the same draws for each.

    Parameters
    ----------
    owner : whose row it is, numbered from 0: rows of one customer are drawn together
    dates : as `Measure.value` takes them
    """
    rng = np.random.default_rng(seed)
    order = np.argsort(owner, kind="stable")
    people = int(owner.max()) + 1
    starts = np.searchsorted(owner[order], np.arange(people + 1))
    found: dict[str, list[float]] = {name: [] for name in predicted}
    for _ in range(rounds):
        drawn = rng.integers(0, people, people)
        sizes = starts[drawn + 1] - starts[drawn]
        inside = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        rows = order[np.repeat(starts[drawn], sizes) + inside]
        for name, values in predicted.items():
            found[name].append(measure.value(actual[rows], values[rows], None if dates is None else dates[rows]))
    return {name: np.array(values) for name, values in found.items()}
