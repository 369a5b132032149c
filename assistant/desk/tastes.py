"""What somebody says they like, avoid or can spend, read out of a message by rules. It keeps nothing and looks no product up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.desk.currencies import SIGNS, WORDS_OF_MONEY, currencies_in
from retrieval.tongues import tongue_of

_END = "bitte|ich|je|busco|quiero|please|show|what|which|do|can|could|is|are|so|but|for|under|in stock"
_THING = rf"([a-zà-ÿ][\wà-ÿ'-]*(?:(?:,? (?:and|or|nor|und|oder|et|ou|y) |, | )(?!{_END})[a-zà-ÿ][\wà-ÿ'-]*){{0,4}})"
_AVOIDS = (
    rf"\b(?:allergic|sensitive|intolerant) to {_THING}",
    r"\b([a-zà-ÿ]+) (?:allergy|intolerance)\b",
    rf"\bi (?:really )?(?:can't|cannot|can not|don't|do not|never|won't) (?:like|love|want|have|stand|wear|eat|use|drink|tolerate|buy) {_THING}",
    rf"\bi (?:hate|dislike|detest|avoid) {_THING}",
    rf"\bwithout (?:any )?{_THING}",
    rf"\bfree (?:of|from) {_THING}",
    r"\b([a-zà-ÿ]{3,})-free\b",
    r"对([\u3400-\u9fff]{1,6}?)过敏",
    r"(?:不喜欢|不含|不要)([\u3400-\u9fff]{1,6})",
)
# in the other languages customers write in, where the message is in that language
_AVOIDS_IN = {
    "de": (
        rf"\ballergisch (?:gegen|auf) {_THING}",
        r"\b(?:eine )?([a-zà-ÿ]{3,}?)(?:s|n)?allergie\b",
        rf"\bich (?:mag|will|möchte|vertrage|esse|trage|trinke) keine?n? {_THING}",
        rf"\bohne {_THING}",
    ),
    "fr": (
        rf"\ballergique (?:à la |à l'|aux? |à ){_THING}",
        rf"\bje n'aime pas (?:les? |la |l'){_THING}",
        rf"\bsans {_THING}",
    ),
    "es": (
        rf"\balérgic[oa] (?:al |a la |a los |a las |a ){_THING}",
        rf"\bno me gustan? (?:el |la |los |las ){_THING}",
        rf"\bsin {_THING}",
    ),
}
_NOT_ASKING = r"(?<!can )(?<!could )(?<!do )(?<!did )(?<!should )(?<!may )(?<!would )"  # "can I use it?" tells no taste
_LIKES = (
    rf"{_NOT_ASKING}\bi (?:really |only |always )?(?:like|love|prefer|adore|wear|use) {_THING}",
    rf"\bmy (?:favou?rite )?(?:brand|colou?r|material|scent|size) is {_THING}",
    r"\b(?:my|i wear|i take|i need) (?:a )?(size (?:is )?\w+)\b",
    r"\bi(?:'m| am) (?:a )?(vegan|vegetarian)\b",
    r"(?<!不)喜欢([\u3400-\u9fff]{1,6})",
)
_BUDGET = re.compile(
    rf"\b(?:budget (?:is|of|:)?|(?:never|not|don't|do not) (?:want to )?(?:spend|pay) (?:more than|over)|spend (?:up to|at most))"
    rf"\s*((?:{SIGNS})?\s*(\d+(?:[.,]\d{{1,2}})?)\s*(?:{WORDS_OF_MONEY})?)|预算(?:是|为)?((?:{SIGNS})?\s*(\d+)\s*(?:元|块)?)",
    re.IGNORECASE,
)
_ASKED_BESIDE = re.compile(
    r"(?:[.;!?]+\s+|,\s*(?=(?:please|show|what|which|can|could|do|any|is|are|have|so|i need|i want|i'm looking|looking|how|where|推荐)\b))",
    re.IGNORECASE,
)
# what is said of a shop or an order and of no product
_NO_THING = frozenset(
    "it this that them these those you your yours my mine me anything something nothing everything order orders parcel account service "
    "shop website site company people person robot bot to be more much any way idea waiting being".split()
)
_FILLS = frozenset(
    "a an the any some anything something things products made in of with from very really strong all is y und et ou oder".split()
)


@dataclass(frozen=True)
class Tastes:
    """What is avoided and liked, in words, and the most somebody spends; `said` is what was read, word for word."""

    avoid: tuple[str, ...] = ()
    like: tuple[str, ...] = ()
    most: float | None = None
    money: str = ""  # the budget as it was typed
    currencies: frozenset[str] = frozenset()
    said: tuple[str, ...] = ()
    is_of_me: bool = False  # said of oneself, not only of what is looked for

    def __bool__(self) -> bool:
        """Return whether anything was read."""
        return bool(self.avoid or self.like or self.most is not None)


def read_tastes(message: str) -> Tastes:
    """Return what a message says of likes, of what is to be avoided and of a budget.

    Examples
    --------
    >>> read_tastes("I'm allergic to wool and nuts, show me a blanket").avoid
    ('wool', 'nuts')
    >>> told = read_tastes("I love Pell Studio. My budget is 30")
    >>> told.like, told.most
    (('Pell Studio',), 30.0)
    >>> bool(read_tastes("I don't like your service"))
    False
    """
    text = message.replace("’", "'")
    avoid, avoided = _read(_avoids(text), text)
    like, liked = _read(_LIKES, _without(text, avoided))
    budget = _BUDGET.search(text)
    amount = "" if budget is None else next(part for part in (budget.group(1), budget.group(3)) if part)
    said = [*avoided, *liked, *([budget.group(0)] if budget else [])]
    most = float(re.sub(r"[^\d.]", "", amount.replace(",", "."))) if amount else None
    of_me = budget is not None or any(
        re.search(r"\bi\b|\bi'|\bmy\b|\bich\b|\bje\b|\bme\b|allergy|allergi|alérgic|过敏|喜欢|预算", one, re.IGNORECASE)
        for one in said
    )
    of_me = of_me or any(
        f"i'm {one}" in text.lower() or f"i am {one}" in text.lower() for one in map(str.lower, avoided)
    )
    return Tastes(tuple(avoid), tuple(like), most, amount.strip(), currencies_in(amount), tuple(said), of_me)


def only_tastes(message: str) -> str:
    """Return the part of a message that tells a taste, without what is asked for beside it.

    Examples
    --------
    >>> only_tastes("I'm allergic to wool, nuts and milk, show me a blanket")
    "I'm allergic to wool, nuts and milk"
    """
    parts = [one.strip(" ,.;") for one in _ASKED_BESIDE.split(message)]
    return "; ".join(one for one in parts if read_tastes(one).is_of_me) or message


def without_tastes(message: str) -> str:
    """Return a message without what it says of what is avoided and of a budget: the rest says what is looked for."""
    text = message.replace("’", "'")
    budget = _BUDGET.search(text)
    gone = [*_read(_avoids(text), text)[1], *([budget.group(0)] if budget else [])]
    return re.sub(
        r"\b(?:i'm|i am|i have an?|with|ich bin|ich habe eine|je suis|soy)\s*(?=[,.;]|$)|(?:^|(?<=[，。]))我\s*(?=[，。]|$)",
        " ",
        _without(text, gone),
        flags=re.IGNORECASE,
    )


def _avoids(text: str) -> Sequence[str]:
    return (*_AVOIDS, *_AVOIDS_IN.get(tongue_of(text), ()))


def _read(patterns: Sequence[str], text: str) -> tuple[list[str], list[str]]:
    """Return the things some patterns find in a text, and the clauses they stand in."""
    things: list[str] = []
    clauses: list[str] = []
    for pattern in patterns:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            named = [one for one in _things(found.group(1)) if one not in things]
            if named and not any(found.group(0) in clause for clause in clauses):
                things += named
                clauses.append(found.group(0).strip())
    return things, clauses


def _things(words: str) -> Iterator[str]:
    for part in re.split(r",\s*|\s+(?:and|or|nor|und|oder|et|ou|y)\s+", words):
        kept = [word for word in part.split() if word.lower() not in _FILLS]
        if kept and not any(word.lower() in _NO_THING for word in kept):
            yield " ".join(kept)


def _without(text: str, clauses: Sequence[str]) -> str:
    for one in clauses:
        text = text.replace(one, " ")
    return " ".join(text.split())
