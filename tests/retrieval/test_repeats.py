"""Repeat purchases: the shop's own past says whether showing what customers own pays, and what the second look gave is told in parts."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from retrieval.choice import chosen_model, shows_repeats
from retrieval.contest import REPEATS_PAY, Shown
from retrieval.live import Live
from retrieval.log import Log
from retrieval.model import ItemModel
from retrieval.ranker import FEATURES, candidates
from retrieval.ranker_fit import TREES, ranker_of
from retrieval.ranker_parts import LIFTED, PARTS, second_look
from retrieval.standing import STANDING
from tests.retrieval.live_shop import event, made_live, made_model

PRODUCTS, CUSTOMERS = 20, 50


def log_of(again: float, seed: int = 0) -> Log:
    """Return customers who buy, eight times each, one of their own three products with probability `again`, else one nobody has yet."""
    rng = np.random.default_rng(seed)
    rows = []
    for customer in range(CUSTOMERS):
        order = rng.permutation(PRODUCTS)
        own, others = order[:3], list(order[3:])
        for place, time in enumerate(np.sort(rng.uniform(0, 100, 8))):
            product = own[place % 3] if place < 3 or rng.random() < again else others.pop()
            rows.append((time, customer, product, customer * 100 + place))
    rows.sort()
    time, customer, product, order = (np.array(column) for column in zip(*rows, strict=True))
    ones = np.ones(len(rows))
    weight = ones.astype(np.float32)
    return Log(CUSTOMERS, PRODUCTS, customer, product, time, order, weight, ones, np.full(len(rows), np.nan), ones > 0)


@pytest.mark.parametrize(("again", "pays"), [(0.8, True), (0.0, False)])
def test_owned_products_are_shown_where_customers_buy_again(
    again: float, pays: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TREES, "max_iter", 3)
    model = chosen_model(log_of(again), Shown([f"p{row}" for row in range(PRODUCTS)], None), aim="all")
    assert model is not None
    assert shows_repeats(model) is pays
    assert (float(model.settings[REPEATS_PAY]) > 0) is pays
    assert ("so they are shown" in model.why) is pays
    assert ("left out unless asked for" in model.why) is not pays


def test_a_model_of_what_is_new_says_nothing_of_repeats() -> None:
    assert not shows_repeats(None)
    assert not shows_repeats(made_model())


def with_ranker(model: ItemModel) -> ItemModel:
    """Return the model with trees over random features, so that every group of features decides something."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    rng, width = np.random.default_rng(1), len(FEATURES) + 2
    table = rng.normal(size=(400, width)).astype(np.float32)
    answers = table @ rng.normal(size=width) > 0
    trees = HistGradientBoostingClassifier(max_iter=20, min_samples_leaf=5, random_state=0).fit(table, answers)
    products = rng.normal(size=(len(model.ids), len(STANDING))).astype(np.float32)
    return replace(model, ranker=ranker_of(trees, products, fresh=False))


@pytest.fixture(scope="module")
def live() -> Live:
    story = [event(at, "ann", f"p{at % 5}", float(at)) for at in range(9)]
    return made_live(story, with_ranker(made_model()))


def test_parts_of_the_second_look_add_up_to_the_final_score(live: Live) -> None:
    state = live.state("ann")
    final = live.model.final_scores(live.history(state))
    for row in range(12):
        terms = live.terms(state, row, most=None)
        assert math.fsum(one.amount for one in terms) == pytest.approx(float(final[row]), abs=1e-4)
        assert {one.about for one in terms if one.kind == "ranker"} <= {LIFTED, *PARTS}


def test_parts_are_shapley_values_of_groups_of_features(live: Live) -> None:
    """Together what the trees say of a product above the least of those looked at, which itself has no part of it."""
    model, history = live.model, live.history(live.state("ann"))
    ranker = model.ranker
    assert ranker is not None
    scores = model.scores(history)
    rows, table = candidates(model, history, scores, ranker.products, fresh=False)
    learned = ranker.predict(table)
    least = int(learned.argmin())
    told = second_look(model, history, rows.tolist())
    assert [one.about for one in told[least]] == [LIFTED]
    for at in range(len(rows)):
        parts = {one.about: one.amount for one in told[at] if one.about != LIFTED}
        assert sum(parts.values()) == pytest.approx(float(learned[at] - learned[least]), abs=1e-4)


def test_what_a_search_did_not_score_is_not_lifted(live: Live) -> None:
    """Of 12 products 4 were found by a search that is not exact: the ranker orders those four, and lifts no other above them."""
    model, history = live.model, live.history(live.state("ann"))
    assert model.ranker is not None
    scores = model.scores(history)
    found = np.full(12, -np.inf, np.float32)
    some = np.union1d(np.argsort(-scores)[:2], history.rows[:2])
    found[some] = scores[some]
    lifted = model.ranker.reordered(model, history, found)
    assert sorted(np.flatnonzero(np.isfinite(lifted)).tolist()) == sorted(some.tolist())
