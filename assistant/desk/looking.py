"""Messages that look for something to buy, told apart from those a page is nearer to, and what is said of the products found.

It finds by `ProductTalk` and reads the pages only to see whether they hold a word. It knows no customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.desk.heeding import ALLERGY
from assistant.desk.products import SHOWN, ProductTalk, Told, Wanted
from assistant.desk.wanting import seeks_thing

if TYPE_CHECKING:
    from retrieval import Passage, PassageHit, PassageIndex

_A_PAGE = 0.5  # cosine from which a question is more likely about a page than about a thing to buy


class Looking:
    """Looks for products of one shop beside its pages."""

    def __init__(self, talk: ProductTalk, passages: PassageIndex) -> None:
        self._talk = talk
        self._passages = passages

    def told(self, question: str, best: Sequence[PassageHit], tastes: Sequence[str]) -> Told | None:
        """Return what is said of products where a message asks for them, or sets two beside each other; None where it does not."""
        named = self._talk.named(question)
        if len(named) >= 2 and self._talk.compares(question):
            return self._talk.tell(named[:SHOWN], in_full=True)
        wanted = self._talk.wanted(question, tastes)
        is_thing = best and best[0].passage.kind == "product" and "?" not in question and len(question.split()) <= 4
        if wanted is None and is_thing:  # a few words and no question: the name of a thing
            wanted = Wanted(question, thing=question)
        if wanted is None:
            return None
        pages = max((hit.dense for hit in best if hit.passage.kind in ("faq", "policy")), default=0.0)
        is_nowhere = seeks_thing(question) and self._is_nowhere(self._talk.missing(wanted))
        if not wanted.has_limit and not is_nowhere and pages >= max(_A_PAGE, self._talk.best_cosine(wanted)):
            return None  # a page of the shop is nearer to what was said than any looking for something
        beside = self._talk.compares(question) and wanted.by_price
        told = self._talk.tell(self._talk.find(wanted, 2 if beside else SHOWN), in_full=beside)
        lead, facts = self._talk.lead(wanted, told.products)
        if not told.sentences and not (lead and (wanted.has_limit or wanted.avoid or is_nowhere)):
            return None
        return replace(told, sentences=(*lead, *told.sentences), facts=(*facts, *told.facts))

    def warnings(self, question: str) -> list[str]:
        """Return the titles of the pages on allergens where a message names an allergy: they stand beside the products shown."""
        if not ALLERGY.search(question):
            return []
        return list(dict.fromkeys(page.title for page in self._passages.passages if ALLERGY.search(page.title)))[:2]

    def _is_nowhere(self, word: str) -> bool:
        """Return whether no page holds a word either that no product has."""
        asked = set(self._passages.concepts(word)) if word else set()
        return bool(asked) and not any(asked <= self._passages.holds(page)[1] for page in self._passages.passages)

    def is_avoided(self, question: str, passage: Passage, tastes: Sequence[str]) -> bool:
        """Return whether a passage is a product that somebody said they avoid."""
        words = [word for one in (question, *tastes) for word in self._talk.heeding.tastes(one).avoid]
        product = passage.id.removeprefix("product-")
        return any(self._talk.heeding.holds(product, word) for word in words)
