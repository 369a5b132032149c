"""The simple rivals of a forecast of demand: the same units again. They learn nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from scoring.weekly import WEEK_DAYS, YEAR, naive, weekly_sales

if TYPE_CHECKING:
    from shop import Shop


@dataclass(frozen=True)
class Repeat:
    """The units of each product and week as they were `lag` weeks before."""

    lag: int  # weeks: 1 the last week again, 52 the same week a year before
    weeks: int

    def predict(self, shop: Shop, as_of: datetime) -> pl.DataFrame:
        """Return (product_id, week, units)."""
        sales = weekly_sales(shop, as_of)
        units = naive(sales, self.weeks, self.lag)
        week = np.tile(np.arange(1, self.weeks + 1), len(sales.products))
        names = [name for name in sales.products for _ in range(self.weeks)]
        return pl.DataFrame({"product_id": names, "week": week, "units": units.ravel()})


def fit_last_week(shop: Shop, as_of: datetime, horizon_days: int) -> Repeat:
    """Expect the last week again: the simple rival."""
    return Repeat(1, -(-horizon_days // WEEK_DAYS))


def fit_last_year(shop: Shop, as_of: datetime, horizon_days: int) -> Repeat:
    """Expect the same weeks of last year, and the last week where there was none."""
    return Repeat(YEAR, -(-horizon_days // WEEK_DAYS))
