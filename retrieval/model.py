"""A fitted recommendation model as plain arrays: what an event adds to a customer, what a product answers with, and the score.

Every recipe (`retrieval.joint`, `retrieval.two_tower`) ends in an `ItemModel`; serving, reasons and evaluation read only this.
It knows rows, sums and terms, not how they were fitted, and it keeps no customer.

The score of product j for a customer is a sum of terms::

    score(j) = sum_h mix[h] * <sums[h], items[j]>                     behaviour and text, one inner product, served by the index
             + bias[j]                                                the same for everybody
             + sum_i sum_h mix[h] * weights[h, i] * neighbours[i, j]  sparse part: i the products in the history, j = i the repeat

`sums[h] = sum over events e of weight_e * 0.5 ** (age_e / half_lives[h]) * inputs[product of e]`: one event changes it in O(1). A
`ranker`, where validation kept one, then puts the best candidates of that score in a new order (`retrieval.ranker`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from retrieval.ranker import Ranker

Recipe = Literal["joint", "two towers", "text"]
Clock = Literal["days", "events"]
Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
MOST_UNITS = 25.0  # more units of one line say no more


@dataclass(frozen=True)
class Tried:
    """One recipe or rival as it did on the shop's own validation window.

    `ndcg` NDCG@10, `recall` Recall@20, full catalogue; `mode` what was ranked: "all" products or those "new" to the customer.
    """

    name: str
    mode: str
    ndcg: float
    recall: float
    interval: tuple[float, float] = (0.0, 0.0)  # of the NDCG, 95 %
    settings: Mapping[str, float] = field(default_factory=dict)
    chosen: bool = False


@dataclass(frozen=True)
class History:
    """What is known of one customer at one moment, in the rows of one model; ages in days or in the customer's later events.

    Parameters
    ----------
    sums : float32 (h, d)
        The decayed sums of `inputs`, one for each half-life, at this moment.
    rows : int64 (m,)
        Products the customer did something with, ascending.
    weights : float32 (h, m)
        The same decayed sums of the event weights alone, for each of `rows`: sums = weights @ inputs[rows].
    orders : float32 (m,)
        How many orders of the customer hold the product (0: looked at only).
    first, last : float32 (m,)
        Age of the first and the last event with the product; `last` 0 is now.
    baskets : float
        How many orders the customer placed.
    since : float
        Age of the customer's last event with any product; infinite without one.
    """

    sums: Floats
    rows: Rows
    weights: Floats
    orders: Floats
    first: Floats
    last: Floats
    baskets: float = 0.0
    since: float = float("inf")


@dataclass(frozen=True)
class ItemModel:
    """One shop's fitted model.

    Parameters
    ----------
    recipe : which recipe was fitted
    ids : n product ids; every array's rows are theirs, in this order
    inputs : float32 (n, d)
        What one event of weight 1 on a product adds to each of a customer's sums.
    items : float32 (n, d)
        The product in the inner-product index, trend included.
    bias : float32 (n,)
        What the product scores for anybody, a newcomer too; 0 for a recipe without.
    trend : float32 (n,), above 0
        The factor already in `items` and `neighbours`: above 1 sells better lately than it used to; 1 without a clock.
    half_lives : float32 (h,), above 0, `inf` for no forgetting
        In days where `clock` is "days", in the customer's later events where it is "events".
    mix : float32 (h,)
        How much each sum counts.
    clock : "days" or "events"
    action_weights : weight of one event by its action; 0 or missing: the event is not looked at
    quantity_power : weight of an event = action weight * clip(quantity, 1, 25) ** quantity_power; 0: units do not count
    neighbours : scipy csr float32 (n, n), optional
        From the product in the history (row) to the product scored (column), trend included; the diagonal is the repeat term.
    popular : float32 (n,), at least 0
        How many customers bought the product lately, in the days the settings name (all time without a clock): what a stranger is
        ranked by.
    ranker : Ranker, optional
    encoder : name of the encoder whose text vectors went in
    settings : what was chosen, by name
    tried : how each recipe and rival did on the validation window, best first
    why : one sentence on why this recipe and these settings, for a reader
    """

    recipe: Recipe
    ids: tuple[str, ...]
    inputs: Floats
    items: Floats
    bias: Floats
    trend: Floats
    half_lives: Floats
    mix: Floats
    clock: Clock
    action_weights: Mapping[str, float]
    popular: Floats
    quantity_power: float = 0.0
    neighbours: csr_matrix | None = None
    ranker: Ranker | None = None
    encoder: str = ""
    settings: Mapping[str, float | str] = field(default_factory=dict)
    tried: tuple[Tried, ...] = ()
    why: str = ""

    def __post_init__(self) -> None:
        n, d = self.inputs.shape
        shapes = {"items": (n, d), "bias": (n,), "trend": (n,), "popular": (n,)}
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} must be {shape} as the inputs are {(n, d)}, got {getattr(self, name).shape}.")
        if len(self.ids) != n or self.half_lives.shape != self.mix.shape:
            raise ValueError(
                f"{len(self.ids)} ids for {n} rows, {len(self.half_lives)} half-lives for {len(self.mix)} mixing weights."
            )

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """The row of each product id."""
        return {identity: row for row, identity in enumerate(self.ids)}

    @property
    def dim(self) -> int:
        """d, the width of `inputs` and of a customer's sums."""
        return int(self.inputs.shape[1])

    def nothing(self) -> Floats:
        """Return the sums of a customer without history, float32 (h, d) of zeros."""
        return np.zeros((len(self.half_lives), self.dim), dtype=np.float32)

    def decays(self, elapsed: float) -> Floats:
        """Return float32 (h,), what is left of each sum after `elapsed` days (or events), at least 0."""
        return np.exp2(-np.float32(max(elapsed, 0.0)) / self.half_lives).astype(np.float32)

    def event_weight(self, action: str, quantity: float | None = None) -> float:
        """Return what one event counts; 0 for an action the model does not look at. Returns count below 0."""
        units = 1.0 if quantity is None or not np.isfinite(quantity) else min(max(quantity, 1.0), MOST_UNITS)
        return float(self.action_weights.get(action, 0.0)) * units**self.quantity_power

    def added(self, sums: Floats, elapsed: float, row: int, weight: float) -> Floats:
        """Return the sums after one more event, `elapsed` days (or events) after the moment `sums` are of: O(h d).

        An event older than that moment is added with `elapsed` 0 and its weight decayed for each sum beforehand.
        """
        return sums * self.decays(elapsed)[:, None] + np.float32(weight) * self.inputs[row]

    def query(self, sums: Floats) -> Floats:
        """Return float32 (d + 1,), what is searched for in the index of `index_vectors`; also for (b, h, d), then (b, d + 1)."""
        mixed = np.einsum("h,...hd->...d", self.mix, sums)
        ones = np.ones((*mixed.shape[:-1], 1), dtype=np.float32)
        return np.concatenate([mixed, ones], axis=-1).astype(np.float32)

    def index_vectors(self) -> Floats:
        """Return float32 (n, d + 1), `items` with the bias as the last column: the rows of the inner-product index."""
        return np.concatenate([self.items, self.bias[:, None]], axis=1)

    def scores(self, history: History, rows: Rows | None = None) -> Floats:
        """Return the score of products before any ranker, float32; all of them, or those of `rows`, in that order."""
        chosen = slice(None) if rows is None else rows
        query = self.query(history.sums)
        scores = self.items[chosen] @ query[:-1] + self.bias[chosen]
        return np.asarray(scores + self.sparse_scores(history)[chosen], dtype=np.float32)

    def sparse_scores(self, history: History) -> Floats:
        """Return float32 (n,), the part of the score that comes from `neighbours`; zeros without."""
        if self.neighbours is None or not len(history.rows):
            return np.zeros(len(self.ids), dtype=np.float32)
        mixed = self.mix @ history.weights
        return np.asarray(mixed @ self.neighbours[history.rows], dtype=np.float32).ravel()

    def final_scores(self, history: History) -> Floats:
        """Return float32 (n,), what products are ranked by: the ranker's order on top where there is one, else `scores`."""
        scores = self.scores(history)
        return scores if self.ranker is None else self.ranker.reordered(self, history, scores)

    def share_of(self, history: History, row: int) -> Floats:
        """Return float32 (m,), what each product of the history gives to the score of product `row`; with bias they add up to it."""
        mixed = self.mix @ history.weights
        dense = mixed * (self.inputs[history.rows] @ self.items[row])
        if self.neighbours is None or not len(history.rows):
            return np.asarray(dense, dtype=np.float32)
        sparse = self.neighbours[history.rows][:, [row]].toarray().ravel()
        return np.asarray(dense + mixed * sparse, dtype=np.float32)


def usual_bias(model: ItemModel, rows: Rows) -> float:
    """Return what one of the products `rows` scores for anybody, typically."""
    return float(np.median(model.bias[rows])) if len(rows) else 0.0
