"""Which claims are made of a group: those the customers the grouping saw can carry. It never looks at the held-out ones.

It picks statements and their lines of the book. It tests nothing and writes no text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import log
from typing import Any

from assistant.writing.facts import Fact
from assistant.writing.known import KNOWN
from assistant.writing.sheet import Filled, Sheet
from assistant.writing.show import Printing
from assistant.writing.style import line_style
from assistant.writing.wordings import Book, Wording
from segmentation import Difference, Differences

NAMING = ("name", "text", "weekday", "hour", "month")  # units of facts that name one of several
MOST = 10  # claims a group: more are not read
_LEAST_RATIO = 1.2  # a smaller difference, however sure, is no news
_LEAST_POINTS = 0.1  # for shares, also this much
# standard errors between the two sides: were there no difference, fewer than 4 in 100 claims so far from all customers
# would find half of it among the held-out ones. What could not be refuted is not claimed.
_POWER = 3.0
_ALIKE = 0.975  # part of the random halves of the seen customers on which a name or a condition must come out the same
# the facts of a statement, and the number in which the group must differ for it to be made; of those that rest on one
# thing (as spend in all and spend a year) the first that can be said is enough
_STATEMENTS: tuple[tuple[tuple[tuple[str, ...], str], ...], ...] = (
    ((("share", "revenue_share"), "spend_ratio"), (("revenue_share",), "spend_ratio")),
    ((("spend_ratio",), "spend_ratio"),),
    ((("spend_per_year",), "spend_per_year"), (("spend_mean",), "spend_mean")),
    ((("orders_mean",), "orders_mean"), (("items_mean",), "items_mean")),
    ((("order_value_ratio",), "order_value_ratio"),),
    ((("average_order_value",), "average_order_value"),),
    ((("basket_size",), "basket_size"),),
    ((("single_order_share",), "single_order_share"),),
    ((("interval_days",), "interval_days"),),
    ((("recency_days",), "recency_days"),),
    ((("tenure_days",), "tenure_days"),),
    ((("top_category", "top_category_share"), "top_category_share"), (("top_category",), "top_category_share")),
    ((("top_category", "second_category"), "top_category_share"),),
    ((("title_word", "title_word_lift"), "title_word_lift"),),
    ((("top_product",), "top_product_share"),),
    ((("top_channel", "top_channel_share"), "top_channel_share"),),
    ((("weekday", "weekday_share"), "weekday_share"),),
    ((("weekend_share",), "weekend_share"),),
    ((("hour",), "hour_share"),),
    ((("month", "month_share"), "month_share"),),
    ((("country", "country_share"), "country_share"),),
    ((("return_rate",), "return_rate"),),
    ((("views_without_order_share",), "views_without_order_share"),),
    ((("abandoned_cart_share",), "abandoned_cart_share"),),
)
_OVER = ("_lift", "top_category_share", "top_product_share", "hour_share", "month_share", "country_share")


@dataclass(frozen=True)
class Statement:
    """A claim of a group: the line it is said in, and the number in which the group differs."""

    wording: Wording
    telling: str

    @property
    def facts(self) -> tuple[str, ...]:
        """Return the names of the facts it states."""
        return self.wording.facts


@dataclass(frozen=True)
class Seen:
    """What is known of one group from the customers the grouping saw, and what may be said of it.

    `facts` are those of all customers of the group, which are printed; `widening` as in `held_out.Evidence`.
    """

    segment: int
    facts: Sequence[Fact]
    differences: Differences
    widening: float


def choose_claims(seen: Seen, book: Book, printing: Printing, *, used: Sequence[str] = ()) -> list[Statement]:
    """Return the claims to make of one group, what sets it apart the most first; at most ten.

    A statement is made where the difference it rests on is found at a false discovery rate of 5 %, is large enough to
    matter and so far from chance that its test could refute it; where its names and its line's condition come out the
    same on 39 of 40 random halves of the seen customers.

    Parameters
    ----------
    used : lines that other groups' claims are said in, which are set back

    Source: Meinshausen & Bühlmann (2010), Journal of the Royal Statistical Society B 72(4), selection by stability.
    """
    sheet = Sheet(list(seen.facts), printing)
    halves = [half[seen.segment] for half in seen.differences.halves if seen.segment in half]
    found: list[tuple[float, Statement]] = []
    for ways in _STATEMENTS:
        for names, telling in ways:
            one = seen.differences.found.get((seen.segment, telling))
            if one is None or not _is_told(one, telling, seen.widening):
                continue
            line = _line(names, sheet, (book, halves, seen), used)
            if line is not None:
                found.append((abs(one.gap) / max(one.error_of_gap, 1e-12), Statement(line, telling)))
                break
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


def _line(
    names: Sequence[str], sheet: Sheet, of: tuple[Book, Sequence[Mapping[str, Any]], Seen], used: Sequence[str]
) -> Wording | None:
    """Return the line of the book for exactly these facts that reads best, is true, and stays true on the halves."""
    book, halves, seen = of
    if not all(_same(name, seen, halves) for name in names if KNOWN[name].unit in NAMING):
        return None
    able: list[Filled] = []
    for wording in book.lines:
        if wording.section == "personas" and set(wording.facts) == set(names):
            able += [one for one in sheet.fill(wording)[-1:] if _keeps(wording, seen, halves)]
    if not able:
        return None
    best = max(able, key=lambda one: line_style(one) - 1.5 * used.count(one.wording.where))
    return best.wording


def _same(name: str, seen: Seen, halves: Sequence[Mapping[str, Any]]) -> bool:
    column = seen.differences.whole[seen.segment].get(name)
    alike = sum(half.get(name) == column for half in halves)
    return bool(halves) and column is not None and alike >= _ALIKE * len(halves)


def _keeps(wording: Wording, seen: Seen, halves: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether a line's condition holds on the seen customers and on nearly all their halves."""
    names = wording.condition.names()
    if not names:
        return True
    rows = [seen.differences.whole[seen.segment], *halves]
    holds = []
    for row in rows:
        known = {name: row.get(name) for name in names}
        values = {name: _number(name, value) for name, value in known.items() if value is not None}
        holds.append(len(values) == len(known) and wording.condition.holds(values))
    return holds[0] and sum(holds[1:]) >= _ALIKE * len(halves)


def _number(name: str, value: Any) -> Decimal:
    return Decimal(str(value)) / (100 if KNOWN[name].unit == "percent" else 1)
