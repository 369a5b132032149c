"""What a customer has told, kept for the next conversation: shown to them, and erased when they say so. It guesses nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assistant.desk.store import Store

LONGEST = 300  # characters kept of one thing told
_MOST = 50  # things kept of one customer; the oldest go


@dataclass(frozen=True)
class Remembered:
    """One thing a customer told, in their own words."""

    id: int
    name: str
    value: str
    time: datetime


def remember(store: Store, customer_id: str, name: str, value: str, *, conversation: str | None = None) -> None:
    """Keep one thing; said again it is not kept twice, and the oldest beyond 50 goes."""
    from sqlalchemy import select

    from assistant.desk.tables import memory

    words = " ".join(value.split())[:LONGEST]
    with store.writing() as connection:
        mine = memory.c.customer_id == customer_id
        same = mine & (memory.c.name == name) & (memory.c.value == words)
        connection.execute(memory.delete().where(same))
        values = {"name": name, "value": words, "conversation_id": conversation, "time": store.now()}
        connection.execute(memory.insert().values(customer_id=customer_id, **values))
        kept = select(memory.c.id).where(mine).order_by(memory.c.id.desc()).limit(_MOST)
        newest = [row.id for row in connection.execute(kept)]
        connection.execute(memory.delete().where(mine & memory.c.id.not_in(newest)))


def remembered(store: Store, customer_id: str) -> list[Remembered]:
    """Return what is kept of a customer, the oldest first."""
    from sqlalchemy import select

    from assistant.desk.tables import memory

    query = select(memory).where(memory.c.customer_id == customer_id).order_by(memory.c.id)
    with store.reading() as connection:
        return [Remembered(row.id, row.name, row.value, row.time) for row in connection.execute(query)]


def forget(store: Store, customer_id: str, *, id: int | None = None) -> int:
    """Erase one thing kept of a customer, or all of them, and return how many."""
    from assistant.desk.tables import memory

    which = memory.c.customer_id == customer_id
    if id is not None:
        which &= memory.c.id == id
    with store.writing() as connection:
        return int(connection.execute(memory.delete().where(which)).rowcount)


def erase_customer(store: Store, customer_id: str, *, keep: str = "") -> dict[str, int]:
    """Erase all that was said by and kept of a customer, in one transaction, and return how much of each.

    What was done to orders stays with the orders, and the log of it. The conversation `keep` stays, so that the customer
    reads that it was done; what was said in it before is erased.
    """
    from sqlalchemy import delete, select

    from assistant.desk.tables import codes, conversations, memory, tickets, turns

    with store.writing() as connection:
        mine = select(conversations.c.id).where(conversations.c.customer_id == customer_id)
        ids = [row.id for row in connection.execute(mine)]
        gone = {
            "turns": connection.execute(delete(turns).where(turns.c.conversation_id.in_(ids))).rowcount,
            "memory": connection.execute(delete(memory).where(memory.c.customer_id == customer_id)).rowcount,
            "tickets": connection.execute(delete(tickets).where(tickets.c.customer_id == customer_id)).rowcount,
        }
        connection.execute(delete(codes).where(codes.c.customer_id == customer_id))
        others = conversations.c.id.in_([one for one in ids if one != keep])
        gone["conversations"] = connection.execute(delete(conversations).where(others)).rowcount
    return {name: int(count) for name, count in gone.items()}
