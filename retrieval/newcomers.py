"""Products that come while the shop is open have a place at once, by their texts, and the model moves with what sells.

Places are learned from the model as it was fitted, so that neither the hour nor what came before changes them. It knows no event and no
customer but those handed in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.borrowing import KEPT, borrowed, columns_of, largest
from retrieval.cold import exposure_of, learned_by_text, sharpness_of
from retrieval.customers import whitening
from retrieval.encoder import Vectors
from retrieval.exposure import Sample, factor_for
from retrieval.fitting import refreshed
from retrieval.log import Log
from retrieval.model import Floats, ItemModel, usual_bias
from retrieval.standing import STANDING, standing

_MOST_KNOWN = 10_000  # products a place is learned from; more teach no more
_MOST_FOR_ALIKE = 20_000  # products; above it no product is compared with every other


@dataclass(frozen=True)
class Place:
    """What a new product gets: its two vectors, its bias, and its row and column of the sparse part (csr (1, n), or None)."""

    inputs: Floats
    items: Floats
    bias: float
    row: Any = None
    column: Any = None


class Placing:
    """Where products that nobody has bought belong, learned once, as in `retrieval.cold`.

    Parameters
    ----------
    model : ItemModel as it was fitted
    texts : float32 (n, t), unit text vectors, rows as `model.ids`
    known : bool (n,), the products that were bought
    sample : Sample of customers, by whose lists showing is measured
    """

    def __init__(self, model: ItemModel, texts: Vectors, known: NDArray[np.bool_], sample: Sample) -> None:
        self._model = model
        self._white = whitening(texts)
        self._rows = np.flatnonzero(known)
        if len(self._rows) > _MOST_KNOWN:
            self._rows = np.sort(np.random.default_rng(0).choice(self._rows, _MOST_KNOWN, replace=False))
        rows = self._rows
        self._texts = self._white(texts[rows])
        self._sharpness = sharpness_of(model)
        self._factor = factor_for(model, self._texts, rows, sample, exposure_of(model), sharpness=self._sharpness)
        self._plain = model.items[rows] / model.trend[rows][:, None]
        self._read = learned_by_text(self._texts, model.inputs[rows]) if len(rows) and model.dim else None
        self._lines, self._columns = None, None
        if model.neighbours is not None:
            self._lines, self._columns = model.neighbours[rows], columns_of(model.neighbours, model.trend, rows)

    def of(self, text: Vectors) -> Place:
        """Return the place of a new product with a unit text vector, float32 (t,)."""
        model, white = self._model, self._white(text[None])
        if model.recipe == "text":
            return Place(text, text, 0.0)
        inputs, items = np.zeros(model.dim, np.float32), np.zeros(model.dim, np.float32)
        count = len(self._rows)
        if not count:
            return Place(inputs, items, 0.0)
        lent = borrowed(white @ self._texts.T, np.arange(count), count, self._sharpness)
        if self._read is not None:
            inputs, items = self._read(white)[0], np.float32(self._factor) * (lent @ self._plain)[0]
        bias = usual_bias(model, self._rows)
        if self._lines is None:
            return Place(inputs, items, bias)
        row, column = (largest((lent @ table).tocsr(), KEPT) for table in (self._lines, self._columns))
        return Place(inputs, items, bias, row, np.float32(self._factor) * column)


class Grown:
    """A fitted model that takes products in one by one, and is counted anew as the trend moves.

    `fitted` is the model with all products as it was fitted, `model` the same with the trend as of the last refresh. The arrays have
    room to spare, so that one more product costs no copy of all.

    Parameters
    ----------
    model : ItemModel
    text_vectors : float32 (n, t), rows as `model.ids`
    """

    def __init__(self, model: ItemModel, text_vectors: Vectors) -> None:
        self.fitted = self.model = model
        self._texts = text_vectors
        self._rooms = {name: _Room(getattr(model, name)) for name in ("inputs", "items", "bias", "trend", "popular")}
        self._moving = dict(self._rooms)  # what the trend has moved since has rooms of its own
        self._alike: Any = None

    def take_in(self, product_id: str, place: Place) -> ItemModel:
        """Return the model with one more product, as its last row."""
        values = {"inputs": place.inputs, "items": place.items, "bias": place.bias, "trend": 1.0, "popular": 0.0}
        for name, value in values.items():
            self._rooms[name].append(value)
            if self._moving[name] is not self._rooms[name]:
                self._moving[name].append(value)
        ids = (*self.fitted.ids, product_id)
        neighbours = _widened(self.fitted.neighbours, place)
        self.fitted = replace(
            self.fitted, ids=ids, neighbours=neighbours, ranker=_with_room(self.fitted.ranker), **_filled(self._rooms)
        )
        self._move(_with_room(self.model.ranker))
        return self.model

    def as_of(self, log: Log, moment: float) -> ItemModel:
        """Return the fitted model with trend, popularity and what its ranker reads as of a moment; nothing is changed by it.

        Parameters
        ----------
        log : purchases in the rows of `fitted`, in the order of their times
        """
        fresh = refreshed(self.fitted, log, moment)
        if fresh.ranker is None:
            return fresh
        products = standing(log, moment, self._near(log.products))
        products[np.bincount(log.product, minlength=log.products) == 0] = np.nan
        price = STANDING.index("price")  # recorded prices are not looked at: a usual price is of the whole past
        products[:, price] = fresh.ranker.products[: log.products, price]
        return replace(fresh, ranker=replace(fresh.ranker, products=products))

    def swap(self, fresh: ItemModel) -> ItemModel:
        """Return the model with what `as_of` gave in its place; products that came meanwhile are kept as they are."""
        for name in ("items", "trend", "popular"):
            room = _Room(getattr(fresh, name))
            for value in self._rooms[name].filled[len(fresh.ids) :]:
                room.append(value)
            self._moving[name] = room
        ranker = fresh.ranker
        for _ in range(len(self.fitted.ids) - len(fresh.ids)):
            ranker = _with_room(ranker)
        self._move(ranker)
        return self.model

    def _move(self, ranker: Any) -> None:
        from scipy.sparse import diags

        moving = _filled(self._moving)
        neighbours = self.fitted.neighbours
        change = moving["trend"] / self.fitted.trend
        if neighbours is not None and (change != 1).any():
            neighbours = (neighbours @ diags(change)).tocsr().astype(np.float32)
        self.model = replace(self.fitted, neighbours=neighbours, ranker=ranker, **moving)

    def _near(self, size: int) -> Any:
        """Return `products_alike` of the products there were when the model was fitted, with empty rows for those since."""
        from scipy.sparse import csr_matrix

        from retrieval.standing import products_alike

        if not 0 < len(self._texts) <= _MOST_FOR_ALIKE:
            return None
        if self._alike is None:
            self._alike = products_alike(whitening(self._texts)(self._texts))
        found = self._alike
        starts = np.append(found.indptr, np.full(size - found.shape[0], found.indptr[-1]))
        return csr_matrix((found.data, found.indices, starts), shape=(size, size))


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


def _filled(rooms: dict[str, _Room]) -> dict[str, Any]:
    return {name: room.filled for name, room in rooms.items()}


def _with_room(ranker: Any) -> Any:
    """Return the ranker with a row for one more product, of which nothing is counted yet."""
    products = getattr(ranker, "products", None)
    if products is None:
        return ranker
    unknown = np.full((1, products.shape[1]), np.nan, dtype=products.dtype)
    return replace(ranker, products=np.concatenate([products, unknown]))


def _widened(neighbours: Any, place: Place) -> Any:
    """Return the sparse part with one more row and column at the end."""
    if neighbours is None:
        return None
    from scipy.sparse import csr_matrix

    n = neighbours.shape[0] + 1
    ends = np.append(neighbours.indptr, neighbours.indptr[-1])
    wider = csr_matrix((neighbours.data, neighbours.indices, ends), shape=(n, n))
    if place.row is None:
        return wider
    row, column = place.row.tocoo(), place.column.tocoo()
    last = np.full(row.nnz + column.nnz, n - 1)
    rows, columns = np.concatenate([last[: row.nnz], column.col]), np.concatenate([row.col, last[row.nnz :]])
    own = csr_matrix((np.concatenate([row.data, column.data]), (rows, columns)), shape=(n, n))
    grown = (wider + own).tocsr().astype(np.float32)
    grown.sort_indices()
    return grown
