"""The wording book in memory: the lines that may be said, and the small lists beside them. It knows no value and no file form."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.writing.conditions import Condition
from assistant.writing.line_rules import Rules
from assistant.writing.script import Script, script_of
from assistant.writing.slots import Piece, Slot
from assistant.writing.voice import Voice


class WordingError(ValueError):
    """An entry of a wording file is wrong: file, line, what was found, what was expected."""


@dataclass(frozen=True)
class Wording:
    """One line of the book.

    `section` is the file's name without ending; `facts` all facts it rests on, slots first; `covers` those it states.
    """

    section: str
    file: str
    line: int
    facts: tuple[str, ...]
    covers: tuple[str, ...]
    condition: Condition
    text: str
    pieces: tuple[Piece, ...]
    ground: str = ""  # the condition as it was written
    tone: str = ""  # one of TONES; "" suits every tone

    @property
    def where(self) -> str:
        """Return file and line, as errors and `written_by` name it."""
        return f"{self.file}:{self.line}"

    @property
    def says(self) -> tuple[str, ...]:
        """Return the facts it states; of a line without a slot those its condition says something of."""
        return self.covers or self.facts

    @property
    def names_product(self) -> bool:
        """Return whether it prints a product's title, not only what goes with one."""
        return any(isinstance(piece, Slot) and piece.name == "title" and piece.use != "number" for piece in self.pieces)

    def has_slot(self, use: str) -> bool:
        """Return whether a slot of that use is in it."""
        return any(isinstance(piece, Slot) and piece.use == use for piece in self.pieces)


@dataclass(frozen=True)
class Join:
    """How two sentences of one subject become one: `{first}`, `middle`, then `{second}` or `{bare}` (without its pronoun).

    `without` are strings that the first sentence must not hold, so that the second cannot be read of something else.
    """

    where: str
    without: tuple[str, ...]
    middle: str
    is_bare: bool
    end: str
    script: Script


@dataclass(frozen=True)
class FreeWords:
    """The language of claim-free sentences.

    `openers` are how each form (question, invite, greet, close) begins, in lower case, "..." where a thing must follow;
    `tags` the words that may follow, each with the letter of what it is (see `free.TAGS`).
    """

    openers: Mapping[str, tuple[str, ...]]
    tags: Mapping[str, str]
    is_spaced: bool = True

    def vocabulary(self) -> list[str]:
        """Return every word a claim-free sentence may hold, sorted; what `LLM.generate(only=…)` is given."""
        phrases = " ".join(phrase.replace("...", " ") for group in self.openers.values() for phrase in group)
        return sorted({*self.tags, *phrases.split()})


@dataclass(frozen=True)
class Book:
    """All wordings of one language.

    `rules` are what its lines are held against; `cautions` words a sentence of unknown wording must not hold; `free_lines`
    claim-free sentences by their part of a text. Where words are written without blanks, a sentence of unknown wording is
    read as made of `plain` words and the `cues` of its facts. `voice` is the shop's, see `voice.voiced`.
    """

    language: str
    lines: tuple[Wording, ...]
    joins: tuple[Join, ...]
    free: FreeWords
    rules: Rules
    cautions: frozenset[str] = frozenset()
    free_lines: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cues: dict[str, tuple[str, ...]] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()
    voice: Voice = field(default_factory=Voice)

    @property
    def script(self) -> Script:
        """Return how its language is written."""
        return self.rules.script

    @property
    def strength(self) -> Mapping[str, str]:
        """Return each strength phrase with what a line that holds it needs."""
        return self.rules.strength

    @property
    def pronouns(self) -> Mapping[str, tuple[str, ...]]:
        """Return the words that stand for each kind of subject."""
        return self.rules.pronouns

    def section(self, name: str) -> list[Wording]:
        """Return the lines of a section, in the order of the files.

        Raises
        ------
        KeyError
            When the book has no such section.
        """
        found = [line for line in self.lines if line.section == name]
        if not found:
            there = ", ".join(sorted({line.section for line in self.lines}))
            raise KeyError(f"no section {name!r} in the {self.language} wording book; there are: {there}.")
        return found

    def counts(self) -> dict[str, int]:
        """Return how many lines each section holds, joins and openers of free sentences too."""
        counts: dict[str, int] = {}
        for line in self.lines:
            counts[line.section] = counts.get(line.section, 0) + 1
        counts["joins"] = len(self.joins)
        counts["free_words"] = sum(map(len, self.free.openers.values()))
        return counts


def empty_book(language: str) -> Book:
    """Return a book that says nothing: with it, proof takes quotes alone."""
    return Book(language, (), (), FreeWords({}, {}), Rules(script_of(language), {}, {}))


def load_book(language: str = "en", *folders: str | Path) -> Book:
    """Return the wording book of a language, with a shop's own folders of wordings added.

    Raises
    ------
    KeyError
        When there is no book for the language; those there are are named.
    WordingError
        At the first wrong line, by file and line.

    Examples
    --------
    >>> load_book("en").counts()["personas"] > 50
    True
    """
    return _load(language, tuple(str(folder) for folder in folders), _stamp(folders))


@functools.lru_cache(maxsize=8)  # proof of a single sentence should not read files; the stamp sees changed ones
def _load(language: str, folders: tuple[str, ...], stamp: tuple[tuple[str, int, int], ...]) -> Book:
    from assistant.writing.book_files import read_book
    from prompts import wordings_folder

    return read_book(language, [wordings_folder(language), *map(Path, folders)])


def _stamp(folders: Sequence[str | Path]) -> tuple[tuple[str, int, int], ...]:
    files = [path for folder in folders for path in sorted(Path(folder).glob("*.txt"))]
    return tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files)
