"""Messages about products that are named or were shown before: why this one, which is cheaper, what customers say, what it costs.

Reasons are counted again when they are asked for. It knows no customer: a reader's own reasons are handed in as facts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.desk.products import SHOWN, ProductTalk, Told
from assistant.desk.wanting import Wanted, asks, place_named, speaks_of_several
from assistant.product_facts import product_facts
from assistant.writing.facts import Fact, Source, Subject, clean, fact
from assistant.writing.quotes import quotable_sentences
from retrieval.pages import without_markup

if TYPE_CHECKING:
    from assistant.desk.conversation import Answer
    from retrieval import Passage

Reasons = Callable[[str], Sequence[Fact]]  # a product → why it would be recommended to the reader
_CENT = 0.01
_BACK = 4  # answers a message may point back over
_QUOTED = 2  # reviews quoted: the best and the worst


class ProductReplies:
    """Answers what is asked of certain products of one shop."""

    def __init__(self, talk: ProductTalk) -> None:
        self._talk = talk

    def asked(self, question: str, turns: Sequence[Answer]) -> bool:
        """Return whether a message asks something of products it names, or of those shown before."""
        shown = _shown(turns, question)
        return bool(asks(question, named=len(self._talk.named(question)), shown=len(shown)))

    def reply(self, question: str, turns: Sequence[Answer], reasons: Reasons | None = None) -> Told | None:
        """Return what is said; None where the message asks nothing of certain products."""
        named, shown = self._talk.named(question), _shown(turns, question)
        kind = asks(question, named=len(named), shown=len(shown))
        about = named or _pointed(question, shown)
        if kind == "why":
            return self._why(about[0], self._searched(turns), reasons)
        if kind == "opinion":
            return self._opinion(about[0])
        if kind == "cheapest":
            return self._talk.tell(self._by_price(shown)[:1])
        if kind == "cheaper":
            return self._cheaper(shown, self._searched(turns))
        return self._talk.tell(about[:SHOWN], in_full=True) if kind else None

    def _searched(self, turns: Sequence[Answer]) -> Wanted | None:
        """Return what was looked for when products were last found, not asked about."""
        for turn in reversed(turns):
            if turn.products and not asks(turn.question, named=len(self._talk.named(turn.question)), shown=2):
                return self._talk.wanted(turn.question) or Wanted(turn.question, thing=turn.question)
        return None

    def _why(self, product: str, wanted: Wanted | None, reasons: Reasons | None) -> Told:
        """Return why a product was shown: how near its words come, the limits it keeps, the reader's own reasons."""
        talk = self._talk
        known = {one.name: one for one in product_facts(talk.shop, product, counts=None, as_of=None)}
        facts, sentences = [known["title"]] if "title" in known else [], []
        for made in (self._near(product, wanted), self._limits(known, wanted)):
            for group in made:
                said = talk.lines([*facts, *group], {"title", *(one.name for one in group)})
                sentences += [said] if said else []
                facts += group if said else []
        own = list(reasons(product)) if reasons is not None else []
        said = self._own_reason(own)
        sentences += [said] if said else []
        told = talk.tell([product], in_full=not sentences)
        again = [] if sentences else list(told.sentences)
        every = list(dict.fromkeys([*facts, *(own if said else []), *told.facts]))
        return Told((*sentences, *again), tuple(every), (product,), f"why {product}, counted again")

    def _near(self, product: str, wanted: Wanted | None) -> list[list[Fact]]:
        if wanted is None or not wanted.words:
            return []
        place, of = self._talk.place(wanted, product)
        subject, shop = self._subject(product), Subject("shop", "shop", self._talk.shop.settings.name)
        if not place:
            return []
        words = clean(without_markup(wanted.words))
        return [
            [
                fact(shop, "asked_words", words, Source("what the customer typed")),
                fact(subject, "near_rank", place, Source("products")),
                fact(subject, "near_of", of, Source("products", rows=of)),
            ]
        ]

    def _limits(self, known: dict[str, Fact], wanted: Wanted | None) -> list[list[Fact]]:
        if wanted is None or "price" not in known:
            return []
        shop = Subject("shop", "shop", self._talk.shop.settings.name)
        typed = Source("what the customer typed")
        asked = [("asked_most", wanted.most), ("asked_least", wanted.least)]
        return [[known["price"], fact(shop, name, value, typed)] for name, value in asked if value is not None]

    def _own_reason(self, facts: Sequence[Fact]) -> str:
        names = {one.name for one in facts}
        for wants in _REASONS:
            said = self._talk.lines(facts, set(wants), ("copy_reason",)) if wants <= names else ""
            if said:
                return said
        return ""

    def _opinion(self, product: str) -> Told:
        """Return the mean rating and the words of the best and the worst review, each as a customer's."""
        talk, subject = self._talk, self._subject(product)
        rows = talk.shop.reviews.filter(talk.shop.reviews["product_id"] == product).drop_nulls("rating")
        title = fact(subject, "title", subject.name, Source("products", f"product_id = {product}"))
        source = Source("reviews", f"product_id = {product}", rows=rows.height)
        facts = [title, fact(subject, "reviews", rows.height, source)]
        if rows.height:
            facts.append(fact(subject, "rating", float(rows["rating"].mean()), source))  # type: ignore[arg-type]
        sentences = [talk.lines(facts, {one.name for one in facts})]
        quotes = self._quoted(product)
        for rating, passage in quotes:
            given = fact(subject, "review_rating", rating, Source("reviews", passage.source.partition(", ")[2], rows=1))
            facts.append(given)
            sentences.append(talk.lines([title, given], {"title", "review_rating"}))
        passages = tuple(passage for _, passage in quotes)
        return Told(tuple(filter(None, sentences)), tuple(facts), (product,), f"reviews of {product}", passages)

    def _quoted(self, product: str) -> list[tuple[float, Passage]]:
        from retrieval import Passage

        reviews = self._talk.shop.reviews.with_row_index("_row")
        rows = reviews.filter(reviews["product_id"] == product).drop_nulls(["rating", "text"]).to_dicts()
        found = []
        for row in rows:
            text = clean(without_markup(row["text"]))
            if text and " ".join(quotable_sentences(text)) == text:  # whole, and without a price, a promise or a link
                number, title = row["_row"] + 1, self._subject(product).name
                passage = Passage(f"review-{number}", "review", title, text, f"reviews, row {number}")
                found.append((float(row["rating"]), passage))
        ranked = sorted(found, key=lambda one: -one[0])
        if len(ranked) < _QUOTED or ranked[0][0] == ranked[-1][0]:
            return ranked[:1]
        return [ranked[0], ranked[-1]]

    def _by_price(self, products: Sequence[str]) -> list[str]:
        prices = dict(self._talk.shop.products.select("product_id", "price").iter_rows())
        return sorted((one for one in products if prices.get(one) is not None), key=lambda one: float(prices[one]))

    def _cheaper(self, shown: Sequence[str], wanted: Wanted | None) -> Told | None:
        """Return products nearest to what was asked before that cost less than any of those shown."""
        cheapest = self._by_price(shown)[:1]
        if not cheapest or wanted is None:
            return None
        prices = dict(self._talk.shop.products.select("product_id", "price").iter_rows())
        under = replace(wanted, most=round(float(prices[cheapest[0]]) - _CENT, 2), money="")
        told = self._talk.tell(self._talk.find(under))
        lead, facts = self._talk.lead(under, told.products)
        return replace(told, sentences=(*lead, *told.sentences), facts=(*facts, *told.facts))

    def _subject(self, product: str) -> Subject:
        products = self._talk.shop.products
        title = products.filter(products["product_id"] == product)["title"].to_list()
        return Subject("product", product, title[0] if title and clean(title[0] or "") else product)


_REASONS: tuple[set[str], ...] = (
    {"because_product", "because_date", "reason_title"},
    {"also_bought_n", "also_bought_of", "because_product", "reason_title"},
    {"because_product", "reason_title"},
    {"because_viewed", "reason_title"},
    {"reason_buyers", "reason_days", "reason_title"},
)


def _shown(turns: Sequence[Answer], question: str) -> list[str]:
    """Return the products a message may point at: the last shown, or the last list where it speaks of one of several."""
    place = place_named(question)
    least = 1 + place if place is not None else 2 if speaks_of_several(question) else 1
    found = next((turn.products for turn in reversed(turns[-_BACK:]) if len(turn.products) >= least), ())
    return list(found)


def _pointed(question: str, shown: Sequence[str]) -> list[str]:
    """Return which of the products shown a message points at; all where it does not say which."""
    place = place_named(question)
    return [shown[place]] if place is not None and place < len(shown) else list(shown)
