"""Recipe A: products near each other in baskets and in texts, in closed form. It knows matrices, not products and not time.

G = X'X + c EE' holds both: X customers by products, E unit text rows. From it comes B, which says how much product i in a
history speaks for product j, and B is then stored either as inner products of few dimensions or as each product's best neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class JointSettings:
    """`text` c, weight of the texts; `ridge` lambda; `dropout` p in [0, 1) of EDLAE."""

    text: float = 30.0
    ridge: float = 300.0
    dropout: float = 0.2


def gram(matrix: csr_matrix) -> Floats:
    """Return float32 (n, n), X'X."""
    return np.asarray((matrix.T @ matrix).toarray(), dtype=np.float32)


def joint_weights(together: Floats, texts: Floats | None, settings: JointSettings) -> Floats:
    """Return B, float32 (n, n), zero diagonal: B[i, j] is what i in a history adds to the score of j.

    Parameters
    ----------
    together : float32 (n, n), X'X
    texts : float32 (n, e), rows of length 1 (whitened), or None

    Source: Steck (2019), "Embarrassingly Shallow Autoencoders", WWW, for the closed form; Steck (2020), "Autoencoders that
    don't overfit towards the Identity", NeurIPS, for dropout as a ridge of p / (1 - p) * diag G; Jeunen et al. (2020),
    RecSys, for side information as more rows of X.
    """
    import scipy.linalg.lapack as lapack

    system = np.asfortranarray(together)  # a copy: C order in, Fortran order out
    if system is together:
        system = together.copy(order="F")
    if texts is not None and settings.text:
        system += np.float32(settings.text) * (texts @ texts.T)
    diagonal = np.diag(system).copy()
    system[np.diag_indices_from(system)] += settings.ridge + settings.dropout / (1 - settings.dropout) * diagonal
    factor, failed = lapack.spotrf(system, lower=1, overwrite_a=1)
    if not failed:
        system, failed = lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed:
        raise ValueError(
            f"the products' matrix cannot be inverted (row {failed}); a ridge above {settings.ridge:g} mends it."
        )
    system = np.tril(system) + np.tril(system, -1).T
    weights = -system / np.diag(system)[None, :]
    weights[np.diag_indices_from(weights)] = 0
    return np.ascontiguousarray(weights, dtype=np.float32)


def low_rank(weights: Floats, sold: NDArray[np.float64], dim: int, *, seed: int = 0) -> tuple[Floats, Floats]:
    """Return L and R, float32 (n, dim) each, with L R' near B where it matters: among what is bought.

    Parameters
    ----------
    weights : float32 (n, n), B
    sold : (n,), purchases of each product; B is scaled by their roots before it is cut to `dim` directions

    Source: Halko, Martinsson & Tropp (2011), SIAM Review 53(2), for the randomised decomposition.
    """
    scale = np.sqrt(np.maximum(sold, 1.0)).astype(np.float32)
    dim = min(dim, len(weights))
    scaled = scale[:, None] * weights / scale[None, :]
    if dim >= len(weights):
        left, values, right = np.linalg.svd(scaled)
    else:
        left, values, right = _randomised(scaled, dim, seed)
    root = np.sqrt(values[:dim])
    left, right = left[:, :dim] * root / scale[:, None], right[:dim].T * root * scale[:, None]
    return np.ascontiguousarray(left, dtype=np.float32), np.ascontiguousarray(right, dtype=np.float32)


def _randomised(matrix: Floats, dim: int, seed: int) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    basis = rng.standard_normal((matrix.shape[1], min(dim + 32, len(matrix)))).astype(np.float32)
    for _ in range(2):
        basis, _ = np.linalg.qr(matrix @ basis)
        basis, _ = np.linalg.qr(matrix.T @ basis)
    basis, _ = np.linalg.qr(matrix @ basis)
    left, values, right = np.linalg.svd(basis.T @ matrix, full_matrices=False)
    return basis @ left, values, right


def top_neighbours(weights: Floats, count: int) -> csr_matrix:
    """Return csr float32 (n, n) with the `count` largest entries above 0 of each column of B: what speaks most for each product."""
    from scipy.sparse import csr_matrix

    size = len(weights)
    count = min(count, size)
    rows, columns, values = [], [], []
    for start in range(0, size, 1024):
        block = weights[:, start : start + 1024]
        best = np.argpartition(-block, count - 1, axis=0)[:count] if count else np.zeros((0, block.shape[1]), np.int64)
        rows.append(best.ravel())
        columns.append(np.tile(np.arange(start, start + block.shape[1]), count))
        values.append(np.take_along_axis(block, best, 0).ravel())
    kept = np.concatenate(values) > 0 if values else np.zeros(0, bool)
    place = (np.concatenate(rows)[kept], np.concatenate(columns)[kept]) if values else ([], [])
    found = csr_matrix((np.concatenate(values)[kept] if values else [], place), shape=(size, size), dtype=np.float32)
    found.sort_indices()
    return found
