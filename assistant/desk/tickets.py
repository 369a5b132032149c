"""What the people of the shop work through: tickets with their transcripts, answers, feedback, unanswered questions.

It keeps and lists. It writes no answer: a reply is a person's, approved by sending it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assistant.desk.store import CUSTOMER, SHOP, STAFF, Store, Turn
from assistant.errors import CallError

LONGEST_REPLY = 4000


@dataclass(frozen=True)
class Ticket:
    """A matter for a person; `status` is open, answered or closed, `facts` are what the answers so far rested on."""

    number: int
    conversation: str
    customer_id: str | None
    status: str
    reason: str
    summary: str
    facts: tuple[Mapping[str, str], ...]
    opened: datetime
    answered: datetime | None
    answered_by: str | None
    transcript: tuple[Turn, ...] = ()


@dataclass(frozen=True)
class Judged:
    """An answer a customer judged, with the question before it."""

    question: str
    answer: str
    is_helpful: bool
    why: str
    time: datetime


@dataclass(frozen=True)
class Unanswered:
    """Questions of one kind that got no answer: the first asked, how often, and the others in their words."""

    question: str
    count: int
    others: tuple[str, ...] = field(default=())


def open_ticket(store: Store, conversation: str, customer_id: str | None, *, reason: str, words: str) -> int:
    """Make a ticket of a conversation and return its number; one that is open for the same reason is added to.

    The summary quotes the customer and no model: what they ask now, and what they said before.
    """
    from sqlalchemy import select

    from assistant.desk.tables import tickets

    said = store.turns(conversation)
    facts = [one for turn in said if turn.who == SHOP for one in turn.about.get("facts", ())]
    facts = [dict(one) for one in {tuple(sorted(fact.items())): None for fact in facts}]
    summary = summary_of(said, words, reason=reason, customer_id=customer_id)
    with store.writing() as connection:
        same = (tickets.c.conversation_id == conversation) & (tickets.c.reason == reason) & (tickets.c.status == "open")
        known = connection.execute(select(tickets.c.id).where(same)).scalars().first()
        values = {"summary": summary, "facts": facts, "customer_id": customer_id}
        if known is not None:
            connection.execute(tickets.update().where(tickets.c.id == known).values(**values))
            return int(known)
        row = {"conversation_id": conversation, "status": "open", "reason": reason, "opened": store.now(), **values}
        made = connection.execute(tickets.insert().values(**row)).inserted_primary_key
    assert made is not None
    return int(made[0])


def summary_of(said: Sequence[Turn], words: str, *, reason: str, customer_id: str | None) -> str:
    """Return what a person must know first, in the customer's own words."""
    before = [turn.text for turn in said if turn.who == CUSTOMER and turn.text != words]
    lines = [f"{reason.replace('_', ' ').capitalize()}: “{words}”"]
    if before:
        lines.append("Before: " + " · ".join(f"“{one[:200]}”" for one in before[-3:]))
    lines.append(f"Signed in as customer {customer_id}." if customer_id else "Not signed in.")
    return "\n".join(lines)


def list_tickets(store: Store, *, status: str | None = None) -> list[Ticket]:
    """Return the tickets without their transcripts: the open ones first, of each the oldest first."""
    from sqlalchemy import select

    from assistant.desk.tables import tickets

    query = select(tickets).order_by(tickets.c.id)
    if status is not None:
        query = query.where(tickets.c.status == status)
    with store.reading() as connection:
        found = [_ticket(row) for row in connection.execute(query)]
    return sorted(found, key=lambda one: (one.status != "open", one.number))


def read_ticket(store: Store, number: int) -> Ticket:
    """Return a ticket with everything said in its conversation.

    Raises
    ------
    CallError
        When there is none with that number.
    """
    from sqlalchemy import select

    from assistant.desk.tables import tickets

    with store.reading() as connection:
        row = connection.execute(select(tickets).where(tickets.c.id == number)).one_or_none()
    if row is None:
        raise CallError(f"no ticket {number}; it was erased, or never made.")
    return _ticket(row, tuple(store.turns(row.conversation_id)))


