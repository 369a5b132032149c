"""Long work as named stages: how far each is, how long it took, how much memory the process had at most.

It measures and tells a listener; it knows nothing of what a stage does or how it is shown.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

Tick = Callable[[int, int], None]  # (done, total)
Listener = Callable[[str, int, int], None]  # (stage, done, total); total 0 where it is not known yet


@dataclass(frozen=True)
class StageTime:
    """One stage that is over; `peak_mib` is the most memory the process has had so far, in MiB."""

    name: str
    seconds: float
    peak_mib: float
    reused: bool  # nothing had to be done: an earlier run's result was taken


def peak_mib() -> float:
    """Return the largest resident size this process has had so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


class Stages:
    """Times stages one after the other and passes their progress on.

    Parameters
    ----------
    listener : callable, optional
        Called with (stage, done, total) at the start, at each tick and at the end of a stage.
    """

    def __init__(self, listener: Listener | None = None) -> None:
        self._listener = listener or (lambda name, done, total: None)
        self.times: list[StageTime] = []
        self._reused = False

    @contextmanager
    def stage(self, name: str) -> Iterator[Tick]:
        """Time what happens inside; yields the function to report progress with."""
        started = time.perf_counter()
        self._reused = False
        self._listener(name, 0, 0)
        yield lambda done, total: self._listener(name, done, total)
        self._listener(name, 1, 1)
        self.times.append(StageTime(name, time.perf_counter() - started, peak_mib(), self._reused))

    def reused(self) -> None:
        """Say that the running stage found its result made already."""
        self._reused = True
