"""What customers are compared by: scaled, bounded, neutral where unknown; and the plane they are drawn in."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from segmentation import map_2d
from segmentation.features import fit_scaling
from segmentation.stability import jaccards, stability
from segmentation.text_axes import fit_text_axes


def profiles_of(**columns: list[float | int | str | None]) -> pl.DataFrame:
    size = len(next(iter(columns.values())))
    return pl.DataFrame({"customer_id": [f"c{at}" for at in range(size)], "orders": [2] * size, **columns})


def test_features_have_mean_0_and_variance_1_and_bound_a_giant() -> None:
    spend = [float(at) for at in range(1, 100)] + [1e9]
    made = fit_scaling(profiles_of(monetary_value=spend), None)
    features = made.features(profiles_of(monetary_value=spend), None)
    assert made.columns == ("monetary_value",)  # orders do not vary
    assert features.mean() == pytest.approx(0, abs=1e-12)
    assert features.std() == pytest.approx(1)
    assert features.max() < 4  # its logarithm lies 15 spreads away


def test_unknown_value_stands_at_the_mean_and_unknown_column_is_left_out() -> None:
    profiles = profiles_of(recency_days=[1.0, 5.0, None, 20.0], interval_days=[None] * 4, basket_size=[2.0] * 4)
    made = fit_scaling(profiles, None)
    assert made.columns == ("recency_days",)
    assert made.features(profiles, None)[2].tolist() == [0.0]
    assert made.features(profiles.drop("recency_days"), None).tolist() == [[0.0]] * 4


def test_share_of_one_order_counts_less_than_that_of_many() -> None:
    """All weekend orders: of 1 order (1 + 2 * mean) / 3, of 18 orders (18 + 2 * mean) / 20; the mean of all is 0.5."""
    profiles = profiles_of(weekend_share=[0.0, 1.0, 0.0, 1.0]).with_columns(pl.Series("orders", [1, 1, 18, 18]))
    made = fit_scaling(profiles, None, columns={"weekend_share": "share"})
    one, many = made.features(profiles, None)[[1, 3], 0]
    assert one / many == pytest.approx((2 / 3 - 0.5) / (19 / 20 - 0.5))


def test_hours_around_midnight_are_near_each_other() -> None:
    profiles = profiles_of(order_hour=[23, 1, 9, 15])
    features = fit_scaling(profiles, None).features(profiles, None)[:, 0]
    assert abs(features[0] - features[1]) < abs(features[0] - features[3]) < abs(features[0] - features[2])


def test_channel_is_the_part_of_orders_through_the_main_one() -> None:
    profiles = profiles_of(top_channel=["web", "web", "store", None], channel_share=[1.0, 0.6, 1.0, None])
    made = fit_scaling(profiles, None)
    assert (made.main_channel, made.columns) == ("web", ("main_channel_share",))
    web, mixed, store, unknown = made.features(profiles, None)[:, 0]
    assert web > mixed > store
    assert unknown == 0


def test_text_block_has_the_spread_asked_for_and_blank_histories_at_its_mean() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(200, 30)).astype(np.float32) * np.linspace(1, 5, 30, dtype=np.float32)
    vectors[:10] = 0
    made = fit_text_axes(vectors, spread=3.0)
    reduced = made.reduced(vectors)
    assert reduced.shape == (200, 16)
    assert reduced[:10].tolist() == [[0.0] * 16] * 10
    assert (reduced[10:] ** 2).sum(axis=1).mean() == pytest.approx(9.0)
    # principal axes of the covariance, by numpy's own singular values; each scaled by variance ** -1/4
    centred = vectors[10:].astype(float) - vectors[10:].mean(axis=0, dtype=float)
    variances = np.linalg.svd(centred, compute_uv=False)[:16] ** 2 / 190
    assert reduced[10:].var(axis=0) == pytest.approx(np.sqrt(variances) * 9 / np.sqrt(variances).sum())


def test_map_keeps_the_plane_of_largest_variance_and_says_what_loads() -> None:
    """Variance 100 along the first feature, 25 along the third, 1 along the second."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(500, 3)) * np.array([10.0, 1.0, 5.0])
    points, axes = map_2d(features, ("orders", "returns", "spend"))
    centred = features - features.mean(axis=0)
    assert abs(np.corrcoef(points[:, 0], centred[:, 0])[0, 1]) > 0.99
    assert abs(np.corrcoef(points[:, 1], centred[:, 2])[0, 1]) > 0.99
    assert axes[0].startswith("more orders")
    assert axes[1].startswith("more spend")
    assert np.array_equal(points, map_2d(features.copy(), ("orders", "returns", "spend"))[0])
    assert map_2d(features[:2], ("a", "b", "c"))[0].tolist() == [[0.0, 0.0]] * 2


def test_stability_is_1_for_far_groups_and_low_where_there_are_none() -> None:
    rng = np.random.default_rng(0)
    far = np.concatenate([rng.normal(size=(50, 2)) * 0.1, rng.normal(size=(50, 2)) * 0.1 + 10])
    agreement, overlaps = stability(far, np.array([[0.0, 0.0], [10.0, 10.0]]), seed=0)
    assert (agreement, overlaps.tolist()) == (1.0, [1.0, 1.0])
    noise = rng.normal(size=(100, 10))
    agreement, overlaps = stability(noise, noise[:6], seed=0)
    assert agreement < 0.5
    assert overlaps.min() < 0.6


def test_jaccards_take_the_most_alike_group() -> None:
    """Group 0 is rows 0–2, again 0, 1 with nothing else: 2/3; group 1 is row 3, again rows 2, 3: 1/2."""
    found = jaccards(np.array([0, 0, 0, 1]), np.array([1, 1, 0, 0]), 2)
    assert found.tolist() == pytest.approx([2 / 3, 1 / 2])
