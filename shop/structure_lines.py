"""Which lines of a text belong to its table: lines above and under it, lines too long or short, a second table. No types here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shop.raw import Grid, ReadNote, shown, wrong
from shop.reading_text import NONE, Records, cut_records, find_separator
from shop.structure_kinds import is_header_word, looks_like_header
from shop.tables import ShopDataError

_OTHER_SIGNS = ("::", "^", "~", "¦", "\x01", "  ")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "'|'"}


def grid_of_text(text: bytes, source: str, *, tab_first: bool = False) -> Grid:
    """Return the cells of a delimited text; lines that are no row of the table are left out with a note.

    Raises
    ------
    ShopDataError
        When lines have unequal numbers of fields in a way that is more than a few broken lines.
    """
    separator, agreed = find_separator(text, tab_first=tab_first)
    if agreed < 0.5:
        _check_one_column(text, separator, source)
        separator = NONE
    records = cut_records(text, separator, source)
    width = 1 if separator == NONE else _usual_width(records.widths)
    lines = _Lines(records, source, width)
    notes, keep = lines.notes(), records.widths == width
    if separator not in (NONE, ",", "\t"):
        notes.append(
            ReadNote("noted", "columns are separated by another sign than a comma", 1, f"a {_NAMES[separator]}")
        )
    blank = np.concatenate([[False], records.widths[:-1] == 0])
    under = bool((records.widths[: int(keep.argmax())] > 0).any())
    return Grid(source, records.frame(keep, width), records.lines[keep], blank[keep], tuple(notes), under)


def _usual_width(widths: NDArray[np.int64]) -> int:
    counts = np.bincount(np.minimum(widths, 100_000))
    counts[:2] = 0
    return int(counts.argmax())


def _check_one_column(text: bytes, separator: str, source: str) -> None:
    """Stop where a file that seems to have one column has more, by another sign or with lines of all lengths."""
    lines = [line for line in text[: 1 << 18].decode(errors="ignore").splitlines() if line.strip()][:300]
    for sign in _OTHER_SIGNS:
        counts = {line.count(sign) for line in lines}
        if len(lines) > 1 and len(counts) == 1 and 0 not in counts:
            raise wrong(
                f"{source}, line 1",
                f"one column only, but {counts.pop()} {sign!r} in each line",
                "columns separated by comma, semicolon, tab or |",
                "Export it again with commas, or replace the sign.",
            )
    if separator == NONE:
        return
    records = cut_records(text, separator, source)
    widths = records.widths[records.widths > 0]
    if (widths > 1).mean() < 0.5 and widths[0] == 1:
        return
    first = records.row(int(np.flatnonzero(records.widths)[0]))
    end = f"Found {shown(', '.join(first))!r} on the first line"
    mend = (
        f"{end}: if each line is a basket, write one line an item, as in 'order_id,product', '1,{shown(first[0], 30)}'; "
        "if it is a table, put texts that hold the separator into quotes."
    )
    raise wrong(
        source,
        f"lines of {widths.min()} to {widths.max():,} fields ({_NAMES[separator]} as separator) and no header they agree with",
        "the same number of fields in every line",
        mend,
    )


@dataclass(frozen=True)
class _Lines:
    """The lines of a text seen by their number of fields."""

    records: Records
    source: str
    width: int

    def notes(self) -> list[ReadNote]:
        """Return a note for every kind of line left out; stop where it is more than that."""
        widths = self.records.widths
        good = np.flatnonzero(widths == self.width)
        bad = np.flatnonzero((widths > 0) & (widths != self.width))
        lead, tail = bad[bad < good[0]], bad[bad > good[-1]]
        middle = bad[(bad > good[0]) & (bad < good[-1])]
        self._check_lead(lead, int(good[0]))
        if tail.size > 5 or self._is_block(tail) or widths[tail].max(initial=0) > self.width:
            middle, tail = np.concatenate([middle, tail]), tail[:0]
        self._check_broken(middle, good)
        found = (
            ("lines above the header left out", lead),
            ("lines under the table left out", tail),
            (f"broken lines set aside: not the {self.width} fields of the header", middle),
        )
        return [
            ReadNote("dropped", reason, lines.size, f"line {self.line(lines[0])}: {self.text(lines[0])}")
            for reason, lines in found
            if lines.size
        ]

    def line(self, index: int | np.int64) -> int:
        return int(self.records.lines[index])

    def text(self, index: int | np.int64) -> str:
        return shown(self.records.raw(int(index)))

    def fields(self, index: int | np.int64) -> str:
        count = int(self.records.widths[index])
        return f"{count:,} field{'s' if count != 1 else ''}"

    def _is_block(self, bad: NDArray[np.int64]) -> bool:
        """Return whether lines begin with two of equal width that could be a header and a row."""
        widths = self.records.widths[bad]
        return bad.size >= 2 and widths[0] == widths[1] > 1 and looks_like_header(self.records.row(int(bad[0])))

    def _check_lead(self, lead: NDArray[np.int64], first: int) -> None:
        if not lead.size:
            return
        widths = self.records.widths[lead]
        above = self.records.row(int(lead[-1]))
        first_row = self.records.row(first)
        if widths[-1] > max(1, self.width // 2) and looks_like_header(above) and not looks_like_header(first_row):
            raise wrong(
                f"{self.source}, line {self.line(first)}",
                self.fields(first),
                f"{widths[-1]} as in the header (line {self.line(lead[-1])})",
                f"Name every column in the header, or export again; the line is: {self.text(first)}",
            )
        rows = [self.records.row(int(index)) for index in lead[:3]]
        named = len(rows) > 1 and all(map(is_header_word, rows[0])) and len(rows[0]) == len(rows[1]) > 1
        block = widths.size > 2 and bool((widths == widths[0]).all()) and widths[0] > 2
        if lead.size > 30 or named or (block and looks_like_header(rows[0])):
            raise self._two_reports(int(lead[0]), first)

    def _check_broken(self, bad: NDArray[np.int64], good: NDArray[np.int64]) -> None:
        if not bad.size:
            return
        widths = self.records.widths
        block = self._first_block(bad, good.size)
        if block is not None:
            raise block
        for index in bad[widths[bad] == 1][:100]:  # the title of a second report, its header under it
            under = good[good > index][:1]
            if under.size and widths[index - 1] == 0 and all(map(is_header_word, self.records.row(int(under[0])))):
                raise self._two_reports(int(good[0]), int(index))
        widest = bad[widths[bad].argmax()]
        expected = f"{self.width} as in the header (line {self.line(good[0])})"
        if widths[widest] > max(2 * self.width, self.width + 20):
            where = f"{self.source}, line {self.line(widest)}"
            raise wrong(where, self.fields(widest), expected, "Remove the line or export again.")
        total = bad.size + good.size
        if bad.size > max(0.01 * total, min(3, total // 10)):
            more = f" ({bad.size - 1:,} more lines alike)" if bad.size > 1 else ""
            raise wrong(
                f"{self.source}, line {self.line(bad[0])}",
                f"{self.fields(bad[0])}{more}",
                expected,
                f"Put texts that hold the separator into quotes, or export again; the line is: {self.text(bad[0])}",
            )

    def _first_block(self, bad: NDArray[np.int64], good: int) -> ShopDataError | None:
        """Return the error where many neighbouring lines agree on another width: a second report, or shifted columns."""
        widths = self.records.widths
        filled = np.flatnonzero(widths > 0)
        place = np.searchsorted(filled, bad)
        cuts = np.flatnonzero((np.diff(place) != 1) | (np.diff(widths[bad]) != 0)) + 1
        for run in np.split(bad, cuts):
            size = widths[run[0]]
            if run.size < 2 or size < 2:
                continue
            first, second = (self.records.row(int(index)) for index in run[:2])
            known = any(map(is_header_word, first))
            if looks_like_header(first) and (known or not looks_like_header(second)):
                return self._two_reports(int(np.flatnonzero(widths == self.width)[0]), int(run[0]))
            if run.size > max(3, 0.01 * good):
                begin, end = self.line(run[0]), self.line(run[-1])
                return wrong(
                    f"{self.source}, line {begin}",
                    f"{self.fields(run[0])} from here to line {end:,}",
                    f"{self.width} as in the other lines",
                    f"The columns are shifted: export again, or mend these lines; the first is: {self.text(run[0])}",
                )
        return None

    def _two_reports(self, first: int, second: int) -> ShopDataError:
        return wrong(
            f"{self.source}, line {self.line(second)}",
            f"a second table ({self.text(second)!r}) under the one of line {self.line(first)} ({self.text(first)!r})",
            "one table with one header in a file",
            "Save each table in a file of its own.",
        )
