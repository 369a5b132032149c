"""What may be recommended: a product's price, stock and state as they are now, and the filters asked for, exactly.

It holds columns and masks. It scores nothing and knows no customer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from retrieval.past import DAY_US

if TYPE_CHECKING:
    from shop import Shop
    from shop.store_tables import ProductChange

Mask = NDArray[np.bool_]


class FilterError(ValueError):
    """A filter names what the shop does not have; the message says what there is."""


@dataclass(frozen=True)
class Filter:
    """What is asked for; None asks for nothing.

    A product whose price, stock, category or brand is not known does not pass a filter on it. `channel`: sold there before.
    """

    category: str | None = None
    brand: str | None = None
    min_price: float | None = None  # shop currency per unit, inclusive
    max_price: float | None = None
    in_stock: bool = False
    channel: str | None = None


class _Names:
    """One column of names as codes: compared without regard to case, a hundred thousand at once."""

    def __init__(self, names: Iterable[str | None]) -> None:
        self._code: dict[str, int] = {}
        self._spelt: list[str] = []
        self._codes = np.array([self._coded(name) for name in names], dtype=np.int64)

    def _coded(self, name: str | None) -> int:
        if name is None or not name.strip():
            return -1
        folded = name.strip().casefold()
        if folded not in self._code:
            self._code[folded] = len(self._spelt)
            self._spelt.append(name.strip())
        return self._code[folded]

    def append(self) -> None:
        self._codes = np.append(self._codes, -1)

    def put(self, row: int, name: str) -> None:
        self._codes[row] = self._coded(name)

    def at(self, row: int) -> str | None:
        return None if self._codes[row] < 0 else self._spelt[self._codes[row]]

    def equal(self, column: str, wanted: str) -> Mask:
        mask: Mask = self._codes == self._code.get(wanted.strip().casefold(), -2)
        if not mask.any():
            raise FilterError(f"no product of the {column} {wanted!r}; {_listed(sorted(self._spelt), 'there is')}")
        return mask


class Catalogue:
    """The products in the rows of a model, as they are now.

    Parameters
    ----------
    shop : Shop
    ids : product ids of the model, in its order
    """

    def __init__(self, shop: Shop, ids: Iterable[str]) -> None:
        self.ids = list(ids)
        self.row_of = {product: row for row, product in enumerate(self.ids)}
        known = pl.DataFrame({"product_id": self.ids}, schema={"product_id": pl.String}).join(
            shop.products, on="product_id", how="left", maintain_order="left"
        )
        self.titles: list[str] = [title or product for title, product in zip(known["title"], self.ids, strict=True)]
        self._named = {name: _Names(known[name].to_list()) for name in ("category", "brand")}
        self._numbers = {
            "price": known["price"].cast(pl.Float64).fill_null(float("nan")).to_numpy().copy(),
            "stock": known["stock"].cast(pl.Float64).fill_null(float("nan")).to_numpy().copy(),
        }
        listed = set(shop.products["product_id"])
        self._blocked = np.array(
            [product not in listed for product in self.ids], dtype=bool
        )  # gone from the shop since the model was fitted
        sold = shop.events.filter((pl.col("action") == "buy") & pl.col("channel").is_not_null())
        self._sold = sold.select("channel", "product_id", "time")
        pairs = self._sold.select("channel", "product_id").unique().iter_rows()
        self._channels: dict[str, set[int]] = {}
        for channel, product in pairs:
            if product in self.row_of:
                self._channels.setdefault(channel, set()).add(self.row_of[product])

    def __len__(self) -> int:
        return len(self.ids)

    def apply(self, change: ProductChange) -> bool:
        """Take a product change in, at once; return whether the product is new and has no vectors yet."""
        new = change.product_id not in self.row_of
        if new:
            self.row_of[change.product_id] = len(self.ids)
            self.ids.append(change.product_id)
            self.titles.append(change.title or change.product_id)
            for names in self._named.values():
                names.append()
            self._numbers = {name: np.append(numbers, np.nan) for name, numbers in self._numbers.items()}
            self._blocked = np.append(self._blocked, False)
        row = self.row_of[change.product_id]
        if change.title:
            self.titles[row] = change.title
        for name, names in self._named.items():
            if (text := getattr(change, name)) is not None:
                names.put(row, text)
        for name, numbers in self._numbers.items():
            if (value := getattr(change, name)) is not None:
                numbers[row] = value
        if change.blocked is not None:
            self._blocked[row] = change.blocked
        return new

    def sold_in(self, product_id: str, channel: str) -> None:
        """Note that a product was bought in a channel."""
        if product_id in self.row_of:
            self._channels.setdefault(channel, set()).add(self.row_of[product_id])

    def sales_in(self, channel: str, since: float) -> NDArray[np.float32]:
        """Return float32 (n,), the purchases of the shop's tables in a channel since a day (days since 1970); raises as `passing`."""
        self._in_channel(channel)
        sold = self._sold.filter(pl.col("channel") == channel)
        if np.isfinite(since):
            sold = sold.filter(pl.col("time").dt.epoch("us") >= since * DAY_US)
        rows = [self.row_of[product] for product in sold["product_id"] if product in self.row_of]
        return np.bincount(np.array(rows, dtype=np.int64), minlength=len(self.ids)).astype(np.float32)

    def category(self, row: int) -> str | None:
        """Return the category of a row."""
        return self._named["category"].at(row)

    def blocked(self) -> Mask:
        """Return bool (n,), what is never recommended: withdrawn, or no longer in the shop."""
        return self._blocked

    def out_of_stock(self) -> Mask:
        """Return bool (n,), what is known to have no unit left."""
        with np.errstate(invalid="ignore"):
            return self._numbers["stock"] <= 0

    def passing(self, asked: Filter) -> Mask:
        """Return bool (n,), what passes every filter.

        Raises
        ------
        FilterError
            When the shop knows no such category, brand or channel, or knows no prices or stock at all.
        """
        mask = np.ones(len(self.ids), dtype=bool)
        for name in ("category", "brand"):
            if (wanted := getattr(asked, name)) is not None:
                mask &= self._named[name].equal(name, wanted)
        low, high = asked.min_price, asked.max_price
        if low is not None or high is not None:
            self._needs("price")
            if any(bound is not None and not np.isfinite(bound) for bound in (low, high)):
                raise FilterError(f"a price of {low if high is None else high} bounds nothing; give a number.")
            with np.errstate(invalid="ignore"):
                price = self._numbers["price"]
                mask &= (price >= (0.0 if low is None else low)) & (price <= (np.inf if high is None else high))
        if asked.in_stock:
            self._needs("stock")
            with np.errstate(invalid="ignore"):
                mask &= self._numbers["stock"] > 0
        if asked.channel is not None:
            mask &= self._in_channel(asked.channel)
        return mask

    def _in_channel(self, channel: str) -> Mask:
        if channel not in self._channels:
            raise FilterError(
                f"nothing was sold in the channel {channel!r}; {_listed(sorted(self._channels), 'there is')}"
            )
        mask = np.zeros(len(self.ids), dtype=bool)
        mask[list(self._channels[channel])] = True
        return mask

    def _needs(self, name: str) -> None:
        if not np.isfinite(self._numbers[name]).any():
            raise FilterError(f"this shop's products have no {name}, so nothing can be filtered by it; add the column.")


def _listed(names: list[str], words: str) -> str:
    shown = ", ".join(names[:10]) or "none"
    return f"{words}: {shown}{f' and {len(names) - 10} more' if len(names) > 10 else ''}."
