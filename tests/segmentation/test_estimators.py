"""Every way of grouping obeys scikit-learn's own checks, finds planted groups, and puts new rows in without a refit."""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.metrics import adjusted_rand_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from segmentation.comparing import Way, compare_ways
from segmentation.estimators import DensityGroups, FactorGroups, GraphGroups, KMeansGroups, WardGroups
from segmentation.graph import mutual_neighbours

WAYS = [KMeansGroups(3), WardGroups(3), GraphGroups(3), DensityGroups()]
CENTRES = np.array([[0.0, 0.0], [8.0, 0.0], [0.0, 8.0]])


def blobs(sizes: tuple[int, ...] = (60, 50, 40), seed: int = 0) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.arange(len(sizes)), sizes)
    order = rng.permutation(len(truth))
    return (CENTRES[truth] + rng.normal(0, 0.7, (len(truth), 2)))[order], truth[order]


@pytest.mark.parametrize("way", [WardGroups(3), GraphGroups(3), DensityGroups()], ids=lambda one: type(one).__name__)
def test_estimator_passes_the_checks_of_scikit_learn(way: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outcomes = check_estimator(way, on_fail=None)
    assert [one["check_name"] for one in outcomes if one["status"] == "failed"] == []


@pytest.mark.parametrize("way", WAYS, ids=lambda one: type(one).__name__)
def test_planted_groups_are_found_by_size_again_and_for_new_rows(way: Any) -> None:
    rows, truth = blobs()
    first, again = clone(way).fit(rows), clone(way).fit(rows)
    assert first.labels_.tobytes() == again.labels_.tobytes()
    kept = first.labels_ < 3  # a fourth group is that of the outliers
    assert adjusted_rand_score(truth[kept], first.labels_[kept]) == 1.0
    assert kept.mean() >= 0.9
    assert np.bincount(first.labels_)[:3].tolist() == sorted(np.bincount(first.labels_)[:3], reverse=True)
    assert first.predict(CENTRES).tolist() == [0, 1, 2]


@pytest.mark.parametrize("way", WAYS, ids=lambda one: type(one).__name__)
def test_estimator_stands_in_a_pipeline(way: Any) -> None:
    rows, truth = blobs()
    line = make_pipeline(StandardScaler(), clone(way)).fit(rows)
    assert adjusted_rand_score(truth, line.predict(rows)) >= 0.9


def test_density_groups_keep_outliers_as_the_last_group() -> None:
    rows, _ = blobs()
    far = np.array([[30.0, 30.0], [-30.0, 20.0], [25.0, -30.0]])
    made = DensityGroups().fit(np.vstack([rows, far]))
    assert made.outliers_ == 3
    assert made.labels_[-3:].tolist() == [3, 3, 3]
    assert made.predict(far).tolist() == [3, 3, 3]


def test_number_of_groups_is_chosen_where_none_is_asked_for() -> None:
    rows, truth = blobs()
    assert adjusted_rand_score(truth, GraphGroups().fit(rows).labels_) == 1.0


def test_factor_groups_find_who_buys_alike_dense_or_sparse() -> None:
    """Three ranges of ten products; everybody buys in one of them."""
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 3, 120)
    counts = np.zeros((120, 30))
    for row, group in enumerate(truth):
        counts[row, group * 10 + rng.integers(0, 10, 4)] += 1
    dense, sparse = FactorGroups(3).fit(counts), FactorGroups(3).fit(csr_matrix(counts))
    assert adjusted_rand_score(truth, dense.labels_) == 1.0
    assert dense.labels_.tolist() == sparse.labels_.tolist()
    assert dense.predict(counts).tolist() == dense.labels_.tolist()


def test_mutual_neighbours_need_both_sides() -> None:
    """9 is nearest to 1.5, but nobody is nearest to 9."""
    graph = mutual_neighbours(np.array([[0.0], [1.0], [1.5], [9.0]]), 1).toarray()
    assert np.argwhere(graph).tolist() == [[1, 2], [2, 1]]


def test_compare_ways_tells_a_stable_way_and_counts_who_moved() -> None:
    """A month ago ten customers of the first blob stood where the second is."""
    rows, truth = blobs()
    before = rows.copy()
    moved = np.flatnonzero(truth == 0)[:10]
    before[moved] = CENTRES[1]
    noise = np.random.default_rng(1).normal(size=rows.shape)
    everyone = np.ones(len(rows), dtype=bool)
    good, bad = compare_ways(
        [Way("blobs", KMeansGroups(3), rows, before, everyone), Way("noise", KMeansGroups(3), noise)], rows, truth
    )
    assert (good.groups, good.stability, good.agreement) == (3, 1.0, 1.0)
    assert good.moved == pytest.approx(10 / 150)
    assert min(good.jaccards) == 1.0
    assert good.silhouette > 0.7 > 0.1 > bad.silhouette
    assert bad.stability < 0.8
    assert bad.moved is None
    assert json.dumps(good.jaccards) == "[1.0, 1.0, 1.0]"
