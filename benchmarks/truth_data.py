"""Meanings and texts of data-to-text files, and the schema a person wrote beside them. It knows notations, no data set.

Three notations of a meaning are read: `name[Aromi], food[French]`, `inform(name=x 3;type=laptop)` and
`inform(name[X], genres[a, b])`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.writing.learn import Manner
from assistant.writing.learn_plain import Plain
from assistant.writing.value_reading import Forms, Meaning, Value, ValueReader

_ACT = re.compile(r"\s*([?\w]*)\((.*)\)\s*", re.DOTALL)
_BRACKETED = re.compile(r"([\w ]+?)\s*\[((?:[^\[\]]|\[[^\]]*\])*)\]")


@dataclass(frozen=True)
class Schema:
    """What a person says of the acts and slots of a set; see `benchmarks/schemas`."""

    lists: tuple[str, ...]
    numbered: tuple[str, ...]  # acts that speak of several things: the second family is "family 2"
    manner: Manner
    forms: Forms

    @classmethod
    def read(cls, path: Path) -> Schema:
        """Return the schema of a file."""
        told: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        slots: dict[str, dict[str, Any]] = told.get("slots", {})
        said = {slot: dict(one["said"]) for slot, one in slots.items() if "said" in one}
        words = {slot: one["word"] for slot, one in slots.items() if "word" in one}
        phrases = {slot: dict(one.get("phrases", {})) for slot, one in slots.items()}
        for slot, one in slots.items():
            phrases[slot].setdefault("*", one.get("phrase", ""))
            for value, phrase in told.get("phrases", {}).items():
                word = one.get("plain_word", one.get("word", slot))
                phrases[slot].setdefault(value, phrase.replace("{word}", word))
        frames = {act: tuple(several) for act, several in told.get("frames", {}).items()}
        around = {slot: one["around"] for slot, one in slots.items() if "around" in one}
        return cls(
            tuple(slot for slot, one in slots.items() if one.get("list")),
            tuple(told.get("numbered", ())),
            Manner(
                tuple(told.get("subject", ("name",))),
                tuple(told.get("stating", ("",))),
                tuple(told.get("followed", ())),
                acts=told.get("acts", {}),
                plain=Plain(frames, phrases),
            ),
            Forms(said, around, words=words, cues=told.get("cues", {}), alarms=told.get("alarms", {})),
        )

    def reader(self, rows: Iterable[tuple[str, str]]) -> ValueReader:
        """Return the reader of this schema that knows the values of some meanings."""
        known: dict[str, dict[str, None]] = {}
        for mr, _ in rows:
            for slot, value in self.meaning(mr).values:
                known.setdefault(slot, {})[value] = None
        return ValueReader(replace(self.forms, known=known))

    def meaning(self, mr: str) -> Meaning:
        """Return what a meaning in one of the notations says."""
        act, body = "", mr
        if match := _ACT.fullmatch(mr):
            act, body = match.groups()
        pairs = _pairs(body)
        values: list[Value] = []
        seen: dict[str, int] = {}
        for slot, value in pairs:
            if slot in self.lists:
                values += [(slot, one.strip()) for one in _elements(value)]
                continue
            seen[slot] = seen.get(slot, 0) + 1
            number = f" {seen[slot]}" if act in self.numbered and seen[slot] > 1 else ""
            values.append((slot + number, value))
        return Meaning(act, tuple(values))


def _pairs(body: str) -> list[Value]:
    if "[" in body:
        return [(slot.strip(), value.strip()) for slot, value in _BRACKETED.findall(body)]
    cells = [cell.partition("=") for cell in body.split(";") if cell.strip()]
    return [(slot.strip(), value.strip().strip("'\"")) for slot, _, value in cells]


def _elements(value: str) -> list[str]:
    return value.split(",") if value else [""]


def read_rows(path: Path) -> list[tuple[str, str]]:
    """Return (meaning as written, text) of a file with columns `mr` and `ref`.

    Raises
    ------
    ValueError
        When a column is missing.
    """
    import polars as pl

    frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
    missing = {"mr", "ref"} - set(frame.columns)
    if missing:
        raise ValueError(f"{path.name}: no column {', '.join(sorted(missing))}; found {', '.join(frame.columns)}.")
    rows = frame.select("mr", "ref").drop_nulls().iter_rows()
    return [(str(mr), str(ref)) for mr, ref in rows]


def grouped(rows: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the texts by meaning, in the order of the first of each."""
    out: dict[str, list[str]] = {}
    for mr, ref in rows:
        out.setdefault(mr, []).append(ref)
    return out
