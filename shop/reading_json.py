"""JSON and JSON lines read into raw tables: lists of records, records by key, lines of an order unfolded. It knows shapes, not meaning."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from shop.reading import RawTable, ReadNote
from shop.reading_text import decoded
from shop.tables import ShopDataError

_DEEPEST = 3  # records in records that are flattened with dots
Record = dict[str, Any]


def read_json(name: str, source: str, content: bytes, *, lines: bool) -> list[RawTable]:
    """Return the tables of a JSON file.

    A list of records is one table; an object of lists is one table a key, or, where all have the same fields, one table
    with the key as a column `key`. One list of records inside each record (the lines of an order) is unfolded.

    Raises
    ------
    ShopDataError
        When it is no JSON, holds no records, or nests deeper.
    """
    text, notes = decoded(content, source)
    parsed = _lines(text, source) if lines else _whole(text, source)
    groups = _groups(parsed, name, source)
    return [_table(key, source, records, tuple(notes)) for key, records in groups.items()]


def _whole(text: str, source: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            return _lines(text, source)
        raise ShopDataError(
            f"{source}, line {error.lineno}: is no JSON ({error.msg}). Was the file cut off? Export it again."
        ) from error


def _lines(text: str, source: str) -> list[Any]:
    records = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                records.append(json.loads(line))
            except json.JSONDecodeError as error:
                raise ShopDataError(
                    f"{source}, line {number}: is no JSON ({error.msg}); expected one record a line. Mend or remove the line."
                ) from error
    return records


def _groups(parsed: Any, name: str, source: str) -> dict[str, list[Record]]:
    if isinstance(parsed, dict):
        lists = {
            key: value
            for key, value in parsed.items()
            if isinstance(value, list) and value and all(isinstance(one, dict) for one in value)
        }
        if lists and len(lists) == len(parsed):
            fields = {tuple(sorted(one)) for value in lists.values() for one in value}
            if len(fields) == 1 and len(lists) > 1:
                return {name: [{"key": key, **one} for key, value in lists.items() for one in value]}
            return {f"{name}/{key}" if len(lists) > 1 else name: value for key, value in lists.items()}
        if len(lists) == 1:
            return {name: next(iter(lists.values()))}
        if parsed and all(isinstance(value, dict) for value in parsed.values()):
            return {name: [{"key": key, **value} for key, value in parsed.items()]}
    elif isinstance(parsed, list) and parsed and all(isinstance(one, dict) for one in parsed):
        return {name: parsed}
    found = type(parsed).__name__ if not isinstance(parsed, dict) else f"an object with {', '.join(list(parsed)[:5])}"
    raise ShopDataError(
        f"{source}: found {found}; expected a list of records, [{{…}}, {{…}}]. Export one table as records."
    )


def _table(name: str, source: str, records: list[Record], notes: tuple[ReadNote, ...]) -> RawTable:
    flat = [_flat(record, source, number) for number, record in enumerate(records, 1)]
    folded = sorted(
        {
            key
            for record in flat
            for key, value in record.items()
            if isinstance(value, list) and any(isinstance(one, dict) for one in value)
        }
    )
    if len(folded) > 1:
        raise ShopDataError(
            f"{source}: each record holds several lists of records ({', '.join(folded[:3])}); expected at most one, the lines of an order. "
            "Export each list as a table of its own."
        )
    if folded:
        flat = _unfolded(flat, folded[0], source)
        notes = (
            *notes,
            ReadNote(
                "noted",
                f"the list {folded[0]!r} of each record was unfolded, one row an entry",
                len(flat),
                f"{len(records)} records",
            ),
        )
    columns = list(dict.fromkeys(key for record in flat for key in record))
    rows = {column: [_cell(record.get(column)) for record in flat] for column in columns}
    frame = pl.DataFrame({column: pl.Series(column, values, strict=False) for column, values in rows.items()})
    if frame.is_empty():
        raise ShopDataError(f"{source}: holds no records. Export it again, or take it out of the folder.")
    return RawTable(name, source, frame, 1, notes)


def _flat(record: Record, source: str, number: int, depth: int = 0) -> Record:
    found: Record = {}
    for key, value in record.items():
        if isinstance(value, dict):
            if depth >= _DEEPEST:
                raise ShopDataError(
                    f"{source}, record {number}, {key!r}: nests deeper than {_DEEPEST} levels; expected flat records. Export flat rows."
                )
            found |= {f"{key}.{inner}": one for inner, one in _flat(value, source, number, depth + 1).items()}
        else:
            found[key.strip()] = value
    return found


def _unfolded(records: list[Record], key: str, source: str) -> list[Record]:
    rows: list[Record] = []
    for number, record in enumerate(records, 1):
        outer = {name: value for name, value in record.items() if name != key}
        for entry in record.get(key) or [{}]:
            inner = _flat(entry, source, number) if isinstance(entry, dict) else {"value": entry}
            if any(isinstance(value, list) and any(isinstance(one, dict) for one in value) for value in inner.values()):
                raise ShopDataError(
                    f"{source}, record {number}, {key!r}: its entries hold lists of records again; expected flat lines. Export flat rows."
                )
            rows.append(
                {**outer, **{name if name not in outer else f"{key}.{name}": value for name, value in inner.items()}}
            )
    return rows


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "; ".join(str(one) for one in value)
    return value if value is None or isinstance(value, int | float) else (str(value) or None)
