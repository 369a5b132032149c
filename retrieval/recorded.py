"""What has been recorded since a shop's tables were read: one line an event, in columns, found again by whose it is.

It keeps lines in the order they came. It folds nothing, and knows no model and no store.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.customer_state import Line
from retrieval.past import CODES
from shop.tables import ACTIONS

_COLUMNS = {"who": "i", "row": "i", "day": "d", "action": "b", "units": "d", "order": "i", "channel": "i"}
NOBODY = -1  # nobody known, or a guest's line that went over to the customer they turned out to be
Columns = Mapping[str, NDArray[Any]]


class Recorded:
    """Lines in order, and of each customer, and of each guest's session, where theirs are."""

    def __init__(self) -> None:
        self.customers: dict[str, int] = {}  # id → code
        self._guests: dict[str, int] = {}  # session → code
        self._codes = 0
        self._orders, self.channels = _Names(), _Names()
        self._columns: dict[str, array[Any]] = {name: array(kind) for name, kind in _COLUMNS.items()}
        self._places: dict[int, list[int]] = {}

    def __len__(self) -> int:
        return len(self._columns["who"])

    def met(self, name: str, *, is_guest: bool) -> int:
        """Return the code of somebody, a new one where they were not known."""
        known = self._guests if is_guest else self.customers
        if name not in known:
            known[name] = self._codes
            self._codes += 1
        return known[name]

    def add(self, name: str | None, line: Line, *, is_guest: bool, channel: str | None = None) -> None:
        """Keep one more line; of nobody where there is no name."""
        code = NOBODY
        if name is not None:
            code = self.met(name, is_guest=is_guest)
            self._places.setdefault(code, []).append(len(self))
        order, where = self._orders.code(line.order), self.channels.code(channel)
        values = (code, line.row, line.day, CODES[line.action], line.units, order, where)
        for column, value in zip(self._columns.values(), values, strict=True):
            column.append(value)

    def lines_of(self, name: str, *, is_guest: bool = False) -> list[Line]:
        """Return somebody's lines, as they came; none of somebody unknown."""
        code = (self._guests if is_guest else self.customers).get(name)
        return [] if code is None else [self._line(at) for at in self._places.get(code, ())]

    def take_over(self, session: str) -> list[Line]:
        """Return a guest's lines and forget the guest: they have signed in."""
        code = self._guests.pop(session, None)
        if code is None:
            return []
        places = self._places.pop(code, [])
        for at in places:
            self._columns["who"][at] = NOBODY
        return [self._line(at) for at in places]

    def columns(self, up_to: int | None = None) -> Columns:
        """Return a copy of the columns of the first lines; who, order and channel as codes, -1 for none, action as its place in ACTIONS."""
        return {name: np.array(column[:up_to]) for name, column in self._columns.items()}

    def order_name(self, code: int) -> str | None:
        """Return the order id of a code."""
        return self._orders.at(code)

    def told(self) -> dict[str, list[Any]]:
        """Return the names beside the columns: what `of` takes."""
        return {
            "customers": list(self.customers.items()),
            "guests": list(self._guests.items()),
            "orders": self._orders.names,
            "channels": self.channels.names,
        }

    @classmethod
    def of(cls, columns: Columns, told: Mapping[str, list[Any]]) -> Recorded:
        """Return what `columns` and `told` were taken from."""
        made = cls()
        made.customers, made._guests = dict(told["customers"]), dict(told["guests"])
        made._codes = 1 + max((*made.customers.values(), *made._guests.values()), default=-1)
        made._orders, made.channels = _Names(told["orders"]), _Names(told["channels"])
        for name, kind in _COLUMNS.items():
            made._columns[name] = array(kind, columns[name].tolist())
        who = columns["who"]
        order = np.argsort(who, kind="stable")
        codes, starts = np.unique(who[order], return_index=True)
        parts = np.split(order, starts[1:])
        made._places = {int(code): part.tolist() for code, part in zip(codes, parts, strict=False) if code != NOBODY}
        return made

    def _line(self, at: int) -> Line:
        row, day, action, units, order = (
            self._columns[name][at] for name in ("row", "day", "action", "units", "order")
        )
        return Line(row, day, ACTIONS[action], units, self.order_name(order))


class _Names:
    """Names as codes, in the order they were met."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.names = list(names)
        self._codes = {name: code for code, name in enumerate(self.names)}

    def code(self, name: str | None) -> int:
        if name is None:
            return -1
        if name not in self._codes:
            self._codes[name] = len(self.names)
            self.names.append(name)
        return self._codes[name]

    def at(self, code: int) -> str | None:
        return None if code < 0 else self.names[code]
