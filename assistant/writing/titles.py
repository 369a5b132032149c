"""Product titles as people write them: capitals made title case, long ones cut at a comma. It knows titles, no facts and no texts.

The full title stays the fact; what is shown is derived from it here, and proof accepts exactly that.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping

_SMALL = frozenset("a an and as at but by for from in into nor of off on onto or over per the to up with".split())
_KEPT = frozenset("led usb uk usa us eu tv diy abc ii iii iv vi vii xl xxl".split())  # capitals that stay capitals
_UNITS = frozenset("cm mm ml kg km oz lb lbs ft litre litres metre metres g l m".split())
_MEASURE = re.compile(r"(\d[\d.,/x]*)([a-z]{1,2})", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_CUTS = re.compile(
    r",(?=\s)(?!\s(?:inc|ltd|llc|co|corp|gmbh)\b)|\s+[(\[]|\s+(?:--?|[–—|])\s+(?!(?:inch|cm|mm|ft|oz|ml)\b)|(?<=[a-z]{4})\.\s|，|（|【",
    re.IGNORECASE,
)
_TURNS = re.compile(
    r"\s(?:with|w/|for|in|featuring|includes|including)\s|(?<=\w):\s", re.IGNORECASE
)  # where a long title goes on
_CODE = re.compile(
    r"\s+(?:[(\[]?(?:#|no\.? ?)?[a-z]{0,3}-?(?!(?:19|20)\d\d\b)\d{4,}[a-z]?[)\]]?)$", re.IGNORECASE
)  # a number of the stock list
_ODD = re.compile(r"[{}<>$\\*=^~`_]")  # a title with such signs is no phrase to be cut
_LONGEST = 48  # characters of a title that is shown whole where it stands on its own
_TOO_LONG = 60  # characters from which a name is cut harder: no subject of a mail could hold it
_PIECES = re.compile(r"^(?:set|s)/(\d+)(?= )", re.IGNORECASE)
_DANGLING = frozenset("plus every each w/".split())
_SIZE = re.compile(r"\d[\w./]*-?(?:inch|inches|cm|mm|ml|oz|ft)")  # the size of what is named after it
_ARTICLES = re.compile(
    r"(?:(?:it|that|what|let|here|there)['’]s|the|a|an|my|your|our|his|her|their)\b|\d", re.IGNORECASE
)


def titled(title: str) -> str:
    """Return a title with its words as a title has them, where it is all capitals or a sentence; else as it is.

    Examples
    --------
    >>> titled("WHITE SQUARE TABLE CLOCK"), titled("SET OF 3 CAKE TINS, 20CM"), titled("uni-ball PowerTank RT Pens")
    ('White Square Table Clock', 'Set of 3 Cake Tins, 20cm', 'uni-ball PowerTank RT Pens')
    >>> titled("Marble pestle and mortar"), titled("LED NIGHT LIGHT T-LIGHT"), titled("Ink, bottled, 30 ml")
    ('Marble Pestle and Mortar', 'LED Night Light T-Light', 'Ink, Bottled, 30 ml')
    """
    words = _WORD.findall(title)
    if not words:
        return title
    shouts = all(word.isupper() for word in words) and sum(map(len, words)) > 3
    telling = [word for word in words[1:] if word.lower() not in _SMALL | _UNITS and len(word) > 1]
    head = [word for word in _WORD.findall(title.split(",")[0])[1:] if word in telling] or telling
    is_plain = words[0][0].isupper() and bool(telling) and telling[0].islower() and _mostly_small(head)
    if not shouts and not is_plain:
        return title
    parts = re.split(r"(\s+)", title)
    ends = (0, len(parts) - 1)  # a title begins and ends with a capital
    return "".join(
        _recased(part, shouts=shouts, at_end=at in ends, counted=at > 1 and parts[at - 2][-1:].isdigit())
        for at, part in enumerate(parts)
    )


def _mostly_small(words: list[str]) -> bool:
    return 2 * sum(word.islower() for word in words) >= len(words)


def _recased(part: str, *, shouts: bool, at_end: bool, counted: bool) -> str:
    bare = part.strip(".,;:!?()[]\"'“”").lower()
    if _MEASURE.fullmatch(bare) and bare.lstrip("0123456789.,/x") in _UNITS:
        return part.lower()
    if bare in _SMALL and not at_end or bare in _UNITS and counted:
        return part.lower()

    def capital(match: re.Match[str]) -> str:
        word = match.group()
        if shouts and (word.lower() in _KEPT or _is_short_form(word)):
            return word
        return word[0].upper() + (word[1:].lower() if shouts else word[1:])

    return _WORD.sub(capital, part)


def _is_short_form(word: str) -> bool:
    return len(word) > 1 and word.isascii() and not set(word.lower()) & set("aeiouy") and word.lower() not in _SPOKEN


_SPOKEN = frozenset("mr mrs ms dr st hmm shh".split())


def shorter(title: str) -> list[str]:
    """Return the beginnings a title may be cut to, the shortest first: at a comma, bracket or dash, of two words or more.

    Examples
    --------
    >>> shorter("Swingline Staples, Optima, 1/4 inch (35556)")
    ['Swingline Staples', 'Swingline Staples, Optima', 'Swingline Staples, Optima, 1/4 inch']
    >>> shorter("Scissors, tailor's")
    []
    """
    return _begun(title, (*_CUTS.finditer(title), *_CODE.finditer(title)))


def _begun(title: str, cuts: Iterable[re.Match[str]]) -> list[str]:
    begins = sorted({title[: match.start()].rstrip() for match in cuts if not _ODD.search(title)}, key=len)
    return [one for one in begins if _stands_alone(one)]


def shortest(title: str) -> list[str]:
    """Return the beginnings a title that is too long for a text may be cut to, the shortest first: before "with", "for" and the like.

    Examples
    --------
    >>> shortest("Fountain Pen Cartridges for Pens of All Makes in Six Colours")
    ['Fountain Pen Cartridges', 'Fountain Pen Cartridges for Pens of All Makes']
    """
    return _begun(title, _TURNS.finditer(title))


def _stands_alone(begin: str) -> bool:
    words = begin.split()
    is_long = len(words) > 1 or len(begin) > 3 and not begin.isascii()
    last = words[-1].lower() if words else ""
    is_open = last in _SMALL | _DANGLING or "," not in begin and _SIZE.fullmatch(last) is not None
    return is_long and not is_open and begin.count('"') % 2 == 0


def called(title: str, short: str) -> str:
    """Return a title as a text calls it: `short` (one of `shorter`, or the title) with its words as a title has them."""
    return in_full(titled(title)[: len(short)])


def in_full(title: str) -> str:
    """Return a title with the number of its pieces as it is said.

    Examples
    --------
    >>> in_full("Set/3 Cake Tins"), in_full("S/4 Cacti Candles"), in_full("Set of 3 Mugs")
    ('Set of 3 Cake Tins', 'Set of 4 Cacti Candles', 'Set of 3 Mugs')
    """
    return _PIECES.sub(r"Set of \1", title)


def short_titles(titles: Mapping[str, str]) -> dict[str, str]:
    """Return what each product of a shop is called, by id: cut where no other title of the shop begins so.

    Where two products would be called the same, both keep their whole title.

    Examples
    --------
    >>> short_titles({"1": "SALAD BOWL, 30 CM", "2": "SALAD BOWL, 18 CM", "3": "Pepper mill, tall, in ash"})
    {'1': 'Salad Bowl, 30 cm', '2': 'Salad Bowl, 18 cm', '3': 'Pepper Mill'}
    """
    begun = sorted(title.casefold() for title in titles.values())

    def is_one(begin: str) -> bool:
        low = begin.casefold()
        at = bisect_left(begun, low)
        return begun[at].startswith(low) and (at + 1 == len(begun) or not begun[at + 1].startswith(low))

    def short(title: str) -> str:
        name = next((one for one in shorter(title) if is_one(one)), title)
        if len(name) <= _TOO_LONG:
            return name
        fits = [one for one in shortest(title) if len(one) <= _TOO_LONG and is_one(one)]
        return fits[-1] if fits else name

    found = {product: called(title, short(title)) for product, title in titles.items()}
    counts = Counter(name.casefold() for name in found.values())
    spelled = Counter(title.casefold() for title in {*titles.values()})

    def whole(title: str) -> str:  # two that differ in their letters alone are told apart by these
        return titled(title) if spelled[title.casefold()] == 1 else title

    return {
        product: name if counts[name.casefold()] == 1 else whole(titles[product]) for product, name in found.items()
    }


def is_called(title: str, name: str) -> bool:
    """Return whether `name` is one of the ways a title may be called."""
    return name == title or any(called(title, short) == name for short in (title, *shorter(title), *shortest(title)))


def heading(title: str, name: str) -> str:
    """Return the title as it stands on its own: whole where it is not long, in the letters of what it is called.

    Examples
    --------
    >>> heading("CARDS 3 WISE MEN 17107", "Cards 3 Wise Men"), heading("Salad bowl, oak", "Salad Bowl")
    ('Cards 3 Wise Men', 'Salad Bowl, Oak')
    """
    whole = in_full(titled(title)) if name != title else title
    code = _CODE.search(whole)
    return whole if len(whole) <= _LONGEST and not (code and len(name) <= code.start()) else name


def definite(name: str, word: str = "the") -> str:
    """Return a title with its article, where it has none and no number of its own.

    Examples
    --------
    >>> definite("Red Gingham Box"), definite("The Salt Road"), definite("6 Ribbons")
    ('the Red Gingham Box', 'The Salt Road', '6 Ribbons')
    """
    return name if _ARTICLES.match(name) or not name.isascii() and not re.search(r"[a-z]", name) else f"{word} {name}"


_WORKS = re.compile(
    r"\b(?:\w*books?(?<!notebooks)(?<!notebook)|novels?|fiction|poetry|comics?|manga|magazines?|dvds?|blu-?rays?|films?|movies?|music|cds?|vinyl|albums?"
    r"|video games?|software)\b",
    re.IGNORECASE,
)


def are_works(category: str) -> bool:
    """Return whether things of a category are works with names of their own, which take no article: books, films, albums.

    Examples
    --------
    >>> [are_works(one) for one in ("Books", "Film & TV, DVDs", "Cookbooks", "Notebooks", "Bookends", "Toys & Games")]
    [True, True, True, False, False, False]
    """
    return _WORKS.search(category) is not None
