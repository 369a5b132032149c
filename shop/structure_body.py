"""Lines among the rows that are no rows: headers again, totals, headings, a second table. It knows words and fill, not shop fields."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shop.raw import ReadNote, shown, wrong
from shop.structure_kinds import (
    DATE,
    EMPTY,
    NULL_WORDS,
    NUMBER,
    TEXT,
    cell_kinds,
    is_header_word,
    row_kinds,
    usual_kinds,
)

_SAMPLE = 2000
_TOTAL = (
    r"(?i)^\s*(?:(?:grand|overall|order|report)[ -]?)?(?:sub[ -]?)?(?:totals?|totaux|summe|gesamt(?:summe|betrag)?|zwischensumme"
    r"|total g[eé]n[eé]ral|suma|合计|总计|小计|總計|汇总)\s*[:：]?\s*$"
)
_SUBTOTAL = r"(?i)^\s*(?:sub[ -]?totals?|zwischensumme|sous[ -]?total|小计)\b"


def without_extra_lines(
    body: pl.DataFrame,
    lines: NDArray[np.int64],
    after_blank: NDArray[np.bool_],
    *,
    source: str,
    header_line: int,
) -> tuple[NDArray[np.bool_], list[ReadNote]]:
    """Return which rows are rows, and a note for each kind of line that is not.

    Raises
    ------
    ShopDataError
        When another header, so a second table, or headings stand between the rows.
    """
    again = _equals_header(body) if header_line else np.zeros(body.height, dtype=bool)
    totals = _totals(body) & ~again
    under = _words_under(body, totals | again)
    keep = ~(again | totals | under)
    usual = usual_kinds(cell_kinds(_sampled(body.filter(pl.Series(keep)))))
    _check_second_header(body, lines, after_blank, usual, source=source, header_line=header_line, keep=keep)
    _check_headings(body, lines, usual, keep=keep, source=source)
    notes = [
        ReadNote("dropped", reason, int(found.sum()), _example(body, lines, found))
        for reason, found in (
            ("the header again (files put together): left out", again),
            ("totals left out", totals),
            ("lines under the table left out", under),
        )
        if found.any()
    ]
    return keep, notes


def _sampled(body: pl.DataFrame) -> pl.DataFrame:
    return body if body.height <= _SAMPLE else body.gather_every(body.height // _SAMPLE)


def _example(body: pl.DataFrame, lines: NDArray[np.int64], found: NDArray[np.bool_]) -> str:
    first = int(np.flatnonzero(found)[0])
    return f"line {lines[first]}: {shown(', '.join(cell for cell in body.row(first) if cell))}"


def _equals_header(body: pl.DataFrame) -> NDArray[np.bool_]:
    again = (body[:, 0].str.strip_chars("\ufeff \t") == body.columns[0]).fill_null(False).to_numpy()
    for index in np.flatnonzero(again) if again.any() else ():
        row = [(cell or "").strip("\ufeff \t") for cell in body.row(int(index))]
        names = ["" if re.fullmatch(r"column \d+", name) else name for name in body.columns]
        again[index] = [cell for cell, name in zip(row, names, strict=True) if name] == [name for name in names if name]
    return again.copy()


def _totals(body: pl.DataFrame) -> NDArray[np.bool_]:
    """Return rows that sum others up: of the last three any with such a word, above only where usual cells are empty."""
    first = body.select(pl.coalesce(pl.all())).to_series()
    said = first.str.contains(_TOTAL).fill_null(False).to_numpy().copy()
    sub = first.str.contains(_SUBTOTAL).fill_null(False).to_numpy()
    if (said | sub).any():
        usual = [name for name in body.columns if body[name].null_count() < 0.05 * body.height + said.sum() + sub.sum()]
        lacking = body.select(pl.any_horizontal(pl.col(usual).is_null())).to_series().to_numpy() if usual else said
        said = (said & lacking) | (sub & (lacking | said))
    for index in range(max(body.height - 3, 0), body.height):
        said[index] |= any(cell is not None and re.match(_TOTAL, cell) for cell in body.row(index)[:4])
    return said if said.sum() < body.height else np.zeros(body.height, dtype=bool)


def _words_under(body: pl.DataFrame, gone: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return up to five last rows that hold words in their first cell only, under a table of three columns or more."""
    under = np.zeros(body.height, dtype=bool)
    if body.width < 3 or body.height < 3:
        return under
    for index in range(body.height - 1, max(body.height - 6, 1), -1):
        row = body.row(index)
        filled = [cell for cell in row if cell is not None]
        words = len(filled) == 1 and row[0] is not None and row_kinds([row[0]])[0] == TEXT and " " in row[0].strip()
        if words:
            under[index] = True
        elif not gone[index]:
            break
    return under


