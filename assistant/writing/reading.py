"""A finished text read against filled lines: which stretch is which line, exactly. It knows positions, not labels or meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.writing.script import Script
from assistant.writing.sheet import Filled, Said
from assistant.writing.slots import PRONOUNS
from assistant.writing.wordings import Join

_KEY = 4  # filled lines are looked up by so many first characters
_ENDS = ".!?"
WIDE_ENDS = "。！？"  # after these the next sentence begins without a blank
_CLOSERS = "\"'”’)»]"
_WIDE_CLOSERS = _CLOSERS + "」』》）】〉"
GOES_ON = _WIDE_CLOSERS + WIDE_ENDS + _ENDS + "，、；：…,;:"  # what no sentence begins with
_SHORTENED = re.compile(
    r"(?:\b[A-Za-z]|\b(?:Mr|Mrs|Ms|Dr|Prof|St|No|Nr|vs|etc|approx|incl|excl|e\.g|i\.e|Inc|Ltd|Co|ca))\.$"
)


_BREAK = re.compile(
    rf"[{re.escape(_ENDS)}]+[{re.escape(_CLOSERS)}]*(?=[ \n]|\Z)|[{WIDE_ENDS}]+[{re.escape(_WIDE_CLOSERS)}]*|\n|\Z"
)
_STOPS = ".。"


def flat(text: str) -> str:
    """Return the text with each white space a space or, where it breaks the line, a line feed: same length, same offsets."""
    return "".join("\n" if char in "\n\r\x0b\x0c\x85\u2028\u2029" else " " if char.isspace() else char for char in text)


@dataclass(frozen=True)
class Found:
    """A stretch of the text that is one filled line, or two joined: where it ends, its parts, its values with places."""

    end: int
    parts: tuple[Filled, ...]
    spans: tuple[Said, ...]
    join: Join | None = None


def may_be_first(line: Filled, join: Join) -> bool:
    """Return whether the line may stand first in the join: one sentence, and nothing in it the second could be read of."""
    if not join.script.is_spaced:
        return _is_one_sentence(line, join.script) and not any(word in line.text for word in join.without)
    text = f" {line.text[:-1]} "
    return _is_one_sentence(line, join.script) and not any(f"{word} " in text for word in spaced(join.without))


def spaced(words: Sequence[str]) -> list[str]:
    """Return words with a space before them, and signs without: "," is a comma between words, not one in a number."""
    return [f" {word}" if word.isalpha() else word for word in words]


def second_words(line: Filled, join: Join) -> str:
    """Return the words of the second sentence as the join takes them, or "" where it cannot take them."""
    if not _is_one_sentence(line, join.script) or line.named:
        return ""
    if not join.script.is_spaced:
        return _unspaced_second(line.text[:-1], is_bare=join.is_bare)
    first, _, rest = line.text[:-1].partition(" ")
    if first not in ("They", "Their", "It", "Its"):
        return ""
    if not join.is_bare:
        return f"{first.lower()} {rest}"
    return rest if first in ("They", "It") and rest.split(" ")[0] not in ("are", "is") else ""


def _unspaced_second(words: str, *, is_bare: bool) -> str:
    for pronoun in PRONOUNS:
        if words.startswith(pronoun):
            rest = words.removeprefix(pronoun)
            return words if not is_bare else "" if rest.startswith("的") else rest
    return ""


def _is_one_sentence(line: Filled, script: Script) -> bool:
    fixed = "".join(piece for piece in line.wording.pieces if isinstance(piece, str))
    return line.text.endswith(script.stop) and fixed.count(script.stop) == 1 and not set(fixed) & set(script.breaks)


class Reader:
    """Finds filled lines in a text.

    Parameters
    ----------
    lines : Filled
        Everything that may be said.
    joins : Join
    """

    def __init__(self, lines: Sequence[Filled], joins: Sequence[Join]) -> None:
        self.lines, self.joins = lines, joins
        self._starts: dict[str, list[tuple[str, Filled]]] = {}
        for line in lines:
            text = flat(line.text)
            self._starts.setdefault(text[:_KEY], []).append((text, line))

    @cached_property
    def _seconds(self) -> list[list[tuple[str, Filled]]]:
        return [
            [(flat(words), line) for line in self.lines if (words := second_words(line, join))] for join in self.joins
        ]

    def at(self, text: str, start: int) -> list[Found]:
        """Return what begins at `start` of a flat text, the longest first."""
        found = []
        for words, line in self._begun(text, start):
            if text.startswith(words, start) and self._ends_well(text, start, start + len(words)):
                spans = tuple((start + low, start + high, fact) for low, high, fact in line.spans)
                found.append(Found(start + len(words), (line,), spans))
            if words[-1:] in _STOPS and text.startswith(words[:-1], start):
                found += self._joined(text, start, (words, line))
        return sorted(found, key=lambda each: -each.end)

    def _begun(self, text: str, start: int) -> Iterator[tuple[str, Filled]]:
        for length in range(1, _KEY + 1):  # a line shorter than the key is kept under its whole self
            key = text[start : start + length]
            if len(key) == length:
                yield from self._starts.get(key, ())

    def _joined(self, text: str, start: int, first: tuple[str, Filled]) -> Iterator[Found]:
        words, line = first
        middle_at = start + len(words) - 1
        for number, join in enumerate(self.joins):
            if not text.startswith(join.middle, middle_at) or not may_be_first(line, join):
                continue
            at = middle_at + len(join.middle)
            for second, other in self._seconds[number]:
                end = at + len(second) + len(join.end)
                if text.startswith(second + join.end, at) and self._ends_well(text, start, end):
                    yield Found(end, (line, other), _joined_spans((line, start), (other, at), len(second)), join)

    @staticmethod
    def _ends_well(text: str, start: int, end: int) -> bool:
        if text[end - 1] in WIDE_ENDS:
            return text[end : end + 1] == "" or text[end] not in GOES_ON
        if end < len(text) and text[end] not in " \n":
            return False
        if text[end - 1] in _ENDS:
            return True
        before, after = text[:start].rstrip(" "), text[end:].lstrip(" ")  # a heading stands on a line of its own
        return before[-1:] in ("", "\n") and after[:1] in ("", "\n")


def _joined_spans(first: tuple[Filled, int], second: tuple[Filled, int], length: int) -> tuple[Said, ...]:
    line, start = first
    other, at = second
    off = len(other.text) - 1 - length  # the words that a bare second leaves out stand before every value
    spans = [(start + low, start + high, fact) for low, high, fact in line.spans]
    spans += [(at + low - off, at + high - off, fact) for low, high, fact in other.spans]
    return tuple(spans)


def next_break(text: str, start: int) -> int:
    """Return where the sentence of unknown wording that begins at `start` ends, in a flat text.

    Abbreviations, decimals, "…" and a line feed after a comma or colon do not end it.
    """
    for match in _BREAK.finditer(text, start):
        end = match.end()
        words = text[start:end].rstrip("\n ")
        if match.group() in ("\n", ""):
            if not words or words[-1] not in ",:;–-，：；" or end == len(text):
                return max(end, start + 1)
            continue
        if not words.endswith("..") and not _SHORTENED.search(words):
            return end
    return len(text)
