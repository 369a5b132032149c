"""What customers did, as arrays in the rows of one model: each customer's events in order, found at once, added one by one.

Purchases are net of what came back. It counts and keeps; it knows no score and no product but its row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from retrieval.model import Clock
from shop.coded import NOTHING, Coded, by_customer, lines_of, order_numbers
from shop.tables import ACTIONS

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from retrieval.fold import Fold
    from shop import Shop

DAY_US = 86_400_000_000
_AT_ONCE = 1_000_000  # events weighed at once
Rows = NDArray[np.int64]
CODES = {name: at for at, name in enumerate(ACTIONS)}
BUY = CODES["buy"]
_NO_ORDER = -(10**9)  # below the numbers of all orders


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


def looks_at(rows: Rows, days: NDArray[np.float64]) -> Happened:
    """Return views of some products, at some days, as events of no order."""
    views = np.full(len(rows), CODES["view"], np.int8)
    return Happened(rows, days, views, np.ones(len(rows)), _NO_ORDER - np.arange(len(rows)))


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
        names = shop.events["customer_id"].drop_nulls().unique().sort()
        products = pl.DataFrame({"product_id": list(ids)}, schema={"product_id": pl.String})
        rows = products["product_id"].arg_sort().to_numpy().astype(np.int64)  # of the places the products are coded by
        some = replace(
            shop,
            customers=names.to_frame("customer_id"),
            products=products.with_columns(pl.lit(None, pl.String).alias("category")),
        )
        blocks = [_counted(events, clock) for _, events in Coded(some, None).blocks()]
        customer, product, *told = (_joined([one[at] for one in blocks]) for at in range(6))
        self._columns = (rows[product], *told)
        self._order_ids = pl.concat([one[6] for one in blocks])
        counts = np.bincount(customer, minlength=len(names))
        ends = np.cumsum(counts)
        here = counts > 0
        self._spans = np.stack([ends - counts, ends], axis=1)[here]
        self.customers: list[str] = names.filter(pl.Series(here)).to_list()  # with events, sorted
        self._place = {name: at for at, name in enumerate(self.customers)}
        back = shop.events.filter((pl.col("action") == "return") & pl.col("customer_id").is_not_null())
        known = back.join(products.with_row_index("_row"), on="product_id", how="inner")
        found = known.group_by("customer_id").agg(pl.col("_row").unique())
        self._returned: dict[str, list[int]] = dict(found.iter_rows())

    def of(self, customer: str) -> Happened:
        """Return the customer's events, oldest first; none for a customer the tables do not know."""
        start, end = self._span(customer)
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
        start, end = self._span(customer)
        return self._order_ids[start:end].to_list()

    def _span(self, customer: str) -> tuple[int, int]:
        at = self._place.get(customer)
        return (0, 0) if at is None else (int(self._spans[at, 0]), int(self._spans[at, 1]))

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
        one = np.ones(1, np.float64)
        return [self._weights(fold, moment, half_life[None], one) for half_life in fold.model.half_lives]

    def mixed_weights(self, fold: Fold, moment: float | None) -> csr_matrix:
        """Return the sum of `weights`, each times the model's mix of it, without holding all of them at once."""
        return self._weights(fold, moment, fold.model.half_lives, fold.model.mix.astype(np.float64))

    def _weights(
        self, fold: Fold, moment: float | None, half_lives: NDArray[np.float32], mix: NDArray[np.float64]
    ) -> csr_matrix:
        from scipy.sparse import csr_matrix

        spans = self._spans
        many = len(self._columns[0])
        left = np.empty(many, dtype=np.float32)
        for start in range(0, many, _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            events = Happened(*(column[some] for column in self._columns))
            if moment is None:
                own = np.searchsorted(spans[:, 1], np.arange(start, start + len(events)), side="right")
                ages = spans[own, 1] - spans[own, 0] - 1.0 - events.days
            else:
                ages = moment - events.days
            decays = np.exp2(-np.maximum(ages, 0.0) / half_lives.astype(np.float64)[:, None])
            left[some] = fold.weights_of(events) * (mix @ decays)
        shape = (len(spans), len(fold.model.ids))
        matrix = csr_matrix((left, self._columns[0].astype(np.int32), np.concatenate([[0], spans[:, 1]])), shape=shape)
        matrix.sum_duplicates()
        return matrix


def _counted(events: pl.DataFrame, clock: Clock) -> tuple[Any, ...]:
    """Return of a block's net purchases and other events: customer, product, days, code, units, order, all arrays, and order id."""
    others = events.filter(~pl.col("action").is_in(["buy", "return"]))
    both = pl.concat([lines_of(events).select(others.columns), others])  # what came back was not bought
    table = both.filter(pl.col("_product") != NOTHING).sort("position")
    if clock == "days":
        table = table.sort("time", maintain_order=True)
    table = by_customer(table.sort("_customer", maintain_order=True))
    number = pl.int_range(pl.len()).over("_customer") if clock == "events" else pl.col("time").dt.epoch("us") / DAY_US
    return (
        table["_customer"].to_numpy(),
        table["_product"].to_numpy(),
        table.select(number.cast(pl.Float64)).to_series().to_numpy(),
        table["action"].replace_strict(CODES, return_dtype=pl.Int8).to_numpy(),
        table["quantity"].fill_null(1.0).fill_nan(1.0).to_numpy(),
        order_numbers(table).to_numpy(),
        table["order_id"],
    )


def _joined(parts: list[Any]) -> Any:
    return np.concatenate(parts)
