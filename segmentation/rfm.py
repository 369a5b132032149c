"""The classes marketers know from recency, frequency and monetary value. It scores by rank and learns nothing."""

from __future__ import annotations

import polars as pl

# (recency score, mean of frequency and monetary score) → class, the first rule that fits; scores 1 (worst) to 5
RFM_CLASSES: tuple[tuple[str, tuple[int, int], tuple[float, float]], ...] = (
    ("Champions", (5, 5), (4.0, 5.0)),
    ("Loyal customers", (3, 5), (3.5, 5.0)),
    ("Potential loyalists", (4, 5), (2.0, 3.5)),
    ("New customers", (5, 5), (1.0, 2.0)),
    ("Promising", (4, 4), (1.0, 2.0)),
    ("Need attention", (3, 3), (2.0, 3.5)),
    ("About to sleep", (3, 3), (1.0, 2.0)),
    ("Cannot lose them", (1, 1), (4.0, 5.0)),
    ("At risk", (1, 2), (2.5, 5.0)),
    ("Hibernating", (1, 2), (1.0, 2.5)),
)


def rfm_classes(profiles: pl.DataFrame) -> pl.DataFrame:
    """Return recency, frequency and monetary scores (1 worst to 5 best, by fifths of rank) and the standard class.

    `RFM_CLASSES` is the table of the classes. A score is relative to the other customers of this shop, and customers
    with equal values share one, so that fifths are uneven where many have bought once.

    Parameters
    ----------
    profiles : with recency_days, orders, monetary_value; who has no order gets nulls; no class without clock or prices

    Returns
    -------
    DataFrame (customer_id, recency_score, frequency_score, monetary_score, rfm_class), rows as in `profiles`.

    Source: Hughes (1994), Strategic Database Marketing; class names as in common use since.
    """
    bought = pl.col("orders") > 0
    scores = profiles.select(
        "customer_id",
        _fifth(pl.when(bought).then(-pl.col("recency_days"))).alias("recency_score"),
        _fifth(pl.when(bought).then(pl.col("orders"))).alias("frequency_score"),
        _fifth(pl.when(bought).then(pl.col("monetary_value"))).alias("monetary_score"),
    )
    worth = (pl.col("frequency_score") + pl.col("monetary_score")) / 2
    found = pl.lit(None, dtype=pl.String)
    for name, (low, high), (least, most) in reversed(RFM_CLASSES):
        fits = pl.col("recency_score").is_between(low, high) & worth.is_between(least, most)
        found = pl.when(fits).then(pl.lit(name)).otherwise(found)
    return scores.with_columns(found.alias("rfm_class"))


def _fifth(values: pl.Expr) -> pl.Expr:
    """Return the fifth of the rank, 1 to 5; equal values share the score of their middle rank."""
    return ((values.rank("average") * 5 / values.count()).ceil().clip(1, 5)).cast(pl.Int64)
