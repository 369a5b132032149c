"""A customer's own orders: the shop's rows with what was changed here since, and the facts that may be said of them.

Every row is asked for with the customer it must belong to; nothing here knows what was typed or decides what may be done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from assistant.desk.changes import Change, changes_of
from assistant.writing.facts import Fact, Source, Subject, clean, fact

if TYPE_CHECKING:
    from assistant.desk.store import Store
    from shop import Shop

HERE = Source("desk_order_changes")  # a fact that was made in the chat
OPEN = ("placed", "paid", "packed", "sent")


@dataclass(frozen=True)
class Line:
    """One line of an order; `unit_price` as paid, None where unknown."""

    title: str
    quantity: float
    unit_price: float | None


@dataclass(frozen=True)
class Order:
    """An order as it stands now; `changes` are those made here, the oldest first. Days are the shop's own."""

    id: str
    customer_id: str
    status: str | None
    placed_on: date | None
    sent_on: date | None
    delivered_on: date | None
    address: str
    tracking: str
    lines: tuple[Line, ...]
    changes: tuple[Change, ...]
    zone: str = "UTC"

    @property
    def subject(self) -> Subject:
        """Return whom its facts are about."""
        return Subject("order", self.id, self.id)

    @property
    def is_open(self) -> bool:
        """Return whether it is still under way."""
        return self.status in OPEN

    def changed_on(self, field: str) -> date | None:
        """Return the day a field was last changed here, None where it never was."""
        times = [change.time for change in self.changes if change.field == field]
        return local_day(times[-1], self.zone) if times else None


def local_day(time: datetime | None, zone: str) -> date | None:
    """Return the day of a moment as the shop's clock has it."""
    return None if time is None else time.astimezone(ZoneInfo(zone)).date()


class Orders:
    """The orders of a shop, customer by customer."""

    def __init__(self, shop: Shop, store: Store) -> None:
        self._shop = shop
        self._store = store

    def of(self, customer_id: str) -> list[Order]:
        """Return a customer's orders, the newest first; those without a day come last."""
        import polars as pl

        changes: dict[str, list[Change]] = {}
        for change in changes_of(self._store, customer_id):
            changes.setdefault(change.order_id, []).append(change)
        rows = self._shop.orders.filter(pl.col("customer_id") == customer_id)
        lines = self._lines(customer_id)
        found = [self._order(row, lines, changes.get(row["order_id"], [])) for row in rows.iter_rows(named=True)]
        return sorted(found, key=lambda one: (one.placed_on or date.min, one.id), reverse=True)

    def one(self, customer_id: str, order_id: str) -> Order | None:
        """Return one order of a customer; None where they have none with that number, whoever else may."""
        return next((one for one in self.of(customer_id) if one.id == order_id), None)

    def _lines(self, customer_id: str) -> dict[str, list[Line]]:
        import polars as pl

        mine = (pl.col("customer_id") == customer_id) & (pl.col("action") == "buy") & pl.col("order_id").is_not_null()
        rows = self._shop.events.filter(mine).join(
            self._shop.products.select("product_id", "title"), on="product_id", how="left", maintain_order="left"
        )
        found: dict[str, list[Line]] = {}
        for row in rows.iter_rows(named=True):
            line = Line(clean(row["title"] or row["product_id"]), row["quantity"] or 1.0, row["unit_price"])
            found.setdefault(row["order_id"], []).append(line)
        return found

    def _order(self, row: dict[str, Any], lines: dict[str, list[Line]], changes: Sequence[Change]) -> Order:
        zone = self._shop.settings.time_zone
        latest = {change.field: change.value for change in changes}
        return Order(
            row["order_id"],
            row["customer_id"],
            latest.get("status", row["status"]),
            local_day(row["placed"], zone),
            local_day(row["sent"], zone),
            local_day(row["delivered"], zone),
            clean(latest.get("address", row["address"] or "")),
            clean(row["tracking"] or ""),
            tuple(lines.get(row["order_id"], ())),
            tuple(changes),
            zone,
        )


def order_facts(order: Order) -> list[Fact]:
    """Return everything that may be said of an order to its own customer."""
    subject, source = order.subject, Source("orders", f"order_id = {order.id}")
    cancelled_on = order.changed_on("status") if order.status == "cancelled" else None
    known: dict[str, tuple[Any, Source]] = {
        "order_number": (order.id, source),
        "status": (order.status, HERE if order.changed_on("status") else source),
        "placed_on": (order.placed_on, source),
        "sent_on": (order.sent_on, source),
        "delivered_on": (order.delivered_on, source),
        "tracking": (order.tracking, source),
        "address": (order.address, HERE if order.changed_on("address") else source),
        "cancelled_on": (cancelled_on, HERE),
        "address_changed_on": (order.changed_on("address"), HERE),
        "return_asked_on": (order.changed_on("return"), HERE),
        "exchange_asked_on": (order.changed_on("exchange"), HERE),
        "invoice_sent_on": (order.changed_on("invoice"), HERE),
    }
    facts = [fact(subject, name, value, where) for name, (value, where) in known.items() if value not in (None, "")]
    return facts + _content_facts(order)


def _content_facts(order: Order) -> list[Fact]:
    if not order.lines:
        return []
    source = Source("events", f"order_id = {order.id}, action = buy", rows=len(order.lines))
    words = "; ".join(f"{line.quantity:g} × {line.title}" for line in order.lines)
    facts = [fact(order.subject, "item", words, source)]
    units = sum(line.quantity for line in order.lines)
    if units == int(units):
        facts.append(fact(order.subject, "item_count", int(units), source))
    prices = [line.unit_price for line in order.lines]
    if all(price is not None for price in prices):
        total = sum(line.quantity * (line.unit_price or 0.0) for line in order.lines)
        facts.append(fact(order.subject, "order_total", round(total, 2), source))
    return facts
