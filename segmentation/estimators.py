"""Five ways to group rows as scikit-learn estimators: k-means, Ward, similarity graph, factors of a purchase matrix, density.

Each has fit, predict, get_params and set_params and stands in a Pipeline. They know matrices, not customers, and name no group.
Groups are numbered by size, the largest 0; new rows are put to a group without a refit. Imported only where it is used: this is
the one file of the room that needs scikit-learn at import.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import threadpool_limits

from segmentation.choice import SMALLEST_SHARE, choose
from segmentation.clusterers import Labels, Matrix, kmeans, nearest
from segmentation.graph import mutual_neighbours, spectral_coordinates

MOST_ROWS = 4_000  # ways that compare each row with each other are fitted to a sample drawn by the seed
NEIGHBOURS = 10
_FEWEST = 5  # rows a dense place needs


class KMeansGroups(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """K-means as `Segments` are made by; `n_clusters` None chooses the number as `segmentation.choice.choose` says.

    Source: Lloyd (1982), IEEE Transactions on Information Theory 28(2).
    """

    def __init__(self, n_clusters: int | None = None, seed: int = 0) -> None:
        self.n_clusters = n_clusters
        self.seed = seed

    def fit(self, X: Any, y: object = None) -> Self:  # noqa: N803 - scikit-learn's name
        """Find the groups of the rows of `X`, float (n, d)."""
        rows = _checked(self, X)
        with threadpool_limits(limits=1):
            self.centres_ = kmeans(rows, _number(rows, self.n_clusters, self.seed), self.seed)
            self.labels_ = nearest(rows, self.centres_)
        return self

    def predict(self, X: Any) -> Labels:  # noqa: N803
        """Return the group of the nearest centre, int64 (n,)."""
        return nearest(_known(self, X), self.centres_)


class WardGroups(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Ward's hierarchy, cut into `n_clusters`; a row belongs to the nearest centre of the groups found on at most 4,000.

    Source: Ward (1963), Journal of the American Statistical Association 58(301).
    """

    def __init__(self, n_clusters: int | None = None, seed: int = 0) -> None:
        self.n_clusters = n_clusters
        self.seed = seed

    def fit(self, X: Any, y: object = None) -> Self:  # noqa: N803
        """Find the groups of the rows of `X`, float (n, d)."""
        from sklearn.cluster import AgglomerativeClustering

        rows = _checked(self, X)
        some = rows[_sample(len(rows), self.seed)]
        with threadpool_limits(limits=1):
            k = _number(rows, self.n_clusters, self.seed)
            found = AgglomerativeClustering(k, linkage="ward").fit_predict(some)
        centres = np.array([some[found == group].mean(axis=0) for group in range(k)])
        self.centres_ = centres[_by_size(nearest(rows, centres), k)]
        self.labels_ = nearest(rows, self.centres_)
        return self

    def predict(self, X: Any) -> Labels:  # noqa: N803
        """Return the group of the nearest centre, int64 (n,)."""
        return nearest(_known(self, X), self.centres_)


