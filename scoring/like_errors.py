"""Intervals from the errors of earlier forecasts of a like size. It knows no product and forecasts nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_GROUPS = 8  # by what was expected, about as many errors in each
_ROUNDED = 1e-9  # what is whole but for how it was computed stays
_LEAST = 50  # errors of a group that speak for it; a smaller one takes those of all


@dataclass(frozen=True)
class LikeErrors:
    """Errors of earlier forecasts, grouped by what had been expected: one of half a unit errs otherwise than one of fifty.

    Mondrian conformal intervals (Vovk, Gammerman & Shafer, 2005, Algorithmic Learning in a Random World, ch. 4.5).

    Parameters
    ----------
    edges : (groups − 1,) where one group of expected units ends and the next begins, ascending
    errors : for each group its errors, sorted, in units of width
    """

    edges: Floats
    errors: tuple[Floats, ...]

    @classmethod
    def of(cls, expected: Floats, errors: Floats) -> LikeErrors:
        """Return the errors of forecasts, all (n,), at least one."""
        edges = np.unique(np.quantile(expected, np.linspace(0, 1, _GROUPS + 1)[1:-1]))
        group = np.searchsorted(edges, expected, side="right")
        parts = [np.sort(errors[group == one]) for one in range(edges.size + 1)]
        return cls(edges, tuple(part if part.size >= _LEAST else np.sort(errors) for part in parts))

    def bounds(self, expected: Floats, level: float) -> tuple[Floats, Floats]:
        """Return the errors (n,), (n,) between which a share `level` of those of a like forecast lay, with the margin of their number."""
        group = np.searchsorted(self.edges, expected, side="right")
        each = np.array([_between(part, level) for part in self.errors])
        return each[group, 0], each[group, 1]


def _between(errors: Floats, level: float) -> tuple[float, float]:
    n, tail = errors.size, (1 - level) / 2
    first, last = int(np.floor(tail * (n + 1) + _ROUNDED)) - 1, int(np.ceil((1 - tail) * (n + 1) - _ROUNDED)) - 1
    return float(errors[max(first, 0)]), float(errors[min(last, n - 1)])


def whole_bounds(low: Floats, high: Floats, is_whole: Sequence[bool] | NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return bounds (n, weeks) widened to whole units for products (n,) that are sold in wholes: of them no part is ever sold."""
    whole = np.asarray(is_whole)[:, None]
    return np.where(whole, np.floor(low + _ROUNDED), low), np.where(whole, np.ceil(high - _ROUNDED), high)
