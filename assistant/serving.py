"""What is asked of a shop as it is now: events recorded for good, and recommendations that know of them at once.

It brings the store, the live customers, the shop's rules and chance together. It computes no score and writes no sentence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from assistant.audiences import products_liked
from assistant.errors import CallError
from assistant.listing import Asked, listed
from assistant.recording import Recording
from assistant.state import key_of
from assistant.telling import event_of, record_lines
from retrieval import Encoder, Recommendation, StoredIndexError, batch
from retrieval.baskets import Baskets, Pair
from retrieval.choice import shows_repeats
from retrieval.crowd import Crowd
from retrieval.filters import Filter, FilterError
from retrieval.live import Live
from retrieval.recommend import Exclude
from retrieval.rules import RuleError
from retrieval.scene import Schedule
from retrieval.terms import own_purchases
from retrieval.told import Counted
from shop.store_tables import Event, ProductChange

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from retrieval.batch import Tick
    from retrieval.customer_state import CustomerState
    from retrieval.item_search import ItemSearch
    from retrieval.model import ItemModel
    from shop import Shop
    from shop.store import EventStore, Receipt


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
        Over the model's rows.
    repeats : (ItemModel, ItemSearch or None), optional
        The model that ranks what customers own too, with the window's word on whether that pays; its search.
    schedule : when the trend is counted anew
    snapshot : Path, optional; where what was recorded is kept as one file to begin from (`Recording.begin`)

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
        repeats: tuple[ItemModel, ItemSearch | None] | None = None,
        schedule: Schedule | None = None,
        snapshot: Path | None = None,
    ) -> None:
        for made in (model, *(() if repeats is None else repeats[:1])):
            if made.encoder and made.encoder != encoder.name:
                raise StoredIndexError(
                    f"the recommendation model was made with the encoder {made.encoder!r}, asked with {encoder.name!r}. Give the same, "
                    "or run `shopkeeper index` with the new one."
                )
        self._shop = shop
        self.store = store
        self.live = Live(shop, model, texts, encoder.encode, search=search, schedule=schedule)
        self._again: Live | None = None
        if repeats is not None:
            self._again = Live(shop, repeats[0], texts, encoder.encode, search=repeats[1], scene=self.live.scene)
        self._counted = Counted(shop)
        self._customers = set(shop.customers["customer_id"])
        self._lists = 0
        lives = [one for one in (self.live, self._again) if one is not None]
        self._recording = Recording(shop, store, lives, snapshot)
        self.begun = self._recording.begin()  # in words, where a snapshot did not fit

    @cached_property
    def _baskets(self) -> Baskets:
        return Baskets(self._shop)

    @cached_property
    def _crowd(self) -> Crowd:
        return Crowd(self.live)

    def follow(self) -> int:
        """Take in what is in the store and not yet here; see `Recording.follow`."""
        return self._recording.follow()

    def keep_snapshot(self) -> bool:
        """Keep what was recorded to begin from; see `Recording.keep_snapshot`."""
        return self._recording.keep_snapshot()

    def refresh(self) -> bool:
        """Count trend and popularity anew where that is due; see `Recording.refresh`."""
        return self._recording.refresh()

    def record(self, events: Sequence[Event], *, now: datetime | None = None) -> Receipt:
        """Write events down and take them in; see `Recording.record`."""
        return self._recording.record(events, now=now)

    def change_products(self, changes: Sequence[ProductChange], *, now: datetime | None = None) -> Receipt:
        """Write product changes down and take them in; see `Recording.change_products`."""
        return self._recording.change_products(changes, now=now)

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
        live, exclude = self.looks(exclude)
        asked = batch.Asked(k, filters, exclude)
        position = (live.scene.event_position, live.scene.change_position)
        key = key_of(asked, position, self._shop.fingerprint("events", "products"), live.model.settings)
        try:
            everybody = batch.Batch(live, asked)
        except FilterError as error:
            raise CallError(str(error)) from error
        return batch.recommend_all(everybody, customers, file, key=key, tick=tick)

    def recommend(self, asked: Asked) -> list[Recommendation]:
        """Return the best products, best first, each with the terms of its score and its reasons; fewer where fewer may be shown.

        Raises
        ------
        CallError
            When `k` < 1, the customer is unknown, or a filter, a rule, a product looked at or a channel is not there.
        """
        if asked.k < 1:
            raise CallError(f"k must be at least 1, got {asked.k}.")
        store = self._recording.kept() if asked.explore else None
        with self.live.lock:
            live, exclude = self.looks(asked.exclude)
            state = self._state(live, asked)
            self._lists += 1
            try:
                asked = replace(asked, exclude=exclude)
                rows = listed(live, state, asked, number=self._lists, store=store)
                return self._told(live, state, rows, channel=asked.channel)
            except (FilterError, RuleError, ValueError) as error:
                raise CallError(str(error)) from error

    def looks(self, exclude: Exclude) -> tuple[Live, Exclude]:
        """Return the model that answers and what is left out: what customers own is shown where that is asked for, or pays."""
        owned = exclude.owned
        if owned == "auto":
            owned = "include" if self.repeats_pay else "exclude"
        live = self.live if owned == "exclude" or self._again is None else self._again
        return live, replace(exclude, owned=owned)

    @property
    def repeats_pay(self) -> bool:
        """Whether lists hold what customers own when nothing else is asked for: the shop's own past says so."""
        return self._again is not None and shows_repeats(self._again.model)

    @property
    def choice(self) -> str:
        """Why the models are what they are, and whether what customers own is shown, in words for the shop."""
        return "\n".join(one.model.why for one in (self.live, self._again) if one is not None and one.model.why)

    def explain(self, customer_id: str, product_id: str) -> Recommendation:
        """Return one product with every term of its score for a customer, recommended or not.

        Raises
        ------
        CallError
            When the shop has no such customer or product.
        """
        with self.live.lock:
            live, _ = self.looks(Exclude())
            state = self._state(live, Asked(customer_id))
            return self._told(live, state, [self._row(product_id)], most=None)[0]

    def _told(
        self, live: Live, state: CustomerState, rows: Sequence[int], *, most: int | None = 5, channel: str | None = None
    ) -> list[Recommendation]:
        found, titles, ids = [], live.catalogue.titles, live.catalogue.ids
        happened = state.happened()
        for row, terms in zip(rows, live.terms_of_many(state, rows, most=most, channel=channel), strict=True):
            top = live.top(state, row)
            title = None if top is None else titles[live.catalogue.row_of[top.product_id]]
            reasons = self._counted.reasons(ids[row], top, title, own_purchases(live.model, happened, row))
            score = math.fsum(one.amount for one in terms)
            found.append(Recommendation(ids[row], titles[row], score, reasons, terms))
        return found

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
            return products_liked(self._crowd, self.live.catalogue, customers, k, filters or Filter())

    def customers_alike(self, customer_id: str, k: int = 10) -> list[tuple[str, float]]:
        """Return the customers whose histories point the same way, with the cosine; empty without history.

        Raises
        ------
        CallError
            When the shop has no such customer.
        """
        with self.live.lock:
            self._state(self.live, Asked(customer_id))
            return self._crowd.alike(customer_id, k)

    def _state(self, live: Live, asked: Asked) -> CustomerState:
        if asked.customer_id is None:
            state = live.guest(asked.session or "")
        elif asked.customer_id not in self._customers and not live.scene.knows(asked.customer_id):
            example = next(iter(sorted(self._customers)), "none")
            raise CallError(
                f"no customer {asked.customer_id!r} among the {len(self._customers):,} of this shop; an id looks like {example}."
            )
        else:
            state = live.state(asked.customer_id)
        for product in asked.viewing:
            self._row(product)
        return live.looking_at(state, asked.viewing) if asked.viewing else state

    def _row(self, product_id: str) -> int:
        rows = self.live.catalogue.row_of
        if product_id not in rows:
            raise CallError(
                f"no product {product_id!r} among the {len(rows):,} of this shop; an id looks like {next(iter(rows), 'none')}."
            )
        return rows[product_id]
