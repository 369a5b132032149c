"""Whether a table of text is one table: no second report, no shifted columns, no lines that only sum up.

It looks at the kinds of values in columns, not at what columns mean.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from shop.tables import ShopDataError

if TYPE_CHECKING:
    from shop.reading import RawTable, ReadNote

_LEAST_ROWS = 12  # fewer rows show no break
_TOTAL = re.compile(r"^\s*(grand\s+)?(sub)?totals?\b|^\s*(gesamt|summe|合计|总计)", re.IGNORECASE)
_KINDS = {
    "time": r"^\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:\d{2}.*)?\s*$",
    "number": r"^\s*[-+]?[£$€]?\s?\d[\d.,]*\s?[£$€%]?\s*$",
}


def check_structure(table: RawTable) -> None:
    """Refuse a table that is two reports, or whose columns move aside half-way.

    Raises
    ------
    ShopDataError
        With the line the break is in.
    """
    frame = table.frame
    if frame.width == 1 and frame.height > 3:
        joined = frame.to_series().drop_nulls().head(50).to_list()
        if sum(bool(re.search(r"\S+[:;#~^]\S+[:;#~^]", value)) for value in joined) > 25:
            raise ShopDataError(
                f"{table.source}: found one column only, {joined[0][:50]!r}; its delimiter is none of , ; tab |. Export it as CSV."
            )
    second = _second_header(table)
    if second is not None:
        raise ShopDataError(
            f"{table.source}, line {second}: found what looks like another header, {_line(table, second)!r}. Two reports in one file? "
            "Put each into a file of its own."
        )
    shifted = _shift(frame)
    if shifted is not None:
        row, column, before, after = shifted
        raise ShopDataError(
            f"{table.source}, line {table.first_row + row}: from here on column {column!r} holds {after}, before it holds {before}. "
            "Columns have moved aside half-way: export it again, or mend the lines from there on."
        )


def drop_extras(table: RawTable) -> tuple[pl.DataFrame, tuple[ReadNote, ...]]:
    """Return the rows without repeated headers and lines that only sum up, and a note for each kind."""
    from shop.reading import ReadNote

    frame, notes = table.frame, []
    same = pl.all_horizontal(pl.col(name).fill_null("").str.strip_chars() == name for name in frame.columns)
    rows = frame.select(same).to_series()
    if rows.any():
        first = int(rows.arg_max() or 0)
        notes.append(ReadNote("dropped", "the header repeated", int(rows.sum()), f"line {table.first_row + first}"))
        frame = frame.filter(~rows)
    tail = frame.tail(3).rows()
    count = 0
    for cells in reversed(tail):
        words = [cell for cell in cells if cell is not None]
        sums_up = bool(words) and _TOTAL.match(words[0]) is not None and len(words) <= max(2, frame.width // 2)
        if not sums_up:
            break
        count += 1
    if count:
        example = ", ".join(str(cell) for cell in frame.row(frame.height - 1) if cell is not None)
        notes.append(ReadNote("dropped", "a line that only sums up", count, example[:80]))
        frame = frame.head(frame.height - count)
    return frame, tuple(notes)


def _second_header(table: RawTable) -> int | None:
    """Return the line of a row that names columns: words only, where numbers and dates stand around it."""
    frame = table.frame
    if frame.height < 4:
        return None
    numeric = [name for name in frame.columns if _share(frame[name], "number") + _share(frame[name], "time") > 0.5]
    if len(numeric) < 2:
        return None
    wordy = pl.all_horizontal(
        pl.col(name).fill_null("1").str.contains(r"^[A-Za-z][A-Za-z _.-]{1,30}$") for name in numeric
    )
    same = pl.all_horizontal(pl.col(name).fill_null("").str.strip_chars() == name for name in frame.columns)
    full = pl.sum_horizontal(pl.col(name).is_not_null() for name in frame.columns) >= max(2, frame.width * 0.6)
    rows = frame.select((wordy & full & ~same).alias("_")).to_series().arg_true()
    return table.first_row + int(rows[0]) if len(rows) else None


def _shift(frame: pl.DataFrame) -> tuple[int, str, str, str] | None:
    """Return (row, column, kind before, kind after) where at least two columns change their kind in the same row."""
    if frame.height < _LEAST_ROWS:
        return None
    kinds = [_kinds(frame[name]) for name in frame.columns]
    changes: list[tuple[int, str, str, str]] = []
    for name, kind in zip(frame.columns, kinds, strict=True):
        change = _change(kind)
        if change is not None:
            changes.append((change[0], name, change[1], change[2]))
    for row, name, before, after in changes:
        near = [one for one in changes if abs(one[0] - row) <= 2]
        if len(near) >= 2:
            return row, name, before, after
    return None


def _kinds(values: pl.Series) -> pl.Series:
    time = values.str.contains(_KINDS["time"])
    number = values.str.contains(_KINDS["number"])
    kinds = pl.select(
        pl.when(values.is_null()).then(None).when(time).then(1).when(number).then(2).otherwise(3)
    ).to_series()
    return kinds.cast(pl.Int8)


def _change(kinds: pl.Series) -> tuple[int, str, str] | None:
    """Return the one row at which a column of one kind becomes one of another, for good."""
    known = pl.DataFrame({"row": pl.int_range(len(kinds), eager=True), "kind": kinds}).drop_nulls()
    if known.height < _LEAST_ROWS:
        return None
    first, last = known["kind"][0], known["kind"][-1]
    if first == last:
        return None
    breaks = known.filter(pl.col("kind") != pl.col("kind").shift(1))
    if breaks.height != 1:
        return None
    row = int(breaks["row"][0])
    before = known.filter(pl.col("row") < row).height
    if min(before, known.height - before) < 3:
        return None
    words = {1: "times", 2: "numbers", 3: "words"}
    return row, words[first], words[last]


def _share(values: pl.Series, kind: str) -> float:
    known = values.drop_nulls()
    return float(known.str.contains(_KINDS[kind]).mean() or 0.0) if len(known) else 0.0  # type: ignore[arg-type]


def _line(table: RawTable, number: int) -> str:
    cells = table.frame.row(number - table.first_row)
    return ", ".join(str(cell) for cell in cells if cell is not None)[:80]
