"""Intervals from errors of like forecasts: their places counted by hand, their coverage on made-up sales that come now and then."""

from __future__ import annotations

import numpy as np

from scoring.like_errors import LikeErrors, whole_bounds


def test_bounds_are_the_fifth_and_the_ninety_fifth_of_ninety_nine_errors() -> None:
    made = LikeErrors.of(np.ones(99), np.arange(1.0, 100.0)[::-1].copy())
    low, high = made.bounds(np.array([1.0, 50.0]), 0.9)
    assert low.tolist() == [5.0, 5.0]
    assert high.tolist() == [95.0, 95.0]
    assert made.upper(np.array([1.0]), 0.95).tolist() == [95.0]
    assert made.upper(np.array([1.0]), 0.999).tolist() == [99.0]


def test_forecast_takes_the_errors_of_those_of_its_own_size() -> None:
    """Small forecasts erred by at most 1, large ones by at most 10; too few errors of a size take those of all."""
    rng = np.random.default_rng(0)
    expected = np.concatenate([np.linspace(0, 1, 800), np.linspace(100, 200, 800)])
    errors = np.concatenate([rng.uniform(-1, 1, 800), rng.uniform(-10, 10, 800)])
    low, high = LikeErrors.of(expected, errors).bounds(np.array([0.5, 150.0]), 0.9)
    assert -1 <= low[0] < -0.8
    assert 0.8 < high[0] <= 1
    assert -10 <= low[1] < -8
    assert 8 < high[1] <= 10
    few = LikeErrors.of(expected[::40], errors[::40])
    assert len({part.size for part in few.errors}) == 1


def test_whole_bounds_are_whole_where_wholes_are_sold() -> None:
    low, high = whole_bounds(np.array([[0.4], [0.4]]), np.array([[2.2], [2.2]]), [True, False])
    assert low.tolist() == [[0.0], [0.4]]
    assert high.tolist() == [[3.0], [2.2]]


def test_interval_of_sales_that_come_now_and_then_holds_as_often_as_it_says() -> None:
    """Poisson sales of 0.05 to 20 a week, forecasts with the true mean: at least 90 in 100 lie inside, at every size."""
    rng = np.random.default_rng(1)
    mean = rng.choice([0.05, 0.3, 1.0, 4.0, 20.0], 8000)
    before, after = rng.poisson(mean), rng.poisson(mean)
    width = 0.5 + mean
    low, high = LikeErrors.of(mean, (before - mean) / width).bounds(mean, 0.9)
    low, high = whole_bounds((mean + low * width)[:, None], (mean + high * width)[:, None], np.ones(8000, dtype=bool))
    inside = (after >= np.clip(low[:, 0], 0, None)) & (after <= high[:, 0])
    assert all(0.89 <= inside[mean == one].mean() for one in np.unique(mean))
    assert inside[mean == 20.0].mean() <= 0.95
