"""Recipe A against dense computations done another way, and what it must never see."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from retrieval.joint import JointSettings, gram, joint_weights, low_rank, top_neighbours
from retrieval.log import Log
from retrieval.trend import TrendSettings, trend

BASKETS = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 1, 1], [0, 1, 0, 1]], np.float32)
TEXTS = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], np.float32)


def test_weights_solve_the_ridge_regression_of_each_product_on_the_others() -> None:
    """EASE's column j is the ridge regression of column j on all other columns: solved here one product at a time."""
    weights = joint_weights(gram(csr_matrix(BASKETS)), None, JointSettings(text=0, ridge=0.5, dropout=0))
    for product in range(4):
        others = [one for one in range(4) if one != product]
        table = BASKETS[:, others].astype(np.float64)
        solved = np.linalg.solve(table.T @ table + 0.5 * np.eye(3), table.T @ BASKETS[:, product])
        assert weights[others, product] == pytest.approx(solved, abs=1e-4)
        assert weights[product, product] == 0


def test_texts_count_as_more_baskets_of_products_that_read_alike() -> None:
    """sqrt(2) times each text direction, put under the baskets as rows, is the same regression."""
    weights = joint_weights(gram(csr_matrix(BASKETS)), TEXTS, JointSettings(text=2, ridge=0.5, dropout=0))
    longer = np.concatenate([BASKETS, np.sqrt(2) * TEXTS.T])
    same = joint_weights(gram(csr_matrix(longer)), None, JointSettings(text=0, ridge=0.5, dropout=0))
    assert weights == pytest.approx(same, abs=1e-4)


def test_dropout_is_a_ridge_that_grows_with_sales() -> None:
    """p = .5: each product's ridge is 1 + its sales."""
    weights = joint_weights(gram(csr_matrix(BASKETS)), None, JointSettings(text=0, ridge=1, dropout=0.5))
    together = BASKETS.T @ BASKETS
    inverse = np.linalg.inv(together + np.eye(4) + np.diag(np.diag(together)))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0)
    assert weights == pytest.approx(expected, abs=1e-4)


def test_matrix_that_cannot_be_inverted_says_which_setting_mends_it() -> None:
    with pytest.raises(ValueError, match="a ridge above 0"):
        joint_weights(np.ones((3, 3), np.float32), None, JointSettings(text=0, ridge=0, dropout=0))


def test_low_rank_of_a_matrix_of_that_rank_loses_nothing() -> None:
    rng = np.random.default_rng(0)
    weights = (rng.standard_normal((60, 3)) @ rng.standard_normal((3, 60))).astype(np.float32)
    sold = rng.integers(1, 500, 60).astype(float)
    left, right = low_rank(weights, sold, 3)
    assert left @ right.T == pytest.approx(weights, abs=1e-3)


def test_neighbours_are_the_largest_of_each_column() -> None:
    weights = np.array([[0, 3, 1], [2, 0, -1], [1, 4, 0]], np.float32)
    assert top_neighbours(weights, 1).toarray().tolist() == [[0, 0, 1], [2, 0, 0], [0, 4, 0]]


def made_log(times: list[float], products: list[int]) -> Log:
    """Return one customer's purchases, a line an order."""
    count = len(times)
    return Log(
        1,
        3,
        np.zeros(count, np.int64),
        np.array(products),
        np.array(times, float),
        np.arange(count),
        np.ones(count, np.float32),
        np.ones(count),
        np.full(count, np.nan),
        np.ones(count, bool),
    )


def test_trend_equals_the_formula_by_hand() -> None:
    """Half-life 1 day, prior 1: product 0 sold now, product 1 two days ago, product 2 never, so it has no trend."""
    log = made_log([8.0, 10.0], [1, 0])
    found = trend(log, 10.0 + 1e-9, TrendSettings(1.0, 1.0, 1.0))
    ratios = np.array([(1 + 0.2 / 30) / 2, (0.25 + 0.2 / 30) / 2])
    assert found == pytest.approx([*(ratios / np.sqrt(ratios.prod())), 1], rel=1e-5)


def test_trend_a_later_event_changes_nothing() -> None:
    known = trend(made_log([1.0, 2.0], [0, 1]), 5.0)
    assert trend(made_log([1.0, 2.0, 5.0, 7.0], [0, 1, 2, 2]), 5.0).tolist() == known.tolist()
