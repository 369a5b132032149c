"""From facts to a proven answer: each sentence a line of the book made of exactly the facts asked for. It decides nothing.

What is said goes through proof like any other text; nothing a customer typed is said but as the value of a fact.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.desk.conversation import Answer, Citation
from assistant.desk.deciding import Decision
from assistant.desk.quoting import quoted
from assistant.writing.draft import PLAN, Part, finish
from assistant.writing.facts import Fact, Subject
from assistant.writing.proof import Prover, filled_lines
from assistant.writing.sheet import Filled, Sheet

if TYPE_CHECKING:
    from assistant.writing import Book, Printing
    from retrieval import Passage

_SECTIONS = ("orders", "flows", "desk", "answers")
SHOP = "shop"

Names = tuple[str, ...]


@dataclass(frozen=True)
class Free:
    """A claim-free sentence of the book, by its part of a text."""

    part: str


Said = Names | Free


@dataclass(frozen=True)
class Sayer:
    """Says facts of one shop in the words of its book."""

    book: Book
    printing: Printing

    def answer(  # noqa: PLR0913 - each is a part of the answer
        self,
        question: str,
        said: Sequence[Said],
        facts: Sequence[Fact],
        *,
        decision: Decision = "answer",
        choices: Sequence[str] = (),
        passages: Sequence[Passage] = (),
        why: str = "",
    ) -> Answer:
        """Return the answer made of these sentences in their order, then the quoted passages.

        Parameters
        ----------
        said : the facts of one sentence each, by name; the first of several lines that fit, another a question
        passages : pages whose words are quoted behind them

        Raises
        ------
        ValueError
            When the book has no line of exactly these facts, or proof refuses one.
        """
        sheet = Sheet(facts, self.printing)
        lines = filled_lines(sheet, self.book, _SECTIONS)
        parts: list[Part] = []
        for one in said:
            parts += self._sentences(one, lines, turn=question, is_first=not parts)
        parts += [Part(quoted(passage), SHOP) for passage in passages]
        prover = Prover.of(facts, self.book, printing=self.printing, passages=passages)
        draft = finish(parts, prover, about=_only_order(facts))
        cited = tuple(
            Citation(number, one.title, one.text, one.source)
            for number, one in enumerate(passages, 1)
            if any(sentence.quoted == one.source for sentence in draft.sentences)
        )
        if draft.refused:
            raise ValueError(f"{draft.refused[0].text!r} may not be said: {draft.refused[0].reason}.")
        return Answer(
            question, decision, draft.text, cited, tuple(choices), draft.claims, draft.written_by, draft.sentences, why
        )

    def can_say(self, names: Names, facts: Sequence[Fact]) -> bool:
        """Return whether the book has a line of exactly these facts that is true of them."""
        return bool(_fitting(filled_lines(Sheet(facts, self.printing), self.book, _SECTIONS), names))

    def _sentences(self, one: Said, lines: Sequence[Filled], *, turn: str, is_first: bool) -> list[Part]:
        if isinstance(one, Free):
            free = self.book.free_lines.get(one.part, ())
            return [Part(free[_pick(turn, one.part, len(free))], PLAN)] if free else []
        fitting = _fitting(lines, one)
        if not fitting:
            raise ValueError(f"the wording book has no line of exactly these facts: {', '.join(one)}.")
        named = [line for line in fitting if line.named]  # a pronoun says it again, never first
        able = named if named and is_first else [line for line in fitting if not line.named] or fitting
        wheres = list(dict.fromkeys(line.wording.where for line in able))
        where = wheres[_pick(turn, " ".join(one), len(wheres))]
        return [Part(line.text, PLAN) for line in able if line.wording.where == where]


def _fitting(lines: Sequence[Filled], names: Names) -> list[Filled]:
    return [line for line in lines if set(line.wording.facts) == set(names)]


def _pick(turn: str, of: str, count: int) -> int:
    """Return which of some equal lines is taken: always the same for one question, another for another."""
    return int(hashlib.sha256(f"{turn}\0{of}".encode()).hexdigest(), 16) % count


def _only_order(facts: Sequence[Fact]) -> Subject | None:
    orders = {fact.subject for fact in facts if fact.subject.kind == "order"}
    return orders.pop() if len(orders) == 1 else None
