"""How good an order of products is on a window: NDCG@10 and Recall@20 over the full catalogue, by rows. It does not know what scored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.model import Floats, Rows
from retrieval.windows import Window

_ROUNDS = 300
_BATCH = 256
_DISCOUNTS = 1 / np.log2(np.arange(2, 12))
Scores = Callable[[Rows, float], Floats]  # rows of customers, the moment → (b, products)


@dataclass(frozen=True)
class Verdict:
    """NDCG@10 and Recall@20 of each customer asked, float64 (customers,)."""

    ndcgs: NDArray[np.float64]
    recalls: NDArray[np.float64]

    @property
    def ndcg(self) -> float:
        """The mean NDCG@10."""
        return float(self.ndcgs.mean())

    @property
    def recall(self) -> float:
        """The mean Recall@20."""
        return float(self.recalls.mean())

    def interval(self, *, seed: int = 0) -> tuple[float, float]:
        """Return the 95 % bootstrap interval of the NDCG."""
        return bootstrap(self.ndcgs, seed=seed)

    def gain_over(self, other: Verdict, *, seed: int = 0) -> tuple[float, float]:
        """Return the 95 % bootstrap interval of the NDCG above another's, customer by customer."""
        return bootstrap(self.ndcgs - other.ndcgs, seed=seed)


def bootstrap(values: NDArray[np.float64], *, seed: int = 0) -> tuple[float, float]:
    """Return the 95 % interval of the mean over resamples."""
    rng = np.random.default_rng(seed)
    means = [values[rng.integers(0, len(values), len(values))].mean() for _ in range(_ROUNDS)]
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def judge(window: Window, scores: Scores, customers: Rows, *, fresh: bool) -> Verdict:
    """Return how well `scores` ranks what `customers` bought after the window's moment.

    Parameters
    ----------
    fresh : whether only products new to the customer are ranked and wanted
    """

    def tables() -> Iterator[tuple[Rows, Floats]]:
        for moment, places in window.moments(customers):
            for start in range(0, len(places), _BATCH):
                some = places[start : start + _BATCH]
                yield some, scores(customers[some], moment)

    return judge_tables(window, tables(), customers, fresh=fresh)


def judge_tables(window: Window, tables: Iterable[tuple[Rows, Floats]], customers: Rows, *, fresh: bool) -> Verdict:
    """Return the verdict on scores handed in as they come: places in `customers`, float32 (b, products)."""
    wanted, owned = window.wanted(fresh=fresh), window.owned
    ndcgs, recalls = np.zeros(len(customers)), np.zeros(len(customers))
    for places, table in tables:
        for place, given in zip(places, table, strict=True):
            customer = customers[place]
            row = np.array(given, dtype=np.float32)
            if fresh:
                row[owned.indices[owned.indptr[customer] : owned.indptr[customer + 1]]] = -np.inf
            aims = wanted.indices[wanted.indptr[customer] : wanted.indptr[customer + 1]]
            ndcgs[place], recalls[place] = _of_row(row, aims)
    return Verdict(ndcgs, recalls)


def _of_row(row: Floats, aims: Rows) -> tuple[float, float]:
    top = best(row, 20)
    hit = np.isin(top, aims)
    first = hit[:10]
    ndcg = (first * _DISCOUNTS[: len(first)]).sum() / _DISCOUNTS[: min(len(aims), 10)].sum()
    return float(ndcg), float(hit.sum() / min(20, len(aims)))


def best(scores: Floats, k: int) -> Rows:
    """Return the rows of the `k` largest finite scores, largest first, ties by row: the same on every machine."""
    k = min(k, len(scores))
    bound = np.partition(scores, len(scores) - k)[len(scores) - k]
    able = np.flatnonzero(scores >= bound)
    order = able[np.argsort(-scores[able], kind="stable")][:k]
    return order[np.isfinite(scores[order])]
