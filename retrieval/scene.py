"""What is known of a shop at this moment, whatever model looks at it: products, customers' lines, and when the trend is counted anew.

It takes events and changes in the order of the store and passes them on to the models that watch. It scores nothing and writes nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.customer_state import Line
from retrieval.encoder import Vectors
from retrieval.filters import Catalogue
from retrieval.past import BUY, Past, days_of
from retrieval.recorded import Recorded
from shop.texts import product_text

if TYPE_CHECKING:
    from retrieval.model import ItemModel
    from shop import Shop
    from shop.store_tables import Event, ProductChange

Encode = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True)
class Schedule:
    """When the trend is counted anew: at the first event of another day, and after so many events."""

    days: float = 1.0
    events: int = 10_000


@dataclass(frozen=True)
class Mark:
    """Where the trend is to be counted: the first `lines` recorded, as of `moment`. It follows from the events alone, so a replay meets the same."""

    lines: int
    moment: float
    position: int  # of the store's events


class Watching(Protocol):
    """A model's view of the scene."""

    def follow(self, name: str, line: Line, *, is_guest: bool) -> None:
        """Take in one more line of somebody."""

    def forget(self, session: str) -> None:
        """Drop a guest, who has signed in."""

    def meet(self, product_id: str, text: Vectors) -> None:
        """Take in a new product, the last of the catalogue."""


class Scene:
    """One shop at this moment.

    Parameters
    ----------
    shop : Shop
        Its events are what happened before anything is recorded.
    model : ItemModel
        Whose rows and clock are used.
    encode : callable
        Texts to unit vectors.
    """

    def __init__(self, shop: Shop, model: ItemModel, encode: Encode, schedule: Schedule | None = None) -> None:
        self.lock = threading.RLock()
        self.catalogue = Catalogue(shop, model.ids)
        self.past = Past(shop, model.ids, model.clock)
        self.recorded = Recorded()
        self.first_products = len(self.catalogue)  # those after them are new
        self.schedule = schedule or Schedule()
        self.event_position = 0  # of the store: events up to here are in
        self.change_position = 0
        self.now = days_of(shop.as_of) if shop.has_clock else 0.0
        self.mark = Mark(0, self.now, 0)
        self.watching: list[Watching] = []
        self.texts: dict[str, Vectors] = {}  # of new products, as they were encoded
        self._encode = encode
        self._numbers: dict[str, int] = {}  # where the model counts events: how many somebody has

    def take(self, position: int, event: Event) -> None:
        """Take one recorded event in; positions come in the order of the store, each once.

        Raises
        ------
        ValueError
            When the position is not the next one.
        """
        with self.lock:
            self.pass_over(position)
            self.now = max(self.now, days_of(event.time))
            if event.action == "buy" and event.channel and event.product_id:
                self.catalogue.sold_in(event.product_id, event.channel)
            is_guest = event.customer_id is None
            name = event.session if is_guest else event.customer_id
            for line in self._lines(event):
                self._pass_on(name, line, is_guest=is_guest, channel=event.channel)
            self._set_mark()

    def _lines(self, event: Event) -> Iterator[Line]:
        if event.customer_id is not None:
            self.recorded.met(event.customer_id, is_guest=False)
        if event.customer_id is not None and event.session is not None:  # a guest may have signed in
            guest = self.recorded.take_over(event.session)
            for one in self.watching:
                one.forget(event.session)
            yield from guest
        if event.product_id is not None:
            row = self.catalogue.row_of.get(event.product_id, -1)
            yield Line(row, days_of(event.time), event.action, event.quantity, event.order_id)

    def _pass_on(self, name: str | None, line: Line, *, is_guest: bool, channel: str | None) -> None:
        if name is None:  # nobody to remember it of; it was sold all the same
            self.recorded.add(None, line, is_guest=True, channel=channel)
            return
        if self.past.clock == "events":
            line = self._numbered(name, line, is_guest=is_guest)
        self.recorded.add(name, line, is_guest=is_guest, channel=channel)
        for one in self.watching:
            one.follow(name, line, is_guest=is_guest)

    def _numbered(self, name: str, line: Line, *, is_guest: bool) -> Line:
        """Return the line with the number of the event in place of its day; what came back is no event of its own."""
        key = f"{is_guest:d}{name}"
        if key not in self._numbers:
            known = self.recorded.lines_of(name, is_guest=is_guest)
            before = 0 if is_guest else len(self.past.of(name))
            self._numbers[key] = before + sum(_counts(one) for one in known)
        number = self._numbers[key]
        self._numbers[key] += _counts(line)
        return replace(line, day=float(number))

    def pass_over(self, position: int) -> None:
        """Note that an event is in already, with the shop's tables; raises as `take`."""
        with self.lock:
            if position != self.event_position + 1:
                raise ValueError(f"event {position} came after event {self.event_position}; read the store from there.")
            self.event_position = position

    def knows(self, customer_id: str) -> bool:
        """Return whether anything of a customer was recorded since the tables were read."""
        return customer_id in self.recorded.customers

    def restore(self, recorded: Recorded, mark: Mark, position: int, now: float) -> None:
        """Take in what was recorded up to a position all at once, as it was taken in one by one before; only while nothing is in yet."""
        with self.lock:
            if self.event_position or len(self.recorded):
                raise ValueError(
                    f"events up to {self.event_position} are in already; restore before anything is taken in."
                )
            self.recorded, self.mark, self.event_position, self.now = recorded, mark, position, now
            found = recorded.columns()
            sold = np.flatnonzero((found["action"] == BUY) & (found["channel"] >= 0) & (found["row"] >= 0))
            for row, channel in sorted(
                set(zip(found["row"][sold].tolist(), found["channel"][sold].tolist(), strict=True))
            ):
                self.catalogue.sold_in(self.catalogue.ids[row], str(recorded.channels.at(channel)))

    def buyers_in(self, channel: str, days: float) -> NDArray[np.float32]:
        """Return float32 (n,), how many purchases of each product were made in a channel in the last days; of all time without a clock.

        Raises
        ------
        FilterError
            When nothing was sold there.
        """
        found, code = (
            self.recorded.columns(),
            self.recorded.channels.names.index(channel) if channel in self.recorded.channels.names else -2,
        )
        since = self.now - days if self.past.clock == "days" else -np.inf
        here = (found["channel"] == code) & (found["action"] == BUY) & (found["row"] >= 0) & (found["day"] >= since)
        counts = np.bincount(found["row"][here], minlength=len(self.catalogue)).astype(np.float32)
        counts += self.catalogue.sales_in(channel, since)
        return counts

    def _set_mark(self) -> None:
        days = self.schedule.days
        is_another_day = np.floor(self.now / days) > np.floor(self.mark.moment / days)
        if is_another_day or self.event_position - self.mark.position >= self.schedule.events:
            after = float(np.nextafter(self.now, np.inf))  # the event just taken in counts
            self.mark = Mark(len(self.recorded), after, self.event_position)

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
            if words not in self.texts:
                self.texts[words] = self._encode([words])[0]  # alone: what else comes at once must not move its vector
            text = self.texts[words]
            for one in self.watching:
                one.meet(change.product_id, text)


def _counts(line: Line) -> bool:
    return line.action != "return" or line.row < 0
