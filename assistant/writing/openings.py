"""The sentences a model writes itself: openings and closings that claim nothing. It states no fact and trusts no model.

A small model that is told to be friendly writes what it must not; one that finishes a sentence begun for it writes a
cup of tea in the garden. So each sentence is begun as the book begins its claim-free ones, and what the model adds is
kept as far as it claims nothing.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.writing.facts import clean
from assistant.writing.free import why_not_free
from assistant.writing.wordings import Book
from prompts import render

if TYPE_CHECKING:
    from assistant.llm.protocol import LLM

_TOKENS = 12
_TRIES = 2  # sentences begun for each part, in one call
_EXAMPLES = 3
# the form of each part, and the sign it ends with
_FORMS = {"opening": ("question", "?"), "closing": ("close", ".")}


@dataclass(frozen=True)
class Refusal:
    """A sentence that may not leave, and why."""

    text: str
    reason: str


def write_free(llm: LLM, book: Book, parts: Sequence[str], *, seed: int) -> tuple[dict[str, str], list[Refusal]]:
    """Return a sentence a model wrote for each of `parts` ("opening", "closing") it managed, and what was refused.

    Parameters
    ----------
    seed : int
        Draws how the sentences begin and which examples the model sees.
    """
    dice = random.Random(seed)
    begun = [(part, start) for part in parts for start in _starts(book, part, dice)]
    prompts = [render("opening", examples=_examples(book, start, dice), start=start.capitalize()) for _, start in begun]
    texts = llm.generate(prompts, max_new_tokens=_TOKENS, seed=seed, only=sorted(book.free.tags)) if prompts else []
    made: dict[str, str] = {}
    refused: list[Refusal] = []
    for (part, start), text in zip(begun, texts, strict=True):
        sentence, reason = _finished(start, text, _FORMS[part][1], book)
        if reason:
            refused.append(Refusal(sentence, reason))
        elif not any(_rest(sentence) == _rest(other) for other in made.values()):
            made.setdefault(part, sentence)
    return made, refused


def _starts(book: Book, part: str, dice: random.Random) -> list[str]:
    openers = [one.removesuffix(" ...") for one in book.free.openers[_FORMS[part][0]] if one.endswith(" ...")]
    return dice.sample(sorted(openers), min(_TRIES, len(openers)))


def _examples(book: Book, start: str, dice: random.Random) -> str:
    pairs = sorted({pair for pair in _begun_lines(book) if pair[0] != start})
    return "\n".join(f"{begin.capitalize()}: {rest}" for begin, rest in dice.sample(pairs, min(_EXAMPLES, len(pairs))))


def _begun_lines(book: Book) -> Iterator[tuple[str, str]]:
    openers = sorted(
        (one.removesuffix(" ...") for group in book.free.openers.values() for one in group if one.endswith(" ...")),
        key=len,
    )
    for lines in book.free_lines.values():
        for line in lines:
            words = line.lower().rstrip(".!?")
            begins = [one for one in openers if words.startswith(one + " ")]
            if begins and "," not in words:
                yield begins[-1], words[len(begins[-1]) + 1 :]


def _finished(start: str, text: str, sign: str, book: Book) -> tuple[str, str]:
    """Return the longest sentence that claims nothing, else the whole one and why it was refused."""
    added = re.split(r"[^\w' ]", clean(text.strip().split("\n")[0]).strip('"“”:- ').lower())[0].split()
    if added[: len(start.split())] == start.split():
        added = added[len(start.split()) :]
    reason = "the model added nothing"
    for length in range(len(added), 0, -1):
        sentence = f"{start.capitalize()} {' '.join(added[:length])}{sign}"
        why = why_not_free(sentence, book.free)
        if not why:
            return sentence, ""
        reason = why if length == len(added) else reason
    return f"{start.capitalize()} {' '.join(added)}".strip(), reason


def _rest(sentence: str) -> str:
    return " ".join(sentence.rstrip(".?!").split()[-4:])
