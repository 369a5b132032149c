"""Words and values put into a text: its tokens, its articles, its lists. It knows English spelling, not what is true."""

from __future__ import annotations

import re
from collections.abc import Sequence

SLOT = re.compile(r"\{([^{}]+)\}")
_JOINED = re.compile(r"\s*(?:,\s*(?:and|or)\s|,|/|&|\band\b|\bor\b|\s)\s*", re.IGNORECASE)
_ARTICLE = re.compile(r"\b([Aa])n? (?=\{)")
_MARKS = re.compile(r"([{-~\[-` -&(-+:-@/])")
_STOPS = ((re.compile(r"([^0-9])([.,])"), r"\1 \2 "), (re.compile(r"([.,])([^0-9])"), r" \1 \2"))
_DASH = re.compile(r"([0-9])(-)")


def tokens(text: str) -> tuple[str, ...]:
    """Return words, numbers, marks and slots of a text, in order.

    Words are split as mteval-v13a does, the way BLEU counts them: "family-friendly" and "It's" are one word each.

    Examples
    --------
    >>> tokens("It's a {food} pub, rated 3.5.")
    ("It's", 'a', '{food}', 'pub', ',', 'rated', '3.5', '.')
    """
    out: list[str] = []
    for number, piece in enumerate(SLOT.split(text)):
        out += [f"{{{piece}}}"] if number % 2 else _words(piece)
    return tuple(out)


def _words(text: str) -> list[str]:
    text = _MARKS.sub(r" \1 ", f"{text} ")
    for pattern, spaced in _STOPS:
        text = pattern.sub(spaced, text)
    return _DASH.sub(r"\1 \2 ", text).split()


def plain_articles(text: str) -> str:
    """Return a text whose articles before a slot are "a": which one it is, the value decides."""
    return _ARTICLE.sub(r"\1 ", text)


def capital(text: str) -> str:
    """Return a text that begins with a capital."""
    return text[:1].upper() + text[1:]


def is_contiguous(between: str) -> bool:
    """Return whether what stands between two values joins them into one list."""
    return bool(_JOINED.fullmatch(between))


def style_of(betweens: Sequence[str]) -> str:
    """Return how a list is written: "space", "comma" (a, b, and c) or "and" (a, b and c)."""
    last = betweens[-1] if betweens else ""
    if not last.strip():
        return "space"
    if last.strip() in ("/", ","):
        return last.strip().replace("/", "slash").replace(",", "commas")
    return "comma" if "," in last else "and"


def listed(values: Sequence[str], style: str) -> str:
    """Return several values as one list.

    Examples
    --------
    >>> listed(["PC", "Xbox", "Mac"], "comma")
    'PC, Xbox, and Mac'
    >>> listed(["PC", "Xbox"], "comma"), listed(["indie", "puzzle"], "space")
    ('PC and Xbox', 'indie puzzle')
    """
    if style in ("space", "slash", "commas"):
        return {"space": " ", "slash": "/", "commas": ", "}[style].join(values)
    if len(values) < 3:
        return " and ".join(values)
    return ", ".join(values[:-1]) + (", and " if style == "comma" else " and ") + values[-1]


def within(value: str, *, starts: bool) -> str:
    """Return a value as it is written inside a sentence: a phrase like "Fast food" loses its capital, a name keeps it."""
    words = value.split()
    is_phrase = len(words) > 1 and words[0][:1].isupper() and all(word.islower() for word in words[1:])
    return value[:1].lower() + value[1:] if is_phrase and not starts else value


def put(text: str, slot: str, words: str) -> str:
    """Return a text with the words in place of a slot, the article before it fitting and no "the" twice."""
    mark = re.escape(f"{{{slot}}}")
    vowel = "n" if words[:1].lower() in "aeio" or words[:1] in ("8",) else ""
    text = re.sub(rf"\b([Aa])n? (?={mark})", rf"\1{vowel} ", text)
    if words[:4].lower() == "the ":
        text = re.sub(rf"\b[Tt]he (?={mark})", "", text)
    last = re.escape(words.split()[-1]) if words.split() else ""
    text = re.sub(rf"({mark}) {last}\b", r"\1", text) if last else text  # "fast food food"
    return text.replace(f"{{{slot}}}", words)
