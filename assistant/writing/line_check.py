"""Trying a wording nobody has approved yet: its form, its conditions and how it reads back on hundreds of made-up shops.

It says what is wrong with a line. It does not know whether a line says something true in good words: that is for a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.writing.book_files import read_line
from assistant.writing.cases import CASES, many_cases
from assistant.writing.proof import Prover
from assistant.writing.script import script_of
from assistant.writing.sheet import Filled, Sheet
from assistant.writing.show import Printing
from assistant.writing.wordings import Book, Wording, WordingError

FREE = "free_lines"  # the section of sentences that claim nothing: "opening | Time for a cup of tea?"
_PROVED = 12  # of the cases reached are read back by proof: enough to see a line that reads as another


@dataclass(frozen=True)
class Checked:
    """What became of trying a line.

    `reason` is empty where nothing is wrong; `reached` of `cases` made-up shops can say it; `example` is one of them.
    """

    reason: str
    example: str = ""
    reached: int = 0
    cases: int = 0


def check_line(section: str, line: str, book: Book) -> Checked:
    """Try a line that is not in the book.

    Parameters
    ----------
    section : str
        The file it would stand in: personas, copy_product, free_lines …
    line : str
        `facts | condition | text`, or `opening | sentence` for free_lines.
    """
    try:
        read = read_line(section, line, book)
    except WordingError as error:
        return Checked(str(error).removeprefix("offered, line 1: "))
    if not isinstance(read, Wording):
        return Checked("", example=read, reached=1, cases=1)
    example, reached = "", 0
    for number, filled in enumerate(_filled(read, book.language)):
        example = example or filled.text
        reached += 1
        wrong = _misread(filled, read, book) if number < _PROVED else ""
        if wrong:
            return Checked(wrong, filled.text, reached, CASES)
    if not reached:
        return Checked(f"its condition holds in none of {CASES} made-up shops; expected a line that can be said")
    return Checked("", example, reached, CASES)


def unreachable(book: Book) -> list[Wording]:
    """Return the lines of a book that can be said in none of the made-up shops."""
    return [line for line in book.lines if next(_filled(line, book.language), None) is None]


def _filled(line: Wording, language: str) -> Iterator[Filled]:
    for sheet in _sheets(language):
        yield from sheet.fill(line)[:1]


@lru_cache(maxsize=4)
def _sheets(language: str) -> tuple[Sheet, ...]:
    printing = Printing(script_of(language).locale)
    return tuple(Sheet(facts, printing) for facts in many_cases(language=language))


def _misread(filled: Filled, line: Wording, book: Book) -> str:
    """Return what is wrong with how a filled line reads back; nothing where it is one proven sentence."""
    facts = [fact for fact in filled.facts]
    alone = replace(book, lines=(line,))
    prover = Prover.of(facts, alone)
    about = next((filled.subjects[kind] for kind in filled.unnamed if kind in filled.subjects), None)
    sentences = prover.prove(filled.text, about=about).sentences
    if len(sentences) != 1:
        return f"it reads back as {len(sentences)} sentences: {filled.text!r}; expected one"
    if sentences[0].label != "proven":
        return f"it does not read back as itself: {filled.text!r}: {sentences[0].reason}"
    return ""
