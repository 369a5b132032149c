"""A shop's events as arrays of rows and days, which every recipe fits on. It counts; it knows no text and no model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from retrieval.model import MOST_UNITS, Clock

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from shop import Shop

# a purchase says more than a look; purchases are counted net of what came back
ACTION_WEIGHTS: Mapping[str, float] = {
    "buy": 1.0,
    "favourite": 0.5,
    "cart": 0.5,
    "rate": 0.3,
    "view": 0.1,
    "search": 0.1,
}
_EVENT_COLUMNS = ("customer", "product", "time", "order", "weight", "quantity", "price", "is_buy")


@dataclass(frozen=True)
class Log:
    """Events of known customers with known products, in the order they happened.

    Parameters
    ----------
    customers, products : how many rows the shop's tables have
    customer, product : int64 (e,), rows of `shop.customers` and `shop.products`
    time : float64 (e,), days since the shop's first event; without a clock the number of the event within its customer
    order : int64 (e,), the same for lines of one order
    weight : float32 (e,), by action
    quantity, price : float64 (e,), units at least 0 and price a unit; NaN where unknown
    is_buy : bool (e,)
    """

    customers: int
    products: int
    customer: NDArray[np.int64]
    product: NDArray[np.int64]
    time: NDArray[np.float64]
    order: NDArray[np.int64]
    weight: NDArray[np.float32]
    quantity: NDArray[np.float64]
    price: NDArray[np.float64]
    is_buy: NDArray[np.bool_]
    clock: Clock = "days"

    @classmethod
    def of(cls, shop: Shop) -> Log:
        """Return the events of a shop; guests, searches without a product and returned purchases are not among them."""
        others = shop.events.filter(~pl.col("action").is_in(["buy", "return"]))
        events = pl.concat([shop.purchases().select(others.columns), others]).sort("position")
        for column, table in (("customer_id", shop.customers), ("product_id", shop.products)):
            rows = table.select(column).with_row_index(f"_{column}")
            events = events.join(rows, on=column, how="inner", maintain_order="left")
        clock: Clock = "days" if shop.has_clock else "events"
        if clock == "days":
            events = events.filter(pl.col("time").is_not_null()).sort("time", "position")
            time = (pl.col("time") - pl.lit(_start(shop))).dt.total_microseconds() / 86_400e6
        else:
            time = pl.col("position").rank("ordinal").over("customer_id") - 1.0
        order = pl.coalesce(pl.col("order_id"), pl.col("position").cast(pl.String))
        weight = pl.col("action").replace_strict(ACTION_WEIGHTS, default=0.0, return_dtype=pl.Float64)
        found = events.select(
            customer=pl.col("_customer_id").cast(pl.Int64),
            product=pl.col("_product_id").cast(pl.Int64),
            time=time.cast(pl.Float64),
            order=order.rank("dense").cast(pl.Int64),
            weight=weight.cast(pl.Float32),
            quantity=pl.col("quantity").fill_null(1.0).fill_nan(1.0).clip(0.0, None),
            price=pl.col("unit_price").cast(pl.Float64).fill_null(float("nan")),
            is_buy=pl.col("action") == "buy",
        )
        arrays = {name: found[name].to_numpy() for name in found.columns}
        return cls(shop.customers.height, shop.products.height, **arrays, clock=clock)

    def __len__(self) -> int:
        return len(self.customer)

    def where(self, chosen: NDArray[Any] | slice) -> Log:
        """Return the log of the chosen events alone (a mask, rows, or a slice)."""
        return replace(self, **{name: getattr(self, name)[chosen] for name in _EVENT_COLUMNS})

    def of_products(self, kept: NDArray[np.int64]) -> Log:
        """Return the events with some products alone, which become rows 0, 1, … in the order of `kept`."""
        row_of = np.full(self.products, -1, dtype=np.int64)
        row_of[kept] = np.arange(len(kept))
        found = self.where(row_of[self.product] >= 0).numbered()
        return replace(found, products=len(kept), product=row_of[found.product])

    def numbered(self) -> Log:
        """Return the same events, each customer's numbered anew without gaps where there is no clock: as if those left out never were."""
        if self.clock == "days" or not len(self):
            return self
        order = np.lexsort((self.time, self.customer))
        rows = np.arange(len(self))
        begins = np.maximum.accumulate(np.where(np.diff(self.customer[order], prepend=-1) != 0, rows, 0))
        time = np.empty(len(self))
        time[order] = rows - begins
        return replace(self, time=time)

    def before(self, now: float | NDArray[np.float64]) -> Log:
        """Return the events before a moment, or before each customer's own where `now` is (customers,)."""
        if np.ndim(now) == 0 and self.is_in_order:
            return self.where(slice(0, int(np.searchsorted(self.time, float(now)))))
        moments = np.broadcast_to(np.asarray(now, dtype=np.float64), (self.customers,))
        return self.where(self.time < moments[self.customer])

    @cached_property
    def is_in_order(self) -> bool:
        """Whether times never fall from one event to the next."""
        return bool((np.diff(self.time) >= 0).all())

    @cached_property
    def is_first(self) -> NDArray[np.bool_]:
        """Bool (e,): the first event of its customer with its product."""
        _, first = np.unique(self.customer * self.products + self.product, return_index=True)
        found = np.zeros(len(self), dtype=bool)
        found[first] = True
        return found

    @cached_property
    def end(self) -> float:
        """The moment just after the last event, in the unit of `time`; 0 without events."""
        return float(np.nextafter(self.time.max(), np.inf)) if len(self) else 0.0

    @cached_property
    def ends(self) -> NDArray[np.float64]:
        """float64 (customers,): the moment a customer is looked at from, just after all events, or after their own without a clock."""
        if self.clock == "days":
            return np.full(self.customers, self.end)
        counts = np.bincount(self.customer, minlength=self.customers)
        return counts.astype(np.float64)

    def buys(self) -> Log:
        """Return the purchases alone."""
        return self._buys

    @cached_property
    def _buys(self) -> Log:
        return self if self.is_buy.all() else self.where(self.is_buy)

    def matrix(self) -> csr_matrix:
        """Return csr float32 (customers, products): 1 where bought, else the largest weight of what was done."""
        from scipy.sparse import csr_matrix

        key = self.customer * self.products + self.product
        order = np.argsort(key, kind="stable")
        starts = np.flatnonzero(np.diff(key[order], prepend=-1))
        best = np.maximum.reduceat(self.weight[order], starts) if len(self) else np.zeros(0, np.float32)
        pairs = key[order][starts]
        shape = (self.customers, self.products)
        found = csr_matrix((best, (pairs // max(self.products, 1), pairs % max(self.products, 1))), shape=shape)
        found.eliminate_zeros()
        return found

    def event_weights(self, quantity_power: float) -> NDArray[np.float32]:
        """Return float32 (e,), what each event counts in a customer's sums, as `ItemModel.event_weight` says."""
        if not quantity_power:
            return self.weight
        return (self.weight * np.clip(self.quantity, 1.0, MOST_UNITS) ** quantity_power).astype(np.float32)


def _start(shop: Shop) -> datetime:
    first = shop.events["time"].min()
    assert isinstance(first, datetime)
    return first
