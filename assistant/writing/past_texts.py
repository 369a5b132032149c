"""The shop's own past mails and pages as wordings: each sentence with its values taken out, or the reason it is left.

It types values by the shop's tables and keeps what is clean. It does not decide whether a line may be said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from assistant.writing.facts import clean
from assistant.writing.free import why_not_free
from assistant.writing.line_check import FREE
from assistant.writing.wordings import Book

ENDINGS = (".txt", ".md", ".html", ".htm", ".eml")
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
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"“])")
_HARMLESS = frozenset({"can", "may"})  # "you can find it here" promises nothing
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
    def by_first_word(self) -> Mapping[str, list[KnownProduct]]:
        """Return the products by the first word of their title, longest title first."""
        found: dict[str, list[KnownProduct]] = {}
        for product in sorted(self.products, key=lambda one: -len(one.title)):
            words = re.findall(r"\w+", product.title.lower())
            if words:
                found.setdefault(words[0], []).append(product)
        return found


@dataclass(frozen=True)
class Learned:
    """A wording taken from past texts: the section and line it would be, where it was found first and how often."""

    section: str
    line: str
    origin: str
    count: int = 1


@dataclass(frozen=True)
class Left:
    """A sentence that was left, and why."""

    text: str
    origin: str
    reason: str


@dataclass
class _Typing:
    """One sentence while its values are taken out; `text` holds slots in braces for what was typed."""

    text: str
    slots: list[str] = field(default_factory=list)

    def put(self, found: str, slot: str) -> None:
        self.text = self.text.replace(found, f"{{{slot}}}", 1)
        self.slots.append(slot)


class _LeftError(ValueError):
    """A sentence cannot become a line; the message says why."""


def read_past_texts(folder: Path) -> dict[str, str]:
    """Return the plain text of every mail and page in a folder and its folders, by its path in there.

    Raises
    ------
    ValueError
        When there is no such folder, or no file of a kind that is read.
    """
    if not folder.is_dir():
        raise ValueError(
            f"{folder}: no such folder; expected one with the shop's mails and pages ({', '.join(ENDINGS)})."
        )
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS and path.is_file())
    if not files:
        raise ValueError(f"{folder}: none of its files ends with {', '.join(ENDINGS)}; save mails and pages as such.")
    return {str(path.relative_to(folder)): _plain(path) for path in files}


def learn_from_past_texts(texts: Mapping[str, str], shop: KnownShop, book: Book) -> tuple[list[Learned], list[Left]]:
    """Return the wordings past texts hold, the most frequent first, and the sentences left with the reason.

    Parameters
    ----------
    texts : plain texts by name, as `read_past_texts` gives them
    shop : what values are typed by
    book : of the same language; its lines are not learned again
    """
    found: dict[tuple[str, str], Learned] = {}
    left: list[Left] = []
    there = {line.text for line in book.lines} | {text for texts in book.free_lines.values() for text in texts}
    for name, text in texts.items():
        for row, sentence in _sentences(text):
            origin = f"{name}, line {row}"
            try:
                section, line = _line_of(sentence, shop, book)
            except _LeftError as error:
                left.append(Left(sentence, origin, str(error)))
                continue
            if line.rsplit("| ", 1)[1] in there:
                left.append(Left(sentence, origin, "the book has this line already"))
                continue
            before = found.get((section, line))
            found[section, line] = Learned(
                section, line, before.origin if before else origin, 1 + (before.count if before else 0)
            )
    return sorted(found.values(), key=lambda one: -one.count), left


def _line_of(sentence: str, shop: KnownShop, book: Book) -> tuple[str, str]:
    """Return section and line of a sentence.

    Raises
    ------
    _LeftError
        When something in it is no value of the tables, or claims what no fact covers.
    """
    greeting = _GREETING.match(sentence)
    if greeting:
        if shop.names and greeting[2] not in shop.names:
            raise _LeftError(f"{greeting[2]!r} is no customer's name in the tables")
        return "copy_call", f"customer_name | | {greeting[1]} {{customer_name}},"
    words = len(sentence.split())
    if not _WORDS[0] <= words <= _WORDS[1] or sentence[-1] not in ".!?":
        raise _LeftError(f"a fragment or a run-on ({words} words)" if sentence[-1] in ".!?" else "no whole sentence")
    if "{" in sentence or "}" in sentence or "|" in sentence:
        raise _LeftError("it holds braces or a bar, which a line cannot")
    typing = _Typing(sentence)
    product = _type_product(typing, shop)
    _type_money(typing, product)
    _type_offer(typing, product)
    _type_rest(typing, product, shop)
    _refuse_rest(typing, book)
    if not typing.slots:
        reason = why_not_free(sentence, book.free)
        if reason:
            raise _LeftError(f"it holds no value of the tables and is not claim-free: {reason}")
        return FREE, f"{'opening' if sentence.endswith('?') else 'closing'} | {sentence}"
    facts = list(dict.fromkeys(typing.slots))
    section = "copy_offer" if set(facts) & set(_OFFERS) else "copy_product" if product is not None else "copy_call"
    return section, f"{' '.join(facts)} | | {typing.text}"


def _type_product(typing: _Typing, shop: KnownShop) -> KnownProduct | None:
    lower = typing.text.lower()
    found: list[tuple[int, KnownProduct]] = []
    for match in re.finditer(r"\w+", lower):
        for product in shop.by_first_word.get(match.group(), ()):
            title = product.title.lower()
            end = match.start() + len(title)
            if lower.startswith(title, match.start()) and not lower[end : end + 1].isalnum():
                if not any(at <= match.start() < at + len(one.title) for at, one in found):
                    found.append((match.start(), product))
                break
    if not found:
        return None
    if len(found) > 1:
        raise _LeftError(f"it names {len(found)} products; a line is about one")
    at, product = found[0]
    typing.put(typing.text[at : at + len(product.title)], "title")
    return product


def _type_money(typing: _Typing, product: KnownProduct | None) -> None:
    for match in list(_MONEY.finditer(typing.text)):
        amount = Decimal(match.group(1).replace(",", ""))
        if _OFF.match(typing.text[typing.text.index(match.group()) + len(match.group()) :]):
            typing.put(match.group(), "product_amount_off" if product else "amount_off")
        elif product is None:
            raise _LeftError(f"{match.group()} is of no product it names")
        elif amount not in product.prices:
            raise _LeftError(f"{match.group()} is no price of {product.title!r} in the tables")
        else:
            typing.put(match.group(), "price")


def _type_offer(typing: _Typing, product: KnownProduct | None) -> None:
    for match in list(_PERCENT.finditer(typing.text)):
        after = typing.text[typing.text.index(match.group()) + len(match.group()) :]
        if not _OFF.match(after):
            raise _LeftError(f"{match.group()} is no discount; no fact says it")
        typing.put(match.group(), "product_percent_off" if product else "percent_off")
    is_offer = bool(set(typing.slots) & set(_OFFERS))
    for match in list(_DATE.finditer(typing.text)):
        before = typing.text[: typing.text.index(match.group())].lower().split()
        if not is_offer or not before or before[-1] not in ("until", "till", "through", "by", "to"):
            raise _LeftError(f"{match.group()} is no last day of an offer; no fact says it")
        typing.put(match.group(), "ends")
    for match in list(_CODE.finditer(re.sub(r"\{\w+\}", lambda one: " " * len(one.group()), typing.text))):
        if not is_offer:
            raise _LeftError(f"{match.group()} looks like a code, and no discount stands beside it")
        typing.put(match.group(), "code")
    if is_offer and "title" in typing.slots:  # of an offer, the product is one of its terms
        typing.text = typing.text.replace("{title}", "{offer_product}", 1)
        typing.slots[typing.slots.index("title")] = "offer_product"
        if "price" in typing.slots:
            raise _LeftError("it states a price and a discount; which of them holds then, no fact says")


def _type_rest(typing: _Typing, product: KnownProduct | None, shop: KnownShop) -> None:
    named = [("shop_name", shop.name), ("contact", shop.contact)]
    if product is not None and "title" in typing.slots:
        named += [("brand", product.brand), ("category", product.category)]
    for slot, value in named:
        if value and re.search(rf"(?<!\w){re.escape(value)}(?!\w)", typing.text):
            typing.put(value, slot)


def _refuse_rest(typing: _Typing, book: Book) -> None:
    rest = re.sub(r"\{\w+\}", "\0", typing.text)
    if digits := re.search(r"[^\s.,;:!?]*\d[^\s,;:!?]*(?<![.])", rest):
        raise _LeftError(f"{digits.group()!r} is no value of the tables")
    words = re.findall(r"\0|[^\W\d_]+(?:['’][^\W\d_]+)*", rest)
    for number, word in enumerate(words):
        if word == "\0":
            continue
        bounds_a_date = number + 1 < len(words) and words[number + 1] == "\0" and word in ("until", "till", "through")
        if word.lower() in book.cautions - _HARMLESS and typing.slots and not bounds_a_date:
            raise _LeftError(f"{word!r} states something no fact covers")
        if number and word[0].isupper() and word != "I" and not re.search(rf"[.!?:“\"] {re.escape(word)}", rest):
            raise _LeftError(f"{word!r} is a name no table holds")


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, sentence) of a text; lines of one paragraph belong together."""
    row = 1
    for block in re.split(r"(\n\s*\n)", text):
        words = clean(" ".join(block.split()))
        begins = row + len(block[: len(block) - len(block.lstrip())].splitlines())
        for sentence in _SENTENCE.split(words) if words else ():
            if sentence.strip():
                yield max(begins, 1), sentence.strip()
        row += block.count("\n")


def _plain(path: Path) -> str:
    raw = path.read_bytes()
    if path.suffix.lower() == ".eml":
        return _mail(raw)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return _without_markup(text) if path.suffix.lower() in (".html", ".htm") else text


def _mail(raw: bytes) -> str:
    from email import message_from_bytes, policy

    body = message_from_bytes(raw, policy=policy.default).get_body(("plain", "html"))
    if body is None:
        return ""
    text = str(body.get_content())
    return _without_markup(text) if body.get_content_subtype() == "html" else text


def _without_markup(page: str) -> str:
    from html.parser import HTMLParser

    blocks = {"p", "br", "div", "li", "tr", "td", "h1", "h2", "h3", "h4", "title", "section", "article"}

    class Words(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.out: list[str] = []
            self.hidden = 0

        def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
            self.hidden += tag in ("script", "style")
            self.out += ["\n\n"] if tag in blocks else []

        def handle_endtag(self, tag: str) -> None:
            self.hidden -= tag in ("script", "style")
            self.out += ["\n\n"] if tag in blocks else []

        def handle_data(self, data: str) -> None:
            if not self.hidden:
                self.out.append(data)

    words = Words()
    words.feed(page)
    return "".join(words.out)
