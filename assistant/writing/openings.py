"""The sentences a model writes itself: how a text opens or closes, claiming nothing. They state no fact and trust no model.

A small model that is told to be friendly writes what it must not. So each sentence is begun as the book begins its own,
the model is held to the turns of those where it can be, and what it writes is kept as far as it claims
nothing.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.llm.protocol import taught
from assistant.writing.facts import clean, short
from assistant.writing.free import names_a_thing, why_not_free
from assistant.writing.wordings import Book
from prompts import render

if TYPE_CHECKING:
    from assistant.llm.protocol import LLM

_INSIDE = "… "  # as `LLM.generate` reads it: a sentence that lends its turns, but no text begins as it does
_TOKENS = 32
_TRIES = 4  # sentences asked for where one is needed, in one call
_TITLE = 60  # characters of a product's title a prompt holds
# the parts of a text a model writes: the forms their sentences have, the sign they end with
_FORMS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "opening": (("question",), "?"),
    "closing": (("close", "invite"), "."),
}
OPENING, CLOSING = _FORMS
_IDLE = re.compile(r"\b(?:something|ideas)\b")


@dataclass(frozen=True)
class Refusal:
    """A sentence that may not leave, and why."""

    text: str
    reason: str


@dataclass(frozen=True)
class Hook:
    """A question that opens a text, or a wish that closes it.

    `is_new` where it is no line of the book, so that the model wrote it; `suits_all` where it speaks of no thing of its own.
    """

    text: str
    is_new: bool
    suits_all: bool = True


def write_hook(
    llm: LLM, book: Book, about: str, *, seed: int, part: str = OPENING
) -> tuple[Hook | None, list[Refusal]]:
    """Return a question a model wrote to open a text about a product, or a wish to close it, or None, and what was refused.

    Nobody sees here whether a cup of tea has to do with the product, so one that suits every text is taken.

    Parameters
    ----------
    about : str
        The product's title; it is in the prompt only.
    seed : int
        Draws how the sentence begins.
    """
    starts = starts_of(book, part)
    if not starts:
        return None, []
    start = random.Random(seed).choice(starts)
    hooks, refused = _written(llm, book, start, [about] * _TRIES, seed=seed, part=part)
    return next((hook for hook in hooks if hook.suits_all), None), refused


def write_hooks(
    llm: LLM,
    book: Book,
    about: Sequence[str],
    *,
    seed: int = 0,
    part: str = OPENING,
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> list[Hook]:
    """Return different questions (or wishes) for a whole batch: of each way to begin, one asked for each title of `about`."""
    found: dict[str, Hook] = {}
    starts = starts_of(book, part)
    for number, start in enumerate(starts, 1):
        hooks, _ = _written(llm, book, start, about, seed=seed, part=part)
        found |= {hook.text: hook for hook in hooks}
        tick(number, len(starts))
    return list(found.values())


def _written(
    llm: LLM, book: Book, start: str, about: Sequence[str], *, seed: int, part: str
) -> tuple[list[Hook], list[Refusal]]:
    prompts = [render(part, product=short(title, _TITLE), start=start.capitalize()) for title in about]
    texts = (taught(llm) or llm).generate(
        prompts, max_new_tokens=_TOKENS, seed=seed + 1, only=turns(book, start, part)
    )  # 0 would not draw
    hooks: list[Hook] = []
    refused: list[Refusal] = []
    for text in texts:
        sentence, reason = _finished(start, text, book, part)
        if reason:
            refused.append(Refusal(sentence, reason))
        else:
            hooks.append(hook_of(sentence, book, part))
    return hooks, refused


def hook_of(sentence: str, book: Book, part: str = OPENING) -> Hook:
    """Return a claim-free sentence with what is known of it; a wish for the evening closes any text, one for "something" none."""
    # "Looking for ideas?" is of no thing either
    idle = sentence.endswith(" ideas?") or not names_a_thing(sentence, book.free)
    suits_all = idle if part == OPENING else not _IDLE.search(sentence)
    return Hook(sentence, sentence not in book.free_lines.get(part, ()), suits_all)


def _patterns(book: Book, part: str) -> list[str]:
    return [line for line in book.free_lines.get(part, ()) if line.endswith(_FORMS[part][1]) and "," not in line]


def starts_of(book: Book, part: str) -> list[str]:
    """Return the ways to begin that the book's own sentences have, sorted."""
    forms = (one for form in _FORMS[part][0] for one in book.free.openers.get(form, ()))
    openers = sorted((one.removesuffix(" ...") for one in forms if one.endswith(" ...")), key=len)
    begun = ([start for start in openers if line.lower().startswith(start + " ")] for line in _patterns(book, part))
    return sorted({starts[-1] for starts in begun if starts})


def turns(book: Book, start: str, part: str = OPENING) -> list[str]:
    """Return the sentences a model is held to: those of the book that begin like this, and the others for their turns."""
    own = start.capitalize() + " "
    return [line if line.startswith(own) else _INSIDE + line for line in _patterns(book, part)]


def _finished(start: str, text: str, book: Book, part: str) -> tuple[str, str]:
    """Return the longest sentence that claims nothing, else the whole one and why it was refused."""
    added = re.split(r"[^\w' ]", clean(text.strip().split("\n")[0]).strip('"“”:- ').lower())[0].split()
    if added[: len(start.split())] == start.split():
        added = added[len(start.split()) :]
    reason = "the model added nothing"
    for length in range(len(added), 0, -1):
        sentence = f"{start.capitalize()} {' '.join(added[:length])}{_FORMS[part][1]}"
        why = why_not_free(sentence, book.free)
        if not why:
            return sentence, ""
        reason = why if length == len(added) else reason
    return f"{start.capitalize()} {' '.join(added)}".strip(), reason
