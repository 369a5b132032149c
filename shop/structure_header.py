"""Where the header of a grid stands and what its columns are called, or why it has no single header. It knows no shop fields."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shop.raw import Grid, ReadNote, shown, wrong
from shop.structure_kinds import (
    CODE,
    DATE,
    NUMBER,
    TEXT,
    cell_kinds,
    is_header_word,
    is_sentence,
    looks_like_header,
    row_kinds,
    usual_kinds,
)
from shop.tables import ShopDataError

_LOOKED_AT = 30  # first rows a header may stand in
_SAMPLE = 400
_PERIOD = re.compile(
    r"^(?:(?:19|20)\d\d|(?:(?:19|20)\d\d[ -/]?)?(?:Q|T|W|KW|H)\s?\d{1,2}(?:[ -/]?(?:19|20)?\d\d)?"
    r"|(?:jan|feb|m[aä]r|apr|ma[yi]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-zä]*\.?(?:[ -/]?(?:19|20)?\d\d)?)$",
    re.IGNORECASE,
)
_LADDER = re.compile(
    r"^(?:\d+\s*[-–]\s*\d+|\d+\s*\+|[≥>]=?\s*\d+|(?:from|over|ab|from qty)\s*\d+)(?:\s*\w{1,4}\.?)?$", re.I
)


@dataclass(frozen=True)
class Header:
    """The names of all columns of a grid, "" for one to leave out, and how many of its rows they take with those above."""

    names: list[str]
    rows: int
    line: int  # of the file; 0 where there is none
    notes: tuple[ReadNote, ...]


def find_header(grid: Grid) -> Header:
    """Return the header of a grid without blank rows; where the first row is data, columns are named "column 1", ….

    Raises
    ------
    ShopDataError
        When the header spreads over two lines, repeats names, stands over two tables side by side, or holds values.
    """
    top = [list(row) for row in grid.frame.head(_LOOKED_AT).iter_rows()]
    place = _place(top, grid)
    _check_two_lines(top, place, grid)
    cells = [clean_name(cell) for cell in top[place]]
    below = grid.frame.slice(place + 1, _SAMPLE)
    notes = []
    if place:
        example = f"line {grid.lines[0]}: {shown(', '.join(cell for cell in top[0] if cell))}"
        notes.append(ReadNote("dropped", "lines above the header left out", place, example))
    if below.height and _is_data(cells, below, grid, place):
        if place or grid.is_under_lines:
            raise wrong(
                f"{grid.source}, line {grid.lines[place]}",
                f"a row of data ({shown(', '.join(filter(None, cells)))}) under lines that are no header",
                "a header with a name for each column",
                "Write the names of the columns above the first row, or remove the lines above it.",
            )
        names = [f"column {index + 1}" for index in range(len(cells))]
        example = f"line {grid.lines[0]}: {shown(', '.join(filter(None, cells)))}"
        return Header(names, 0, 0, (ReadNote("noted", "no header: columns are numbered", len(names), example),))
    line = int(grid.lines[place])
    names, more = _named(cells, grid, place)
    return Header(names, place + 1, line, (*notes, *more))


def clean_name(cell: str | None) -> str:
    """Return a header without byte order mark and surrounding blanks; "" for none."""
    return (cell or "").strip("\ufeff \t\r\n\u00a0")


def _place(top: list[list[str | None]], grid: Grid) -> int:
    """Return the first row that is filled as far as the table is wide."""
    filled = [sum(cell is not None and bool(cell.strip()) for cell in row) for row in top]
    usual = int(np.median(filled))
    whole = max(usual, 1 if len(top[0]) == 1 else 2)
    if len(top) > 1 and _is_short_header(top[0], top[1]):
        return 0
    for index, count in enumerate(filled):
        later = filled[index : index + 3]
        if count >= 0.8 * whole and (count >= 0.5 * max(later) or index == 0):
            return index
    raise wrong(
        f"{grid.source}, lines {grid.lines[0]} to {grid.lines[len(top) - 1]}",
        "no line that names the columns",
        "one header line above the rows",
        "Remove the lines above the table, or export again as a plain list.",
    )


def _is_short_header(first: list[str | None], second: list[str | None]) -> bool:
    """Return whether a first row names all columns but one or a few, and the row under it is no header."""
    named = [cell.strip() for cell in first if cell and cell.strip()]
    unnamed = sum(bool(under) and not (cell or "").strip() for cell, under in zip(first, second, strict=True))
    few = 0 < unnamed <= max(1, 0.2 * len(first)) < len(named)
    return few and looks_like_header(named) and not looks_like_header([cell for cell in second if cell])


def _check_two_lines(top: list[list[str | None]], place: int, grid: Grid) -> None:
    """Stop where the line above the header names groups of columns, as merged cells do, or the header itself has a second line."""
    for upper, lower in ((place - 1, place), (place, place + 1)):
        if upper < 0 or lower >= len(top):
            continue
        above = [index for index, cell in enumerate(top[upper]) if cell and cell.strip()]
        gaps = (
            len(above) < 0.8 * len(top[upper])
            and len(above) > 1
            and above[-1] > 1
            and above[-1] - above[0] >= len(above)
        )
        under = [cell for cell in top[lower] if cell]
        named = len(under) > len(above) and not any(kind in (NUMBER, DATE) for kind in row_kinds(top[lower]))
        if gaps and named:
            shows = ", ".join(f"{top[upper][i]!r} above {top[lower][i]!r}" for i in above[-2:])
            raise wrong(
                f"{grid.source}, lines {grid.lines[upper]} and {grid.lines[lower]}",
                f"a header over two lines ({shows})",
                "one header line with one name for each column, as in an export of rows",
                f"Join the names ('{top[upper][above[-1]]} {top[lower][above[-1]]}') or export the list this was made from.",
            )


def _is_data(cells: list[str], below: pl.DataFrame, grid: Grid, place: int) -> bool:
    """Return whether the row taken for a header is a row of data; stop where its cells are periods or steps of quantity."""
    kinds = cell_kinds(below)
    usual = usual_kinds(kinds)
    mine = row_kinds([cell or None for cell in cells])
    _check_values_as_names(cells, usual, below, f"{grid.source}, line {grid.lines[place]}")
    strict = (usual == NUMBER) | (usual == DATE)
    alike = strict & (mine == usual)
    if alike.any() and not (strict & (mine == TEXT)).any():
        _check_no_names(cells, mine, f"{grid.source}, line {grid.lines[place]}")
        return True
    if strict.any():
        return False
    if any(map(is_header_word, cells)):
        return False
    shapes = [
        re.sub(r"\d", "9", cell) in {re.sub(r"\d", "9", value or "") for value in below[:, index].head(50)}
        for index, cell in enumerate(cells)
        if usual[index] == CODE and mine[index] == CODE
    ]
    return any(shapes) or _reads_like_rows(cells, below)


def _check_no_names(cells: list[str], mine: NDArray[np.int8], where: str) -> None:
    """Stop where a row of numbers or dates also holds a word that heads columns."""
    name = next((cell for cell, kind in zip(cells, mine, strict=True) if kind == TEXT and is_header_word(cell)), None)
    value = next((cell for cell, kind in zip(cells, mine, strict=True) if kind in (NUMBER, DATE)), "")
    if name is not None:
        raise wrong(
            where,
            f"{name!r}, which reads like a header, beside {value!r}, which reads like a value",
            "a header of names only, or rows only",
            "Name every column in words, or write a header line above the first row.",
        )


def _reads_like_rows(cells: list[str], below: pl.DataFrame) -> bool:
    """Return whether cells of words are sentences as those beneath, or recur beneath (whole lines that recur do not count)."""
    others = below.filter(~pl.all_horizontal(pl.col(c) == pl.lit(v) for c, v in zip(below.columns, cells, strict=True)))
    if not others.height:
        return False
    recurs = sum(bool(cell) and bool((others[:, index] == cell).any()) for index, cell in enumerate(cells))
    return recurs > 0 or all(is_sentence(cell) for cell in cells if cell) or _is_long(cells, others)


def _is_long(cells: list[str], others: pl.DataFrame) -> bool:
    """Return whether a row holds a sentence and every cell is as long as those beneath usually are."""
    if not any(is_sentence(cell) for cell in cells):
        return False
    lengths = [others[:, index].str.len_chars().quantile(0.05) or 0 for index in range(others.width)]
    return all(len(cell) >= least for cell, least in zip(cells, lengths, strict=True))


def _check_values_as_names(cells: list[str], usual: NDArray[np.int8], below: pl.DataFrame, where: str) -> None:
    numbers = [index for index, kind in enumerate(usual) if kind == NUMBER]
    periods = [
        cells[i]
        for i in numbers
        if (_PERIOD.match(cells[i]) or row_kinds([cells[i]])[0] == DATE) and not _holds_years(below[:, i])
    ]
    ladder = [cells[i] for i in numbers if _LADDER.match(cells[i])]
    if len(periods) >= 2 and len(set(periods)) == len(periods):
        raise wrong(
            where,
            f"periods as columns ({shown(', '.join(periods))}): a pivot table",
            "a row for each sale or product, with the date in a column of its own",
            "Export the list the pivot table was made from.",
        )
    if len(ladder) >= 2:
        raise wrong(
            where,
            f"steps of quantity as columns ({shown(', '.join(ladder))}): a price list",
            "one price column, a row for each product",
            "Keep one price for each product under the header 'price' and remove the other columns.",
        )


def _holds_years(values: pl.Series) -> bool:
    years = values.drop_nulls().str.contains(r"^\s*(?:19|20)\d\d\b")
    return bool(years.len()) and int(years.sum()) > 0.5 * years.len()


def _named(cells: list[str], grid: Grid, place: int) -> tuple[list[str], list[ReadNote]]:
    """Return the names with empty columns left out ("") and filled ones without a name numbered."""
    filled = [not grid.frame[place + 1 :, index].is_null().all() for index in range(len(cells))]
    where = f"{grid.source}, line {grid.lines[place]}"
    _check_side_by_side(cells, filled, where)
    _check_twice(cells, where)
    names, notes = list(cells), []
    unnamed = [index for index, cell in enumerate(cells) if not cell]
    for index in unnamed:
        names[index] = f"column {index + 1}" if filled[index] else ""
    kept = [names[index] for index in unnamed if filled[index]]
    if kept:
        notes.append(
            ReadNote("noted", "columns without a name in the header are numbered", len(kept), ", ".join(kept[:3]))
        )
    if len(kept) < len(unnamed):
        notes.append(
            ReadNote("noted", "empty columns without a name left out", len(unnamed) - len(kept), f"header: {where}")
        )
    return names, notes


def _check_side_by_side(cells: list[str], filled: list[bool], where: str) -> None:
    named = [index for index, cell in enumerate(cells) if cell]
    for index in range(named[0], named[-1]) if named else ():
        if not cells[index] and not filled[index]:
            raise _side_by_side(cells[:index], cells[index + 1 :], where)
    names = [cell for cell in cells if cell]
    half = len(names) // 2
    if half > 1 and len(names) == 2 * half and names[:half] == names[half:]:
        raise _side_by_side(names[:half], names[half:], where)


def _side_by_side(left: list[str], right: list[str], where: str) -> ShopDataError:
    one, two = (shown(", ".join(filter(None, side)), 40) for side in (left, right))
    return wrong(
        where,
        f"tables side by side ({one} | {two})",
        "one table in a file or sheet",
        "Save each in a file of its own, or put them under each other if they are the same list; remove empty columns.",
    )


def _check_twice(cells: list[str], where: str) -> None:
    for index, cell in enumerate(cells):
        if cell and cell in cells[:index]:
            first = cells.index(cell) + 1
            raise wrong(
                where,
                f"two columns named {cell!r} (columns {first} and {index + 1})",
                "each name once",
                "Rename or remove one of them.",
            )
