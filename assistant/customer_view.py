"""The customers as staff look at them: a list to search, one customer with what is known of them. It counts nothing and decides nothing.

What is shown are rows of the shop's tables and profiles; texts about them are written elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from assistant.product_facts import customer_facts

if TYPE_CHECKING:
    from assistant.making import Made
    from assistant.writing import Fact
    from shop import Shop

_NAMES = ("name", "first_name", "last_name")
_SEARCHED = (*_NAMES, "email")


@dataclass(frozen=True)
class CustomerRow:
    """One line of the list; `sales` in the shop's currency, None where the data hold no prices."""

    customer_id: str
    name: str  # as the shop keeps it; the id where it keeps none
    persona: str
    orders: int
    last_order: datetime | None
    sales: float | None


@dataclass(frozen=True)
class OrderRow:
    """One order: `what` are the titles with their quantities, `paid` what the kept lines cost, None without prices."""

    order_id: str
    time: datetime | None
    what: tuple[tuple[str, float], ...]
    paid: float | None
    status: str


@dataclass(frozen=True)
class Month:
    """What was ordered in a month: `first` its first day, `paid` None where an order has no price."""

    first: datetime
    orders: int
    paid: float | None


@dataclass(frozen=True)
class CustomerDetail:
    """One customer: the list's line, what may be said to them as facts, their orders (newest first), other attributes.

    `months` are the last twelve to the moment the data reach to, the oldest first; none in a shop without a clock.
    """

    row: CustomerRow
    facts: tuple[Fact, ...]
    orders: tuple[OrderRow, ...]
    attributes: tuple[tuple[str, str], ...]
    months: tuple[Month, ...] = ()


def last_months(orders: Sequence[OrderRow], as_of: datetime | None, count: int = 12) -> tuple[Month, ...]:
    """Return what was ordered in each of the last months, the oldest first; the month of the last moment before `as_of` is one."""
    if as_of is None:
        return ()
    last = as_of - timedelta(microseconds=1)
    found = []
    for back in range(count - 1, -1, -1):
        at = last.year * 12 + last.month - 1 - back
        own = [one for one in orders if one.time is not None and one.time.year * 12 + one.time.month - 1 == at]
        paid = [one.paid for one in own if one.paid is not None]
        first = datetime(at // 12, at % 12 + 1, 1, tzinfo=UTC)
        found.append(Month(first, len(own), sum(paid) if len(paid) == len(own) else None))
    return tuple(found)


class CustomerView:
    """The customers of one shop.

    Parameters
    ----------
    titles : the persona's title of each segment, by its number
    """

    def __init__(self, shop: Shop, made: Made, titles: dict[int, str], *, as_of: datetime | None) -> None:
        self._shop = shop
        self._made = made
        self._titles = titles
        self._as_of = as_of

    def find(self, words: str = "", *, persona: str | None = None, most: int = 50) -> tuple[list[CustomerRow], int]:
        """Return the customers that fit, most sales first, and how many fit in all.

        Parameters
        ----------
        words : part of an id, name or e-mail, or a whole order number; "" for everybody
        persona : a persona's title, or None for all
        """
        found = self._table
        if words.strip():
            found = found.filter(self._fits(words.strip().casefold()))
        if persona is not None:
            found = found.filter(pl.col("_persona") == persona)
        return [self._row(row) for row in found.head(most).to_dicts()], found.height

    def detail(self, customer_id: str) -> CustomerDetail:
        """Return one customer.

        Raises
        ------
        KeyError
            When the shop has no such customer.
        """
        rows = self._table.filter(pl.col("customer_id") == customer_id).to_dicts()
        if not rows:
            raise KeyError(f"no customer {customer_id!r} among the {self._table.height:,} of this shop")
        known = self._shop.customers.filter(pl.col("customer_id") == customer_id).to_dicts()[0]
        shown = {"customer_id", *_NAMES, "email"}
        attributes = [(name, str(value)) for name, value in known.items() if name not in shown and value is not None]
        facts = customer_facts(self._shop, rows[0], as_of=self._as_of)
        orders = tuple(self._orders(customer_id))
        months = last_months(orders, self._as_of)
        return CustomerDetail(self._row(rows[0]), tuple(facts), orders, tuple(attributes), months)

    @property
    def personas(self) -> Sequence[str]:
        """The titles to choose among."""
        return [self._titles[segment] for segment in sorted(self._titles)]

    @cached_property
    def _table(self) -> pl.DataFrame:
        personas = [self._titles.get(int(label), "") for label in self._made.labels]
        known = self._shop.customers.select("customer_id", *(n for n in _SEARCHED if n in self._shop.customers.columns))
        table = self._made.profiles.with_columns(pl.Series("_persona", personas, dtype=pl.String))
        fresh = [name for name in known.columns if name == "customer_id" or name not in table.columns]
        joined = table.join(known.select(fresh), on="customer_id", how="left", maintain_order="left")
        by = ["monetary_value", "orders", "customer_id"]
        return joined.sort(by, descending=[True, True, False], nulls_last=True)

    def _fits(self, words: str) -> pl.Expr:
        fits = pl.col("customer_id").str.to_lowercase().str.contains(words, literal=True)
        named = [name for name in _NAMES if name in self._table.columns]
        if named:
            whole = pl.concat_str(named, separator=" ", ignore_nulls=True)
            fits |= whole.str.to_lowercase().str.contains(words, literal=True)
        if "email" in self._table.columns:
            fits |= (
                pl.col("email").cast(pl.String).str.to_lowercase().str.contains(words, literal=True).fill_null(False)
            )
        orders = self._shop.events.filter(pl.col("order_id").str.to_lowercase() == words)
        owners = orders["customer_id"].drop_nulls().unique().implode()
        return fits | pl.col("customer_id").is_in(owners)

    def _row(self, row: dict[str, Any]) -> CustomerRow:
        name = " ".join(str(row[part]) for part in _NAMES if row.get(part))
        return CustomerRow(
            row["customer_id"],
            name or row["customer_id"],
            row["_persona"],
            int(row["orders"] or 0),
            row["last_order"],
            row["monetary_value"],
        )

    def _orders(self, customer_id: str) -> list[OrderRow]:
        lines = self._shop.purchases().filter(pl.col("customer_id") == customer_id)
        titles = self._shop.products.select("product_id", "title")
        key = pl.coalesce("order_id", pl.col("position").cast(pl.String))
        named = lines.with_columns(key.alias("_order")).join(titles, on="product_id", how="left", maintain_order="left")
        orders = named.group_by("_order", maintain_order=True).agg(
            pl.col("time").min(),
            pl.coalesce("title", "product_id").alias("_titles"),
            pl.col("quantity"),
            (pl.col("quantity") * pl.col("unit_price")).sum().alias("_paid"),
            pl.col("unit_price").null_count().alias("_unpriced"),
            pl.col("position").min(),
        )
        states = dict(self._shop.orders.select("order_id", "status").iter_rows())
        return [
            OrderRow(
                row["_order"],
                row["time"],
                tuple(zip(row["_titles"], row["quantity"], strict=True)),
                None if row["_unpriced"] else row["_paid"],
                states.get(row["_order"]) or "",
            )
            for row in orders.sort("position", descending=True).to_dicts()
        ]
