"""What a dialog is made of: the shop's parts, one message under way, and its reply said and kept. It decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from assistant.desk.conversation import Answer
from assistant.desk.deeds import Hands, ticket_facts
from assistant.desk.saying import Said, Sayer
from assistant.desk.signin import LIMITS, mail_column
from assistant.desk.store import CUSTOMER, SHOP, Store, Talk
from assistant.desk.tongues import other_tongue
from assistant.writing.facts import Fact, Source, Subject, fact

if TYPE_CHECKING:
    from assistant.desk.answers import Desk
    from assistant.desk.intents import Intents, NoFlows
    from assistant.desk.rules import Rule
    from shop import Shop

DESK = Source("desk")


@dataclass(frozen=True)
class Reply:
    """An answer in its conversation: which turn it is, the flow it belongs to, what the next message is asked for."""

    answer: Answer
    conversation: str
    number: int = 0  # 0 while it grows
    flow: str = ""
    needs: str = ""
    ticket: int | None = None
    customer_id: str | None = None


@dataclass(frozen=True)
class Parts:
    """Everything a dialog works with; `desk`, `sayer` and `intents` are asked for anew, for what is added meanwhile."""

    shop: Shop
    hands: Hands
    rules: Mapping[str, Rule]
    desk: Callable[[], Desk]
    sayer: Callable[[], Sayer]
    intents: Callable[[], Intents | NoFlows]
    send_code: Callable[[str, str], None]
    first_name: Callable[[str], str]
    has_page: Callable[[str], bool]
    reasons: Callable[[str, str], Sequence[Fact]]  # customer and product → why it would be recommended to them
    clicks: Mapping[str, str]  # what the desk's own choices are called to the customer, where not as in the code

    @property
    def store(self) -> Store:
        """Return where it is kept."""
        return self.hands.store


@dataclass
class Under:
    """One message under way."""

    talk: Talk
    text: str
    customer: Subject | None
    flow: str = ""
    ticket: int | None = None
    pending: dict[str, Any] | None = None
    is_unanswered: bool = False
    clicked_for: str = ""
    beside: tuple[str, ...] = ()  # pages that answer it too, for who does not want to sign in
    hello: tuple[str, ...] = ()  # the sentence of a sign-in just made, and its facts
    facts: list[Fact] = field(default_factory=list)


def say(  # noqa: PLR0913 - what an answer is made of
    parts: Parts,
    turn: Under,
    said: Sequence[Said],
    facts: Sequence[Fact],
    decision: Any = "answer",
    choices: Sequence[str] = (),
    *,
    question: str = "",
    why: str = "",
) -> Answer:
    """Return the answer of a message: its sentences proven, a greeting before them where somebody has just signed in."""
    if turn.ticket is not None and not any(one.name == "ticket_number" for one in facts):
        facts = [*facts, *ticket_facts(parts.hands, turn.ticket)]
    known = [*facts, *turn.facts, *_desk_facts(parts, facts)]
    said = [turn.hello, *said] if turn.hello and turn.hello not in said else said
    why, sayer = why or f"flow {turn.flow}".strip(), parts.sayer()
    tongue = other_tongue(turn.text, sayer.book, sayer.printing, Subject("shop", "shop", parts.shop.settings.name))
    if tongue is not None:  # in which language the reply is, in the customer's, before all else
        said, known = [(tongue[0].name,), *said], [*known, tongue[0]]
    return sayer.answer(question or turn.text, said, known, decision=decision, choices=choices, why=why)


def _desk_facts(parts: Parts, facts: Sequence[Fact]) -> list[Fact]:
    subject = Subject("shop", "shop", parts.shop.settings.name)
    by = "order number" if mail_column(parts.shop) is None else "order number or e-mail address"
    made = [fact(subject, name, by, DESK) for name in ("sign_in_by", "account_by")]
    made += [fact(subject, "code_minutes", LIMITS.code_minutes, DESK)]
    return [one for one in made if not any(same.name == one.name for same in facts)]


def keep(parts: Parts, turn: Under, answer: Answer) -> Reply:
    """Keep the message and its answer, and what is asked for next; the reply is whole only then."""
    store, talk = parts.store, turn.talk
    answer = replace(answer, choices=tuple(parts.clicks.get(one, one) for one in answer.choices))
    needs = "" if turn.pending is None else str(turn.pending["needs"])
    about = {
        "question": answer.question,
        "decision": answer.decision,
        "flow": turn.flow,
        "needs": needs,
        "products": list(answer.products),
        "choices": list(answer.choices),
        "citations": [{"title": one.title, "source": one.source} for one in answer.citations],
        "facts": [{"said": c.said, "fact": c.fact_line, "source": c.source_line} for c in answer.claims],
        "written_by": list(answer.written_by),
        "why": answer.why,
        "ticket": turn.ticket,
        "is_unanswered": turn.is_unanswered,
    }
    asked = {"clicked_for": turn.clicked_for} if turn.clicked_for else {}
    turns = store.add(talk.id, [(CUSTOMER, turn.text, asked), (SHOP, answer.text, about)])
    store.set_pending(talk.id, turn.pending)
    customer = None if turn.customer is None else turn.customer.id
    return Reply(answer, talk.id, turns[-1].number, turn.flow, needs, turn.ticket, customer)
