"""Sentences that claim nothing: question, invitation, greeting or closing, of words of the book's list. It knows no fact."""

from __future__ import annotations

import re

from assistant.writing.wordings import FreeWords

_END = {"question": "?", "invite": ".!", "greet": ".!,", "close": ".!,"}


def why_not_free(sentence: str, free: FreeWords) -> str:
    """Return "" where a sentence is claim-free, else what makes it claim something.

    Each stretch between commas begins as one of the book's openers of one form and goes on in its words.

    Examples
    --------
    >>> from assistant.writing.wordings import FreeWords
    >>> free = FreeWords({"question": ("looking for",), "greet": ("hello",)}, frozenset("a present".split()))
    >>> why_not_free("Hello, looking for a present?", free), why_not_free("Looking for a bargain?", free)
    ('', "'bargain' is no word of free_words.txt")
    """
    words = sentence.strip()
    if not words:
        return "it is empty"
    if re.search(r"[^\w\s,.!?;:'’–—-]|_", words) or re.search(r"\d", words):
        return "it holds a digit or a sign"
    mark = words[-1] if words[-1] in ".!?," else "."
    body = words.rstrip(".!?,")
    if re.search(r"[.!?]", body) or len(words) - len(body) > 1:
        return "it is more than one sentence"
    if not re.fullmatch(r"[^\W\d_]+(?:['’-][^\W\d_]+)*(?:(?: |, | – |; )[^\W\d_]+(?:['’-][^\W\d_]+)*)*", body):
        return "its signs are not those of a plain sentence"
    for number, stretch in enumerate(re.split(r"(?:, | – |; )(?:and (?=\S))?", body)):
        reason = _stretch_reason(stretch, free, mark, is_first=number == 0)
        if reason:
            return reason
    return ""


def _stretch_reason(stretch: str, free: FreeWords, mark: str, *, is_first: bool) -> str:
    words = stretch.lower().replace("’", "'")
    if any(part[0].isupper() for part in stretch.split()[1:]) or (not is_first and stretch[0].isupper()):
        return "it holds a name"
    strange: list[str] = []
    for form, openers in free.openers.items():
        for opener in openers:
            if words != opener and not words.startswith(opener + " "):
                continue
            others = [word for word in words[len(opener) :].split() if word not in free.words]
            if others:
                strange = strange or others
            elif mark in _END[form] or form == "greet":
                return ""
            else:
                return f"{opener!r} is a {form}, and it ends with {mark!r}"
    if strange:
        return f"{strange[0]!r} is no word of free_words.txt"
    return "it is no question, invitation, greeting or closing of free_words.txt"