class GraphGroups(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Spectral groups of the graph of mutual nearest neighbours; others join by the vote of their ten nearest rows.

    Why spectral and not connected components: the graph of mutual neighbours has one giant component or very many small
    ones, and which of the two turns on one neighbour more or less; regularised, the small ones cannot take a group each.

    Source: Ng, Jordan & Weiss (2002), NIPS 14; Maier, Hein & von Luxburg (2009), Theoretical Computer Science 410(19);
    Amini, Chen, Bickel & Levina (2013), Annals of Statistics 41(4), the regularisation.
    """

    def __init__(self, n_clusters: int | None = None, neighbours: int = NEIGHBOURS, seed: int = 0) -> None:
        self.n_clusters = n_clusters
        self.neighbours = neighbours
        self.seed = seed

    def fit(self, X: Any, y: object = None) -> Self:  # noqa: N803
        """Find the groups of the rows of `X`, float (n, d)."""
        rows = _checked(self, X)
        chosen = _sample(len(rows), self.seed)
        with threadpool_limits(limits=1):
            k = _number(rows, self.n_clusters, self.seed)
            graph = mutual_neighbours(rows[chosen], self.neighbours)
            tied = _tied(graph, self.neighbours, k)
            places = spectral_coordinates(graph[tied][:, tied], k)
            self.voters_ = _voters(rows[chosen][tied], nearest(places, kmeans(places, k, self.seed)))
            found = self.predict(rows)
            order = np.argsort(_by_size(found, k))
            self.voters_ = _voters(rows[chosen][tied], order[self.voters_.predict(rows[chosen][tied])])
            self.labels_ = order[found].astype(np.int64)
        return self

    def predict(self, X: Any) -> Labels:  # noqa: N803
        """Return the group most of the nearest fitted rows are in, int64 (n,); the nearer counts more."""
        return _voted(self, X)


class FactorGroups(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """K-means on the directions of the truncated SVD of a matrix of customers by products: who buys alike is alike.

    Counts are damped (log), rare products weigh more (inverse document frequency), and only the direction of a row counts.

    Source: Koren, Bell & Volinsky (2009), Computer 42(8), factors of a purchase matrix.
    """

    def __init__(self, n_clusters: int | None = None, factors: int = 16, seed: int = 0) -> None:
        self.n_clusters = n_clusters
        self.factors = factors
        self.seed = seed

    def fit(self, X: Any, y: object = None) -> Self:  # noqa: N803
        """Find the groups of the rows of `X`, counts (n, products), dense or sparse."""
        from sklearn.utils.extmath import randomized_svd

        counts = _checked(self, X, accept_sparse="csr")
        held = np.asarray((counts != 0).sum(axis=0)).ravel()
        self.weights_ = np.log((1 + counts.shape[0]) / (1 + held)) + 1.0
        most = max(1, min(self.factors, *(side - 1 for side in counts.shape)))
        with threadpool_limits(limits=1):
            _, _, axes = randomized_svd(_damped(counts, self.weights_), most, random_state=self.seed)
            self.axes_ = axes.T
            places = self._places(counts)
            self.centres_ = kmeans(places, _number(places, self.n_clusters, self.seed), self.seed)
        self.labels_ = nearest(places, self.centres_)
        return self

    def predict(self, X: Any) -> Labels:  # noqa: N803
        """Return the group of the nearest centre, int64 (n,)."""
        return nearest(self._places(_known(self, X, accept_sparse="csr")), self.centres_)

    def _places(self, counts: Any) -> Matrix:
        places = np.asarray(_damped(counts, self.weights_) @ self.axes_)
        lengths = np.linalg.norm(places, axis=1, keepdims=True)
        return np.divide(places, lengths, out=np.zeros_like(places), where=lengths > 1e-12)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


class DensityGroups(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """HDBSCAN; rows in no dense place are kept as a group of their own, the last one, whose number is `outliers_`.

    `smallest_share` of the rows is the least a group may be. `outliers_` is -1 where every row is in a dense place.

    Source: Campello, Moulavi & Sander (2013), PAKDD, Lecture Notes in Computer Science 7819.
    """

    def __init__(self, smallest_share: float = SMALLEST_SHARE, seed: int = 0) -> None:
        self.smallest_share = smallest_share
        self.seed = seed

    def fit(self, X: Any, y: object = None) -> Self:  # noqa: N803
        """Find the groups of the rows of `X`, float (n, d)."""
        rows = _checked(self, X)
        chosen = _sample(len(rows), self.seed)
        with threadpool_limits(limits=1):
            raw = _dense(rows[chosen], self.smallest_share)
            groups = int(raw.max()) + 1
            place = np.append(np.argsort(_by_size(raw[raw >= 0], groups)), groups)  # -1 is the last, the outliers
            found = place[raw].astype(np.int64)
            self.outliers_ = groups if (raw < 0).any() else -1
            self.voters_ = _voters(rows[chosen], found)
            self.labels_ = self.predict(rows) if len(chosen) < len(rows) else found
        return self

    def predict(self, X: Any) -> Labels:  # noqa: N803
        """Return the group most of the nearest fitted rows are in, int64 (n,); the outliers are a group like another."""
        return _voted(self, X)


def _checked(one: Any, rows: Any, **options: Any) -> Any:
    return validate_data(one, rows, dtype=np.float64, ensure_min_samples=2, **options)


def _known(one: Any, rows: Any, **options: Any) -> Any:
    check_is_fitted(one)
    return validate_data(one, rows, dtype=np.float64, reset=False, **options)


def _number(rows: Matrix, k: int | None, seed: int) -> int:
    """Return how many groups to make: as asked for, at most one a row, else chosen."""
    return min(k, len(rows)) if k is not None else choose(rows, k=None, seed=seed)[1]


def _sample(rows: int, seed: int) -> Labels:
    if rows <= MOST_ROWS:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).permutation(rows)[:MOST_ROWS])


def _tied(graph: Any, neighbours: int, k: int) -> Labels:
    """Return the nodes in components larger than a neighbourhood: the others are told nothing by the graph, and vote."""
    from scipy.sparse.csgraph import connected_components

    _, component = connected_components(graph, directed=False)
    tied = np.flatnonzero(np.bincount(component)[component] > neighbours)
    return tied if len(tied) > k else np.arange(graph.shape[0])


def _by_size(labels: Labels, k: int) -> Labels:
    return np.argsort(-np.bincount(labels, minlength=k), kind="stable")


def _voters(rows: Matrix, labels: Labels) -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(min(NEIGHBOURS, len(rows)), weights="distance", algorithm="brute").fit(rows, labels)


def _voted(one: Any, rows: Any) -> Labels:
    known = _known(one, rows)
    return np.asarray(one.voters_.predict(known), dtype=np.int64)


def _dense(rows: Matrix, smallest_share: float) -> Labels:
    """Return HDBSCAN's labels, -1 in no dense place."""
    from sklearn.cluster import HDBSCAN

    least = min(max(round(smallest_share * len(rows)), _FEWEST), len(rows) - 1)
    near = min(_FEWEST, len(rows) - 1)
    return np.asarray(HDBSCAN(min_cluster_size=max(2, least), min_samples=max(1, near), copy=True).fit_predict(rows))


def _damped(counts: Any, weights: Matrix) -> Any:
    from scipy.sparse import csr_matrix, issparse

    if issparse(counts):
        damped = csr_matrix(counts, copy=True)
        damped.data = np.sign(damped.data) * np.log1p(np.abs(damped.data))
        return csr_matrix(damped.multiply(weights))
    return np.sign(counts) * np.log1p(np.abs(counts)) * weights
