"""Products nobody has bought yet get a place by their texts, and as much showing as the shop's policy grants. It reads no future sale.

The place is learned: a ridge regression from text to what was fitted for the products that are known. How often a new product should be
shown is no fact of the data but a policy, `exposure`: its typical score is set to that quantile of the known products' typical scores.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.model import Floats, ItemModel, Rows

EXPOSURE = 0.5  # policy: a new product scores, typically, like the known product in the middle
RIDGE = 10.0
_NEAREST = 10
_SHARPNESS = 8.0  # cosine .9 counts e^(8 * .1) = 2.2 times as much as cosine .8
_BATCH = 2048
KEPT = 50  # entries of the sparse part a new product has as a row, and as many as a column


def with_cold(
    model: ItemModel, texts: Floats, known: NDArray[np.bool_], queries: Floats, *, exposure: float = EXPOSURE
) -> ItemModel:
    """Return the model with a place by text for products it could not learn.

    Parameters
    ----------
    texts : float32 (n, e), unit rows as `model.ids`
    known : bool (n,), products the model was fitted on
    queries : float32 (c, d + 1), `model.query` of customers, by whom a typical score is measured
    exposure : float in [0, 1], policy: 0 shows a new product like the least shown known one, 1 like the most shown

    Raises
    ------
    ValueError
        When the exposure lies outside [0, 1].
    """
    if not 0 <= exposure <= 1:
        raise ValueError(
            f"exposure must lie in [0, 1], got {exposure}: 0 hides new products, 1 shows them like best sellers."
        )
    cold = np.flatnonzero(~known)
    if not len(cold) or not known.any():
        return model
    inputs, items, trend, bias = model.inputs.copy(), model.items.copy(), model.trend.copy(), model.bias.copy()
    plain = model.items / model.trend[:, None]
    if model.dim:
        learned = by_text(texts[known], np.concatenate([model.inputs[known], plain[known]], axis=1), texts[cold])
        inputs[cold], items[cold] = learned[:, : model.dim], learned[:, model.dim :]
    trend[cold], bias[cold] = 1.0, float(np.median(model.bias[known]))
    neighbours = _with_neighbours(model.neighbours, texts, known, cold)
    grown = replace(model, inputs=inputs, items=items, trend=trend, bias=bias, neighbours=neighbours)
    return _exposed(grown, known, cold, queries, exposure)


def spread(model: ItemModel, known: NDArray[np.bool_], ids: Sequence[str], popular: Floats) -> ItemModel:
    """Return a model of some products as one of the whole catalogue, in which the others score nothing yet.

    Parameters
    ----------
    known : bool (n,), the products `model` is of, in their order
    popular : float32 (n,), as `ItemModel.popular`
    """
    from scipy.sparse import csr_matrix

    size, rows = len(known), np.flatnonzero(known)
    filled: dict[str, Any] = {}
    for name, empty in (("inputs", 0.0), ("items", 0.0), ("bias", 0.0), ("trend", 1.0)):
        value = getattr(model, name)
        filled[name] = np.full((size, *value.shape[1:]), empty, np.float32)
        filled[name][rows] = value
    if model.neighbours is not None:
        found = model.neighbours.tocoo()
        filled["neighbours"] = csr_matrix((found.data, (rows[found.row], rows[found.col])), shape=(size, size))
    if model.ranker is not None:
        products = np.full((size, model.ranker.products.shape[1]), np.nan, np.float32)
        products[rows] = model.ranker.products
        filled["ranker"] = replace(model.ranker, products=products)
    return replace(model, ids=tuple(ids), popular=popular, **filled)


def by_text(known_texts: Floats, targets: Floats, texts: Floats, *, ridge: float = RIDGE) -> Floats:
    """Return float32 (m, t): the ridge regression of `targets` (k, t) on `known_texts` (k, e) with an offset, read at `texts` (m, e)."""
    return learned_by_text(known_texts, targets, ridge=ridge)(texts)


def learned_by_text(known_texts: Floats, targets: Floats, *, ridge: float = RIDGE) -> Callable[[Floats], Floats]:
    """Return that regression, to be read at texts that come later."""
    middle, offset = known_texts.mean(axis=0), targets.mean(axis=0)
    centred = (known_texts - middle).astype(np.float64)
    system = centred.T @ centred + ridge * np.eye(centred.shape[1])
    slopes = np.linalg.solve(system, centred.T @ (targets - offset))
    return lambda texts: np.asarray((texts - middle) @ slopes + offset, dtype=np.float32)


def _with_neighbours(neighbours: Any, texts: Floats, known: NDArray[np.bool_], cold: Rows) -> Any:
    """Return the sparse part with rows and columns of new products: those of the products their texts are nearest to, weighted.

    A new product keeps its largest entries alone, and none towards another new one: many would fill the memory.
    """
    from scipy.sparse import csr_matrix

    if neighbours is None:
        return None
    size, columns = len(texts), neighbours.T.tocsr()
    places, values = [], []
    rows_known = np.flatnonzero(known)
    for start in range(0, len(cold), _BATCH):
        some = cold[start : start + _BATCH]
        borrow = borrowed(texts[some] @ texts[rows_known].T, rows_known, size)
        for table, is_row in ((borrow @ neighbours, True), (borrow @ columns, False)):
            found = largest(table.tocsr(), KEPT).tocoo()
            own = some[found.row]
            places.append(np.stack([own, found.col] if is_row else [found.col, own]))
            values.append(found.data)
    place = np.concatenate(places, axis=1)
    grown = csr_matrix((np.concatenate(values), (place[0], place[1])), shape=(size, size)) + neighbours
    grown = grown.tocsr().astype(np.float32)
    grown.sort_indices()
    return grown


def borrowed(near: Floats, rows_known: Rows, width: int) -> Any:
    """Return csr (m, width): how much each product lends its place to a new one, by nearness of texts; rows add up to 1.

    Parameters
    ----------
    near : float32 (m, k), cosines of new products with the known ones, which are `rows_known` (k,) of all
    """
    from scipy.sparse import csr_matrix

    count = min(_NEAREST, len(rows_known))
    best = np.argpartition(-near, count - 1, axis=1)[:, :count]
    cosines = np.take_along_axis(near, best, 1)
    weights = np.exp(_SHARPNESS * (cosines - cosines.max(axis=1, keepdims=True)))
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


def _exposed(model: ItemModel, known: NDArray[np.bool_], cold: Rows, queries: Floats, exposure: float) -> ItemModel:
    """Return the model with new products' vectors scaled so that each scores typically like the known product at that quantile."""
    if not len(queries) or not model.dim:
        return model
    typical = typical_scores(queries, model.items)
    aim = float(np.quantile(typical[known], exposure))
    items = model.items.copy()
    factor = np.divide(aim, typical[cold], out=np.zeros(len(cold)), where=typical[cold] > 0)
    items[cold] *= factor[:, None].astype(np.float32)
    return replace(model, items=items)


def typical_scores(queries: Floats, items: Floats) -> Floats:
    """Return float32 (n,), what products typically score: the root of the mean square over customers, without bias."""
    return np.asarray(np.sqrt(((queries[:, :-1] @ items.T) ** 2).mean(axis=0)), dtype=np.float32)
