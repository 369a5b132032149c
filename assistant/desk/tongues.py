"""To a customer who writes another language than the shop's pages: in which one the answer is, in a proven line. It translates nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.writing.draft import PLAN, Part
from assistant.writing.facts import Fact, Source, Subject, fact
from assistant.writing.proof import filled_lines
from assistant.writing.sheet import Sheet
from assistant.writing.show import place_of
from retrieval.tongues import tongue_of

if TYPE_CHECKING:
    from assistant.writing.show import Printing
    from assistant.writing.wordings import Book


def other_tongue(question: str, book: Book, printing: Printing, shop: Subject) -> tuple[Fact, Part] | None:
    """Return the fact and the sentence that says in which language the answer is; None where the customer writes the shop's own.

    The name of the language comes from babel, the sentence from the book: "Wir antworten auf Englisch."
    """
    tongue = tongue_of(question)
    if not tongue or tongue == book.language:
        return None
    name = place_of(tongue).languages.get(book.language)
    if not name:
        return None
    told = fact(shop, f"answers_in_{tongue}", name, Source("shop.toml"))
    lines = filled_lines(Sheet([told], printing), book, ("desk",))
    said = next((line.text for line in lines if set(line.wording.facts) == {told.name}), "")
    return (told, Part(said, PLAN)) if said else None
