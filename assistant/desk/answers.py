"""Questions answered from the shop's own pages: answer, ask back, or hand over.

It decides and quotes. It knows passages and their scores, not how they are searched, and never another customer's rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from assistant.writing import Claim

Decision = Literal["answer", "ask back", "hand over"]
CHOICES = 4  # at most so many entries are offered when it is not clear which one is meant


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
    why: str = ""  # for staff: what the decision rests on


@dataclass(frozen=True)
class Thresholds:
    """When similarity is enough; each is a cosine, set from the shop's own pages by `calibrate`.

    `direct`: an entry nearer than this may be quoted at once, if words agree too. `possible`: nearer than this it is
    worth offering. `left_over`: the largest share of the question's content words the entry may leave unmentioned.
    """

    direct: float = 0.75
    possible: float = 0.40
    left_over: float = 0.34


@dataclass
class Conversation:
    """The turns of one conversation; a follow-up is searched together with the question before it."""

    turns: list[Answer] = field(default_factory=list)

    def context(self, question: str) -> str:
        """Return what to search for: a short follow-up stands with the question it follows."""
        short = len(question.split()) <= 5
        last = next((turn for turn in reversed(self.turns) if turn.decision != "hand over"), None)
        return f"{last.question} {question}" if short and last is not None and _follows(question) else question


def _follows(question: str) -> bool:
    first = question.lower().lstrip("¿¡ ").split()[:2]
    return bool(first) and (
        first[0] in ("and", "what", "how") and first[-1] in ("for", "about", "if", "in") or first[0] in ("and", "but")
    )
