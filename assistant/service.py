"""The service desk of one shop, opened: conversations with customers, and what its people read and answer. The door to `assistant.desk`.

It opens the parts once and hands messages on. It decides nothing and writes no sentence.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.desk import memory, signin
from assistant.desk import tickets as desk_tickets
from assistant.desk.access import Keys
from assistant.desk.asked_as import AskedWork
from assistant.desk.changes import Action, action_log
from assistant.desk.conversation import Conversation
from assistant.desk.deciding import in_words
from assistant.desk.deeds import Hands
from assistant.desk.dialog import Dialog
from assistant.desk.entries import Entry, add_entry, live_entries, withdraw_entry
from assistant.desk.intents import Intents, NoFlows, read_examples
from assistant.desk.mails import code_mail, invoice_mail
from assistant.desk.orders import Order, Orders
from assistant.desk.outbox import FileOutbox, Mail, Outbox, SmtpOutbox, SmtpServer
from assistant.desk.parts import Parts, Reply
from assistant.desk.rules import Rule, read_rules
from assistant.desk.saying import Sayer
from assistant.desk.settings import DeskSettings, read_desk_settings
from assistant.desk.store import Store, Turn, open_store
from assistant.desk.typed import clicks_of
from assistant.errors import CallError
from assistant.product_facts import RECENT_DAYS, reason_facts
from assistant.writing.facts import Fact, clean

if TYPE_CHECKING:
    from assistant.api import Assistant
    from assistant.desk.answers import Desk
    from assistant.desk.memory import Remembered

QUESTIONS = "flow_questions.txt"
_ALIKE = 0.7  # cosine from which two unanswered questions are of one kind


class Service:
    """The desk of one shop.

    Parameters
    ----------
    assistant : Assistant
        Its state folder keeps the database, the outbox and the shop's own rules; without one they are gone with the process.
    now : callable, optional
        Returns the time, UTC.
    """

    def __init__(self, assistant: Assistant, *, now: Callable[[], datetime] | None = None) -> None:
        self._assistant = assistant
        self._now = now
        self._lock = threading.Lock()
        self._over: tuple[object, Desk] | None = None
        self._mailing = ThreadPoolExecutor(1, thread_name_prefix="mail")  # a known address must cost no more time
        self._mailed: list[Future[None]] = []

    @cached_property
    def folder(self) -> Path:
        """Where the desk keeps its files: what people wrote, never made anew."""
        if self._assistant.state is not None:
            return self._assistant.state.folder / "people"
        self._scratch = tempfile.TemporaryDirectory(prefix="shopkeeper-desk-")
        return Path(self._scratch.name)

    @cached_property
    def settings(self) -> DeskSettings:
        """What `desk.toml` says."""
        return read_desk_settings(self.folder, os.environ)

    @cached_property
    def store(self) -> Store:
        """The database, its tables up to date."""
        with self._lock:
            return open_store(self.settings.database or self.folder / "desk.sqlite", now=self._now)

    @property
    def is_kept(self) -> bool:
        """Whether there is a database of this desk already."""
        return bool(self.settings.database) or (self.folder / "desk.sqlite").is_file()

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The flows and their rules, the shop's own over ours."""
        return read_rules(self._assistant.shop, self.folder / "flows.toml", language=self._assistant.speech.language)

    @cached_property
    def orders(self) -> Orders:
        """The orders of the shop with what was changed here."""
        return Orders(self._assistant.shop, self.store)

    @cached_property
    def outbox(self) -> Outbox:
        """Where messages to customers go."""
        told = self.settings
        files = FileOutbox(self.folder / "outbox", told.sender)
        if not told.smtp_host:
            return files
        server = SmtpServer(told.smtp_host, told.smtp_port, told.smtp_user, told.smtp_password, told.smtp_tls)
        return SmtpOutbox(files, server)

    @cached_property
    def keys(self) -> Keys:
        """The keys of the HTTP API."""
        return Keys(self.store)

    @cached_property
    def intents(self) -> Intents | NoFlows:
        """The proposer of flows, from our examples in the shop's language and its own; without examples it proposes none."""
        import prompts

        own = self.folder / QUESTIONS
        ours = Path(prompts.__file__).parent / self._assistant.speech.language / QUESTIONS
        files = [path for path in (ours, own) if path.is_file()]
        if not files:
            return NoFlows()
        from retrieval.encoder import EMBEDDED

        is_read = self._assistant.speech.reads_embedded_model or EMBEDDED not in self._assistant.encoder.name
        return Intents(read_examples(*files), self._assistant.encoder, meaning=0.65 if is_read else 0.0)

    @property
    def desk(self) -> Desk:
        """The answering from pages, with the entries and the other ways to ask that people added a moment ago."""
        entries, lines = live_entries(self.store), self.asked_as.in_force()
        which = (tuple(one.number for one in entries), repr(lines))
        with self._lock:
            if self._over is None or self._over[0] != which:
                encoder = self._assistant.encoder
                added = self._assistant.made.passages.with_added([one.passage() for one in entries], encoder)
                self._over = (which, self._assistant.answering.over(added.with_asked_as(lines, encoder)))
            return self._over[1]

    @cached_property
    def asked_as(self) -> AskedWork:
        """Other ways the pages are asked for: what waits for a person, what was decided; see `AskedWork`.

        Waiting: `waiting()`; deciding: `approve(number, by=…)`, `refuse(number, by=…, why=…)`, `withdraw(number, by=…)`; a person's
        own: `add(title, question, by=…)`; looked for: `from_conversations()`, `from_model(llm)`. An approved line is in force
        with the next message.
        """
        language = self._assistant.speech.language
        return AskedWork(self.store, lambda: self.desk, self.entries, lambda: self._assistant.encoder, language)

    @cached_property
    def _dialog(self) -> Dialog:
        zone = self._assistant.shop.settings.time_zone
        parts = Parts(
            self._assistant.shop,
            Hands(self.store, self.orders, self._mail_invoice, zone),
            self.rules,
            lambda: self.desk,
            self._sayer,
            lambda: self.intents,
            self._mail_code,
            self._first_name,
            self._has_page,
            self._reasons,
            clicks_of(self._assistant.speech.language),
        )
        return Dialog(parts)

    def _sayer(self) -> Sayer:
        if self._has_words():
            return Sayer(self._assistant.book, self._assistant.printing)
        from assistant.writing import load_book

        return Sayer(
            load_book("en"), self._assistant.printing
        )  # a language without the desk's lines: its matters in English

    def _has_words(self) -> bool:
        from prompts import languages, wordings_folder

        language = self._assistant.speech.language
        return language in languages() and all(
            (wordings_folder(language) / f"{name}.txt").is_file() for name in ("desk", "flows", "orders")
        )

    def _first_name(self, customer_id: str) -> str:
        import polars as pl

        rows = self._assistant.shop.customers.filter(pl.col("customer_id") == customer_id).to_dicts()
        return clean(str(rows[0].get("first_name") or rows[0].get("name") or "")) if rows else ""

    def _reasons(self, customer_id: str, product: str) -> list[Fact]:
        """Return why a product would be recommended to a customer, counted anew; nothing where that needs what is not there."""
        assistant = self._assistant
        one = assistant.serving.explain(customer_id, product)
        return reason_facts(one, as_of=assistant.as_of, days=RECENT_DAYS) if one.reasons else []

    def _has_page(self, text: str) -> bool:
        asked, desk = in_words(text), self.desk
        return any(in_words(way) == asked for page in desk.pages for way in desk.passages.ways(page))

    def _mail_code(self, customer_id: str, code: str) -> None:
        self._mail(customer_id, lambda to: code_mail(self._sayer(), self._assistant.shop, to, code))

    def _mail_invoice(self, customer_id: str, order: Order) -> None:
        self._mail(customer_id, lambda to: invoice_mail(self._sayer(), self._assistant.shop, to, order))

    def _mail(self, customer_id: str, write: Callable[[str], Mail]) -> None:
        to = signin.mail_of(self._assistant.shop, customer_id)
        if to:
            self._mailed = [one for one in self._mailed if not one.done()]
            self._mailed.append(self._mailing.submit(lambda: self.outbox.send(write(to))))

    def wait_for_mail(self) -> None:
        """Wait until every message handed over so far is in the outbox; what could not be written raises here."""
        for one in self._mailed:
            one.result()

    def warm(self) -> None:
        """Load what the first message would otherwise wait for."""
        self.intents.propose(self._assistant.shop.settings.name)
        list(self.desk.stream("opening hours", Conversation()))

    def begin(self) -> str:
        """Start a conversation and return its id; keep it secret, it is the key to what is said in it."""
        return self.store.begin()

    def stream(self, conversation: str, text: str) -> Iterator[tuple[Reply, bool]]:
        """Yield the reply to a message as it grows, each sentence once proven, and whether it is whole.

        Raises
        ------
        CallError
            When the message is empty or too long, or there is no such conversation.
        """
        return self._dialog.stream(conversation, text)

    def say(self, conversation: str, text: str) -> Reply:
        """Return the whole reply to a message; see `stream`."""
        return list(self.stream(conversation, text))[-1][0]

    def customer(self, conversation: str) -> str | None:
        """Return who is signed in to a conversation, None where nobody is."""
        return self.store.talk(conversation).customer_id

    def ask_code(self, conversation: str, who: str) -> None:
        """Send a code to whom an order number or e-mail address belongs, if to anybody: which of the two is never told."""
        self.store.talk(conversation)
        shop = self._assistant.shop
        signin.ask_code(self.store, conversation, who, signin.customer_of(shop, who), self._mail_code)

    def enter_code(self, conversation: str, code: str) -> bool:
        """Return whether a code signs its customer in to the conversation it was asked for in."""
        return signin.give_code(self.store, conversation, code.strip())[0] is not None

    def vouch(self, conversation: str, customer_id: str) -> None:
        """Sign a customer in whom the shop's own site has signed in already; only ever called for the shop itself.

        Raises
        ------
        CallError
            When the shop has no such customer, or another has spoken in the conversation before.
        """
        if customer_id not in set(self._assistant.shop.customers["customer_id"]):
            raise CallError(f"no customer {customer_id!r} in this shop.")
        self.store.sign_in(conversation, customer_id, minutes=signin.LIMITS.signed_in_minutes)

    def sign_out(self, conversation: str) -> None:
        """End the sign-in of a conversation."""
        self.store.sign_out(conversation)

    def turns(self, conversation: str, *, after: int = 0) -> list[Turn]:
        """Return what was said after a turn, a person's answers too.

        Raises
        ------
        CallError
            When there is no such conversation.
        """
        self.store.talk(conversation)
        return self.store.turns(conversation, after=after)

    def feedback(self, conversation: str, number: int, *, is_helpful: bool, why: str = "") -> None:
        """Keep whether an answer helped, and why not."""
        self.store.add_feedback(conversation, number, is_helpful=is_helpful, why=clean(why))

    def remembered(self, conversation: str) -> list[Remembered]:
        """Return what is kept of the signed-in customer; nothing where nobody is signed in."""
        customer = self.customer(conversation)
        return [] if customer is None else memory.remembered(self.store, customer)

    def forget(self, conversation: str, *, id: int | None = None) -> int:
        """Erase one thing kept of the signed-in customer, or all, and return how many."""
        customer = self.customer(conversation)
        return 0 if customer is None else memory.forget(self.store, customer, id=id)

    # What the people of the shop see and do.

    def tickets(self, *, status: str | None = None) -> list[desk_tickets.Ticket]:
        """Return the tickets, the open ones first."""
        return desk_tickets.list_tickets(self.store, status=status)

    def ticket(self, number: int) -> desk_tickets.Ticket:
        """Return a ticket with its transcript."""
        return desk_tickets.read_ticket(self.store, number)

    def reply(self, number: int, text: str, *, by: str) -> Turn:
        """Answer a ticket in its conversation; sending it is its approval."""
        return desk_tickets.reply(self.store, number, text, by=by)

    def close(self, number: int, *, by: str) -> None:
        """Close a ticket."""
        self.ticket(number)
        desk_tickets.set_status(self.store, number, "closed", by=by)

    def feedback_list(self) -> list[desk_tickets.Judged]:
        """Return what customers said of answers, the newest first."""
        return desk_tickets.list_feedback(self.store)

    def unanswered(self) -> list[desk_tickets.Unanswered]:
        """Return the questions that got no answer, like ones together, the commonest first."""
        return desk_tickets.unanswered(self.store, self._alike)

    def _alike(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        vectors = self._assistant.encoder.encode(list(texts))
        groups: list[int] = []
        firsts: list[int] = []
        for row in range(len(texts)):
            near = next((n for n, first in enumerate(firsts) if float(vectors[first] @ vectors[row]) >= _ALIKE), None)
            if near is None:
                firsts.append(row)
            groups.append(len(firsts) - 1 if near is None else near)
        return groups

    def clicked(self) -> list[tuple[str, str, int]]:
        """Return (question as typed, the page's title that was clicked for it, how often): what an entry is also asked as."""
        return desk_tickets.clicked(self.store)

    def entries(self) -> list[Entry]:
        """Return the FAQ entries people added."""
        return live_entries(self.store)

    def add_entry(self, question: str, answer: str, *, by: str, category: str = "", ticket: int | None = None) -> Entry:
        """Add an FAQ entry; the next question may be answered from it.

        Raises
        ------
        CallError
            When something is empty, or the shop's pages or a live entry ask the same already.
        """
        if self._has_page(question):
            raise CallError(
                "the shop's pages have an entry that asks the same; change it there, or ask in other words."
            )
        return add_entry(self.store, question, answer, by=by, category=category, ticket=ticket)

    def withdraw_entry(self, number: int) -> None:
        """Answer from an added entry no more."""
        withdraw_entry(self.store, number)

    def actions(self, *, customer_id: str | None = None) -> list[Action]:
        """Return the log of what was done, the oldest first."""
        return action_log(self.store, customer_id=customer_id)

    def waiting_mail(self) -> list[Any]:
        """Return the files of the messages that have not left."""
        return list(self.outbox.waiting())
