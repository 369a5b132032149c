"""A second, simpler reader: what in a text cannot be traced to a fact's value or to the shop's own pages.

It was written apart from the proof and shares nothing with it. It takes words out that are known, and lists what stands out of
the rest: numbers, dates, names, quotes, and words of discount, promise and comparison. It grants no text anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from benchmarks.reader_floors import Floor, floors
from benchmarks.reader_words import COMPARED, DISCOUNTED, MONTHS, NUMBER_WORDS, PROMISED, STARTERS, WEEKDAYS

if TYPE_CHECKING:
    from assistant.writing import Fact

_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_OFFER = ("percent_off", "amount_off", "product_percent_off", "product_amount_off")
_TITLES = ("title", "reason_title", "because_product", "because_viewed", "offer_product", "top_product", "drawn_product",
           "second_drawn_product", "third_drawn_product")  # fmt: skip
_NEGATIONS = ("not", "no", "none", "nothing")
# what was counted and found to be none: a negation says it where its sentence speaks of it
_NONE_OF: dict[str, tuple[str, ...]] = {
    "kept_purchases": ("purchase", "purchases"),
    "held_differences": ("difference", "differences", "sets them apart"),
}
# what may stand before an amount of a currency; a shop that never said its currency has none
MARKS = {
    "GBP": ("£",), "USD": ("US$", "$"), "EUR": ("€",), "CNY": ("CN¥", "¥"), "JPY": ("JP¥", "¥", "￥"), "INR": ("₹",), "KRW": ("₩",),
    "AUD": ("A$", "AU$"), "CAD": ("CA$", "C$"), "NZD": ("NZ$",), "HKD": ("HK$",), "BRL": ("R$",), "MXN": ("MX$",), "ILS": ("₪",),
    "TWD": ("NT$",), "VND": ("₫",), "PHP": ("₱",), "NGN": ("₦",),
}  # fmt: skip
_MARK = "|".join(
    re.escape(one) for one in sorted({mark for each in MARKS.values() for mark in each}, key=len, reverse=True)
)
_CODE = r"\b[A-Z]{3}(?=\s?\d)"  # a currency without a mark of its own stands there by its code: CHF 12.00


@dataclass(frozen=True)
class Item:
    """Something in a text that nothing known accounts for."""

    kind: str
    said: str
    at: int


@dataclass(frozen=True)
class Traced:
    """What a text may say: strings word for word, and numbers by their unit."""

    strings: tuple[str, ...]
    shares: frozenset[float]  # in percent
    money: frozenset[float]
    plain: frozenset[float]
    days: frozenset[tuple[int, int, int]]
    words: frozenset[str]  # names of months and weekdays
    has_offer: bool
    currency: str  # ISO 4217; "" for none
    parts: frozenset[float]  # shares as counted, 0–1
    counts: frozenset[float]  # other numbers as counted, and what a part of revenue is of the part of customers
    none_of: frozenset[str]  # words of what was counted and found to be none


def traced(facts: Iterable[Fact], pages: Iterable[str] = (), currency: str = "GBP") -> Traced:
    """Return what facts and pages hold; a page is a title or a text of the shop's own. Amounts are in `currency`."""
    strings: set[str] = set()
    numbers: dict[str, set[float]] = {"share": set(), "money": set(), "plain": set()}
    days, words, names = set(), set(), set()
    parts, counts, whole, none_of = set(), set(), {}, set()
    for fact in facts:
        names.add(fact.name)
        none_of |= set(_NONE_OF.get(fact.name, ())) if fact.value == 0 else set()
        strings.add(fact.subject.name)
        if fact.name == "weekend_share":
            words |= {"Saturday", "Sunday"}
        if isinstance(fact.value, str):
            strings |= {fact.value, *_sentences(fact.value), *(_beginnings(fact.value) if fact.name in _TITLES else ())}
        elif isinstance(fact.value, date):
            days.add((fact.value.day, fact.value.month, fact.value.year))
        elif fact.unit in ("month", "weekday"):
            words.add((MONTHS, WEEKDAYS)[fact.unit == "weekday"][int(fact.value) - 1])
        else:
            kind = {"share": "share", "percent": "share", "money": "money"}.get(fact.unit, "plain")
            value = float(fact.value) * (100 if fact.unit == "share" else 1)
            numbers[kind] |= _roundings(value)
            (parts if kind == "share" else counts).add(value / 100 if kind == "share" else value)
            whole[fact.subject.id, fact.name] = value
    for (subject, name), value in whole.items():
        if name == "revenue_share" and whole.get((subject, "share")):
            counts.add(value / whole[subject, "share"])
    for page in pages:
        strings |= {page, *_sentences(page)}
    return Traced(
        tuple(sorted((" ".join(one.split()) for one in strings if _is_a_name(one)), key=len, reverse=True)),
        *(frozenset(numbers[kind]) for kind in ("share", "money", "plain")),
        frozenset(days),
        frozenset(words),
        bool(names & set(_OFFER)),
        currency,
        frozenset(parts),
        frozenset(counts),
        frozenset(none_of),
    )


