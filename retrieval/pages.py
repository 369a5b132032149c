"""A shop's own pages cut into passages: FAQ entries, policies, product texts, reviews; markup taken out. It searches nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from shop import Shop

PassageKind = Literal["faq", "policy", "product", "review"]
_LONGEST = 80  # words of a policy in one passage
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+(?=[^\s])")


@dataclass(frozen=True)
class Passage:
    """A piece of the shop's own pages; `text` is word for word as the shop wrote it."""

    id: str
    kind: PassageKind
    title: str  # an entry's question, a policy's or a product's title
    text: str
    source: str  # where to look it up: "faq, entry 12"


def passages_of(shop: Shop, *, reviews: bool = False) -> list[Passage]:
    """Return the passages of a shop: FAQ entries, policies in parts of at most 80 words, product texts, reviews if asked."""
    found = [
        Passage(f"faq-{row}", "faq", without_markup(question), without_markup(answer), f"faq, entry {row}")
        for row, (question, answer) in enumerate(shop.faq.select("question", "answer").iter_rows(), 1)
    ]
    for row, (title, text) in enumerate(shop.policies.select("title", "text").iter_rows(), 1):
        found += [
            Passage(f"policy-{row}-{part}", "policy", without_markup(title), words, f"policies, “{title}”, part {part}")
            for part, words in enumerate(_parts(without_markup(text)), 1)
        ]
    for product, title, text in shop.products.select("product_id", "title", "description").iter_rows():
        if text:
            name = without_markup(title or product)
            found.append(Passage(f"product-{product}", "product", name, without_markup(text), f"products, {product}"))
    if reviews:
        for row, (product, text) in enumerate(shop.reviews.select("product_id", "text").iter_rows(), 1):
            if text:
                words = without_markup(text)
                found.append(Passage(f"review-{row}", "review", product, words, f"reviews, entry {row}"))
    return found


_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_TAG = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>|</?[a-zA-Z!][^<>]*>", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r"\b(?:https?://|javascript:|data:\w+/)\S*", re.IGNORECASE)


def without_markup(text: str) -> str:
    """Return a text without tags, scripts, links and pictures; what a link was called stays, and so does all other text as it was.

    Examples
    --------
    >>> without_markup("See <b>us</b> <img src=x onerror=y>or [our page](https://a.example), 3 < 4")
    'See us or our page, 3 < 4'
    """
    if not re.search(r"[<\[]|:", text):
        return text
    return _ADDRESS.sub("", _TAG.sub("", _LINK.sub(r"\1", text)))


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a passage, word for word."""
    return [sentence.strip() for sentence in _SENTENCE.split(text.strip()) if sentence.strip()]


def _parts(text: str) -> list[str]:
    """Return a policy in parts of whole sentences; an exception stays with the rule before it."""
    parts: list[list[str]] = [[]]
    words = 0
    for sentence in sentences_of(text):
        length = len(sentence.split())
        goes_on = re.match(r"(however|except|unless|but|this|these|it|they|otherwise|only)\b", sentence, re.IGNORECASE)
        if parts[-1] and words + length > _LONGEST and not goes_on:
            parts.append([])
            words = 0
        parts[-1].append(sentence)
        words += length
    return [" ".join(part) for part in parts if part]
