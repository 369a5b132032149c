"""Bought together: counts by hand, and the published rules of the Groceries baskets."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from retrieval.baskets import Baskets, basket_rules
from tests.retrieval.live_shop import event, made_shop


def shop_of(*orders: str):
    """One order a word; each letter is a product: a is p0, b is p1, …"""
    events = [
        event(number, f"c{number}", f"p{ord(letter) - 97}", float(number), order_id=f"o{number}")
        for number, order in enumerate(orders)
        for letter in order
    ]
    return made_shop(events)


def test_pairs_are_counted_by_order() -> None:
    """20 orders: a and b together in 6, a alone in 2, c in 12. Of the 8 with a, 6 hold b; lift = 6·20 / (8·6) = 2.5."""
    baskets = Baskets(shop_of(*["ab"] * 6, *["a"] * 2, *["c"] * 12))
    pairs = baskets.together("p0")
    assert [(one.product_id, one.together, one.of, one.orders, one.lift) for one in pairs] == [("p1", 6, 8, 20, 2.5)]


def test_a_pair_that_chance_would_give_is_left_out() -> None:
    """a in half of 40 orders, b in half, together in a quarter: exactly chance. Twice together only: too few."""
    baskets = Baskets(shop_of(*["ab"] * 10, *["a"] * 10, *["b"] * 10, *["c"] * 8, "de", "de"))
    assert baskets.together("p0") == []
    assert baskets.together("p3") == []


def test_lines_without_an_order_id_go_together_by_customer_and_moment() -> None:
    events = [
        event(10 * number + at, f"c{number}", product, float(number), order_id=None)
        for number in range(12)
        for at, product in enumerate(["p0", "p1"] if number < 6 else ["p2"])
    ]
    assert [one.product_id for one in Baskets(made_shop(events)).together("p0")] == ["p1"]


def test_unknown_product_is_refused() -> None:
    with pytest.raises(KeyError, match="no product 'nope' among the 12"):
        Baskets(shop_of("ab")).together("nope")


def test_rules_of_a_handful_of_baskets() -> None:
    """In 4 baskets: {a, b} in 2, a in 3, b in 2. a ⇒ b: confidence 2/3, lift 4/3; b ⇒ a: confidence 1, lift 4/3."""
    rules = basket_rules(["ab", "ab", "a", "c"], min_support=0.5, min_confidence=0.5)
    found = {(tuple(left), right): (s, round(c, 6), round(lift, 6)) for left, right, s, c, lift in rules.iter_rows()}
    assert found == {(("a",), "b"): (0.5, 0.666667, 1.333333), (("b",), "a"): (0.5, 1.0, 1.333333)}


def test_no_basket_and_nothing_frequent_give_no_rule() -> None:
    assert basket_rules([], min_support=0.1, min_confidence=0.5).height == 0
    assert basket_rules(["ab", "cd"], min_support=0.9, min_confidence=0.5).height == 0
    with pytest.raises(ValueError, match="min_support"):
        basket_rules(["ab"], min_support=0.0, min_confidence=0.5)


@pytest.fixture(scope="module")
def groceries(data_folder: Path) -> list[list[str]]:
    text = gzip.decompress((data_folder / "baskets" / "groceries.csv.gz").read_bytes()).decode()
    return [line.split(",") for line in text.splitlines() if line]


@pytest.mark.data
def test_groceries_give_the_published_463_rules(groceries: list[list[str]]) -> None:
    """As arules prints them: support .006, confidence .25; the best lift is herbs => root vegetables, 3.956477."""
    rules = basket_rules(groceries, min_support=0.006, min_confidence=0.25)
    assert rules.height == 463
    best = rules.row(0, named=True)
    assert (best["if_bought"], best["then_bought"]) == (["herbs"], "root vegetables")
    assert best["lift"] == pytest.approx(3.956477, abs=1e-6)
    assert (best["support"], best["confidence"]) == (pytest.approx(0.007016, abs=1e-6), pytest.approx(0.43125))


@pytest.mark.data
def test_groceries_give_the_published_5668_rarer_rules(groceries: list[list[str]]) -> None:
    assert basket_rules(groceries, min_support=0.001, min_confidence=0.5).height == 5668
