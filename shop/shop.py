"""The Shop: checked tables and a clock. Everything downstream takes a Shop, never a file or a bare table.

It knows what was bought and when it was known. It does not know how files are read (`shop.loading`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from shop.netting import kept_lines
from shop.recommending import Recommending
from shop.tables import TABLES, ShopDataError, empty_table

if TYPE_CHECKING:
    from shop.mapping import DataReport
    from shop.mapping import Mapping as ColumnMapping


@dataclass(frozen=True)
class Settings:
    """What `shop.toml` says of the shop itself.

    `currency` is an ISO 4217 code or None where the shop never said one: amounts are then printed without a sign.
    `tone`, `words_to_use` and `words_to_avoid` (with commas between) say how its texts sound; `legal_…` is the fixed note
    that closes every text of a channel. `recommending` is the section of its own.
    """

    name: str = "the shop"
    contact: str = ""
    hours: str = ""
    locale: str = "en_GB"
    currency: str | None = None
    time_zone: str = "UTC"
    tone: str = ""
    words_to_use: str = ""
    words_to_avoid: str = ""
    legal_email: str = ""
    legal_push: str = ""
    legal_sms: str = ""
    legal_ad: str = ""
    recommending: Recommending = field(default_factory=Recommending, repr=False)  # changes no table and no text


@dataclass(frozen=True)
class Shop:
    """A shop's tables, checked against each other; `Shop.load` reads files, `Shop.from_frames` takes tables.

    The plain constructor trusts its arguments. `lacks` names each missing column with what it disables.
    `mapping` and `report` are there where the shop was loaded from files.
    """

    events: pl.DataFrame
    products: pl.DataFrame
    customers: pl.DataFrame
    orders: pl.DataFrame = field(default_factory=lambda: empty_table("orders"))
    reviews: pl.DataFrame = field(default_factory=lambda: empty_table("reviews"))
    faq: pl.DataFrame = field(default_factory=lambda: empty_table("faq"))
    policies: pl.DataFrame = field(default_factory=lambda: empty_table("policies"))
    settings: Settings = field(default_factory=Settings)
    lacks: Mapping[str, str] = field(default_factory=dict)
    mapping: ColumnMapping | None = None
    report: DataReport | None = None

    @classmethod
    def load(cls, source: str | Path, *, settings: Path | None = None) -> Shop:
        """Read a folder, one export or a SQL URL; see `shop.loading.load_shop`."""
        from shop.loading import load_shop

        return load_shop(source, settings=settings)

    @classmethod
    def from_frames(
        cls, events: pl.DataFrame, products: pl.DataFrame, *, settings: Settings | None = None, **tables: pl.DataFrame
    ) -> Shop:
        """Check finished tables (as in `shop.tables`) and put them together; absent columns are filled with nulls.

        Parameters
        ----------
        events, products : DataFrame
            With at least `product_id` each; pandas frames are taken too.
        **tables : DataFrame
            Any of customers, orders, reviews, faq, policies. Customers not given are those of the events.

        Raises
        ------
        ShopDataError
            When a column has the wrong type, a key repeats, or an event names an unknown product.
        """
        from shop.checking import checked_shop

        return checked_shop(events, products, settings=settings or Settings(), **tables)

    @property
    def has_clock(self) -> bool:
        """Whether events carry times; without, only their order is known."""
        return not self.events.is_empty() and self.events["time"].null_count() < self.events.height

    @property
    def as_of(self) -> datetime:
        """The moment just after the last event, UTC: everything known is before it.

        Raises
        ------
        ShopDataError
            When the shop has no clock.
        """
        if not self.has_clock:
            raise ShopDataError(
                "events: no times, only an order; what needs a clock cannot be computed. Add a time column to the export."
            )
        last = self.events["time"].max()
        assert isinstance(last, datetime)
        return last + timedelta(microseconds=1)

    def until(self, as_of: datetime) -> Shop:
        """Return the shop as it was known just before `as_of` (UTC): later events, orders and reviews are gone.

        Raises
        ------
        ShopDataError
            When the shop has no clock.
        ValueError
            When `as_of` carries no time zone.
        """
        known = {
            "events": self.before(as_of),
            "orders": pl.col("placed").is_null() | (pl.col("placed") < as_of),
            "reviews": pl.col("time").is_null() | (pl.col("time") < as_of),
        }
        tables = {name: _those(getattr(self, name), holds) for name, holds in known.items()}
        if all(table is getattr(self, name) for name, table in tables.items()):
            return self
        return replace(self, events=tables["events"], orders=tables["orders"], reviews=tables["reviews"])

    def before(self, as_of: datetime) -> pl.Expr:
        """Return what holds of the events that were known just before `as_of`; raises as `until`."""
        if as_of.tzinfo is None:
            raise ValueError(
                f"as_of {as_of:%Y-%m-%d %H:%M} has no time zone; give one, for example datetime(2025, 3, 1, tzinfo=UTC)."
            )
        if not self.has_clock:
            raise ShopDataError(
                "events: no times, only an order; `until` needs a clock. Add a time column to the export."
            )
        return pl.col("time") < as_of

    def purchases(self) -> pl.DataFrame:
        """Return the net purchase lines: columns of `events`, returned units taken off the order they belong to.

        Returns
        -------
        DataFrame, sorted by position; lines returned in full are gone. Guests (null customer_id) are in it.
        """
        return self._purchases

    @cached_property
    def _purchases(self) -> pl.DataFrame:
        return kept_lines(self.events, ["customer_id", "order_id", "product_id"])

    def fingerprint(self, *tables: str) -> str:
        """Return a SHA-256 (hex) of some tables, or of all: equal shops, equal fingerprints, on any machine."""
        digest = hashlib.sha256(repr(self.settings).encode())
        for name in tables or tuple(TABLES):
            digest.update(self._digests[name])
        return digest.hexdigest()

    @cached_property
    def _digests(self) -> dict[str, bytes]:
        found = {}
        for name in TABLES:
            table: pl.DataFrame = getattr(self, name)
            words = f"{name} {table.height} {table.columns}\n{table.write_csv(include_header=False)}"
            found[name] = hashlib.sha256(words.encode()).digest()  # polars' own row hash changes between releases
        return found


def _those(table: pl.DataFrame, holds: pl.Expr) -> pl.DataFrame:
    """Return the rows where it holds; the table itself, not a copy of 20 million rows, where it holds of all."""
    kept = table.select(holds.fill_null(False)).to_series()
    return table if kept.all() else table.filter(kept)
