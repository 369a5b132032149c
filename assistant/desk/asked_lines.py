"""The lines a page is also asked as: offered, decided by a person, in force. They are kept here; where they come from is not known."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assistant.desk.store import Store
from assistant.errors import CallError
from assistant.writing.facts import clean
from retrieval.pages import without_markup

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

WAITING, APPROVED, REFUSED, WITHDRAWN = "waiting", "approved", "refused", "withdrawn"
LONGEST = 300  # characters of a line


@dataclass(frozen=True)
class AskedAs:
    """One line: the page called `title` is also asked for in the words `question`.

    `origin` says who offered it (clicks, a ticket, a model, a person), `times` in how many conversations it was asked so;
    `status` is waiting, approved, refused or withdrawn, `by` the person who decided.
    """

    number: int
    title: str
    question: str
    origin: str
    times: int
    status: str
    by: str
    why: str
    made: datetime
    decided: datetime | None


@dataclass(frozen=True)
class Offer:
    """A line somebody offers."""

    title: str
    question: str
    origin: str
    times: int = 1


def offer_lines(store: Store, offers: Sequence[Offer]) -> list[AskedAs]:
    """Queue lines and return those that wait now for the first time; one that was decided before is not offered again.

    One that waits already is counted up where it was asked more often since.
    """
    from sqlalchemy import select

    from assistant.desk.tables import asked_as

    new: list[int] = []
    with store.writing() as connection:
        for one in offers:
            question = clean(without_markup(one.question))[:LONGEST]
            key = _key(one.title, question)
            row = connection.execute(select(asked_as).where(asked_as.c.key == key)).one_or_none()
            if row is None:
                new.append(_insert(connection, store, one, question))
            elif row.status == WAITING and one.times > row.times:
                connection.execute(asked_as.update().where(asked_as.c.key == key).values(times=one.times))
    found = set(new)
    return [one for one in asked_lines(store, status=WAITING) if one.number in found]


def _insert(connection: Connection, store: Store, one: Offer, question: str) -> int:
    from assistant.desk.tables import asked_as

    values = {"key": _key(one.title, question), "title": one.title, "question": question, "origin": one.origin[:200]}
    values |= {"status": WAITING, "by": "", "why": ""}
    made = connection.execute(
        asked_as.insert().values(times=one.times, made=store.now(), **values)
    ).inserted_primary_key
    assert made is not None
    return int(made[0])


def asked_lines(store: Store, *, status: str | None = None) -> list[AskedAs]:
    """Return the lines, of one status where given, what was asked most often first."""
    from sqlalchemy import select

    from assistant.desk.tables import asked_as

    query = select(asked_as).order_by(asked_as.c.times.desc(), asked_as.c.id)
    if status is not None:
        query = query.where(asked_as.c.status == status)
    with store.reading() as connection:
        return [_line(row) for row in connection.execute(query)]


def decide_line(  # noqa: PLR0913 - each is a part of the decision
    store: Store, number: int, status: str, *, by: str, why: str = "", title: str | None = None, question: str = ""
) -> AskedAs:
    """Note what a person decided of a line, as it was offered or edited (`title`, `question`).

    Raises
    ------
    CallError
        When nobody is named, there is no such line, it does not stand where it can be decided so, or another says the same.
    """
    from sqlalchemy import select

    from assistant.desk.tables import asked_as

    name = clean(by)
    if not name:
        raise CallError("nobody is named; a line is approved or refused by a person. Give a name.")
    before = {APPROVED: WAITING, REFUSED: WAITING, WITHDRAWN: APPROVED}[status]
    with store.writing() as connection:
        row = connection.execute(select(asked_as).where(asked_as.c.id == number).with_for_update()).one_or_none()
        if row is None or row.status != before:
            state = "there is none" if row is None else f"it is {row.status}"
            raise CallError(f"line {number}: {state}; expected one that is {before}.")
        told = {"title": title or row.title, "question": clean(question)[:LONGEST] or row.question}
        key = _key(told["title"], told["question"])
        same = select(asked_as.c.id).where(asked_as.c.key == key, asked_as.c.id != number)
        if connection.execute(same).first() is not None:
            raise CallError(f"line {number}: another line says the same; decide that one.")
        values = {**told, "key": key, "status": status, "by": name[:200], "why": clean(why)}
        connection.execute(asked_as.update().where(asked_as.c.id == number).values(decided=store.now(), **values))
        made = connection.execute(select(asked_as).where(asked_as.c.id == number)).one()
    return _line(made)


def _key(title: str, question: str) -> str:
    return hashlib.sha256(f"{title}\0{clean(question).casefold()}".encode()).hexdigest()


def _line(row: Row[Any]) -> AskedAs:
    return AskedAs(
        row.id,
        row.title,
        row.question,
        row.origin,
        row.times,
        row.status,
        row.by,
        row.why,
        row.made,
        row.decided,
    )
