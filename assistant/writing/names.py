"""Names of segments: distinct, and true of what each segment does. It knows the book's conditional names, not who anyone is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.writing.draft import judge
from assistant.writing.facts import Fact
from assistant.writing.proof import filled_lines, printing_of
from assistant.writing.sheet import Filled, Sheet
from assistant.writing.show import Printing
from assistant.writing.wordings import Book, load_book

if TYPE_CHECKING:
    from assistant.llm.protocol import LLM

_LONGEST = 48  # characters of a name


def name_segments(
    segments: Sequence[Sequence[Fact]],
    book: Book | None = None,
    llm: LLM | None = None,
    *,
    printing: Printing | None = None,
) -> list[str]:
    """Return one name a segment, all different, in the order given.

    Parameters
    ----------
    segments : the facts of each segment; the names their subjects carry are not looked at
    llm : LLM, optional
        Chooses where a segment has names of the same facts and rank; names of different content are never its choice.

    Returns
    -------
    list of str
        The name of a line that holds for few segments, and rests on many facts, goes first. "Mixed Buyers" where no line is
        left, with a number where they are several.
    """
    chosen_book = book or load_book()
    able = [_names_of(facts, chosen_book, printing or printing_of(chosen_book)) for facts in segments]
    common = Counter(line.wording.where for names in able for line in names)
    ranked = sorted(
        (-_rank(line, common[line.wording.where]), number, line.wording.facts, line.text)
        for number, names in enumerate(able)
        for line in names
    )
    given: dict[int, str] = {}
    for rank, number, facts_of, text in ranked:
        if number in given or text in given.values():
            continue
        equal = [
            other[3] for other in ranked if other[:3] == (rank, number, facts_of) and other[3] not in given.values()
        ]
        chosen, _ = judge(equal, llm, kind="name of a group of customers", language=chosen_book.language)
        given[number] = equal[chosen]
    left = [number for number in range(len(segments)) if number not in given]
    unnamed = chosen_book.script.group  # a number tells them apart where they are several
    named = {number: unnamed if len(left) == 1 else f"{unnamed} {at}" for at, number in enumerate(left, 1)}
    return [(given | named)[number] for number in range(len(segments))]


def _names_of(facts: Sequence[Fact], book: Book, printing: Printing) -> list[Filled]:
    found = [line for line in filled_lines(Sheet(facts, printing), book, ["names"]) if len(line.text) <= _LONGEST]
    return list({line.text: line for line in found}.values())


def _rank(line: Filled, holds_for: int) -> float:
    earlier = -0.02 * line.wording.line  # the book's order: what tells more stands first
    return 2.0 / holds_for + 0.5 * len(line.wording.facts) + 0.5 * bool(line.wording.condition.comparisons) + earlier
