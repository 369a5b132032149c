"""A place in the model for a product nobody has bought yet: that of the products its text is nearest to.

It reads vectors and rows. It learns nothing and knows no event.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from retrieval.encoder import Vectors
from retrieval.model import Floats, ItemModel

NEAREST = 10
_SHARPNESS = 8.0  # cosine .9 counts e^(8 * .1) = 2.2 times as much as cosine .8


def placed(model: ItemModel, text_vectors: Vectors, text: Vectors) -> tuple[Floats, Floats, float]:
    """Return (inputs (d,), items (d,), bias) for a new product: those of its nearest by text, weighted, with the trend taken out.

    Parameters
    ----------
    text_vectors : float32 (n, t), unit rows as `model.ids`
    text : float32 (t,), unit
    """
    if not len(text_vectors):
        return np.zeros(model.dim, np.float32), np.zeros(model.dim, np.float32), 0.0
    cosines = text_vectors @ text
    near = np.argsort(-cosines, kind="stable")[:NEAREST]
    weights = np.exp(_SHARPNESS * (cosines[near] - cosines[near[0]]))
    weights /= weights.sum()
    items = weights @ (model.items[near] / model.trend[near][:, None])
    return (
        (weights @ model.inputs[near]).astype(np.float32),
        items.astype(np.float32),
        float(weights @ model.bias[near]),
    )


class Grown:
    """A model that takes products in one by one: the arrays have room to spare, so that one more costs no copy of all.

    Parameters
    ----------
    model : ItemModel
    text_vectors : float32 (n, t), rows as `model.ids`
    """

    def __init__(self, model: ItemModel, text_vectors: Vectors) -> None:
        self.model = model
        self._texts = _Room(text_vectors)
        self._rooms = {name: _Room(getattr(model, name)) for name in ("inputs", "items", "bias", "trend", "popular")}

    @property
    def text_vectors(self) -> Vectors:
        """The text vectors, rows as `model.ids`."""
        return self._texts.filled

    def take_in(self, product_id: str, text: Vectors) -> ItemModel:
        """Return the model with one more product, as its last row."""
        inputs, items, bias = placed(self.model, self._texts.filled, text)
        self._texts.append(text)
        for name, value in {"inputs": inputs, "items": items, "bias": bias, "trend": 1.0, "popular": 0.0}.items():
            self._rooms[name].append(value)
        grown: Any = {name: room.filled for name, room in self._rooms.items()}
        self.model = replace(
            self.model,
            ids=(*self.model.ids, product_id),
            neighbours=_widened(self.model.neighbours),
            ranker=_with_room(self.model.ranker),
            **grown,
        )
        return self.model


class _Room:
    def __init__(self, rows: Any) -> None:
        self._held, self._count = np.array(rows, dtype=np.float32), len(rows)

    @property
    def filled(self) -> Any:
        return self._held[: self._count]

    def append(self, row: Any) -> None:
        if self._count == len(self._held):
            spare = np.zeros((max(64, self._count // 8), *self._held.shape[1:]), dtype=np.float32)
            self._held = np.concatenate([self._held, spare])
        self._held[self._count] = row
        self._count += 1


def _with_room(ranker: Any) -> Any:
    """Return the ranker with a row for one more product, of which nothing is counted yet."""
    products = getattr(ranker, "products", None)
    if products is None:
        return ranker
    unknown = np.full((1, products.shape[1]), np.nan, dtype=products.dtype)
    return replace(ranker, products=np.concatenate([products, unknown]))


def _widened(neighbours: Any) -> Any:
    """Return the sparse part with an empty row and column at the end."""
    if neighbours is None:
        return None
    from scipy.sparse import csr_matrix

    n = neighbours.shape[0] + 1
    ends = np.append(neighbours.indptr, neighbours.indptr[-1])
    return csr_matrix((neighbours.data, neighbours.indices, ends), shape=(n, n))
