"""What moved since an earlier run: profiles, groups and scores, how far, and since when. It keeps nothing and names no cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 10
SOME, LARGE = 0.1, 0.25  # below the first a population is as it was, from the second it is another one


@dataclass(frozen=True)
class Spread:
    """How a number is spread over customers: the edges of tenths, the part between each, and of how many it is known."""

    edges: tuple[float, ...]
    shares: tuple[float, ...]
    known: int

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Spread | None:
        """Return the spread of some numbers, NaN where unknown; None where fewer than 30 are known or all are equal."""
        known = values[np.isfinite(values)]
        if len(known) < 30:  # noqa: PLR2004
            return None
        edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1]))
        if known.min() == known.max():
            return None
        return cls(tuple(map(float, edges)), _shares(known, edges), len(known))

    def again(self, values: NDArray[np.float64]) -> Spread:
        """Return how other numbers are spread between the same edges."""
        known = values[np.isfinite(values)]
        return Spread(self.edges, _shares(known, np.array(self.edges)), len(known))


def _shares(values: NDArray[np.float64], edges: NDArray[np.float64]) -> tuple[float, ...]:
    counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
    return tuple(float(one) for one in counts / max(len(values), 1))


def stability_index(before: Sequence[float], now: Sequence[float]) -> float:
    """Return the population stability index of two sets of shares over the same bins; 0 is no change.

    Empty bins count as one in ten thousand.

    Source: Siddiqi (2006), Credit Risk Scorecards, ch. 9: below .1 no change, .1 to .25 some, above .25 a large one.

    Examples
    --------
    >>> round(stability_index([0.5, 0.5], [0.4, 0.6]), 4)
    0.0405
    """
    first, second = (np.clip(np.array(one, dtype=float), 1e-4, None) for one in (before, now))
    return float(((second - first) * np.log(second / first)).sum())


def by_chance(bins: int, before: int, now: int) -> float:
    """Return the index that 95 of 100 pairs of samples stay below where nothing changed.

    Source: Yurdakul & Naranjo (2020), Journal of Risk Model Validation 14(4): the index is about chi-square distributed.
    """
    from scipy.stats import chi2

    if bins < 2 or not before or not now:  # noqa: PLR2004
        return 0.0
    return float(chi2.ppf(0.95, bins - 1) * (1 / before + 1 / now))


@dataclass(frozen=True)
class Run:
    """What is kept of one run.

    `as_of` UTC, None without a clock; `data` the fingerprint; `profiles` and `scores` spreads by name; `labels` the group
    of each customer who had bought, `ordered` their orders so far; `titles` what the groups were called, by number.
    """

    as_of: datetime | None
    data: str
    profiles: Mapping[str, Spread]
    scores: Mapping[str, Spread]
    labels: Mapping[str, int]
    ordered: Mapping[str, int]
    groups: int
    titles: Mapping[int, str] = field(default_factory=dict)

    @property
    def when(self) -> str:
        """Return what the run is called: the moment its data reach to."""
        return "undated data" if self.as_of is None else f"{self.as_of:%Y-%m-%d}"


@dataclass(frozen=True)
class Moved:
    """How far one thing moved: `kind` "profile", "score" or "groups"; `since` the latest run it is no longer like, "" for none."""

    kind: str
    name: str
    index: float
    chance: float  # what chance alone stays below in 95 of 100
    since: str = ""

    @property
    def verdict(self) -> str:
        """Return "as it was", "moved" or "moved far"."""
        if self.index < SOME or self.index <= self.chance:
            return "as it was"
        return "moved far" if self.index >= LARGE else "moved"


@dataclass(frozen=True)
class Drift:
    """What moved between two runs.

    `new` customers have their first order since, `active` ordered again, `quiet` did not, `gone` are no longer in the
    data; `matrix` int (groups before, groups now) counts those of both runs.
    """

    before: str
    now: str
    moved: tuple[Moved, ...]
    new: int
    active: int
    quiet: int
    gone: int
    matrix: NDArray[np.int64]
    agreement: float  # adjusted Rand index of the groups of both runs

    def told(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return {
            "before": self.before,
            "now": self.now,
            "moved": [{**vars(one), "verdict": one.verdict} for one in self.moved],
            "customers": {"new": self.new, "active": self.active, "quiet": self.quiet, "gone": self.gone},
            "matrix": self.matrix.tolist(),
            "agreement": self.agreement,
        }


def drift(now: Run, values: Mapping[str, NDArray[np.float64]], earlier: Sequence[Run]) -> Drift:
    """Return what moved since the last of some earlier runs.

    Parameters
    ----------
    now : the run of today
    values : the numbers today's spreads were made of, by name, so that they can be laid between the edges of earlier ones
    earlier : runs, the oldest first; at least one
    """
    from sklearn.metrics import adjusted_rand_score

    last = earlier[-1]
    moved = [_moved(kind, name, values, earlier) for kind in ("profile", "score") for name in _kept(last, kind)]
    sizes = [_sizes(last), _sizes(now)]
    shared = sorted(last.labels.keys() & now.labels.keys())
    matrix = np.zeros((last.groups, now.groups), dtype=np.int64)
    pairs = np.array([(last.labels[one], now.labels[one]) for one in shared], dtype=np.int64).reshape(-1, 2)
    np.add.at(matrix, (pairs[:, 0], pairs[:, 1]), 1)
    if last.groups == now.groups:
        index = stability_index(*(size / max(size.sum(), 1) for size in sizes))
        chance = by_chance(now.groups, *(int(size.sum()) for size in sizes))
        moved.append(Moved("groups", "sizes of the groups", index, chance, last.when if index >= SOME else ""))
    again = sum(now.ordered[one] > last.ordered.get(one, 0) for one in shared)
    return Drift(
        last.when,
        now.when,
        tuple(one for one in moved if one is not None),
        len(now.labels.keys() - last.labels.keys()),
        again,
        len(shared) - again,
        len(last.labels.keys() - now.labels.keys()),
        matrix,
        float(adjusted_rand_score(pairs[:, 0], pairs[:, 1])) if len(pairs) else 0.0,
    )


def _kept(run: Run, kind: str) -> Mapping[str, Spread]:
    return run.profiles if kind == "profile" else run.scores


def _sizes(run: Run) -> NDArray[np.float64]:
    return np.bincount(list(run.labels.values()), minlength=run.groups).astype(float)


def _moved(kind: str, name: str, values: Mapping[str, NDArray[np.float64]], earlier: Sequence[Run]) -> Moved | None:
    if name not in values:
        return None
    since, found = "", None
    for run in reversed(earlier):  # the latest run it is no longer like
        spread = _kept(run, kind).get(name)
        if spread is None:
            break
        today = spread.again(values[name])
        index = stability_index(spread.shares, today.shares)
        chance = by_chance(len(spread.shares), spread.known, today.known)
        found = found or Moved(kind, name, index, chance)
        if index >= SOME and index > chance:
            since = run.when
            break
    return None if found is None else Moved(kind, name, found.index, found.chance, since)
