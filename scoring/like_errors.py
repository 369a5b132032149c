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
        tail = (1 - level) / 2
        low = -LikeErrors(self.edges, tuple(-part[::-1] for part in self.errors)).upper(expected, 1 - tail)
        return low, self.upper(expected, 1 - tail)

    def upper(self, expected: Floats, chance: float) -> Floats:
        """Return the error (n,) that a share `chance` of those of a like forecast did not exceed, with the margin of their number."""
        each = [part[min(int(np.ceil(chance * (part.size + 1) - _ROUNDED)), part.size) - 1] for part in self.errors]
        found: Floats = np.array(each)[np.searchsorted(self.edges, expected, side="right")]
        return found


def whole_bounds(low: Floats, high: Floats, is_whole: Sequence[bool] | NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return bounds (n, weeks) widened to whole units for products (n,) that are sold in wholes: of them no part is ever sold."""
    whole = np.asarray(is_whole)[:, None]
    return np.where(whole, np.floor(low + _ROUNDED), low), np.where(whole, np.ceil(high - _ROUNDED), high)
