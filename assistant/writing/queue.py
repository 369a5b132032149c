"""The queue of wordings nobody has approved yet, and what a person decided of each. It writes no line and judges none.

Approved lines go into the shop's own folder of wordings and are in force at the next text. What was refused is remembered,
so that it is not offered again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.writing.line_check import check_line
from assistant.writing.wordings import Book, WordingError, load_book
from shop.files import write_atomic

WAITING, APPROVED, REFUSED = "waiting", "approved", "refused"
_FILE = "queue.json"


class QueueError(ValueError):
    """A wording cannot be queued or decided; the message says which, why and the mend."""


@dataclass(frozen=True)
class Offered:
    """A wording that was offered.

    `line` is as it would stand in the file `section`.txt; `example` one filling of it; `reached` of `cases` made-up shops
    can say it; `origin` who offered it: a model's name, or file and line of the shop's own texts.
    """

    id: str
    section: str
    line: str
    origin: str
    example: str
    reached: int
    cases: int
    status: str = WAITING
    by: str = ""
    when: str = ""
    why: str = ""


@dataclass(frozen=True)
class Turned:
    """A wording the checks turned away before a person saw it."""

    section: str
    line: str
    origin: str
    reason: str


class Queue:
    """The queue of one shop and language.

    Parameters
    ----------
    folder : Path
        The shop's folder of wordings (`people/wordings` of the state); made when the first line is queued.

    Raises
    ------
    QueueError
        When the file of the queue is damaged.
    """

    def __init__(self, folder: Path, *, language: str = "en") -> None:
        self.folder = Path(folder)
        self.language = language
        self._all: dict[str, Offered] = self._read()

    def book(self) -> Book:
        """Return the book as it is in force: the product's with the shop's own lines."""
        own = [self.folder] if any(self.folder.glob("*.txt")) else []
        return load_book(self.language, *own)

    def waiting(self) -> list[Offered]:
        """Return what waits for a person, oldest first."""
        return [one for one in self._all.values() if one.status == WAITING]

    def decided(self) -> list[Offered]:
        """Return what was approved or refused."""
        return [one for one in self._all.values() if one.status != WAITING]

    def offer(self, lines: Sequence[tuple[str, str, str]]) -> tuple[list[Offered], list[Turned]]:
        """Queue wordings that pass the checks; return those queued now and those turned away.

        Parameters
        ----------
        lines : (section, line, origin)
            One that waits or was decided before is neither queued again nor turned away.
        """
        book, queued, turned = self.book(), [], []
        for section, line, origin in lines:
            key = _id_of(section, line)
            if key in self._all:
                continue
            found = check_line(section, line, book)
            if found.reason:
                turned.append(Turned(section, line, origin, found.reason))
                continue
            made = Offered(key, section, line.strip(), origin, found.example, found.reached, found.cases)
            self._all[key] = made
            queued.append(made)
        if queued:
            self._write()
        return queued, turned

    def approve(self, key: str, by: str, *, line: str | None = None) -> Offered:
        """Put a wording into the shop's book, as it was offered or edited; it is checked once more.

        Raises
        ------
        QueueError
            When nobody is named, nothing waits under the key, or the line no longer passes; nothing is changed then.
        """
        waiting = self._waiting(key, by)
        words = waiting.line if line is None else line.strip()
        found = check_line(waiting.section, words, self.book())
        if found.reason:
            raise QueueError(f"{words!r} cannot be approved: {found.reason}")
        path = self.folder / f"{waiting.section}.txt"
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        now = _now()
        write_atomic(path, f"{before}# approved by {_one_line(by)}, {now}; from {_one_line(waiting.origin)}\n{words}\n")
        try:
            self.book()
        except WordingError as error:
            write_atomic(path, before)
            raise QueueError(f"{words!r} cannot be approved: {error}") from error
        return self._decide(
            replace(waiting, line=words, example=found.example, status=APPROVED, by=by.strip(), when=now)
        )

    def refuse(self, key: str, by: str, *, why: str = "") -> Offered:
        """Turn a wording down for good.

        Raises
        ------
        QueueError
            When nobody is named, or nothing waits under the key.
        """
        waiting = self._waiting(key, by)
        return self._decide(replace(waiting, status=REFUSED, by=by.strip(), when=_now(), why=why.strip()))

    def _waiting(self, key: str, by: str) -> Offered:
        if not by.strip():
            raise QueueError("nobody is named; a wording is approved or refused by a person. Give a name.")
        found = [one for name, one in self._all.items() if name.startswith(key) and key]
        if len(found) != 1 or found[0].status != WAITING:
            state = "no wording" if not found else f"{len(found)} wordings" if len(found) > 1 else found[0].status
            raise QueueError(f"{key!r}: {state}; expected one that waits. `shopkeeper wordings review` lists them.")
        return found[0]

    def _decide(self, decided: Offered) -> Offered:
        self._all[decided.id] = decided
        self._write()
        return decided

    def _read(self) -> dict[str, Offered]:
        path = self.folder / _FILE
        if not path.is_file():
            return {}
        try:
            told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return {one["id"]: Offered(**one) for one in told["wordings"]}
        except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
            raise QueueError(
                f"{path}: is no queue of wordings ({error}); put a backup back with `shopkeeper state restore`, or move "
                "the file away: approved lines are in the *.txt beside it and stay in force."
            ) from error

    def _write(self) -> None:
        told = {"version": 1, "wordings": [asdict(one) for one in self._all.values()]}
        write_atomic(self.folder / _FILE, json.dumps(told, ensure_ascii=False, indent=1) + "\n")


def _id_of(section: str, line: str) -> str:
    return hashlib.sha256(f"{section}\0{' '.join(line.split())}".encode()).hexdigest()[:10]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _one_line(words: str) -> str:
    return " ".join(words.split())