def _is_a_name(words: str) -> bool:
    """Return whether a string may be taken out of a text: three characters, or two such as HP and 3M."""
    return len(words) > 2 or len(words) == 2 and words == words.upper() and any(one.isalpha() for one in words)


def _roundings(value: float) -> set[float]:
    return {float(f"{value + 1e-9:.{digits}f}") for digits in (0, 1, 2)}


# where a title breaks off by itself: at a sign, before "with" and the like, before a number of the stock list
_BREAKS = re.compile(
    r"[,.](?=\s)|\s*[(\[;:|]|\s+--?\s+|\s+[–—]\s+|\s(?:with|w/|for|in|featuring|includ\w+)\s|\s\S*\d{4,}\S*$",
    re.IGNORECASE,
)


_LONG_WORD = 5  # letters of a single word that names a product


def _beginnings(title: str) -> Iterator[str]:
    """Yield the beginnings of a title that still name it: of two words or more, of one before a comma ("Cafetière, eight cups").

    "Set/4 …" is read as "Set of 4 …", too, and a title of one word that is shouted as it is written otherwise.
    """
    if title.isalpha() and title.isupper() and len(title) >= _LONG_WORD:
        yield title.capitalize()
    for spelled in (title, re.sub(r"(?i)^(?:set|s)/(\d+) ", r"Set of \1 ", title)):
        for match in (*_BREAKS.finditer(spelled), None):
            begin = spelled[: match.start()].rstrip() if match else spelled
            is_whole = match is not None and match.group() == "," and len(begin) >= _LONG_WORD
            if len(begin.split()) > 1 or is_whole:
                yield begin


def _sentences(text: str) -> list[str]:
    return [one.strip() for one in re.split(r"(?<=[.!?])\s+", text) if one.strip()]


def read(text: str, known: Traced) -> list[Item]:
    """Return what cannot be traced, in the order of the text; an empty list where everything can."""
    rest = _without(text, known.strings)
    items = [
        Item("hidden character", ascii(sign), at)
        for at, sign in enumerate(text)
        if _is_hidden(sign) or _is_odd(sign) and rest[at] != "_"  # ® may stand in a title, and nowhere else
    ]
    items += _quotes(text, known)
    for look in (_dates, _floors, _numbers, _number_words, _cues, _names):
        found, rest = look(rest, known)
        items += found
    return sorted(items, key=lambda item: item.at)


def _is_odd(sign: str) -> bool:
    if sign.isascii():
        return not sign.isprintable() and sign not in "\n\t"
    return not (sign in "·£€¥₹₩₪₫₱₦–—“”‘’…×" or "À" <= sign <= "ÿ")


def _is_hidden(sign: str) -> bool:
    return unicodedata.category(sign)[0] == "C" and sign not in "\n\t"


def _without(text: str, strings: Sequence[str]) -> str:
    """Return the text with known strings made blank, at their places; a blank is a "_" so that words around stay apart.

    Strings of several words are known in any case: a shop that shouts its titles is quoted without shouting.
    """
    rest = text
    for one in strings:
        pattern = r"(?<!\w)" + re.escape(one).replace(r"\ ", r"\s+") + r"(?!\w)"
        case = re.IGNORECASE if " " in one else 0
        rest = re.sub(pattern, lambda match: "_" * len(match.group()), rest, flags=case)
    return rest


def _cut(rest: str, match: re.Match[str]) -> str:
    return rest[: match.start()] + "_" * (match.end() - match.start()) + rest[match.end() :]


def _quotes(text: str, known: Traced) -> list[Item]:
    held = " ".join(known.strings)
    spans = re.finditer(
        r"“([^”]*)”|\"([^\"]*)\"", _without(text, [one for one in known.strings if '"' in one])
    )  # 42" is no quote
    return [Item("quoted", match.group(), match.start()) for match in spans if (match[1] or match[2]) not in held]


Found = tuple[list[Item], str]


def _dates(rest: str, known: Traced) -> Found:
    items = []
    months = "|".join(MONTHS)
    for match in list(re.finditer(rf"\b(\d{{1,2}}) ({months}) (\d{{4}})\b", rest)):
        if (int(match[1]), MONTHS.index(match[2]) + 1, int(match[3])) not in known.days:
            items.append(Item("date", match.group(), match.start()))
        rest = _cut(rest, match)
    for match in list(re.finditer(rf"\b({months}) (\d{{1,2}}), (\d{{4}})\b", rest)):  # as it is written in America
        if (int(match[2]), MONTHS.index(match[1]) + 1, int(match[3])) not in known.days:
            items.append(Item("date", match.group(), match.start()))
        rest = _cut(rest, match)
    for match in list(re.finditer(rf"\b({months}) (\d{{4}})\b", rest)):
        if (MONTHS.index(match[1]) + 1, int(match[2])) not in {day[1:] for day in known.days}:
            items.append(Item("date", match.group(), match.start()))
        rest = _cut(rest, match)
    for match in list(
        re.finditer(rf"\b({months}|{'|'.join(WEEKDAYS)})\b(?! we show)", rest)
    ):  # "May we show you": no month
        if match.group() not in known.words:
            items.append(Item("date", match.group(), match.start()))
        rest = _cut(rest, match)
    return items, rest