def _check_second_header(
    body: pl.DataFrame,
    lines: NDArray[np.int64],
    after_blank: NDArray[np.bool_],
    usual: NDArray[np.int8],
    *,
    source: str,
    header_line: int,
    keep: NDArray[np.bool_],
) -> None:
    """Stop at a row of words where numbers and dates stand, or at one of header words behind a blank line."""
    typed = [name for name, kind in zip(body.columns, usual, strict=True) if kind in (NUMBER, DATE)]
    suspects = np.zeros(body.height, dtype=bool)
    if typed:
        words = [
            pl.col(name).is_not_null()
            & ~pl.col(name).str.contains(r"\d")
            & ~pl.col(name).str.to_lowercase().is_in(list(NULL_WORDS))
            for name in typed[:4]
        ]
        suspects |= body.select(pl.all_horizontal(words)).to_series().fill_null(False).to_numpy()
    if suspects.sum() > max(3, 0.01 * body.height):
        suspects[:] = False
    suspects |= after_blank
    for index in np.flatnonzero(suspects & keep)[:1000]:
        if _is_header(body.row(int(index)), known=len(typed) < 2):
            found = shown(", ".join(cell for cell in body.row(int(index)) if cell))
            raise wrong(
                f"{source}, line {lines[index]}",
                f"a second header ({found}) after {index:,} rows",
                f"one table with one header (line {header_line})" if header_line else "one table",
                "Save each table in a file of its own.",
            )


def _is_header(row: tuple[str | None, ...], *, known: bool) -> bool:
    """Return whether a row is filled with different words without digits; `known`: at least half of them head columns elsewhere."""
    cells = [cell.strip() for cell in row if cell is not None and cell.strip()]
    if (
        len(cells) < max(2, 0.5 * len(row))
        or len(set(cells)) < len(cells)
        or any(re.search(r"\d{2}", c) for c in cells)
    ):
        return False
    heads = sum(map(is_header_word, cells))
    return heads >= max(1, 0.5 * len(cells)) if known else heads >= 1 and not any(len(cell) > 60 for cell in cells)


def _check_headings(
    body: pl.DataFrame,
    lines: NDArray[np.int64],
    usual: NDArray[np.int8],
    *,
    keep: NDArray[np.bool_],
    source: str,
) -> None:
    """Stop where rows with their first cell only stand between full rows, as the headings of a price list do."""
    if body.width < 3:
        return
    filled = body.select(pl.sum_horizontal(pl.all().is_not_null())).to_series().to_numpy()
    alone = (filled == 1) & body[:, 0].is_not_null().to_numpy() & keep
    if not 0 < alone.sum() <= 0.5 * body.height or alone.sum() < 0.01 * body.height:
        return
    others = body.filter(pl.Series(keep & ~alone))
    full = all(column.null_count() <= 0.05 * others.height for column in others.iter_columns())
    kinds = cell_kinds(_sampled(body.filter(pl.Series(alone))).select(body.columns[0]))[:, 0]
    apart = (kinds == TEXT).all() and usual_kinds(cell_kinds(_sampled(others)))[0] not in (TEXT, EMPTY)
    spaced = bool((np.diff(np.flatnonzero(alone)) > 1).all())
    values = body.filter(pl.Series(alone))[:, 0]
    if full and spaced and (kinds == TEXT).all() and values.n_unique() == values.len() and (apart or alone.sum() > 1):
        places = ", ".join(str(line) for line in lines[alone][:4])
        raise wrong(
            f"{source}, line{'s' if alone.sum() > 1 else ''} {places}",
            f"a heading between the rows ({shown(values[0], 30)!r}: only the first column is filled)",
            "a row for each product or sale",
            "Write the heading into a column of its own, such as 'category', on every row under it, and remove these lines.",
        )
