"""The second look: candidates of the index put in a new order by small learned trees that know repeats and recency.

It reorders what it is handed, from counts alone. It does not search, and it reads no text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retrieval.standing import STANDING

if TYPE_CHECKING:
    from retrieval.model import Floats, History, ItemModel, Rows

CANDIDATES = 150
OF_CUSTOMER = (
    "price beside the customer's",
    "orders placed",
    "since last event",
    "products an order",
    "different products",
)
OF_OWN = (
    "own orders",
    "since own last",
    "since own first",
    "share of own orders",
    "own gap",
    "own gap overdue",
    "own weight",
)
FEATURES = (
    *("score as logarithm", "score over the best", "place", "score without trend", "trend"),
    *STANDING,
    *OF_CUSTOMER,
    *OF_OWN,
)


@dataclass(frozen=True)
class Ranker:
    """Gradient-boosted trees as plain arrays, and what they read of each product.

    Parameters
    ----------
    products : float32 (n, len(STANDING)), `retrieval.standing.standing` of each product as of now
    feature, threshold, nan_left : (trees, inner nodes), padded with nodes no leaf hangs on
    path : int8 (trees, inner nodes, leaves): 1 where the leaf lies left of the node, -1 right, 0 neither
    lefts : float32 (trees, leaves), how many nodes a leaf lies left of; padded leaves have one that is never reached
    value : float32 (trees, leaves)
    fresh : whether it was learned on products new to the customer: what was bought before is then left where it is
    candidates : so many of the best scores are looked at, and what the customer bought before
    """

    products: Floats
    feature: NDArray[np.int64]
    threshold: Floats
    nan_left: NDArray[np.bool_]
    path: NDArray[np.int8]
    lefts: Floats
    value: Floats
    fresh: bool
    candidates: int = CANDIDATES

    def predict(self, table: Floats) -> Floats:
        """Return float32 (rows,), the sum over the trees for each row of `table` (rows, features), more is better.

        Source: Lucchese et al. (2015), "QuickScorer", SIGIR: a leaf is found by the nodes it lies left and right of.
        """
        seen = table[:, self.feature].transpose(1, 0, 2)  # (trees, rows, nodes)
        goes_left = np.where(np.isnan(seen), self.nan_left[:, None, :], seen <= self.threshold[:, None, :])
        reached = np.matmul(goes_left.astype(np.float32), self.path.astype(np.float32)) == self.lefts[:, None, :]
        return np.asarray((reached * self.value[:, None, :]).sum(axis=(0, 2)), dtype=np.float32)

    def reordered(self, model: ItemModel, history: History, scores: Floats) -> Floats:
        """Return the scores with the candidates lifted above the rest in the learned order."""
        rows, table = candidates(model, history, scores, self.products, fresh=self.fresh, count=self.candidates)
        if not len(rows):
            return scores
        learned = self.predict(table)
        lifted = scores.copy()
        rest = np.delete(scores, rows)
        rest = rest[np.isfinite(rest)]
        lifted[rows] = learned - learned.min() + max(float(rest.max(initial=0)), 0.0) + 1.0
        return lifted


def candidates(
    model: ItemModel, history: History, scores: Floats, products: Floats, *, fresh: bool, count: int = CANDIDATES
) -> tuple[Rows, Floats]:
    """Return the rows that get a second look, ascending, and their features (`candidate_table`).

    Parameters
    ----------
    scores : float32 (n,), `model.scores(history)`
    fresh : whether products bought before are left out; else all of them are looked at, beside the `count` best
    """
    bought = history.rows[history.orders > 0]
    looked = scores
    if fresh:
        looked = scores.copy()
        looked[bought] = -np.inf
    count = min(count, len(scores))
    best = np.argpartition(-looked, count - 1)[:count] if count else np.zeros(0, np.int64)
    rows = np.sort(best) if fresh else np.union1d(best, bought)
    rows = rows[np.isfinite(looked[rows])]  # the rest was not scored: a search that is not exact did not find it
    return rows, candidate_table(model, history, looked, rows, products)


def candidate_table(model: ItemModel, history: History, scores: Floats, rows: Rows, products: Floats) -> Floats:
    """Return float32 (rows, features): `FEATURES`, then each of the customer's sums against the product.

    Parameters
    ----------
    scores : float32 (n,), `model.scores(history)`
    rows : int64 (r,), the candidates
    products : float32 (n, len(STANDING))
    """
    score, trend = scores[rows], model.trend[rows]
    best = max(float(scores.max(initial=0)), 1e-9)
    place = np.empty(len(rows), dtype=np.float32)
    place[np.argsort(-score, kind="stable")] = np.arange(len(rows))
    standing = products[rows]
    columns = [np.log(np.maximum(score, 1e-6)), score / best, place, score / trend, np.log(trend), *standing.T]
    columns += _of_customer(history, products, standing[:, STANDING.index("price")])
    columns += _own(model, history, rows)
    columns += list(history.sums @ model.items[rows].T)
    return np.stack(columns, axis=1).astype(np.float32)


def _of_customer(history: History, products: Floats, price: Floats) -> list[Floats]:
    lines, kinds = float(history.orders.sum()), float((history.orders > 0).sum())
    own = products[history.rows, STANDING.index("price")]
    known = np.isfinite(own) & (history.orders > 0)
    usual = float((own * history.orders)[known].sum() / history.orders[known].sum()) if known.any() else np.nan
    values = (history.baskets, history.since, lines / max(history.baskets, 1.0), kinds / max(lines, 1.0))
    return [price - usual, *(np.full(len(price), value, dtype=np.float32) for value in values)]


def _own(model: ItemModel, history: History, rows: Rows) -> list[Floats]:
    orders, weight = np.zeros(len(rows), np.float32), np.zeros(len(rows), np.float32)
    last, first = np.full(len(rows), np.nan, np.float32), np.full(len(rows), np.nan, np.float32)
    at = np.searchsorted(history.rows, rows)
    found = np.flatnonzero(at < len(history.rows))
    found = found[history.rows[at[found]] == rows[found]]
    at = at[found]
    orders[found], last[found], first[found] = history.orders[at], history.last[at], history.first[at]
    weight[found] = history.weights[0, at]
    gap = (first - last) / np.maximum(orders - 1, 1)
    gap[orders < 2] = np.nan
    return [orders, last, first, orders / max(history.baskets, 1.0), gap, last / (gap + 1), weight]
