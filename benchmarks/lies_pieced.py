"""Lies of true pieces: each sentence is the shop's own or the book's, and together they say what is false.

Unlike `lies`, this was written after reading how texts are proven; it looks for what an exact parse of sentences cannot see.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks.lies import Lie

if TYPE_CHECKING:
    from benchmarks.lies_texts import TrueText

KIND = "true pieces, false together"
# a sentence of one page that is false behind a sentence of another: places, articles and terms get mixed up
_MIXED = (
    ("We deliver to the United Kingdom", "Parcels take 4 to 7 working days after dispatch."),
    ("Standard delivery in the UK costs £3.95", "Parcels take 4 to 7 working days after dispatch."),
)


def pieced_lies(texts: Sequence[TrueText], *, count: int = 200, seed: int = 0) -> list[Lie]:
    """Return at most `count` distinct lies: a question with another's answer, a reason behind another product, pages mixed.

    The facts and pages of both pieces are there, as where several products or pages are given at once.
    """
    dice = random.Random(seed)
    found: dict[str, Lie] = {}
    makers = [_other_answer(texts, dice), _other_reason(texts, dice), _mixed_pages(texts)]
    while makers and len(found) < count:
        for maker in list(makers):
            lie = next(maker, None)
            if lie is None:
                makers.remove(maker)
            else:
                found.setdefault(lie.text, lie)
    return list(found.values())[:count]


def _answered(texts: Sequence[TrueText]) -> list[TrueText]:
    return [one for one in texts if one.job == "answer" and one.passages and one.passages[0].title.endswith("?")]


def _other_answer(texts: Sequence[TrueText], dice: random.Random) -> Iterator[Lie]:
    asked = list({one.passages[0].title: one for one in _answered(texts)}.values())
    for _ in range(300):
        one, other = dice.sample(asked, 2)
        question, answer = one.passages[0].title, other.passages[0].text
        if one.passages[0].text == answer:
            continue
        text = f"{question} {answer}"
        both = replace(one, text=text, passages=(one.passages[0], other.passages[0]))
        yield Lie(
            KIND, "question with another's answer", text, (0, len(text)), both, f"{answer[:40]!r} answers another"
        )


def _other_reason(texts: Sequence[TrueText], dice: random.Random) -> Iterator[Lie]:
    products = [one for one in texts if one.job == "push"]
    reasons = [one for one in texts if one.job == "reason"]
    for _ in range(300):
        one, other = dice.choice(products), dice.choice(reasons)
        facts = tuple(fact for fact in one.facts if fact.subject.kind == "product")
        if facts[0].subject.id == other.facts[0].subject.id:
            continue
        text = f"{facts[0].subject.name}\n{other.text}"
        both = replace(one, text=text, facts=(*facts, *other.facts), about=None)
        why = f"said of {other.facts[0].subject.name!r}, stands under {facts[0].subject.name!r}"
        yield Lie(KIND, "reason of another product", text, (len(text) - len(other.text), len(text)), both, why)


def _mixed_pages(texts: Sequence[TrueText]) -> Iterator[Lie]:
    pages = {page.text: page for one in texts for page in one.passages}
    for first, second in _MIXED:
        ones = [page for text, page in pages.items() if first in text]
        others = [page for text, page in pages.items() if second in text and first not in text]
        for one in ones:
            start = one.text.index(first)
            lead = one.text[start : one.text.index(". ", start) + 1]
            for other in others:
                source = next(each for each in texts if one in each.passages)
                text = f"{lead} {second}"
                both = replace(source, text=text, passages=(one, other))
                at = (len(lead) + 1, len(text))
                yield Lie(KIND, "pages mixed", text, at, both, f"{second!r} is said of {other.title!r} only")
