"""What happens, written down for good and taken in at once: events, product changes, and what another process wrote.

It brings the store and the scene together. It recommends nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from assistant.errors import CallError
from assistant.state import key_of
from retrieval.snapshots import Snapshot, SnapshotError, load_snapshot, packed
from shop.files import write_atomic
from shop.store_overlap import held_already
from shop.store_tables import Event, ProductChange

if TYPE_CHECKING:
    from pathlib import Path

    from retrieval.live import Live
    from shop import Shop
    from shop.store import EventStore, Receipt

_PAGE = 100_000  # recorded events looked through at once
_KEPT_EVERY = 20_000  # events


class Recording:
    """The store of one shop and the scene that follows it.

    Parameters
    ----------
    shop : Shop
    store : EventStore, optional
        Without one nothing can be recorded.
    lives : the models' views of one scene
    snapshot : Path, optional
        Where what was recorded is kept as one file, to begin from; without it every beginning reads all events.
    """

    def __init__(
        self, shop: Shop, store: EventStore | None, lives: Sequence[Live], snapshot: Path | None = None
    ) -> None:
        self._shop = shop
        self.store = store
        self._lives = lives
        self._scene = lives[0].scene
        self._snapshot = snapshot
        self._kept_up_to = 0

    def begin(self) -> str:
        """Take in all that is in the store, from the snapshot where it fits; return in words why it was not used, "" where it was."""
        said = ""
        if self.store is not None and self._snapshot is not None:
            try:
                self._restore(load_snapshot(self._snapshot), self.store)
            except SnapshotError as error:
                if self._snapshot.exists():
                    said = f"{self._snapshot}: not begun from, {error}; every recorded event was read again."
        self.follow()
        return said

    def _restore(self, found: Snapshot, store: EventStore) -> None:
        """Begin from a snapshot; raises SnapshotError where it does not fit the shop or the store."""
        scene = self._scene
        if found.key != self._key():
            raise SnapshotError("it is of other tables, products or settings")
        last = next(store.events(after=found.position - 1, up_to=found.position), None)
        if last is None or last[1].event_id != found.last_event:
            raise SnapshotError(f"event {found.position} of the store is not the last one it holds")
        changes = list(store.product_changes())
        if len(changes) < found.changes:
            raise SnapshotError(f"it holds {found.changes} product changes, the store {len(changes)}")
        scene.texts |= found.texts
        for position, change in changes:
            scene.take_change(position, change)
        scene.restore(found.recorded, found.mark, found.position, found.now)
        self._kept_up_to = found.position

    def _key(self) -> str:
        live, scene = self._lives[0], self._scene
        tables = self._shop.fingerprint("events", "products")
        return key_of(
            "lines",
            tables,
            live.model.encoder,
            live.model.ids[: scene.first_products],
            scene.past.clock,
            scene.schedule,
        )

    def keep_snapshot(self) -> bool:
        """Keep what was recorded as a snapshot; return whether there was anything, and a place for it.

        Raises
        ------
        OSError
            When it cannot be written; the old one is then untouched.
        """
        with self._scene.lock:
            position = self._scene.event_position
            if self.store is None or self._snapshot is None or not position:
                return False
            last = next(self.store.events(after=position - 1, up_to=position))[1].event_id
            content = packed(self._scene, key=self._key(), last_event=last)
        write_atomic(self._snapshot, content)
        self._kept_up_to = position
        return True

    def _keep_if_due(self) -> None:
        """Keep a snapshot after so many events: more where there are more, so that keeping them never costs more than recording."""
        position = self._scene.event_position
        if position - self._kept_up_to >= max(_KEPT_EVERY, position // 10):
            with suppress(OSError):  # it saves time at the next beginning, and nothing else
                self.keep_snapshot()

    def follow(self) -> int:
        """Take in what is in the store and not yet here, by this process or another; return how many events."""
        if self.store is None:
            return 0
        scene = self._scene
        with scene.lock:
            for position, change in self.store.product_changes(after=scene.change_position):
                scene.take_change(position, change)
            before = scene.event_position
            events = self.store.events(after=before)
            while page := list(islice(events, _PAGE)):
                self._take(page)
            taken = scene.event_position - before
        self.refresh()
        self._keep_if_due()
        return taken

    def refresh(self) -> bool:
        """Count trend and popularity anew where that is due; return whether it was. Where an index must be built, it is beside the answers."""
        done = False
        for live in self._lives:
            if live.search.kind != "flat" and live.is_due:
                threading.Thread(target=live.refresh, daemon=True).start()
            else:
                done |= live.refresh()
        return done

    def _take(self, events: Sequence[tuple[int, Event]]) -> None:
        held = held_already(self._shop, events)
        for position, event in events:
            if position in held:
                self._scene.pass_over(position)
            else:
                self._scene.take(position, event)

    def record(self, events: Sequence[Event], *, now: datetime | None = None) -> Receipt:
        """Write events down and take them in; when this returns they outlive a crash and the next answer knows them.

        An event of a product the shop does not have is set aside with the reason, like every other that cannot be.

        Raises
        ------
        CallError
            When there is no store to keep them in.
        """
        store = self.kept()
        with self._scene.lock:
            known, strange = [], []
            for at, event in enumerate(events):
                if self.has(event.product_id):
                    known.append(at)
                else:
                    name = event.event_id or event.action
                    why = f"event {name!r}: no product {event.product_id!r} in this shop; tell of a new product first."
                    strange.append((at, why))
            receipt, kept = store.append_kept([events[at] for at in known], now=now)
            if kept and kept[0][0] == self._scene.event_position + 1:
                self._take(kept)
            else:
                self.follow()  # another process wrote in between
        self.refresh()
        self._keep_if_due()
        return _with_strange(receipt, known, strange)

    def change_products(self, changes: Sequence[ProductChange], *, now: datetime | None = None) -> Receipt:
        """Write product changes down and take them in: price, stock, withdrawal, or a new product.

        A new product without a title is set aside with the reason, like every change that cannot be.
        """
        store = self.kept()
        with self._scene.lock:
            named = {one.product_id for one in changes if (one.title or "").strip()}
            known, strange = [], []
            for at, one in enumerate(changes):
                if self.has(one.product_id) or one.product_id in named:
                    known.append(at)
                else:
                    strange.append(
                        (at, f"product {one.product_id!r} is not in this shop yet; a new product needs a title.")
                    )
            receipt = store.change_products([changes[at] for at in known], now=now)
            self.follow()
        return _with_strange(receipt, known, strange)

    def has(self, product_id: str | None) -> bool:
        """Return whether the shop has a product, or none is named."""
        return product_id is None or product_id in self._scene.catalogue.row_of

    def kept(self) -> EventStore:
        """Return the store; raises CallError where there is none."""
        if self.store is None:
            raise CallError(
                "there is nothing to keep events in; give Assistant(…, state=folder), or store=postgresql+psycopg://…"
            )
        return self.store


def _with_strange(receipt: Receipt, known: Sequence[int], strange: Sequence[tuple[int, str]]) -> Receipt:
    """Return the receipt with row numbers as they were sent, and what was set aside before."""
    refused = [*strange, *((known[at], why) for at, why in receipt.refused)]
    return replace(receipt, refused=tuple(sorted(refused)))
