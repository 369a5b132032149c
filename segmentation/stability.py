"""Whether groups come back: k-means on resampled customers against k-means on all. It knows features and labels only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmentation.clusterers import Labels, Matrix, kmeans, nearest

RESAMPLES = 8


def stability(features: Matrix, centres: Matrix, *, seed: int) -> tuple[float, NDArray[np.float64]]:
    """Return how alike the groups of bootstrap samples are to those of `centres`, as a whole and group by group.

    Each sample (n rows drawn with replacement) is clustered anew and all rows are put to its nearest centre.

    Returns
    -------
    agreement : mean adjusted Rand index (Hubert & Arabie 1985); 1 is the same grouping, 0 what chance gives
    jaccards : float64 (k,), mean Jaccard overlap of each group with the most alike group of a sample, 0–1; below 0.6 a
        group should not be trusted, from 0.75 it is valid, from 0.85 highly stable

    Source: Fang & Wang (2012), Computational Statistics & Data Analysis 56(3); Hennig (2007), ibid. 52(1).
    """
    from sklearn.metrics import adjusted_rand_score

    k = len(centres)
    labels = nearest(features, centres)
    rng = np.random.default_rng([seed, k])
    agreements, overlaps = [], []
    for turn in range(RESAMPLES):
        rows = rng.integers(0, len(features), size=len(features))
        if len(np.unique(rows)) < 2 * k:
            continue  # too few customers were drawn to make k groups
        # also started from the centres of all: a start gone astray is not an unstable group
        found = kmeans(features[rows], k, seed + 1 + turn, starts=3, near=centres)
        again = nearest(features, found)
        agreements.append(adjusted_rand_score(labels, again))
        overlaps.append(jaccards(labels, again, k))
    if not agreements:
        return 0.0, np.zeros(k)
    return float(np.mean(agreements)), np.mean(overlaps, axis=0)


def jaccards(labels: Labels, again: Labels, k: int) -> NDArray[np.float64]:
    """Return for each group of `labels` the largest Jaccard overlap with a group of `again`, float64 (k,).

    Examples
    --------
    >>> jaccards(np.array([0, 0, 0, 1]), np.array([1, 1, 0, 0]), 2)
    array([0.66666667, 0.5       ])
    """
    both = np.zeros((k, k))
    np.add.at(both, (labels, again), 1)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None] - both
    return (both / np.maximum(either, 1)).max(axis=1)
