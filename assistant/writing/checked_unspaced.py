"""Sentences of unknown wording in a language without blanks, looked at for staff. It never makes one proven.

Where names are not written large, a list of forbidden words cannot do: what is neither a value nor a cue word must be
made of the book's plain words alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.writing.facts import Subject, clean
from assistant.writing.free_unspaced import segmented
from assistant.writing.known import KNOWN
from assistant.writing.sheet import Said, Sheet
from assistant.writing.wordings import Book

_NEAR_NUMBERS = frozenset("0123456789.,:%+-−–—£$€¥￥万亿千百十")
_SIGNS = re.compile("[，。\0]+")
_UNKNOWN = "its wording is not in the book, and "


def check_unspaced(sentence: str, sheet: Sheet, book: Book) -> tuple[tuple[Said, ...], str]:
    """Return the values found in a sentence with their places, and why it is unproven ("" where it is checked)."""
    named = _named(sentence, sheet)
    if len(named) != 1:
        return (), _UNKNOWN + ("it names several subjects" if named else "it names no subject of the facts")
    spans = _values(sentence, named[0], sheet)
    if not spans:
        return (), _UNKNOWN + "it states no known value"
    return spans, _objection(sentence, named[0], spans, (sheet, book))


def _named(sentence: str, sheet: Sheet) -> list[Subject]:
    found: list[Subject] = []
    left = sentence
    for subject in sorted(sheet.subjects.values(), key=lambda one: -len(clean(one.name))):
        name = clean(subject.name)
        if name and name in left:
            found.append(subject)
            left = left.replace(name, "\0")  # a longer name speaks for the shorter one in it
    return found


def _values(sentence: str, subject: Subject, sheet: Sheet) -> tuple[Said, ...]:
    name = clean(subject.name)
    taken = [match.span() for match in re.finditer(re.escape(name), sentence)]
    spans: list[Said] = []
    facts = [fact for group in sheet.named_facts(subject).values() for fact in group]
    for fact in sorted(facts, key=lambda one: -len(sheet.shown(one))):
        for match in re.finditer(re.escape(sheet.shown(fact)), sentence):
            low, high = match.span()
            inside = sentence[low - 1 : low] in _NEAR_NUMBERS or sentence[high : high + 1] in _NEAR_NUMBERS
            is_number = any(char.isdigit() for char in match.group())
            if not (is_number and inside) and all(high <= start or low >= end for start, end in taken):
                spans.append((low, high, fact))
                taken.append((low, high))
    return tuple(sorted(spans, key=lambda span: span[0]))


def _objection(sentence: str, subject: Subject, spans: Sequence[Said], known_by: tuple[Sheet, Book]) -> str:
    sheet, book = known_by
    rest = sentence
    for low, high, _ in sorted(spans, key=lambda span: -span[0]):
        rest = f"{rest[:low]}\0{rest[high:]}"
    rest = rest.replace(clean(subject.name), "\0")
    if not rest.endswith("。"):
        return "a question, a call or a piece that states a value is a claim"
    stated = {fact.name for _, _, fact in spans}
    if len({KNOWN[name].unit for name in stated}) < len(spans):
        return "it states two values of one unit, and only a wording of the book says which is which"
    words = book.plain | {cue for name in stated for cue in book.cues.get(name, ())}
    for piece in _SIGNS.split(rest):
        if not segmented(piece, words):
            return f"{piece!r} holds words that may promise, deny, compare or name, and no wording of the book does so here"
    for _, _, fact in spans:
        cues = book.cues.get(fact.name, ())
        if not any(cue in rest for cue in cues):
            return f"no word says that {sheet.shown(fact)!r} is the {fact.name.replace('_', ' ')}"
    return ""
