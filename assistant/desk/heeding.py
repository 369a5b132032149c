"""What a customer told, applied to what is shown: left out what they avoid, within their budget, what they like first.

It reads texts of products, never their customers, and claims of no product that it is free of something: only that no text names it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import prompts
from assistant.desk.glossary import word_here
from assistant.desk.tastes import Tastes, read_tastes, without_tastes
from assistant.desk.wanting import Wanted, read_wanted
from assistant.writing.facts import Fact, Source, Subject, clean, fact
from assistant.writing.show import place_of
from retrieval.lexicon import STOP, stem
from retrieval.pages import without_markup

if TYPE_CHECKING:
    from shop import Shop

ALLERGY = re.compile(r"all?[eé]rg|intoleran|过敏", re.IGNORECASE)
_TYPED = Source("what the customer typed")
_ASKED = re.compile(
    r"^[\s,.;]*(?:which|what|any|some)?\s*|\b(?:can|could|should|may) i (?:have|use|get|buy|eat|drink|wear)\b|\?",
    re.IGNORECASE,
)


class Heeding:
    """Applies tastes to the products of one shop."""

    def __init__(self, shop: Shop, language: str) -> None:
        self._shop = shop
        self._language = language
        # asked again for every page found, and each time all words of the shop would be looked through
        self._heeded = lru_cache(maxsize=256)(self._in_our_words)
        self._subject = Subject("shop", "shop", shop.settings.name)

    def tastes(self, message: str) -> Tastes:
        """Return what a message says of likes and of what is to be avoided, in words of the shop where it used another language's."""
        return self._heeded(read_tastes(message))

    def _in_our_words(self, found: Tastes) -> Tastes:
        avoid = (kind for word in self._ours(found.avoid) for kind in (word, *self._kinds(word)))
        return replace(found, avoid=tuple(dict.fromkeys(avoid)), like=self._ours(found.like))

    def _ours(self, words: Sequence[str]) -> tuple[str, ...]:
        return tuple(one if self._says(one) else word_here(one, self._language) or one for one in words)

    def _kinds(self, word: str) -> Iterator[str]:
        """Yield the kinds of what is avoided that texts of the shop name."""
        for kind in kinds_of(self._language).get(stem(word.lower()), ()):
            if all(_is_in(one, self._all) for one in _words(kind)) if kind.isascii() else self._says(kind):
                yield kind

    def wanted(self, question: str, told: Sequence[str]) -> Wanted | None:
        """Return what a message asks of products with what it and earlier words say of likes; None where it asks for none."""
        own, rest = self.tastes(question), without_tastes(question)
        found = read_wanted(rest)
        if found is None and (own.is_of_me or own.avoid and "?" not in rest):
            thing = " ".join(_ASKED.sub(" ", rest).split())
            found = read_wanted(f"show me {thing}") if thing and self._says(thing) else None
        if found is None:
            return None
        if own.avoid and not found.has_limit and not self._says(found.words):
            return None  # only what is not wanted was said
        found = replace(found, avoid=own.avoid, like=own.like, word=own.like[0] if own.like else "")
        if own.most is not None and not found.has_limit and self.is_ours(own):
            found = replace(found, most=own.most)
        for words in told:
            found = self._with(found, words)
        return found

    def _with(self, found: Wanted, words: str) -> Wanted:
        """Return what is asked for with one thing that was told before."""
        tastes = self.tastes(words)
        avoid = tuple(
            one for one in tastes.avoid if one not in found.avoid and one.casefold() not in found.words.casefold()
        )
        heeded = bool(avoid)
        if tastes.most is not None and not found.has_limit and self.is_ours(tastes):
            found, heeded = replace(found, most=tastes.most), True
        found = replace(found, avoid=(*found.avoid, *avoid), like=(*found.like, *tastes.like))
        return replace(found, heeded=(*found.heeded, words)) if heeded or tastes.like else found

    def is_ours(self, tastes: Tastes) -> bool:
        """Return whether a budget is in the currency of the shop's prices, or in none."""
        own = self._shop.settings.currency
        return not tastes.currencies or not own or own in tastes.currencies

    def is_noted(self, message: str) -> bool:
        """Return whether a message only tells a taste that products of this shop may be chosen by."""
        tastes = self.tastes(message)
        if not tastes or not tastes.is_of_me or "?" in message or "？" in message or len(message.split()) > _LONGEST:
            return False
        return (
            tastes.most is not None
            or ALLERGY.search(message) is not None
            or any(map(self._says, (*tastes.avoid, *tastes.like)))
        )

    def holds(self, product: str, words: str) -> bool:
        """Return whether the name, text, category or brand of a product has all of some words, also as a part of longer ones."""
        text, stems = self._texts.get(product, ("", frozenset()))
        if not words.isascii() and words in text:
            return True
        parts = _words(words)
        return bool(parts) and all(_is_in(one, stems) for one in parts)

    def first(
        self, order: Sequence[tuple[str, bool, float]], like: Sequence[str], near: float
    ) -> list[tuple[str, bool, float]]:
        """Return products with those that hold what is liked first, among those about as near as the nearest."""
        if not like or not order:
            return list(order)
        best = order[0]
        return sorted(
            order, key=lambda one: not (one[1] == best[1] and one[2] >= best[2] - near and self._is_liked(one[0], like))
        )

    def lead(self, wanted: Wanted, left_out: int, products: Sequence[str]) -> list[list[Fact]]:
        """Return the facts of the sentences that say what was left out, and what was heeded; of likes only where one shown has it."""
        said: list[list[Fact]] = []
        if wanted.word and products:
            count = sum(self._is_liked(product, [wanted.word]) for product in self._texts)
            said.append(
                [
                    fact(self._subject, "asked_word", clean(without_markup(wanted.word)), _TYPED),
                    fact(self._subject, "word_products", count, Source("products")),
                ]
            )
        if wanted.avoid:
            words = clean(without_markup(", ".join(wanted.avoid)))
            said.append(
                [
                    fact(self._subject, "avoided_words", words, _TYPED),
                    fact(self._subject, "left_out", left_out, Source("products")),
                ]
            )
        heeded = [one for one in wanted.heeded if self._counts(one, products)]
        if heeded:
            said.append([fact(self._subject, "heeded", clean(without_markup("; ".join(heeded))), _TYPED)])
        return said

    def _counts(self, told: str, products: Sequence[str]) -> bool:
        tastes = self.tastes(told)
        return (
            bool(tastes.avoid) or tastes.most is not None or any(self._is_liked(one, tastes.like) for one in products)
        )

    def _is_liked(self, product: str, like: Sequence[str]) -> bool:
        text, stems = self._texts.get(product, ("", frozenset()))
        return any(one in text if not one.isascii() else {*map(stem, _words(one))} <= stems for one in like)

    def _says(self, words: str) -> bool:
        return any(stem(one) in self._all for one in _words(words)) or any(
            words in text for text, _ in self._texts.values() if not words.isascii()
        )

    @cached_property
    def _texts(self) -> dict[str, tuple[str, frozenset[str]]]:
        rows = self._shop.products.select("product_id", "title", "description", "category", "brand").iter_rows()
        flat = {row[0]: " ".join(part for part in row[1:] if part) for row in rows}
        return {product: (text, frozenset(map(stem, _words(text)))) for product, text in flat.items()}

    @cached_property
    def _all(self) -> frozenset[str]:
        return frozenset().union(*(stems for _, stems in self._texts.values()))


