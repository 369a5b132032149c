"""A question in another language read word by word into the language of the pages. It helps to find a page; no sentence is made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from retrieval.tongues import little_words, tongue_of

_ORDER = ("de", "fr", "es", "zh")


@dataclass(frozen=True)
class Read:
    """A question word by word in the language of the pages; `unknown` are the words left as they were typed."""

    text: str
    unknown: tuple[str, ...] = ()


def read_foreign(question: str, language: str) -> Read | None:
    """Return a question in another language in words of the pages' own; None where it is in that, or there is no glossary.

    Examples
    --------
    >>> read_foreign("Wo ist meine Bestellung?", "en")
    Read(text='where is my order', unknown=())
    >>> read_foreign("Where is my order?", "en") is None
    True
    """
    tongue = tongue_of(question)
    if not tongue or tongue == language:
        return None
    words = _words(language, tongue)
    if not words:
        return None
    return _signs(question, words) if tongue == "zh" else _spelled(question, words, little_words(tongue))


def word_here(word: str, language: str) -> str:
    """Return what a customer's word is called in the language of the pages; "" where no glossary has it.

    Examples
    --------
    >>> word_here("羊毛", "en"), word_here("Wolle", "en"), word_here("blarg", "en")
    ('wool', 'wool', '')
    """
    for tongue in _ORDER:
        words = _words(language, tongue)
        if tongue == "zh" and words and not word.isascii():
            read = _signs(word, words)
            if read.text and not read.unknown:
                return read.text
        found = _known(word.lower(), words)
        if found:
            return found
    return ""


def _spelled(question: str, words: dict[str, str], little: frozenset[str]) -> Read:
    typed = re.findall(r"[^\W_]+(?:['-][^\W_]+)*", question.lower().replace("’", "'"))
    said: list[str] = []
    unknown: list[str] = []
    at = 0
    while at < len(typed):
        ways = ((n, _known(" ".join(typed[at : at + n]), words)) for n in (4, 3, 2, 1))
        length, own = next(((n, one) for n, one in ways if one), (1, ""))
        if own or typed[at] not in little:
            said.append(own or typed[at])
            unknown += [] if own or typed[at].isdigit() else [typed[at]]
        at += length
    return Read(" ".join(said), tuple(unknown))


def _known(typed: str, words: dict[str, str]) -> str:
    if typed in words:
        return words[typed]
    if " " in typed:
        return ""
    return next((own for word, own in words.items() if word.endswith("*") and typed.startswith(word[:-1])), "")


def _signs(question: str, words: dict[str, str]) -> Read:
    said: list[str] = []
    unknown: list[str] = []
    rest = re.sub(r"[^\w]", "", question)
    while rest:
        found = next((word for word in sorted(words, key=len, reverse=True) if rest.startswith(word)), "")
        other = re.match(r"[a-zA-Z0-9]+", rest)
        if found:
            said.append(words[found])
        elif other:
            said.append(other.group(0))
            unknown += [] if other.group(0).isdigit() else [other.group(0).lower()]
        elif rest[0] not in _STOP_SIGNS:
            unknown.append(rest[0])
        rest = rest[len(found) or (other.end() if other else 1) :]
    return Read(" ".join(said), tuple(unknown))


_STOP_SIGNS = frozenset("的了吗呢啊吧是我你您好请问在哪一个们能要想会就也都还很这那什么")


@lru_cache(maxsize=16)
def _words(language: str, tongue: str) -> dict[str, str]:
    """Return the words of a tongue with what they are called in a language; empty where nothing is written down."""
    import prompts

    path = Path(prompts.__file__).parent / language / "glossary.txt"
    found: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        cells = [cell.strip() for cell in line.split("|")]
        if not line.startswith("#") and len(cells) == 1 + len(_ORDER):
            for word in cells[1 + _ORDER.index(tongue)].split(","):
                if word.strip():
                    found.setdefault(word.strip().lower(), cells[0])
    return found
