"""What was bought up to a moment, in the shop's tables and recorded since, net of what came back. It counts lines and ranks nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from retrieval.customer_state import NONE_LEFT
from retrieval.log import Log
from retrieval.past import BUY, CODES
from retrieval.recorded import Columns
from retrieval.scene import Scene

RETURN = CODES["return"]


def sold_until(scene: Scene, lines: Columns, products: int) -> Log:
    """Return the purchases of known customers in the order of their times; `price` is not known, time is as the model counts it.

    Parameters
    ----------
    lines : the first that were recorded, as `Recorded.columns` gives them
    products : how many rows the model has
    """
    past, recorded = scene.past, scene.recorded
    places = {name: at for at, name in enumerate(past.customers)}
    customer_of = np.full(
        max(list(recorded.customers.values()), default=-1) + 2, -1, dtype=np.int64
    )  # the last: nobody
    for name, code in list(recorded.customers.items()):  # others may be recorded meanwhile
        customer_of[code] = places.setdefault(name, len(places))
    before, names = past.bought()
    theirs = customer_of[np.minimum(lines["who"], len(customer_of) - 1)]
    counted = (theirs >= 0) & (lines["row"] >= 0)
    here = counted & (lines["action"] == BUY)
    customer = np.concatenate([before["customer"], theirs[here]])
    product = np.concatenate([before["row"], lines["row"][here].astype(np.int64)])
    time = np.concatenate([before["day"], lines["day"][here]])
    units = np.concatenate([before["units"], lines["units"][here]])
    back = np.flatnonzero(counted & (lines["action"] == RETURN))
    if len(back):
        orders = _Orders(names, [recorded.order_name(int(code)) for code in lines["order"][here]])
        keys = customer * products + product
        sent = theirs[back] * products + lines["row"][back]
        told = [
            (int(key), float(lines["units"][at]), recorded.order_name(int(lines["order"][at])))
            for key, at in zip(sent, back, strict=True)
        ]
        units = _less(units, keys, time, told, orders)
    kept = np.flatnonzero(units > NONE_LEFT)
    kept = kept[np.argsort(time[kept], kind="stable")]
    ones = np.ones(len(kept), np.float32)
    log = Log(
        customers=len(places),
        products=products,
        customer=customer[kept],
        product=product[kept],
        time=time[kept],
        order=np.zeros(len(kept), np.int64),
        weight=ones,
        quantity=units[kept],
        price=np.full(len(kept), np.nan),
        is_buy=ones > 0,
        clock=past.clock,
    )
    return log


class _Orders:
    """The order id of each line, the tables' first."""

    def __init__(self, before: Any, recorded: list[str | None]) -> None:
        self._before, self._recorded = before, recorded

    def at(self, place: int) -> str | None:
        many = len(self._before)
        return self._before[place] if place < many else self._recorded[place - many]


def _less(units: Any, keys: Any, time: Any, sent: list[tuple[int, float, str | None]], orders: _Orders) -> Any:
    """Return the units left after what came back is taken off the latest purchases of the same customer, product and order."""
    left = units.copy()
    touched = np.flatnonzero(np.isin(keys, np.unique([key for key, _, _ in sent])))
    touched = touched[np.argsort(-time[touched], kind="stable")]  # the latest first
    of_key: dict[int, list[int]] = {}
    for place in touched.tolist():
        of_key.setdefault(int(keys[place]), []).append(place)
    for key, many, order in sent:
        for place in of_key.get(key, ()):
            if order is not None and orders.at(place) != order:
                continue
            taken = min(many, float(left[place]))
            left[place] -= taken
            many -= taken
            if many <= NONE_LEFT:
                break
    return left
