"""What every line of a book must fulfil: strength with its ground, a prediction said as one, a subject named. It knows no file and no value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.writing.conditions import Condition
from assistant.writing.known import KNOWN
from assistant.writing.script import Script
from assistant.writing.slots import PRONOUNS, Piece, Slot

NEEDS = ("condition", "half", "mean", "typical", "top", "estimate", "never")
_NAMELESS = (
    "names",
    "captions",
    "copy_subject",
    "copy_caption",
)  # sections whose lines need no subject: they stand beside it
_FLAGS = {"mean": "is_mean", "typical": "is_typical", "top": "is_top", "estimate": "is_estimate"}


@dataclass(frozen=True)
class Line:
    """A line before it is one of the book: what is checked of it."""

    section: str
    pieces: tuple[Piece, ...]
    facts: Sequence[str]
    covers: Sequence[str]
    condition: Condition

    @property
    def fixed(self) -> str:
        r"""Return its own words, `\0` for each slot."""
        return "".join("\0" if isinstance(piece, Slot) else piece for piece in self.pieces)

    @property
    def readings(self) -> list[str]:
        """Return its own words with the singular and with the plural of what goes with a value."""
        sides = (0, 1) if any(isinstance(piece, Slot) and piece.forms for piece in self.pieces) else (0,)
        return ["".join(_said(piece, side) for piece in self.pieces) for side in sides]


def _said(piece: Piece, side: int) -> str:
    if isinstance(piece, str):
        return piece
    return piece.forms[side] if piece.forms else "\0"


@dataclass(frozen=True)
class Rules:
    """The word lists of a book that its lines are held against.

    `strength` maps a phrase to its need; `estimates` are words of which a line that states a prediction holds one.
    """

    script: Script
    strength: Mapping[str, str]
    pronouns: Mapping[str, tuple[str, ...]]
    estimates: tuple[str, ...] = ()

    def complaint(self, line: Line) -> str:
        """Return what is wrong with a line, "" where nothing is."""
        reasons = (self._form(line), self._strength(line), self._estimate(line), self._subject(line))
        return next((reason for reason in reasons if reason), "")

    def _form(self, line: Line) -> str:
        fixed = line.fixed
        if not fixed.strip():
            return "no text; expected a sentence after the second bar"
        if re.search(r"\d", fixed):
            return "a digit outside a slot; a number is a fact"
        if "  " in fixed:
            return "two spaces in a row"
        if not self.script.is_spaced and (odd := re.search(r"(?<=[^\x00-\x7f])[,.;:?!]|[,;?!](?=[^\x00-\x7f])", fixed)):
            return f"a half-width {odd.group()!r} among full-width characters"
        return ""

    def _strength(self, line: Line) -> str:
        return next((reason for words in line.readings if (reason := self._too_strong(words, line))), "")

    def _too_strong(self, text: str, line: Line) -> str:
        words = self.script.words(text)
        for phrase in sorted(self.strength, key=len, reverse=True):
            as_words = self.script.as_words(phrase)
            if as_words not in words:
                continue
            words = words.replace(as_words, self.script.as_words("\1"))  # a longer phrase speaks for the words in it
            if not any(self._is_met(need, line) for need in self.strength[phrase].split(" or ")):
                return f"strength word {phrase!r} without its ground; it needs: {self.strength[phrase]}"
        return ""

    def _is_met(self, need: str, line: Line) -> bool:
        if need.startswith("with "):
            return any(self.script.holds(line.fixed, word) for word in need[5:].split())
        if need == "condition":
            return bool(line.condition.comparisons)
        if need == "half":
            return line.condition.says_over_half()
        return need in _FLAGS and any(getattr(KNOWN[name], _FLAGS[need]) for name in line.facts)

    def _estimate(self, line: Line) -> str:
        predicted = [name for name in line.covers if KNOWN[name].is_estimate]
        if not predicted or any(self.script.holds(line.fixed, word) for word in self.estimates):
            return ""
        return f"{predicted[0]} is predicted, and no word says so; use one of {', '.join(self.estimates) or 'estimate_words.txt'}"

    def _subject(self, line: Line) -> str:
        if line.section in _NAMELESS:
            return ""
        slots = [piece for piece in line.pieces if isinstance(piece, Slot)]
        words = " ".join((*line.readings, line.fixed))
        needed = {*PRONOUNS.values(), "order"} | ({"customer"} if line.section == "predictions" else set())
        for kind in sorted({KNOWN[name].kind for name in line.facts} & needed):
            named = any(slot.use in ("subject", "pronoun") and slot.name == kind for slot in slots)
            titled = any(slot.name in ("title", "order_number") and slot.use != "number" for slot in slots)
            if (
                not named
                and not titled
                and not any(self.script.holds(words, word) for word in self.pronouns.get(kind, ()))
            ):
                return f"does not say which {kind} it is about; name it ({{{kind}}}) or use its pronoun"
        return ""
