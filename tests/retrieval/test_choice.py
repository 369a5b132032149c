"""What a shop's own past chooses: planted structure is found, the future changes nothing, and two runs are the same to the byte."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from retrieval.choice import chosen_model
from retrieval.cold import by_text, with_cold
from retrieval.contest import Shown
from retrieval.log import Log
from retrieval.model import ItemModel
from retrieval.model_files import save_model

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


def test_too_few_customers_choose_nothing() -> None:
    log, texts = planted()
    assert chosen_model(log.where(log.customer < 20), shown(texts)) is None


def test_by_text_equals_the_regression_with_an_offset() -> None:
    """Of targets 2 x + 1 at x = 0, 1, 2, ridge 0."""
    x = np.array([[0.0], [1], [2]], np.float32)
    assert by_text(x, 2 * x + 1, np.array([[5]], np.float32), ridge=1e-9).item() == pytest.approx(11, abs=1e-3)


def test_exposure_is_the_quantile_of_what_known_products_score(model: ItemModel) -> None:
    """A customer who bought product 0: with exposure 1 a new product typically scores like the best known one."""
    _, texts = planted()
    known = np.arange(len(texts)) != 5
    query = model.query(model.added(model.nothing(), 0, 0, 1.0))[None]
    typical = {}
    for exposure in (0.0, 1.0):
        grown = with_cold(model, texts, known, query, exposure=exposure)
        typical[exposure] = np.abs(query[:, :-1] @ grown.items.T)[0]
    assert typical[1.0][5] == pytest.approx(typical[1.0][known].max(), rel=1e-4)
    assert typical[0.0][5] == pytest.approx(typical[0.0][known].min(), rel=1e-4, abs=1e-6)
    with pytest.raises(ValueError, match="exposure must lie in"):
        with_cold(model, texts, known, query, exposure=1.5)


def test_new_product_borrows_neighbours_of_the_product_it_reads_like() -> None:
    """Product 2 reads like product 0 alone: after product 1 it scores nearly as product 0 does, and its own history speaks alike."""
    from scipy.sparse import csr_matrix

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
    grown = with_cold(known, texts, np.array([True, True, False]), np.zeros((0, 1), np.float32))
    assert grown.neighbours is not None
    near = 1 / (1 + np.exp(-8.0))  # the share of product 0 in what product 2 borrows
    assert grown.neighbours.toarray()[1] == pytest.approx([4, 0, 4 * near])
    assert grown.neighbours.toarray()[2] == pytest.approx([4 * (1 - near), 2 * near, 0], rel=1e-4)
