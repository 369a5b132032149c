"""What a shop's own past chooses: planted structure is found, the future changes nothing, and two runs are the same to the byte."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from retrieval.choice import chosen_model
from retrieval.cold import by_text, with_cold
from retrieval.contest import Shown
from retrieval.exposure import EXPOSED, Sample, crossings, factor_at
from retrieval.log import Log
from retrieval.model import ItemModel
from retrieval.model_files import save_model
from retrieval.showing import EXPOSURES, KEPT_SHARE, Showing, chosen_showing
from retrieval.windows import validation

GROUPS, EACH, CUSTOMERS = 4, 10, 120


def planted(seed: int = 0) -> tuple[Log, np.ndarray]:
    """Return customers who buy in one of four groups of products only, one product after another, and texts that say the group."""
    rng = np.random.default_rng(seed)
    rows = []
    for customer in range(CUSTOMERS):
        for order, product in enumerate(rng.permutation(EACH)[:8]):
            rows.append((rng.uniform(0, 100), customer, customer % GROUPS * EACH + product, customer * 100 + order))
    rows.sort()
    time, customer, product, order = (np.array(column) for column in zip(*rows, strict=True))
    count = len(rows)
    ones = np.ones(count)
    log = Log(
        CUSTOMERS,
        GROUPS * EACH,
        customer,
        product,
        time,
        order,
        ones.astype(np.float32),
        ones,
        np.full(count, np.nan),
        ones > 0,
    )
    texts = np.repeat(np.eye(GROUPS, 8), EACH, axis=0) + 0.1 * rng.standard_normal((GROUPS * EACH, 8))
    return log, (texts / np.linalg.norm(texts, axis=1, keepdims=True)).astype(np.float32)


def shown(texts: np.ndarray) -> Shown:
    return Shown([f"p{row}" for row in range(len(texts))], texts)


@pytest.fixture(scope="module")
def model() -> ItemModel:
    log, texts = planted()
    found = chosen_model(log, shown(texts))
    assert found is not None
    return found


def test_planted_groups_are_found_and_said(model: ItemModel) -> None:
    """One purchase of product 0 puts the other nine of its group first; popularity knows no groups."""
    sums = model.added(model.nothing(), 0, 0, 1.0)
    best = np.argsort(-(model.index_vectors() @ model.query(sums)))
    assert set(best[:9].tolist()) == set(range(1, EACH))
    told = {one.name: one.ndcg for one in model.tried}
    assert told["joint"] > 2 * told["what sells"]
    assert "joint reaches NDCG@10" in model.why
    assert [one.chosen for one in model.tried].count(True) == 1


def test_moving_a_future_event_changes_nothing_that_is_known_before_it() -> None:
    log, texts = planted()
    known = log.before(80.0)
    moved = replace(log, product=np.where(log.time >= 80.0, 0, log.product)).before(80.0)
    one, other = chosen_model(known, shown(texts)), chosen_model(moved, shown(texts))
    assert one is not None
    assert other is not None
    assert one.items.tobytes() == other.items.tobytes()
    assert one.popular.tobytes() == other.popular.tobytes()


def test_two_fits_are_the_same_to_the_byte(model: ItemModel, tmp_path: Path) -> None:
    log, texts = planted()
    again = chosen_model(log, shown(texts))
    assert again is not None
    save_model(model, tmp_path / "one")
    save_model(again, tmp_path / "other")
    for name in ("model.npz", "model.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_product_nobody_bought_is_placed_with_its_group_by_its_text() -> None:
    """Product 0 loses all its purchases; its text still says the first group."""
    log, texts = planted()
    found = chosen_model(log.where(log.product != 0), shown(texts))
    assert found is not None
    of_group = [
        found.index_vectors()[0] @ found.query(found.added(found.nothing(), 0, row, 1.0)) for row in (1, 15, 25)
    ]
    assert of_group[0] > 3 * max(of_group[1], of_group[2], 0)


def test_policy_of_the_shop_for_new_products_stands_in_the_model() -> None:
    log, texts = planted()
    found = chosen_model(log, replace(shown(texts), exposure=0.5))
    assert found is not None
    assert found.settings[EXPOSED] == 0.5


def test_too_few_customers_choose_nothing() -> None:
    log, texts = planted()
    assert chosen_model(log.where(log.customer < 20), shown(texts)) is None


def test_by_text_equals_the_regression_with_an_offset() -> None:
    """Of targets 2 x + 1 at x = 0, 1, 2, ridge 0."""
    x = np.array([[0.0], [1], [2]], np.float32)
    assert by_text(x, 2 * x + 1, np.array([[5]], np.float32), ridge=1e-9).item() == pytest.approx(11, abs=1e-3)


def test_new_products_are_shown_as_often_as_the_policy_says(model: ItemModel) -> None:
    """Three products of thirty, one of each group, are new; lists of ten by what the model learned of the other 27."""
    _, texts = planted()
    known = np.arange(len(texts)) % EACH != 5
    sample = Sample(model.query(model.inputs[known][:, None]), csr_matrix(np.eye(len(texts), dtype=np.float32)[known]))
    factors = [
        float(np.linalg.norm(with_cold(model, texts, known, sample, exposure=exposure).items[5]))
        for exposure in (0.0, 0.2, 1.0)
    ]
    assert factors[0] == 0
    assert factors[1] <= factors[2]
    with pytest.raises(ValueError, match="showing of new products must be a number of at least 0"):
        with_cold(model, texts, known, sample, exposure=-1.0)


def test_factor_is_the_one_at_which_as_many_enter_as_the_policy_grants() -> None:
    """Products of scores 30, 29 … 1 for the only customer; treated as new, all borrow from all alike, so each scores the mean.

    Of 30 products 3 are treated as new. The list is full at the 20th of the others; each enters where factor x mean is that score.
    """
    scores = np.arange(30, 0, -1).astype(np.float32)[:, None]
    flat = np.ones(30, np.float32)
    known = ItemModel(
        recipe="joint",
        ids=tuple(map(str, range(30))),
        inputs=0 * scores,
        items=scores,
        bias=0 * flat,
        trend=flat,
        half_lives=flat[:1],
        mix=flat[:1],
        clock="days",
        action_weights={"buy": 1.0},
        popular=flat,
    )
    texts = np.ones((30, 1), np.float32)
    entered, fair = crossings(
        known, texts, np.arange(30), Sample(np.ones((1, 2), np.float32), csr_matrix((1, 30), dtype=np.float32))
    )
    hidden = np.random.default_rng(0).permutation(30)[:3]
    others = np.delete(scores[:, 0], hidden)
    lent = np.sort(np.argpartition(-np.ones(27), 19)[:20])  # of equal nearness, those faiss and numpy take first
    assert fair == pytest.approx(2.0)  # 20 places x 3 of 30
    assert entered == pytest.approx([others[19] / others[lent].mean()] * 3)
    assert factor_at(entered, fair, 1.0) == pytest.approx(entered[0])


def test_new_product_borrows_neighbours_of_the_product_it_reads_like() -> None:
    """Product 2 reads like product 0 alone: after product 1 it scores nearly as product 0 does, and its own history speaks alike."""
    texts = np.array([[1, 0], [0, 1], [1, 0]], np.float32)
    neighbours = csr_matrix(np.array([[0, 2, 0], [4, 0, 0], [0, 0, 0]], np.float32))
    empty = np.zeros((3, 0), np.float32)
    flat = np.ones(3, np.float32)
    known = ItemModel(
        recipe="joint",
        ids=("a", "b", "c"),
        inputs=empty,
        items=empty,
        bias=0 * flat,
        trend=flat,
        half_lives=flat[:1],
        mix=flat[:1],
        clock="days",
        action_weights={"buy": 1.0},
        popular=flat,
        neighbours=neighbours,
    )
    grown = with_cold(
        known,
        texts,
        np.array([True, True, False]),
        Sample(np.zeros((0, 1), np.float32), csr_matrix((0, 3))),
        sharpness=8.0,
    )
    assert grown.neighbours is not None
    near = 1 / (1 + np.exp(-8.0))  # the share of product 0 in what product 2 borrows
    assert grown.neighbours.toarray()[1] == pytest.approx([4, 0, 4 * near])
    assert grown.neighbours.toarray()[2] == pytest.approx([4 * (1 - near), 2 * near, 0], rel=1e-4)


def test_showing_new_products_costs_at_most_what_the_window_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts say the group, so new products are found among themselves; the most that is shown keeps the quality of the others."""
    log, texts = planted()
    window = validation(log, "time")
    assert window is not None
    past = chosen_model(window.past, shown(texts))
    assert past is not None
    trial = Showing(past, window, texts)
    assert chosen_showing(past, window, texts) == {}  # too few customers to tell
    monkeypatch.setattr("retrieval.showing._FEWEST", 5)
    exposure = chosen_showing(past, window, texts)[EXPOSED]
    alone = trial.of_others(12.0, 0.0).ndcg
    assert trial.among_new(12.0).recall == 1.0
    assert trial.of_others(12.0, exposure).ndcg >= KEPT_SHARE * alone or exposure == min(EXPOSURES)


def test_events_left_out_leave_no_gap_in_the_numbers_of_a_log_without_a_clock() -> None:
    """Customer 0 has events 0, 1, 2; the product of event 1 is left out: the others are the first and the second, as if it never was."""
    log = planted()[0].where(np.arange(4))
    log = replace(
        log,
        customer=np.zeros(4, np.int64),
        product=np.array([3, 5, 3, 4]),
        time=np.arange(4.0),
        clock="events",
    )
    kept = log.of_products(np.array([3, 4]))
    assert kept.time.tolist() == [0, 1, 2]
    assert kept.ends[0] == 3
