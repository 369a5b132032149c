"""What products lend to a new one that reads like them: how much each, and its row and column of the sparse part. It knows no policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from retrieval.model import Floats, ItemModel, Rows

SHARPNESS = 12.0  # cosine .9 counts e^(12 * .1) = 3.3 times as much as cosine .8
_NEAREST = 20
KEPT = 50  # entries of the sparse part a new product has as a row, and as many as a column


def columns_of(neighbours: Any, trend: Floats, rows: Rows) -> Any:
    """Return csr (k, n): by what the products `rows` are scored, a row each, as if nothing had a trend."""
    from scipy.sparse import diags

    return (diags(1 / trend[rows]) @ neighbours.T.tocsr()[rows]).tocsr()


def with_neighbours(model: ItemModel, place: tuple[Rows, Rows], lent: Sequence[Any], factor: float) -> Any:
    """Return the sparse part with rows and columns of new products: those of the products their texts are nearest to, weighted.

    A new product keeps its largest entries alone, and none towards another new one: many would fill the memory.

    Parameters
    ----------
    place : rows of the known products and of the new ones
    lent : csr (b, known) each, `borrowed` of the new products one batch after another
    factor : what their columns, by which they are scored, are multiplied by
    """
    from scipy.sparse import csr_matrix

    neighbours, (rows, cold) = model.neighbours, place
    if neighbours is None:
        return None
    size, known_rows, known_columns = neighbours.shape[0], neighbours[rows], columns_of(neighbours, model.trend, rows)
    places, values, done = [], [], 0
    for borrow in lent:
        some = cold[done : done + borrow.shape[0]]
        done += borrow.shape[0]
        for table, is_row in ((borrow @ known_rows, True), (borrow @ known_columns, False)):
            found = largest(table.tocsr(), KEPT).tocoo()
            own = some[found.row]
            places.append(np.stack([own, found.col] if is_row else [found.col, own]))
            values.append(found.data if is_row else np.float32(factor) * found.data)
    at = np.concatenate(places, axis=1)
    grown = csr_matrix((np.concatenate(values), (at[0], at[1])), shape=(size, size)) + neighbours
    grown = grown.tocsr().astype(np.float32)
    grown.sort_indices()
    return grown


def borrowed(near: Floats, rows_known: Rows, width: int, sharpness: float = SHARPNESS) -> Any:
    """Return csr (m, width): how much each product lends its place to a new one, by nearness of texts; rows add up to 1.

    Parameters
    ----------
    near : float32 (m, k), cosines of new products with the known ones, which are `rows_known` (k,) of all
    """
    from scipy.sparse import csr_matrix

    count = min(_NEAREST, len(rows_known))
    best = np.argpartition(-near, count - 1, axis=1)[:, :count]
    cosines = np.take_along_axis(near, best, 1)
    weights = np.exp(np.float32(sharpness) * (cosines - cosines.max(axis=1, keepdims=True)))
    weights /= weights.sum(axis=1, keepdims=True)
    starts = np.arange(len(near) + 1) * count
    return csr_matrix((weights.ravel(), rows_known[best].ravel(), starts), shape=(len(near), width))


def largest(table: Any, count: int) -> Any:
    """Return a csr with the `count` largest entries of each row."""
    from scipy.sparse import csr_matrix

    row = np.repeat(np.arange(table.shape[0]), np.diff(table.indptr))
    order = np.lexsort((table.indices, -table.data, row))
    rank = np.arange(len(order)) - table.indptr[row[order]]
    kept = order[rank < count]
    return csr_matrix((table.data[kept], (row[kept], table.indices[kept])), shape=table.shape)
