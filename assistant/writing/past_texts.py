"""The shop's own past mails and pages as wordings: each sentence with its values taken out, or the reason it is left.

It types values by the shop's tables and keeps what is clean. It does not decide whether a line may be said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from assistant.writing.free import why_not_free
from assistant.writing.learn_sentences import slips, typed
from assistant.writing.learn_words import SLOT
from assistant.writing.line_check import FREE
from assistant.writing.past_files import sentences
from assistant.writing.value_reading import Forms, Meaning, Span, ValueReader
from assistant.writing.wordings import Book

_WORDS = (3, 30)  # a shorter sentence is a heading, a longer one says more than a line should
_MONTHS = (
    "January February March April May June July August September October November December "
    "Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec"
).split()
_MONTH = "|".join(_MONTHS)
_DATE = re.compile(
    rf"\b(?:\d{{4}}-\d\d-\d\d|\d{{1,2}}/\d{{1,2}}/\d{{2,4}}|\d{{1,2}}(?:st|nd|rd|th)?\s(?:{_MONTH})(?:\s\d{{4}})?"
    rf"|(?:{_MONTH})\s\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s\d{{4}})?)\b"
)
_MONEY = re.compile(r"[£€$¥]\s?(\d[\d,]*(?:\.\d{1,2})?)")
_PERCENT = re.compile(r"\b\d+(?:\.\d+)?\s?%")
_CODE = re.compile(r"\b(?=[A-Z\d]*[A-Z])(?=[A-Z\d]*\d)[A-Z\d]{3,}\b|(?<=code )[A-Z]{3,}\b")
_OFF = re.compile(r"\s?off\b", re.IGNORECASE)
_GREETING = re.compile(r"^(Dear|Hello|Hi|Good morning|Good afternoon) ([A-Z][\w'’-]*),$")
_HARMLESS = frozenset({"can", "may"})  # "you can find it here" promises nothing
_BOUNDS = ("until", "till", "through", "by", "to")  # before the last day of an offer
_A_SLOT = re.compile(r"\b(a|A) \{(\w+)\}")
_NUMBERS = (
    "price",
    "percent_off",
    "amount_off",
    "product_percent_off",
    "product_amount_off",
)  # "{a price}": 8% has "an"
_DEED = re.compile(
    r"\b(?:you|You)(?:['’]ve| have)? (?:already )?(?:left|bought|ordered|asked|viewed|looked|forgot\w*|chose|picked|put"
    r"|saved|liked|loved|tried|browsed|added)\b|\b(?:your|Your) (?:basket|cart|wish ?list|last|recent)\b(?! order\b)"
)
_NEWS = re.compile(
    r"\b(?:back (?:in|on)|again|returned|favou?rites?|popular|best|bestsellers?|bestselling|loved|famous|award\w*|finally"
    r"|arrived|sold|restocked|trending|voted|season'?s?)\b",
    re.IGNORECASE,
)
_OFFERS = ("percent_off", "amount_off", "product_percent_off", "product_amount_off", "code", "ends")


@dataclass(frozen=True)
class KnownProduct:
    """What the tables say of a product, as a mail may have stated it; `prices` today's and those it was sold at."""

    title: str
    prices: frozenset[Decimal] = frozenset()
    brand: str = ""
    category: str = ""


@dataclass(frozen=True)
class KnownShop:
    """What the shop's tables and `shop.toml` know that a past text may hold."""

    products: tuple[KnownProduct, ...]
    name: str = ""
    contact: str = ""
    names: frozenset[str] = frozenset()  # of customers, as greetings hold them

    @cached_property
    def by_title(self) -> Mapping[str, KnownProduct]:
        """Return the products by title; of two alike the first."""
        return {product.title: product for product in reversed(self.products)}

    @cached_property
    def reader(self) -> ValueReader:
        """Return what finds titles, brands, categories, the shop's name and its contact in a text."""
        own = {"shop_name": [self.name], "contact": [self.contact]}
        brands = {"brand": {one.brand for one in self.products}, "category": {one.category for one in self.products}}
        return ValueReader(Forms(known={"title": [one.title for one in self.products], **own, **brands}))


@dataclass(frozen=True)
class Learned:
    """A wording taken from past texts: the section and line it would be, where it was found first and how often."""

    section: str
    line: str
    origin: str
    count: int = 1
    new_words: tuple[str, ...] = ()  # words no line of the book says: what a person should look at first

    @property
    def told(self) -> str:
        """Return where it comes from, and the words of it that are new, for the person who decides."""
        often = f", {self.count} times" if self.count > 1 else ""
        new = f"; new words: {', '.join(self.new_words)}" if self.new_words else ""
        return f"{self.origin}{often}{new}"