def _floors(rest: str, known: Traced) -> Found:
    """Return floors no counted number lies behind: "more than half" also stands where "168 of 335" follows it."""
    items = []
    for one in list(floors(rest)):
        if not one.holds_for(_behind(one, rest, known)):
            items.append(Item("number word", one.said, one.start))
        rest = rest[: one.start] + "_" * (one.end - one.start) + rest[one.end :]
    return items, rest


def _behind(one: Floor, rest: str, known: Traced) -> set[float]:
    """Return the numbers a floor may be said of, by its kind."""
    if one.kind != "part":
        return set(known.counts)
    sentence = re.split(r"[.!?](?:\s|$)", rest[one.end :])[0]
    said = {int(few) / int(all_) for few, all_ in re.findall(r"\b(\d+) of (?:the )?(\d+)\b", sentence) if int(all_)}
    return {*known.parts, *said}


def _numbers(rest: str, known: Traced) -> Found:
    items = []
    for match in list(re.finditer(r"\b(\d{1,2}):00\b", rest)):  # an hour of the day
        if float(match[1]) not in known.plain:
            items.append(Item("number", match.group(), match.start()))
        rest = _cut(rest, match)
    pattern = rf"([-−–+]|minus )?((?:{_MARK}|{_CODE})\s?)?({_NUMBER})(\s?(?:%|‰|per ?cent))?"
    for match in list(re.finditer(pattern, rest)):
        sign, currency, number, percent = match.groups()
        value = float(number.replace(",", ""))
        bare = known.plain if known.currency else known.plain | known.money
        pool = known.shares if percent else known.money if currency else bare
        odd = (
            sign
            or (currency and currency.strip() not in MARKS.get(known.currency, (known.currency,)))
            or (percent and percent != "%")
            or rest[match.end() : match.end() + 1].isalnum()
        )
        if odd or value not in pool:
            kind = "percentage" if percent else "amount" if currency else "number"
            items.append(Item(kind, match.group(), match.start()))
        rest = _cut(rest, match)
    return items, rest


def _number_words(rest: str, known: Traced) -> Found:
    found = re.finditer(rf"\b(?:{'|'.join(NUMBER_WORDS)})\b", rest, re.IGNORECASE)
    return [Item("number word", match.group(), match.start()) for match in found], rest


def _cues(rest: str, known: Traced) -> Found:
    items = []
    for kind, words in (("discount", DISCOUNTED), ("promise", PROMISED), ("comparison", COMPARED)):
        for match in re.finditer(rf"\b(?:{'|'.join(words)})\b", rest, re.IGNORECASE):
            if not _is_backed(kind, rest, match.start(), known):
                items.append(Item(kind, match.group(), match.start()))
    return items, rest


def _is_backed(kind: str, rest: str, at: int, known: Traced) -> bool:
    """Return whether a fact stands behind a cue: an offer behind a discount, a value in its clause behind a comparison."""
    if kind == "discount":
        return known.has_offer
    if kind == "promise":
        return False
    start = max(rest.rfind(sign, 0, at) for sign in (". ", "\n", "! ", "? ")) + 1
    ends = [end for sign in (". ", "\n", "! ", "? ") if (end := rest.find(sign, at)) >= 0]
    sentence = rest[start : min(ends, default=len(rest))]
    word = re.match(r"\w+", rest[at:])
    if word and word[0].lower() in _NEGATIONS and any(re.search(rf"\b{one}\b", sentence) for one in known.none_of):
        return True
    return "_" in sentence  # a value that was traced and taken out


def _names(rest: str, known: Traced) -> Found:
    items = []
    for match in _capitalised(rest):
        said = match.group()
        before = rest[: match.start()].rstrip(" (“\"'–-•")
        starts = not before or before[-1] in ".!?:;_\n" or "\n" in rest[len(before) : match.start()]
        if starts and said in STARTERS:
            continue
        items.append(Item("name", said, match.start()))
    return items, rest


def _capitalised(rest: str) -> Iterator[re.Match[str]]:
    return re.finditer(r"(?<![\w_])[A-ZÀ-Þ][\w'’]*", rest)


def untraceable(text: str, facts: Iterable[Fact], pages: Iterable[str] = (), currency: str = "GBP") -> list[Item]:
    """Return what in `text` nothing among facts and pages accounts for."""
    return read(text, traced(facts, pages, currency))
