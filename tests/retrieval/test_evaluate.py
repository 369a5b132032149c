"""Evaluation of rankings against counts by hand: splits, NDCG, recall, masks, coverage. No recommender is under test."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from retrieval.baselines import popularity, repeat
from retrieval.evaluate import evaluate, paired_interval, split_by_time, split_last_order, split_new_products
from shop.shop import Shop
from shop.tables import EVENTS, PRODUCTS

START = datetime(2025, 1, 1, tzinfo=UTC)
# customer, product, day, order
BOUGHT = [
    ("ann", "p0", 0, "a1"),
    ("ann", "p0", 1, "a2"),
    ("bob", "p1", 2, "b1"),
    ("bob", "p0", 3, "b2"),
    ("cem", "p2", 4, "c1"),
    ("ann", "p1", 5, "a3"),
    ("bob", "p2", 6, "b3"),
    ("cem", "p2", 7, "c2"),
    ("ann", "p0", 8, "a4"),
    ("dan", "p3", 9, "d1"),
]


def made_shop(*, clock: bool = True) -> Shop:
    rows: list[dict[str, Any]] = []
    for who, what, day, order in BOUGHT:
        row = dict.fromkeys(EVENTS) | {"customer_id": who, "product_id": what, "action": "buy", "quantity": 1.0}
        row |= {"position": len(rows), "order_id": order, "unit_price": 1.0}
        rows.append(row | {"time": START + timedelta(days=day) if clock else None})
    products = [dict.fromkeys(PRODUCTS) | {"product_id": f"p{n}", "title": f"Thing {n}"} for n in range(30)]
    return Shop(
        pl.DataFrame(rows, schema=dict(EVENTS)),
        pl.DataFrame(products, schema=dict(PRODUCTS)),
        pl.DataFrame({"customer_id": ["ann", "bob", "cem", "dan"]}),
    )


def falling(customers: Any) -> Any:
    """Score p0 highest, then p1, p2 …"""
    return np.tile(-np.arange(30, dtype=np.float32), (len(customers), 1))


def test_split_by_time_half_of_the_lines_are_known_and_strangers_are_left_out() -> None:
    """The cut is day 5; dan has no purchase before it."""
    split = split_by_time(made_shop(), share=0.5)
    assert split.train.events.height == 5
    assert split.targets.rows() == [("ann", "p0"), ("ann", "p1"), ("bob", "p2"), ("cem", "p2")]


def test_split_without_a_clock_last_purchase_is_held_back() -> None:
    split = split_by_time(made_shop(clock=False))
    assert split.targets.rows() == [("ann", "p0"), ("bob", "p2"), ("cem", "p2")]
    assert split.train.events.height == 7


def test_split_last_order_only_customers_with_two_orders_are_asked() -> None:
    split = split_last_order(made_shop())
    assert split.targets.rows() == [("ann", "p0"), ("bob", "p2"), ("cem", "p2")]


def test_evaluate_all_ndcg_and_recall_equal_a_count_by_hand() -> None:
    """Ann's p0, p1 stand first and second: 1. Bob's and Cem's p2 stands third: 1 / log2(4) = .5."""
    (score,) = evaluate(split_by_time(made_shop(), share=0.5), {"falling": falling})
    assert score.per_customer.tolist() == [1.0, 0.5, 0.5]
    assert (score.ndcg, score.recall, score.customers) == (pytest.approx(2 / 3), 1.0, 3)
    assert score.coverage == pytest.approx(10 / 30)


def test_evaluate_new_masks_what_was_bought_before() -> None:
    """Ann's p0 is masked, so p1 stands first; Bob's p0 and p1 are, so p2 does; Cem's only target was bought before."""
    (score,) = evaluate(split_by_time(made_shop(), share=0.5), {"falling": falling}, mode="new")
    assert score.per_customer.tolist() == [1.0, 1.0]


