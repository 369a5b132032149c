"""How a value is printed: one form a fact, in the shop's locale and currency. It knows no sentence."""

from __future__ import annotations

import functools
import re
import threading
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from assistant.writing.facts import Fact, clean
from assistant.writing.known import known
from assistant.writing.titles import heading, in_full

if TYPE_CHECKING:
    from babel import Locale


@dataclass(frozen=True)
class Printing:
    """How a shop prints: a locale and an ISO 4217 currency (None where it never said one)."""

    locale: str = "en_GB"
    currency: str | None = None


_LOADING = threading.Lock()


@functools.lru_cache
def place_of(locale: str) -> Locale:
    """Return a locale with its data loaded; babel's own loading breaks where two threads load at once."""
    from babel import Locale

    with _LOADING:
        place = Locale.parse(locale)
        assert place.decimal_formats  # reading any of it loads all
        return place


_SMALLEST, _LARGEST = Decimal("0.001"), Decimal("0.999")  # shares beyond are printed as "less than", "more than"


def printed(fact: Fact) -> Decimal | None:
    """Return the number that `show` prints, in the unit of the fact (a share in 0–1); None for dates and words.

    Examples
    --------
    >>> from assistant.writing.facts import Source, Subject
    >>> loyal = Subject("segment", "1", "Regulars")
    >>> printed(Fact(loyal, "share", 0.2849, "share", Source("customers")))
    Decimal('0.28')
    """
    if isinstance(fact.value, str | date):
        return None
    value = Decimal(str(fact.value))
    if fact.unit == "share":
        return _printed_share(value)
    if fact.unit == "money":
        return _rounded(value, 0 if _is_rough(fact) and value >= 100 else 2)
    if fact.unit == "days":
        return _rounded(value, 0 if value >= 3 else 1)
    if fact.unit in ("mean", "times"):
        return _rounded(value, 0 if value >= 100 else 1)
    return _rounded(value, 2 if fact.unit == "percent" else 0)


def _is_rough(fact: Fact) -> bool:
    meaning = known(fact.name)
    return meaning.is_mean or meaning.is_estimate


def _rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _printed_share(value: Decimal) -> Decimal:
    if value in (0, 1):
        return value
    if value < _SMALLEST / 2:
        return _SMALLEST
    if value > (1 + _LARGEST) / 2:
        return _LARGEST
    near_an_end = _rounded(value, 3) < Decimal("0.1") or value >= Decimal("0.995")
    return _rounded(value, 3 if near_an_end else 2)


def show(fact: Fact, *, locale: str = "en_GB", currency: str | None = None) -> str:
    """Return the one way the value is printed; proof accepts no other.

    Shares: two digits, below 10 % one decimal, and "less than 0.1%" where that would be 0. Means of money from 100 on
    are whole, and whole ones lose their .00; prices are never rounded. Days are whole from 3 on.

    Examples
    --------
    >>> from assistant.writing.facts import Source, Subject
    >>> loyal, table = Subject("segment", "1", "Regulars"), Source("customers")
    >>> show(Fact(loyal, "share", 0.045, "share", table)), show(Fact(loyal, "customers", 1236, "count", table))
    ('4.5%', '1,236')
    >>> show(Fact(loyal, "average_order_value", 21.4, "money", table), currency="GBP")
    '£21.40'
    """
    if isinstance(fact.value, str):
        return heading(clean(fact.value), fact.called) if fact.called else clean(fact.value)
    place = place_of(locale)
    if isinstance(fact.value, date):
        from babel.dates import format_date

        return clean(format_date(fact.value, "long", locale=place))
    return clean(_show_number(fact, place, currency))


