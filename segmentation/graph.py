"""The graph of mutual nearest neighbours and where its nodes stand by its eigenvectors. It knows rows, not what they are of."""

from __future__ import annotations

from typing import Any

import numpy as np

from segmentation.clusterers import Matrix


def mutual_neighbours(rows: Matrix, neighbours: int) -> Any:
    """Return the symmetric CSR matrix (n, n) with 1 where each of two rows is among the other's nearest.

    Parameters
    ----------
    rows : float64 (n, d)
    neighbours : so many nearest of each row, itself not counted; at most n - 1

    Examples
    --------
    >>> mutual_neighbours(np.array([[0.0], [1.0], [1.5], [9.0]]), 1).toarray().astype(int).tolist()
    [[0, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    """
    from scipy.sparse import csr_matrix
    from sklearn.neighbors import NearestNeighbors

    many = max(1, min(neighbours, len(rows) - 1))
    near = NearestNeighbors(n_neighbors=many, algorithm="brute").fit(rows).kneighbors_graph(mode="connectivity")
    return csr_matrix(near.minimum(near.T))


def spectral_coordinates(graph: Any, k: int) -> Matrix:
    """Return float64 (n, k), unit rows: the leading eigenvectors of the regularised, normalised graph (CSR, n by n).

    To each pair of nodes a weight of (mean degree / n) is added, so that a node without a mutual neighbour does not make
    a direction of its own.

    Source: Ng, Jordan & Weiss (2002), NIPS 14; Amini, Chen, Bickel & Levina (2013), Annals of Statistics 41(4).
    """
    from scipy.sparse.linalg import LinearOperator, eigsh

    degrees = np.asarray(graph.sum(axis=1)).ravel()
    extra = max(float(degrees.mean()), 1e-9)
    scale = 1.0 / np.sqrt(degrees + extra)
    n = graph.shape[0]

    def times(vector: Matrix) -> Matrix:
        scaled = scale * vector.ravel()
        product: Matrix = scale * (graph @ scaled + extra / n * scaled.sum())
        return product

    if n <= k + 1:
        vectors = np.linalg.eigh(np.array([times(one) for one in np.eye(n)]))[1][:, ::-1][:, :k]
    else:
        values, vectors = eigsh(LinearOperator((n, n), matvec=times, dtype=np.float64), k=k, which="LA", v0=scale)
        vectors = vectors[:, np.argsort(-values, kind="stable")]
    vectors = vectors * np.where(vectors[np.abs(vectors).argmax(axis=0), np.arange(vectors.shape[1])] < 0, -1.0, 1.0)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: Matrix = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-12)
    return found
