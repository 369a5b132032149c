"""Which price a product had on days nothing was sold: the chance of each of its prices, from the sales before and after.

A hidden path: the price stays, or now and then jumps to one of the product's prices; a sale shows it, a day without one speaks
for the price at which less is sold. It knows rates, not how they are estimated.

Source: Baum et al. (1970) and Rabiner (1989), Proceedings of the IEEE 77(2): forwards and backwards through a hidden chain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
WEEK = 7
_CHUNK = 1_000  # products at a time


@dataclass(frozen=True)
class Paths:
    """What was seen of each product's price.

    `state` (products, days): the number of the price a sale showed, -1 where none; `first`, `last` days offered from and to;
    `exists` (products, prices).
    """

    state: Ints
    first: Ints
    last: Ints
    exists: NDArray[np.bool_]

    @property
    def weeks(self) -> int:
        """How many weeks the days fill."""
        return -(-self.state.shape[1] // WEEK)


def occupancy(paths: Paths, rate: Floats, share: Floats, jump: float) -> tuple[Floats, float]:
    """Return the expected days at each price by week, (products, prices, weeks), and the expected jumps a day.

    Parameters
    ----------
    rate : (products, prices, weeks), sales a day expected at each price
    share : (products, prices), the chance of each price after a jump, rows sum to 1
    jump : chance of a jump a day
    """
    parts = []
    jumps, days = 0.0, 0.0
    for start in range(0, paths.state.shape[0], _CHUNK):
        rows = slice(start, start + _CHUNK)
        some = Paths(paths.state[rows], paths.first[rows], paths.last[rows], paths.exists[rows])
        found, one, all_days = _passes(some, rate[rows], share[rows], jump)
        parts.append(found)
        jumps, days = jumps + one, days + all_days
    return np.concatenate(parts), jumps / max(days, 1.0)


def _passes(paths: Paths, rate: Floats, share: Floats, jump: float) -> tuple[Floats, float, float]:
    span = paths.state.shape[1]
    quiet = np.exp(-np.clip(rate, 0.0, 500.0))
    forward = np.empty((span, *share.shape))
    now = share.copy()
    for day in range(span):
        now = ((1 - jump) * now + jump * share) * _seen(paths, quiet, day)
        now /= now.sum(axis=1, keepdims=True)
        forward[day] = now
    found = np.zeros((*share.shape, paths.weeks))
    back = np.ones_like(share)
    jumps, days = 0.0, 0.0
    for day in range(span - 1, -1, -1):
        active = (day >= paths.first) & (day < paths.last)
        here = forward[day] * back
        here /= here.sum(axis=1, keepdims=True)
        found[:, :, day // WEEK] += here * active[:, None]
        onward = _seen(paths, quiet, day) * back
        moved = jump * (share * onward).sum(axis=1)
        before = forward[day - 1] if day else share
        stayed = (1 - jump) * (before * onward).sum(axis=1)
        jumps += float((moved / np.maximum(moved + stayed, 1e-300))[active].sum())
        days += float(active.sum())
        back = (1 - jump) * onward + moved[:, None]
        back /= back.max(axis=1, keepdims=True)
    return found, jumps, days


def _seen(paths: Paths, quiet: Floats, day: int) -> Floats:
    """Return how well each price explains a day, (products, prices), up to a factor."""
    state = paths.state[:, day]
    active = (day >= paths.first) & (day < paths.last)
    found = np.where(active[:, None], quiet[:, :, day // WEEK], 1.0) * paths.exists
    sold = np.flatnonzero(state >= 0)
    found[sold] = 0.0
    found[sold, state[sold]] = 1.0
    return found
