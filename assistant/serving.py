"""What is asked of a shop as it is now: events recorded for good, and recommendations that know of them at once.

It brings the store, the live customers, the shop's rules and chance together. It computes no score and writes no sentence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.errors import CallError
from assistant.state import key_of
from assistant.telling import event_of, record_lines
from retrieval import Encoder, Recommendation, StoredIndexError, batch
from retrieval.baskets import Baskets, Pair
from retrieval.crowd import Crowd
from retrieval.explore import Drawn, drawn_list
from retrieval.filters import Filter, FilterError
from retrieval.live import Live, Ranked
from retrieval.recommend import Exclude
from retrieval.rules import RuleError, Rules, followed
from retrieval.told import Counted
from shop.store_overlap import held_already
from shop.store_tables import Event, ProductChange, Shown

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from retrieval.batch import Tick
    from retrieval.customer_state import CustomerState
    from retrieval.item_search import ItemSearch
    from retrieval.model import ItemModel
    from shop import Shop
    from shop.store import EventStore, Receipt

_PAGE = 100_000  # recorded events looked through at once
_POOL = 5  # times the length of the list: what a list drawn by chance is drawn from


@dataclass(frozen=True)
class Asked:
    """One question for products; who asks is a customer, a guest's session, or nobody known."""

    customer_id: str | None = None
    session: str | None = None
    k: int = 10
    filters: Filter = field(default_factory=Filter)
    exclude: Exclude = field(default_factory=Exclude)
    rules: Rules = field(default_factory=Rules)
    explore: float = 0.0  # share of lists drawn by chance, logged with the odds


