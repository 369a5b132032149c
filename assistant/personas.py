"""Personas: customer groups named and described from counted facts, each claim tested on customers the grouping never saw.

It puts facts, writers and tests in order. It counts nothing and proves nothing itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from assistant.claims import Seen, Statement, choose_claims, steady_book
from assistant.held_out import COUNTED, FEWEST_HELD_OUT, Evidence, HeldOut, Tested, check_claim
from assistant.next_steps import next_steps
from assistant.segment_facts import rows_by_segment, segment_facts
from assistant.sides import Sides, both_sides
from assistant.stages import Tick
from assistant.writing.draft import Draft, compose
from assistant.writing.facts import Fact, Source, fact
from assistant.writing.names import name_segments
from assistant.writing.proof import Claim, Sentence, filled_lines
from assistant.writing.sheet import Sheet
from assistant.writing.show import Printing
from assistant.writing.wordings import Book

if TYPE_CHECKING:
    from assistant.llm import LLM
    from assistant.making import Made
    from segmentation import Difference, Marks
    from shop import Shop

_NAMES_A_GROUP = ("top_product", "title_word", "top_channel", "weekday", "hour", "month", "country")
_ATTEMPTS = 8  # texts tried before a failing claim is simply left out


@dataclass(frozen=True)
class Persona:
    """A group of customers as it may be shown: its name, a proven summary, its facts and what was tested.

    `claims` are the values of `summary` in order, with their spans; `written_by` names for each sentence who wrote it;
    `differences` are those to all customers among the ones the grouping saw, by fact, found or not; `next_steps` ideas
    that rest on what held; `statements` the claims with their tests, as they can be judged again on other data.
    """

    segment: int
    title: str
    summary: str
    customers: int
    facts: tuple[Fact, ...]
    claims: tuple[Claim, ...]
    held_out: HeldOut
    written_by: tuple[str, ...]
    differences: Mapping[str, Difference] = field(default_factory=dict)
    next_steps: tuple[str, ...] = ()
    statements: tuple[tuple[Statement, Tested], ...] = ()


@dataclass(frozen=True)
class Writing:
    """What every persona of a shop is written with."""

    book: Book
    printing: Printing
    llm: LLM | None
    seed: int = 0


def write_personas(shop: Shop, made: Made, writing: Writing, *, as_of: datetime | None, tick: Tick) -> list[Persona]:
    """Return one persona a group, the largest group first; two never have the same name.

    Besides how many they are, a persona says only what sets the group apart from all customers among those the grouping
    saw (see `choose_claims`), and of that only what holds on the held-out ones.
    """
    from segmentation import describe_segments

    marks = marks_of_seen(shop, made)
    whole = rows_by_segment(describe_segments(shop, made.profiles, made.labels, marks=marks))
    sides = both_sides(shop, made, marks, as_of)
    judged = _judged(whole, sides, shop, writing, as_of)
    names = _names(whole, (shop, made), writing, (sides, judged), as_of)
    personas: list[Persona] = []
    openings: list[str] = []
    for number, (segment, row) in enumerate(whole.items(), 1):
        facts = segment_facts(row, shop, name=names[segment], as_of=as_of)
        if _is_idle(segment, made):  # of those who kept nothing, what they bought says nothing
            facts = [one for one in facts if one.name in COUNTED]
            facts.append(
                fact(facts[0].subject, "kept_purchases", 0, Source("purchases", f"segment = {segment}", as_of))
            )
        one = judged.get(segment, _Judged())
        if segment in judged and not any(test.held for _, test in one.claims) and not _is_idle(segment, made):
            told = Source("held-out customers", f"segment = {segment}", as_of)
            facts.append(fact(facts[0].subject, "held_differences", 0, told))
        own = replace(writing, book=one.book or writing.book)
        evidence = sides.evidence.get(segment)
        draft, failed = _tested_draft(one.allowed(facts), evidence, own, openings)
        openings.append(draft.opening)
        claimed = _said(one, facts, writing)
        personas.append(
            Persona(
                segment,
                names[segment],
                draft.text,
                int(row["customers"]),
                tuple(facts),
                draft.claims,
                HeldOut(evidence.customers if evidence is not None else 0, (*claimed, *failed)),
                draft.written_by,
                sides.of(segment),
                next_steps(one.allowed(facts), own.book, writing.printing, evidence),
                tuple(zip((statement for statement, _ in one.claims), claimed, strict=True)),
            )
        )
        tick(number, len(whole))
    return personas


def marks_of_seen(shop: Shop, made: Made) -> Marks:
    """Return what to look for in each group, chosen among the customers the grouping saw: where it is not tested."""
    from segmentation import describe_segments, marks_of

    seen = np.flatnonzero(~made.held_out)
    of_seen = (shop, made.profiles[seen.tolist()], made.labels[seen])
    first = dict(describe_segments(*of_seen).select("segment", "top_category").iter_rows())
    return marks_of(*of_seen, known=first)


@dataclass(frozen=True)
class _Judged:
    """The claims made of one group, each with its test (`said` is empty until the group has a name), and the lines it may use."""

    claims: tuple[tuple[Statement, Tested], ...] = ()
    book: Book | None = None

    def allowed(self, facts: Sequence[Fact]) -> list[Fact]:
        """Return the facts that may be said: how many they are, and those of the claims that held."""
        held = {name for statement, test in self.claims if test.held for name in statement.facts}
        return [one for one in facts if one.name in COUNTED or one.name in held]


def _judged(
    whole: Mapping[int, Mapping[str, object]], sides: Sides, shop: Shop, writing: Writing, as_of: datetime | None
) -> dict[int, _Judged]:
    """Return the claims of each group and how they fared on its held-out customers."""
    found: dict[int, _Judged] = {}
    for segment, evidence in sides.evidence.items():
        if sides.differences is None or segment not in whole or evidence.customers < FEWEST_HELD_OUT:
            continue
        facts = segment_facts(whole[segment], shop, name="Segment", as_of=as_of)
        seen = Seen(segment, facts, sides.differences, evidence.widening)
        claims = choose_claims(seen, writing.book, writing.printing)
        found[segment] = _Judged(
            tuple(
                (one, check_claim("", [one.wording], evidence, printing=writing.printing, telling=[one.telling]))
                for one in claims
            ),
            steady_book(writing.book, seen),
        )
    return found


def _said(judged: _Judged, facts: Sequence[Fact], writing: Writing) -> tuple[Tested, ...]:
    """Return the tests with their claims in words, "They" where a line may say so."""
    sheet = Sheet(list(facts), writing.printing)
    return tuple(replace(test, said=sheet.fill(statement.wording)[-1].text) for statement, test in judged.claims)


def _names(
    whole: Mapping[int, Mapping[str, object]],
    of: tuple[Shop, Made],
    writing: Writing,
    known: tuple[Sides, Mapping[int, _Judged]],
    as_of: datetime | None,
) -> dict[int, str]:
    """Return a name a group that is true of it, of its held-out customers too, and of no other group."""
    (shop, made), (sides, judged) = of, known
    rows = {segment: row for segment, row in whole.items() if not _is_idle(segment, made)}
    facts = {n: segment_facts(row, shop, name=f"Segment {n + 1}", as_of=as_of) for n, row in rows.items()}
    facts = _telling({n: judged.get(n, _Judged()).allowed(several) for n, several in facts.items()})
    given: dict[int, str] = {}
    for _ in range(_ATTEMPTS):
        names = name_segments(list(facts.values()), writing.book, writing.llm, printing=writing.printing)
        given = dict(zip(rows, names, strict=True))
        failed = {
            n: wrong
            for n in rows
            if n in sides.evidence and (wrong := _fails(given[n], facts[n], sides.evidence[n], writing))
        }
        if not failed:
            break
        facts = {n: [one for one in several if one.name not in failed.get(n, ())] for n, several in facts.items()}
    idle = writing.book.script.idle
    return given | {segment: idle for segment in whole if segment not in given}


def _telling(facts: Mapping[int, list[Fact]]) -> dict[int, list[Fact]]:
    """Return the facts without those that tell a group from no other: a country or a product that many groups share."""
    shared = Counter((one.name, one.value) for known in facts.values() for one in known if one.name in _NAMES_A_GROUP)
    most = max(1, len(facts) // 3)
    return {
        segment: [one for one in known if shared[(one.name, one.value)] <= most] for segment, known in facts.items()
    }


def _fails(name: str, facts: Sequence[Fact], evidence: Evidence, writing: Writing) -> set[str]:
    """Return the facts a name rests on where it does not hold on the held-out customers; nothing where it does."""
    sheet = Sheet(list(facts), writing.printing)
    lines = [line for line in filled_lines(sheet, writing.book, ["names"]) if line.text == name]
    if not lines or check_claim(name, [lines[0].wording], evidence, printing=writing.printing).held:
        return set()
    wording = lines[0].wording
    return set(wording.facts) - set(wording.covers) or set(wording.facts)  # what is said may still name it more simply


def _is_idle(segment: int, made: Made) -> bool:
    return made.segments.has_idle and segment == made.segments.k - 1


def _tested_draft(
    facts: Sequence[Fact], evidence: Evidence | None, writing: Writing, openings: Sequence[str]
) -> tuple[Draft, tuple[Tested, ...]]:
    """Return a draft of facts that held, all of whose sentences hold, and the sentences that failed on the way.

    A sentence that fails takes the facts it rests on out of the next attempt.
    """
    failed: list[Tested] = []
    left = list(facts)
    for _ in range(_ATTEMPTS if evidence is not None else 0):
        draft = _composed(left, writing, openings)
        claiming = [one for one in draft.sentences if {fact.name for fact in one.support} - COUNTED]
        verdicts = [(sentence, _verdict(sentence, evidence, writing)) for sentence in claiming]
        wrong = [(sentence, verdict) for sentence, verdict in verdicts if not verdict.held]
        if not wrong:
            return draft, tuple(failed)
        failed += [verdict for _, verdict in wrong]
        out = {one.name for sentence, _ in wrong for one in sentence.support} - COUNTED
        left = [one for one in left if one.name not in out]
    return _sized(facts, writing, openings), tuple(failed)


def _composed(facts: Sequence[Fact], writing: Writing, openings: Sequence[str]) -> Draft:
    return compose(
        facts,
        kind="persona",
        llm=writing.llm,
        book=writing.book,
        seed=writing.seed,
        printing=writing.printing,
        used_openings=openings,
    )


def _sized(facts: Sequence[Fact], writing: Writing, openings: Sequence[str]) -> Draft:
    """Return a draft that says only how many they are: counted of all customers, so there is nothing to generalise."""
    return _composed([one for one in facts if one.name in COUNTED], writing, openings)


def _verdict(sentence: Sentence, evidence: Evidence | None, writing: Writing) -> Tested:
    assert evidence is not None  # without held-out customers nothing but counts is said
    lines = [line for line in writing.book.lines if line.where in sentence.wordings]
    return check_claim(sentence.text, lines, evidence, printing=writing.printing)
