"""What a message asks of products: limits of price, stock, what is meant, which of those shown. It reads words and looks no product up."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from assistant.desk.currencies import SIGNS, WORDS_OF_MONEY, currencies_in

_SIGN = rf"(?:{SIGNS})?"
_UNIT = rf"(?:{WORDS_OF_MONEY})?"
_NUMBER = rf"{_SIGN}\s*(\d+(?:[.,]\d{{1,2}})?)(?![\d,.]*\d)\s*{_UNIT}"
_MOST = re.compile(
    rf"\b(?:under|below|less than|cheaper than|up to|at most|(?:no|not) (?:more than|over|above)|max(?:imum)?(?: of)?|within)\s+{_NUMBER}"
    rf"|(?:不超过|低于|少于)\s*{_NUMBER}|{_NUMBER}\s*(?:以内|以下|or less|or under|at most|max(?:imum)?\b|tops)",
    re.IGNORECASE,
)
_LEAST = re.compile(
    rf"(?<!not )(?<!no )\b(?:over|above|more than|at least|from|min(?:imum)?(?: of)?)\s+{_NUMBER}|(?:超过|高于|至少)\s*{_NUMBER}"
    rf"|{_NUMBER}\s*(?:以上|or more|and up|upwards)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    rf"\bbetween\s+{_NUMBER}\s+and\s+{_NUMBER}|{_NUMBER}\s*(?:-|–|到|至)\s*{_NUMBER}\s*元", re.IGNORECASE
)
_AGE = re.compile(r"\b\d{1,2}[- ]?(?:year|yr)s?[- ]?olds?\b|\b\d{1,2} years old\b", re.IGNORECASE)
_STOCKED = re.compile(r"\b(?:in stock|available(?: now)?|right now)\b|有货|现货", re.IGNORECASE)
_SEEKS = (
    r"(?:i'?m |i am )?looking for|look for|show me|recommend(?: me)?|suggest|(?:i )?need an?|(?:i )?want an?|do you (?:have|sell|stock)|"
    r"what do you have|got any|have you got|compare(?: the)?(?: two| three)?|(?:gift|present|idea)s? for|cheapest|"
    r"dearest|priciest|most expensive"
)
_SOME = re.compile(r"\b(?:some|any)thing\b", re.IGNORECASE)  # what follows says what it is like, and names no thing
_SEEKS_CHINESE = "推荐|想买|有没有|送给|最贵"
# "something" asks for products only with a word after it; what it stands before says what is meant
_LOOKS = re.compile(rf"\b(?:{_SEEKS}|(?:some|any)thing\s+\w+)\b|{_SEEKS_CHINESE}", re.IGNORECASE)
_ASKING = re.compile(rf"\b(?:{_SEEKS}|something|anything)\b|{_SEEKS_CHINESE}", re.IGNORECASE)
_SEEKS_THING = re.compile(
    r"\b(?:do you (?:sell|stock)|looking for|show me|(?:need|want) an?|got any|have you got)\b", re.IGNORECASE
)
_EMPTY = frozenset("a an the some any i i'm am for my me us of and or please".split())
_GROWN = re.compile(
    r"\bfor (?:my|our|his|her|their|an?|the) (?:mum|mom|mother|dad|father|sister|brother|friend|wife|husband|partner|girlfriend|boyfriend|"
    r"boss|colleague|aunt|uncle|gran|grandma|grandmother|grandpa|grandfather|neighbour|neighbor|cousin|in-laws)\b",
    re.IGNORECASE,
)
_FOR_WHOM = re.compile(r"\bfor (?:my|our|his|her|their|your|a|an|the|someone|somebody)\b.*$", re.IGNORECASE)
_CHEAPEST = re.compile(r"\bcheap(?:est)?\b|最便宜", re.IGNORECASE)
_DEAREST = re.compile(r"\b(?:dearest|priciest|most expensive)\b|最贵", re.IGNORECASE)
_CHEAPER = re.compile(r"\b(?:cheaper|less expensive|lower price)\b|更便宜|便宜一?点", re.IGNORECASE)
_COMPARES = re.compile(r"\b(?:compare|differences? between|better|versus|vs\.?|or)\b|比较|区别|哪个", re.IGNORECASE)
_WHY = re.compile(
    r"^\s*(?:and\s+|but\s+|so\s+)?why\b(?!.*\b(?:my|order|parcel|delivery|refund)\b)|为什么推荐|为什么是", re.IGNORECASE
)
_OPINION = re.compile(
    r"\b(?:reviews?|ratings?|rated)\b|\b(?:customers|people|buyers|others)\b.*\b(?:say|think|like)\b|\b(?:it|this|they) (?:any )?good\b"
    r"|评价|口碑|好用吗",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:how much|price of|cost|costs|in stock|available|left|tell me (?:more )?about|what is|more about|do you (?:have|sell|stock))\b"
    r"|多少钱|价格|有货|库存|介绍",
    re.IGNORECASE,
)
_ONE_OF_THEM = re.compile(
    r"\b(?:this|that one|it|these|those|them|the (?:first|second|third|last)(?: one)?|which(?: of (?:these|those|them)| one)?)\b"
    r"|这个|那个|这款|它|第[一二三]个|哪个",
    re.IGNORECASE,
)
_SEARCH = re.compile(
    r"\b(?:looking for|show me|recommend|suggest|need an?|want an?|something|anything)\b", re.IGNORECASE
)
_PLACES = ("first|第一", "second|第二", "third|第三")

Asks = Literal["why", "opinion", "compare", "cheapest", "cheaper", "about", ""]


@dataclass(frozen=True)
class Wanted:
    """What was asked for: exact limits, and the words that say what is meant. Prices in the shop's currency a unit, inclusive.

    `thing` are the words for the thing itself, without whom it is for.
    """

    words: str
    least: float | None = None
    most: float | None = None
    category: str | None = None
    brand: str | None = None
    in_stock: bool = False
    cheapest: bool = False
    dearest: bool = False
    thing: str = ""
    avoid: tuple[str, ...] = ()  # words whose products are left out
    like: tuple[str, ...] = ()  # words whose products come first among near ones
    word: str = ""  # what is liked, as this very message says
    heeded: tuple[str, ...] = ()  # what was told before and is heeded here, word for word
    money: str = ""  # the limit as it was typed
    currencies: frozenset[str] = frozenset()  # those its sign may stand for; empty: none was named

    @property
    def by_price(self) -> bool:
        """Whether the cheapest or the dearest was asked for."""
        return self.cheapest or self.dearest

    @property
    def has_limit(self) -> bool:
        """Whether a price was named."""
        return self.least is not None or self.most is not None or bool(self.money)


def read_wanted(question: str) -> Wanted | None:
    """Return what a message asks for; None where it does not ask for products. Category and brand are the caller's to find.

    A limit of price, or a word of looking for something together with a product word, makes it product talk.
    """
    said = _AGE.sub("child", question)
    between = _BETWEEN.search(said)
    most, least = (None, None) if between else (_first(_MOST.search(said)), _first(_LEAST.search(said)))
    if between:
        least, most = sorted(_value(part) for part in between.groups() if part)[:2]
    if least is None and most is None and not _LOOKS.search(said):
        return None
    rest = said.replace("’", "'")
    for pattern in (_BETWEEN, _MOST, _LEAST, _STOCKED):
        rest = pattern.sub(" ", rest)
    rest = _DEAREST.sub(" ", _CHEAPEST.sub(" ", rest)) if _says_something(_ASKING.sub(" ", rest)) else rest
    alone = _ASKING.sub(" ", _GROWN.sub(" ", rest))  # for whom says little of what
    thing = "" if _SOME.search(said) else _bare(_ASKING.sub(" ", _FOR_WHOM.sub(" ", rest)))
    words = _bare(alone) if _says_something(alone) else _bare(rest)
    limit = next((one.group(0) for one in (between, _MOST.search(said), _LEAST.search(said)) if one), "")
    found = Wanted(words, least, most, in_stock=bool(_STOCKED.search(said)), thing=thing)
    found = replace(found, cheapest=bool(_CHEAPEST.search(said)), dearest=bool(_DEAREST.search(said)))
    return replace(found, money=_amount(limit), currencies=currencies_in(limit))


def looks_for(question: str) -> bool:
    """Return whether a message says by itself that something is looked for."""
    return bool(_LOOKS.search(question))


def seeks_thing(question: str) -> bool:
    """Return whether a message looks for a thing to buy: not whether the shop offers something."""
    return bool(_SEEKS_THING.search(question))


def asks(question: str, *, named: int, shown: int) -> Asks:
    """Return what is asked of products that are named in a message, or were shown before; "" where nothing is.

    Parameters
    ----------
    named, shown : how many products the message names, and how many the last product answer showed
    """
    is_search = not named and bool(_SEARCH.search(question))
    points = bool(shown) and not named and not is_search and bool(_ONE_OF_THEM.search(question))
    points = points and len(question.split()) <= 12
    if not named and not points:
        return "cheaper" if shown and _CHEAPER.search(question) and len(question.split()) <= 8 else ""
    if _WHY.search(question):
        return "why"
    if named >= 2 and _COMPARES.search(question) or points and shown >= 2 and _COMPARES.search(question):
        return "compare"
    if _OPINION.search(question):
        return "opinion"
    if points and _CHEAPEST.search(question):
        return "cheapest"
    return "about" if _ABOUT.search(question) or (points and place_named(question) is not None) else ""


def place_named(question: str) -> int | None:
    """Return which of several a message points at, 0 for the first; None where it does not say.

    Examples
    --------
    >>> place_named("tell me about the second one"), place_named("how much is it")
    (1, None)
    """
    return next((at for at, words in enumerate(_PLACES) if re.search(words, question, re.IGNORECASE)), None)


def speaks_of_several(question: str) -> bool:
    """Return whether a message speaks of more than one thing that was shown: "which of these", "them"."""
    return bool(re.search(r"\b(?:these|those|them|they|which)\b|哪个|这些|它们", question, re.IGNORECASE))


def compares(question: str) -> bool:
    """Return whether a message sets products beside each other."""
    return bool(_COMPARES.search(question))


def _says_something(text: str) -> bool:
    return any(word not in _EMPTY for word in _bare(text).lower().split())


def _bare(text: str) -> str:
    return " ".join(re.sub(r"[?!.,;]|\bwhat's\b|\bwhat is\b|'s\b", " ", text, flags=re.IGNORECASE).split())


def _amount(limit: str) -> str:
    """Return a limit without the words before its number and its sign: "under 15 euros" is "15 euros"."""
    found = re.search(rf"{_NUMBER}.*$", limit, re.IGNORECASE)
    return found.group(0).strip() if found else limit.strip()


def _first(found: re.Match[str] | None) -> float | None:
    given = [part for part in found.groups() if part] if found else []
    return _value(given[0]) if given else None


def _value(part: str) -> float:
    return float(part.replace(",", "."))
