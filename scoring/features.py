"""What is known of each customer at a moment, as numbers to learn from: the profile then, and what changed lately.

Attributes the shop keeps of a customer carry no date and may have been written later, so none is used. It knows no model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from shop.profile_columns import CUSTOMER_COLUMNS
from shop.profiles import customer_profiles

if TYPE_CHECKING:
    from shop import Shop

_KEPT = (
    "orders",
    "monetary_value",
    "average_order_value",
    "units",
    "products",
    "basket_size",
    "average_unit_price",
    "recency_days",
    "tenure_days",
    "interval_days",
    "interval_mean_days",
    "return_rate",
    "top_category_share",
    "order_hour",
    "weekend_share",
    "channel_share",
    "views",
    "searches",
    "carts",
    "views_without_order",
    "carts_abandoned",
)
_LATELY = ("orders", "monetary_value", "views", "carts")
_RATIOS: Mapping[str, tuple[str, pl.Expr]] = MappingProxyType(
    {
        "overdue": (
            "days since the last order as a multiple of the usual gap between orders",
            pl.col("recency_days") / pl.max_horizontal("interval_mean_days", pl.lit(1.0)),
        ),
        "orders_per_year": (
            "orders a year since the first one",
            pl.col("orders") * 365 / pl.max_horizontal("tenure_days", pl.lit(30.0)),
        ),
        "recency_share": (
            "part of the time since the first order that the customer has been silent",
            pl.col("recency_days") / pl.max_horizontal("tenure_days", pl.lit(1.0)),
        ),
    }
)


@dataclass(frozen=True)
class Features:
    """One row a customer with a purchase before `as_of`: `customers` (customer_id), `table` (Float64, null where unknown)."""

    customers: pl.DataFrame
    table: pl.DataFrame


class Past:
    """A shop looked at from several moments; the profile of each moment is counted once."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._profiles: dict[datetime, pl.DataFrame] = {}

    def profile(self, as_of: datetime) -> pl.DataFrame:
        """Return the numbers of the profile at `as_of`, rows as in shop.customers."""
        if as_of not in self._profiles:
            whole = customer_profiles(self.shop, as_of=as_of)
            self._profiles[as_of] = whole.select("customer_id", *(pl.col(name).cast(pl.Float64) for name in _KEPT))
        return self._profiles[as_of]

    def features(self, as_of: datetime, horizon_days: int) -> Features:
        """Return what is known of each customer just before `as_of`; "lately" is the `horizon_days` before it."""
        now, before = self.profile(as_of), self.profile(as_of - timedelta(days=horizon_days))
        lately = [
            (pl.col(name) - before[name].fill_null(0.0)).alias(f"{name}_lately").clip(0.0, None) for name in _LATELY
        ]
        whole = now.with_columns(*lately, *(made.alias(name) for name, (_, made) in _RATIOS.items()))
        rows = whole.filter(pl.col("orders") > 0)  # a purchase was kept
        return Features(rows.select("customer_id"), rows.drop("customer_id"))


def feature_words(name: str, horizon_days: int) -> str:
    """Return what a feature means, for a reader.

    Examples
    --------
    >>> feature_words("orders_lately", 90)
    'orders in the last 90 days'
    >>> feature_words("tenure_days", 90)
    'days from the first order to as_of'
    """
    if name in _RATIOS:
        return _RATIOS[name][0]
    if name.endswith("_lately"):
        return f"{_SHORT[name.removesuffix('_lately')]} in the last {horizon_days} days"
    if name not in CUSTOMER_COLUMNS:
        return name
    column = CUSTOMER_COLUMNS[name]
    words = column.meaning.split(";")[0]
    return f"days {words}" if column.unit == "days" and "days" not in words else words


_SHORT = {
    "orders": "orders",
    "monetary_value": "spend",
    "views": "products looked at",
    "carts": "products put in a cart",
}
