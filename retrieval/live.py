"""Customers and products as they are at this moment: each recorded event and change is in the very next answer.

It holds states in memory and finds products; what outlives a crash is the event store's, whose rows it takes in their order.
It writes nothing and logs nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from retrieval.customer_state import CustomerState, Line
from retrieval.encoder import Vectors
from retrieval.filters import Catalogue, Filter, Mask
from retrieval.fold import Fold
from retrieval.item_search import ItemSearch
from retrieval.model import Floats, History, ItemModel, Rows
from retrieval.newcomers import Grown
from retrieval.past import Past, days_of
from retrieval.recommend import Exclude
from retrieval.terms import Term, Top, terms_of, top_of
from shop.texts import product_text

if TYPE_CHECKING:
    from shop import Shop
    from shop.store_tables import Event, ProductChange

CANDIDATES = 400  # looked at where search is not exact
Encode = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True)
class Ranked:
    """Products in the order of their score, best first, with what made the score ready to be told."""

    rows: Rows
    scores: Floats


class Live:
    """One shop's customers and products in memory, over a fitted model.

    Parameters
    ----------
    shop : Shop
        Its events are what happened before anything is recorded.
    model : ItemModel
    text_vectors : float32 (n, t), unit rows as `model.ids`
        Where new products find their neighbours.
    encode : callable
        Texts to unit vectors, as those of `text_vectors`.
    search : ItemSearch, optional
        Over `model.index_vectors()`; made where it is not given.
    """

    def __init__(
        self, shop: Shop, model: ItemModel, text_vectors: Vectors, encode: Encode, *, search: ItemSearch | None = None
    ) -> None:
        self.lock = threading.RLock()
        self.catalogue = Catalogue(shop, model.ids)
        self.past = Past(shop, model.ids, model.clock)
        self.search = search or ItemSearch(model.index_vectors())
        self.event_position = 0  # of the store: events up to here are in
        self.change_position = 0
        self.states: dict[str, CustomerState] = {}
        self._guests: dict[str, CustomerState] = {}
        self._grown = Grown(model, text_vectors)
        self._fold = Fold(model)
        self._encode = encode
        self._now = days_of(shop.as_of) if shop.has_clock else 0.0

    @property
    def model(self) -> ItemModel:
        """The model, with the products that have come since it was fitted."""
        return self._grown.model

    @property
    def fold(self) -> Fold:
        """How events become states."""
        return self._fold

    @property
    def now(self) -> float:
        """The moment of the last thing known to have happened in the shop, in days since 1970."""
        return self._now

    def take(self, position: int, event: Event) -> None:
        """Take one recorded event in; positions come in the order of the store, each once. See `pass_over`.

        Raises
        ------
        ValueError
            When the position is not the next one.
        """
        with self.lock:
            self.pass_over(position)
            self._now = max(self._now, days_of(event.time))
            if event.action == "buy" and event.channel and event.product_id:
                self.catalogue.sold_in(event.product_id, event.channel)
            state = self._state_of(event)
            if state is not None and event.product_id is not None:
                row = self.catalogue.row_of.get(event.product_id, -1)
                self._add(state, Line(row, days_of(event.time), event.action, event.quantity, event.order_id))

    def pass_over(self, position: int) -> None:
        """Note that an event is in already, with the shop's tables; raises as `take`."""
        with self.lock:
            if position != self.event_position + 1:
                raise ValueError(f"event {position} came after event {self.event_position}; read the store from there.")
            self.event_position = position

    def _add(self, state: CustomerState, line: Line) -> None:
        if self.model.clock == "events":
            line = replace(line, day=float(len(state.before) + len(state.tail)))
        self._fold.add(state, line)

    def _state_of(self, event: Event) -> CustomerState | None:
        if event.customer_id is None:
            return None if event.session is None else self._guests.setdefault(event.session, self._fold.empty())
        state = self.state(event.customer_id)
        if event.session is not None and event.session in self._guests:  # the guest has signed in
            for line in self._guests.pop(event.session).tail:
                self._add(state, line)
        return state

    def take_change(self, position: int, change: ProductChange) -> None:
        """Take one product change in; a new product is found from now on. Raises as `take`."""
        with self.lock:
            if position != self.change_position + 1:
                raise ValueError(
                    f"change {position} came after change {self.change_position}; read the store from there."
                )
            self.change_position = position
            if not self.catalogue.apply(change):
                return
            words = product_text(change.product_id, change.title, change.category, change.brand, change.description)
            self._fold.model = self._grown.take_in(change.product_id, self._encode([words])[0])
            self.search.add(self.model.index_vectors()[-1:])

    def state(self, customer_id: str) -> CustomerState:
        """Return what is held of a customer; made from the shop's tables at the first call."""
        with self.lock:
            if customer_id not in self.states:
                state = self._fold.of(self.past.of(customer_id), self.past.order_ids(customer_id))
                state.sent_back = self.past.returned(customer_id)
                self.states[customer_id] = state
            return self.states[customer_id]

    def guest(self, session: str) -> CustomerState:
        """Return what is held of a guest's session; empty for one that has done nothing."""
        return self._guests.get(session) or self._fold.empty()

    def now_of(self, state: CustomerState, now: datetime | None = None) -> float:
        """Return the moment as the model counts it: days, or the number of the customer's last event.

        By default the moment of the last thing known to have happened in the shop.
        """
        if self.model.clock == "events":
            return float(max(len(state.before) + len(state.tail) - 1, 0))
        return self._now if now is None else days_of(now)

    def history(self, state: CustomerState, now: datetime | None = None) -> History:
        """Return a state as the model reads it."""
        return self._fold.history(state, self.now_of(state, now))

    def may_be_shown(self, state: CustomerState, exclude: Exclude, asked: Filter) -> Mask:
        """Return bool (n,): not withdrawn, not excluded, and passing every filter; raises FilterError as `Catalogue.passing`."""
        mask = self.catalogue.passing(asked) & ~self.catalogue.blocked()
        if exclude.out_of_stock:
            mask &= ~self.catalogue.out_of_stock()
        gone = set(state.owned) if exclude.owned else set()
        gone |= state.returned if exclude.returned else set()
        gone |= {self.catalogue.row_of[one] for one in exclude.products if one in self.catalogue.row_of}
        mask[list(gone)] = False
        return mask

    def ranked(self, history: History, allowed: Mask, k: int) -> Ranked:
        """Return the `k` best of the allowed products by their final score; fewer where fewer are allowed; ties in the order of rows."""
        if not len(history.rows):
            return self.best(np.arange(len(allowed)), self.strangers_scores(), allowed, k)
        if self.search.kind == "flat" or allowed.sum() < max(4 * k, len(allowed) // 10):
            return self.best(np.arange(len(allowed)), self.model.final_scores(history), allowed, k)
        rows = self._candidates(history, max(CANDIDATES, 4 * k))
        if allowed[rows].sum() < k:  # much of what is best may not be shown: look at everything
            return self.best(np.arange(len(allowed)), self.model.final_scores(history), allowed, k)
        scores = self.model.scores(history, rows)
        if self.model.ranker is not None:
            every = np.full(len(allowed), -np.inf, dtype=np.float32)
            every[rows] = scores
            scores = self.model.ranker.reordered(self.model, history, every)[rows]
        return self.best(rows, scores, allowed, k)

    def strangers_scores(self) -> Floats:
        """Return float32 (n,) in [0, 1], what somebody without history is shown by: how many bought it lately."""
        popular = self.model.popular
        return np.asarray(popular / max(float(popular.max(initial=0.0)), 1.0), dtype=np.float32)

    def _candidates(self, history: History, many: int) -> Rows:
        dense = self.search.search(self.model.query(history.sums)[None], many)[0][0]
        sparse = self.model.sparse_scores(history)
        found = [dense[dense >= 0], history.rows]
        if sparse.any():
            found.append(np.argpartition(-sparse, min(many, len(sparse) - 1))[:many])
        return np.unique(np.concatenate(found))

    @staticmethod
    def best(rows: Rows, scores: Floats, allowed: Mask, k: int) -> Ranked:
        """Return the `k` best of the allowed rows, best first; ties in the order of rows."""
        usable = allowed[rows] & np.isfinite(scores)
        rows, scores = rows[usable], scores[usable]
        if len(rows) > 4 * k:  # the k best and all that tie with the last of them
            least = np.partition(scores, len(scores) - k)[len(scores) - k]
            near = scores >= least
            rows, scores = rows[near], scores[near]
        order = np.lexsort((rows, -scores))[:k]
        return Ranked(rows[order], scores[order])

    def terms(
        self, state: CustomerState, row: int, *, now: datetime | None = None, most: int | None = 5
    ) -> tuple[Term, ...]:
        """Return the terms that made a product's score for a customer; see `retrieval.terms.terms_of`."""
        history = self.history(state, now)
        if not len(history.rows):
            amount = float(self.strangers_scores()[row])
            return (Term("popular", amount, self.model.ids[row], count=int(self.model.popular[row])),)
        ranker = 0.0
        if self.model.ranker is not None:
            ranker = float(self.model.final_scores(history)[row]) - float(self.model.scores(history)[row])
        return terms_of(self._fold, state.happened(), row, self.now_of(state, now), ranker=ranker, most=most)

    def top(self, state: CustomerState, row: int, *, now: datetime | None = None) -> Top | None:
        """Return the product whose events gave most to a product's score; see `retrieval.terms.top_of`."""
        return top_of(self._fold, state.happened(), row, self.now_of(state, now))