def _show_number(fact: Fact, place: Locale, currency: str | None) -> str:
    number = printed(fact)
    assert number is not None
    if fact.unit == "weekday":
        return str(place.days["stand-alone"]["wide"][int(number) - 1])
    if fact.unit == "month":
        return str(place.months["stand-alone"]["wide"][int(number)])
    if fact.unit == "hour":
        return f"{int(number)}:00" if number >= 10 else f"0{int(number)}:00"
    if fact.unit == "money":
        return _show_money(number, place, currency, is_whole=_is_rough(fact) and number == int(number))
    from babel.numbers import format_decimal, format_percent

    plain = number.normalize() if number else Decimal(0)
    if fact.unit not in ("share", "percent"):
        return str(format_decimal(plain, locale=place, decimal_quantization=False))
    part = plain if fact.unit == "share" else plain / 100
    words = str(format_percent(part, locale=place, decimal_quantization=False))
    return _bound(Decimal(str(fact.value)), place) + words if fact.unit == "share" else words


def _bound(value: Decimal, place: Locale) -> str:
    words = {"en": ("less than ", "more than "), "zh": ("不到", "超过")}.get(place.language, ("< ", "> "))
    if 0 < value < _SMALLEST / 2:
        return words[0]
    return words[1] if (1 + _LARGEST) / 2 < value < 1 else ""


def _show_money(number: Decimal, place: Locale, currency: str | None, *, is_whole: bool) -> str:
    from babel.numbers import format_currency, format_decimal

    if currency is None:
        return str(format_decimal(number, format="#,##0" if is_whole else "#,##0.00", locale=place))
    if not is_whole:
        return str(format_currency(number, currency, locale=place))
    pattern = place.currency_formats["standard"].pattern.replace(".00", "")
    return str(format_currency(number, currency, format=pattern, locale=place, currency_digits=False))


def show_month(fact: Fact, *, locale: str = "en_GB") -> str:
    """Return the month a day lies in, with its year: "November 2026"."""
    from babel.dates import format_skeleton

    assert isinstance(fact.value, date)
    return clean(format_skeleton("yMMMM", fact.value, locale=place_of(locale)))


_SETS = re.compile(r"(set|pack|box|pair|bag|case|tin|roll|bundle|bunch|jar|bottle)s?\b(?: of| with)?", re.IGNORECASE)


_MADE = re.compile(r"\w{2,}ed|blown|woven|sewn|thrown|grown|made|cut|drawn|worn")  # "tumblers blown from bottles"


def reads_plural(title: str) -> bool:
    """Return whether an English title takes a plural verb: its last noun before a comma or bracket ends in a plural s.

    Examples
    --------
    >>> [reads_plural(title) for title in ("Packing cubes, four", "Set of 3 tins", "Cut glass", "Nail scissors", "Red mug")]
    [True, False, False, True, False]
    """
    title = in_full(title.strip())
    words = re.split(
        r"[,(\[:–—]| - | (?:for|with|without|in|on|at|from|of|by|to|that|which|who) ", title.strip().lower()
    )[0].split()
    if not words or {"set", "pack"} & set(words[:-1]) or _SETS.fullmatch(words[0]) and " of " in f" {title.lower()} ":
        return False
    while len(words) > 1 and _MADE.fullmatch(words[-1]):
        words.pop()
    last = words[-1]
    return len(last) > 3 and last.isalpha() and last.endswith("s") and not last.endswith(("ss", "us", "is", "ics"))


def is_one(fact: Fact, locale: str) -> bool:
    """Return whether the printed number, or the title, takes the singular in the language of `locale`."""
    if isinstance(fact.value, str):
        return not reads_plural(clean(fact.value))
    number = printed(fact)
    if number is None:
        raise ValueError(f"fact {fact.name} is no number; only numbers and titles have a singular.")
    return bool(place_of(locale).plural_form(number.normalize() if number else Decimal(0)) == "one")


def article(shown: str) -> str:
    """Return the English "a" or "an" for a printed number, as it is read aloud.

    Examples
    --------
    >>> [article(shown) for shown in ("8%", "11", "18,000", "1,800", "80", "28%")]
    ['an', 'an', 'an', 'a', 'an', 'a']
    """
    digits = "".join(char for char in shown.split(".")[0] if char.isdigit())
    eleven = digits[:2] in ("11", "18") and len(digits) % 3 == 2
    return "an" if digits.startswith("8") or eleven else "a"