def _ticket(row: Any, transcript: tuple[Turn, ...] = ()) -> Ticket:
    return Ticket(
        row.id,
        row.conversation_id,
        row.customer_id,
        row.status,
        row.reason,
        row.summary,
        tuple(row.facts),
        row.opened,
        row.answered,
        row.answered_by,
        transcript,
    )


def reply(store: Store, number: int, text: str, *, by: str) -> Turn:
    """Answer a ticket in its own conversation, as a person with a name.

    Raises
    ------
    CallError
        When there is no such ticket, nobody is named, or the text is empty or longer than 4,000 characters.
    """
    words, name = text.strip(), by.strip()
    if not words or not name or len(words) > LONGEST_REPLY:
        raise CallError(f"a reply needs a person's name and a text of 1 to {LONGEST_REPLY} characters.")
    ticket = read_ticket(store, number)
    about = {"decision": "answer", "by": name, "ticket": number, "written_by": ["person"]}
    turn = store.add(ticket.conversation, [(STAFF, words, about)])[0]
    set_status(store, number, "answered", by=name)
    return turn


def set_status(store: Store, number: int, status: str, *, by: str) -> None:
    """Note that a ticket is open, answered or closed.

    Raises
    ------
    CallError
        When it is none of the three.
    """
    from assistant.desk.tables import tickets

    if status not in ("open", "answered", "closed"):
        raise CallError(f"status {status!r}; expected open, answered or closed.")
    values = {"status": status} | ({"answered": store.now(), "answered_by": by} if status == "answered" else {})
    with store.writing() as connection:
        connection.execute(tickets.update().where(tickets.c.id == number).values(**values))


def list_feedback(store: Store) -> list[Judged]:
    """Return what customers said of answers, the newest first."""
    from sqlalchemy import select

    from assistant.desk.tables import feedback, turns

    before = turns.alias("before")
    asked = (before.c.conversation_id == turns.c.conversation_id) & (before.c.number == turns.c.number - 1)
    query = (
        select(before.c.text.label("question"), turns.c.text, feedback.c.is_helpful, feedback.c.why, feedback.c.time)
        .join_from(
            feedback,
            turns,
            (turns.c.conversation_id == feedback.c.conversation_id) & (turns.c.number == feedback.c.number),
        )
        .outerjoin(before, asked)
        .order_by(feedback.c.id.desc())
    )
    with store.reading() as connection:
        rows = connection.execute(query).all()
    return [Judged(row.question or "", row.text, row.is_helpful, row.why, row.time) for row in rows]


def unanswered(
    store: Store, alike: Callable[[Sequence[str]], Sequence[int]], *, latest: int = 2000
) -> list[Unanswered]:
    """Return the questions that were handed over or got no choice that fitted, like ones together, the commonest first.

    Parameters
    ----------
    alike : callable
        Gives each text the number of its group.
    """
    from sqlalchemy import select

    from assistant.desk.tables import turns

    query = select(turns.c.about).where(turns.c.who == SHOP).order_by(turns.c.id.desc()).limit(latest)
    with store.reading() as connection:
        rows = [row.about for row in connection.execute(query)]
    texts = [str(about["question"]) for about in reversed(rows) if about.get("is_unanswered")]
    groups: dict[int, list[str]] = {}
    for text, number in zip(texts, alike(texts), strict=True):
        groups.setdefault(number, []).append(text)
    found = [Unanswered(one[0], len(one), tuple(dict.fromkeys(one[1:]))) for one in groups.values()]
    return sorted(found, key=lambda one: -one.count)


def clicked(store: Store, *, latest: int = 5000) -> list[tuple[str, str, int]]:
    """Return (question as typed, the title that was clicked for it, how often), the commonest first."""
    from sqlalchemy import select

    from assistant.desk.tables import turns

    query = select(turns.c.text, turns.c.about).where(turns.c.who == CUSTOMER).order_by(turns.c.id.desc()).limit(latest)
    counts: dict[tuple[str, str], int] = {}
    with store.reading() as connection:
        for title, about in connection.execute(query):
            if about.get("clicked_for"):
                pair = (str(about["clicked_for"]), str(title))
                counts[pair] = counts.get(pair, 0) + 1
    return sorted(((asked, title, count) for (asked, title), count in counts.items()), key=lambda one: -one[2])
