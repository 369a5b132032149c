"""Personas: customer groups named and described from counted facts, each claim tested on customers the grouping never saw.

It puts facts, writers and tests in order. It counts nothing and proves nothing itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from assistant.held_out import COUNTED, Evidence, HeldOut, Tested, facts_by_name, spreads, tested, widening
from assistant.segment_facts import rows_by_segment, segment_facts
from assistant.stages import Tick
from assistant.writing.draft import Draft, compose
from assistant.writing.facts import Fact
from assistant.writing.names import name_segments
from assistant.writing.proof import Claim, Sentence, filled_lines
from assistant.writing.sheet import Sheet
from assistant.writing.show import Printing
from assistant.writing.wordings import Book

if TYPE_CHECKING:
    import polars as pl

    from assistant.llm import LLM
    from assistant.making import Made
    from shop import Shop

_NAMES_A_GROUP = ("top_product", "title_word", "top_channel", "weekday", "hour", "month", "country")
_ATTEMPTS = 8  # texts tried before a failing claim is simply left out
IDLE = "Customers without a Kept Purchase"  # never bought, or returned all of it


@dataclass(frozen=True)
class Persona:
    """A group of customers as it may be shown: its name, a proven summary, its facts and what was tested.

    `claims` are the values of `summary` in order, with their spans; `written_by` names for each sentence who wrote it.
    """

    segment: int
    title: str
    summary: str
    customers: int
    facts: tuple[Fact, ...]
    claims: tuple[Claim, ...]
    held_out: HeldOut
    written_by: tuple[str, ...]


@dataclass(frozen=True)
class Writing:
    """What every persona of a shop is written with."""

    book: Book
    printing: Printing
    llm: LLM | None
    seed: int = 0


def write_personas(shop: Shop, made: Made, writing: Writing, *, as_of: datetime | None, tick: Tick) -> list[Persona]:
    """Return one persona a group, the largest group first; two never have the same name."""
    from segmentation import describe_segments, title_words

    seen = np.flatnonzero(~made.held_out)  # a word is chosen where it is not tested
    words = title_words(shop, made.profiles[seen.tolist()], made.labels[seen])
    whole = describe_segments(shop, made.profiles, made.labels, words=words)
    evidence = _evidence(shop, made, words, as_of)
    names = _names(whole, (shop, made), writing, evidence, as_of)
    personas: list[Persona] = []
    openings: list[str] = []
    rows = whole.to_dicts()
    for number, row in enumerate(rows, 1):
        segment = int(row["segment"])
        facts = segment_facts(row, shop, name=names[segment], as_of=as_of)
        if _is_idle(segment, made):  # of those who kept nothing, what they bought says nothing
            facts = [one for one in facts if one.name in COUNTED]
        draft, tests = _tested_draft(facts, evidence.get(segment), writing, openings)
        openings.append(draft.opening)
        held = HeldOut(evidence[segment].customers if segment in evidence else 0, tests)
        personas.append(
            Persona(
                segment,
                names[segment],
                draft.text,
                int(row["customers"]),
                tuple(facts),
                draft.claims,
                held,
                draft.written_by,
            )
        )
        tick(number, len(rows))
    return personas


def _names(
    whole: pl.DataFrame,
    of: tuple[Shop, Made],
    writing: Writing,
    evidence: Mapping[int, Evidence],
    as_of: datetime | None,
) -> dict[int, str]:
    """Return a name a group that is true of it, of its held-out customers too, and of no other group."""
    shop, made = of
    rows = {segment: row for segment, row in rows_by_segment(whole).items() if not _is_idle(segment, made)}
    facts = {n: segment_facts(row, shop, name=f"Segment {n + 1}", as_of=as_of) for n, row in rows.items()}
    facts = _telling(facts)
    given: dict[int, str] = {}
    for _ in range(_ATTEMPTS):
        names = name_segments(list(facts.values()), writing.book, writing.llm, printing=writing.printing)
        given = dict(zip(rows, names, strict=True))
        failed = {
            n: wrong for n in rows if n in evidence and (wrong := _fails(given[n], facts[n], evidence[n], writing))
        }
        if not failed:
            break
        facts = {n: [one for one in known if one.name not in failed.get(n, ())] for n, known in facts.items()}
    return given | {segment: IDLE for segment in rows_by_segment(whole) if segment not in given}


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
    if not lines or tested(name, [lines[0].wording], evidence, printing=writing.printing).held:
        return set()
    return set(lines[0].wording.facts)


def _is_idle(segment: int, made: Made) -> bool:
    return made.segments.has_idle and segment == made.segments.k - 1


def _evidence(shop: Shop, made: Made, words: Mapping[int, str], as_of: datetime | None) -> dict[int, Evidence]:
    """Return for each group its facts on both sides of the split; none where nobody was held out."""
    from segmentation import describe_segments

    if not made.held_out.any():
        return {}
    tables = []
    for side in (~made.held_out, made.held_out):
        rows = np.flatnonzero(side)
        table = describe_segments(shop, made.profiles[rows.tolist()], made.labels[rows], words=words)
        tables.append(rows_by_segment(table))
    spread = spreads(shop, made.profiles, made.labels, words=words)
    found = {}
    for segment in tables[0].keys() & tables[1].keys():
        seen, unseen = (
            facts_by_name(segment_facts(table[segment], shop, name="Segment", as_of=as_of)) for table in tables
        )
        own = {name: value for (one, name), value in spread.items() if one == segment}
        counts = tuple(int(table[segment]["customers"]) for table in tables)
        found[segment] = Evidence(seen, unseen, own, widening(*counts), counts[1])
    return found


def _tested_draft(
    facts: Sequence[Fact], evidence: Evidence | None, writing: Writing, openings: Sequence[str]
) -> tuple[Draft, tuple[Tested, ...]]:
    """Return a draft all of whose claims hold, and what was tested: its claims, and those that failed on the way.

    A claim that fails takes the facts it rests on out of the next attempt.
    """
    if evidence is None:
        return _sized(facts, writing, openings), ()
    failed: list[Tested] = []
    left = list(facts)
    for _ in range(_ATTEMPTS):
        draft = _composed(left, writing, openings)
        claiming = [one for one in draft.sentences if {fact.name for fact in one.support} - COUNTED]
        verdicts = [(sentence, _verdict(sentence, evidence, writing)) for sentence in claiming]
        wrong = [(sentence, verdict) for sentence, verdict in verdicts if not verdict.held]
        if not wrong:
            return draft, (*(verdict for _, verdict in verdicts), *failed)
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


def _verdict(sentence: Sentence, evidence: Evidence, writing: Writing) -> Tested:
    lines = [line for line in writing.book.lines if line.where in sentence.wordings]
    return tested(sentence.text, lines, evidence, printing=writing.printing)
