"""Delimited text read into a raw table: encoding, delimiter, header and rows that do not fit. It knows lines and fields, not columns' meaning."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import replace

import polars as pl

from shop.reading import RawTable, ReadNote
from shop.structure import check_structure, drop_extras
from shop.tables import ShopDataError

_DELIMITERS = (",", ";", "\t", "|")
_SNIFFED = 200  # lines looked at to tell the delimiter
_FEW = 0.01  # of the lines may not fit and are set aside; more is a wrong structure


def read_text(name: str, source: str, content: bytes) -> RawTable:
    """Return one delimited file as a table of text.

    Raises
    ------
    ShopDataError
        When it is binary, empty, header only, or built wrongly; where, found, expected, mend.
    """
    text, notes = decoded(content, source)
    lines = text.split("\n", 4000)[:4000]
    delimiter = _delimiter(lines, source)
    start, skipped = _header_line(lines, delimiter)
    if skipped:
        notes.append(ReadNote("dropped", "lines above the header", len(skipped), f"line 1: {skipped[0][:60]}"))
        text = "\n".join(text.split("\n", start)[start:])
    header = _fields(text.split("\n", 1)[0], delimiter)
    bad, widest = _unfitting(text, delimiter, len(header), start)
    if bad:
        text, note = _set_aside(text, bad, len(header), widest, start, source)
        notes.append(note)
    names, has_header = _names(header, text, delimiter, source, start)
    frame = _parsed(text, delimiter, names, has_header, source)
    if frame.is_empty():
        raise ShopDataError(f"{source}: has a header and no rows. Export it again, or take it out of the folder.")
    table = RawTable(name, source, frame, start + (2 if has_header else 1), tuple(notes))
    check_structure(table)
    frame, more = drop_extras(table)
    return replace(table, frame=frame, notes=table.notes + more)


def decoded(content: bytes, source: str) -> tuple[str, list[ReadNote]]:
    """Return the text of a file and a note where it was not UTF-8; line ends are made one kind."""
    notes: list[ReadNote] = []
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = content.decode("utf-16", errors="replace")
    elif b"\x00" in content[:100_000]:
        raise ShopDataError(
            f"{source}: holds binary data; expected text. Is its ending right? Export it as CSV in UTF-8."
        )
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            text = content.decode("cp1252", errors="replace")
            number = content[: error.start].count(b"\n") + 1
            line = text.split("\n", number)[number - 1].strip()
            notes.append(ReadNote("changed", "read as cp1252, as it is not UTF-8", 1, f"line {number}: {line[:80]}"))
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    if not text.strip():
        raise ShopDataError(f"{source}: holds only blank lines. Export it again, or take it out of the folder.")
    return text, notes


def _delimiter(lines: list[str], source: str) -> str:
    filled = [line for line in lines[:_SNIFFED] if line.strip()]
    best, best_score = ",", (0.0, 0)
    for delimiter in _DELIMITERS:
        widths = Counter(len(_fields(line, delimiter)) for line in filled)
        width, many = max(
            ((width, count) for width, count in widths.items() if width > 1),
            key=lambda one: (one[1], one[0]),
            default=(1, 0),
        )
        score = (many / len(filled), width)
        if width > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


def _fields(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _header_line(lines: list[str], delimiter: str) -> tuple[int, list[str]]:
    """Return the line the table begins at and what stands above it: titles and blank lines, narrower than the table."""
    widths = [
        len([field for field in _fields(line, delimiter) if field.strip()]) if line.strip() else 0
        for line in lines[:_SNIFFED]
    ]
    usual = Counter(width for width in widths if width > 1).most_common(1)
    if not usual or usual[0][0] < 3:
        first = next((at for at, line in enumerate(lines) if line.strip()), 0)
        return first, [line for line in lines[:first] if line.strip()]
    wide = next(at for at, width in enumerate(widths) if width >= max(2, usual[0][0] - 1))
    return wide, [line for line in lines[:wide] if line.strip()]


def _unfitting(text: str, delimiter: str, width: int, start: int) -> tuple[list[tuple[int, int]], int]:
    """Return (line number, fields) of the records that are wider or narrower than the header, and the widest.

    Lines without quotes are counted by their delimiters; the csv module looks only at files with quotes.
    """
    bad: list[tuple[int, int]] = []
    widest = width
    if '"' not in text:
        for number, line in enumerate(text.split("\n"), start + 1):
            fields = line.count(delimiter) + 1
            if fields != width and line.strip():
                bad.append((number, fields))
                widest = max(widest, fields)
        return bad, widest
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    before = 0
    csv.field_size_limit(10_000_000)
    for record in reader:
        if len(record) != width and any(field.strip() for field in record):
            bad.append((start + before + 1, len(record)))
            widest = max(widest, len(record))
        before = reader.line_num
    return bad, widest


def _set_aside(
    text: str, bad: list[tuple[int, int]], width: int, widest: int, start: int, source: str
) -> tuple[str, ReadNote]:
    lines = text.split("\n")
    number, fields = bad[0]
    allowed = max(1, int(_FEW * len(lines)))
    worst, most = max(bad, key=lambda one: one[1])
    if most > 10 * width and most > 200:
        raise ShopDataError(
            f"{source}, line {worst}: found {most:,} fields; expected {width} as in the header (line {start + 1}). Mend or remove the line."
        )
    if len(bad) > allowed:
        raise ShopDataError(_why_ragged(lines, bad, width, start, source))
    gone = {line for line, _ in bad}
    kept = [line for at, line in enumerate(lines, start + 1) if at not in gone]
    return "\n".join(kept), ReadNote(
        "dropped", f"not {width} fields as in the header", len(bad), f"line {number}: {fields} fields"
    )


def _why_ragged(lines: list[str], bad: list[tuple[int, int]], width: int, start: int, source: str) -> str:
    number, fields = bad[0]
    different = len({found for _, found in bad})
    share = len(bad) / max(len(lines), 1)
    if share > 0.5 and different > 3:
        return (
            f"{source}: each line has another number of fields (line {number}: {fields}, line {start + 1}: {width}); expected a table. "
            "It looks like one basket a line: export one row a product, with an order number and a customer."
        )
    if different == 1 and number > start + 2:
        return (
            f"{source}, line {number}: from here on {len(bad):,} lines have {fields} fields, those before have {width} (header in line {start + 1}). "
            "Are these two reports in one file? Put each into a file of its own."
        )
    return (
        f"{source}, line {number}: found {fields} fields; expected {width} as in the header (line {start + 1}); {len(bad):,} lines are "
        "like that. Export it again with fields in quotes where they hold the delimiter."
    )


def _names(header: list[str], text: str, delimiter: str, source: str, start: int) -> tuple[list[str], bool]:
    """Return the names of the columns and whether the first line held them."""
    names = [name.strip() for name in header]
    if len(names) == 1 and not re.search(r"[A-Za-z\u00c0-\uffff]", names[0]):
        raise ShopDataError(
            f"{source}: found one column only, headed {names[0][:40]!r}; expected a table. Is its delimiter one of , ; tab | ?"
        )
    second = _fields(text.split("\n", 2)[1], delimiter) if text.count("\n") else []
    if _is_headerless(names, second):
        return [f"column {at}" for at in range(1, len(names) + 1)], False
    while (
        names
        and names[-1] == ""
        and all(
            not _fields(line, delimiter)[len(names) - 1 :][:1] or not _fields(line, delimiter)[len(names) - 1].strip()
            for line in text.split("\n", 50)[1:50]
            if line.strip()
        )
    ):
        names[-1] = "\x00"  # an empty column at the end, left by a delimiter too many
        break
    _check_names(names, source, start)
    return names, True


def _is_headerless(first: list[str], second: list[str]) -> bool:
    """Return whether the first line looks like data: numbers or dates where the second has them, or long sentences."""
    if len(first) != len(second):
        return False
    looks = re.compile(r"^[-+]?[\d.,]+$|^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
    both = [
        at
        for at, (one, two) in enumerate(zip(first, second, strict=True))
        if looks.match(one.strip()) and looks.match(two.strip())
    ]
    sentences = len(first) > 1 and all(
        len(one) > 3 and re.search(r"[?。？！.]$", one.strip()) or len(one) > 25 for one in first
    )
    unnamed = (
        len(first) == 2
        and not re.search(r"[A-Za-z]", "".join(first))
        and any(re.search(r"[？?。]", one) for one in (*first, *second))
    )
    return bool(both) or sentences or unnamed


def _check_names(names: list[str], source: str, start: int) -> None:
    empty = [at for at, name in enumerate(names, 1) if name == ""]
    inner = [at for at in empty if at < len(names) and at > 1]
    repeats = [name for name, count in Counter(name.lower() for name in names if name).items() if count > 1]
    where = f"{source}, header (line {start + 1})"
    if inner and repeats:
        raise ShopDataError(
            f"{where}: column {inner[0]} is empty, {repeats[0]!r} stands on both sides. Two tables side by side? Give each a file of its own."
        )
    if repeats:
        raise ShopDataError(
            f"{where}: {repeats[0]!r} is the name of two columns; expected each once. Rename one of them."
        )
    if inner and len(inner) > len(names) / 3:
        raise ShopDataError(
            f"{where}: {len(inner)} of {len(names)} columns have no name (column {inner[0]} first). Merged heads? Export plain rows with one header line."
        )


def _parsed(text: str, delimiter: str, names: list[str], has_header: bool, source: str) -> pl.DataFrame:
    unique = [name if name not in ("", "\x00") else f"column {at}" for at, name in enumerate(names, 1)]
    try:
        frame = pl.read_csv(
            io.BytesIO(text.encode("utf-8")),
            separator=delimiter,
            has_header=False,
            skip_rows=1 if has_header else 0,
            new_columns=unique,
            infer_schema=False,
            truncate_ragged_lines=True,
            quote_char='"',
        )
    except pl.exceptions.NoDataError:
        return pl.DataFrame(schema=dict.fromkeys(unique, pl.String))
    except pl.exceptions.PolarsError as error:
        first = (str(error).strip().splitlines() or [""])[0][:160]
        raise ShopDataError(
            f"{source}: cannot be read as a table ({first}). Check its quotes, or export it again."
        ) from error
    frame = frame.rename(dict(zip(frame.columns, unique[: frame.width], strict=True)))
    blank = [column for column, name in zip(unique, names, strict=True) if name == "\x00" and column in frame.columns]
    frame = frame.drop(blank)
    return frame.filter(~pl.all_horizontal(pl.all().fill_null("").str.strip_chars() == "")).with_columns(
        pl.when(pl.all() == "").then(None).otherwise(pl.all()).name.keep()
    )
