"""What was shown and what came of it, read from the event store in the form `retrieval.explore.estimate_clicks` judges policies by.

It joins rows by customer, product and time. It estimates nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shop.store import EventStore
    from shop.store_tables import Event

Who = tuple[str, str]  # ("customer", id) or ("session", id)


@dataclass(frozen=True)
class Lists:
    """The logged lists.

    `shown`: list id → (product, propensity) by place. `clicks`: list id → products of it acted upon. `asked`: list id → who
    was shown it, and when, so that another policy can be asked what it would have shown.
    """

    shown: dict[str, list[tuple[str, float]]]
    clicks: dict[str, set[str]]
    asked: dict[str, tuple[Who | None, datetime]]


def logged_lists(
    store: EventStore, *, hours: float = 24.0, actions: Collection[str] = ("view", "cart", "buy")
) -> Lists:
    """Return what lists showed and which of their products the same customer or session acted upon soon after.

    Parameters
    ----------
    hours : float, above 0
        So long after a list was shown an act counts as its doing; the last list that showed the product gets it.
    actions : which acts count
    """
    shown: dict[str, list[tuple[str, float]]] = {}
    asked: dict[str, tuple[Who | None, datetime]] = {}
    lately: dict[tuple[Who, str], list[tuple[datetime, str]]] = {}
    for _, one in store.shown():
        shown.setdefault(one.list_id, []).append((one.product_id, one.propensity))
        who = _who(one.customer_id, one.session)
        asked[one.list_id] = (who, one.time)
        if who is not None:
            lately.setdefault((who, one.product_id), []).append((one.time, one.list_id))
    clicks: dict[str, set[str]] = {}
    window = timedelta(hours=hours)
    for _, event in store.events():
        if event.action in actions and event.product_id is not None:
            for name in _lists_of(event, lately, window):
                clicks.setdefault(name, set()).add(event.product_id)
    return Lists(shown, clicks, asked)


def _lists_of(event: Event, lately: dict[tuple[Who, str], list[tuple[datetime, str]]], window: timedelta) -> list[str]:
    who = _who(event.customer_id, event.session)
    if who is None:
        return []
    before = [
        (time, name)
        for time, name in lately.get((who, str(event.product_id)), ())
        if time <= event.time <= time + window
    ]
    return [max(before)[1]] if before else []


def _who(customer: str | None, session: str | None) -> Who | None:
    if customer is not None:
        return ("customer", customer)
    return None if session is None else ("session", session)
