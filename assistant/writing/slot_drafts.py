"""Open drafts of a model that was taught to write around slots: the plan says which facts, the model words them, code fills them in.

It proves nothing: each sentence is labelled by the proof, and none leaves without a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.writing.copying import CopyDraft, compose_copy
from assistant.writing.draft import Proposal, ordinary_words
from assistant.writing.facts import Fact
from assistant.writing.proof import Prover
from assistant.writing.sheet import Sheet
from assistant.writing.show import Printing
from assistant.writing.slotted import filled, named_in, prompt_of, slots_of, slotted
from assistant.writing.wordings import Book

if TYPE_CHECKING:
    from assistant.llm.protocol import LLM

KINDS = {
    "email": "email",
    "push": "push message",
    "sms": "text message",
    "ad": "ad",
}  # channel → what a prompt calls it
_TOKENS = 160
_LEAST = ("title", "category", "price")  # asked for where the plan has no line for the product


def asked(facts: Sequence[Fact], channel: str, text: str) -> str:
    """Return what a model is asked so that it writes a text with the slots of this one."""
    order = list(slots_of(facts))
    return prompt_of(KINDS[channel], facts[0].subject.name, sorted(named_in(text), key=order.index))


def slotted_copy(copy: CopyDraft, sheet: Sheet) -> str | None:
    """Return copy with slots for its values, an advertisement with its head, on which it leans; None where a value has no slot."""
    body, head = (slotted(one.text, one.claims, sheet) for one in (copy.body, copy.subject))
    if body is None or head is None:
        return None
    return f"{head}\n{body}" if copy.channel == "ad" and head else body


def slot_proposals(  # noqa: PLR0913 - each is an option of its own
    facts: Sequence[Fact],
    *,
    channel: str,
    llm: LLM,
    n: int,
    book: Book,
    printing: Printing,
    seed: int = 0,
) -> tuple[Proposal, ...]:
    """Return up to `n` whole drafts, each sentence labelled, those with the least to mend first; no text is offered twice.

    Parameters
    ----------
    facts : the product's first
    llm : LLM
        The taught one (`protocol.taught`).
    """
    prover = Prover.of(facts, book, printing=printing)
    texts: dict[str, None] = {}
    for draw in range(seed, seed + n):
        plan = planned(facts, channel, prover.sheet, book, draw)
        stated = [facts[0].subject.name, *(f"{{{name}}}" for name in named_in(plan))]
        written = llm.draft(
            [asked(facts, channel, plan)],
            stated=stated,
            ordinary=ordinary_words(book),
            max_new_tokens=_TOKENS,
            seed=draw - seed,
        )
        texts |= {filled(text.strip(), prover.sheet): None for text in written if text.strip()}
    made = [Proposal(text, prover.prove(text).sentences) for text in texts]
    return tuple(sorted(made, key=lambda one: sum(not sentence.may_leave for sentence in one.sentences)))


def planned(facts: Sequence[Fact], channel: str, sheet: Sheet, book: Book, seed: int) -> str:
    """Return a text with the slots a draft is to have: those of a text the plan writes for the channel."""
    try:
        plan = slotted_copy(compose_copy(facts, channel=channel, book=book, seed=seed, printing=sheet.printing), sheet)
    except ValueError:  # no line of the book fits this product and channel
        plan = None
    return plan or " ".join(f"{{{name}}}" for name in _LEAST if name in slots_of(facts))
