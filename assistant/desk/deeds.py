"""What a confirmed flow does: written once, logged, then said from what is stored. It is reached by a yes and by nothing typed or found."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.desk.changes import write_once
from assistant.desk.flows import Matter, Step, matter_facts
from assistant.desk.memory import erase_customer
from assistant.desk.orders import HERE, Order, Orders, local_day, order_facts
from assistant.desk.tickets import open_ticket
from assistant.writing.facts import Fact, Source, Subject, fact

if TYPE_CHECKING:
    from assistant.desk.store import Store

_ONCE = ("cancel", "return", "exchange")  # of one order done once for all, whoever asks how often
TICKETS = Source("desk_tickets")


@dataclass(frozen=True)
class Hands:
    """What a deed works with: the store, the orders, and how an invoice is mailed."""

    store: Store
    orders: Orders
    mail_invoice: Callable[[str, Order], None]
    zone: str


def perform(hands: Hands, conversation: str, matter: Matter, step: Step) -> tuple[Step, int | None]:
    """Do what was confirmed and return what is said of it, read back from the store, and the ticket it made.

    Raises
    ------
    ValueError
        When the step was not confirmed.
    """
    if not step.is_confirmed:
        raise ValueError(f"flow {matter.rule.name}: not confirmed; nothing is written.")
    name = matter.rule.name
    if name in ("person", "complaint"):
        return _ticket(hands, conversation, matter)
    assert matter.customer is not None
    if name == "delete_data":
        return _erased(hands, conversation, matter)
    assert step.order is not None
    return _changed(hands, conversation, matter, step.order)


def _changed(hands: Hands, conversation: str, matter: Matter, order: Order) -> tuple[Step, int | None]:
    name, customer = matter.rule.name, order.customer_id
    fields = {
        "cancel": {"status": "cancelled"},
        "change_address": {"address": matter.slots.get("address", "")},
        "invoice": {"invoice": matter.mail},
    }.get(name, {name: "asked"})
    key = _key(name, order.id) if name in _ONCE else matter.slots["key"]
    is_first = write_once(
        hands.store, key, flow=name, customer_id=customer, conversation=conversation, order_id=order.id, fields=fields
    )
    if is_first and name == "invoice":
        hands.mail_invoice(customer, order)
    ticket = None
    if name in ("return", "exchange"):
        words = f"{name.capitalize()} of order {order.id} was asked for and confirmed."
        ticket = open_ticket(hands.store, conversation, customer, reason=name, words=words)
    now = hands.orders.one(customer, order.id)
    assert now is not None
    return Step(matter.rule.done[:1], tuple(matter_facts(matter, now)), order=now), ticket


def _key(flow: str, order_id: str) -> str:
    return hashlib.sha256(f"{flow}\0{order_id}".encode()).hexdigest()


def _ticket(hands: Hands, conversation: str, matter: Matter) -> tuple[Step, int | None]:
    words = matter.slots.get("words") or matter.slots.get("typed") or matter.typed
    customer = None if matter.customer is None else matter.customer.id
    number = open_ticket(hands.store, conversation, customer, reason=matter.rule.name, words=words)
    return Step(matter.rule.done[:1], tuple(ticket_facts(hands, number)), "hand over"), number


def ticket_facts(hands: Hands, number: int) -> list[Fact]:
    """Return what is said of a ticket to the customer who waits for its answer."""
    subject = Subject("ticket", str(number), f"T{number}")
    opened = local_day(hands.store.now(), hands.zone)
    assert opened is not None
    return [
        fact(subject, "ticket_number", f"T{number}", TICKETS),
        fact(subject, "ticket_opened", opened, TICKETS),
    ]


def _erased(hands: Hands, conversation: str, matter: Matter) -> tuple[Step, int | None]:
    assert matter.customer is not None
    customer = matter.customer
    is_first = write_once(
        hands.store, matter.slots["key"], flow="delete_data", customer_id=customer.id, conversation=conversation
    )
    gone = erase_customer(hands.store, customer.id, keep=conversation) if is_first else {"turns": 0, "memory": 0}
    words = "The customer asked for the erasure of their account. What was said in the chat is erased already."
    number = open_ticket(hands.store, conversation, customer.id, reason="delete_data", words=words)
    today = local_day(hands.store.now(), hands.zone)
    assert today is not None
    source = replace(HERE, table="desk_actions")
    facts = (
        fact(customer, "erased_turns", gone["turns"], source),
        fact(customer, "erased_told", gone["memory"], source),
        fact(customer, "data_asked_on", today, source),
    )
    return Step(matter.rule.done[:1], facts), number


def invoice_lines(order: Order) -> list[Fact]:
    """Return the facts an invoice copy states, in the order they are said."""
    wanted = ("order_number", "placed_on", "item", "item_count", "order_total", "address")
    facts = {one.name: one for one in order_facts(order)}
    return [facts[name] for name in wanted if name in facts]