@dataclass(frozen=True)
class Left:
    """A sentence that was left, and why."""

    text: str
    origin: str
    reason: str


class _LeftError(ValueError):
    """A sentence cannot become a line; the message says why."""


def learn_from_past_texts(texts: Mapping[str, str], shop: KnownShop, book: Book) -> tuple[list[Learned], list[Left]]:
    """Return the wordings past texts hold, the most frequent first, and the sentences left with the reason.

    Parameters
    ----------
    texts : plain texts by name, as `past_files.read_past_texts` gives them
    shop : what values are typed by
    book : of the same language; its lines are not learned again
    """
    found: dict[tuple[str, str], Learned] = {}
    left: list[Left] = []
    known = {word for line in book.lines for word in _words_of(line.text)}
    there = {line.text for line in book.lines} | {text for texts in book.free_lines.values() for text in texts}
    for name, text in texts.items():
        for row, sentence in sentences(text):
            origin = f"{name}, line {row}"
            try:
                section, line = _line_of(sentence, shop, book)
            except _LeftError as error:
                left.append(Left(sentence, origin, str(error)))
                continue
            said = line.rsplit("| ", 1)[1]
            if said in there:
                left.append(Left(sentence, origin, "the book has this line already"))
                continue
            before = found.get((section, line))
            found[section, line] = Learned(
                section,
                line,
                before.origin if before else origin,
                1 + (before.count if before else 0),
                () if section == FREE else tuple(dict.fromkeys(one for one in _words_of(said) if one not in known)),
            )
    return sorted(found.values(), key=lambda one: -one.count), left


def _line_of(sentence: str, shop: KnownShop, book: Book) -> tuple[str, str]:
    """Return section and line of a sentence.

    Raises
    ------
    _LeftError
        When something in it is no value of the tables, or claims what no fact covers.
    """
    if greeting := _GREETING.match(sentence):
        if shop.names and greeting[2] not in shop.names:
            raise _LeftError(f"{greeting[2]!r} is no customer's name in the tables")
        return "copy_call", f"customer_name | | {greeting[1]} {{customer_name}},"
    _refuse_form(sentence)
    spans, product = _spans(sentence, shop)
    meaning = Meaning("", tuple((one.slot, one.value) for one in spans))
    text, _ = typed(sentence, spans, meaning)
    if slip := slips(text):
        raise _LeftError(slip)
    _refuse_rest(text, book, has_values=bool(spans))
    if not spans:
        if reason := why_not_free(sentence, book.free):
            raise _LeftError(f"it holds no value of the tables and is not claim-free: {reason}")
        return FREE, f"{'opening' if sentence.endswith('?') else 'closing'} | {sentence}"
    _refuse_passing(text)
    text = _A_SLOT.sub(lambda match: f"{{{match[1]} {match[2]}}}", text)
    facts = list(dict.fromkeys(one.slot for one in spans))
    section = "copy_offer" if set(facts) & set(_OFFERS) else "copy_product" if product is not None else "copy_call"
    return section, f"{' '.join(facts)} | | {text}"


def _refuse_form(sentence: str) -> None:
    """Raise where a sentence has no form a line could have."""
    words = len(sentence.split())
    if not _WORDS[0] <= words <= _WORDS[1] or sentence[-1] not in ".!?":
        raise _LeftError(f"a fragment or a run-on ({words} words)" if sentence[-1] in ".!?" else "no whole sentence")
    if "{" in sentence or "}" in sentence or "|" in sentence:
        raise _LeftError("it holds braces or a bar, which a line cannot")
    if sentence[0].islower():
        raise _LeftError("it begins in the middle of a sentence")


def _refuse_passing(text: str) -> None:
    """Raise where a sentence fits one customer, one product or one time alone."""
    if deed := _DEED.search(text):
        raise _LeftError(f"{deed.group()!r} says what a customer did, which no fact of a product covers")
    if any(match[2] not in _NUMBERS for match in _A_SLOT.finditer(text)):
        raise _LeftError("its article fits some titles and not others")
    if news := _NEWS.search(text):
        raise _LeftError(f"{news.group()!r} was so then, of that product; no fact says it is so of another, or today")


