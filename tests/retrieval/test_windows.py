"""Windows on the past and the histories in them, against counts by hand."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.histories import Histories
from retrieval.log import Log
from retrieval.windows import last_window, time_window
from tests.retrieval.test_evaluate import made_shop


def test_time_window_knows_nothing_of_the_moment_or_later() -> None:
    """Half of the ten lines are before day 5; dan has nothing before it."""
    log = Log.of(made_shop())
    window = time_window(log, 0.5)
    assert window is not None
    assert window.past.time.max() < window.now[0]
    assert len(window.past) == 5
    assert window.targets.toarray()[:, :4].tolist() == [[1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    assert window.wanted(fresh=True).toarray()[:, :3].tolist() == [[0, 1, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]]


def test_last_window_holds_back_the_last_order_and_its_moment() -> None:
    window = last_window(Log.of(made_shop()))
    assert window is not None
    assert [window.targets[row].indices.tolist() for row in range(4)] == [[0], [2], [2], []]
    for row in range(3):
        assert (window.past.time[window.past.customer == row] < window.now[row]).all()


def test_last_window_without_a_clock_holds_back_the_last_purchase() -> None:
    window = last_window(Log.of(made_shop(clock=False)))
    assert window is not None
    assert [window.targets[row].indices.tolist() for row in range(4)] == [[0], [2], [2], []]


def test_histories_equal_sums_by_hand() -> None:
    """Of two days ago 1/4, of now 1 with a half-life of one day; two orders of product 1, one of product 0 in the same order."""
    log = Log(
        2,
        3,
        np.array([0, 0, 0]),
        np.array([1, 0, 1]),
        np.array([3.0, 5.0, 5.0]),
        np.array([0, 1, 1]),
        np.ones(3, np.float32),
        np.ones(3),
        np.full(3, np.nan),
        np.ones(3, bool),
    )
    found = Histories.of(log, 5.0 + 1e-12, np.array([1.0, np.inf], np.float32))
    assert found.product.tolist() == [0, 1]
    assert found.weights == pytest.approx(np.array([[1, 1.25], [1, 2]]))
    assert found.orders.tolist() == [1, 2]
    assert found.first == pytest.approx([0, 2], abs=1e-6)
    assert (found.baskets.tolist(), found.starts.tolist()) == ([2, 0], [0, 2, 2])
    assert found.since.tolist() == pytest.approx([0, np.inf], abs=1e-6)
