"""A seeded maker of planted lies: true texts with one error each, of thirteen kinds, false by the facts they come with.

It is written against the wording of texts and the values of facts alone: it knows nothing of how a text is proven.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmarks.lies_claims import Others, comparative, discount, hook, names, predicate, promise, subject
from benchmarks.lies_edit import date_shift, digit, negation, number_word, sign, unit
from benchmarks.lies_known import Edit, Known, numbers_in, sentences_in, value_of

if TYPE_CHECKING:
    from benchmarks.lies_texts import TrueText

Made = tuple[Edit, "TrueText"]
_TRIES = 400  # drawn texts a lie before a kind counts as exhausted


@dataclass(frozen=True)
class Lie:
    """A planted lie: the changed text, where the change lies, its source with facts and pages, and why it is false."""

    kind: str
    trick: str
    text: str
    span: tuple[int, int]
    source: TrueText
    why: str


def _alone(
    editor: Callable[[Known, random.Random], Edit | None],
) -> Callable[[Known, Others, random.Random], Made | None]:
    def made(known: Known, others: Others, dice: random.Random) -> Made | None:
        edit = editor(known, dice)
        return None if edit is None else (edit, known.source)

    return made


def _names(known: Known, others: Others, dice: random.Random) -> Made | None:
    crossed = _titles_crossed(known, dice) if dice.random() < 0.3 else None
    edit = crossed or names(known, others, dice)
    return None if edit is None else (edit, known.source)


def _subject(known: Known, others: Others, dice: random.Random) -> Made | None:
    if known.source.job == "persona" and dice.random() < 0.5:
        return _pronouns_crossed(known, others, dice)
    edit = subject(known, others, dice)
    return None if edit is None else (edit, known.source)


def _titles_crossed(known: Known, dice: random.Random) -> Edit | None:
    """Say of the product bought before what is true of the product written about."""
    facts = {fact.name: fact.called or str(fact.value) for fact in known.source.facts if fact.unit == "name"}
    text = known.source.text
    if "title" not in facts or "because_product" not in facts:
        return None
    spans = [(a, b) for a, b in sentences_in(text) if facts["title"] in text[a:b] and numbers_in(text[a:b])]
    if not spans:
        return None
    start, end = dice.choice(spans)
    said = text[start:end].replace(facts["title"], facts["because_product"])
    made = text[:start] + said + text[end:]
    return Edit(made, (start, start + len(said)), "the other product of the text", "said of the product bought before")


def _pronouns_crossed(known: Known, others: Others, dice: random.Random) -> Made | None:
    """Put a sentence of one group behind a sentence that names another; the facts of both are there."""
    other = dice.choice(
        [one for one in others.by_job["persona"] if one.facts[0].subject != known.source.facts[0].subject]
    )
    theirs = Known(other)
    text, first = known.source.text, other.text[slice(*sentences_in(other.text)[0])]
    spans = [
        (a, b)
        for a, b in sentences_in(text)[1:]
        if any(theirs.is_new(value_of(n.group())) for n in numbers_in(text[a:b]))
    ]
    spans = [(a, b) for a, b in spans if known.source.facts[0].subject.name not in text[a:b]]
    if not spans or other.facts[0].subject.name not in first:
        return None
    start, end = dice.choice(spans)
    lead = text[slice(*sentences_in(text)[0])] + " " if dice.random() < 0.5 else ""
    said = f"{lead}{first} {text[start:end]}"
    both = replace(known.source, facts=(*known.source.facts, *other.facts))
    edit = Edit(
        said, (len(said) - (end - start), len(said)), "pronoun of another group", "true of the group before only"
    )
    return edit, both


MAKERS: dict[str, Callable[[Known, Others, random.Random], Made | None]] = {
    "changed digit": _alone(digit),
    "unit": _alone(unit),
    "sign": _alone(sign),
    "swapped names": _names,
    "invented discount": _alone(discount),
    "wrong comparative": _alone(comparative),
    "negation": _alone(negation),
    "number word": _alone(number_word),
    "date shift": _alone(date_shift),
    "wrong predicate": _alone(predicate),
    "wrong subject": _subject,
    "promise": _alone(promise),
    "claim posing as a question": _alone(hook),
}


def make_lies(texts: Sequence[TrueText], *, per_kind: int = 220, seed: int = 0) -> list[Lie]:
    """Return `per_kind` distinct lies of every kind, drawn evenly from the jobs the texts were written for.

    Raises
    ------
    ValueError
        When the texts do not hold enough to lie about.
    """
    others = Others(texts)
    true = {one.text for one in texts}
    lies: list[Lie] = []
    for number, kind in enumerate(MAKERS):
        dice = random.Random(f"{seed} {number}")
        found: dict[tuple[str, object], Lie] = {}
        for lie in _drawn(kind, others, dice, tries=per_kind * _TRIES):
            if lie.text not in true:
                found.setdefault((lie.text, lie.source.facts), lie)
            if len(found) == per_kind:
                break
        else:
            raise ValueError(f"{kind}: only {len(found)} of {per_kind} lies could be made of {len(texts)} texts.")
        lies += found.values()
    return lies


def _drawn(kind: str, others: Others, dice: random.Random, *, tries: int) -> Iterator[Lie]:
    jobs = sorted(others.by_job)
    for number in range(tries):
        source = dice.choice(others.by_job[jobs[number % len(jobs)]])
        made = MAKERS[kind](Known(source), others, dice)
        if made is not None and made[0].text != source.text:
            edit, rests_on = made
            yield Lie(kind, edit.trick, edit.text, edit.span, rests_on, edit.why)


def counted(lies: Sequence[Lie]) -> Counter[tuple[str, str]]:
    """Return how many lies there are of each kind and job."""
    return Counter((lie.kind, lie.source.job) for lie in lies)
