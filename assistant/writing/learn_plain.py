"""Plain texts for meanings no known sentence covers: one phrase a value, put into the frame of the act.

The frames are written by a person beside the data. It knows frames and phrases, not what sounds well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.writing.learn_words import SLOT, capital, listed, put, within
from assistant.writing.value_reading import Meaning

_PHRASES = "phrases"  # in a frame: the phrases of all values it does not name itself


@dataclass(frozen=True)
class Plain:
    """Frames by act, "" for acts without one of their own; phrases by slot and value, "*" for any other value.

    A frame holds slots, `{phrases}`, or `{phrases 2}` for the slots numbered so: `Which is better, {name} {phrases} or ...?`
    Several frames of an act are tried in turn: the first whose slots are all there.
    """

    frames: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    phrases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    joint: str = "and"  # how phrases are joined, as `learn_words.listed` knows it

    def text(self, meaning: Meaning) -> str:
        """Return the plain text of a meaning; "" where no frame fits it or a value has no phrase."""
        values: dict[str, list[str]] = {}
        for slot, value in meaning.values:
            values.setdefault(slot, []).append(value)
        for frame in (*self.frames.get(meaning.act, ()), *self.frames.get("", ())):
            named = {one for one in SLOT.findall(frame) if not one.startswith(_PHRASES)}
            if named <= set(values):
                text = self._in_frame(frame, named, values)
                if text:
                    return text
        return ""

    def _in_frame(self, frame: str, named: set[str], values: dict[str, list[str]]) -> str:
        groups: dict[str, list[str]] = {one: [] for one in SLOT.findall(frame) if one.startswith(_PHRASES)}
        for slot, several in values.items():
            if slot in named:
                continue
            base, number = re.fullmatch(r"(.*?)((?: \d+)?)", slot).groups()  # type: ignore[union-attr]
            group = groups.get(f"{_PHRASES}{number}")
            phrase = self._phrase(base, several)
            if group is None or not phrase:
                return ""
            group.append(phrase)
        for name, phrases in groups.items():
            frame = frame.replace(f"{{{name}}}", listed(phrases, self.joint) if phrases else "")
        for slot in named:
            starts = frame.startswith(f"{{{slot}}}")
            frame = put(frame, slot, listed([within(one, starts=starts) for one in values[slot]], self.joint))
        return re.sub(r"\s+", " ", frame).strip()

    def _phrase(self, slot: str, values: list[str]) -> str:
        known = self.phrases.get(slot, {})
        if len(values) == 1 and values[0] in known:
            return known[values[0]]
        if any(one in known for one in values):  # several, one of them said in words of its own
            return listed([self._phrase(slot, [one]) for one in values], self.joint)
        form = known.get("*", "")
        return put(form, slot, listed([within(one, starts=False) for one in values], self.joint)) if form else ""


def as_sentence(text: str, *, cased: bool) -> str:
    """Return a plain text as the texts around it begin."""
    return capital(text) if cased else text
