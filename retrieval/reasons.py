"""Why a product is recommended, as counts and names taken from the shop's events. It holds values, never sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

import polars as pl

if TYPE_CHECKING:
    from shop import Shop

Kind = Literal["what you did", "bought together", "bought before", "popular lately"]


@dataclass(frozen=True)
class Reason:
    """One reason; what is counted depends on `kind`.

    what you did: of all products it was what the customer did with `product_id` that gave most to the score, `share` of what
    spoke for it; `action` is buy where they bought it, else the last thing they did, `when` the last time.
    bought together: of the `of` customers who bought `product_id`, `count` also bought the recommended product.
    bought before: the customer bought the recommended product itself, in `count` orders, last on `when`.
    popular lately: `count` customers bought the recommended product in the last `of` days.
    """

    kind: Kind
    product_id: str | None
    title: str | None
    count: int | None = None
    of: int | None = None
    when: datetime | None = None
    action: str | None = None
    share: float | None = None  # 0–1


def recent_buyers(shop: Shop, *, days: int) -> dict[str, int]:
    """Return how many different customers bought each product in the last `days` days; empty without a clock."""
    if not shop.has_clock:
        return {}
    since = shop.as_of - timedelta(days=days)
    recent = shop.purchases().filter((pl.col("time") >= since) & pl.col("customer_id").is_not_null())
    counts = recent.group_by("product_id").agg(pl.col("customer_id").n_unique())
    return dict(counts.iter_rows())
