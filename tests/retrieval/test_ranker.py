"""The learned second look: the same as scikit-learn's own trees, and features counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.ranker import FEATURES, candidates
from retrieval.ranker_fit import ranker_of
from retrieval.standing import STANDING
from tests.retrieval.test_model import bought_mug_then_lamp, made_model


def test_arrays_predict_what_the_trees_predict_also_where_values_are_missing() -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    rng = np.random.default_rng(0)
    table = rng.standard_normal((600, 5)).astype(np.float32)
    table[rng.random(table.shape) < 0.2] = np.nan
    answers = np.nan_to_num(table[:, 0]) * np.nan_to_num(table[:, 1]) + np.isnan(table[:, 2]) > 0.3
    trees = HistGradientBoostingClassifier(max_iter=30, max_leaf_nodes=9, early_stopping=False, random_state=0)
    trees.fit(table, answers)
    ranker = ranker_of(trees, np.zeros((1, 1), np.float32), fresh=False)
    told = trees.decision_function(table) - trees._baseline_prediction.item()
    assert ranker.predict(table) == pytest.approx(told, abs=1e-4)


def test_features_of_candidates_equal_counts_by_hand() -> None:
    """Scores 7.5 and 4.25; the mug was bought ten days ago, the lamp now; two orders of one line each."""
    model, history = made_model(), bought_mug_then_lamp()
    products = np.zeros((2, len(STANDING)), np.float32)
    rows, table = candidates(model, history, model.scores(history), products, fresh=False)
    told = dict(zip([*FEATURES, "first sum"], table.T.tolist(), strict=True))
    assert rows.tolist() == [0, 1]
    assert told["score over the best"] == pytest.approx([1, 4.25 / 7.5])
    assert told["place"] == [0, 1]
    assert told["own orders"] == [1, 1]
    assert told["since own last"] == [10, 0]
    assert told["own weight"] == [0.5, 1]
    assert told["first sum"] == [3.5, 2]
    assert told["orders placed"] == [2, 2]


def test_fresh_candidates_leave_out_what_was_bought() -> None:
    model, history = made_model(), bought_mug_then_lamp()
    rows, _ = candidates(model, history, model.scores(history), np.zeros((2, len(STANDING)), np.float32), fresh=True)
    assert rows.tolist() == []
