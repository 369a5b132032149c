"""Pinned first, buried last, so many a category, and lists that are not all alike."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.ranked import Ranked
from retrieval.rules import RuleError, Rules, followed
from tests.retrieval.live_shop import IDS, made_live

LIVE = made_live()  # categories: kitchen p0 p3 p6 p9, light p1 p4 p7 p10, living p2 p5 p8 p11


def chosen(
    rules: Rules, k: int = 4, *, best: str = "0369147258", hidden: tuple[int, ...] = (), items=None
) -> list[str]:
    """Ranked as the digits of `best`, scores 1.0, 0.9, …"""
    rows = np.array([int(one) for one in best if int(one) not in hidden])
    ranked = Ranked(rows, np.linspace(1.0, 0.1, len(rows)).astype(np.float32))
    allowed = np.array([row not in hidden for row in range(12)])
    items = np.eye(12, dtype=np.float32) if items is None else items
    return [IDS[row] for row in followed(rules, ranked, k, catalogue=LIVE.catalogue, items=items, allowed=allowed)]


def test_without_rules_the_list_is_as_ranked() -> None:
    assert chosen(Rules()) == ["p0", "p3", "p6", "p9"]
    assert Rules().are_plain


def test_pinned_products_come_first_in_their_order_unless_they_may_not_be_shown() -> None:
    assert chosen(Rules(pin=("p11", "p5"))) == ["p11", "p5", "p0", "p3"]
    assert chosen(Rules(pin=("p11", "p5")), hidden=(5,)) == ["p11", "p0", "p3", "p6"]


def test_buried_products_come_only_when_nothing_else_is_left() -> None:
    assert chosen(Rules(bury=("p0", "p6"))) == ["p3", "p9", "p1", "p4"]
    assert chosen(Rules(bury=("p0",)), best="013") == ["p1", "p3", "p0"]


def test_no_more_of_a_category_than_the_cap() -> None:
    assert chosen(Rules(most_per_category=2)) == ["p0", "p3", "p1", "p4"]
    assert chosen(Rules(most_per_category={"Kitchen": 0, "light": 1})) == ["p1", "p2", "p5", "p8"]
    assert chosen(Rules(pin=("p9",), most_per_category=1)) == ["p9", "p1", "p2"]  # the pinned one counts


def test_diversity_takes_the_unlike_before_the_alike() -> None:
    """p0 and p3 are the same vector, p6 is at a right angle: at 0.5, p6 (worth 0.5, like 0) beats p3 (worth .75, like 1)."""
    items = np.zeros((12, 2), np.float32)
    items[[0, 3]] = (1, 0)
    items[[6, 9]] = (0, 1)
    assert chosen(Rules(diversity=0.5), 3, best="0369", items=items)[:2] == ["p0", "p6"]
    assert chosen(Rules(diversity=0.0), 3, best="0369", items=items) == ["p0", "p3", "p6"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"diversity": 1.5}, "between 0 and 1"),
        ({"diversity": float("nan")}, "between 0 and 1"),
        ({"pin": ("p1",), "bury": ("p1",)}, "p1: pinned and buried"),
        ({"most_per_category": 0}, "at least 1"),
        ({"most_per_category": {"light": -1}}, "at least 0"),
    ],
)
def test_rules_that_cannot_be_followed_are_refused(wrong: dict, said: str) -> None:
    with pytest.raises(RuleError, match=said):
        Rules(**wrong)


def test_a_rule_on_an_unknown_product_is_refused() -> None:
    with pytest.raises(RuleError, match="pin: no product 'nope'"):
        chosen(Rules(pin=("nope",)))
