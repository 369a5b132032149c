"""From a grid of cells to a table with a header: the order of the questions asked of it. It does not know their answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from shop.raw import Grid, RawTable, wrong
from shop.structure_body import without_extra_lines
from shop.structure_header import find_header
from shop.structure_shift import check_shift


def table_of_grid(grid: Grid, name: str) -> RawTable:
    """Return the table of a grid, its header found and its lines that are no rows left out with a note.

    Raises
    ------
    ShopDataError
        When the grid is no single table with one header above its rows.
    """
    grid = _without_blanks(grid)
    header = find_header(grid)
    body = grid.frame.slice(header.rows).select(
        pl.col(old).alias(new) for old, new in zip(grid.frame.columns, header.names, strict=True) if new
    )
    lines, after_blank = grid.lines[header.rows :], grid.after_blank[header.rows :]
    notes = [*grid.notes, *header.notes]
    if not body.height:
        raise _header_only(grid, header.names)
    keep, more = without_extra_lines(body, lines, after_blank, source=grid.source, header_line=header.line)
    body, lines = body.filter(pl.Series(keep)) if not keep.all() else body, lines[keep]
    if not body.height:
        raise _header_only(grid, header.names)
    check_shift(body, lines, grid.source)
    plain = lines[-1] - lines[0] == lines.size - 1
    return RawTable(
        name=name,
        source=grid.source,
        frame=body,
        first_row=int(lines[0]),
        notes=(*notes, *more),
        lines=None if plain else pl.Series("line", lines, dtype=pl.Int64),
    )


def _header_only(grid: Grid, names: list[str]) -> Exception:
    found = ", ".join(name for name in names if name)
    return wrong(
        grid.source, f"a header only ({found})", "rows under it", "Export it with its rows, or remove the file."
    )


def _without_blanks(grid: Grid) -> Grid:
    """Return the grid without rows that have no cell filled; the row behind one is marked."""
    if not grid.frame.height:
        raise wrong(grid.source, "no cells", "a header and rows", "Export it again, or remove it.")
    blank = grid.frame.select(pl.all_horizontal(pl.all().is_null() | (pl.all().str.strip_chars() == ""))).to_series()
    if not blank.any():
        return grid
    empty = blank.to_numpy()
    before = np.concatenate([[False], empty[:-1]]) | grid.after_blank
    if empty.all():
        raise wrong(grid.source, "blank lines only", "a header and rows", "Export it again, or remove it.")
    return replace(grid, frame=grid.frame.filter(~blank), lines=grid.lines[~empty], after_blank=before[~empty])
