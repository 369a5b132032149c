"""The recommenders ours is measured against, each tuned on the same validation window with at least six settings. Nothing here is ours.

A peer is fitted on a window's past with one setting and then scores customers. What it cannot know by itself, what sells lately and what
a customer keeps buying, is offered to every peer as two more terms, tuned on the same window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from retrieval.choice import learnable
from retrieval.customers import whiten
from retrieval.histories import Histories
from retrieval.joint import JointSettings, gram, joint_weights
from retrieval.judging import Scores
from retrieval.log import Log
from retrieval.model import Floats, Rows
from retrieval.rivals import orders_of
from retrieval.trend import TrendSettings, buyers, decayed_sales, trend
from retrieval.windows import Window

Setting = Mapping[str, float]
NO_CLOCK_LIVES = {3.0: 3.0, 7.0: 5.0, 14.0: 8.0, 30.0: 12.0, 90.0: 20.0, 1e9: 1e9}  # days → events


@dataclass(frozen=True)
class Known:
    """What a peer is fitted on: a window, the texts, and a seed."""

    window: Window
    vectors: Floats
    seed: int

    @property
    def past(self) -> Log:
        """The events that may be fitted on."""
        return self.window.past

    @property
    def dense(self) -> Rows:
        """The products a matrix of products by products is made of: those bought, the most bought where they are too many, as ours does."""
        return np.flatnonzero(learnable(self.past))

    def decayed(self, half_life: float) -> Any:
        """Return csr (customers, products), each customer's events halved with every half-life of their age."""
        from scipy.sparse import csr_matrix

        life = half_life if self.past.clock == "days" else NO_CLOCK_LIVES.get(half_life, half_life)
        found = Histories.of(self.past, self.window.now, np.array([life], np.float32))
        shape = (self.past.customers, self.past.products)
        return csr_matrix((found.weights[0], found.product, found.starts), shape)


@dataclass(frozen=True)
class Peer:
    """A way to recommend: its settings, and how it is fitted. `takes_terms`: trend and repeats can be put on its score."""

    fit: Callable[[Known, Setting], Scores]
    settings: tuple[Setting, ...]
    takes_terms: bool = True
    is_random: bool = False


def popularity(known: Known, setting: Setting) -> Scores:
    past = known.past

    def scores(customers: Rows, moment: float) -> Floats:
        counts = buyers(past, moment if past.clock == "days" else None)
        return np.tile(counts ** np.float32(setting["power"]), (len(customers), 1))

    return scores


def recent_popularity(known: Known, setting: Setting) -> Scores:
    def scores(customers: Rows, moment: float) -> Floats:
        lately = decayed_sales(known.past, moment, setting["half_life"]).astype(np.float32)
        return np.tile(lately, (len(customers), 1))

    return scores


def repeat(known: Known, setting: Setting) -> Scores:
    """Score by how often the customer bought it, recent orders counting more; ties by what sells."""
    own = orders_of(known.window) if setting["half_life"] >= 1e9 else known.decayed(setting["half_life"])
    past = known.past

    def scores(customers: Rows, moment: float) -> Floats:
        is_recent = past.clock == "days" and setting.get("recent_ties")
        between = (
            decayed_sales(past, moment, 7.0).astype(np.float32) if is_recent else buyers(past, min(moment, past.end))
        )
        return np.asarray(own[customers].toarray() + 0.01 * between / (between.max(initial=0) + 1), np.float32)

    return scores


def _linear(history: Any, weights: Any, rows: Rows) -> Scores:
    """Score by a history (customers, products) through weights between the products `rows`; others score 0."""
    inside = history[:, rows]

    def scores(customers: Rows, moment: float) -> Floats:
        found = np.zeros((len(customers), history.shape[1]), np.float32)
        found[:, rows] = inside[customers] @ weights
        return found

    return scores


def item_knn(known: Known, setting: Setting) -> Scores:
    rows = known.dense
    together = gram(known.past.matrix()[:, rows])
    sold = np.maximum(np.diag(together), 1.0)
    together /= np.sqrt(np.outer(sold, sold)) + np.float32(setting["shrink"])
    np.fill_diagonal(together, 0)
    count = min(int(setting["k"]), len(together) - 1)
    for start in range(0, len(together), 1024):
        block = together[:, start : start + 1024]
        block[block < -np.partition(-block, count, axis=0)[count]] = 0
    return _linear(known.decayed(setting["half_life"]), together, rows)


def user_knn(known: Known, setting: Setting) -> Scores:
    from sklearn.preprocessing import normalize

    rows = normalize(known.past.matrix())
    recent = known.decayed(setting["half_life"])
    count = int(setting["k"])

    def scores(customers: Rows, moment: float) -> Floats:
        near = np.asarray((rows[customers] @ rows.T).toarray())
        near[np.arange(len(customers)), customers] = 0
        bound = -np.partition(-near, min(count, near.shape[1] - 1), axis=1)[:, min(count, near.shape[1] - 1)]
        near[near < bound[:, None]] = 0
        from scipy.sparse import csr_matrix

        return np.asarray((csr_matrix(near) @ recent).toarray(), dtype=np.float32)

    return scores


def als(known: Known, setting: Setting) -> Scores:
    from implicit.cpu.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(
        factors=int(setting["factors"]),
        regularization=setting["regularization"],
        alpha=setting["alpha"],
        iterations=10,
        num_threads=1,
        random_state=known.seed,
    )
    model.fit(known.past.matrix(), show_progress=False)
    return lambda customers, moment: model.user_factors[customers] @ model.item_factors.T