def test_evaluate_recall_is_of_at_most_twenty_and_targets_below_are_missed() -> None:
    """With p2 in place 25 Bob and Cem are missed; Ann's two are found."""

    def late(customers: Any) -> Any:
        scores = falling(customers)
        scores[:, 2] = -24.5
        return scores

    (score,) = evaluate(split_by_time(made_shop(), share=0.5), {"late": late})
    assert score.recall == pytest.approx(1 / 3)
    assert score.cold_recall == pytest.approx(1 / 3)  # every product has fewer than five purchases
    assert score.ndcg == pytest.approx(1 / 3)


def test_evaluate_two_targets_apart_ndcg_is_divided_by_the_best_order() -> None:
    def apart(customers: Any) -> Any:
        scores = falling(customers)
        scores[:, 1] = -2.5  # p0 first, p2 second, p1 third
        return scores

    (score,) = evaluate(split_by_time(made_shop(), share=0.5), {"apart": apart})
    assert score.per_customer[0] == pytest.approx((1 + 1 / math.log2(4)) / (1 + 1 / math.log2(3)))


def test_evaluate_wrong_scores_are_refused() -> None:
    split = split_by_time(made_shop(), share=0.5)
    with pytest.raises(ValueError, match="expected"):
        evaluate(split, {"short": lambda customers: np.zeros((len(customers), 3), np.float32)})
    with pytest.raises(ValueError, match="no NaN"):
        evaluate(split, {"nan": lambda customers: np.full((len(customers), 30), np.nan, np.float32)})


def test_split_nobody_on_both_sides_is_an_error() -> None:
    shop = made_shop()
    once = Shop(shop.events.filter(pl.col("order_id").is_in(["a1", "b1", "d1"])), shop.products, shop.customers)
    with pytest.raises(ValueError, match="both sides"):
        split_by_time(once, share=0.5)


def test_baselines_scores_equal_a_count_by_hand() -> None:
    """Buyers: p0 ann and bob, p1 ann and bob, p2 bob and cem, p3 dan; of the last three days p2, p0, p3 one each."""
    shop = made_shop()
    assert popularity(shop)(["ann"])[0, :4].tolist() == [2, 2, 2, 1]
    assert popularity(shop, days=3)(["ann"])[0, :4].tolist() == [1, 0, 1, 1]
    own = repeat(shop)(["ann", "dan"])
    assert own[0, :3].tolist() == pytest.approx([3 + 2 / 3, 1 + 2 / 3, 2 / 3])
    assert own[1].argmax() == 3


def test_paired_interval_same_ranking_differs_by_nothing() -> None:
    split = split_by_time(made_shop(), share=0.5)
    one, other = evaluate(split, {"one": falling, "other": lambda customers: -falling(customers)})
    assert paired_interval(one, one) == (0.0, 0.0)
    assert paired_interval(one, other)[0] > 0


def test_score_per_group_is_the_mean_of_its_customers() -> None:
    """Ann 1.0; Bob and Cem .5 each."""
    (score,) = evaluate(split_by_time(made_shop(), share=0.5), {"falling": falling})
    found = score.per_group({"ann": 0, "bob": 1, "cem": 1})
    assert [(one.ndcg, one.customers) for one in found.values()] == [(1.0, 1), (0.5, 2)]
    with pytest.raises(ValueError, match="none of the 3 customers asked has a group"):
        score.per_group({"zoe": 1})


def test_split_new_products_are_unknown_and_the_only_targets() -> None:
    split = split_by_time(made_shop(), share=0.5)
    found = split_new_products(split, share=0.5, seed=1)
    new = set(found.targets["product_id"])
    assert new
    assert new < {"p0", "p1", "p2"}
    assert not new & set(found.train.events["product_id"])
    assert found.train.products.height == 30


def test_interval_of_the_cold_recall_holds_it() -> None:
    """Of 40 customers with one cold target each, every second one is shown it: one half, and the interval around it."""
    from retrieval.evaluate import _interval

    low, high = _interval(np.tile([0.0, 1.0], 20), 0)
    assert low < 0.5 < high
    assert high - low == pytest.approx(2 * 1.96 * 0.5 / np.sqrt(40), rel=0.2)
