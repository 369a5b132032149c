"""What was done to orders after a customer confirmed it: written once, logged, read back with the order. It decides nothing.

Whoever writes must name the signed-in customer and the key of the confirmation; nothing here reads typed text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.desk.store import Store


@dataclass(frozen=True)
class Change:
    """One field of an order as it was changed (status, address, return, exchange), and when."""

    order_id: str
    field: str
    value: str
    time: datetime


@dataclass(frozen=True)
class Action:
    """One line of the log: which flow did what for whom."""

    flow: str
    customer_id: str
    order_id: str | None
    what: Mapping[str, Any]
    time: datetime


def write_once(  # noqa: PLR0913 - who, where, what and the proof that it was confirmed
    store: Store,
    key: str,
    *,
    flow: str,
    customer_id: str,
    conversation: str,
    order_id: str | None = None,
    fields: Mapping[str, str] | None = None,
) -> bool:
    """Log an action and change the fields of its order, both or neither; False where this confirmation was written before.

    Parameters
    ----------
    key : str
        Of the confirmation: the same key never writes twice, whoever sends it again and however often.
    fields : field of the order to its new value
    """
    from sqlalchemy.exc import IntegrityError

    from assistant.desk.tables import actions, order_changes

    changed = dict(fields or {})
    now = store.now()
    row = {"flow": flow, "customer_id": customer_id, "order_id": order_id, "conversation_id": conversation}
    try:
        with store.writing() as connection:
            made = connection.execute(actions.insert().values(key=key, what=changed, time=now, **row))
            assert made.inserted_primary_key is not None
            action = made.inserted_primary_key[0]
            for name, value in changed.items():
                values = {"customer_id": customer_id, "order_id": order_id, "field": name, "value": value, "time": now}
                connection.execute(order_changes.insert().values(action_id=action, **values))
    except IntegrityError:
        return False
    return True


def changes_of(store: Store, customer_id: str) -> list[Change]:
    """Return every change to a customer's orders, the oldest first."""
    from sqlalchemy import select

    from assistant.desk.tables import order_changes as table

    query = select(table).where(table.c.customer_id == customer_id).order_by(table.c.id)
    with store.reading() as connection:
        return [Change(row.order_id, row.field, row.value, row.time) for row in connection.execute(query)]


def action_log(store: Store, *, customer_id: str | None = None) -> list[Action]:
    """Return the log, the oldest first; of one customer where given."""
    from sqlalchemy import select

    from assistant.desk.tables import actions as table

    query = select(table).order_by(table.c.id)
    if customer_id is not None:
        query = query.where(table.c.customer_id == customer_id)
    with store.reading() as connection:
        rows = connection.execute(query).all()
    return [Action(row.flow, row.customer_id, row.order_id, row.what, row.time) for row in rows]
