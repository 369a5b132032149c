"""Answer, ask back or hand over: what is done with a question and the pages found for it. It writes nothing and searches nothing.

Nearness alone cannot tell a question a page answers from one that borrows its words, so an answer needs more: the words of the
question, up to synonyms and typing errors, must stand in the page, and no other page may do as well. Else it is asked back or handed
over. A reader, where there is one, may say that a page answers; it never says that one does not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from assistant.writing.facts import clean
from retrieval.passages import reads

if TYPE_CHECKING:
    from assistant.desk.reader import Reading
    from retrieval import Passage, PassageHit, PassageIndex
    from retrieval.pages import PassageKind

Decision = Literal["answer", "ask back", "hand over"]
CHOICES = 4  # at most so many entries are offered when it is not clear which one is meant
_PAGES: tuple[PassageKind, ...] = ("faq", "policy")
# Of the questions written for the sample shop none gets another page's answer from a fit of 1.55 on; a little more is asked for, and
# more still where a shop's own entries, each left out, would be answered by others too often.
_LEAST_FIT, _MOST_FIT = 1.6, 1.85
_LEAST_AGREEMENT, _MOST_AGREEMENT = 0.62, 0.95  # where the encoder cannot read: by words alone
_LEFT_OVER = 0.1  # of the weight of a question's words may be missing in the page that answers it
_RIVAL = 0.1  # a page that fits or agrees so much less than the best one is no rival of it
_WRONG = 0.01  # by words alone: of the questions whose own entry is left out may be answered
_WRONG_FIT = 0.05  # by fit: entries of one FAQ lie nearer to each other than what customers ask beside it
_NEAR = 0.60  # cosine below which the same words mean something else
_POSSIBLE = 0.25  # cosine from which on a page is worth offering
_GAP = 0.10  # an entry so much less near than the best one is not offered
_SAME_MATTER = 0.8  # cosine of two titles, one of which holds the words of the other, that are on the same matter
_SAME_ENTRY = 0.85  # agreement of two titles that ask the same


@dataclass(frozen=True)
class Thresholds:
    """When what is found is enough.

    `fit`: see `fit_of`; `agreement`: where the encoder cannot read the question, the part of the words of question and title,
    weighed by rarity, they must share for an answer at once; `possible`: the cosine from which on a page is worth offering;
    `gap`: how much less near than the best an offered page may be. `left_out`, `wrong`: how many entries were asked while left
    out, and how many of those would have been answered.
    """

    agreement: float
    fit: float = _LEAST_FIT
    near: float = _NEAR
    possible: float = _POSSIBLE
    possible_by_signs: float = 0.08  # where the encoder cannot read the question: a part of its signs, no cosine
    gap: float = _GAP
    left_out: int = 0
    wrong: int = 0


def calibrate(passages: PassageIndex) -> Thresholds:
    """Return the thresholds for a shop's own pages.

    A question whose own entry is left out is one the shop does not answer, though it borrows the words of those it does. The
    fit asked for is the least, from 1.6 on, at which at most 5 % of such questions would be answered by another entry, and the
    agreement the least, from .62 on, at which at most 1 % would.
    """
    entries = [one for one in passages.passages if one.kind == "faq"]
    agreed, fits = [0.0], [0.0]
    for one in entries:
        hits = passages.around(one, 4, kinds=("faq",))  # a policy on the same matter may well answer it
        # the same answer under another question is no wrong answer, nor is that of an entry on the same matter
        others = [hit for hit in hits if not _is_of_it(passages, one, hit.passage)]
        if others and reads(passages.encoder_name, one.title):
            fits.append(fit_of(passages, one.title, others[0]))
        elif others and others[0].dense >= _NEAR:
            agreed.append(_agreement(passages, one.title, others[0].passage))
    fit = _raised(fits, _LEAST_FIT, _MOST_FIT, _WRONG_FIT * len(entries))
    agreement = _raised(agreed, _LEAST_AGREEMENT, _MOST_AGREEMENT, _WRONG * len(entries))
    wrong = sum(value >= fit for value in fits) + sum(value >= agreement for value in agreed)
    return Thresholds(agreement, fit, left_out=len(entries), wrong=wrong)


def _raised(values: Sequence[float], least: float, most: float, allowed: float) -> float:
    found = least
    while found < most and sum(value >= found for value in values) > allowed:
        found = round(found + 0.01, 2)
    return found


def decide(
    question: str,
    hits: Sequence[PassageHit],
    passages: PassageIndex,
    thresholds: Thresholds,
    reading: Reading | None = None,
) -> tuple[Decision, list[PassageHit]]:
    """Return what to do with a question and the passages it rests on, best first.

    answer: the best page is asked for in these very words, or fits and leaves nothing over while no other page does so as well,
    or a reader is sure of it alone. ask back: some page is worth offering; those returned are the choices, each asking something
    else. hand over: none is.

    Parameters
    ----------
    hits : as `PassageIndex.search` gives them, best first
    reading : a reader with what is sure enough on these pages
    """
    is_read = reads(passages.encoder_name, question)
    possible = thresholds.possible if is_read else thresholds.possible_by_signs
    offered = [hit for hit in hits if hit.dense >= possible or hit.lexical >= 0.5]
    asked = in_words(question)
    named = [hit for hit in hits if any(asked == in_words(way) for way in passages.ways(hit.passage))]
    if named:  # a page in parts begins with its first
        return "answer", [min(named, key=lambda hit: _part(hit.passage.id))]
    if not offered:
        return "hand over", list(hits[:1])
    sure = _fitting if is_read else _agreeing
    best = sure(passages, question, [hit for hit in offered if hit.passage.kind in _PAGES], thresholds)
    if best is not None and (best.score >= offered[0].score - _RIVAL or offered[0].passage.kind in _PAGES):
        return "answer", [best]
    found = choices(offered, passages, thresholds)
    read = None if reading is None else _read(reading, question, found, passages)
    return ("ask back", found) if read is None else ("answer", [read])


def fit_of(passages: PassageIndex, question: str, hit: PassageHit) -> float:
    """Return how well a page fits a question, 0–2: the cosine to how it is asked for, and the part of the question's words it holds.

    cosine + (held by title + held by title and text) / 2, each word weighed by its rarity; 0 where the question has no word.
    """
    asked = set(passages.concepts(question))
    whole = sum(passages.rarity(concept) for concept in asked)
    if not whole:
        return 0.0
    ways, said = passages.holds(hit.passage)
    in_title, in_page = (
        max(sum(passages.rarity(concept) for concept in asked & words) for words in sets) / whole
        for sets in (ways, [said])
    )
    return hit.title + (in_title + in_page) / 2


def _fitting(
    passages: PassageIndex, question: str, pages: Sequence[PassageHit], thresholds: Thresholds
) -> PassageHit | None:
    """Return the page that fits, None where none does, or another, asking something else, does nearly as well."""
    fits = sorted(((fit_of(passages, question, hit), hit) for hit in pages[:8]), key=lambda pair: -pair[0])
    if not fits or fits[0][0] < thresholds.fit:
        return None
    own, best = fits[0]
    rivals = [hit for fit, hit in fits[1:] if fit >= max(thresholds.fit, own - _RIVAL)]
    if any(not _is_of_it(passages, best.passage, hit.passage) for hit in rivals):
        return None
    parts = [hit for hit in pages if hit.passage.title == best.passage.title]
    return best if len(parts) == 1 else _part_that_says(passages, question, parts)


def _part_that_says(passages: PassageIndex, question: str, parts: Sequence[PassageHit]) -> PassageHit | None:
    """Return the part of a page whose own words hold most of the question, the first of several; None where none holds what the title has not."""
    asked, title = set(passages.concepts(question)), passages.holds(parts[0].passage)[0][0]
    words = {hit.passage.id: set(passages.lexicon.concepts(hit.passage.text)) for hit in parts}

    def held(hit: PassageHit) -> float:
        return sum(passages.rarity(concept) for concept in asked & words[hit.passage.id])

    best = min(parts, key=lambda hit: (-round(held(hit), 6), _part(hit.passage.id)))
    return best if asked - title <= words[best.passage.id] else None


def _agreeing(
    passages: PassageIndex, question: str, pages: Sequence[PassageHit], thresholds: Thresholds
) -> PassageHit | None:
    """Return the page that asks the same by its words alone: for scripts the encoder cannot read."""
    agreement = {hit.passage.id: _agreement(passages, question, hit.passage) for hit in pages[:3]}
    best = next(iter(pages), None)
    if best is None or best.dense < thresholds.near or agreement[best.passage.id] < thresholds.agreement:
        return None
    own = agreement[best.passage.id]
    rivals = [hit for hit in pages[1:3] if agreement[hit.passage.id] >= max(thresholds.agreement, own - _RIVAL)]
    if any(not _is_same(passages, best.passage, hit.passage) for hit in rivals):
        return None
    return best if _left_over(passages, question, best.passage) <= _LEFT_OVER else None


def _read(reading: Reading, question: str, offered: Sequence[PassageHit], passages: PassageIndex) -> PassageHit | None:
    """Return the one page a reader is sure of; None where it is of none, or of two that ask something else."""
    pages = [hit for hit in offered if hit.passage.kind in _PAGES]
    sure = reading.reader.sureness(question, [hit.passage for hit in pages]) if pages else []
    found = [
        hit for hit, value in sorted(zip(pages, sure, strict=True), key=lambda pair: -pair[1]) if value >= reading.least
    ]
    if not found or any(not _is_same(passages, found[0].passage, hit.passage) for hit in found[1:]):
        return None
    return found[0]


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
    return max(passages.agreement(asked, way) for way in passages.holds(passage)[0])


def _left_over(passages: PassageIndex, question: str, passage: Passage) -> float:
    """Return the part of a question's words, weighed by rarity, that a page does not hold."""
    asked = set(passages.concepts(question))
    said = passages.holds(passage)[1]
    whole = sum(passages.rarity(concept) for concept in asked)
    return sum(passages.rarity(concept) for concept in asked - said) / whole if whole else 1.0


def _is_same(passages: PassageIndex, one: Passage, other: Passage) -> bool:
    if one.title == other.title or clean(one.text) == clean(other.text):
        return True
    return passages.agreement(passages.holds(one)[0][0], passages.holds(other)[0][0]) >= _SAME_ENTRY


def _is_of_it(passages: PassageIndex, one: Passage, other: Passage) -> bool:
    """Return whether two pages are on the same matter: they ask the same, or one's title holds all words of the other's and is near."""
    if _is_same(passages, one, other):
        return True
    first, second = (passages.holds(page)[0][0] for page in (one, other))
    is_within = bool(first and second) and (first <= second or second <= first)
    return is_within and passages.title_cosine(one, other) >= _SAME_MATTER


def _part(identity: str) -> tuple[int, str]:
    number = identity.rsplit("-", 1)[-1]
    return (int(number) if number.isdigit() else 0, identity)
