"""What is held of one customer in memory: sums, what each product counts, orders, and the events they came from.

It holds and looks up. How an event changes it is `retrieval.fold`; it knows no model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retrieval.past import BUY, CODES, Happened
from shop.tables import ACTIONS

NONE_LEFT = 1e-9  # units


@dataclass(frozen=True)
class Line:
    """One event of a customer as a state takes it; `row` -1 is a product the model does not know, or none."""

    row: int
    day: float  # days since 1970, or the number of the customer's event
    action: str
    units: float = 1.0
    order: str | None = None


@dataclass
class CustomerState:
    """What is held of one customer in memory; an event changes it in O(h d), whatever happened before.

    `sums` are of the moment `at`; each product's `weights` of the moment of its last event, `last`. `before` are the events
    of the shop's tables, net of what came back; `tail` those recorded since. `left` are the units left of purchases that
    came back since, by their place among all events.
    """

    sums: NDArray[np.float32]  # (h, d)
    before: Happened
    before_orders: Sequence[str | None] = ()
    at: float = -np.inf  # days, or number of events
    place: dict[int, int] = field(default_factory=dict)  # row → place in the lists below
    weights: list[NDArray[np.float64]] = field(default_factory=list)  # (h,) each
    first: list[float] = field(default_factory=list)
    last: list[float] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)
    units: list[float] = field(default_factory=list)  # bought less sent back
    sent_back: set[int] = field(default_factory=set)
    baskets: int = 0
    tail: list[Line] = field(default_factory=list)
    tail_orders: dict[str, list[int]] = field(default_factory=dict)  # order id → places of its purchases
    left: dict[int, float] = field(default_factory=dict)
    pending: list[Line] = field(default_factory=list)  # came back before the purchase was told

    @property
    def owned(self) -> set[int]:
        """Rows of which the customer has bought more than they sent back."""
        return {row for row, at in self.place.items() if self.units[at] > NONE_LEFT}

    @property
    def returned(self) -> set[int]:
        """Rows the customer sent back and has none left of."""
        return self.sent_back - self.owned

    def happened(self) -> Happened:
        """Return all events that count, those of the tables first, then the recorded ones as they came."""
        all_of_them = self._all()
        if not self.left:
            return all_of_them
        units = all_of_them.units.copy()
        for place, many in self.left.items():
            units[place] = many
        kept = np.ones(len(units), dtype=bool)
        kept[[place for place, many in self.left.items() if many <= NONE_LEFT]] = False
        return Happened(
            all_of_them.rows[kept],
            all_of_them.days[kept],
            all_of_them.codes[kept],
            units[kept],
            all_of_them.orders[kept],
        )

    def _all(self) -> Happened:
        if not self.tail:
            return self.before
        fresh: dict[str, int] = {}
        ours = []
        for at, line in enumerate(self.tail):
            number = -1 - at  # below 0: none of the tables' orders
            if line.order is not None:
                number = self._codes.get(line.order, fresh.setdefault(line.order, number))
            ours.append(number)
        return Happened(
            np.concatenate([self.before.rows, np.array([line.row for line in self.tail], np.int64)]),
            np.concatenate([self.before.days, np.array([line.day for line in self.tail])]),
            np.concatenate([self.before.codes, np.array([CODES[line.action] for line in self.tail], np.int8)]),
            np.concatenate([self.before.units, np.array([line.units for line in self.tail])]),
            np.concatenate([self.before.orders, np.array(ours, np.int64)]),
        )

    @cached_property
    def _codes(self) -> dict[str, int]:
        known = zip(self.before_orders, self.before.orders.tolist(), strict=True)
        return {order: number for order, number in known if order is not None}

    def append(self, line: Line) -> None:
        """Keep one more event."""
        if line.action == "buy" and line.order is not None:
            self.tail_orders.setdefault(line.order, []).append(len(self.before) + len(self.tail))
        self.tail.append(line)

    def purchases(self, row: int | None, order: str | None) -> list[int]:
        """Return the places of purchases that have units left, the latest first; None: of any product, of any order."""
        mask = self.before.codes == BUY
        if row is not None:
            mask &= self.before.rows == row
        if order is None:
            ours = [len(self.before) + at for at, line in enumerate(self.tail) if line.action == "buy"]
        else:
            ours = self.tail_orders.get(order, [])
            mask &= self.before.orders == self._codes.get(order, -1)
        found = [at for at in reversed(ours) if row in (None, self.tail[at - len(self.before)].row)]
        found += np.flatnonzero(mask)[::-1].tolist()
        return [at for at in found if self.left.get(at, 1.0) > NONE_LEFT]

    def line(self, place: int) -> Line:
        """Return one event by its place among all, with the units left of it."""
        before = len(self.before)
        if place >= before:
            line = self.tail[place - before]
        else:
            line = Line(
                int(self.before.rows[place]),
                float(self.before.days[place]),
                ACTIONS[self.before.codes[place]],
                float(self.before.units[place]),
                self.before_orders[place],
            )
        return Line(line.row, line.day, line.action, self.left.get(place, line.units), line.order)
