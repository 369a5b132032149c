"""Sentences of unknown wording, looked at for staff: every value traced, nothing else said. It never makes one proven."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from assistant.writing.checked_unspaced import check_unspaced
from assistant.writing.facts import Subject, clean
from assistant.writing.known import KNOWN
from assistant.writing.sheet import Said, Sheet
from assistant.writing.wordings import Book


def check(sentence: str, sheet: Sheet, book: Book) -> tuple[tuple[Said, ...], str]:
    """Return the values found in a sentence with their places, and why it is unproven ("" where it is checked).

    Checked means: a subject named, at least one value of it, a cue word for what each value is, no further digit or
    name, and no promise, negation, comparison, strength or number word.
    """
    if not book.script.is_spaced:
        return check_unspaced(sentence, sheet, book)
    subject, reason = _subject(sentence, sheet)
    if subject is None:
        return (), reason
    spans = _values(sentence, subject, sheet)
    if not spans:
        return (), "its wording is not in the book, and it states no known value"
    return spans, _objection(sentence, subject, spans, (sheet, book))


def _subject(sentence: str, sheet: Sheet) -> tuple[Subject | None, str]:
    named = [one for one in sheet.subjects.values() if clean(one.name) and _places(sentence, clean(one.name))]
    if not named:
        return None, "its wording is not in the book, and it names no subject of the facts"
    if len(named) > 1:
        return None, "its wording is not in the book, and it names several subjects"
    return named[0], ""


_CURRENCIES = "£$€¥"
_BEFORE_NUMBERS = (*_CURRENCIES, ".", ",", "-", "−", "–", "+")
_MINUS = re.compile(r"\b(?:minus|plus|negative) $", re.IGNORECASE)
_ODD = re.compile(r"[^\w\s.,;:!?'’()&–—\0-]|[a-zß-ÿ][A-ZÀ-Þ]")  # a quote, a tag, a sign; two sentences run together


def _places(sentence: str, words: str) -> list[tuple[int, int]]:
    """Return where `words` stand in a sentence, not within a longer number or word."""
    found, at = [], sentence.find(words)
    while at >= 0:
        end = at + len(words)
        left, right = sentence[at - 1 : at], sentence[end : end + 2]
        is_value = words[0].isdigit() or words[0] in _CURRENCIES
        inside = left.isalnum() or is_value and (left in _BEFORE_NUMBERS or _MINUS.search(sentence[:at]) is not None)
        if not inside and not right[:1].isalnum() and not re.match(r"[.,:]\d|%", right):
            found.append((at, end))
        at = sentence.find(words, end)
    return found


def _values(sentence: str, subject: Subject, sheet: Sheet) -> tuple[Said, ...]:
    spans: list[Said] = []
    facts = [fact for group in sheet.named_facts(subject).values() for fact in group]
    for fact in sorted(facts, key=lambda one: -len(sheet.shown(one))):
        for low, high in _places(sentence, sheet.shown(fact)):
            if all(high <= start or low >= end for start, end, _ in spans):
                spans.append((low, high, fact))
    return tuple(sorted(spans, key=lambda span: span[0]))


def _objection(sentence: str, subject: Subject, spans: Sequence[Said], known_by: tuple[Sheet, Book]) -> str:
    sheet, book = known_by
    rest = sentence
    for low, high, _ in sorted(spans, key=lambda span: -span[0]):
        rest = f"{rest[:low]} \0 {rest[high:]}"
    rest = rest.replace(clean(subject.name), " \0 ")
    if re.search(r"[\d%£$€¥]", rest):
        return "it holds a number that no fact of its subject has"
    if odd := _ODD.search(rest):
        return f"it holds {odd.group()!r}, which no wording of the book does"
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", rest)
    mixed = [word for word in words if _mixes_scripts(word)]
    if mixed:
        return f"{mixed[0]!r} mixes letters of several scripts"
    bad = [word for word in words if word.lower().replace("’", "'") in book.cautions]
    if bad:
        return f"{bad[0]!r} promises, denies, compares or strengthens, and no wording of the book does so here"
    plain = f" {' '.join(word.lower() for word in words)} "
    strong = [phrase for phrase in book.strength if f" {phrase} " in plain]
    if strong:
        return f"{strong[0]!r} says how strongly, and no wording of the book does so here"
    names = [word for word in words[1:] if word[0].isupper() and word.lower() not in ("i",)]
    if names:
        return f"{names[0]!r} looks like a name that no fact of its subject has"
    if "?" in rest:
        return "a question that states a value is a claim"
    return _missing_cue(words, spans, sheet)


def _mixes_scripts(word: str) -> bool:
    """Return whether letters of several scripts stand in one word, as in a name made to look like another."""
    return len({unicodedata.name(char, "?").split(" ")[0] for char in word if char.isalpha()}) > 1


def _missing_cue(words: Sequence[str], spans: Sequence[Said], sheet: Sheet) -> str:
    present = {word.lower() for word in words}
    stated = {fact.name for _, _, fact in spans}
    units = [KNOWN[name].unit for name in stated]
    if len(set(units)) < len(units):
        return "it states two values of one unit, and only a wording of the book says which is which"
    for _, _, fact in spans:
        meaning = KNOWN[fact.name]
        if meaning.cues and not present & set(meaning.cues):
            return f"no word says that {sheet.shown(fact)!r} is the {fact.name.replace('_', ' ')}"
        for name, other in KNOWN.items():
            rival = name not in stated and other.unit == meaning.unit and other.kind == meaning.kind
            if rival and set(other.cues) & present - set(meaning.cues):
                return f"its words may say another thing of {sheet.shown(fact)!r} ({name.replace('_', ' ')})"
    return ""
