"""Customers and products as one model sees them at this moment: each recorded event and change is in the very next answer.

It holds states in memory and finds products; what happened is the scene's (`retrieval.scene`), what outlives a crash the event store's.
It writes nothing and logs nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from retrieval.customer_state import CustomerState, Line
from retrieval.encoder import Vectors
from retrieval.exposure import Sample
from retrieval.filters import Filter, Mask
from retrieval.fitting import POPULAR
from retrieval.fold import Fold
from retrieval.item_search import ItemSearch
from retrieval.model import Floats, History, ItemModel
from retrieval.newcomers import Grown, Placing
from retrieval.past import days_of, looks_at
from retrieval.ranked import Ranked, best_of, candidates
from retrieval.ranker_parts import second_look
from retrieval.recommend import Exclude
from retrieval.scene import Encode, Scene, Schedule
from retrieval.sold import sold_until
from retrieval.terms import Term, Top, terms_of, top_of

if TYPE_CHECKING:
    from shop import Shop
    from shop.store_tables import Event, ProductChange

CANDIDATES = 400  # looked at where search is not exact
_MOST_ASKED = 500  # customers by whose lists the showing of new products is measured


class Live:
    """One shop's customers and products in memory, over a fitted model.

    Parameters
    ----------
    shop : Shop
        Its events are what happened before anything is recorded.
    model : ItemModel
    text_vectors : float32 (n, t), unit rows as `model.ids`
        By which new products find their place.
    encode : callable
        Texts to unit vectors, as those of `text_vectors`.
    search : ItemSearch, optional
        Over `model.index_vectors()`; made where it is not given.
    schedule : when the trend is counted anew
    scene : Scene, optional
        Of the same shop, which another model watches too; made where it is not given.
    """

    def __init__(  # noqa: PLR0913 - each is made elsewhere
        self,
        shop: Shop,
        model: ItemModel,
        text_vectors: Vectors,
        encode: Encode,
        *,
        search: ItemSearch | None = None,
        schedule: Schedule | None = None,
        scene: Scene | None = None,
    ) -> None:
        self.scene = scene or Scene(shop, model, encode, schedule)
        self.lock = self.scene.lock
        self.catalogue, self.past = self.scene.catalogue, self.scene.past
        self.search = search or ItemSearch(model.index_vectors())
        self.states: dict[str, CustomerState] = {}
        self._guests: dict[str, CustomerState] = {}
        self._texts = text_vectors
        self._grown = Grown(model, text_vectors)
        self._fold = Fold(model)
        self._opened = self.scene.now
        self._placing: Placing | None = None
        self._counted = self.scene.mark  # up to where the trend is in
        self._counting = threading.Lock()
        self.scene.watching.append(self)

    @property
    def model(self) -> ItemModel:
        """The model, with the products that have come since it was fitted and the trend as of the last refresh."""
        return self._grown.model

    @property
    def fold(self) -> Fold:
        """How events become states."""
        return self._fold

    @property
    def now(self) -> float:
        """The moment of the last thing known to have happened in the shop, in days since 1970."""
        return self.scene.now

    @property
    def event_position(self) -> int:
        """The position in the store up to which events are in."""
        return self.scene.event_position

    def take(self, position: int, event: Event) -> None:
        """Take one recorded event in; see `Scene.take`."""
        self.scene.take(position, event)

    def take_change(self, position: int, change: ProductChange) -> None:
        """Take one product change in; see `Scene.take_change`."""
        self.scene.take_change(position, change)

    def follow(self, name: str, line: Line, *, is_guest: bool) -> None:
        """Take in one more line of somebody whose state is in memory; others find theirs when they are asked for."""
        state = (self._guests if is_guest else self.states).get(name)
        if state is not None:
            self._fold.add(state, line)

    def forget(self, session: str) -> None:
        """Drop a guest, who has signed in."""
        self._guests.pop(session, None)

    def meet(self, product_id: str, text: Vectors) -> None:
        """Take in a new product, the last of the catalogue."""
        if self._placing is None:
            known = np.zeros(len(self._texts), dtype=bool)
            known[self.past.bought()[0]["row"]] = True
            fitted = self._grown.fitted
            self._placing = Placing(fitted, self._texts, known, self._sample())
        self._fold.model = self._grown.take_in(product_id, self._placing.of(text))
        self.search.add(self.model.index_vectors()[-1:])

    def _sample(self) -> Sample:
        """Return some customers as the tables leave them, whatever was recorded since."""
        names, found = self.past.customers, []
        drawn = np.random.default_rng(0).permutation(len(names))[:_MOST_ASKED]
        for at in np.sort(drawn).tolist():
            state = self._fold.of(self.past.of(names[at]))
            moment = self._opened if self.past.clock == "days" else float(len(state.before) - 1)
            found.append(self._fold.history(state, moment))
        return Sample.of(self._grown.fitted, found)

    @property
    def is_due(self) -> bool:
        """Whether the trend is to be counted anew."""
        return self._counted != self.scene.mark

    def refresh(self) -> bool:
        """Count trend and popularity anew where the schedule says so; return whether it did. Answers go on meanwhile.

        What is counted is every purchase up to the scene's mark, so the same events give the same bytes however often it is done.
        """
        if not self.is_due or not self._counting.acquire(blocking=False):
            return False
        try:
            with self.lock:
                mark, model = self.scene.mark, self._grown.fitted
                lines = self.scene.recorded.columns(mark.lines)
            fresh = self._grown.as_of(sold_until(self.scene, lines, len(model.ids)), mark.moment)
            search = self.search.rewritten(fresh.index_vectors())
            with self.lock:
                self._fold.model = self._grown.swap(fresh)
                search.add(self.model.index_vectors()[len(search) :])
                self.search, self._counted = search, mark
        finally:
            self._counting.release()
        return True

    def state(self, customer_id: str) -> CustomerState:
        """Return what is held of a customer; made from the shop's tables and what was recorded since at the first call."""
        with self.lock:
            if customer_id not in self.states:
                state = self._fold.of(self.past.of(customer_id), self.past.order_ids(customer_id))
                state.sent_back = self.past.returned(customer_id)
                self.states[customer_id] = self._added(state, self.scene.recorded.lines_of(customer_id))
            return self.states[customer_id]

    def guest(self, session: str) -> CustomerState:
        """Return what is held of a guest's session; empty for one that has done nothing."""
        with self.lock:
            if session in self._guests:
                return self._guests[session]
            lines = self.scene.recorded.lines_of(session, is_guest=True)
            state = self._added(self._fold.empty(), lines)
            if lines:
                self._guests[session] = state
            return state

    def _added(self, state: CustomerState, lines: Iterable[Line]) -> CustomerState:
        for line in lines:
            self._fold.add(state, line)
        return state

    def now_of(self, state: CustomerState, now: datetime | None = None) -> float:
        """Return the moment as the model counts it: days, or the number of the customer's last event.

        By default the moment of the last thing known to have happened in the shop.
        """
        if self.model.clock == "events":
            return float(max(len(state.before) + len(state.tail) - 1, 0))
        return self.now if now is None else days_of(now)

    def history(self, state: CustomerState, now: datetime | None = None) -> History:
        """Return a state as the model reads it."""
        return self._fold.history(state, self.now_of(state, now))

    def may_be_shown(self, state: CustomerState, exclude: Exclude, asked: Filter) -> Mask:
        """Return bool (n,): not withdrawn, not excluded, and passing every filter; raises FilterError as `Catalogue.passing`."""
        mask = self.catalogue.passing(asked) & ~self.catalogue.blocked()
        if exclude.out_of_stock:
            mask &= ~self.catalogue.out_of_stock()
        gone = set(state.owned) if exclude.hides_owned else set()
        gone |= state.returned if exclude.returned else set()
        gone |= {self.catalogue.row_of[one] for one in exclude.products if one in self.catalogue.row_of}
        mask[list(gone)] = False
        return mask

    def ranked(self, history: History, allowed: Mask, k: int, *, channel: str | None = None) -> Ranked:
        """Return the `k` best of the allowed products by their final score; fewer where fewer are allowed; ties in the order of rows.

        `channel`: where somebody without history is, see `strangers_scores`.
        """
        if not len(history.rows):
            return best_of(np.arange(len(allowed)), self.strangers_scores(channel), allowed, k)
        if self.search.kind == "flat" or allowed.sum() < max(4 * k, len(allowed) // 10):
            return best_of(np.arange(len(allowed)), self.model.final_scores(history), allowed, k)
        rows = candidates(self.model, self.search, history, max(CANDIDATES, 4 * k))
        if allowed[rows].sum() < k:  # much of what is best may not be shown: look at everything
            return best_of(np.arange(len(allowed)), self.model.final_scores(history), allowed, k)
        scores = self.model.scores(history, rows)
        if self.model.ranker is not None:
            every = np.full(len(allowed), -np.inf, dtype=np.float32)
            every[rows] = scores
            scores = self.model.ranker.reordered(self.model, history, every)[rows]
        return best_of(rows, scores, allowed, k)

    def strangers_scores(self, channel: str | None = None) -> Floats:
        """Return float32 (n,) in [0, 1], what somebody without history is shown by: how many bought it lately, in their channel first."""
        popular = self.model.popular / max(float(self.model.popular.max(initial=0.0)), 1.0)
        if channel is None:
            return np.asarray(popular, dtype=np.float32)
        there = self.scene.buyers_in(channel, float(self.model.settings.get(POPULAR, 30.0)))
        return np.asarray((there + popular) / (float(there.max(initial=0.0)) + 1.0), dtype=np.float32)

    def looking_at(self, state: CustomerState, products: Sequence[str]) -> CustomerState:
        """Return the state as if the customer had just looked at some products; nothing is recorded and `state` is left as it is."""
        happened, count = state.happened(), len(products)
        days = np.full(count, self.now)
        if self.model.clock == "events":
            days = len(happened) + np.arange(count, dtype=np.float64)
        rows = np.array([self.catalogue.row_of[one] for one in products], dtype=np.int64)
        made = self._fold.of(happened.then(looks_at(rows, days)))
        made.sent_back = state.sent_back
        return made

    def terms(
        self,
        state: CustomerState,
        row: int,
        *,
        now: datetime | None = None,
        most: int | None = 5,
        channel: str | None = None,
    ) -> tuple[Term, ...]:
        """Return the terms that made a product's score for a customer; see `retrieval.terms.terms_of`."""
        return self.terms_of_many(state, [row], now=now, most=most, channel=channel)[0]

    def terms_of_many(
        self,
        state: CustomerState,
        rows: Sequence[int],
        *,
        now: datetime | None = None,
        most: int | None = 5,
        channel: str | None = None,
    ) -> list[tuple[Term, ...]]:
        """Return the terms of some products' scores, as `terms` does for one."""
        history, model = self.history(state, now), self.model
        if not len(history.rows):
            amounts = self.strangers_scores(channel)
            return [
                (Term("popular", float(amounts[row]), model.ids[row], count=int(model.popular[row])),) for row in rows
            ]
        second = [()] * len(rows) if model.ranker is None else second_look(model, history, rows)
        happened, moment = state.happened(), self.now_of(state, now)
        pairs = zip(rows, second, strict=True)
        return [terms_of(self._fold, happened, row, moment, ranker=ranker, most=most) for row, ranker in pairs]

    def top(self, state: CustomerState, row: int, *, now: datetime | None = None) -> Top | None:
        """Return the product whose events gave most to a product's score; see `retrieval.terms.top_of`."""
        return top_of(self._fold, state.happened(), row, self.now_of(state, now))