def _spans(sentence: str, shop: KnownShop) -> tuple[list[Span], KnownProduct | None]:
    """Return the values of a sentence in its order, each by the slot a line has for it, and the product it is about."""
    read = shop.reader.read(sentence)
    titles = list(dict.fromkeys(one.value for one in read if one.slot == "title"))
    if len(titles) > 1:
        raise _LeftError(f"it names {len(titles)} products; a line is about one")
    product = shop.by_title[titles[0]] if titles else None
    spans = [one for one in read if one.slot == "title" or _is_of(one, sentence, product)]
    for kind in (_money, _percents, _dates, _codes):
        for match, slot in kind(sentence, spans, product):
            spans.append(Span(match.start(), match.end(), slot, match.group(), True))
    spans.sort(key=lambda one: one.start)
    if len({one.slot for one in spans}) < len(spans):
        raise _LeftError("it states one value twice")
    if _is_offer(spans) and titles:  # of an offer, the product is one of its terms
        spans = [replace(one, slot="offer_product") if one.slot == "title" else one for one in spans]
        if any(one.slot == "price" for one in spans):
            raise _LeftError("it states a price and a discount; which of them holds then, no fact says")
    return spans, product


def _is_of(one: Span, sentence: str, product: KnownProduct | None) -> bool:
    """Return whether a brand, category or name is meant: written as in the tables, and of the product named."""
    if sentence[one.start : one.end] != one.value:
        return False
    return one.slot in ("shop_name", "contact") or (product is not None and getattr(product, one.slot) == one.value)


def _is_offer(spans: Sequence[Span]) -> bool:
    return any(one.slot in _OFFERS for one in spans)


def _free(sentence: str, pattern: re.Pattern[str], spans: Sequence[Span]) -> list[re.Match[str]]:
    """Return what a pattern finds outside the values found before."""
    return [
        match
        for match in pattern.finditer(sentence)
        if not any(one.start < match.end() and match.start() < one.end for one in spans)
    ]


def _money(sentence: str, spans: Sequence[Span], product: KnownProduct | None) -> list[tuple[re.Match[str], str]]:
    out = []
    for match in _free(sentence, _MONEY, spans):
        amount = Decimal(match.group(1).replace(",", ""))
        if _OFF.match(sentence[match.end() :]):
            out.append((match, "product_amount_off" if product else "amount_off"))
        elif product is None:
            raise _LeftError(f"{match.group()} is of no product it names")
        elif amount not in product.prices:
            raise _LeftError(f"{match.group()} is no price of {product.title!r} in the tables")
        else:
            out.append((match, "price"))
    return out


def _percents(sentence: str, spans: Sequence[Span], product: KnownProduct | None) -> list[tuple[re.Match[str], str]]:
    found = _free(sentence, _PERCENT, spans)
    for match in found:
        if not _OFF.match(sentence[match.end() :]):
            raise _LeftError(f"{match.group()} is no discount; no fact says it")
    return [(match, "product_percent_off" if product else "percent_off") for match in found]


def _dates(sentence: str, spans: Sequence[Span], _: KnownProduct | None) -> list[tuple[re.Match[str], str]]:
    found = _free(sentence, _DATE, spans)
    for match in found:
        before = sentence[: match.start()].lower().split()
        if not _is_offer(spans) or not before or before[-1] not in _BOUNDS:
            raise _LeftError(f"{match.group()} is no last day of an offer; no fact says it")
    return [(match, "ends") for match in found]


def _codes(sentence: str, spans: Sequence[Span], _: KnownProduct | None) -> list[tuple[re.Match[str], str]]:
    found = _free(sentence, _CODE, spans)
    if found and not _is_offer(spans):
        raise _LeftError(f"{found[0].group()} looks like a code, and no discount stands beside it")
    return [(match, "code") for match in found]


def _refuse_rest(text: str, book: Book, *, has_values: bool) -> None:
    """Raise where the words left beside the values hold a number, a caution word or a name."""
    rest = SLOT.sub("\0", text)
    if digits := re.search(r"[^\s.,;:!?]*\d[^\s,;:!?]*(?<![.])", rest):
        raise _LeftError(f"{digits.group()!r} is no value of the tables")
    words = re.findall(r"\0|[^\W\d_]+(?:['’][^\W\d_]+)*", rest)
    for number, word in enumerate(words):
        if word == "\0":
            continue
        bounds_a_date = words[number + 1 : number + 2] == ["\0"] and word.lower() in _BOUNDS
        if word.lower() in book.cautions - _HARMLESS and has_values and not bounds_a_date:
            raise _LeftError(f"{word!r} states something no fact covers")
        if number and word[0].isupper() and word != "I" and not re.search(rf"[.!?:“\"] {re.escape(word)}", rest):
            raise _LeftError(f"{word!r} is a name no table holds")


def _words_of(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", re.sub(r"\{[^{}]*\}", " ", text).lower())
