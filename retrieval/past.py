"""What customers did, as arrays in the rows of one model: each customer's events in order, found at once, added one by one.

Purchases are net of what came back. It counts and keeps; it knows no score and no product but its row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from retrieval.model import Clock
from shop.tables import ACTIONS

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from retrieval.fold import Fold
    from shop import Shop

DAY_US = 86_400_000_000
Rows = NDArray[np.int64]
CODES = {name: at for at, name in enumerate(ACTIONS)}
BUY = CODES["buy"]


@dataclass(frozen=True)
class Happened:
    """One customer's events, oldest first; all arrays (m,).

    `rows` of the model, -1 where it has no such product; `days` since 1970, fractional (or the event's number, from 0, in a
    shop without a clock); `codes` places in ACTIONS; `units` at least 0; `orders` a number an order, equal for lines of one.
    """

    rows: Rows
    days: NDArray[np.float64]
    codes: NDArray[np.int8]
    units: NDArray[np.float64]
    orders: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def then(self, later: Happened) -> Happened:
        """Return these events and some after them."""
        names = ("rows", "days", "codes", "units", "orders")
        return Happened(*(np.concatenate([getattr(self, name), getattr(later, name)]) for name in names))

    def without(self, at: int) -> Happened:
        """Return the events without the one at place `at`."""
        kept = np.arange(len(self)) != at
        return Happened(self.rows[kept], self.days[kept], self.codes[kept], self.units[kept], self.orders[kept])


def days_of(time: datetime) -> float:
    """Return a moment as days since 1970, UTC."""
    return time.timestamp() / 86_400


class Past:
    """The events of a shop's tables, by customer.

    Parameters
    ----------
    shop : Shop
    ids : product ids of the model, in its order
    clock : as the model's: time in days, or in each customer's number of events
    """

    def __init__(self, shop: Shop, ids: Iterable[str], clock: Clock) -> None:
        self.clock = clock
        places = pl.DataFrame({"product_id": list(ids)}, schema={"product_id": pl.String}).with_row_index("_row")
        others = shop.events.filter(~pl.col("action").is_in(["buy", "return"]))
        events = pl.concat([shop.purchases().select(others.columns), others])  # what came back was not bought
        order = pl.coalesce(pl.col("order_id"), pl.lit("\x00") + pl.col("position").cast(pl.String))
        table = (
            events.filter(pl.col("customer_id").is_not_null())
            .join(places, on="product_id", how="inner")
            .with_columns(order.rank("dense").cast(pl.Int64).alias("_order"))
            .sort(["customer_id", "time", "position"] if clock == "days" else ["customer_id", "position"])
        )
        number = (
            pl.int_range(pl.len()).over("customer_id") if clock == "events" else pl.col("time").dt.epoch("us") / DAY_US
        )
        self._columns = (
            table["_row"].cast(pl.Int64).to_numpy(),
            table.select(number.cast(pl.Float64)).to_series().to_numpy(),
            table["action"].replace_strict(CODES, return_dtype=pl.Int8).to_numpy(),
            table["quantity"].fill_null(1.0).fill_nan(1.0).to_numpy(),
            table["_order"].to_numpy(),
        )
        self._order_ids = table["order_id"]
        counts = table.group_by("customer_id", maintain_order=True).len()
        ends = np.cumsum(counts["len"].to_numpy())
        self._span = {
            name: (int(end - many), int(end))
            for name, many, end in zip(counts["customer_id"], counts["len"], ends, strict=True)
        }
        back = shop.events.filter((pl.col("action") == "return") & pl.col("customer_id").is_not_null())
        rows = back.join(places, on="product_id", how="inner").group_by("customer_id").agg(pl.col("_row").unique())
        self._returned: dict[str, list[int]] = dict(rows.iter_rows())

    @cached_property
    def customers(self) -> list[str]:
        """The customers with events, sorted."""
        return list(self._span)

    @cached_property
    def _spans(self) -> Rows:
        """int64 (customers, 2): where each customer's events begin and end."""
        return np.array(list(self._span.values()), dtype=np.int64).reshape(-1, 2)

    def of(self, customer: str) -> Happened:
        """Return the customer's events, oldest first; none for a customer the tables do not know."""
        start, end = self._span.get(customer, (0, 0))
        return Happened(*(column[start:end] for column in self._columns))

    def bought(self) -> tuple[dict[str, NDArray[Any]], pl.Series]:
        """Return the purchases in columns: customer (row of `customers`), row, day, units; and their order ids."""
        rows, days, codes, units, _ = self._columns
        at = np.flatnonzero(codes == BUY)
        lengths = self._spans[:, 1] - self._spans[:, 0]
        customer = np.repeat(np.arange(len(lengths)), lengths)
        return {"customer": customer[at], "row": rows[at], "day": days[at], "units": units[at]}, self._order_ids[at]

    def order_ids(self, customer: str) -> list[str | None]:
        """Return the order ids of `of(customer)`, in its order."""
        start, end = self._span.get(customer, (0, 0))
        return self._order_ids[start:end].to_list()

    def returned(self, customer: str) -> set[int]:
        """Return rows of which the customer has sent something back."""
        return set(self._returned.get(customer, ()))

    def owned_keys(self, places: Rows, width: int) -> Rows:
        """Return `at * width + row` for each product that the customer in place `places[at]` has bought and kept."""
        rows, _, codes, _, _ = self._columns
        spans = self._spans[places]
        lengths = spans[:, 1] - spans[:, 0]
        at = np.repeat(np.arange(len(places)), lengths)
        events = np.arange(lengths.sum()) + np.repeat(spans[:, 0] - (np.cumsum(lengths) - lengths), lengths)
        bought = codes[events] == BUY
        return at[bought] * width + rows[events[bought]]

    def returned_keys(self, places: Rows, width: int) -> Rows:
        """Return `at * width + row` for each product that the customer in place `places[at]` sent back."""
        if not self._returned:
            return np.zeros(0, np.int64)
        names = self.customers
        keys = [
            at * width + row for at, place in enumerate(places.tolist()) for row in self._returned.get(names[place], ())
        ]
        return np.array(keys, dtype=np.int64)

    def buyers(self, row: int) -> set[str]:
        """Return the customers who have bought a product and not sent all of it back."""
        rows, _, codes, _, _ = self._columns
        bought = np.flatnonzero((rows == row) & (codes == BUY))
        names = self.customers
        return {names[at] for at in np.unique(np.searchsorted(self._spans[:, 1], bought, side="right")).tolist()}

    def weights(self, fold: Fold, moment: float | None) -> list[csr_matrix]:
        """Return for each half-life csr float32 (customers, products): what each product counts for each customer at `moment`.

        `moment` None: each customer's own last event (a model that counts events). Rows are `customers`; times `model.inputs`
        they are the customers' sums.
        """
        from scipy.sparse import csr_matrix

        everything = Happened(*self._columns)
        spans = self._spans
        lengths = spans[:, 1] - spans[:, 0]
        moments = np.repeat(lengths - 1.0, lengths) if moment is None else moment
        ages = np.maximum(moments - everything.days, 0.0)
        counts = fold.weights_of(everything)
        starts = np.concatenate([[0], spans[:, 1]])
        shape = (len(spans), len(fold.model.ids))
        found = []
        for half_life in fold.model.half_lives:  # one by one: all at once would take 160 bytes an event
            left = (counts * np.exp2(-ages / float(half_life))).astype(np.float32)
            matrix = csr_matrix((left, everything.rows.astype(np.int32), starts), shape=shape)
            matrix.sum_duplicates()
            found.append(matrix)
        return found
