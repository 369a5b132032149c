"""The flows: what is said, asked or done next in a customer's own matter. Code runs them by the shop's rules; no model does.

A flow sees the orders of the signed-in customer and no others. It reads typed text only to find one of *their* order
numbers, an address or a yes, and it writes nothing itself: it says what is to be written, once it was confirmed.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from assistant.desk.orders import Order, order_facts
from assistant.desk.rules import RULES, Rule, Ruling, rule_on
from assistant.desk.saying import Free, Said
from assistant.desk.typed import NO, YES, looks_like_number, named_order, plain, read_address
from assistant.writing.facts import Fact, Source, Subject, clean, fact

if TYPE_CHECKING:
    from assistant.desk.deciding import Decision

CHOICES = 4


@dataclass(frozen=True)
class Matter:
    """What a flow may look at: the rule, who is signed in, their orders, what was typed, what was given before.

    `typed` is the message as it was written; `slots` hold order, address, words and the key of the confirmation.
    """

    rule: Rule
    customer: Subject | None
    orders: Sequence[Order]
    typed: str
    today: date
    slots: Mapping[str, str] = field(default_factory=dict)
    mail: str = ""  # where the shop reaches the customer, most of it hidden


@dataclass(frozen=True)
class Step:
    """What comes next: sentences to say, and either what is still needed, or that it may be done now (`is_confirmed`)."""

    said: tuple[Said, ...] = ()
    facts: tuple[Fact, ...] = ()
    decision: Decision = "answer"
    choices: tuple[str, ...] = ()
    needs: str = ""  # what the next message is asked for; empty: the flow is over
    slots: Mapping[str, str] = field(default_factory=dict)
    is_confirmed: bool = False
    order: Order | None = None


def run(matter: Matter) -> Step:
    """Return the next step of a flow: the first need that is not met, or the end."""
    makers = {"customer": _customer, "order": _order, "address": _address, "words": _words, "yes": _yes}
    now = matter
    for need in matter.rule.needs:
        step = makers[need](now)
        if step.said or step.is_confirmed or step.needs:
            return step
        now = replace(now, slots=step.slots)
    return _end(now)


def _customer(matter: Matter) -> Step:
    if matter.customer is not None:
        return Step(slots=matter.slots)
    return Step(((sign_in_fact(matter.rule),),), (), "ask back", needs="sign-in", slots=matter.slots)


def sign_in_fact(rule: Rule) -> str:
    """Return the fact of the sentence that asks for a sign-in: to an order, or to what is kept of a customer."""
    return "sign_in_by" if "order" in rule.needs else "account_by"


def _order(matter: Matter) -> Step:
    assert matter.customer is not None
    given = matter.slots.get("order", "")
    chosen = next((one for one in matter.orders if one.id == given), None) or named_order(matter.typed, matter.orders)
    if chosen is None and looks_like_number(matter.typed, matter.orders):
        return _none_found(matter, "number_found")
    if not matter.orders:
        return _none_found(matter, "orders_found")
    able = _able(matter)
    chosen = chosen or (able[0] if len(able) == 1 else None)
    if chosen is None and len(able) > 1:
        shown = tuple(order_label(one) for one in able[:CHOICES])
        return Step((Free("which_order"),), (), "ask back", shown, needs="order", slots=matter.slots)
    chosen = chosen or matter.orders[0]
    ruling = rule_on(matter.rule, chosen, matter.today)
    again = _done_before(matter, chosen)
    if again is not None:
        return again
    if not ruling.is_allowed:
        return _refused(chosen, ruling)
    return Step(slots={**matter.slots, "order": chosen.id})


def _none_found(matter: Matter, name: str) -> Step:
    assert matter.customer is not None
    found = fact(matter.customer, name, 0, Source("orders", f"customer_id = {matter.customer.id}"))
    shown = tuple(order_label(one) for one in matter.orders[:CHOICES]) if name == "number_found" else ()
    return Step(
        ((name,),),
        (found,),
        "ask back" if shown else "answer",
        shown,
        needs="order" if shown else "",
        slots=matter.slots,
    )


def _able(matter: Matter) -> list[Order]:
    """Return the orders this flow is likely about: those it may run on; to look at, those still under way, else the latest."""
    if matter.rule.writes:
        return [
            one
            for one in matter.orders
            if rule_on(matter.rule, one, matter.today).is_allowed and _done_before(matter, one) is None
        ]
    return [one for one in matter.orders if one.is_open] or list(matter.orders[:1])


def order_label(order: Order) -> str:
    """Return how one of several orders is offered."""
    return order.id if order.placed_on is None else f"{order.id}, placed on {order.placed_on:%-d %B %Y}"


def _done_before(matter: Matter, order: Order) -> Step | None:
    """Return what is said where it was done already: a second asking says what is, and writes nothing."""
    field_of = {"return": "return", "exchange": "exchange"}.get(matter.rule.name)
    if matter.rule.name == "cancel" and order.status == "cancelled":
        names = ("order_number", "cancelled_on") if order.changed_on("status") else ("order_number", "status")
        return Step((names,), tuple(order_facts(order)), order=order)
    if field_of is None or order.changed_on(field_of) is None:
        return None
    return Step((("order_number", f"{field_of}_asked_on"),), tuple(order_facts(order)), order=order)


def _refused(order: Order, ruling: Ruling) -> Step:
    facts = (*order_facts(order), *ruling.facts)
    if order.status is None or not ruling.refused:
        return Step((Free("offer_person"),), facts, "hand over", needs="person", order=order)
    return Step((ruling.refused,), facts, order=order)


def _address(matter: Matter) -> Step:
    if matter.slots.get("address"):
        return Step(slots=matter.slots)
    found = read_address(matter.typed) if matter.slots.get("asked") == "address" else ""
    if found:
        return Step(slots={**matter.slots, "address": found, "asked": ""})
    order = _chosen(matter)
    facts = (*order_facts(order), *rule_on(matter.rule, order, matter.today).facts)
    said = (("order_number", "may_change_address"), Free("which_address"))
    return Step(said, facts, "ask back", needs="address", slots={**matter.slots, "asked": "address"}, order=order)


def _words(matter: Matter) -> Step:
    if matter.slots.get("words"):
        return Step(slots=matter.slots)
    if matter.slots.get("asked") == "words" and clean(matter.typed):
        return Step(slots={**matter.slots, "words": clean(matter.typed)[:2000]})
    said = (Free("what_happened"),)
    return Step(said, (), "ask back", needs="words", slots={**matter.slots, "asked": "words"})


def _yes(matter: Matter) -> Step:
    order = _chosen(matter) if "order" in matter.rule.needs else None
    facts = (*matter_facts(matter, order), *(rule_on(matter.rule, order, matter.today).facts if order else ()))
    if matter.slots.get("key"):
        said = plain(matter.typed)
        if said in YES:
            return Step((), facts, slots=matter.slots, is_confirmed=True, order=order)
        if said in NO:
            return _left(matter, order)
    names = {one.name for one in facts}
    asked = next((one for one in matter.rule.asks if names.issuperset(one)), None)
    if asked is None:  # a fact its question needs is not known here
        return Step((Free("offer_person"),), facts, "hand over", needs="person", order=order)
    slots = {**matter.slots, "key": secrets.token_hex(16)}
    return Step((asked,), facts, "ask back", ("Yes", "No"), needs="yes", slots=slots, order=order)


def _left(matter: Matter, order: Order | None) -> Step:
    if order is not None:
        unchanged = fact(order.subject, "is_unchanged", 1, RULES)
        return Step((("order_number", "is_unchanged"),), (*order_facts(order), unchanged), order=order)
    assert matter.customer is not None
    return Step((("may_erase",),), (fact(matter.customer, "may_erase", 0, RULES),))


def matter_facts(matter: Matter, order: Order | None) -> list[Fact]:
    """Return the facts of an order and of what the customer gave for it."""
    facts = [] if order is None else order_facts(order)
    if order is not None and matter.slots.get("address"):
        facts.append(fact(order.subject, "new_address", matter.slots["address"], Source("conversation")))
    if order is not None and matter.mail:
        facts.append(
            fact(order.subject, "invoice_to", matter.mail, Source("customers", f"customer_id = {order.customer_id}"))
        )
    if order is None and matter.customer is not None and matter.rule.name == "delete_data":
        facts.append(fact(matter.customer, "may_erase", 1, RULES))
    return facts


def _chosen(matter: Matter) -> Order:
    return next(one for one in matter.orders if one.id == matter.slots["order"])


def _end(matter: Matter) -> Step:
    if matter.rule.name not in ("order_status", "order_contents"):
        return Step((), (), slots=matter.slots, is_confirmed=True)
    order = _chosen(matter)
    facts = tuple(order_facts(order))
    said = status_sentences(order) if matter.rule.name == "order_status" else content_sentences(facts)
    if not said:
        return Step((Free("offer_person"),), facts, "hand over", needs="person", order=order)
    return Step(said, facts, order=order)


def _in_a_row(first: date | None, second: date | None) -> bool:
    """Return whether both days are known and follow each other; else they are not said in one breath."""
    return first is not None and second is not None and first <= second


def status_sentences(order: Order) -> tuple[Said, ...]:
    """Return what is said of where an order stands, by the facts of each sentence."""
    if order.status is None:
        return ()
    said: list[Said] = []
    if order.status == "cancelled" and order.changed_on("status"):
        said.append(("order_number", "cancelled_on"))
    elif order.status == "delivered" and _in_a_row(order.sent_on, order.delivered_on):
        said.append(("order_number", "sent_on", "delivered_on"))
    elif order.status == "delivered" and order.delivered_on:
        said.append(("order_number", "delivered_on"))
    elif order.status == "sent" and order.sent_on:
        both = _in_a_row(order.placed_on, order.sent_on)
        said.append(("order_number", "placed_on", "sent_on") if both else ("order_number", "sent_on"))
    elif order.status in ("placed", "paid", "packed") and order.placed_on:
        said += [("order_number", "placed_on"), ("status",)]
    else:
        said.append(("order_number", "status"))
    if order.status == "sent" and order.tracking:
        said.append(("tracking",))
    if order.changed_on("address") and order.is_open:
        said.append(("order_number", "address_changed_on"))
    said += [("order_number", f"{one}_asked_on") for one in ("return", "exchange") if order.changed_on(one)]
    return tuple(said)


def content_sentences(facts: Sequence[Fact]) -> tuple[Said, ...]:
    """Return what is said of what an order holds; empty where its lines are not known."""
    names = {one.name for one in facts}
    if "item" not in names:
        return ()
    totals = [one for one in ("item_count", "order_total") if one in names]
    head: tuple[Said, ...] = (
        (("order_number", *totals), ("item",)) if totals[:1] == ["item_count"] else (("order_number", "item"),)
    )
    return head
