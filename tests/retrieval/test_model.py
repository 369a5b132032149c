"""The model's arithmetic against sums done by hand, and its files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retrieval.index import StoredIndexError
from retrieval.model import History, ItemModel, Tried
from retrieval.model_files import load_model, save_model


def made_model(**changes: Any) -> ItemModel:
    """Two products, two directions, one half-life of 10 days."""
    from scipy.sparse import csr_matrix

    values: dict[str, Any] = {
        "recipe": "joint",
        "ids": ("mug", "lamp"),
        "inputs": np.array([[1, 0], [0, 2]], np.float32),
        "items": np.array([[3, 1], [0, 1]], np.float32),
        "bias": np.array([0.5, 0], np.float32),
        "trend": np.ones(2, np.float32),
        "half_lives": np.array([10], np.float32),
        "mix": np.array([2], np.float32),
        "clock": "days",
        "action_weights": {"buy": 1.0, "return": -1.0},
        "popular": np.array([1, 0], np.float32),
        "neighbours": csr_matrix(np.array([[0, 0.25], [0, 0]], np.float32)),
    }
    return ItemModel(**values | changes)


def bought_mug_then_lamp() -> History:
    """A mug ten days ago, a lamp now: weights 1/2 and 1, sums (1/2, 2)."""
    return History(
        sums=np.array([[0.5, 2]], np.float32),
        rows=np.array([0, 1]),
        weights=np.array([[0.5, 1]], np.float32),
        orders=np.ones(2, np.float32),
        first=np.array([10, 0], np.float32),
        last=np.array([10, 0], np.float32),
        baskets=2,
        since=0,
    )


def test_event_by_event_sums_equal_the_sums_of_the_whole_history() -> None:
    model = made_model()
    sums = model.added(model.nothing(), 0, 0, model.event_weight("buy"))
    sums = model.added(sums, 10, 1, model.event_weight("buy"))
    assert sums.tolist() == bought_mug_then_lamp().sums.tolist()
    assert model.added(sums, 0, 1, model.event_weight("return")).tolist() == [[0.5, 0]]


def test_scores_are_the_terms_added_by_hand() -> None:
    """Mug: 2 * (3 * .5 + 1 * 2) + .5 = 7.5. Lamp: 2 * (1 * 2) + sparse 2 * .5 * .25 = 4.25."""
    model, history = made_model(), bought_mug_then_lamp()
    assert model.scores(history).tolist() == [7.5, 4.25]
    assert model.scores(history, np.array([1])).tolist() == [4.25]
    assert (model.index_vectors() @ model.query(history.sums)).tolist() == [7.5, 4.0]


def test_shares_and_bias_add_up_to_the_score() -> None:
    """Mug: 2 * .5 * 3 from the mug, 2 * 2 * 1 from the lamp, bias .5. Lamp: .25 from the mug by the neighbours, 4 from itself."""
    model, history = made_model(), bought_mug_then_lamp()
    assert model.share_of(history, 0).tolist() == [3, 4]
    assert model.share_of(history, 1).tolist() == [0.25, 4]


def test_event_weight_units_count_by_their_power_and_no_more_than_25() -> None:
    model = made_model(quantity_power=0.5)
    assert [model.event_weight("buy", units) for units in (None, 4.0, 1e6, float("nan"))] == [1, 2, 5, 1]
    assert model.event_weight("view", 4.0) == 0


def test_never_forgetting_half_life_keeps_the_whole_sum() -> None:
    assert made_model(half_lives=np.array([np.inf], np.float32)).decays(1e6).tolist() == [1]


def test_saved_model_is_read_back_the_same(tmp_path: Path) -> None:
    tried = (Tried("joint", "all", 0.3, 0.4, (0.2, 0.4), {"text": 30.0}, chosen=True),)
    model = made_model(tried=tried, why="because", settings={"text": 30.0})
    save_model(model, tmp_path)
    found = load_model(tmp_path)
    assert found.scores(bought_mug_then_lamp()).tolist() == [7.5, 4.25]
    assert (found.tried, found.why, found.ids) == (model.tried, "because", model.ids)


def test_damaged_model_is_refused(tmp_path: Path) -> None:
    save_model(made_model(), tmp_path)
    (tmp_path / "model.npz").write_bytes(b"cut")
    with pytest.raises(StoredIndexError, match="do not belong together"):
        load_model(tmp_path)


def test_arrays_of_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="bias must be"):
        replace(made_model(), bias=np.zeros(3, np.float32))
