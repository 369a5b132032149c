"""Claims: those of true groups hold on customers the grouping never saw, those of shuffled groups are not made or fail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assistant import Assistant
from assistant.held_out import Evidence, check_claim
from assistant.making import Made
from assistant.personas import Persona, Writing, write_personas
from assistant.writing import Printing, load_book
from assistant.writing.facts import Source, Subject, fact
from assistant.writing.wordings import Wording
from shop import Shop

SUBJECT = Subject("segment", "0", "Night Owls")


def wording(text: str) -> Wording:
    return next(line for line in load_book().lines if line.text == text)


def evidence(seen: float, unseen: float, *, name: str = "orders_mean", error: float = 0.1) -> Evidence:
    """Return one number on both sides; the difference of the sides has a standard error of 2 * `error`; all have 2."""
    sides = [{name: fact(SUBJECT, name, value, Source("t", "f"))} for value in (seen, unseen)]
    return Evidence(sides[0], sides[1], {name: error}, 2.0, 50, {name: (seen - 2.0, unseen - 2.0)})


STATED = "Each of them, on average, has placed {orders_mean} {orders_mean|order|orders}."
FLOOR = "On average, each of them has placed at least five orders."


@pytest.mark.parametrize(
    ("text", "seen", "unseen", "why"),
    [
        (STATED, 6.0, 5.61, ""),  # the interval is 6 ± 1.96 * 2 * 0.1
        (STATED, 6.0, 5.60, "their value lies outside the interval"),
        (FLOOR, 6.0, 5.01, ""),  # a floor states no number
        (FLOOR, 6.0, 4.99, "its condition does not hold on them"),
        (FLOOR, 9.0, 5.2, "they do not differ so from the other customers"),  # 3.2 is less than half of 7
    ],
)
def test_claim_holds_by_interval_condition_and_difference(text: str, seen: float, unseen: float, why: str) -> None:
    found = check_claim("said", [wording(text)], evidence(seen, unseen), printing=Printing(), telling=["orders_mean"])
    assert (found.held, found.why) == (not why, why)


def told(shop: Shop, made: Made) -> list[Persona]:
    writing = Writing(load_book(), Printing(shop.settings.locale, shop.settings.currency), None)
    return write_personas(shop, made, writing, as_of=shop.as_of, tick=lambda done, total: None)


def shuffled(made: Made, rows: np.ndarray, seed: int = 1) -> Made:
    buys = np.flatnonzero((made.profiles["orders"] > 0).to_numpy() & rows)
    labels = made.labels.copy()
    labels[buys] = np.random.default_rng(seed).permutation(labels[buys])
    return replace(made, labels=labels)


def test_claims_of_true_groups_are_made_and_hold(small_assistant: Assistant) -> None:
    tests = [test for one in small_assistant.personas() for test in one.held_out.tests]
    assert len(tests) >= 10
    assert sum(test.held for test in tests) >= 0.75 * len(tests)  # of few; 95 % as benchmarks/personas.py counts
    assert all(test.said and not test.said.endswith(" .") for test in tests)


def test_groups_shuffled_among_all_customers_are_said_nothing_of_but_their_size(
    small_shop: Shop, small_assistant: Assistant
) -> None:
    made = small_assistant.made
    personas = told(small_shop, shuffled(made, np.ones(len(made.labels), dtype=bool)))
    assert sum(one.held_out.tested for one in personas) <= 1
    assert all({claim.fact.name for claim in one.claims} <= {"customers", "share"} for one in personas)


def test_claims_fail_where_the_held_out_customers_are_of_other_groups(
    small_shop: Shop, small_assistant: Assistant
) -> None:
    personas = told(small_shop, shuffled(small_assistant.made, small_assistant.made.held_out))
    tests = [test for one in personas for test in one.held_out.tests]
    assert len(tests) >= 10
    assert sum(test.held for test in tests) <= 0.1 * len(tests)  # 5 % over many shops, as benchmarks/personas.py counts
