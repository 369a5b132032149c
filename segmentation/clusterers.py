"""K-means as this project uses it: one thread, a seed, groups numbered by size. It knows features, not customers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]
_BLOCK = 100_000


def kmeans(features: Matrix, k: int, seed: int, *, starts: int = 8, near: Matrix | None = None) -> Matrix:
    """Return the centres of k groups, float64 (k, d), the group of most rows first.

    Parameters
    ----------
    features : float64 (n, d), n at least k
    starts : so many k-means++ starts, of which the one with the least variance is kept
    near : centres to start from once more; what is found there is kept only where its variance is less

    Source: Arthur & Vassilvitskii (2007), "k-means++: the advantages of careful seeding", SODA.
    """
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):  # sums in one order: the same bytes on every run
        model = KMeans(k, n_init=starts, random_state=seed, algorithm="lloyd").fit(features)
        if near is not None:
            again = KMeans(k, init=near, n_init=1, random_state=seed, algorithm="lloyd").fit(features)
            model = again if again.inertia_ < model.inertia_ else model
    centres = model.cluster_centers_.astype(np.float64)
    sizes = np.bincount(nearest(features, centres), minlength=k)
    return centres[np.lexsort((*centres.T[::-1], -sizes))]  # of equal sizes the one that lies first


def nearest(features: Matrix, centres: Matrix) -> Labels:
    """Return the number of the nearest centre of each row, int64 (n,); of equals the first. Zeros without a centre."""
    found = np.zeros(len(features), dtype=np.int64)
    if len(centres) < 2:
        return found
    for start in range(0, len(features), _BLOCK):
        rows = features[start : start + _BLOCK]
        found[start : start + _BLOCK] = ((centres**2).sum(axis=1) - 2 * rows @ centres.T).argmin(axis=1)
    return found
