"""A table of numbers and words as the numbers two kinds of models read. It learns levels and quantiles, not what they predict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.errors import CannotPredictError

Floats = NDArray[np.float64]
_KNOTS = (0.0, 0.1, 0.35, 0.65, 0.9, 1.0)  # quantiles where the slope of a number's effect may change
_MOST_LEVELS = 30


@dataclass(frozen=True)
class Encoding:
    """How each column of a table becomes numbers, learnt from the rows a model is fitted to.

    `levels`: the words of each column of words; `knots`: where the slope of each number may change.
    """

    levels: dict[str, tuple[str, ...]]
    knots: dict[str, tuple[float, ...]]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns a table must have."""
        return (*self.knots, *self.levels)

    def plain(self, table: pl.DataFrame) -> tuple[Floats, list[str]]:
        """Return the numbers as they are and one 0/1 column a word, for trees, with the source column of each."""
        columns, owners = [], []
        for name in self.knots:
            columns.append(_numbers(table[name]))
            owners.append(name)
        for name, levels in self.levels.items():
            values = table[name].cast(pl.String)
            for level in levels if len(levels) > 2 else levels[1:]:
                columns.append((values == level).fill_null(False).to_numpy().astype(np.float64))
                owners.append(name)
        return np.column_stack(columns), owners

    def additive(self, table: pl.DataFrame) -> tuple[Floats, list[str]]:
        """Return for each number pieces of a broken line (0 where unknown) and a mark of unknown, for linear models."""
        columns, owners = [], []
        for name, knots in self.knots.items():
            values = _numbers(table[name])
            unknown = np.isnan(values)
            for low, high in zip(knots, knots[1:], strict=False):
                columns.append(np.where(unknown, 0.0, (np.clip(values, low, high) - low) / (high - low)))
                owners.append(name)
            columns.append(unknown.astype(np.float64))
            owners.append(name)
        words, names = Encoding(self.levels, {}).plain(table) if self.levels else (np.empty((table.height, 0)), [])
        return np.column_stack([*columns, words]) if columns else words, owners + names


def learn_encoding(table: pl.DataFrame) -> Encoding:
    """Return how to encode tables like this one; columns with one value only, or with a word a row, are left out.

    Raises
    ------
    CannotPredictError
        When no column is left.
    """
    levels: dict[str, tuple[str, ...]] = {}
    knots: dict[str, tuple[float, ...]] = {}
    for name, kind in table.schema.items():
        if kind.is_numeric():
            values = _numbers(table[name])
            seen = values[np.isfinite(values)]
            found = tuple(dict.fromkeys(np.quantile(seen, _KNOTS).tolist())) if seen.size else ()
            if len(found) > 1:
                knots[name] = found
        else:
            words = (
                table[name].cast(pl.String).drop_nulls().value_counts().sort(["count", name], descending=[True, False])
            )
            if 1 < words.height <= max(2, min(_MOST_LEVELS, table.height // 20)):
                levels[name] = tuple(words[name].sort().to_list())
    if not knots and not levels:
        raise CannotPredictError("table: no column with two values or more; there is nothing to learn from.")
    return Encoding(levels, knots)


def _numbers(values: pl.Series) -> Floats:
    return values.cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(np.float64)
