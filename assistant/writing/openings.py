"""The sentences a model writes itself: questions that open a text and claim nothing. It states no fact and trusts no model.

A small model that is told to be friendly writes what it must not. So each sentence is begun as the book begins its own
questions, the model is held to the turns of those questions where it can be, and what it writes is kept as far as it claims
nothing.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
_LINES = "opening"  # the part of the book's claim-free lines whose questions are the pattern


@dataclass(frozen=True)
class Refusal:
    """A sentence that may not leave, and why."""

    text: str
    reason: str


@dataclass(frozen=True)
class Hook:
    """A question that opens a text.

    `is_new` where it is no line of the book, so that the model wrote it; `suits_all` where it speaks of no thing of its own.
    """

    text: str
    is_new: bool
    suits_all: bool = True


def write_hook(llm: LLM, book: Book, about: str, *, seed: int) -> tuple[Hook | None, list[Refusal]]:
    """Return a question a model wrote to open a text about a product, or None, and what was refused.

    Nobody sees here whether a cup of tea has to do with the product, so one that suits every text is taken.

    Parameters
    ----------
    about : str
        The product's title; it is in the prompt only.
    seed : int
        Draws how the sentence begins.
    """
    starts = _starts(book)
    if not starts:
        return None, []
    start = random.Random(seed).choice(starts)
    hooks, refused = _written(llm, book, start, [about] * _TRIES, seed=seed)
    return next((hook for hook in hooks if hook.suits_all), None), refused


def write_hooks(
    llm: LLM,
    book: Book,
    about: Sequence[str],
    *,
    seed: int = 0,
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> list[Hook]:
    """Return different questions for a whole batch of texts: of each way to begin, one asked for each title of `about`."""
    found: dict[str, Hook] = {}
    starts = _starts(book)
    for number, start in enumerate(starts, 1):
        hooks, _ = _written(llm, book, start, about, seed=seed)
        found |= {hook.text: hook for hook in hooks}
        tick(number, len(starts))
    return list(found.values())


def _written(llm: LLM, book: Book, start: str, about: Sequence[str], *, seed: int) -> tuple[list[Hook], list[Refusal]]:
    prompts = [render("opening", product=short(title, _TITLE), start=start.capitalize()) for title in about]
    texts = llm.generate(prompts, max_new_tokens=_TOKENS, seed=seed + 1, only=turns(book, start))  # 0 would not draw
    hooks: list[Hook] = []
    refused: list[Refusal] = []
    for text in texts:
        sentence, reason = _finished(start, text, book)
        if reason:
            refused.append(Refusal(sentence, reason))
        else:
            hooks.append(hook_of(sentence, book))
    return hooks, refused


def hook_of(sentence: str, book: Book) -> Hook:
    """Return a claim-free question with what is known of it."""
    return Hook(sentence, sentence not in book.free_lines.get(_LINES, ()), not names_a_thing(sentence, book.free))


def _questions(book: Book) -> list[str]:
    return [line for line in book.free_lines.get(_LINES, ()) if line.endswith("?") and "," not in line]


def _starts(book: Book) -> list[str]:
    """Return the ways to begin that the book's own questions have, sorted."""
    openers = sorted(
        (one.removesuffix(" ...") for one in book.free.openers["question"] if one.endswith(" ...")), key=len
    )
    begun = ([start for start in openers if line.lower().startswith(start + " ")] for line in _questions(book))
    return sorted({starts[-1] for starts in begun if starts})


def turns(book: Book, start: str) -> list[str]:
    """Return the sentences a model is held to: those of the book that begin like this, and the others for their turns."""
    own = start.capitalize() + " "
    return [line if line.startswith(own) else _INSIDE + line for line in _questions(book)]


def _finished(start: str, text: str, book: Book) -> tuple[str, str]:
    """Return the longest sentence that claims nothing, else the whole one and why it was refused."""
    added = re.split(r"[^\w' ]", clean(text.strip().split("\n")[0]).strip('"“”:- ').lower())[0].split()
    if added[: len(start.split())] == start.split():
        added = added[len(start.split()) :]
    reason = "the model added nothing"
    for length in range(len(added), 0, -1):
        sentence = f"{start.capitalize()} {' '.join(added[:length])}?"
        why = why_not_free(sentence, book.free)
        if not why:
            return sentence, ""
        reason = why if length == len(added) else reason
    return f"{start.capitalize()} {' '.join(added)}".strip(), reason
