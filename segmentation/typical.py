"""What is typical of the customers of a group: medians, which a few giants do not move. It reads profiles and no event."""

from __future__ import annotations

import numpy as np
import polars as pl

# column of the profile → the median as a multiple of that of all other customers who bought
_RATIOS = {"monetary_value": "spend_median_ratio", "average_unit_price": "unit_price_ratio"}


def typical(grouped: pl.DataFrame) -> pl.DataFrame:
    """Return products_median, spend_median_ratio and unit_price_ratio of each group.

    Parameters
    ----------
    grouped : profiles with the column `segment`

    Returns
    -------
    DataFrame, a row a group with a buyer. Of buyers only: the median over them of how many different products each bought; the
    median spend, and of the mean price each paid a unit, as a multiple of that of all other buyers; null where nothing is known
    of the ones or the others.
    """
    buyers = grouped.filter(pl.col("orders") > 0)
    table = buyers.group_by("segment").agg(pl.col("products").cast(pl.Float64).median().alias("products_median"))
    labels = buyers["segment"].to_numpy()
    for column, name in _RATIOS.items():
        values = buyers[column].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        ratios = [_ratio(values[labels == one], values[labels != one]) for one in table["segment"].to_list()]
        table = table.with_columns(pl.Series(name, ratios, dtype=pl.Float64))
    return table


def _ratio(own: np.ndarray, others: np.ndarray) -> float | None:
    own, others = own[np.isfinite(own)], others[np.isfinite(others)]
    if not own.size or not others.size:
        return None
    middle = float(np.median(others))
    return float(np.median(own)) / middle if middle > 0 else None
