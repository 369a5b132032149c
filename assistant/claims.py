"""Which claims are made of a group: those the customers the grouping saw can carry. It never looks at the held-out ones.

It picks statements and their lines of the book. It tests nothing and writes no text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import log
from typing import Any

import numpy as np

from assistant.writing.facts import Fact
from assistant.writing.known import KNOWN
from assistant.writing.sheet import Sheet
from assistant.writing.show import Printing
from assistant.writing.wordings import Book, Wording
from segmentation import Difference, Differences

NAMING = ("name", "text", "weekday", "hour", "month")  # units of facts that name one of several
MOST = 10  # claims a group: more are not read
_LEAST_RATIO = 1.2  # a smaller difference, however sure, is no news
_LEAST_POINTS = 0.1  # for shares, also this much
# standard errors between the two sides: were there no difference, fewer than 4 in 100 claims so far from all customers
# would find half of it among the held-out ones. What could not be refuted is not claimed.
_POWER = 3.0
_KNOWN = 0.9  # part of the samples that must know a number; a sample may hold too few of a small group
_LOPSIDED = 0.6  # skewness of a number over the samples; of 40 from a bell curve 1 in 10 has more, of a few giants all
_TELLING = ("personas", "ideas", "names")  # sections a persona is written in
# what a statement is about, the number in which the group must differ for it to be made, and what else may be told then
_STATEMENTS: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = (
    (("spend_ratio",), "spend_ratio", ("spend_mean", "spend_per_year")),
    (("share", "revenue_share"), "spend_ratio", ("revenue_share",)),
    (("orders_mean",), "orders_mean", ()),
    (("items_mean",), "items_mean", ()),
    (("spend_median_ratio",), "spend_median_ratio", ()),
    (("products_median",), "products_median", ()),
    (("unit_price_ratio",), "unit_price_ratio", ()),
    (("order_value_ratio",), "order_value_ratio", ("average_order_value",)),
    (("basket_size",), "basket_size", ()),
    (("single_order_share",), "single_order_share", ()),
    (("interval_days",), "interval_days", ()),
    (("recency_days",), "recency_days", ()),
    (("tenure_days",), "tenure_days", ()),
    (("top_category", "top_category_share"), "top_category_share", ()),
    (("top_category", "category_lift"), "category_lift", ()),
    (("top_category", "second_category"), "top_category_share", ()),
    (("drawn_category", "drawn_category_lift"), "drawn_category_lift", ()),
    (("second_drawn_category", "second_drawn_category_lift"), "second_drawn_category_lift", ()),
    (("third_drawn_category", "third_drawn_category_lift"), "third_drawn_category_lift", ()),
    (("shunned_category", "shunned_category_ratio"), "shunned_category_ratio", ()),
    (("second_title_word", "second_title_word_lift"), "second_title_word_lift", ()),
    (("title_word", "title_word_lift"), "title_word_lift", ("title_word_share",)),
    (("drawn_product", "drawn_product_lift"), "drawn_product_lift", ()),
    (("second_drawn_product", "second_drawn_product_lift"), "second_drawn_product_lift", ()),
    (("third_drawn_product", "third_drawn_product_lift"), "third_drawn_product_lift", ()),
    (("top_product",), "top_product_share", ()),
    (("top_channel", "top_channel_share"), "top_channel_share", ()),
    (("weekday", "weekday_share"), "weekday_share", ()),
    (("weekend_share",), "weekend_share", ()),
    (("hour",), "hour_share", ()),
    (("month", "month_share"), "month_share", ()),
    (("country", "country_share"), "country_share", ()),
    (("return_rate",), "return_rate", ()),
    (("views_without_order_share",), "views_without_order_share", ()),
    (("abandoned_cart_share",), "abandoned_cart_share", ()),
)
_OVER = (
    "_lift",
    "top_category_share",
    "top_product_share",
    "top_channel_share",
    "weekday_share",
    "hour_share",
    "month_share",
    "country_share",
)


@dataclass(frozen=True)
class Statement:
    """A claim of a group.

    `wording` is the line it is said in, `telling` the number in which the group differs, `facts` the names of those that
    may be told in a text where it holds.
    """

    wording: Wording
    telling: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Seen:
    """What is known of one group from the customers the grouping saw, and what may be said of it.

    `facts` are those of all customers of the group, which are printed; `widening` as in `held_out.Evidence`.
    """

    segment: int
    facts: Sequence[Fact]
    differences: Differences
    widening: float

    @property
    def row(self) -> Mapping[str, Any]:
        """Return the group as counted on the seen customers."""
        return self.differences.whole[self.segment]

    @property
    def samples(self) -> list[Mapping[str, Any]]:
        """Return the group as counted on each sample of the seen customers that has any of it."""
        return [rows[self.segment] for rows in self.differences.samples if self.segment in rows]

    def known(self, *names: str) -> list[Mapping[str, Any]]:
        """Return the samples that know some numbers of the group; none where more than one in ten does not."""
        found = [row for row in self.samples if all(row.get(name) is not None for name in names)]
        return found if len(found) >= _KNOWN * len(self.differences.samples) else []


def choose_claims(seen: Seen, book: Book, printing: Printing) -> list[Statement]:
    """Return the claims to make of one group, what sets it apart the most first; at most ten.

    A statement is made where the difference it rests on is found at a false discovery rate of 5 %, is large enough to
    matter and so far from chance that its test could refute it. It is said in the strongest line of the book that is not
    true of all customers, and whose names and condition come out the same on each of 40 samples of the seen customers
    as large as the held-out part.

    Source: Meinshausen & Bühlmann (2010), Journal of the Royal Statistical Society B 72(4), selection by stability.
    """
    sheet = Sheet(list(seen.facts), printing)
    found: list[tuple[float, Statement]] = []
    for names, telling, more in _STATEMENTS:
        one = seen.differences.found.get((seen.segment, telling))
        if one is None or not _is_told(one, telling, seen.widening):
            continue
        line = _line(names, telling, sheet, (book, seen))
        if line is not None:
            tellable = tuple(name for name in (*names, *more) if _is_steady(name, seen))
            found.append((abs(one.gap) / max(one.error_of_gap, 1e-12), Statement(line, telling, tellable)))
    found.sort(key=lambda pair: -pair[0])
    return [statement for _, statement in found[:MOST]]


def _is_told(one: Difference, telling: str, widening: float) -> bool:
    """Return whether a difference is found, large, testable, and on the side a statement can be made of."""
    if not one.is_found or abs(one.gap) < _POWER * widening * one.error_of_gap:
        return False
    if telling.endswith(_OVER) and one.gap < 0:
        return False
    if one.is_share and abs(one.gap) >= _LEAST_POINTS:
        return True
    return min(one.value, one.baseline) <= 0 or abs(log(one.value / one.baseline)) >= log(_LEAST_RATIO)


def _line(names: Sequence[str], telling: str, sheet: Sheet, of: tuple[Book, Seen]) -> Wording | None:
    """Return the last line of the book for exactly these facts that is true, stays true, and is not true of everybody."""
    book, seen = of
    if not all(_same(name, seen) for name in names if KNOWN[name].unit in NAMING):
        return None
    for wording in reversed(book.section("claims")):
        if set(wording.facts) == set(names) and _keeps(wording, telling, seen) and sheet.fill(wording):
            return wording
    return None


def steady_book(book: Book, seen: Seen) -> Book:
    """Return the book without the lines whose condition comes out otherwise in one of 40 samples of the seen customers."""
    there = seen.row.keys()
    kept = [
        line
        for line in book.lines
        if line.section not in _TELLING or not there >= line.condition.names() or _stays(line, seen)
    ]
    return replace(book, lines=tuple(kept))


def _is_steady(name: str, seen: Seen) -> bool:
    """Return whether a number may be printed: an interval of so many standard errors is that of a bell curve.

    A few giants in the mean make the samples lopsided; bounds of such a number are claimed, its value is not.
    """
    if KNOWN[name].unit in NAMING:
        return True
    values = np.array([float(row[name]) for row in seen.known(name)])
    if not len(values):
        return False
    apart = values - values.mean()
    spread = float(np.sqrt(np.mean(apart**2)))
    return spread <= 0 or abs(float(np.mean(apart**3))) <= _LOPSIDED * spread**3


def _same(name: str, seen: Seen) -> bool:
    """Return whether all samples of the seen customers name the same."""
    named, others = seen.row.get(name), seen.known(name)
    return named is not None and bool(others) and all(row[name] == named for row in others)


def _keeps(wording: Wording, telling: str, seen: Seen) -> bool:
    """Return whether a line's condition holds on the seen customers and all their samples, and not on all customers."""
    if not wording.condition.names():
        return True
    everybody = {**seen.row, telling: seen.row[f"{telling}_baseline"]}
    if telling in wording.facts and _holds(wording, everybody):
        return False
    return _stays(wording, seen)


def _stays(wording: Wording, seen: Seen) -> bool:
    others = seen.known(*wording.condition.names())
    return bool(others) and _holds(wording, seen.row) and all(_holds(wording, row) for row in others)


def _holds(wording: Wording, row: Mapping[str, Any]) -> bool:
    known = {name: row.get(name) for name in wording.condition.names()}
    if any(value is None for value in known.values()):
        return False
    return wording.condition.holds({name: Decimal(str(value)) for name, value in known.items()})