class Serving:
    """One shop, live.

    Parameters
    ----------
    shop, model : Shop and the ItemModel fitted on it
    texts : float32 (n, t), unit text vectors, rows as `model.ids`
    encoder : Encoder of those texts
    store : EventStore, optional
        Where what happens is kept; without one nothing can be recorded.
    search : ItemSearch, optional

    Raises
    ------
    StoredIndexError
        When the model was made with another encoder.
    """

    def __init__(  # noqa: PLR0913 - each is made elsewhere
        self,
        shop: Shop,
        model: ItemModel,
        texts: NDArray[np.float32],
        encoder: Encoder,
        *,
        store: EventStore | None = None,
        search: ItemSearch | None = None,
    ) -> None:
        if model.encoder and model.encoder != encoder.name:
            raise StoredIndexError(
                f"the recommendation model was made with the encoder {model.encoder!r}, asked with {encoder.name!r}. Give the same, "
                "or run `shopkeeper index` with the new one."
            )
        self._shop = shop
        self.store = store
        self.live = Live(shop, model, texts, encoder.encode, search=search)
        self._counted = Counted(shop)
        self._customers = set(shop.customers["customer_id"])
        self._lists = 0
        self.follow()

    @cached_property
    def _baskets(self) -> Baskets:
        return Baskets(self._shop)

    @cached_property
    def _crowd(self) -> Crowd:
        return Crowd(self.live)

    def follow(self) -> int:
        """Take in what is in the store and not yet here, by this process or another; return how many events."""
        if self.store is None:
            return 0
        with self.live.lock:
            for position, change in self.store.product_changes(after=self.live.change_position):
                self.live.take_change(position, change)
            before = self.live.event_position
            events = self.store.events(after=before)
            while page := list(islice(events, _PAGE)):
                self._take(page)
            return self.live.event_position - before

    def _take(self, events: Sequence[tuple[int, Event]]) -> None:
        held = held_already(self._shop, events)
        for position, event in events:
            if position in held:
                self.live.pass_over(position)
            else:
                self.live.take(position, event)

    def record(self, events: Sequence[Event], *, now: datetime | None = None) -> Receipt:
        """Write events down and take them in; when this returns they outlive a crash and the next answer knows them.

        An event of a product the shop does not have is set aside with the reason, like every other that cannot be.

        Raises
        ------
        CallError
            When there is no store to keep them in.
        """
        store = self._kept()
        with self.live.lock:
            known = [at for at, event in enumerate(events) if self._has(event.product_id)]
            strange = tuple(
                (
                    at,
                    f"event {events[at].event_id or events[at].action!r}: no product {events[at].product_id!r} in this shop; "
                    "tell of a new product first.",
                )
                for at in range(len(events))
                if at not in set(known)
            )
            receipt, kept = store.append_kept([events[at] for at in known], now=now)
            if kept and kept[0][0] == self.live.event_position + 1:
                self._take(kept)
            else:
                self.follow()  # another process wrote in between
        refused = tuple(sorted([*strange, *((known[at], why) for at, why in receipt.refused)]))
        return replace(receipt, refused=refused)

    def record_told(self, told: Sequence[Event | Mapping[str, Any]]) -> Receipt:
        """Record events given as such or as mappings, `{"action": "view", "product_id": …}`; see `record`."""
        return self.record([one if isinstance(one, Event) else event_of(one) for one in told])

    def record_lines(self, told: Sequence[Any]) -> tuple[Receipt, Receipt]:
        """Record what a file tells of, changes of products first; return (changes, events). A row that cannot be read is set aside."""
        return record_lines(self.change_products, self.record, told)

    def recommend_all(self, file: Path, *, k: int, filters: Filter, exclude: Exclude, tick: Tick) -> int:
        """Write what is recommended to every customer of the shop into a Parquet file; return its rows.

        Columns customer_id, rank (0 first), product_id, score. Stopped, the next call with the same question goes on.

        Raises
        ------
        CallError
            When a filter names what is not there.
        """
        customers = self._shop.customers["customer_id"].to_list()
        asked = batch.Asked(k, filters, exclude)
        position = (self.live.event_position, self.live.change_position)
        key = key_of(asked, position, self._shop.fingerprint("events", "products"), self.live.model.settings)
        try:
            everybody = batch.Batch(self.live, asked)
        except FilterError as error:
            raise CallError(str(error)) from error
        return batch.recommend_all(everybody, customers, file, key=key, tick=tick)

    def change_products(self, changes: Sequence[ProductChange], *, now: datetime | None = None) -> Receipt:
        """Write product changes down and take them in: price, stock, withdrawal, or a new product.

        A new product without a title is set aside with the reason, like every change that cannot be.
        """
        store = self._kept()
        with self.live.lock:
            named = {one.product_id for one in changes if (one.title or "").strip()}
            known = [at for at, one in enumerate(changes) if self._has(one.product_id) or one.product_id in named]
            strange = [
                (at, f"product {one.product_id!r} is not in this shop yet; a new product needs a title.")
                for at, one in enumerate(changes)
                if at not in set(known)
            ]
            receipt = store.change_products([changes[at] for at in known], now=now)
            self.follow()
        refused = [*strange, *((known[at], why) for at, why in receipt.refused)]
        return replace(receipt, refused=tuple(sorted(refused)))

    def recommend(self, asked: Asked) -> list[Recommendation]:
        """Return the best products, best first, each with the terms of its score and its reasons; fewer where fewer may be shown.

        Raises
        ------
        CallError
            When `k` < 1, the customer is unknown, or a filter or rule names what is not there.
        """
        if asked.k < 1:
            raise CallError(f"k must be at least 1, got {asked.k}.")
        with self.live.lock:
            state = self._state(asked)
            try:
                rows = self._rows(state, asked)
            except (FilterError, RuleError, ValueError) as error:
                raise CallError(str(error)) from error
            return [self._told(state, row) for row in rows]

    def _rows(self, state: CustomerState, asked: Asked) -> list[int]:
        live = self.live
        allowed = live.may_be_shown(state, asked.exclude, asked.filters)
        plain = asked.rules.are_plain and not asked.explore
        many = asked.k if plain else max(_POOL * asked.k, 50)
        ranked = live.ranked(live.history(state), allowed, many)
        if plain:
            return [int(row) for row in ranked.rows]
        if not asked.rules.are_plain:
            capped = asked.rules.most_per_category is not None
            if capped:  # the cap may leave out any number of the best
                ranked = live.ranked(live.history(state), allowed, len(allowed))
            best = followed(
                asked.rules, ranked, asked.k, catalogue=live.catalogue, items=live.model.items, allowed=allowed
            )
        else:
            best = [int(row) for row in ranked.rows[: asked.k]]
        return best if not asked.explore else self._explored(asked, best, ranked)

    def _explored(self, asked: Asked, best: list[int], ranked: Ranked) -> list[int]:
        store = self._kept()
        pool = [*best, *(int(row) for row in ranked.rows if int(row) not in set(best))]
        self._lists += 1
        words = f"{asked.customer_id}|{asked.session}|{self.live.event_position}|{self._lists}|{datetime.now(UTC).isoformat()}"
        name = hashlib.sha256(words.encode()).hexdigest()[:24]
        drawn: Drawn = drawn_list(best, pool, asked.k, share=asked.explore, seed=int(name[:12], 16))
        store.log_shown(
            [
                Shown(
                    name,
                    rank,
                    self.live.catalogue.ids[row],
                    odds,
                    datetime.now(UTC),
                    asked.customer_id,
                    asked.session,
                    drawn.explored,
                    f"best, {asked.explore:g} by chance",
                )
                for rank, (row, odds) in enumerate(zip(drawn.rows, drawn.propensities, strict=True))
            ]
        )
        return list(drawn.rows)

    def explain(self, customer_id: str, product_id: str) -> Recommendation:
        """Return one product with every term of its score for a customer, recommended or not.

        Raises
        ------
        CallError
            When the shop has no such customer or product.
        """
        with self.live.lock:
            state = self._state(Asked(customer_id))
            return self._told(state, self._row(product_id), most=None)

    def _told(self, state: CustomerState, row: int, *, most: int | None = 5) -> Recommendation:
        import math

        live = self.live
        terms = live.terms(state, row, most=most)
        product, titles = live.catalogue.ids[row], live.catalogue.titles
        top = live.top(state, row)
        title = None if top is None else titles[live.catalogue.row_of[top.product_id]]
        reasons = self._counted.reasons(product, top, title)
        return Recommendation(product, titles[row], math.fsum(one.amount for one in terms), reasons, terms)

    def bought_together(self, product_id: str, k: int = 10) -> list[Pair]:
        """Return the products that share orders with one more often than by chance, the surest first; none may be left.

        Raises
        ------
        CallError
            When the shop has no such product.
        """
        self._row(product_id)
        try:
            return self._baskets.together(product_id, k)
        except KeyError:
            return []  # it came after the orders were read

    def audience(self, product_id: str, k: int = 100, *, exclude_owners: bool = True) -> list[tuple[str, float]]:
        """Return the customers a product scores highest for, with the score, best first; customers without history are not among them.

        The score is the index's, before any ranker. What was recorded since the shop's tables were read counts.

        Raises
        ------
        CallError
            When the shop has no such product, or `k` < 1.
        """
        if k < 1:
            raise CallError(f"k must be at least 1, got {k}.")
        with self.live.lock:
            return self._crowd.audience(self._row(product_id), k, exclude_owners=exclude_owners)

    def products_for(
        self, customers: Sequence[str], k: int = 10, *, filters: Filter | None = None
    ) -> list[Recommendation]:
        """Return the products of the highest mean score over some customers, those of a segment for instance.

        Raises
        ------
        CallError
            When there is no customer with history among them, or a filter names what is not there.
        """
        with self.live.lock:
            try:
                allowed = self.live.catalogue.passing(filters or Filter())
            except FilterError as error:
                raise CallError(str(error)) from error
            allowed = allowed & ~self.live.catalogue.blocked() & ~self.live.catalogue.out_of_stock()
            ranked = self._crowd.for_customers(customers, allowed, k)
        if not len(ranked.rows) and allowed.any():
            raise CallError(f"none of these {len(customers)} customers has a history to go by.")
        ids, titles = self.live.catalogue.ids, self.live.catalogue.titles
        return [
            Recommendation(ids[row], titles[row], float(score))
            for row, score in zip(ranked.rows.tolist(), ranked.scores.tolist(), strict=True)
        ]

    def customers_alike(self, customer_id: str, k: int = 10) -> list[tuple[str, float]]:
        """Return the customers whose histories point the same way, with the cosine; empty without history.

        Raises
        ------
        CallError
            When the shop has no such customer.
        """
        with self.live.lock:
            self._state(Asked(customer_id))
            return self._crowd.alike(customer_id, k)

    def _state(self, asked: Asked) -> CustomerState:
        if asked.customer_id is None:
            return self.live.guest(asked.session or "")
        if asked.customer_id not in self._customers and asked.customer_id not in self.live.states:
            example = next(iter(sorted(self._customers)), "none")
            raise CallError(
                f"no customer {asked.customer_id!r} among the {len(self._customers):,} of this shop; an id looks like {example}."
            )
        return self.live.state(asked.customer_id)

    def _has(self, product_id: str | None) -> bool:
        return product_id is None or product_id in self.live.catalogue.row_of

    def _row(self, product_id: str) -> int:
        rows = self.live.catalogue.row_of
        if product_id not in rows:
            raise CallError(
                f"no product {product_id!r} among the {len(rows):,} of this shop; an id looks like {next(iter(rows), 'none')}."
            )
        return rows[product_id]

    def _kept(self) -> EventStore:
        if self.store is None:
            raise CallError(
                "there is nothing to keep events in; give Assistant(…, state=folder), or store=postgresql+psycopg://…"
            )
        return self.store
