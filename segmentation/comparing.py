"""Ways of grouping the same customers beside each other: how clear, how stable, how many move. It knows matrices, not names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from segmentation.clusterers import Labels, Matrix
from segmentation.stability import jaccards

MOST_ROWS = 2_000  # customers the ways are compared on, drawn by the seed where there are more
RESAMPLES = 6


class Clusterer(Protocol):
    """What is compared: an estimator as scikit-learn knows them."""

    labels_: Labels

    def fit(self, X: Any, y: object = None) -> Self:  # noqa: N803
        """Find groups."""

    def predict(self, X: Any) -> Labels:  # noqa: N803
        """Return the group of each row."""


@dataclass(frozen=True)
class Way:
    """A way of grouping and what it sees of each customer: `rows` (n, …) now, `before` a month earlier, or None.

    `lived` (bool, n) are the customers who were there a month earlier.
    """

    name: str
    clusterer: Clusterer
    rows: Any
    before: Any = None
    lived: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Fared:
    """How one way of grouping fared.

    silhouette : in the measures common to all ways, -1 to 1. stability : mean adjusted Rand index between the groups and
    those of bootstrap samples; its interval is the least and the largest of them. jaccards : of each group with the most
    alike one of a sample, the largest group first. moved : part of the customers in another group than a month earlier,
    None where it cannot be known. outliers : part of the customers in no group. agreement : adjusted Rand index with the
    groups in use.
    """

    way: str
    groups: int
    silhouette: float
    stability: float
    stability_interval: tuple[float, float]
    jaccards: tuple[float, ...]
    smallest_share: float
    outliers: float
    moved: float | None
    agreement: float


def compare_ways(ways: Sequence[Way], common: Matrix, labels: Labels, *, seed: int = 0) -> list[Fared]:
    """Return how each way of grouping fares on the same customers, in the order given.

    Parameters
    ----------
    ways : all of the same n customers, row by row
    common : float64 (n, d), the measures the silhouette is taken in for every way
    labels : int (n,), the groups in use

    Source: Rousseeuw (1987), Journal of Computational and Applied Mathematics 20, silhouette; Hennig (2007),
    Computational Statistics & Data Analysis 52(1), Jaccard over bootstrap samples.
    """
    from threadpoolctl import threadpool_limits

    rows = np.sort(np.random.default_rng(seed).permutation(len(common))[:MOST_ROWS])
    with threadpool_limits(limits=1):
        return [_fared(way, rows, common[rows], labels[rows], seed) for way in ways]


def _fared(way: Way, rows: Labels, common: Matrix, labels: Labels, seed: int) -> Fared:
    from sklearn.base import clone
    from sklearn.metrics import adjusted_rand_score

    seen = way.rows[rows]
    model = clone(way.clusterer).fit(seen)
    found = np.asarray(model.labels_)
    k = int(found.max()) + 1
    agreements, overlaps = [], []
    rng = np.random.default_rng([seed, 1])
    for _ in range(RESAMPLES):
        drawn = rng.integers(0, len(rows), size=len(rows))
        again = np.asarray(clone(way.clusterer).fit(seen[drawn]).predict(seen))
        agreements.append(adjusted_rand_score(found, again))
        overlaps.append(jaccards(found, again, max(k, int(again.max()) + 1))[:k])
    sizes = np.bincount(found, minlength=k)
    outliers = getattr(model, "outliers_", -1)
    return Fared(
        way.name,
        k,
        _silhouette(common, found),
        float(np.mean(agreements)),
        (float(min(agreements)), float(max(agreements))),
        tuple(float(one) for one in np.mean(overlaps, axis=0)),
        float(sizes.min() / len(rows)),
        float((found == outliers).mean()) if outliers >= 0 else 0.0,
        _moved(way, model, rows),
        float(adjusted_rand_score(labels, found)),
    )


def _silhouette(common: Matrix, found: Labels) -> float:
    from sklearn.metrics import silhouette_score

    return float(silhouette_score(common, found)) if 1 < len(set(found.tolist())) < len(found) else 0.0


def _moved(way: Way, model: Clusterer, rows: Labels) -> float | None:
    if way.before is None or way.lived is None or not way.lived[rows].any():
        return None
    lived = rows[way.lived[rows]]
    return float((np.asarray(model.predict(way.before[lived])) != np.asarray(model.predict(way.rows[lived]))).mean())
