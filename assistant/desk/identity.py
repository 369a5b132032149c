"""A sign-in inside a conversation: who speaks is asked, a code is sent, a code is read. It never says whether anybody is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from assistant.desk.flows import sign_in_fact
from assistant.desk.parts import DESK, Parts, Under, say
from assistant.desk.signin import LIMITS, ask_code, code_in, customer_of, give_code, looks_like_sign_in
from assistant.desk.typed import number_in
from assistant.writing.facts import Source, Subject, fact

if TYPE_CHECKING:
    from assistant.desk.conversation import Answer
    from assistant.desk.rules import Rule


def customer_subject(parts: Parts, customer_id: str | None) -> Subject | None:
    """Return a customer as facts are said of them, by their first name where the shop has it."""
    if customer_id is None:
        return None
    return Subject("customer", customer_id, parts.first_name(customer_id) or customer_id)


def ask_who(parts: Parts, turn: Under, rule: Rule, typed: str, slots: Mapping[str, str]) -> Answer:
    """Ask who speaks; who names an order in the message need not type it again."""
    turn.pending = {"needs": "sign-in", "flow": rule.name, "typed": typed, "slots": dict(slots)}
    number = number_in(typed)
    if number:
        return _send_code(parts, turn, number, turn.pending)
    return say(parts, turn, ((sign_in_fact(rule),),), (), "ask back", turn.beside)


def sign_in(parts: Parts, turn: Under, pending: Mapping[str, Any]) -> Answer | None:
    """Return what is said of a message that signs in, None where it is none; `turn.customer` is set once it did and more is to come."""
    code = code_in(turn.text) if pending.get("needs") == "code" else ""
    if code:
        return _code_given(parts, turn, code, pending)
    if looks_like_sign_in(turn.text) and (pending.get("needs") or "@" in turn.text):
        return _send_code(parts, turn, turn.text.strip().strip("#."), pending)
    return None


def _send_code(parts: Parts, turn: Under, who: str, pending: Mapping[str, Any]) -> Answer:
    ask_code(parts.store, turn.talk.id, who, customer_of(parts.shop, who), parts.send_code)
    turn.pending = {**pending, "needs": "code"}
    return say(parts, turn, (("sign_in_by", "code_minutes"),), (), "ask back")


def _code_given(parts: Parts, turn: Under, code: str, pending: Mapping[str, Any]) -> Answer | None:
    customer, left = give_code(parts.store, turn.talk.id, code)
    if customer is None:
        turn.pending = {**pending, "needs": "code" if left else "sign-in"}
        tries = fact(Subject("shop", "shop", parts.shop.settings.name), "code_tries", left, DESK)
        return say(parts, turn, (("code_tries",),), (tries,), "ask back")
    turn.customer = customer_subject(parts, customer)
    assert turn.customer is not None
    turn.hello = ("signed_in_minutes",)
    turn.facts.append(fact(turn.customer, "signed_in_minutes", LIMITS.signed_in_minutes, DESK))
    name = parts.first_name(customer)
    if name:
        source = Source("customers", f"customer_id = {customer}")
        turn.facts.append(fact(turn.customer, "customer_name", name, source))
        turn.hello = ("customer_name", "signed_in_minutes")
    if pending.get("flow") in parts.rules:
        return None
    return say(parts, turn, (turn.hello,), ())
