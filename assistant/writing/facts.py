"""Facts: the only place where a number, name, price or promise enters a text. A fact knows its source, not how it is said."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from assistant.writing.known import KINDS, known
from assistant.writing.titles import is_called

Value = int | float | Decimal | str | date


@dataclass(frozen=True)
class Subject:
    """Who or what a fact is about: `kind` is one of `known.KINDS`, `name` is what a text calls it."""

    kind: str
    id: str
    name: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"subject {self.id!r}: kind {self.kind!r}; expected one of {', '.join(KINDS)}.")


@dataclass(frozen=True)
class Source:
    """How a fact can be counted again: the rows of `table` where `filter` holds, known before `as_of` (UTC)."""

    table: str
    filter: str = ""
    as_of: datetime | None = None
    rows: int | None = None

    def line(self) -> str:
        """Return the source for a reader.

        Examples
        --------
        >>> Source("events", "segment = 3", datetime(2025, 3, 1), 1236).line()
        'events where segment = 3, before 2025-03-01 00:00, 1,236 rows'
        """
        line = self.table + (f" where {self.filter}" if self.filter else "")
        line += f", before {self.as_of:%Y-%m-%d %H:%M}" if self.as_of else ""
        rows = "" if self.rows is None else f", {self.rows:,} {'row' if self.rows == 1 else 'rows'}"
        return line + rows


@dataclass(frozen=True)
class Fact:
    """One value said of one subject; name, unit and meaning are those of `known.KNOWN`.

    Parameters
    ----------
    value : int for count, hour (0–23), weekday (Monday 1 … Sunday 7) and month; a number in 0–1 for share, in 0–100 for
        percent; a number for mean, money (shop currency), days and times; date for date; str for name and text
    called : str
        Of a product's title: what a text calls the product, one of the ways `titles` derives from it; "" the title itself.

    Raises
    ------
    KeyError
        When no fact has that name.
    ValueError
        When the unit, the subject's kind or the value does not fit the name, or the source names no table.

    Examples
    --------
    >>> night = Subject("segment", "2", "Evening Orderers")
    >>> Fact(night, "share", 28.0, "share", Source("customers"))
    Traceback (most recent call last):
    ValueError: fact share of 'Evening Orderers': 28.0; expected a number from 0 to 1.
    """

    subject: Subject
    name: str
    value: Value
    unit: str
    source: Source
    called: str = ""

    def __post_init__(self) -> None:
        meaning, where = known(self.name), f"fact {self.name} of {short(self.subject.name)!r}"
        if self.unit != meaning.unit:
            raise ValueError(f"{where}: unit {self.unit!r}; expected {meaning.unit!r}.")
        if self.subject.kind != meaning.kind:
            raise ValueError(f"{where}: said of a {self.subject.kind}; expected a {meaning.kind}.")
        if not isinstance(self.source, Source) or not self.source.table.strip():
            raise ValueError(f"{where}: no source; give Source(table, filter, as_of, rows).")
        complaint = _complaint(self.value, self.unit)
        if complaint:
            raise ValueError(f"{where}: {short(repr(self.value))}; expected {complaint}.")
        if self.called and not (isinstance(self.value, str) and is_called(clean(self.value), self.called)):
            raise ValueError(f"{where}: called {short(self.called)!r}; expected the title or a beginning of it.")


def fact(subject: Subject, name: str, value: Value, source: Source, called: str = "") -> Fact:
    """Return the fact with the unit its name has."""
    return Fact(subject, name, value, known(name).unit, source, called)


_RANGES: Mapping[str, tuple[float, float]] = {
    "share": (0, 1),
    "percent": (0, 100),
    "hour": (0, 23),
    "weekday": (1, 7),
    "month": (1, 12),
}


def _complaint(value: object, unit: str) -> str:
    if unit in ("name", "text"):
        return "" if isinstance(value, str) and clean(value) else "a text with at least one visible character"
    if unit == "date":
        return "" if isinstance(value, date) else "a date"
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not math.isfinite(value):
        return "a finite number"
    whole = unit in ("count", "hour", "weekday", "month")
    if whole and value != int(value):
        return "a whole number"
    low, high = _RANGES.get(unit, (0, math.inf))
    if not low <= value <= high:
        return f"a number from {low} to {high}" if unit in _RANGES else "a number that is not negative"
    return ""


def clean(text: str) -> str:
    r"""Return the text as it may be printed: composed, without control, format and invisible characters, single spaces.

    Examples
    --------
    >>> clean("Red\u200b  mug\n\u200f1")
    'Red mug 1'
    """
    visible = (
        " " if char.isspace() else char
        for char in unicodedata.normalize("NFC", text)
        if char.isspace() or _is_seen(char)
    )
    return " ".join("".join(visible).split())


def _is_seen(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def hidden_characters(text: str) -> list[str]:
    """Return the names of characters in `text` that cannot be seen, each once, line breaks and tabs aside."""
    found = {char for char in text if not char.isspace() and not _is_seen(char)}
    return sorted(unicodedata.name(char, f"U+{ord(char):04X}") for char in found)


def short(text: str, length: int = 40) -> str:
    """Return at most `length` characters of a text, for messages."""
    return text if len(text) <= length else text[: length - 1] + "…"


def renamed(facts: Sequence[Fact], name: str) -> list[Fact]:
    """Return the facts of one subject, called `name` from now on.

    Raises
    ------
    ValueError
        When the facts are about several subjects.
    """
    if len({(one.subject.kind, one.subject.id) for one in facts}) > 1:
        raise ValueError("facts of several subjects cannot be renamed together; rename each on its own.")
    return [replace(one, subject=replace(one.subject, name=name)) for one in facts]


def facts_from_json(rows: Iterable[Mapping[str, Any]], *, source: str = "facts") -> list[Fact]:
    """Return the facts of a parsed JSON list; dates are written 2026-11-30.

    Parameters
    ----------
    rows : mappings with subject {kind, id, name}, name, value and optionally unit and source {table, filter, as_of, rows}
    source : str
        Named in errors, and the source of facts that give none.

    Raises
    ------
    ValueError
        With the number of the entry that is wrong.
    """
    facts = []
    if not isinstance(rows, list | tuple):
        raise ValueError(f"{source}: {type(rows).__name__}; expected a list of facts.")
    for number, row in enumerate(rows, 1):
        try:
            facts.append(_fact_from_json(row, source))
        except (KeyError, TypeError, ValueError) as error:
            reason = error.args[0] if error.args else error
            raise ValueError(f"{source}, fact {number}: {reason}") from error
    return facts


def _fact_from_json(row: Mapping[str, Any], source: str) -> Fact:
    lacks = [key for key in ("subject", "name", "value") if key not in row]
    if lacks:
        raise ValueError(f"lacks {', '.join(lacks)}; expected subject, name, value and source.")
    meaning, value, given = known(row["name"]), row["value"], dict(row.get("source") or {"table": source})
    if given.get("as_of"):
        given["as_of"] = datetime.fromisoformat(given["as_of"])
    if meaning.unit == "date":
        value = date.fromisoformat(value)
    unit, called = row.get("unit", meaning.unit), row.get("called", "")
    return Fact(Subject(**row["subject"]), row["name"], value, unit, Source(**given), called)
