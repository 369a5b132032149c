"""Product talk: "something warm under 40 for my dad". What is asked for exactly is read by code, what is meant is found by vectors.

Every sentence is a line of the book filled with facts of a product. It knows no customer and recommends from no history.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assistant.product_facts import product_facts
from assistant.writing.facts import Fact, clean
from assistant.writing.proof import filled_lines
from assistant.writing.sheet import Sheet
from retrieval.lexicon import Lexicon

if TYPE_CHECKING:
    import polars as pl

    from assistant.writing.show import Printing
    from assistant.writing.wordings import Book
    from retrieval import Encoder, FaissIndex
    from shop import Shop

SHOWN = 3
_ALIKE = 0.12  # cosines so near to each other are about the same thing
_NEAR = 0.25  # cosine below which a product has nothing to do with what was said
_NUMBER = r"(?:[£€$¥]|gbp|eur|usd)?\s*(\d+(?:[.,]\d{1,2})?)\s*(?:£|€|\$|pounds?|euros?|dollars?|quid|元|块)?"
_MOST = re.compile(
    rf"\b(?:under|below|less than|cheaper than|up to|at most|no more than|max(?:imum)?|within)\s+{_NUMBER}|(?:不超过|低于|少于)\s*{_NUMBER}"
    rf"|{_NUMBER}\s*(?:以内|以下|or less|or under|at most|tops)",
    re.IGNORECASE,
)
_LEAST = re.compile(
    rf"\b(?:over|above|more than|at least|from|min(?:imum)?)\s+{_NUMBER}|(?:超过|高于|至少)\s*{_NUMBER}|{_NUMBER}\s*(?:以上|or more|and up)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(rf"\bbetween\s+{_NUMBER}\s+and\s+{_NUMBER}", re.IGNORECASE)
_STOCKED = re.compile(r"\b(?:in stock|available(?: now)?|right now)\b|有货|现货", re.IGNORECASE)
_SEEKS = (
    r"looking for|look for|show me|recommend|suggest|i need an?|i want an?|do you (?:have|sell|stock)|got any|"
    r"(?:gift|present|idea)s? for|cheapest"
)
_SEEKS_CHINESE = "推荐|想买|有没有|送给"
# "something" asks for products only with a word after it; what it stands before says what is meant
_LOOKS = re.compile(rf"\b(?:{_SEEKS}|(?:some|any)thing\s+\w+)\b|{_SEEKS_CHINESE}", re.IGNORECASE)
_ASKING = re.compile(rf"\b(?:{_SEEKS}|something|anything)\b|{_SEEKS_CHINESE}", re.IGNORECASE)
_CHEAPEST = re.compile(r"\bcheapest\b|最便宜", re.IGNORECASE)
_COMPARES = re.compile(r"\b(?:compare|difference between|better|versus|vs\.?|or)\b|比较|区别|哪个", re.IGNORECASE)


@dataclass(frozen=True)
class Wanted:
    """What was asked for: exact limits, and the words that say what is meant. Prices in the shop's currency a unit, inclusive."""

    words: str
    least: float | None = None
    most: float | None = None
    category: str | None = None
    brand: str | None = None
    in_stock: bool = False
    cheapest: bool = False


@dataclass(frozen=True)
class Told:
    """What is said of products: a proven sentence each, with the facts they rest on; `products` in the same order."""

    sentences: tuple[str, ...]
    facts: tuple[Fact, ...]
    products: tuple[str, ...]
    why: str


