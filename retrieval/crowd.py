"""All customers of a shop at once: who a product would please, what would please some of them, who is like whom.

It reads the live states. It ranks by the index's score, before any ranker, and it decides nothing about whom to write to.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retrieval.filters import Mask
from retrieval.live import Live
from retrieval.model import Floats
from retrieval.ranked import Ranked, best_of

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_CHUNK = 16_384  # customers whose vectors are held at once


class Crowd:
    """The customers of one live shop.

    Parameters
    ----------
    live : Live
    """

    def __init__(self, live: Live) -> None:
        self._live = live
        self._moment = None if live.model.clock == "events" else live.now
        self._norms: tuple[tuple[float, ...], NDArray[np.float64]] | None = None
        self._products = len(live.model.ids)

    @cached_property
    def _weights(self) -> list[csr_matrix]:
        return self._live.past.weights(self._live.fold, self._moment)

    @cached_property
    def _names(self) -> list[str]:
        return self._live.past.customers

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self._names)}

    def _factors(self) -> tuple[float, ...]:
        """Return what is left of each half-life's weights since they were counted, times its share of the score."""
        model, since = self._live.model, 0.0 if self._moment is None else self._live.now - self._moment
        return tuple((model.mix * np.exp2(-since / model.half_lives.astype(np.float64))).tolist())

    def _changed(self) -> dict[str, Floats]:
        """Return for each customer with recorded events what each product counts now, float32 (n,)."""
        live, found = self._live, {}
        for name in live.scene.recorded.customers:
            history = live.history(live.state(name))
            mixed = np.zeros(len(live.model.ids), dtype=np.float32)
            mixed[history.rows] = live.model.mix @ history.weights
            found[name] = mixed
        return found

    def audience(self, row: int, k: int, *, exclude_owners: bool) -> list[tuple[str, float]]:
        """Return the `k` customers with history a product scores highest for, with the score, best first; ties by id."""
        model = self._live.model
        worth = model.inputs @ model.items[row]
        if model.neighbours is not None:
            worth = worth + model.neighbours[:, [row]].toarray().ravel()
        scores = np.full(len(self._names), float(model.bias[row]))
        for factor, weights in zip(self._factors(), self._weights, strict=True):
            scores += factor * (weights @ worth[: self._products])
        changed = self._changed()
        fresh = {name: float(mixed @ worth + model.bias[row]) for name, mixed in changed.items()}
        gone = set(changed) | (self._live.past.buyers(row) if exclude_owners else set())
        scores[[self._places[name] for name in gone if name in self._places]] = -np.inf
        if exclude_owners:
            fresh = {name: score for name, score in fresh.items() if row not in self._live.states[name].owned}
        best = np.argsort(-scores, kind="stable")[:k]  # names are sorted: ties are by id
        found = [(self._names[at], float(scores[at])) for at in best if np.isfinite(scores[at])]
        return sorted([*found, *fresh.items()], key=lambda one: (-one[1], one[0]))[:k]

    def for_customers(self, customers: Sequence[str], allowed: Mask, k: int) -> Ranked:
        """Return the `k` allowed products of the highest mean score over those of the customers who have a history."""
        model, changed = self._live.model, self._changed()
        asked = dict.fromkeys(customers)
        places = [self._places[name] for name in asked if name in self._places and name not in changed]
        total = np.zeros(len(model.ids))
        for factor, weights in zip(self._factors(), self._weights, strict=True):
            total[: self._products] += factor * np.asarray(weights[places].sum(axis=0)).ravel()
        recorded = [changed[name] for name in asked if name in changed]
        many = len(places) + len(recorded)
        if not many:
            return Ranked(np.zeros(0, np.int64), np.zeros(0, np.float32))
        mean = ((total + np.sum(recorded, axis=0)) / many).astype(np.float32)
        scores = (mean @ model.inputs) @ model.items.T + model.bias
        if model.neighbours is not None:
            scores = scores + mean @ model.neighbours
        return best_of(np.arange(len(allowed)), np.asarray(scores, dtype=np.float32), allowed, k)

    def alike(self, customer: str, k: int) -> list[tuple[str, float]]:
        """Return the `k` customers whose vectors point most the same way, with the cosine; none without history."""
        model, live = self._live.model, self._live
        own = model.query(live.history(live.state(customer)).sums)[:-1]
        length = float(np.linalg.norm(own))
        if length < 1e-12:
            return []
        toward = (model.inputs @ own / length)[: self._products]
        factors = self._factors()
        cosines = np.zeros(len(self._names))
        for factor, weights in zip(factors, self._weights, strict=True):
            cosines += factor * (weights @ toward)
        norms = self._lengths(factors)
        cosines = np.divide(cosines, norms, out=np.full_like(cosines, -np.inf), where=norms > 1e-12)
        if customer in self._places:
            cosines[self._places[customer]] = -np.inf
        best = np.argsort(-cosines, kind="stable")[:k]
        return [(self._names[at], float(cosines[at])) for at in best if np.isfinite(cosines[at])]

    def _lengths(self, factors: tuple[float, ...]) -> NDArray[np.float64]:
        if self._norms is None or self._norms[0] != factors:
            inputs = self._live.model.inputs[: self._products]
            found = np.zeros(len(self._names))
            for start in range(0, len(found), _CHUNK):
                some = slice(start, start + _CHUNK)
                sums = sum(
                    factor * (weights[some] @ inputs) for factor, weights in zip(factors, self._weights, strict=True)
                )
                found[some] = np.linalg.norm(np.asarray(sums), axis=1)
            self._norms = (factors, found)
        return self._norms[1]
