"""JSON and JSON lines as tables, whatever wraps the records. It knows shapes of JSON, not what the fields mean."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shop.raw import RawTable, ReadNote, shown, wrong
from shop.reading_bytes import as_utf8
from shop.reading_records import flat_table

_Records = list[dict[str, Any]]


def json_tables(data: bytes, source: str, name: str, *, lines: bool = False) -> list[RawTable]:
    """Return the tables of a JSON text: a list of records, records under keys, records by id, or a record a line.

    Raises
    ------
    ShopDataError
        When the text is broken or holds no records.
    """
    text, notes = as_utf8(data, source)
    parsed, more = (None, []) if lines else _parsed(text, source)
    if parsed is None:
        records, more = _records_of_lines(text, source)
        return [_table(records, source, name, [*notes, *more])]
    found = _found(parsed, source)
    several = len(found) > 1
    return [
        _table(
            records, f"{source}, {key!r}" if several else source, f"{name}/{key}" if several else name, [*notes, *told]
        )
        for key, records, told in found
    ]


def _table(records: _Records, source: str, name: str, notes: list[ReadNote]) -> RawTable:
    if not records:
        raise wrong(source, "a list without records", "records", "Export it again, or remove the file.")
    frame, more = flat_table(records, source)
    return RawTable(name, source, frame, 1, (*notes, *more))


def _parsed(text: bytes, source: str) -> tuple[Any, list[ReadNote]]:
    try:
        return json.loads(text), []
    except json.JSONDecodeError as error:
        first = text.lstrip().split(b"\n", 1)[0].strip()
        if error.msg == "Extra data" and first[:1] == b"{" and first[-1:] == b"}":
            return None, []
        raise wrong(
            f"{source}, line {error.lineno}, sign {error.colno}",
            f"broken JSON ({error.msg})",
            "a whole JSON text",
            "The file may have been cut off: export it again.",
        ) from None
    except RecursionError:
        raise wrong(source, "JSON nested too deep", "a list of records", "Export a flat list.") from None


def _records_of_lines(text: bytes, source: str) -> tuple[_Records, list[ReadNote]]:
    records: _Records = []
    bad: list[tuple[int, bytes]] = []
    for number, line in enumerate(text.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            record = None
        if isinstance(record, dict):
            records.append(record)
        else:
            bad.append((number, line))
    if not bad:
        return records, []
    number, line = bad[0]
    example = shown(line.decode(errors="replace"))
    if len(bad) > max(0.01 * len(records), min(3, len(records) // 10)):
        more = f" ({len(bad) - 1:,} more lines alike)" if len(bad) > 1 else ""
        raise wrong(
            f"{source}, line {number}",
            f"no JSON object{more}: {example}",
            "one JSON object on each line",
            "Remove the line or export again.",
        )
    return records, [
        ReadNote("dropped", "broken lines set aside: no JSON object", len(bad), f"line {number}: {example}")
    ]


def _found(parsed: Any, source: str) -> list[tuple[str, _Records, list[ReadNote]]]:
    """Return the lists of records in a JSON value with the key each stands under."""
    if isinstance(parsed, list):
        return [("", _all_records(parsed, source), [])]
    if not isinstance(parsed, Mapping):
        raise wrong(source, shown(json.dumps(parsed)), "a list of records", "Export a list of records.")
    lists = {key: value for key, value in parsed.items() if isinstance(value, list) and value}
    lists = {key: value for key, value in lists.items() if isinstance(value[0], Mapping)}
    if lists:
        left = [key for key in parsed if key not in lists]
        notes = (
            [ReadNote("noted", "values beside the records left out", len(left), ", ".join(left[:3]))] if left else []
        )
        lists = {key: _all_records(value, f"{source}, {key!r}") for key, value in lists.items()}
        if len(lists) > 1 and _are_alike(list(lists.values())):
            return [("", *_under_one_column(lists, notes))]
        return [(key, records, notes) for key, records in lists.items()]
    objects = {key: value for key, value in parsed.items() if isinstance(value, Mapping)}
    if len(objects) == len(parsed) and len(parsed) > 1 and _are_alike([[value] for value in objects.values()]):
        column = _free_column(("id", "key"), [[dict(value)] for value in objects.values()])
        note = ReadNote("noted", f"records by key: the key is in column {column!r}", len(objects), next(iter(objects)))
        return [("", [{column: key, **value} for key, value in objects.items()], [note])]
    if len(objects) == 1 and len(parsed) == 1:  # {"data": {"orders": [...]}}
        return _found(next(iter(objects.values())), source)
    keys = shown(", ".join(map(str, parsed)))
    raise wrong(
        source, f"one JSON object ({keys})", "a list of records", 'Export a list, as in [{"order_id": "1", …}, …].'
    )


def _all_records(values: list[Any], source: str) -> _Records:
    for number, value in enumerate(values, start=1):
        if not isinstance(value, dict):
            raise wrong(
                f"{source}, record {number}",
                f"{shown(json.dumps(value, ensure_ascii=False))}",
                'an object with named fields, as in {"order_id": "1"}',
                "Export records with names, or save the table as CSV.",
            )
    return values


def _are_alike(lists: list[list[Any]]) -> bool:
    """Return whether the first records of all lists share most of their fields."""
    keys = [set(records[0]) for records in lists]
    return len(set.intersection(*keys)) >= 0.5 * len(set.union(*keys)) > 0


def _free_column(names: tuple[str, str], lists: list[_Records]) -> str:
    taken = {key for records in lists for record in records for key in record}
    free = [name for name in (*names, f"{names[1]} (outer)") if name not in taken]
    return free[0]


def _under_one_column(lists: dict[str, _Records], notes: list[ReadNote]) -> tuple[_Records, list[ReadNote]]:
    column = _free_column(("category", "group"), list(lists.values()))
    records = [{column: key, **record} for key, part in lists.items() for record in part]
    note = ReadNote(
        "noted", f"records under several keys: the key is in column {column!r}", len(lists), shown(", ".join(lists))
    )
    return records, [*notes, note]
