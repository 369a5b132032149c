"""Which recorded events an export holds as well: they must not count twice. It compares rows and changes none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from shop.tables import UTC

if TYPE_CHECKING:
    from shop import Shop
    from shop.store_tables import Event

_BY_ORDER = ["customer_id", "product_id", "action", "order_id"]
_BY_TIME = ["customer_id", "product_id", "action", "time"]


def held_already(shop: Shop, recorded: Sequence[tuple[int, Event]]) -> set[int]:
    """Return the positions of recorded events that the shop's tables hold too.

    The same line of an order (customer, product, action, order id), or without an order id the same act at the same moment.
    An event later than all of the tables is in none of them and is not looked for.
    """
    if not shop.has_clock:
        return set()
    old = [
        (position, event) for position, event in recorded if event.time < shop.as_of and event.customer_id is not None
    ]
    if not old:
        return set()
    rows = [(position, one.customer_id, one.product_id, one.action, one.order_id, one.time) for position, one in old]
    names = ["_position", "customer_id", "product_id", "action", "order_id", "time"]
    types: list[Any] = [pl.Int64, pl.String, pl.String, pl.String, pl.String, UTC]
    table = pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")
    there = shop.events.join(table.select("customer_id").unique(), on="customer_id", how="semi")
    ordered = table.filter(pl.col("order_id").is_not_null()).join(there, on=_BY_ORDER, how="semi")
    timed = table.filter(pl.col("order_id").is_null()).join(there, on=_BY_TIME, how="semi", nulls_equal=True)
    return set(ordered["_position"]) | set(timed["_position"])
