"""Product talk: "something warm under 40 for my dad". What is asked for exactly is applied by code, what is meant is found by vectors.

Every sentence is a line of the book filled with facts of a product. It knows no customer and recommends from no history.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.desk.heeding import Heeding, money_facts
from assistant.desk.tastes import without_tastes
from assistant.desk.wanting import Wanted, compares
from assistant.product_facts import product_facts
from assistant.writing.facts import Fact, Source, Subject, clean, fact
from assistant.writing.proof import filled_lines
from assistant.writing.sheet import Sheet
from retrieval.lexicon import Lexicon, stem
from retrieval.pages import without_markup

if TYPE_CHECKING:
    import polars as pl

    from assistant.writing.show import Printing
    from assistant.writing.wordings import Book
    from retrieval import Encoder, FaissIndex, Passage
    from shop import Shop

__all__ = ["FOUND", "SHOWN", "ProductTalk", "Told", "Wanted"]
SHOWN = 3
FOUND = "products "  # how the reason of an answer begins that lists products, for staff and for the page
_ALIKE = 0.12  # cosines so near to each other are about the same thing
_NEAR = 0.25  # cosine below which a product has nothing to do with what was said
_SECTIONS = ("products", "copy_product")
# words that name no thing: nobody is told that no product is called so
_VAGUE = frozenset(
    "two three gift gifts present presents idea ideas nice good great lovely pretty cool special small big large new cheap best "
    "one ones product products item items stuff quality beautiful useful".split()
)


@dataclass(frozen=True)
class Told:
    """What is said of products: proven sentences with the facts they rest on; `products` those shown, best first.

    `passages` are reviews, quoted behind the sentences, each announced by the one of the same place from the end.
    """

    sentences: tuple[str, ...]
    facts: tuple[Fact, ...]
    products: tuple[str, ...]
    why: str
    passages: tuple[Passage, ...] = ()


class ProductTalk:
    """Finds and describes products of one shop by what a customer says.

    Parameters
    ----------
    index : FaissIndex over the product texts, ids as `shop.products`
    """

    def __init__(self, shop: Shop, index: FaissIndex, encoder: Encoder, words: tuple[Book, Printing]) -> None:
        self.shop = shop
        self._index = index
        self._encoder = encoder
        self._book, self._printing = words
        self._lexicon = Lexicon()
        self.heeding = Heeding(shop, words[0].language)

    def wanted(self, question: str, told: Sequence[str] = ()) -> Wanted | None:
        """Return what a message asks for, with the category and brand it names; None where it does not ask for products.

        Parameters
        ----------
        told : what the customer said before of likes, of what is to be avoided and of a budget, in their words
        """
        found = self.heeding.wanted(question, told)
        if found is None:
            return None
        rest = without_tastes(question)
        found = replace(found, category=self._named(rest, "category"), brand=self._named(rest, "brand"))
        own = self.shop.settings.currency
        if not found.currencies or not own or own in found.currencies:
            return replace(found, money="")
        return replace(found, least=None, most=None)  # a limit in another currency is named, never applied

    def find(self, wanted: Wanted, most: int = SHOWN) -> list[str]:
        """Return the ids of the nearest products within the limits, nearest first (the cheapest or the dearest first where that was asked).

        Products that carry the thing's name come before those that are only near in meaning. A product whose price is not
        known does not pass a limit of price; nothing far from what was said is returned.
        """
        order = self.heeding.first(self._ordered(wanted), wanted.like, _ALIKE)
        if wanted.by_price and order:  # among those about as near as the nearest
            prices = dict(self.shop.products.select("product_id", "price").iter_rows())
            best = order[0]
            alike = [one for one in order if one[1] == best[1] and (best[1] or one[2] >= best[2] - _ALIKE)]
            way = -1 if wanted.dearest else 1
            order = sorted(alike, key=lambda one: (prices[one[0]] is None, way * (prices[one[0]] or 0.0)))
        if wanted.has_limit and not self._lexicon.concepts(
            wanted.words
        ):  # nothing but a price was said: the nearest to it
            prices = dict(self.shop.products.select("product_id", "price").iter_rows())
            order = sorted(order, key=lambda one: (prices[one[0]] or 0.0) * (-1 if wanted.most is not None else 1))
        named = [one for one in order if one[1]]
        kept = named if len(named) > 1 else order
        return [product for product, _, _ in kept[:most]]

    def place(self, wanted: Wanted, product: str) -> tuple[int, int]:
        """Return the place of a product by nearness among those within the limits, 1 first, and how many they are; 0 where it is none."""
        order = sorted(self._ordered(wanted, least=-1.0), key=lambda one: -one[2])
        ids = [one[0] for one in order]
        return (ids.index(product) + 1 if product in ids else 0), len(ids)

    def _ordered(self, wanted: Wanted, least: float | None = None) -> list[tuple[str, bool, float]]:
        """Return (product, whether it carries the thing's name, cosine), the best first."""
        allowed = self.within(wanted)
        says = wanted.words if self._lexicon.concepts(wanted.words) else ""
        vector = self._encoder.encode([says or wanted.category or ""])[0]
        ids = [product for product in allowed["product_id"] if product in self._rows]
        if not ids:
            return []
        cosines = self._index.vectors()[[self._rows[product] for product in ids]] @ vector
        floor = least if least is not None else _NEAR if says and not wanted.category else -1.0
        thing = set(self._lexicon.concepts(wanted.thing)) - {stem(word) for word in _VAGUE}
        named = [bool(thing) and thing <= self._titles[product] for product in ids]
        order = sorted(range(len(ids)), key=lambda at: (not named[at], -float(cosines[at])))
        return [(ids[at], named[at], float(cosines[at])) for at in order if cosines[at] >= floor or named[at]]

    def best_cosine(self, wanted: Wanted) -> float:
        """Return how near the nearest product comes to what was said; a product of that name is as near as can be."""
        order = self._ordered(wanted, least=-1.0)
        return max((1.0 if is_named else cosine for _, is_named, cosine in order), default=-1.0)

    def named(self, question: str) -> list[str]:
        """Return the ids of the products whose whole title stands in a message, in the order of their mention."""
        flat = clean(question).casefold()
        found = [
            (flat.find(clean(title).casefold()), -len(title), product)
            for product, title in self.shop.products.select("product_id", "title").iter_rows()
            if title and len(title) > 3 and clean(title).casefold() in flat
        ]
        return [product for _, _, product in sorted(found)]

    def missing(self, wanted: Wanted) -> str:
        """Return the thing asked for where no product has the word in its name or text; "" where one has."""
        words = [word for word in re.findall(r"[a-zà-ÿ]+", wanted.thing.lower()) if word not in _VAGUE]
        content = [word for word in words if self._lexicon.concepts(word)]
        return content[-1] if content and stem(content[-1]) not in self._words else ""

    def lead(self, wanted: Wanted, products: Sequence[str]) -> tuple[list[str], list[Fact]]:
        """Return what is said before products that were looked for: limits applied, a word none has, what was left out and heeded.

        Parameters
        ----------
        products : those shown behind it
        """
        said, facts = self._lead(wanted, len(products))
        if products or wanted.avoid:
            every = self.within(replace(wanted, avoid=())).height
            for group in self.heeding.lead(wanted, every - self.within(wanted).height, products):
                line = self.lines(group, {one.name for one in group})
                if line and not {one.name for one in group} & {one.name for one in facts}:
                    said, facts = [*said, line], [*facts, *group]
        return said, facts

    def _lead(self, wanted: Wanted, found: int) -> tuple[list[str], list[Fact]]:
        subject = Subject("shop", "shop", self.shop.settings.name)
        source, facts = Source("products"), []
        if wanted.money:
            return self._foreign(wanted, found)
        if wanted.most is not None:
            facts.append(fact(subject, "asked_most", wanted.most, Source("what the customer typed")))
        if wanted.least is not None:
            facts.append(fact(subject, "asked_least", wanted.least, Source("what the customer typed")))
        missing = "" if facts else self.missing(wanted)
        if missing and not found:
            facts.append(fact(subject, "products_near", 0, source))
        if not missing and facts:
            within = self.within(wanted).height
            name = "products_within" if found or not within else "products_near"
            facts.append(fact(subject, name, within if found else 0, source))
        if missing:
            facts.append(fact(subject, "asked_word", missing, Source("what the customer typed")))
            facts.append(fact(subject, "word_products", 0, source))
        said = self.lines(facts, {one.name for one in facts}) if facts else ""
        return ([said] if said else []), facts

    def noted(self, message: str) -> tuple[str, list[Fact]]:
        """Return what is said of a message that only tells a taste, with its facts; "" for others."""
        if not self.heeding.is_noted(message):
            return "", []
        tastes = self.heeding.tastes(message)
        if tastes.most is not None and not self.heeding.is_ours(tastes):
            facts = money_facts(self.shop, self._book.language, tastes.money)
        else:
            subject = Subject("shop", "shop", self.shop.settings.name)
            facts = [fact(subject, "noted", clean(without_markup(message)), Source("what the customer typed"))]
        return self.lines(facts, {one.name for one in facts}), facts

    def _foreign(self, wanted: Wanted, found: int) -> tuple[list[str], list[Fact]]:
        """Return that a limit in another currency than the shop's was not applied."""
        subject = Subject("shop", "shop", self.shop.settings.name)
        facts = [
            *money_facts(self.shop, self._book.language, wanted.money),
            fact(subject, "products_near", int(found > 0), Source("products")),
        ]
        said = self.lines(facts, {one.name for one in facts})
        return ([said] if said else []), facts

    def tell(self, products: Sequence[str], *, in_full: bool = False) -> Told:
        """Return proven sentences for each product: its name with price and stock; in full, what the shop says of it too."""
        sentences, facts, told = [], [], []
        for product in products:
            known = product_facts(self.shop, product, counts=None, as_of=None)
            wants = ("title", "price", "stock", *(("description_sentence",) if in_full else ()))
            kept = [one for one in known if one.name in wants]
            said = self._row(kept)
            if said:
                sentences += said
                facts += kept
                told.append(product)
        return Told(tuple(sentences), tuple(facts), tuple(told), f"{FOUND}{', '.join(told)}")

    def compares(self, question: str) -> bool:
        """Return whether a message sets products beside each other."""
        return compares(question)

    def lines(self, facts: Sequence[Fact], names: set[str], sections: Sequence[str] = _SECTIONS) -> str:
        """Return the shortest line of the book that says exactly these facts, one of the earliest section; "" where there is none."""
        found = filled_lines(Sheet(list(facts), self._printing), self._book, sections)
        fitting = [line for line in found if set(line.wording.facts) == names]
        best = min(fitting, key=lambda line: (sections.index(line.wording.section), len(line.text)), default=None)
        return "" if best is None else best.text

    def _row(self, facts: Sequence[Fact]) -> list[str]:
        """Return as few book lines as state all that is known, the first naming the product."""
        names = {one.name for one in facts}
        first = next(
            (
                said
                for wants in ({"title", "price", "stock"}, {"title", "price"}, {"title", "stock"}, {"title"})
                if wants <= names and (said := self.lines(facts, set(wants)))
            ),
            "",
        )
        if not first:
            return []
        more = self.lines(facts, {"description_sentence"}) if "description_sentence" in names else ""
        return [first, more] if more else [first]

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {product: row for row, product in enumerate(self._index.ids)}

    @cached_property
    def _titles(self) -> dict[str, set[str]]:
        rows = self.shop.products.select("product_id", "title").iter_rows()
        return {product: set(self._lexicon.concepts(title or "")) for product, title in rows}

    @cached_property
    def _words(self) -> set[str]:
        rows = self.shop.products.select("title", "description", "category", "brand").iter_rows()
        found = {word for row in rows for text in row if text for word in re.findall(r"[a-zà-ÿ]+", text.lower())}
        return {stem(word) for word in found}

    def within(self, wanted: Wanted) -> pl.DataFrame:
        """Return the products that pass the limits exactly and are not sold out."""
        import polars as pl

        rows = self.shop.products
        if wanted.least is not None:
            rows = rows.filter(pl.col("price") >= wanted.least)
        if wanted.most is not None:
            rows = rows.filter(pl.col("price") <= wanted.most)
        if wanted.category is not None:
            rows = rows.filter(pl.col("category") == wanted.category)
        if wanted.brand is not None:
            rows = rows.filter(pl.col("brand") == wanted.brand)
        # what is sold out is not offered to somebody who looks for something
        if wanted.avoid:
            named = [any(self.heeding.holds(one, words) for words in wanted.avoid) for one in rows["product_id"]]
            rows = rows.filter(~pl.Series(named, dtype=pl.Boolean))
        gone = pl.col("stock").is_not_null() & (pl.col("stock") <= 0)
        return rows.filter(pl.col("stock") > 0) if wanted.in_stock else rows.filter(~gone)

    def _named(self, question: str, column: str) -> str | None:
        flat = f" {clean(question).casefold()} "
        names = self.shop.products[column].drop_nulls().unique().to_list()
        found = [
            name for name in names if len(name) > 2 and f" {clean(name).casefold()} " in re.sub(r"[?!.,;]", " ", flat)
        ]
        return max(found, key=len, default=None)
