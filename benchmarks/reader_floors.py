"""Floors and ceilings in words: "at least four in five", "at most sixty days ago", "more than half". It reads English, and knows no fact.

A floor is a claim about a number it does not print. The reader asks whether a counted number lies behind it, and near it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10, "twentieth": 20}
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
_SLACK = 0.01  # a year is 365 days or 366, a third 0.333
_FARTHEST = 4.0  # a number more than so many times its floor has a floor said of something else
_NOTHING = 0.02  # below it a share is next to nothing, and any ceiling is near

_WORD = "|".join((*(f"{ten}-{one}" for ten in _TENS for one in _ONES[:9]), *_TENS, *reversed(_ONES), "a", "one"))
_NUMBER = rf"(?:(?P<hundreds>(?:{_WORD})) hundred|(?P<number>{_WORD}))"
_FLOOR = re.compile(
    r"\b(?P<way>at least|at most|more than|less than) (?:"
    r"(?P<and_half>one and a half times|a year and a half)|(?P<half>half)|(?P<twice>twice)|"
    rf"{_NUMBER} (?:(?P<more>quarter|half|third) more|in (?P<of>{_WORD})|(?P<part>{'|'.join(_PARTS)})s?|"
    r"(?P<times>times)|(?P<time>day|week|month|year)s?|(?P<thing>[a-z]+))\b)",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(r" of (?:that|what)\b")  # "at most half of that of others"


@dataclass(frozen=True)
class Floor:
    """A floor (`least`) or a ceiling in a text: `kind` is part (0–1 of a whole), ratio, times, days or things."""

    least: bool
    kind: str
    value: float
    said: str
    start: int
    end: int

    def holds_for(self, numbers: Iterable[float]) -> bool:
        """Return whether one of the numbers lies on its side, and not so far that something else must be meant."""
        return any(self._holds(number) for number in numbers)

    def _holds(self, number: float) -> bool:
        if self.least:
            return self.value * (1 - _SLACK) <= number <= self.value * _FARTHEST
        near = number >= self.value / _FARTHEST or self.kind == "part" and number < _NOTHING or self.value <= 1
        return number <= self.value * (1 + _SLACK) and near


def floors(text: str) -> Iterator[Floor]:
    """Yield the floors and ceilings of a text in order.

    Examples
    --------
    >>> [(one.least, one.kind, one.value) for one in floors("At least four in five of them; at most twenty-five orders.")]
    [(True, 'part', 0.8), (False, 'things', 25.0)]
    """
    for match in _FLOOR.finditer(text):
        kind, value = _value(match)
        kind = "ratio" if kind == "part" and _OF_OTHERS.match(text, match.end()) else kind
        least = match["way"].lower() in ("at least", "more than")
        end = match.start("thing") - 1 if match["thing"] else match.end()  # what is counted stays in the text
        yield Floor(least, kind, value, text[match.start() : end], match.start(), end)


def _value(match: re.Match[str]) -> tuple[str, float]:
    if match["and_half"]:
        return ("days", 1.5 * _DAYS["year"]) if "year" in match["and_half"].lower() else ("times", 1.5)
    if match["half"] or match["twice"]:
        return ("part", 0.5) if match["half"] else ("times", 2.0)
    number = 100 * number_of(match["hundreds"]) if match["hundreds"] else number_of(match["number"])
    if match["more"]:
        return "times", 1 + number / _PARTS[match["more"].lower()]
    if match["of"]:
        return "part", number / number_of(match["of"])
    if match["part"]:
        return "part", number / _PARTS[match["part"].lower()]
    if match["time"]:
        return "days", number * _DAYS[match["time"].lower()]
    return ("times" if match["times"] else "things"), float(number)


def number_of(words: str) -> int:
    """Return the number that a word of `floors` stands for.

    Examples
    --------
    >>> [number_of(words) for words in ("a", "twelve", "seventy-five")]
    [1, 12, 75]
    """
    tens, _, ones = words.lower().partition("-")
    if tens in _TENS:
        return 10 * (_TENS.index(tens) + 2) + (_ONES.index(ones) + 1 if ones else 0)
    return 1 if tens == "a" else _ONES.index(tens) + 1
