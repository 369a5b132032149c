"""Every customer's history at once, as a model reads it: decayed weights, own orders, ages. It counts events and ranks nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.log import Log
from retrieval.model import Floats, History, ItemModel, Rows

BATCH = 256


@dataclass(frozen=True)
class Histories:
    """One row a customer and product with any event, sorted by customer and product; `starts[c]:starts[c + 1]` are customer c's.

    Parameters
    ----------
    product : int64 (p,)
    weights : float32 (h, p), decayed to each customer's own moment
    orders, first, last : float32 (p,), as in `History`
    starts : int64 (customers + 1,)
    baskets, since : float32 (customers,), as in `History`
    """

    product: Rows
    weights: Floats
    orders: Floats
    first: Floats
    last: Floats
    starts: Rows
    baskets: Floats
    since: Floats

    @classmethod
    def of(
        cls, log: Log, now: float | NDArray[np.float64], half_lives: Floats, *, quantity_power: float = 0.0
    ) -> Histories:
        """Return the histories of all customers of a log at `now`, or at each customer's own moment; later events are not looked at."""
        moments = np.broadcast_to(np.asarray(now, dtype=np.float64), (log.customers,))
        log = log.before(moments)
        if (
            log.clock == "events"
        ):  # the age of an event is how many events the customer has had since: the last one is of now
            moments = np.bincount(log.customer, minlength=log.customers).astype(np.float64) - 1.0
        order = np.lexsort((~log.is_buy, log.order, log.product, log.customer))
        log = log.where(order)
        key = log.customer * log.products + log.product
        starts = np.flatnonzero(np.diff(key, prepend=-1))
        pairs = key[starts]
        age = moments[log.customer] - log.time
        events = log.event_weights(quantity_power)
        weights = np.stack(
            [_sums(events * np.exp2(-age / half_life), starts) for half_life in half_lives.astype(np.float64)]
        )
        is_order = log.is_buy & ((np.diff(log.order, prepend=-1) != 0) | (np.diff(key, prepend=-1) != 0))
        customers = pairs // max(log.products, 1)
        baskets = np.unique(log.customer[log.is_buy] * (log.order.max(initial=0) + 1) + log.order[log.is_buy])
        since = np.full(log.customers, np.inf)
        np.minimum.at(since, log.customer, age)
        return cls(
            pairs % max(log.products, 1),
            weights.astype(np.float32),
            _sums(is_order.astype(np.float64), starts).astype(np.float32),
            (np.maximum.reduceat(age, starts) if len(starts) else age).astype(np.float32),
            (np.minimum.reduceat(age, starts) if len(starts) else age).astype(np.float32),
            np.searchsorted(customers, np.arange(log.customers + 1)),
            np.bincount(baskets // (log.order.max(initial=0) + 1), minlength=log.customers).astype(np.float32),
            since.astype(np.float32),
        )

    def one(self, model: ItemModel, customer: int) -> History:
        """Return the history of the customer in row `customer`."""
        at = slice(self.starts[customer], self.starts[customer + 1])
        rows, weights = self.product[at], self.weights[:, at]
        return History(
            weights @ model.inputs[rows],
            rows,
            weights,
            self.orders[at],
            self.first[at],
            self.last[at],
            float(self.baskets[customer]),
            float(self.since[customer]),
        )

    def batches(
        self, model: ItemModel, customers: Rows, *, size: int = BATCH
    ) -> Iterator[tuple[Rows, list[History], Floats]]:
        """Yield some customers, their histories and their scores before any ranker, float32 (b, n)."""
        for start in range(0, len(customers), size):
            some = customers[start : start + size]
            found = [self.one(model, int(customer)) for customer in some]
            yield some, found, self._scores(model, found)

    def _scores(self, model: ItemModel, found: list[History]) -> Floats:
        from scipy.sparse import csr_matrix

        queries = model.query(np.stack([one.sums for one in found]))
        scores = queries[:, :-1] @ model.items.T + model.bias
        if model.neighbours is not None:
            indptr = np.cumsum([0, *(len(one.rows) for one in found)])
            mixed = np.concatenate([model.mix @ one.weights for one in found])
            rows = np.concatenate([one.rows for one in found])
            scores += (csr_matrix((mixed, rows, indptr), (len(found), len(model.ids))) @ model.neighbours).toarray()
        return np.asarray(scores, dtype=np.float32)


def _sums(values: NDArray[np.float64], starts: Rows) -> NDArray[np.float64]:
    return np.add.reduceat(values, starts) if len(starts) else np.zeros(0)
