"""The values a text states, found by the forms a value may take. It knows forms; it does not judge what is said of a value.

Past mails, past product texts and finished texts are all read by this one reader: what it finds is what a text states.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

Value = tuple[str, str]  # slot, value
_WORD = re.compile(r"\w+|[^\w\s]")
_START, _END = r"(?<!\w)(?<!\d[.,])", r"(?!\w)(?![.,]\d)"  # a whole word, and no part of a decimal number


@dataclass(frozen=True)
class Meaning:
    """What one text has to say: an act ("inform", or "" where there is only one) and values by slot, in order."""

    act: str
    values: tuple[Value, ...]

    @cached_property
    def slots(self) -> frozenset[str]:
        """Return the slots that hold a value."""
        return frozenset(slot for slot, _ in self.values)


@dataclass(frozen=True)
class Span:
    """A value at a place of a text; `verbatim` where the words are the value itself, whatever the case."""

    start: int
    end: int
    slot: str
    value: str
    verbatim: bool
    reach: int = 0  # letters the form took in, the words around the value counted

    def inside(self, other: Span) -> bool:
        """Return whether this is a proper part of the other."""
        return (
            (other.start, other.end) != (self.start, self.end) and other.start <= self.start and self.end <= other.end
        )


@dataclass(frozen=True)
class Forms:
    """How values are said.

    said : by slot and value, regular expressions that state it in words of their own; where one takes in more than the
        value, a group `at` marks the value: "not (?P<at>on Steam)" outdoes "on Steam" at the same place
    around : by slot, the same with `{value}` for any value: "{value}(?= eco rating)" reads "a" as a rating only there;
        a slot without any is stated by its value alone
    known : by slot, the values there are, so that a text is seen to state one it should not
    words : by slot, an expression that speaks of it; it states the values in `cues`, and the empty value, where meant
    cues : by value, an expression the text must hold beside the word: "any|do not care" for "dontcare"
    alarms : by value, an expression no text may hold that does not mean the value
    """

    said: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    around: Mapping[str, Sequence[str]] = field(default_factory=dict)
    known: Mapping[str, Iterable[str]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    cues: Mapping[str, str] = field(default_factory=dict)
    alarms: Mapping[str, str] = field(default_factory=dict)


class ValueReader:
    """Finds values by whole words, without regard to case; of several forms at one place the longest counts.

    A slot "family 2" is read by the forms of "family".
    """

    def __init__(self, forms: Forms) -> None:
        self._forms = forms
        self._cues = {value: re.compile(cue, re.IGNORECASE) for value, cue in forms.cues.items()}
        self._alarms = {value: re.compile(_whole(cue), re.IGNORECASE) for value, cue in forms.alarms.items()}
        self._literal: dict[str, list[Value]] = {}
        self._first: dict[str, list[str]] = {}  # values by their first word, folded, the longest first
        self._patterns: list[tuple[Value, re.Pattern[str]]] = []
        self._quiet: dict[str, re.Pattern[str]] = {}
        self._patterns_of: dict[str, re.Pattern[str]] = {}
        self._known: set[Value] = set()
        self._know((slot, value) for slot, values in forms.said.items() for value in values)
        self._know((slot, value) for slot, values in forms.known.items() for value in values)

    def read(self, text: str, meaning: Meaning | None = None) -> list[Span]:
        """Return the values in the order of the text; words of several values are that of the meaning where it has one."""
        values = meaning.values if meaning else ()
        self._know(value for value in values if value not in self._known)
        found = [*self._named(text), *self._formed(text), *self._spoken_of(text, values)]
        found = [one for one in found if not any(one.inside(other) for other in found)]
        places: dict[tuple[int, int], list[Span]] = {}
        for one in found:
            places.setdefault((one.start, one.end), []).append(one)
        left = Counter(values)
        out = []
        for place in sorted(places):
            chosen = max(places[place], key=lambda one: (one.reach, left[one.slot, one.value] > 0))
            is_quiet = not chosen.value or chosen.value in self._cues
            if is_quiet and left[chosen.slot, chosen.value] <= 0:
                continue  # to speak of a slot twice says nothing more
            left[chosen.slot, chosen.value] -= 1
            out.append(chosen)
        return [*out, *self._unmeant(text, values)] if meaning else out

    def _know(self, values: Iterable[Value]) -> None:
        """Take in values by their own words, by what stands around them, or by words of their own."""
        for slot, value in values:
            if (slot, value) in self._known:
                continue
            self._known.add((slot, value))
            base = base_of(slot)
            said = self._forms.said.get(base, {}).get(value, ())
            self._patterns += [((slot, value), one) for one in _compiled(said)]
            if not value or value in self._cues:
                self._quiet[slot] = re.compile(_whole(self._forms.words.get(base) or re.escape(base)), re.IGNORECASE)
            elif base in self._forms.around:
                around = [one.replace("{value}", _spelled(value)) for one in self._forms.around[base]]
                self._patterns += [((slot, value), one) for one in _compiled(around)]
            elif not said:
                self._name(slot, value)

    def _name(self, slot: str, value: str) -> None:
        words = _folded(value)
        first = _WORD.match(words)
        if first is None:
            return
        if words not in self._literal:
            beginning = self._first.setdefault(first.group(), [])
            beginning.append(words)
            beginning.sort(key=len, reverse=True)
            self._patterns_of.pop(first.group(), None)
        self._literal.setdefault(words, []).append((slot, value))

    def _named(self, text: str) -> Iterator[Span]:
        """Yield values that stand as they are; looked up by their first word, so that a catalogue may be long."""
        for word in _WORD.finditer(text):
            first = word.group().lower()
            if first not in self._first:
                continue
            if first not in self._patterns_of:
                self._patterns_of[first] = re.compile(
                    _whole("|".join(map(_spelled, self._first[first]))), re.IGNORECASE
                )
            if match := self._patterns_of[first].match(text, word.start()):
                for slot, value in self._literal[_folded(match.group())]:
                    yield Span(match.start(), match.end(), slot, value, True, len(match.group()))

    def _formed(self, text: str) -> Iterator[Span]:
        for (slot, value), pattern in self._patterns:
            for match in pattern.finditer(text):
                start, end = match.span("at") if "at" in pattern.groupindex else match.span()
                verbatim = _folded(text[start:end]) == _folded(value)
                yield Span(start, end, slot, value, verbatim, len(match.group()))

    def _spoken_of(self, text: str, values: Sequence[Value]) -> Iterator[Span]:
        for slot, value in values:
            if (value and value not in self._cues) or (value and not self._cues[value].search(text)):
                continue
            for match in self._quiet[slot].finditer(text):
                yield Span(match.start(), match.end(), slot, value, False, len(match.group()))

    def _unmeant(self, text: str, values: Sequence[Value]) -> Iterator[Span]:
        meant = {value for _, value in values}
        for value, alarm in self._alarms.items():
            if value not in meant and (match := alarm.search(text)):
                yield Span(match.start(), match.end(), "", value, False)


def faults(stated: Sequence[Span], meaning: Meaning) -> tuple[list[Value], list[Value]]:
    """Return the values of the meaning that a text leaves out, and those it states beyond it (repeated ones, too)."""
    said, wanted = Counter((one.slot, one.value) for one in stated), Counter(meaning.values)
    return list((wanted - said).elements()), list((said - wanted).elements())


def _folded(words: str) -> str:
    return " ".join(re.split(r"[\s-]+", words.lower().strip()))


def base_of(slot: str) -> str:
    """Return the slot that a numbered one is read by: "family" of "family 2"."""
    return re.sub(r" \d+$", "", slot)


def _spelled(value: str) -> str:
    return r"[\s-]+".join(re.escape(word) for word in re.split(r"[\s-]+", value))


def _whole(pattern: str) -> str:
    return f"{_START}(?:{pattern}){_END}"


def _compiled(patterns: Iterable[str]) -> list[re.Pattern[str]]:
    """Return patterns as few expressions: those with a group of their own stay alone."""
    alone = [one for one in patterns if "(?P<" in one]
    others = [_whole(one) for one in patterns if one not in alone]
    joined = ["|".join(others)] if others else []
    return [re.compile(one, re.IGNORECASE) for one in (*joined, *map(_whole, alone))]
