"""Delimited text cut into records and fields, exactly as quoted. It knows separators and quotes, not headers or types."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shop.raw import wrong

SEPARATORS = (",", ";", "\t", "|")
NONE = "\x1f"  # the separator of a file of one column: a sign no text holds
_SAMPLE = 400  # records looked at to find the separator
_QUOTE, _NEWLINE, _RETURN = b'"\n\r'


@dataclass(frozen=True)
class Records:
    """A text cut into records; all arrays have one entry a record, blank lines too."""

    text: bytes
    separator: str
    starts: NDArray[np.int64]  # first byte
    ends: NDArray[np.int64]  # byte behind the last, without the line end
    lines: NDArray[np.int64]  # line of the file it starts on, first is 1
    widths: NDArray[np.int64]  # fields; 0 for a blank line

    def row(self, index: int) -> list[str]:
        """Return the fields of one record."""
        raw = self.text[self.starts[index] : self.ends[index]].decode()
        return next(csv.reader(io.StringIO(raw, newline=""), delimiter=self.separator), [])

    def raw(self, index: int) -> str:
        """Return one record as it stands in the file."""
        return self.text[self.starts[index] : self.ends[index]].decode()

    def frame(self, keep: NDArray[np.bool_], width: int) -> pl.DataFrame:
        """Return the records marked in `keep`, all of `width` fields, as String columns "0", "1", …; null for empty."""
        edges = np.flatnonzero(np.diff(np.concatenate([[False], keep, [False]]).astype(np.int8)))
        parts = [
            self.text[self.starts[first] : self.ends[last - 1]]
            for first, last in zip(edges[::2], edges[1::2], strict=True)
        ]
        names = [str(index) for index in range(width)]
        body = b"\n".join(parts) + b"\n"
        frame = pl.read_csv(
            body,
            has_header=False,
            separator=self.separator,
            quote_char='"' if b'"' in body else None,
            schema=dict.fromkeys(names, pl.String),
            infer_schema=False,
        )
        if frame.height != int(keep.sum()):
            raise AssertionError(f"{frame.height} rows of {int(keep.sum())} records")
        if b'""' in body:
            frame = frame.with_columns(pl.when(pl.all() != "").then(pl.all()))
        return frame


def find_separator(text: bytes, *, tab_first: bool = False) -> tuple[str, float]:
    """Return the separator under which neighbouring lines have equally many fields most often.

    Returns
    -------
    tuple of str and float
        The separator, and the share of neighbouring records with equally many fields, above one; 0 where no line holds one.
    """
    sample = text[: 1 << 20].decode(errors="ignore")
    order = ("\t", ",", ";", "|") if tab_first else SEPARATORS
    found: list[tuple[float, int, int, str]] = []
    for rank, separator in enumerate(order):
        widths = _sample_widths(sample, separator)
        if not widths or max(widths) == 1:
            continue
        pairs = [a == b and a > 1 for a, b in zip(widths, widths[1:], strict=False)]
        agreed = sum(pairs) / len(pairs) if pairs else 1.0
        usual = max(set(widths) - {1}, key=widths.count)
        found.append(
            (round(agreed - 0.05 * min(widths.index(usual), 9), 2), usual if agreed > 0.9 else 0, -rank, separator)
        )
    if not found:
        return NONE, 0.0
    score, _, _, separator = max(found)
    return separator, score


def _sample_widths(sample: str, separator: str) -> list[int]:
    """Return the number of fields of the first records that are not blank."""
    widths = []
    reader = csv.reader(
        io.StringIO(sample, newline=""), delimiter=separator, skipinitialspace=_is_spaced(sample, separator)
    )
    try:
        for row in reader:
            if row:
                widths.append(len(row))
            if len(widths) >= _SAMPLE:
                break
    except csv.Error:
        pass  # a field beyond csv's limit: the quotes are looked at when the whole text is cut
    return widths


def cut_records(text: bytes, separator: str, source: str) -> Records:
    """Cut a text into records by the rules of RFC 4180; stray quotes are read as Python's csv module reads them.

    Raises
    ------
    ShopDataError
        When a quote opens and never closes, or swallows lines that look like rows.
    """
    records = _cut(text, separator) if b'"' not in text or _quotes_are_clean(text, separator) else None
    if records is None:
        records = _cut_by_csv(text, separator, source)
    _check_swallowed(records, source)
    return records


def _quotes_are_clean(text: bytes, separator: str) -> bool:
    """Return whether every opening quote follows, and every closing one precedes, a separator or line end."""
    data = np.frombuffer(text, dtype=np.uint8)
    quotes = np.flatnonzero(data == _QUOTE)
    if quotes.size % 2:
        return False
    edge = np.zeros(256, dtype=bool)
    edge[[ord(separator), _NEWLINE, _RETURN, _QUOTE]] = True
    before, after = quotes[::2] - 1, quotes[1::2] + 1
    opened = edge[data[np.maximum(before, 0)]] & (data[np.maximum(before, 0)] != _RETURN) | (before < 0)
    closed = edge[data[np.minimum(after, data.size - 1)]] | (after == data.size)
    return bool(opened.all() and closed.all())


def _cut(text: bytes, separator: str) -> Records:
    data = np.frombuffer(text, dtype=np.uint8)
    breaks = np.flatnonzero(data == _NEWLINE)
    marks = np.flatnonzero(data == ord(separator))
    ends = breaks
    if b'"' in text:
        inside = np.bitwise_xor.accumulate((data == _QUOTE).view(np.uint8)).view(bool)
        ends, marks = breaks[~inside[breaks]], marks[~inside[marks]]
    if not text.endswith(b"\n"):
        ends = np.append(ends, len(text))
    starts = np.concatenate([[0], ends[:-1] + 1]).astype(np.int64)
    widths = np.searchsorted(marks, ends) - np.searchsorted(marks, starts) + 1
    lines = np.searchsorted(breaks, starts) + 1
    ends = ends - ((ends > starts) & (data[np.maximum(ends - 1, 0)] == _RETURN))
    widths[ends == starts] = 0
    for index in np.flatnonzero((ends - starts < 9) & (widths == 1)):  # a line of blanks is a blank line
        if not text[starts[index] : ends[index]].strip():
            widths[index] = 0
    return Records(text, separator, starts, ends.astype(np.int64), lines.astype(np.int64), widths.astype(np.int64))


def _cut_by_csv(text: bytes, separator: str, source: str) -> Records:
    """Cut a text with stray quotes: read by the csv module and written again with every quote in its place."""
    rows, lines = io.StringIO(newline=""), []
    writer = csv.writer(rows, delimiter=separator, lineterminator="\n")
    last = 0
    try:
        for line, row in _numbered(text.decode(), separator):
            lines.append(line)
            last = line
            writer.writerow(row)
    except csv.Error as error:
        raise wrong(
            f"{source}, line {last + 1}", f"a field that cannot be read ({error})", "quotes that close", _CLOSE
        ) from None
    tail = text.decode().split("\n")[last - 1 :]
    try:
        list(csv.reader([f"{line}\n" for line in tail], delimiter=separator, strict=True))
    except csv.Error as error:
        if "end of data" in str(error):
            raise wrong(f"{source}, line {last}", "a quote that never closes", "a closing quote", _CLOSE) from None
    clean = _cut(rows.getvalue().encode(), separator)
    return replace(clean, lines=np.array(lines, dtype=np.int64))


_CLOSE = 'Close the quote, or write a quote inside a text twice ("").'


def _is_spaced(text: str, separator: str) -> bool:
    """Return whether quotes stand behind a blank, as in `1, "a, b"`: blanks behind a separator are then no part of a field."""
    return f'{separator} "' in text


def _numbered(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=_is_spaced(text, separator)
    )
    begin = 1
    for row in reader:
        yield begin, row
        begin = reader.line_num + 1


def _check_swallowed(records: Records, source: str) -> None:
    """Stop where one record holds whole lines that have the separators of a row: a quote was opened by mistake."""
    if b'"' not in records.text or records.separator == NONE or len(records.lines) < 2:
        return
    usual = int(np.bincount(records.widths[records.widths > 0]).argmax())
    long = np.flatnonzero(np.diff(records.lines) >= 4)
    for index in long[:2000]:
        inner = records.raw(index).split("\n")[1:-1]
        alike = sum(line.count(records.separator) == usual - 1 for line in inner)
        if usual > 1 and alike >= 0.8 * len(inner):
            line = records.lines[index]
            raise wrong(
                f"{source}, line {line}",
                f"a quote that closes only on line {line + len(inner) + 1}, around lines that look like rows",
                "one row a line",
                _CLOSE,
            )
