"""What a planted lie must not say by accident: the numbers, dates and words a text's facts and pages do hold.

It reads facts by their value and unit only, and errs towards "could be true": such a lie is thrown away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.lies_texts import TrueText

NUMBER = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?![\w]|[.,]\d)")
DATE = re.compile(
    r"\b(\d{1,2}) (January|February|March|April|May|June|July|August|September|October|November|December) (\d{4})\b"
)
CLOCK = re.compile(r"\b\d{1,2}:\d\d\b|\b\d{1,2} [ap]m\b")


def value_of(number: str) -> float:
    """Return what a printed number means: "1,381" is 1381."""
    return float(number.replace(",", ""))


@dataclass(frozen=True)
class Edit:
    """A changed text, where the change lies in it, by which trick, and why it is false."""

    text: str
    span: tuple[int, int]
    trick: str
    why: str


def put(text: str, span: tuple[int, int], new: str, trick: str, why: str) -> Edit:
    """Return the edit that writes `new` over `span`."""
    start, end = span
    return Edit(text[:start] + new + text[end:], (start, start + max(1, len(new))), trick, why)


@dataclass(frozen=True)
class Known:
    """What the facts and pages of one text hold."""

    source: TrueText

    @cached_property
    def words(self) -> str:
        """Every word of facts, pages and text, in lower case."""
        said = [str(fact.value) for fact in self.source.facts if isinstance(fact.value, str)]
        said += [fact.subject.name for fact in self.source.facts]
        said += [f"{page.title} {page.text}" for page in self.source.passages]
        return " ".join([*said, self.source.text]).lower()

    @cached_property
    def numbers(self) -> frozenset[float]:
        """Every number a fact may be printed as, and every number of the pages and the text."""
        found = {value_of(one) for one in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", self.words)}
        for fact in self.source.facts:
            if isinstance(fact.value, date):
                found |= {float(fact.value.day), float(fact.value.month), float(fact.value.year)}
            elif not isinstance(fact.value, str):
                value = float(fact.value)
                found |= {round(each, digits) for each in (value, value * 100) for digits in (0, 1, 2)}
        return frozenset(found)

    def is_new(self, number: float) -> bool:
        """Return whether no known number is near this one, however it is rounded."""
        return all(abs(number - known) > max(0.06, 0.012 * known) for known in self.numbers)

    def share(self, name: str) -> float | None:
        """Return the value of a numeric fact, None where there is none."""
        for fact in self.source.facts:
            if fact.name == name and isinstance(fact.value, int | float):
                return float(fact.value)
        return None

    def lacks(self, stems: Sequence[str]) -> bool:
        """Return whether none of the words is known."""
        return not any(stem in self.words for stem in stems)


def numbers_in(text: str) -> list[re.Match[str]]:
    """Return the numbers of a text that stand alone: no part of a date, a time or a code."""
    taken = [match.span() for pattern in (DATE, CLOCK) for match in pattern.finditer(text)]
    return [match for match in NUMBER.finditer(text) if not any(start <= match.start() < end for start, end in taken)]


def sentences_in(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences, cut at signs before a space and a capital, and at line breaks."""
    spans, start = [], 0
    for match in re.finditer(r"(?<=[.!?])\s+(?=[A-Z0-9£])|\n+", text):
        spans.append((start, match.start()))
        start = match.end()
    return [one for one in [*spans, (start, len(text))] if text[one[0] : one[1]].strip()]
