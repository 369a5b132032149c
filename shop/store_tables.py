"""What is written down as it happens: events, product changes and what was shown, one row each, never changed afterwards.

It holds the forms and their checks. It opens no database and knows nothing of recommendations.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import TypeVar

from shop.tables import ACTIONS

CLOCK_SKEW = timedelta(minutes=5)  # clocks of tills and browsers differ; what lies further ahead is an error
_MOST_CHARACTERS = 500  # of an id: longer ones are texts in the wrong column


class EventError(ValueError):
    """An event or a product change cannot be taken as it is; the message says which, what was found and the mend."""


@dataclass(frozen=True)
class Event:
    """One thing a customer, or a guest in a session, did.

    `event_id` is the shop's own id of the event: sent twice, it counts once. Without one it is made of the other fields,
    so two lines that agree in all of them are taken for one.
    """

    action: str  # one of shop.tables.ACTIONS
    time: datetime  # with a time zone
    product_id: str | None = None  # null only for a search without a product
    customer_id: str | None = None
    session: str | None = None  # of a guest, or of a customer before they signed in
    quantity: float = 1.0
    unit_price: float | None = None  # shop currency per unit, as paid
    order_id: str | None = None
    channel: str | None = None
    event_id: str = ""


@dataclass(frozen=True)
class ProductChange:
    """What is new of a product; None leaves a column as it is. An unknown `product_id` is a new product and needs a title."""

    product_id: str
    time: datetime
    title: str | None = None
    description: str | None = None
    category: str | None = None
    brand: str | None = None
    price: float | None = None  # shop currency per unit
    stock: int | None = None  # units on hand
    image: str | None = None
    blocked: bool | None = None  # True: never recommended, whoever asks
    change_id: str = ""


@dataclass(frozen=True)
class Shown:
    """One product shown at one rank of one list, with the probability with which the policy put it there."""

    list_id: str
    rank: int  # 0 first
    product_id: str
    propensity: float  # in (0, 1]
    time: datetime
    customer_id: str | None = None
    session: str | None = None
    explored: bool = False
    policy: str = ""


_Row = TypeVar("_Row", Event, ProductChange)


def checked_event(event: Event, *, now: datetime) -> Event:
    """Return the event with its id.

    Raises
    ------
    EventError
        When it could not have happened, or says nothing.
    """
    where = f"event {event.event_id or event.action!r} of {event.customer_id or event.session or 'a guest'!r}"
    if event.action not in ACTIONS:
        raise EventError(f"{where}: unknown action {event.action!r}; expected one of {', '.join(ACTIONS)}.")
    _check_time(where, event.time, now)
    if not event.product_id and event.action != "search":
        raise EventError(f"{where}: no product_id; only a search may come without one.")
    if not (math.isfinite(event.quantity) and event.quantity > 0):
        raise EventError(f"{where}: quantity {event.quantity} is not above 0; what comes back is the action 'return'.")
    _check_price(where, "unit_price", event.unit_price)
    for name in ("product_id", "customer_id", "session", "order_id", "channel", "event_id"):
        _check_id(where, name, getattr(event, name))
    return _with_id(event, "event_id")


def checked_change(change: ProductChange, *, now: datetime) -> ProductChange:
    """Return the change with its id; raises EventError as `checked_event` does."""
    where = f"change of product {change.product_id!r}"
    if not change.product_id:
        raise EventError("change of a product: no product_id; expected the id of one product.")
    _check_time(where, change.time, now)
    _check_price(where, "price", change.price)
    _check_id(where, "product_id", change.product_id)
    if change.stock is not None and not isinstance(change.stock, int):
        raise EventError(f"{where}: stock {change.stock!r} is no whole number; expected units on hand.")
    told = [one.name for one in fields(change) if one.name not in ("product_id", "time", "change_id")]
    if all(getattr(change, name) is None for name in told):
        raise EventError(f"{where}: it changes nothing; expected one of {', '.join(told)}.")
    return _with_id(change, "change_id")


def _check_time(where: str, time: datetime, now: datetime) -> None:
    if not isinstance(time, datetime) or time.tzinfo is None:
        raise EventError(f"{where}: the time {time!s} has no time zone; write for example 2025-03-01T12:00:00+00:00.")
    if time > now + CLOCK_SKEW:
        raise EventError(
            f"{where}: the time {time.isoformat()} lies after now, {now.isoformat(timespec='seconds')}. Check the clock and the "
            "time zone of the sender."
        )


def _check_price(where: str, name: str, price: float | None) -> None:
    if price is not None and not (math.isfinite(price) and price >= 0):
        raise EventError(f"{where}: {name} {price} is no price; expected 0 or more, or nothing where it is not known.")


def _check_id(where: str, name: str, value: str | None) -> None:
    if value is not None and (not isinstance(value, str) or len(value) > _MOST_CHARACTERS or "\x00" in value):
        raise EventError(f"{where}: {name} is no id; expected text of at most {_MOST_CHARACTERS} characters.")


def _with_id(one: _Row, name: str) -> _Row:
    if getattr(one, name):
        return one
    words = repr([(at.name, getattr(one, at.name)) for at in fields(one) if at.name != name])
    values = {at.name: getattr(one, at.name) for at in fields(one)}
    return type(one)(**{**values, name: hashlib.sha256(words.encode()).hexdigest()[:32]})