def bpr(known: Known, setting: Setting) -> Scores:
    from implicit.cpu.bpr import BayesianPersonalizedRanking

    model = BayesianPersonalizedRanking(
        factors=int(setting["factors"]),
        learning_rate=setting["learning_rate"],
        regularization=setting["regularization"],
        iterations=40,
        num_threads=1,
        random_state=known.seed,
    )
    model.fit(known.past.matrix(), show_progress=False)
    return lambda customers, moment: model.user_factors[customers] @ model.item_factors.T


def edlae(known: Known, setting: Setting) -> Scores:
    """EASE where no dropout is set."""
    settings = JointSettings(text=0.0, ridge=setting["ridge"], dropout=setting.get("dropout", 0.0))
    matrix, rows = known.past.matrix(), known.dense
    return _linear(matrix, joint_weights(gram(matrix[:, rows]), None, settings), rows)


def text_only(known: Known, setting: Setting) -> Scores:
    vectors = whiten(known.vectors) if setting["whitened"] else known.vectors
    pooled = known.decayed(setting["half_life"]) @ vectors

    def scores(customers: Rows, moment: float) -> Floats:
        return np.asarray(pooled[customers] @ vectors.T, dtype=np.float32)

    return scores


def _grid(**values: tuple[float, ...]) -> tuple[Setting, ...]:
    """Return one setting a place: the first of each, the second of each, and so on."""
    return tuple(dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True))


RIDGES = (30.0, 100.0, 300.0, 1000.0, 3000.0, 10000.0)
PEERS: Mapping[str, Peer] = {
    "popularity": Peer(popularity, ({"power": 1.0},), takes_terms=False),  # a power changes no order: nothing to tune
    "recent popularity": Peer(recent_popularity, _grid(half_life=(1.0, 3.0, 7.0, 14.0, 30.0, 90.0)), takes_terms=False),
    "repeat": Peer(
        repeat, _grid(half_life=(1e9, 1e9, 180.0, 90.0, 60.0, 30.0), recent_ties=(0.0, 1.0, 1.0, 1.0, 1.0, 1.0))
    ),
    "ItemKNN": Peer(
        item_knn,
        _grid(
            k=(20.0, 50.0, 200.0, 50.0, 200.0, 50.0),
            shrink=(0.0, 10.0, 10.0, 0.0, 0.0, 10.0),
            half_life=(1e9, 1e9, 1e9, 90.0, 90.0, 30.0),
        ),
    ),
    "UserKNN+recency": Peer(
        user_knn,
        _grid(k=(50.0, 100.0, 200.0, 400.0, 100.0, 200.0), half_life=(30.0, 30.0, 30.0, 30.0, 7.0, 7.0)),
    ),
    "ALS": Peer(
        als,
        _grid(
            factors=(64.0, 64.0, 64.0, 128.0, 128.0, 32.0),
            regularization=(0.1, 1.0, 10.0, 10.0, 1.0, 10.0),
            alpha=(1.0, 5.0, 5.0, 5.0, 20.0, 5.0),
        ),
        is_random=True,
    ),
    "BPR": Peer(
        bpr,
        _grid(
            factors=(64.0, 64.0, 128.0, 128.0, 32.0, 64.0),
            learning_rate=(0.01, 0.05, 0.05, 0.1, 0.05, 0.1),
            regularization=(0.01, 0.01, 0.01, 0.01, 0.1, 0.1),
        ),
        is_random=True,
    ),
    "EASE": Peer(edlae, tuple({"ridge": ridge} for ridge in RIDGES)),
    "EDLAE": Peer(
        edlae, _grid(ridge=(30.0, 100.0, 300.0, 1000.0, 1000.0, 3000.0), dropout=(0.33, 0.33, 0.33, 0.2, 0.5, 0.33))
    ),
    "text only": Peer(
        text_only,
        _grid(whitened=(0.0, 0.0, 1.0, 1.0, 1.0, 1.0), half_life=(1e9, 30.0, 1e9, 90.0, 30.0, 14.0)),
    ),
}


@dataclass(frozen=True)
class Terms:
    """What is put on a peer's score: times trend, plus so much a past order of the product, in units of the customer's best score."""

    trend: TrendSettings | None = None
    repeat: float = 0.0


NO_TERMS = Terms()
TRENDS = tuple(TrendSettings(days, strength) for days in (3.0, 7.0, 14.0) for strength in (0.3, 1.0))
REPEATS = (0.1, 0.3, 1.0, 3.0)


def with_terms(window: Window, scores: Scores, terms: Terms) -> Scores:
    """Return a peer's scores with the two terms; scores below 0 are cut to 0 where a factor is put on them."""
    if terms == NO_TERMS:
        return scores
    orders = orders_of(window)
    trends: dict[float, Floats] = {}

    def found(customers: Rows, moment: float) -> Floats:
        table = np.maximum(np.array(scores(customers, moment), dtype=np.float32), 0)
        if terms.repeat:
            best = np.maximum(table.max(axis=1, keepdims=True), 1e-9)
            table = table / best + terms.repeat * np.log1p(orders[customers].toarray())
        if terms.trend is not None:
            if moment not in trends:
                trends[moment] = trend(window.past, moment, terms.trend)
            table = table * trends[moment]
        return np.asarray(table, dtype=np.float32)

    return found
