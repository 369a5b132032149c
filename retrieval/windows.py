"""Validation inside a shop's own past: what was known at a moment, and what each customer bought after it. It fits nothing.

What is known never holds an event of the moment or later, and a customer's own moment is rounded down to its day where the moments
differ, so that a product table made once a day serves all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from retrieval.log import Log
from retrieval.model import Rows

Protocol = Literal["time", "last order"]


@dataclass(frozen=True)
class Window:
    """A moment, or one for each customer, with what was bought after it.

    Parameters
    ----------
    past : Log, what may be fitted on
    now : float64 (customers,), each customer's moment
    targets : csr float32 (customers, products), 1 where bought after the moment; only customers with a purchase before it
    owned : csr float32 (customers, products), 1 where bought before it
    """

    past: Log
    now: NDArray[np.float64]
    targets: Any
    owned: Any

    def asked(self, *, fresh: bool, most: int | None = None, seed: int = 0) -> Rows:
        """Return the rows of customers with a target, ascending; at most so many, drawn at random."""
        rows = np.flatnonzero(np.diff(self.wanted(fresh=fresh).indptr))
        if most is not None and len(rows) > most:
            rows = np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
        return rows

    def wanted(self, *, fresh: bool) -> Any:
        """Return the targets, or those among them that are new to the customer."""
        if not fresh:
            return self.targets
        found = (self.targets - self.targets.multiply(self.owned)).tocsr()
        found.eliminate_zeros()
        found.sort_indices()
        return found

    def moments(self, customers: Rows) -> Iterator[tuple[float, Rows]]:
        """Yield each moment products are looked at from, and which of `customers` (rows of it) are asked then."""
        if self.past.clock == "events":
            yield np.inf, np.arange(len(customers))
            return
        now = self.now[customers]
        shared = now if len(now) and (now == now[0]).all() else np.floor(now)
        for moment in np.unique(shared):
            yield float(moment), np.flatnonzero(shared == moment)


def time_window(log: Log, start: float, end: float = 1.0) -> Window | None:
    """Return the window from where `start` of the purchases are done to where `end` are; None where nobody bought in both parts."""
    buys = log.buys()
    if log.clock == "events" or not len(buys):
        return None
    times = np.sort(buys.time)
    cut = times[min(int(len(times) * start), len(times) - 1)]
    until = np.inf if end >= 1 else times[min(int(len(times) * end), len(times) - 1)]
    after = buys.where((buys.time >= cut) & (buys.time < until))
    return window_of(log.before(cut), after, np.full(log.customers, cut))


def last_window(log: Log, *, back: int = 1) -> Window | None:
    """Return the window that holds back each customer's last order; `back` 2 the one before it, as if the last were not known.

    Without orders it is the last purchase. None where nobody has enough.
    """
    buys = log.buys()
    if not len(buys):
        return None
    order = np.lexsort((np.arange(len(buys)), buys.customer))
    buys = buys.where(order)
    key = buys.customer * (buys.order.max() + 1) + buys.order
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    begins = buys.time[first]  # of each order
    by_time = np.lexsort((begins, buys.customer[first]))
    ends = np.searchsorted(buys.customer[first][by_time], np.arange(log.customers), side="right")
    starts = np.searchsorted(buys.customer[first][by_time], np.arange(log.customers))
    able = ends - starts > back
    held = np.full(log.customers, -1)
    held[able] = by_time[(ends - back)[able]]
    now = log.ends.copy()
    now[able] = begins[held[able]]
    after = buys.where(place == held[buys.customer])
    return window_of(log.before(now), after, now)


def validation(log: Log, protocol: Protocol) -> Window | None:
    """Return the window a shop chooses by: its last fifth by time, or everybody's last order."""
    return time_window(log, 0.8) if protocol == "time" else last_window(log)


def lessons_of(log: Log, protocol: Protocol) -> list[Window]:
    """Return the windows a ranker learns from, the nearest to now first; they may overlap."""
    if protocol == "time":
        found = [time_window(log, 0.8), time_window(log, 0.9), time_window(log, 0.7, 0.9)]
    else:
        found = [last_window(log), last_window(log, back=2)]
    return [one for one in found if one is not None]


def window_of(past: Log, after: Log, now: NDArray[np.float64]) -> Window | None:
    """Return the window of a past and what was bought after each customer's moment; None where no known customer bought."""
    owned = past.buys().matrix()
    owned.data[:] = 1
    known = np.flatnonzero(np.diff(owned.indptr))
    after = after.where(np.isin(after.customer, known))
    if not len(after):
        return None
    targets = after.matrix()
    targets.data[:] = 1
    return Window(past, now, targets, owned)
