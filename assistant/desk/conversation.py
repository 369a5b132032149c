"""What was said in a conversation: an answer with what it rests on, and the turns that a later message leans on. It decides nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.desk.deciding import Decision
from assistant.desk.product_replies import Reasons
from assistant.desk.tastes import read_tastes
from assistant.desk.wanting import looks_for
from assistant.writing.proof import Claim, Sentence


@dataclass(frozen=True)
class Citation:
    """A passage an answer rests on, word for word, and where it lies; made by the lookup, never by a model."""

    number: int
    title: str
    text: str
    source: str


@dataclass(frozen=True)
class Answer:
    """What is said to a customer.

    `choices` are the titles offered when asking back; `written_by` names for each sentence who wrote it.
    """

    question: str
    decision: Decision
    text: str
    citations: tuple[Citation, ...] = ()
    choices: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    written_by: tuple[str, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    why: str = ""  # for staff: what the decision rests on
    products: tuple[str, ...] = ()  # ids of products it shows, in their order


@dataclass
class Conversation:
    """The turns of one conversation; a short follow-up is searched together with the question before it.

    `reasons` says why a product would be recommended to who is signed in; `kept` is what they told and let us keep.
    """

    turns: list[Answer] = field(default_factory=list)
    reasons: Reasons | None = None
    kept: Sequence[str] = ()

    @property
    def tastes(self) -> list[str]:
        """What was said of likes, of what is to be avoided and of a budget: kept of the customer, then in this conversation."""
        said = [*self.kept, *(turn.question for turn in self.turns)]
        return list(dict.fromkeys(one for one in said if read_tastes(one).is_of_me))

    def context(self, question: str) -> str:
        """Return what to search for: a follow-up with the question that began the matter, however many follow-ups lie between."""
        if not _follows(question) or looks_for(question):
            return question
        asked = [turn.question for turn in self.turns if turn.decision != "hand over" and not _follows(turn.question)]
        return f"{asked[-1]} {question}" if asked else question


_FOLLOWS = re.compile(r"\s*((and|but|what about|how about|also|or)\b|那)", re.IGNORECASE)


def _follows(question: str) -> bool:
    return bool(_FOLLOWS.match(question)) and len(question.split()) <= 6  # noqa: PLR2004 - a longer one stands alone
