"""FAQ entries people of the shop added: kept with who answers for each, and live at once. They change no file of the shop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.desk.store import Store
from assistant.errors import CallError
from assistant.writing.facts import clean

if TYPE_CHECKING:
    from retrieval import Passage


@dataclass(frozen=True)
class Entry:
    """A question and its answer, the person who answers for it, and the ticket it came from."""

    number: int
    question: str
    answer: str
    category: str
    by: str
    ticket: int | None
    time: datetime

    def passage(self) -> Passage:
        """Return it as a page to answer from."""
        from retrieval import Passage

        source = f"faq, added by {self.by} on {self.time:%Y-%m-%d}"
        return Passage(f"added-{self.number}", "faq", self.question, self.answer, source)


def add_entry(
    store: Store, question: str, answer: str, *, by: str, category: str = "", ticket: int | None = None
) -> Entry:
    """Keep an entry; it is answered from with the next question.

    Raises
    ------
    CallError
        When question, answer or person is empty, or a live entry asks the same.
    """
    from assistant.desk.tables import entries

    asked, said, name = clean(question), clean(answer), clean(by)
    if not asked or not said or not name:
        raise CallError("an entry needs a question, an answer and the name of the person who answers for it.")
    same = [one for one in live_entries(store) if one.question.casefold() == asked.casefold()]
    if same:
        raise CallError(f"entry {same[0].number} asks the same; withdraw it first, or ask in other words.")
    now = store.now()
    row = {"question": asked, "answer": said, "category": clean(category), "by": name, "ticket_id": ticket}
    with store.writing() as connection:
        made = connection.execute(entries.insert().values(is_live=True, time=now, **row)).inserted_primary_key
    assert made is not None
    return Entry(int(made[0]), asked, said, row["category"] or "", name, ticket, now)  # type: ignore[arg-type]


def withdraw_entry(store: Store, number: int) -> None:
    """Answer from an entry no more; it stays in the record.

    Raises
    ------
    CallError
        When there is no live entry with that number.
    """
    from assistant.desk.tables import entries

    with store.writing() as connection:
        which = (entries.c.id == number) & entries.c.is_live
        if not connection.execute(entries.update().where(which).values(is_live=False)).rowcount:
            raise CallError(f"no live entry {number}.")


def live_entries(store: Store) -> list[Entry]:
    """Return the entries that are answered from, the oldest first."""
    from sqlalchemy import select

    from assistant.desk.tables import entries

    query = select(entries).where(entries.c.is_live).order_by(entries.c.id)
    with store.reading() as connection:
        return [
            Entry(row.id, row.question, row.answer, row.category, row.by, row.ticket_id, row.time)
            for row in connection.execute(query)
        ]
