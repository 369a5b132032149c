"""Records with nested values made flat tables: dots for objects, lines for a list of records. It knows no file and no header."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import polars as pl

from shop.raw import ReadNote, shown, wrong

_DEEPEST = 8
_PLAIN = (str, int, float, bool, date, datetime, time, Decimal)


def flat_table(records: Sequence[Mapping[str, Any]], source: str) -> tuple[pl.DataFrame, list[ReadNote]]:
    """Return records as a table: objects flattened with dots, lists of values joined, one list of records as lines.

    Parameters
    ----------
    records : sequence of dict
        At least one.

    Returns
    -------
    tuple of DataFrame and list of ReadNote
        Columns in the order they first occur; a record repeats on each of its lines.

    Raises
    ------
    ShopDataError
        When records hold two lists of records, lists in lists, or objects too deep.
    """
    flat = [_flat(record, source, number) for number, record in enumerate(records, start=1)]
    rows, notes = _as_lines(flat, source)
    joined: dict[str, int] = {}
    for row in rows:
        for name, value in row.items():
            if isinstance(value, list):
                row[name] = " | ".join(str(part) for part in value if part is not None) or None
                joined[name] = joined.get(name, 0) + 1
    for name, count in joined.items():
        notes.append(ReadNote("changed", f"lists of values in {name!r} joined with ' | '", count, _first(rows, name)))
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not names:
        raise wrong(source, "records without fields", "fields with values", "Export it again.")
    return pl.DataFrame([typed_series(name, [row.get(name) for row in rows]) for name in names]), notes


def typed_series(name: str, values: Iterable[Any]) -> pl.Series:
    """Return values as a column of their one type; mixed types become text, empty text null.

    Examples
    --------
    >>> typed_series("code", [22752, "85123A", None]).to_list()
    ['22752', '85123A', None]
    """
    values = [None if value == "" else float(value) if isinstance(value, Decimal) else value for value in values]
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} and float in kinds:
        return pl.Series(name, values, dtype=pl.Float64, strict=False)
    small = kinds == {int} and all(value is None or abs(value) < 1 << 63 for value in values)
    if small or (len(kinds) == 1 and kinds <= {str, bool, date, datetime, time}):
        try:
            return pl.Series(name, values)
        except (TypeError, ValueError, pl.exceptions.PolarsError):  # datetimes in several time zones
            pass
    return pl.Series(name, [None if value is None else _text(value) for value in values], dtype=pl.String)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else str(value)


def _first(rows: Sequence[Mapping[str, Any]], name: str) -> str:
    return shown(next(row[name] for row in rows if row.get(name) is not None)) if rows else ""


def _flat(record: Mapping[str, Any], source: str, number: int, prefix: str = "", depth: int = 0) -> dict[str, Any]:
    if depth > _DEEPEST:
        raise wrong(
            f"{source}, record {number}",
            f"objects nested deeper than {_DEEPEST} ({shown(prefix)})",
            "a list of flat records",
            "Export a flat list.",
        )
    row: dict[str, Any] = {}
    for key, value in record.items():
        name = f"{prefix}{key.strip()}"
        if isinstance(value, Mapping):
            row |= _flat(value, source, number, f"{name}.", depth + 1)
        elif value is None or isinstance(value, (*_PLAIN, list)):
            row[name] = (
                value if not isinstance(value, list) else _checked_list(value, f"{source}, record {number}", name)
            )
        else:
            row[name] = str(value)
    return row


def _checked_list(values: list[Any], where: str, name: str) -> list[Any] | None:
    """Return a list of plain values or of records; None for an empty one."""
    records = [isinstance(value, Mapping) for value in values]
    if any(isinstance(value, list) for value in values) or (any(records) and not all(records)):
        raise wrong(
            where,
            f"a list of lists or of mixed things under {name!r} ({shown(json.dumps(values, default=str))})",
            "plain values, or a list of records such as the items of an order",
            "Export a flat list, a line for each item.",
        )
    return values or None


def _as_lines(flat: list[dict[str, Any]], source: str) -> tuple[list[dict[str, Any]], list[ReadNote]]:
    """Return a row for each entry of the one list of records that the records hold, or the records where they hold none."""
    lists = list(
        dict.fromkeys(
            name
            for row in flat
            for name, value in row.items()
            if isinstance(value, list) and isinstance(value[0], Mapping)
        )
    )
    if not lists:
        return flat, []
    if len(lists) > 1:
        raise wrong(
            source,
            f"several lists of records in one record ({', '.join(map(repr, lists))})",
            "one at most, such as the items of an order",
            f"Export them as files of their own, or keep only {lists[0]!r}.",
        )
    (name,) = lists
    rows = []
    for number, row in enumerate(flat, start=1):
        rest = {key: value for key, value in row.items() if key != name}
        for entry in row.get(name) or [{}]:
            line = _flat(entry, source, number, f"{name}.")
            if any(isinstance(value, list) and isinstance(value[0], Mapping) for value in line.values()):
                raise wrong(
                    f"{source}, record {number}",
                    f"a list of records inside the list {name!r}",
                    "one list of records at most",
                    "Export a flat list, a line for each item.",
                )
            rows.append(rest | line)
    note = ReadNote(
        "noted",
        f"a line made of each entry of {name!r}",
        len(rows),
        f"{len(flat):,} records became {len(rows):,} lines",
    )
    return rows, [note]
