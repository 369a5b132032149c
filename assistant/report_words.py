"""The report's own sentences: lines of the wording book with the shop's counts, proven as any other. It counts only what tables hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.writing.draft import PLAN, Draft, Part, finish
from assistant.writing.facts import Fact, Source, Subject, fact
from assistant.writing.proof import Prover

if TYPE_CHECKING:
    from assistant.api import Assistant
    from assistant.personas import Persona

SECTION = "captions"


def report_facts(assistant: Assistant, personas: Sequence[Persona]) -> list[Fact]:
    """Return what the report says of itself: how many customers, orders and groups, and how the claims fared."""
    shop, made = assistant.shop, assistant.made
    subject = Subject("shop", "shop", shop.settings.name)
    tested = Source(
        "personas", "tested on held-out customers", assistant.as_of, sum(one.held_out.tested for one in personas)
    )
    facts = [
        fact(subject, "shop_customers", shop.customers.height, Source("customers", "", assistant.as_of)),
        fact(subject, "groups", len(personas), Source("segments", "", assistant.as_of)),
        fact(subject, "shop_orders", int(made.profiles["orders"].sum()), Source("purchases", "", assistant.as_of)),
        fact(subject, "claims_tested", sum(one.held_out.tested for one in personas), tested),
        fact(subject, "claims_held", sum(one.held_out.held for one in personas), tested),
    ]
    return [one for one in facts if one.value or one.name == "claims_held"]


@dataclass(frozen=True)
class Captions:
    """Says the report's facts in lines of the book."""

    prover: Prover

    @classmethod
    def of(cls, assistant: Assistant, personas: Sequence[Persona]) -> Captions:
        """Fill the book with the report's facts."""
        return cls(Prover.of(report_facts(assistant, personas), assistant.book, printing=assistant.printing))

    def said(self, *names: str, number: int = 0) -> Draft:
        """Return the sentence of exactly these facts, or an empty one where the book has none that is true."""
        lines = [
            line
            for line in self.prover.reader.lines
            if line.wording.section == SECTION and set(line.wording.facts) == set(names)
        ]
        return finish([Part(lines[number % len(lines)].text, PLAN)], self.prover) if lines else Draft("")
