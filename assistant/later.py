"""Groups and claims of an earlier day, judged again by what is known today: are they still true, of the group and of its people.

Both are made anew as they would have been then, from nothing later. It writes no text and does not decide what to do about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.held_out import Evidence, Tested, check_claim, facts_by_name
from assistant.making import Made, customers_at
from assistant.personas import Persona, Writing, marks_of_seen, write_personas
from assistant.segment_facts import segment_facts

if TYPE_CHECKING:
    from segmentation import Marks
    from shop import Shop

Labels = NDArray[np.int64]
_FEWEST = 100  # customers who had bought by then
Rows = Mapping[int, Mapping[str, Any]]


@dataclass(frozen=True)
class Later:
    """What became of the groups of an earlier day.

    `claims` (title of the group, the claim, whether it is true today of the group as it is filled today, whether of those who were
    in it then) are those that had held when they were made; `chance` is the part that is true of customers put to the groups at
    random; `agreement` the adjusted Rand index of the groups found then and those found today, both filled with today's customers.
    """

    moment: datetime
    claims: tuple[tuple[str, Tested, bool], ...]
    chance: float
    agreement: float


def judged_later(shop: Shop, made: Made, writing: Writing, *, days: int) -> Later | None:
    """Return what became of groups and claims of so many days ago; None where the history before is shorter or too few had bought.

    A claim is still true where its line's condition holds, its names are the same, and at least half of what set the group apart is
    there; the numbers it stated have grown since and are not compared.
    """
    from sklearn.metrics import adjusted_rand_score

    moment = shop.as_of - timedelta(days=days)
    found = _made_at(shop, made, moment, days)
    if found is None:
        return None
    earlier, was = found
    people = write_personas(
        earlier, was, replace(writing, llm=None), as_of=earlier.as_of, tick=lambda done, total: None
    )
    marks = marks_of_seen(earlier, was)
    before = _rows(earlier, was.profiles, was.labels, marks)
    buys = (made.profiles["orders"] > 0).to_numpy()
    filled = was.segments.assign(made.profiles, made.customers)
    mixed = filled.copy()
    mixed[buys] = np.random.default_rng(0).permutation(filled[buys])
    stayed = np.flatnonzero((was.profiles["orders"] > 0).to_numpy() & buys)
    today, by_chance, same = (
        _judged(shop, people, before, _rows(shop, made.profiles[rows.tolist()], labels[rows], marks), writing)
        for rows, labels in ((np.flatnonzero(buys), filled), (np.flatnonzero(buys), mixed), (stayed, was.labels))
    )
    claims = tuple((title, test, of_same.held) for (title, test), (_, of_same) in zip(today, same, strict=True))
    chance = sum(test.held for _, test in by_chance) / max(len(by_chance), 1)
    return Later(moment, claims, chance, float(adjusted_rand_score(made.labels[buys], filled[buys])))


def _made_at(shop: Shop, made: Made, moment: datetime, days: int) -> tuple[Shop, Made] | None:
    """Return the shop of a moment and its groups as they would have been made then; only who had bought is grouped."""
    from segmentation import segment_customers

    first = shop.purchases()["time"].min() if shop.has_clock else None
    if not isinstance(first, datetime) or moment - first < timedelta(days=days):
        return None
    profiles, vectors = customers_at(shop, made, moment)
    bought = (profiles["orders"] > 0).to_numpy()
    if int(bought.sum()) < _FEWEST or not made.held_out.any():
        return None
    seen = np.flatnonzero(bought & ~made.held_out)
    segments = segment_customers(profiles[seen.tolist()], vectors[seen])
    groups = len(segments.centres)
    labels = np.where(bought, segments.assign(profiles, vectors), groups)
    segments = replace(segments, has_idle=True, k=groups + 1)
    return shop.until(moment), replace(made, profiles=profiles, customers=vectors, segments=segments, labels=labels)


def _rows(shop: Shop, profiles: Any, labels: Labels, marks: Marks) -> Rows:
    from segmentation import segment_rows

    return segment_rows(shop, profiles, labels, marks)


def _judged(shop: Shop, people: list[Persona], before: Rows, now: Rows, writing: Writing) -> list[tuple[str, Tested]]:
    """Return each claim that had held with its test on other rows of the same groups; untrue where a group is empty."""
    found = []
    for one in people:
        evidence = _evidence(shop, before[one.segment], now[one.segment]) if one.segment in now else None
        for statement, test in one.statements:
            if not test.held:
                continue
            judged = replace(test, held=False, why="nobody is in the group")
            if evidence is not None:
                judged = check_claim(
                    test.said, [statement.wording], evidence, printing=writing.printing, telling=[statement.telling]
                )
            found.append((one.title, judged))
    return found


def _evidence(shop: Shop, before: Mapping[str, Any], now: Mapping[str, Any]) -> Evidence:
    """Return both days of one group as two sides; a number may have become any other, so each has an endless interval."""
    facts = [facts_by_name(segment_facts(row, shop, name="Segment", as_of=None)) for row in (before, now)]
    gaps = {}
    for name in before:
        then, today = (_gap(row, name) for row in (before, now))
        if then is not None and today is not None:
            gaps[name] = (then, today)
    return Evidence(facts[0], facts[1], dict.fromkeys(before, float("inf")), 1.0, int(now["customers"]), gaps)


def _gap(row: Mapping[str, Any], name: str) -> float | None:
    """Return how far a number of the group lies from that of all; None where one of them is not known."""
    own, baseline = row.get(name), row.get(f"{name}_baseline")
    if not isinstance(own, int | float) or not isinstance(baseline, int | float):
        return None
    return own - baseline
