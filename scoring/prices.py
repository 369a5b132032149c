"""The prices each product had, and what was sold at each, as far as its sales tell. It estimates no response."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from scoring.errors import CannotPredictError
from scoring.windows import first_order

if TYPE_CHECKING:
    from shop import Shop

_SOLD_LATELY = 84  # days: what sold in these is still offered
_SAME = 0.02  # prices within this share of each other are one price
_MOST = 12  # prices of a product; where there are more, near ones are taken together


@dataclass(frozen=True)
class PriceHistory:
    """What the sales tell of prices; days count from the first purchase of the shop.

    `states`: _row (of `products`), price, lines sold at it: one row a product and price, in this order.
    `sales`: _row, _state (row of `states`), _day, position, customer_id, quantity, without those of a product's first day,
    for a product is known from then on; `seen`: _row, _state, _day of every day with a sale, the first one too.
    `products`: product_id, category, first, last (days it is offered from, and to), levels (different prices), within (how
    much of the variance of its prices lies within weeks, 0–1).
    """

    states: pl.DataFrame
    sales: pl.DataFrame
    seen: pl.DataFrame
    products: pl.DataFrame
    days: int


def price_history(shop: Shop, as_of: datetime, *, horizon_days: int | None = None) -> PriceHistory:
    """Return the prices of each product before `as_of`, guests' purchases included.

    Parameters
    ----------
    horizon_days : how far back is looked; None: as far as there are purchases

    Raises
    ------
    CannotPredictError
        When there is no clock or no price.
    """
    seen = shop.until(as_of)
    first_order(seen)
    zone = seen.settings.time_zone
    local = pl.col("time").dt.convert_time_zone(zone).dt.date()
    today = pl.lit(as_of).dt.convert_time_zone(zone).dt.date()
    lines = seen.purchases().filter(pl.col("unit_price") > 0).with_columns(local.alias("_date"), today.alias("_today"))
    if horizon_days is not None:
        lines = lines.filter((pl.col("_today") - pl.col("_date")).dt.total_days() <= horizon_days)
    if lines.is_empty():
        raise CannotPredictError("events: no purchase with a price; how demand answers prices cannot be known.")
    lines = lines.with_columns((pl.col("_date") - pl.col("_date").min()).dt.total_days().alias("_day"))
    days = int(lines["_day"].max()) + 1  # type: ignore[arg-type]
    names = seen.products.select("product_id", "category").sort("product_id")
    names = names.join(lines.select("product_id").unique(), on="product_id", how="semi", maintain_order="left")
    lines = lines.join(names.select("product_id").with_row_index("_row"), on="product_id", how="inner")
    daily = _daily(lines)
    states = daily.group_by("_row", "_level").agg(
        pl.col("_price").median().alias("price"), pl.col("_lines").sum().alias("lines")
    )
    states = states.sort("_row", "_level").with_row_index("_state")
    daily = daily.join(states.select("_row", "_level", "_state"), on=["_row", "_level"])
    sales = lines.join(daily.select("_row", "_day", "_state"), on=["_row", "_day"])
    later = sales.filter(pl.col("_day") > pl.col("_day").min().over("_row"))
    later = later.select("_row", "_state", "_day", "position", "customer_id", "quantity").sort("position")
    return PriceHistory(
        states, later, daily.select("_row", "_state", "_day"), _products(names, states, lines, days), days
    )


def _daily(lines: pl.DataFrame) -> pl.DataFrame:
    """Return a row a product and day with a sale: the price most lines were sold at (the higher of two), and its level."""
    counts = lines.group_by("_row", "_day", "unit_price").agg(pl.len().alias("_lines"))
    counts = counts.sort(["_row", "_day", "_lines", "unit_price"], descending=[False, False, True, True])
    daily = counts.group_by("_row", "_day", maintain_order=True).agg(
        pl.col("unit_price").first().alias("_price"), pl.col("_lines").sum()
    )
    logs = daily.with_columns(pl.col("_price").log().alias("_log")).sort("_row", "_log")
    step = (pl.col("_log").diff().over("_row").fill_null(0.0) > _SAME).cum_sum().over("_row")
    low, high = pl.col("_log").min().over("_row"), pl.col("_log").max().over("_row")
    coarse = ((pl.col("_log") - low) / (high - low).clip(1e-9, None) * (_MOST - 1)).round().cast(pl.UInt32)
    levelled = logs.with_columns(step.alias("_level"))
    return levelled.with_columns(
        pl.when(pl.col("_level").max().over("_row") < _MOST).then(pl.col("_level")).otherwise(coarse).alias("_level")
    ).drop("_log")


def _products(names: pl.DataFrame, states: pl.DataFrame, lines: pl.DataFrame, days: int) -> pl.DataFrame:
    logs = pl.col("unit_price").log()
    week = (pl.col("_day") // 7).alias("_week")
    about = lines.group_by("_row").agg(
        logs.var(ddof=0).alias("_all"), pl.col("_day").min().alias("first"), pl.col("_day").max()
    )
    inside = lines.group_by("_row", week).agg((logs.var(ddof=0) * pl.len()).alias("_sum"), pl.len().alias("_n"))
    inside = inside.group_by("_row").agg((pl.col("_sum").sum() / pl.col("_n").sum()).alias("_inside"))
    levels = states.group_by("_row").agg(pl.len().cast(pl.Int64).alias("levels"))
    found = about.join(inside, on="_row").join(levels, on="_row").sort("_row")
    return names.with_columns(
        found["first"] + 1,
        last=np.where(found["_day"].to_numpy() >= days - _SOLD_LATELY, days, found["_day"].to_numpy() + 1),
        levels=found["levels"],
        within=(found["_inside"] / pl.Series(np.maximum(found["_all"].to_numpy(), 1e-9))).clip(0.0, 1.0),
    )
