"""Claim-free sentences of a language that is written without blanks. It knows the book's list of words, and no fact."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from assistant.writing.wordings import FreeWords

_SIGNS = "。！？，：、"
_END = {"question": "？", "invite": "。！", "greet": "。！，：", "close": "。！，"}
_MOST_SIGNS = 30
_THING = re.compile("(?:P|D?A*[NM])$")
_LETTERS = re.compile("[\u4e00-\u9fff]+(?:，[\u4e00-\u9fff]+)*")


def why_not_free_unspaced(sentence: str, free: FreeWords) -> str:
    """Return "" where a sentence is claim-free, else what makes it claim something; as `free.why_not_free`.

    Each stretch between commas is one of the book's phrases; "..." in a phrase stands for a thing, made of its tagged words.

    Examples
    --------
    >>> free = FreeWords({"invite": ("来...吧",), "greet": ("您好",)}, {"一杯": "D", "茶": "N"}, is_spaced=False)
    >>> why_not_free_unspaced("您好，来一杯茶吧。", free), why_not_free_unspaced("来一杯免费茶吧。", free)
    ('', 'it is no phrase of free_words.txt: 来一杯免费茶吧')
    """
    words = sentence.strip()
    body = words.rstrip(_SIGNS)
    mark = words[len(body) :]
    if not body:
        return "it is empty"
    if len(mark) > 1 or len(body) > _MOST_SIGNS:
        return "it is more than one short sentence"
    if not _LETTERS.fullmatch(body):
        return "it holds a digit, a sign or other letters"
    for number, stretch in enumerate(body.split("，")):
        forms = _forms(stretch, free)
        if not forms:
            return f"it is no phrase of free_words.txt: {stretch}"
        if not any((mark or "。") in _END[form] or (form == "greet" and number == 0) for form in forms):
            return f"{stretch!r} is a {forms[0]}, and it ends with {mark!r}"
    return ""


def _forms(stretch: str, free: FreeWords) -> list[str]:
    tags = tuple(sorted(free.tags.items()))
    return [
        form for form, openers in free.openers.items() if any(_is_phrase(stretch, opener, tags) for opener in openers)
    ]


def _is_phrase(stretch: str, opener: str, tags: tuple[tuple[str, str], ...]) -> bool:
    start, dots, end = (part.strip() for part in opener.partition("..."))
    if not dots:
        return stretch == start
    thing = stretch.removeprefix(start).removesuffix(end)
    return start + thing + end == stretch and any(_THING.match(kinds) for kinds in _readings(thing, tags))


@lru_cache(maxsize=4096)
def _readings(thing: str, tags: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Return the kinds of words a thing can be read as, each reading a string of letters; none where a word is not known."""
    if not thing:
        return ("",)
    return tuple(
        kind + rest for word, kind in tags if thing.startswith(word) for rest in _readings(thing[len(word) :], tags)
    )


def segmented(text: str, words: Mapping[str, object] | frozenset[str]) -> bool:
    """Return whether a text is made of these words alone, one after the other."""
    ends = {0}
    for at in range(len(text)):
        if at in ends:
            ends |= {at + len(word) for word in words if text.startswith(word, at)}
    return len(text) in ends
