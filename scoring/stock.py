"""How well the stock that is advised to be ordered would have lasted at earlier dates, beside ordering what sold last time.

It counts products and units. It forecasts nothing and knows no cost of a unit left over.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from scoring import demand
from scoring.errors import CannotPredictError
from scoring.windows import backtest_dates

if TYPE_CHECKING:
    from shop import Shop


def stock_check(shop: Shop, *, horizon_days: int, service_level: float = 0.95, most: int = 2) -> pl.DataFrame:
    """Return for each product sold in the weeks before each date how much was advised and how much was sold.

    Parameters
    ----------
    service_level : the chance that the stock lasts for the horizon
    most : dates, the last ones whose horizon is over

    Returns
    -------
    DataFrame (as_of, product_id, advised, again: units sold in the last horizon, actual).

    Raises
    ------
    CannotPredictError
        When the history is too short at each date.
    """
    found, refused = [], ""
    for date in backtest_dates(shop, horizon_days, most):
        seen = shop.until(date)
        before = _sold(seen, date - timedelta(days=horizon_days), horizon_days).rename({"actual": "again"})
        stock = before.select("product_id", stock=pl.lit(0.0))
        try:
            advised = demand.fit(seen, date, horizon_days).reorder(stock, service_level=service_level)
        except CannotPredictError as error:
            refused = str(error)
            continue
        rows = advised.select("product_id", advised="order").join(before, on="product_id")
        rows = rows.join(_sold(shop, date, horizon_days), on="product_id", how="left")
        found.append(
            rows.select(pl.lit(date).alias("as_of"), "product_id", "advised", "again", pl.col("actual").fill_null(0.0))
        )
    if not found:
        raise CannotPredictError(refused)
    return pl.concat(found)


def _sold(shop: Shop, start: datetime, days: int) -> pl.DataFrame:
    inside = pl.col("time").is_between(start, start + timedelta(days=days), closed="left")
    lines = shop.purchases().filter(inside)
    return lines.group_by("product_id").agg(pl.col("quantity").sum().cast(pl.Float64).alias("actual"))
