"""Known sentences out of past texts: values typed as slots, whole texts read back clean, fragments and run-ons refused.

It knows which values a text had to say and which words stand around them. It does not know which sentence reads best.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.writing.learn_words import SLOT, capital, is_contiguous, listed, plain_articles, put, style_of, within
from assistant.writing.value_reading import Meaning, Span, Value

_MAX_WORDS = 35
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_VERBS = frozenset(
    """is are was were be been am 's has have had do does did can could will would should may might must let
    offers offer serves serve provides provide sells sell caters cater welcomes welcome allows allow features feature
    boasts includes include contains comes come costs cost gives gets ranges charges lies sits stands receives received
    earned holds uses runs weighs measures operates belongs makes made want like love need prefer know think found find
    recommend enjoy enjoyed play played try consider check said remember mentioned heard released developed rated""".split()
)
_RUN_ON = re.compile(r"[\w}] (?:It|They|There|This|Its|Their|He|She) ")
_SPLICE = re.compile(r"[\w}] ?, ?(?:it|they|this)(?:'s| is| are| has| have| serves| offers| also| was)\b")
PRONOUNS = frozenset("it its it's they their they're this these".split())
FOLLOWS = PRONOUNS | frozenset("the there you".split())
_PAIRS = ("()", "[]", "\u201c\u201d")


@dataclass(frozen=True)
class Sentence:
    """A sentence, or a few that belong together, with its values taken out.

    `text` holds a slot as `{near}` and a list as `{genres:comma}`, and no full stop at its end; `said` are values it
    states by words of its own; `opens` says whether it names the subject; `act` what it does.
    """

    text: str
    said: tuple[Value, ...]
    opens: bool
    act: str = ""

    @cached_property
    def slots(self) -> tuple[str, ...]:
        """Return the slots any value can stand in, as written: "near", "genres:comma"."""
        return tuple(SLOT.findall(self.text))

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """Return the slots without the style of a list."""
        return tuple(one.partition(":")[0] for one in self.slots)

    @cached_property
    def has_pronoun(self) -> bool:
        """Return whether it begins with a pronoun, so that something must stand before it."""
        return self.text.split()[0].lower() in PRONOUNS

    def filled(self, values: Mapping[str, Sequence[str]], *, keep: frozenset[str] = frozenset()) -> str:
        """Return the text with the values in place; slots in `keep` stay, with the style their list will have."""
        text = self.text
        for slot in self.slots:
            base, _, style = slot.partition(":")
            several = len(values[base]) > 1
            if base in keep:
                text = text.replace(f"{{{slot}}}", f"{{{base}:{style or 'and'}}}" if several else f"{{{base}}}")
                continue
            starts = text.startswith(f"{{{slot}}}")
            words = [within(one, starts=starts and not number) for number, one in enumerate(values[base])]
            text = put(text, slot, listed(words, style or "and"))
        return text


def typed(text: str, spans: Sequence[Span], meaning: Meaning) -> tuple[str, tuple[Value, ...]]:
    """Return a text with its values taken out, and the values that stay in it as words of its own.

    All values of a slot that stand together as one list become one slot; a value said by other words stays.
    """
    out: list[str] = []
    said: list[Value] = []
    at = number = 0
    while number < len(spans):
        run = _run(text, spans[number:], meaning)
        first, last = spans[number], spans[number + max(run, 1) - 1]
        if first.start < at:  # two values share words: which is which, nobody can say
            return "", ()
        out.append(text[at : first.start])
        if run:
            betweens = [
                text[one.end : two.start]
                for one, two in zip(spans[number:], spans[number + 1 : number + run], strict=False)
            ]
            style = f":{style_of(betweens)}" if run > 1 else ""
            out.append(f"{{{first.slot}{style}}}")
        else:
            out.append(text[first.start : first.end])
            said.append((first.slot, first.value))
        at = last.end
        number += max(run, 1)
    out.append(text[at:])
    return plain_articles("".join(out)), tuple(sorted(said))


def _run(text: str, spans: Sequence[Span], meaning: Meaning) -> int:
    """Return how many spans from the first are the whole list of its slot, 0 where they are not."""
    slot = spans[0].slot
    wanted = sorted(value for name, value in meaning.values if name == slot)
    run = spans[: len(wanted)]
    if sorted(one.value for one in run if one.slot == slot and one.verbatim) != wanted:
        return 0
    joined = all(is_contiguous(text[one.end : two.start]) for one, two in zip(run, run[1:], strict=False))
    return len(wanted) if joined else 0


def sentence_starts(text: str, spans: Sequence[Span]) -> list[int]:
    """Return where the sentences of a text begin; a mark inside a value ends none."""
    masked = list(text)
    for one in spans:
        masked[one.start : one.end] = "_" * (one.end - one.start)
    return [0, *(match.end() for match in _SENTENCE_END.finditer("".join(masked)))]


def units(text: str, spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Return the parts of a text that say something: each sentence with a value, and the ones without that follow it."""
    starts = sentence_starts(text, spans)
    bounds = list(zip(starts, [*starts[1:], len(text)], strict=True))
    holds = [any(start <= one.start < end for one in spans) for start, end in bounds]
    out: list[tuple[int, int]] = []
    for (start, end), holding in zip(bounds, holds, strict=True):
        if out and (not holding or not any(out[-1][0] <= one.start < out[-1][1] for one in spans)):
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


def why_no_sentence(text: str, *, cased: bool) -> str:
    """Return why a typed text cannot be a known sentence: a fragment, a run-on, an unpaired bracket; "" where it can."""
    words = re.findall(r"[a-z]+|'s\b", SLOT.sub(" ", text).lower())
    if not words or len(text.split()) > _MAX_WORDS:
        return "a fragment or a run-on"
    if cased and not (text[0].isupper() or text[0] in "{\"'"):
        return "it begins in the middle"
    if not text.endswith("?") and not _VERBS & set(words):
        return "a fragment: no verb"
    return slips(text)


def slips(text: str) -> str:
    """Return what is wrong with the words of a typed text whatever it says: two sentences run into one, stumbling words."""
    if _RUN_ON.search(text) or _SPLICE.search(text):
        return "a run-on"
    if any(text.count(pair[0]) != text.count(pair[1]) for pair in _PAIRS) or text.count('"') % 2:
        return "an unpaired bracket or quotation mark"
    if re.search(r"\b(\w+) \1\b|\}\w|\w\{|\}'(?!s\b)|\} ?\{\w+\} ?\{|,\s*$|^\W*$", text):
        return "words that stumble"
    return ""


def as_text(parts: Sequence[str], *, stop: str, cased: bool, ends: bool = True) -> str:
    """Return sentences as one text: a stop after each that has no other mark, a capital where the texts use them."""
    done = [part if part[-1:] in "!?" else part + stop for part in parts]
    if not ends and done and done[-1].endswith(stop):
        done[-1] = done[-1][: -len(stop)]
    return " ".join(capital(part) if cased else part for part in done)
