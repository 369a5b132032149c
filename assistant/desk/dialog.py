"""One message of a conversation: a flow goes on, begins, or the shop's pages answer; said once proven, kept once said.

It joins the parts and decides between them. It reads no other customer's row: whose orders are looked at is who signed in,
and what a message says never is an instruction to code.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from assistant.desk.conversation import Answer, Conversation
from assistant.desk.deeds import perform
from assistant.desk.flows import CHOICES, Matter, run
from assistant.desk.identity import ask_who, customer_subject, sign_in
from assistant.desk.intents import Proposal
from assistant.desk.memory import forget, remember, remembered
from assistant.desk.orders import local_day
from assistant.desk.parts import Parts, Reply, Under, keep, say
from assistant.desk.saying import Free, Said
from assistant.desk.signin import mail_of
from assistant.desk.store import SHOP
from assistant.desk.tastes import only_tastes, read_tastes
from assistant.desk.typed import (
    ASK_PERSON,
    NO,
    NONE_OF_THESE,
    REMEMBER,
    SOMETHING_ELSE,
    YES,
    asked_memory,
    is_noise,
    is_rude,
    mask,
    named_order,
    number_in,
    plain,
    without_rude_words,
)
from assistant.errors import CallError
from assistant.writing.facts import Source, clean, fact
from retrieval.pages import without_markup

if TYPE_CHECKING:
    from assistant.desk.answers import Desk
    from assistant.desk.rules import Rule

LONGEST = 2000  # characters of one message
_BEFORE = 12  # turns the shop's pages are searched with


class Dialog:
    """Conversations with the customers of one shop."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._guard = threading.Lock()
        self._locks: WeakValueDictionary[str, Any] = WeakValueDictionary()  # kept while a message is under way

    def stream(self, conversation: str, text: str) -> Iterator[tuple[Reply, bool]]:
        """Yield the reply as it grows, each sentence once proven, and whether it is whole; the whole one is kept.

        Raises
        ------
        CallError
            When the message is empty or longer than 2,000 characters, or there is no such conversation.
        """
        clicked = {shown: name for name, shown in self._parts.clicks.items()}
        words = clicked.get(clean(text), clean(text))
        if not words or len(text) > LONGEST:
            raise CallError(f"a message of {len(text)} characters; expected 1 to {LONGEST}.")
        with self._lock(conversation):  # two messages of one conversation are answered one after the other
            talk = self._parts.store.talk(conversation)
            turn = Under(talk, words, customer_subject(self._parts, talk.customer_id))
            made = self._go_on(turn) or self._begin(turn)
            if isinstance(made, Answer):
                yield keep(self._parts, turn, made), True
                return
            for answer, is_whole in made:
                if not is_whole:
                    yield Reply(answer, conversation, customer_id=talk.customer_id), False
                    continue
                yield keep(self._parts, turn, self._after_pages(turn, answer)), True

    def _lock(self, conversation: str) -> Any:
        with self._guard:
            lock = self._locks.get(conversation) or threading.Lock()
            self._locks[conversation] = lock
            return lock

    def _go_on(self, turn: Under) -> Answer | Iterator[tuple[Answer, bool]] | None:
        """Return what follows from the question before, None where the message is no answer to it."""
        pending = dict(turn.talk.pending or {})
        needs = pending.get("needs", "")
        if turn.customer is None and (needs in ("sign-in", "code") or "@" in turn.text):
            said = sign_in(self._parts, turn, pending)
            if said is None and turn.customer is not None:  # the flow that asked for it goes on
                rule, typed = self._parts.rules[pending["flow"]], str(pending.get("typed", ""))
                return self._run(turn, rule, typed, dict(pending.get("slots", {})))
            if said is not None:
                return said
        if needs in ("order", "address", "words", "yes"):
            return self._flow_goes_on(turn, pending)
        if needs == "remember" and turn.text == REMEMBER:
            return self._memory(turn, "remember", str(pending["typed"]))
        if needs in ("flow", "choice", "person"):
            return self._chosen(turn, pending)
        return None

    def _flow_goes_on(self, turn: Under, pending: Mapping[str, Any]) -> Answer | None:
        rule = self._parts.rules.get(pending.get("flow", ""))
        if rule is None or ("customer" in rule.needs and turn.customer is None):
            return None
        words, needs = plain(turn.text), pending["needs"]
        if needs == "yes" and words not in YES | NO:
            return None
        if needs == "order" and self._is_no_order(turn):
            return None
        if needs in ("address", "words") and (words in NO or (needs == "address" and turn.text.endswith("?"))):
            return None
        return self._run(turn, rule, turn.text, dict(pending.get("slots", {})))

    def _is_no_order(self, turn: Under) -> bool:
        assert turn.customer is not None
        orders = self._parts.hands.orders.of(turn.customer.id)
        return named_order(turn.text, orders) is None and not number_in(turn.text)

    def _chosen(self, turn: Under, pending: Mapping[str, Any]) -> Answer | Iterator[tuple[Answer, bool]] | None:
        words, typed = plain(turn.text), str(pending.get("typed", turn.text))
        if pending["needs"] == "person":
            rule = self._parts.rules.get("person")
            is_asked = rule is not None and (words in YES or turn.text == ASK_PERSON)
            return self._run(turn, rule, typed, {"typed": typed}) if rule is not None and is_asked else None
        if pending["needs"] == "flow":
            offered = (self._parts.rules.get(name) for name in pending["flows"])
            is_yes = words in YES and len(pending["flows"]) == 1
            chosen = next((rule for rule in offered if rule is not None and (is_yes or rule.label == turn.text)), None)
            if chosen is not None:
                return self._run(turn, chosen, typed, {"typed": typed})
            if turn.text == SOMETHING_ELSE:
                return self._pages(turn, typed)
        if turn.text == NONE_OF_THESE:
            turn.is_unanswered = True
            return self._offer_person(turn, typed)
        if turn.text in pending.get("choices", ()):
            turn.clicked_for = typed
        return None

    def _begin(self, turn: Under) -> Answer | Iterator[tuple[Answer, bool]]:
        """Return what a message of its own gets: memory, a flow, flows to choose from, or the shop's pages."""
        told = self._without_flow(turn)
        if told is not None:
            return told
        desk, talk = self._parts.desk(), self._talk(turn)
        is_of_pages = self._parts.has_page(turn.text) or desk.is_small_talk(turn.text)
        if is_of_pages or desk.asked_of_products(turn.text, talk):
            return self._pages(turn, turn.text)
        return self._proposed(turn, desk, talk)

    def _without_flow(self, turn: Under) -> Answer | None:
        """Return what a message gets that is no question: noise, a click on an older answer, memory, abuse; None for others."""
        if is_noise(turn.text) or plain(turn.text) in YES | NO:  # a yes to nothing that was asked
            return say(self._parts, turn, (Free("again"),), (), "ask back")
        if turn.text == ASK_PERSON and "person" in self._parts.rules:  # a click on an older answer
            return self._run(turn, self._parts.rules["person"], turn.text, {})
        if turn.text in (NONE_OF_THESE, SOMETHING_ELSE):
            return say(self._parts, turn, (Free("again"),), (), "ask back")
        memory = asked_memory(turn.text)
        if memory is not None and "memory" in self._parts.rules:
            return self._memory(turn, *memory)
        if is_rude(turn.text):
            return say(self._parts, turn, (Free("calm"), Free("what_happened")), (), "ask back")
        return None

    def _proposed(self, turn: Under, desk: Desk, talk: Conversation) -> Answer | Iterator[tuple[Answer, bool]]:
        """Return the flow a message is about; where that is not sure, the pages that answer it, or both to choose from."""
        words, is_sure = desk.in_own_words(without_rude_words(turn.text))
        proposal = self._parts.intents().propose(words)
        if proposal.flow and not is_sure:
            proposal = Proposal("", (proposal.flow,), proposal.probability)
        if proposal.flow in self._parts.rules:
            if turn.customer is None:
                decision, titles = desk.glance(turn.text, talk)
                turn.beside = tuple(titles[:1]) if decision == "answer" else ()
            return self._run(turn, self._parts.rules[proposal.flow], turn.text, {"typed": turn.text})
        noted = desk.noted(turn.text)
        if noted is not None:
            return self._after_pages(turn, noted)
        offered = [name for name in proposal.choices if name in self._parts.rules]
        decision, titles = desk.glance(turn.text, talk) if offered else ("answer", [])
        if decision == "answer":
            return self._pages(turn, turn.text)
        return self._which(turn, offered, titles)

    def _which(self, turn: Under, offered: list[str], titles: list[str]) -> Answer:
        """Ask which of the likely flows is meant, or which page on the same words."""
        labels = [self._parts.rules[name].label for name in offered]
        pages = titles[: max(0, CHOICES - len(labels))]
        turn.pending = {"needs": "flow", "flows": offered, "choices": pages, "typed": turn.text}
        shown = (*labels, *pages, SOMETHING_ELSE)
        return say(self._parts, turn, (Free("which_flow"),), (), "ask back", shown, why="several flows are likely")

    def _pages(self, turn: Under, text: str) -> Iterator[tuple[Answer, bool]]:
        return self._parts.desk().stream(text, self._talk(turn))

    def _talk(self, turn: Under) -> Conversation:
        said = self._parts.store.turns(turn.talk.id, last=_BEFORE)
        customer = turn.customer
        own = None if customer is None else lambda product: self._parts.reasons(customer.id, product)
        past = [_past(one.about) for one in said if one.who == SHOP and one.about.get("question")]
        kept = [] if customer is None else [one.value for one in remembered(self._parts.store, customer.id)]
        return Conversation(past, own, kept)

    def _after_pages(self, turn: Under, answer: Answer) -> Answer:
        if answer.decision == "answer" and turn.customer is not None and read_tastes(turn.text).is_of_me:
            told = clean(only_tastes(turn.text))
            if told not in [one.value for one in remembered(self._parts.store, turn.customer.id)]:
                turn.pending = {"needs": "remember", "typed": told}
                return replace(answer, choices=(*answer.choices, REMEMBER))
        if answer.decision == "ask back" and answer.choices:
            turn.pending = {"needs": "choice", "choices": list(answer.choices), "typed": answer.question}
            return replace(answer, choices=(*answer.choices, NONE_OF_THESE))
        if answer.decision == "hand over":
            turn.is_unanswered = True
            turn.pending = {"needs": "person", "typed": answer.question}
            return replace(answer, choices=(ASK_PERSON,) if "person" in self._parts.rules else ())
        return answer

    def _offer_person(self, turn: Under, typed: str) -> Answer:
        turn.pending = {"needs": "person", "typed": typed}
        return say(self._parts, turn, (Free("offer_person"),), (), "hand over", (ASK_PERSON,), question=typed)

    def _run(self, turn: Under, rule: Rule, typed: str, slots: dict[str, str]) -> Answer:
        """Take a flow's next step, and where it was confirmed, do it."""
        parts, turn.flow = self._parts, rule.name
        orders = [] if turn.customer is None else parts.hands.orders.of(turn.customer.id)
        mail = "" if turn.customer is None else mail_of(parts.shop, turn.customer.id)
        matter = Matter(rule, turn.customer, orders, typed, self._today(), slots, mask(mail) if mail else "")
        step = run(matter)
        if step.needs == "sign-in":
            return ask_who(self._parts, turn, rule, typed, slots)
        if step.needs == "person":
            turn.pending = {"needs": "person", "typed": slots.get("typed", typed)}
            return say(self._parts, turn, step.said, step.facts, step.decision, (ASK_PERSON,))
        if step.is_confirmed:
            matter = replace(matter, slots=step.slots or slots)
            if rule.name == "memory":
                return self._memory(turn, *(asked_memory(typed) or ("show", "")))
            step, turn.ticket = perform(parts.hands, turn.talk.id, matter, step)
        elif step.needs:
            turn.pending = {"needs": step.needs, "flow": rule.name, "slots": dict(step.slots)}
        return say(self._parts, turn, step.said, step.facts, step.decision, step.choices)

    def _today(self) -> date:
        """Return the day it is for the shop: that of the clock, or of its data where they reach further."""
        shop = self._parts.shop
        now = self._parts.store.now()
        if shop.has_clock and shop.as_of > now:
            now = shop.as_of - timedelta(microseconds=1)
        day = local_day(now, shop.settings.time_zone)
        assert day is not None
        return day

    def _memory(self, turn: Under, what: str, words: str) -> Answer:
        """Keep, show or erase what the signed-in customer told."""
        if turn.customer is None:
            return ask_who(self._parts, turn, self._parts.rules["memory"], turn.text, {})
        turn.flow = "memory"
        store, customer = self._parts.store, turn.customer
        if what == "forget":
            forget(store, customer.id)
        told = clean(without_markup(words))
        if what == "remember" and told:
            remember(store, customer.id, "told", told, conversation=turn.talk.id)
        kept = remembered(store, customer.id)
        source = Source("desk_memory", f"customer_id = {customer.id}", rows=len(kept))
        facts = [fact(customer, "told_count", len(kept), source)]
        facts += [fact(customer, "told", one, source) for one in dict.fromkeys(item.value for item in kept)]
        said: tuple[Said, ...] = (("told_count",), ("told",)) if kept else (("told_count",),)
        return say(self._parts, turn, said, facts)


def _past(about: Mapping[str, Any]) -> Answer:
    shown = tuple(about.get("products", ()))
    return Answer(str(about["question"]), about.get("decision", "answer"), "", products=shown)