class ProductTalk:
    """Finds and describes products of one shop by what a customer says.

    Parameters
    ----------
    index : FaissIndex over the product texts, ids as `shop.products`
    """

    def __init__(self, shop: Shop, index: FaissIndex, encoder: Encoder, words: tuple[Book, Printing]) -> None:
        self._shop = shop
        self._index = index
        self._encoder = encoder
        self._book, self._printing = words
        self._lexicon = Lexicon()

    def wanted(self, question: str) -> Wanted | None:
        """Return what a message asks for; None where it does not ask for products.

        A limit of price, or a word of looking for something together with a product word, makes it product talk.
        """
        between = _BETWEEN.search(question)
        most, least = (None, None) if between else (_first(_MOST.search(question)), _first(_LEAST.search(question)))
        if between:
            least, most = sorted(_value(part) for part in between.groups()[:2])
        if least is None and most is None and not _LOOKS.search(question):
            return None
        category, brand = self._named(question, "category"), self._named(question, "brand")
        rest = question
        for pattern in (_BETWEEN, _MOST, _LEAST, _STOCKED):
            rest = pattern.sub(" ", rest)
        rest = _ASKING.sub(" ", rest)
        words = " ".join(re.sub(r"[?!.,;]", " ", rest).split())
        stocked = bool(_STOCKED.search(question))
        return Wanted(words, least, most, category, brand, stocked, bool(_CHEAPEST.search(question)))

    def find(self, wanted: Wanted, most: int = SHOWN) -> list[str]:
        """Return the ids of the nearest products within the limits, nearest first (the cheapest first where that was asked).

        A product whose price is not known does not pass a limit of price; nothing far from what was said is returned.
        """
        allowed = self._within(wanted)
        if allowed.is_empty():
            return []
        says = wanted.words if self._lexicon.concepts(wanted.words) else ""
        vector = self._encoder.encode([says or wanted.category or ""])[0]
        rows = {product: row for row, product in enumerate(self._index.ids)}
        ids = [product for product in allowed["product_id"] if product in rows]
        cosines = self._index.vectors()[[rows[product] for product in ids]] @ vector
        least = _NEAR if says and not wanted.category else -1.0
        order = [at for at in np.argsort(-cosines, kind="stable") if cosines[at] >= least]
        if wanted.cheapest:  # among those about as near as the nearest
            prices = dict(allowed.select("product_id", "price").iter_rows())
            alike = [at for at in order if cosines[at] >= cosines[order[0]] - _ALIKE]
            order = sorted(alike, key=lambda at: prices[ids[at]] or float("inf"))
        return [ids[at] for at in order[:most]]

    def named(self, question: str) -> list[str]:
        """Return the ids of the products whose whole title stands in a message, in the order of their mention."""
        flat = clean(question).casefold()
        found = [
            (flat.find(clean(title).casefold()), product)
            for product, title in self._shop.products.select("product_id", "title").iter_rows()
            if title and len(title) > 3 and clean(title).casefold() in flat
        ]
        return [product for _, product in sorted(found)]

    def tell(self, products: Sequence[str], *, in_full: bool = False) -> Told:
        """Return a proven sentence for each product: its name with price and stock; in full, what the shop says of it too."""
        sentences, facts, told = [], [], []
        for product in products:
            known = product_facts(self._shop, product, counts=None, as_of=None)
            wants = ("title", "price", "stock", "description_sentence") if in_full else ("title", "price")
            said = self._lines([one for one in known if one.name in wants])
            if said:
                sentences += said
                facts += [one for one in known if one.name in wants]
                told.append(product)
        return Told(tuple(sentences), tuple(facts), tuple(told), f"products {', '.join(told)}")

    def compares(self, question: str) -> bool:
        """Return whether a message sets products beside each other."""
        return bool(_COMPARES.search(question))

    def _lines(self, facts: Sequence[Fact]) -> list[str]:
        """Return as few book lines as state all that is known, the first naming the product."""
        sheet = Sheet(list(facts), self._printing)
        lines = filled_lines(sheet, self._book, ["copy_product"])
        named = [line for line in lines if "title" in line.wording.facts and {one.name for one in line.facts} <= _ROW]
        if not named:
            return []
        best = max(named, key=lambda line: (len(line.wording.facts), -len(line.text)))
        left = {one.name for one in facts} - set(best.wording.facts)
        more = []
        for name in ("stock", "description_sentence"):
            own = [line for line in lines if name in left and set(line.wording.facts) == {name}]
            more += [min(own, key=lambda line: len(line.text)).text] if own else []
        return [best.text, *more]

    def _within(self, wanted: Wanted) -> pl.DataFrame:
        import polars as pl

        rows = self._shop.products
        if wanted.least is not None:
            rows = rows.filter(pl.col("price") >= wanted.least)
        if wanted.most is not None:
            rows = rows.filter(pl.col("price") <= wanted.most)
        if wanted.category is not None:
            rows = rows.filter(pl.col("category") == wanted.category)
        if wanted.brand is not None:
            rows = rows.filter(pl.col("brand") == wanted.brand)
        # what is sold out is not offered to somebody who looks for something
        gone = pl.col("stock").is_not_null() & (pl.col("stock") <= 0)
        return rows.filter(pl.col("stock") > 0) if wanted.in_stock else rows.filter(~gone)

    def _named(self, question: str, column: str) -> str | None:
        flat = f" {clean(question).casefold()} "
        names = self._shop.products[column].drop_nulls().unique().to_list()
        found = [
            name for name in names if len(name) > 2 and f" {clean(name).casefold()} " in re.sub(r"[?!.,;]", " ", flat)
        ]
        return max(found, key=len, default=None)


_ROW = {"title", "price"}


def _first(found: re.Match[str] | None) -> float | None:
    given = [part for part in found.groups() if part] if found else []
    return _value(given[0]) if given else None


def _value(part: str) -> float:
    return float(part.replace(",", "."))
