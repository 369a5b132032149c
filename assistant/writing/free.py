"""Sentences that claim nothing: question, invitation, greeting or closing, of words of the book's list. It knows no fact."""

from __future__ import annotations

import re
from collections.abc import Mapping

from assistant.writing.free_unspaced import why_not_free_unspaced
from assistant.writing.wordings import FreeWords

TAGS: Mapping[str, str] = {
    "determiner": "D",
    "adjective": "A",
    "noun": "N",
    "mass": "M",
    "pronoun": "P",
    "link": "L",
    "of": "O",
}
_THING = "(?:PA?|D?A*M|DA*N(?:OA*M)?)"  # something nice | (the) warm tea | a nice cup (of tea)
_AFTER = {
    True: re.compile(f"{_THING}(?:L{_THING})?"),
    False: re.compile(f"(?:L{_THING})?"),
}  # with and without "..."
_END = {"question": "?", "invite": ".!", "greet": ".!,", "close": ".!,"}
_MOST_WORDS = 12


def why_not_free(sentence: str, free: FreeWords) -> str:
    """Return "" where a sentence is claim-free, else what makes it claim something.

    Each stretch between commas begins as one of the book's openers and goes on as `free_words.txt` allows.

    Examples
    --------
    >>> free = FreeWords({"question": ("looking for ...",), "greet": ("hello",)}, {"a": "D", "present": "N"})
    >>> why_not_free("Hello, looking for a present?", free), why_not_free("Looking for a bargain?", free)
    ('', "'bargain' is no word of free_words.txt")
    """
    if not free.is_spaced:
        return why_not_free_unspaced(sentence, free)
    words = sentence.strip()
    mark = words[-1:] if words[-1:] in (".", "!", "?", ",") else "."
    body = words.rstrip(".!?,")
    if not body:
        return "it is empty"
    if len(words) - len(body) > 1 or len(body.split()) > _MOST_WORDS:
        return "it is more than one short sentence"
    if not re.fullmatch(r"[^\W\d_]+(?:['’-][^\W\d_]+)*(?:(?: |, | – |; )[^\W\d_]+(?:['’-][^\W\d_]+)*)*", body):
        return "it holds a digit or a sign"
    for number, stretch in enumerate(re.split(r"(?:, | – |; )(?:and (?=\S))?", body)):
        reason = _stretch_reason(stretch, free, mark, is_first=number == 0)
        if reason:
            return reason
    return ""


def _stretch_reason(stretch: str, free: FreeWords, mark: str, *, is_first: bool) -> str:
    words = stretch.lower().replace("’", "'")
    if any(part[0].isupper() for part in stretch.split()[1:]) or (not is_first and stretch[0].isupper()):
        return "it holds a name"
    reason = ""
    for form, openers in free.openers.items():
        for opener in openers:
            start = opener.removesuffix(" ...")
            if words != start and not words.startswith(start + " "):
                continue
            found = _rest_reason(words[len(start) :].split(), free, needs_thing=start != opener)
            if found:
                reason = reason or found
            elif mark in _END[form] or (form == "greet" and is_first):
                return ""
            else:
                reason = f"{start!r} is a {form}, and it ends with {mark!r}"
    return reason or "it is no question, invitation, greeting or closing of free_words.txt"


def _rest_reason(rest: list[str], free: FreeWords, *, needs_thing: bool) -> str:
    strange = [word for word in rest if word not in free.tags]
    if strange:
        return f"{strange[0]!r} is no word of free_words.txt"
    if not _AFTER[needs_thing].fullmatch("".join(free.tags[word] for word in rest)):
        return f"{' '.join(rest)!r} is not built as free_words.txt allows"
    return ""


def names_a_thing(sentence: str, free: FreeWords) -> bool:
    """Return whether a claim-free sentence speaks of a thing, a place or a time of its own, so that it does not suit every text.

    Examples
    --------
    >>> free = FreeWords({"question": ("time for ...",)}, {"time": "M", "something": "P", "nice": "A", "tea": "M"})
    >>> names_a_thing("Time for tea?", free), names_a_thing("Time for something nice?", free)
    (True, False)
    """
    for stretch in sentence.rstrip(".!?,").lower().split(", "):
        starts = [one.removesuffix(" ...") for group in free.openers.values() for one in group]
        begun = [start for start in starts if f"{stretch} ".startswith(f"{start} ")]
        rest = stretch[len(max(begun, key=len, default="")) :].split()
        if any(free.tags.get(word) in ("N", "M") for word in rest):
            return True
    return False
