"""What is kept of conversations: who said what, what is still asked, whether it helped. It decides nothing and knows no flow.

SQLite by path or PostgreSQL by URL. The other parts of the desk keep their rows through `Store.writing` and `Store.reading`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import CallError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

CUSTOMER, SHOP, STAFF = "customer", "shop", "staff"


@dataclass(frozen=True)
class Talk:
    """One conversation as it stands: who is signed in (None: nobody) and the flow under way."""

    id: str
    customer_id: str | None
    pending: Mapping[str, Any] | None


@dataclass(frozen=True)
class Turn:
    """Something said; `number` counts from 1 in its conversation, `about` holds decision, citations, facts and so on."""

    number: int
    who: str
    text: str
    time: datetime
    about: Mapping[str, Any] = field(default_factory=dict)


class Store:
    """Conversations in one database.

    Parameters
    ----------
    engine : Engine
        Of `shop.database.make_engine`, its tables made by `open_store`.
    now : callable
        Returns the time, UTC.
    """

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self.engine = engine
        self.now = now

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that writes; see `shop.database.writing`."""
        from shop.database import writing

        with writing(self.engine) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that reads; see `shop.database.reading`."""
        from shop.database import reading

        with reading(self.engine) as connection:
            yield connection

    def begin(self) -> str:
        """Start a conversation and return its id: long, random, known to nobody else."""
        from assistant.desk.tables import conversations

        identity, now = secrets.token_urlsafe(24), self.now()
        with self.writing() as connection:
            connection.execute(conversations.insert().values(id=identity, began=now, last=now))
        return identity

    def talk(self, conversation: str) -> Talk:
        """Return a conversation; nobody is signed in once the time of the sign-in is over.

        Raises
        ------
        CallError
            When there is none with that id.
        """
        from sqlalchemy import select

        from assistant.desk.tables import conversations as table

        with self.reading() as connection:
            row = connection.execute(select(table).where(table.c.id == conversation)).one_or_none()
        if row is None:
            raise CallError("no conversation with that id: it was erased, or never began. Begin a new one.")
        until = row.signed_in_until
        is_in = row.customer_id is not None and until is not None and until > self.now()
        return Talk(row.id, row.customer_id if is_in else None, row.pending)

    def set_pending(self, conversation: str, pending: Mapping[str, Any] | None) -> None:
        """Keep what the flow under way still needs; None where there is none."""
        from sqlalchemy import null

        from assistant.desk.tables import conversations as table

        value = null() if pending is None else dict(pending)
        with self.writing() as connection:
            connection.execute(table.update().where(table.c.id == conversation).values(pending=value))

    def sign_in(self, conversation: str, customer_id: str, *, minutes: int) -> None:
        """Note who speaks in a conversation, for so many minutes.

        Raises
        ------
        CallError
            When somebody else has spoken in it before: one conversation never holds two customers' rows.
        """
        from sqlalchemy import select

        from assistant.desk.tables import conversations as table

        with self.writing() as connection:
            before = connection.execute(select(table.c.customer_id).where(table.c.id == conversation)).scalar_one()
            if before not in (None, customer_id):
                raise CallError("another customer has signed in to this conversation before. Begin a new one.")
            until = self.now() + timedelta(minutes=minutes)
            values = {"customer_id": customer_id, "signed_in_until": until}
            connection.execute(table.update().where(table.c.id == conversation).values(**values))

    def sign_out(self, conversation: str) -> None:
        """End the sign-in; the flow under way ends with it."""
        from sqlalchemy import null

        from assistant.desk.tables import conversations as table

        with self.writing() as connection:
            values = {"signed_in_until": null(), "pending": null()}
            connection.execute(table.update().where(table.c.id == conversation).values(**values))

    def add(self, conversation: str, said: Sequence[tuple[str, str, Mapping[str, Any]]]) -> list[Turn]:
        """Keep what was said, all of it or nothing, in its order.

        Parameters
        ----------
        said : (who, text, about) each
        """
        from sqlalchemy import func, select

        from assistant.desk.tables import conversations, turns

        now = self.now()
        with self.writing() as connection:
            mine = select(conversations.c.id).where(conversations.c.id == conversation)
            connection.execute(mine.with_for_update())  # two turns at the same moment: the later takes the next number
            last = connection.execute(
                select(func.max(turns.c.number)).where(turns.c.conversation_id == conversation)
            ).scalar()
            made = [
                Turn(number, who, text, now, dict(about))
                for number, (who, text, about) in enumerate(said, (last or 0) + 1)
            ]
            for one in made:
                values = {"number": one.number, "who": one.who, "text": one.text, "about": dict(one.about), "time": now}
                connection.execute(turns.insert().values(conversation_id=conversation, **values))
            connection.execute(conversations.update().where(conversations.c.id == conversation).values(last=now))
        return made

    def turns(self, conversation: str, *, after: int = 0, last: int | None = None) -> list[Turn]:
        """Return what was said after a turn's number, in its order; of that only the `last` so many where given."""
        from sqlalchemy import select

        from assistant.desk.tables import turns as table

        query = select(table).where(table.c.conversation_id == conversation, table.c.number > after)
        query = query.order_by(table.c.number.desc()) if last is not None else query.order_by(table.c.number)
        with self.reading() as connection:
            rows = connection.execute(query if last is None else query.limit(last)).all()
        found = [Turn(row.number, row.who, row.text, row.time, row.about) for row in rows]
        return found if last is None else found[::-1]

    def add_feedback(self, conversation: str, number: int, *, is_helpful: bool, why: str = "") -> None:
        """Keep whether an answer helped; a later word on the same answer takes the place of the earlier.

        Raises
        ------
        CallError
            When that turn is no answer of this conversation.
        """
        from sqlalchemy import select

        from assistant.desk.tables import feedback, turns

        with self.writing() as connection:
            of_it = (turns.c.conversation_id == conversation) & (turns.c.number == number)
            who = connection.execute(select(turns.c.who).where(of_it)).scalar_one_or_none()
            if who not in (SHOP, STAFF):
                raise CallError(f"turn {number} is no answer of this conversation; give the number of an answer.")
            mine = (feedback.c.conversation_id == conversation) & (feedback.c.number == number)
            connection.execute(feedback.delete().where(mine))
            values = {"is_helpful": is_helpful, "why": why[:1000], "time": self.now()}
            connection.execute(feedback.insert().values(conversation_id=conversation, number=number, **values))


def open_store(address: str | Path, *, now: Callable[[], datetime] | None = None) -> Store:
    """Return the store in a database, its tables brought up to date.

    Parameters
    ----------
    address : path of a SQLite file, or a URL
        As `shop.database.make_engine` takes it.

    Raises
    ------
    StoreError
        When the database cannot be used, or was made by another version.
    """
    from shop.database import make_engine, migrate

    engine = make_engine(address)
    migrate(engine, Path(__file__).parent / "migrations", version_table="desk_version")
    return Store(engine, now or _now)


def _now() -> datetime:
    return datetime.now(UTC)