_LEAST = 3  # letters of a word that may be the end of a longer one; its beginning from one more on
_LONGEST = 16  # words of a message that does nothing but tell a taste


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[a-zà-ÿ0-9]+", text.lower()) if word not in STOP]


def _is_in(word: str, stems: Collection[str]) -> bool:
    """Return whether a word stands among others, or as the end or beginning of one: wool in lambswool and woollen, nut in walnut."""
    own = stem(word)
    if own in stems or len(own) < _LEAST:
        return own in stems
    return any(one.endswith(own) or len(own) > _LEAST and one.startswith(own) for one in stems)


@lru_cache(maxsize=4)
def kinds_of(language: str) -> dict[str, tuple[str, ...]]:
    """Return what each word that is avoided takes in beside itself, by its stem; see `prompts/en/kinds.txt`."""
    rows = (
        line.split("|") for line in prompts.words("kinds", language=language).splitlines() if not line.startswith("#")
    )
    return {stem(name.strip()): tuple(kind.strip() for kind in kinds.split(",")) for name, kinds in rows}


def money_facts(shop: Shop, language: str, money: str) -> list[Fact]:
    """Return an amount in another currency than the shop's, as it was typed, and the name of the shop's own."""
    from babel.numbers import get_currency_name

    subject, own = Subject("shop", "shop", shop.settings.name), shop.settings.currency
    priced = get_currency_name(own, 2, place_of(language))
    return [
        fact(subject, "asked_money", clean(without_markup(money)), _TYPED),
        fact(subject, "priced_in", priced, Source("shop.toml")),
    ]
