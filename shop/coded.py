"""A shop's events as whole numbers, some customers at a time: what a million customers did need not be counted at once.

Whole numbers are sorted and grouped many times faster than the ids of 20 million events. It knows no count.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from shop.netting import kept_lines

if TYPE_CHECKING:
    from shop.shop import Shop

BLOCK = 1_500_000  # events counted at once; a customer is never cut in two
NOTHING = 2**32 - 1  # the product of a search without one
_KEPT = ("action", "time", "position", "quantity", "unit_price", "order_id", "channel")
_LATE, _CENTRE = 2**31, 2**30  # where the codes of days begin: above those of order ids, and no day is below


class Coded:
    """The events of a shop's known customers before `now`.

    Each frame has `_customer` (row of shop.customers), `_product` (place of the id in `products`, NOTHING without one) and
    action, time, position, quantity, unit_price, order_id and channel as they are.
    """

    def __init__(self, shop: Shop, now: datetime | None) -> None:
        self.customers = shop.customers.height
        self.products = shop.products.select("product_id", "category").sort("product_id")
        self.zone, self.now = shop.settings.time_zone, now
        codes = {
            "_customer": _codes(shop.events["customer_id"], shop.customers["customer_id"]),
            "_product": _codes(shop.events["product_id"], self.products["product_id"]).fill_null(NOTHING),
        }
        pieces = [len(one) for one in shop.events["position"].get_chunks()]
        self._events = shop.events.select(_KEPT).with_columns(**{k: _in_pieces(v, pieces) for k, v in codes.items()})
        known = pl.col("_customer").is_not_null()
        self._counted = known if now is None else known & (pl.col("time") < now)
        self._is_sorted = shop.events["position"].is_sorted()

    @cached_property
    def actions(self) -> frozenset[str]:
        """What known customers did."""
        seen = self._events.lazy().filter(self._counted).select(pl.col("action").unique())
        return frozenset(seen.collect()["action"].to_list())

    @cached_property
    def has_prices(self) -> bool:
        """Whether any purchase that was kept has a price."""
        return any(lines_of(block)["unit_price"].count() for _, block in self.blocks())

    def blocks(self) -> Iterator[tuple[tuple[int, int], pl.DataFrame]]:
        """Yield the span (first, after the last) of some rows of shop.customers, and their events by position; spans meet."""
        for low, high in self._spans:
            inside = pl.col("_customer").is_between(low, high, closed="left")
            events = self._events.filter(inside & self._counted).rechunk()
            yield (low, high), events if self._is_sorted else events.sort("position")

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        counts = np.bincount(self._events["_customer"].drop_nulls().to_numpy(), minlength=self.customers)
        before = np.cumsum(counts) - counts
        ends = np.flatnonzero(np.diff(before // BLOCK)) + 1
        return list(zip([0, *ends.tolist()], [*ends.tolist(), self.customers], strict=True))


def _codes(values: pl.Series, ids: pl.Series) -> pl.Series:
    """Return the place of each value in `ids`, null where it is none of them."""
    return values.cast(pl.Enum(ids), strict=False).to_physical().cast(pl.UInt32)


def _in_pieces(values: pl.Series, pieces: list[int]) -> pl.Series:
    """Return the values lying in memory in the pieces the events lie in: else all events are copied at each look."""
    starts = np.cumsum([0, *pieces]).tolist()
    return pl.concat([values.slice(start, many) for start, many in zip(starts, pieces, strict=False)], rechunk=False)


def lines_of(events: pl.DataFrame) -> pl.DataFrame:
    """Return the net purchase lines of a block."""
    return kept_lines(events, ["_customer", "order_id", "_product"])


def order_codes(lines: pl.DataFrame, zone: str) -> pl.Series:
    """Return a number an order of a customer: of its id, of the day where there is none, of the event without a clock."""
    found = pl.coalesce(pl.lit(_id_codes(lines)), day_code(zone), _LATE + pl.int_range(pl.len()))
    return lines.select(found.cast(pl.UInt32).alias("_order"))["_order"]


def order_numbers(events: pl.DataFrame) -> pl.Series:
    """Return a number an order id of a block, and one of its own for each event without."""
    return events.select(pl.coalesce(pl.lit(_id_codes(events)), _LATE + pl.int_range(pl.len())).alias("_order"))[
        "_order"
    ]


def _id_codes(events: pl.DataFrame) -> pl.Series:
    ids = events["order_id"].drop_nulls().unique()
    return _codes(events["order_id"], ids).cast(pl.Int64)


def day_code(zone: str) -> pl.Expr:
    """Return the day of an event in the shop's calendar as a whole number that goes on from day to day, above 2**31."""
    return pl.col("time").dt.convert_time_zone(zone).dt.date().to_physical().cast(pl.Int64) + (_LATE + _CENTRE)


def runs(table: pl.DataFrame, code: str) -> pl.DataFrame:
    """Return the rows sorted by customer and `code`, with `_key` of both; rows of equal keys keep their order."""
    key = pl.col("_customer").cast(pl.UInt64) * 2**32 + pl.col(code).cast(pl.UInt64)
    return table.with_columns(key.alias("_key")).sort("_key", maintain_order=True)


def by_customer(table: pl.DataFrame) -> pl.DataFrame:
    """Return the rows marked as sorted by customer, which `runs` leaves them: groups are then found where they lie."""
    return table.with_columns(pl.col("_customer").set_sorted())
