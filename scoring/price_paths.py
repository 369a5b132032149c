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
    seen, active = _seen(paths, rate)
    span = seen.shape[0]
    forward, onward = np.empty_like(seen), np.empty_like(seen)
    now, leap, stay = share, jump * share, 1 - jump
    for day in range(span):
        now = (stay * now + leap) * seen[day]
        now = now / now.sum(axis=1, keepdims=True)
        forward[day] = now
    back = np.ones_like(share)
    for day in range(span - 1, -1, -1):
        ahead = seen[day] * back
        onward[day] = ahead  # what the day and all after it say of each price
        back = stay * ahead + (leap * ahead).sum(axis=1, keepdims=True)
        back = back / back.max(axis=1, keepdims=True)
    here = forward * onward / np.maximum(seen, 1e-300)
    here *= (active / np.maximum(here.sum(axis=2), 1e-300))[:, :, None]
    weekly = here.reshape(paths.weeks, WEEK, *share.shape).sum(axis=1)
    moved = (leap * onward).sum(axis=2)
    before = np.concatenate([share[None], forward[:-1]])
    stayed = stay * (before * onward).sum(axis=2)
    jumps = float((moved / np.maximum(moved + stayed, 1e-300) * active).sum())
    return np.ascontiguousarray(weekly.transpose(1, 2, 0)), jumps, float(active.sum())


def _seen(paths: Paths, rate: Floats) -> tuple[Floats, Floats]:
    """Return how well each price explains each day, (days, products, prices), up to a factor, and 1 where a product is offered."""
    days = np.arange(paths.state.shape[1])[:, None]
    active = ((days >= paths.first) & (days < paths.last)).astype(np.float64)
    quiet = np.repeat(np.exp(-np.clip(rate, 0.0, 500.0)).transpose(2, 0, 1), WEEK, axis=0)
    found = np.where(active[:, :, None] > 0, quiet, 1.0) * paths.exists
    product, day = np.nonzero(paths.state >= 0)
    found[day, product] = 0.0
    found[day, product, paths.state[product, day]] = 1.0
    return found, active
