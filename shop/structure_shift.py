"""Whether the values move to a neighbouring column from some row on. It sees kinds of cells only, not what columns mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shop.raw import shown, wrong
from shop.structure_kinds import EMPTY, cell_kinds, usual_kinds

_SAMPLE = 2000  # rows looked at to find a shift; the rows around it are then looked at one by one
_LEAST_ROWS = 3


@dataclass(frozen=True)
class _Move:
    """Columns from `start` on hold, after a row, what stood `step` columns before."""

    start: int
    step: int


def check_shift(body: pl.DataFrame, lines: NDArray[np.int64], source: str) -> None:
    """Stop where, from one row on, columns hold the kinds of values their neighbours held before.

    Raises
    ------
    ShopDataError
        Naming the line where it begins, a value, and the column it belongs to.
    """
    if body.height < 2 * _LEAST_ROWS or body.width < 2:
        return
    step = max(1, body.height // _SAMPLE)
    rows = np.arange(0, body.height, step)
    kinds = cell_kinds(body[rows])
    for part in (5, 50):  # the first rows say what belongs where: a fifth, or fewer where the shift begins early
        before = usual_kinds(kinds[: max(_LEAST_ROWS, len(rows) // part)])
        found = _best_move(kinds, before)
        if found is not None:
            break
    else:
        return
    move, change = found
    begin = _exact(body, before, move, int(rows[change - 1]) + 1, int(rows[change]))
    row = body.row(begin)
    column = next(
        index for index in range(move.start, body.width) if _tells(before, index, move) and row[index] is not None
    )
    raise wrong(
        f"{source}, line {lines[begin]}",
        f"{shown(row[column], 30)!r} in column {body.columns[column]!r}: from here on values stand one column to the "
        f"{'right' if move.step > 0 else 'left'}",
        f"values as above in {body.columns[column]!r}, such as {_example(body, column)!r}",
        "Export it again, or move the cells of these rows back.",
    )


def _example(body: pl.DataFrame, column: int) -> str:
    return shown(body[:, column].drop_nulls().head(1).to_list()[0], 30)


def _tells(before: NDArray[np.int8], index: int, move: _Move) -> bool:
    """Return whether the move would change the kind of a column that had one."""
    origin = index - move.step
    inside = move.start <= origin < before.size if move.step < 0 else move.start <= origin
    return inside and before[index] != EMPTY and before[origin] not in (EMPTY, before[index])


def _gains(kinds: NDArray[np.int8], before: NDArray[np.int8], move: _Move) -> tuple[NDArray[np.int64], int]:
    """Return for each row how many cells fit the move less how many fit their own column, and how many cells tell."""
    columns = [index for index in range(move.start, before.size) if _tells(before, index, move)]
    gain = np.zeros(len(kinds), dtype=np.int64)
    for index in columns:
        gain += kinds[:, index] == before[index - move.step]
        gain -= kinds[:, index] == before[index]
    empty = move.start if move.step > 0 else before.size - 1  # the column the move leaves behind
    if columns and before[empty] != EMPTY and (kinds[:, empty] == EMPTY).any():
        gain += np.where(kinds[:, empty] == EMPTY, 1, -1)
        return gain, len(columns) + 1
    return gain, len(columns)


def _best_move(kinds: NDArray[np.int8], before: NDArray[np.int8]) -> tuple[_Move, int] | None:
    """Return the move that explains the last rows and not the first ones, with the sampled row it begins at."""
    best: tuple[int, _Move, int] | None = None
    for start in range(min(before.size - 1, 200)):
        for step in (1, -1):
            gain, tells = _gains(kinds, before, _Move(start, step))
            if tells < 2:
                continue
            suffix = np.cumsum(gain[::-1])[::-1]
            change = int(suffix.argmax())
            if not 0 < change <= len(kinds) - _LEAST_ROWS:
                continue
            if gain[change:].mean() > 0.7 * tells and gain[:change].mean() < -0.7 * tells:
                score = int(suffix[change])
                if best is None or score > best[0]:
                    best = (score, _Move(start, step), change)
    return None if best is None else best[1:]


def _exact(body: pl.DataFrame, before: NDArray[np.int8], move: _Move, low: int, high: int) -> int:
    """Return the row in [low, high] from which the move fits."""
    gain, _ = _gains(cell_kinds(body.slice(low, high - low + 1)), before, move)
    suffix = np.cumsum(gain[::-1])[::-1]
    return low + int(suffix.argmax())
