"""Answer, ask back or hand over: what is done with a question and the pages found for it. It writes nothing and searches nothing.

Nearness alone cannot tell a question a page answers from one that borrows its words, so an answer needs more: what is asked and
what the page's title asks must be the same words, up to their synonyms. Everything else is asked back or handed over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from assistant.writing.facts import clean
from retrieval.passages import reads

if TYPE_CHECKING:
    from retrieval import Encoder, Passage, PassageHit, PassageIndex
    from retrieval.pages import PassageKind

Decision = Literal["answer", "ask back", "hand over"]
CHOICES = 4  # at most so many entries are offered when it is not clear which one is meant
_PAGES: tuple[PassageKind, ...] = ("faq", "policy")
_LEAST_AGREEMENT, _MOST_AGREEMENT = 0.62, 0.95
_LEFT_OVER = 0.1  # of the weight of a question's words may be missing in the page that answers it
_RIVAL = 0.1  # a page that agrees so much less than the best one is no rival of it
_WRONG = 0.01  # of the questions whose own entry is left out may be answered
_NEAR = 0.60  # cosine below which the same words mean something else
_POSSIBLE = 0.25  # cosine from which on a page is worth offering
_GAP = 0.10  # an entry so much less near than the best one is not offered
_SAME_ENTRY = 0.85  # agreement of two titles that ask the same


@dataclass(frozen=True)
class Thresholds:
    """When what is found is enough.

    `agreement`: the part of the words of question and title, weighed by rarity, they must share for an answer at once;
    `near`: the cosine it needs besides; `possible`: the cosine from which on a page is worth offering; `gap`: how much less
    near than the best an offered page may be. `left_out`, `wrong`: how many entries were asked while left out, and how many
    of those would have been answered.
    """

    agreement: float
    near: float = _NEAR
    possible: float = _POSSIBLE
    possible_by_signs: float = 0.08  # where the encoder cannot read the question: a part of its signs, no cosine
    gap: float = _GAP
    left_out: int = 0
    wrong: int = 0


def calibrate(passages: PassageIndex, encoder: Encoder) -> Thresholds:
    """Return the thresholds for a shop's own pages.

    A question whose own entry is left out is one the shop does not answer, though it borrows the words of those it does. The
    agreement asked for is the least, from .62 on, at which at most 1 % of such questions would be answered by another entry.
    """
    entries = [one for one in passages.passages if one.kind == "faq"]
    asked = []
    for one in entries:
        hits = [hit for hit in passages.search(one.title, encoder, 4, kinds=_PAGES) if hit.passage.id != one.id]
        # the same answer under another question is no wrong answer
        other = next((hit for hit in hits if clean(hit.passage.text) != clean(one.text)), None)
        if other is not None and other.dense >= _NEAR:
            asked.append(_agreement(passages, one.title, other.passage))
    least = _LEAST_AGREEMENT
    while least < _MOST_AGREEMENT and sum(value >= least for value in asked) > _WRONG * len(entries):
        least += 0.01
    return Thresholds(round(least, 2), left_out=len(entries), wrong=sum(value >= least for value in asked))


def decide(
    question: str, hits: Sequence[PassageHit], passages: PassageIndex, thresholds: Thresholds
) -> tuple[Decision, list[PassageHit]]:
    """Return what to do with a question and the passages it rests on, best first.

    answer: the best page asks the same in the same words, up to synonyms, leaves nothing of the question over, and no other
    page does so as well. ask back:
    some page is worth offering; those returned are the choices, each asking something else. hand over: none is.

    Parameters
    ----------
    hits : as `PassageIndex.search` gives them, best first
    """
    possible = thresholds.possible if reads(passages.encoder_name, question) else thresholds.possible_by_signs
    offered = [hit for hit in hits if hit.dense >= possible or hit.lexical >= 0.5]
    asked = in_words(question)
    named = [hit for hit in hits if any(asked == in_words(way) for way in passages.ways(hit.passage))]
    if named:  # a page in parts begins with its first
        return "answer", [min(named, key=lambda hit: _part(hit.passage.id))]
    if not offered:
        return "hand over", list(hits[:1])
    best = offered[0]
    agreement = {hit.passage.id: _agreement(passages, question, hit.passage) for hit in offered[:3]}
    own = agreement[best.passage.id]
    rivals = [hit for hit in offered[1:3] if agreement[hit.passage.id] >= max(thresholds.agreement, own - _RIVAL)]
    alone = own >= thresholds.agreement and all(_is_same(passages, best.passage, hit.passage) for hit in rivals)
    is_sure = alone and best.dense >= thresholds.near and _left_over(passages, question, best.passage) <= _LEFT_OVER
    if is_sure and best.passage.kind in _PAGES:
        return "answer", [best]
    return "ask back", choices(offered, passages, thresholds)


def choices(hits: Sequence[PassageHit], passages: PassageIndex, thresholds: Thresholds) -> list[PassageHit]:
    """Return up to four pages worth offering, best first: of pages that ask the same only the best, none far behind the first."""
    best = max(hit.score for hit in hits)
    found: list[PassageHit] = []
    for hit in sorted(hits, key=lambda one: -one.score):
        if hit.score < best - thresholds.gap and len(found) >= 2:
            break
        if not any(_is_same(passages, one.passage, hit.passage) for one in found):
            found.append(hit)
        if len(found) == CHOICES:
            break
    return found


def in_words(text: str) -> str:
    """Return a text as its words alone, in lower case: what is asked, however it is signed.

    Examples
    --------
    >>> in_words(" Is it  “free”?!")
    'is it free'
    """
    return " ".join(re.sub(r"[^\w']+", " ", clean(text).casefold().replace("’", "'")).split())


def _agreement(passages: PassageIndex, question: str, passage: Passage) -> float:
    asked = passages.concepts(question)
    return max(passages.agreement(asked, passages.concepts(way)) for way in passages.ways(passage))


def _left_over(passages: PassageIndex, question: str, passage: Passage) -> float:
    """Return the part of a question's words, weighed by rarity, that a page does not hold."""
    asked = set(passages.concepts(question))
    said = set(passages.lexicon.concepts(" ".join([*passages.ways(passage), passage.text])))
    whole = sum(passages.rarity(concept) for concept in asked)
    return sum(passages.rarity(concept) for concept in asked - said) / whole if whole else 1.0


def _is_same(passages: PassageIndex, one: Passage, other: Passage) -> bool:
    if one.title == other.title or clean(one.text) == clean(other.text):
        return True
    return passages.agreement(passages.concepts(one.title), passages.concepts(other.title)) >= _SAME_ENTRY


def _part(identity: str) -> tuple[int, str]:
    number = identity.rsplit("-", 1)[-1]
    return (int(number) if number.isdigit() else 0, identity)
