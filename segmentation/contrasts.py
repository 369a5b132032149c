"""What sets a group apart, in numbers: its profile columns beside those of all, and what it buys more than others do.

It counts tables it is handed. It names no group and says nothing in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

if TYPE_CHECKING:
    from shop import Shop

FEWEST_BUYERS = 5  # of fewer buyers in a group a lift is chance


def segment_numbers(profiles: pl.DataFrame, labels: NDArray[np.int64]) -> pl.DataFrame:
    """Return mean and median of every numeric profile column of each group, beside those of all customers.

    Parameters
    ----------
    profiles : one row a customer
    labels : int (n,), the group of each row of `profiles`

    Returns
    -------
    DataFrame, sorted by segment and the order of the columns in `profiles`
        segment, column, known (customers of whom it is known), mean, median, mean_all, median_all; null of nobody.
    """
    numeric = [name for name, kind in profiles.schema.items() if kind.is_numeric()]
    values = profiles.select(pl.col(numeric).cast(pl.Float64), pl.Series("segment", labels))
    values = values.unpivot(numeric, index="segment", variable_name="column", value_name="_value")
    measures = [pl.col("_value").mean().alias("mean"), pl.col("_value").median().alias("median")]
    known = pl.col("_value").count().cast(pl.Int64).alias("known")
    of_all = values.group_by("column").agg(measures)
    place = pl.DataFrame({"column": numeric, "_place": range(len(numeric))})
    table = values.group_by("segment", "column").agg(known, *measures)
    table = table.join(of_all, on="column", suffix="_all").join(place, on="column")
    return table.sort("segment", "_place").drop("_place")


def segment_lifts(
    shop: Shop,
    profiles: pl.DataFrame,
    labels: NDArray[np.int64],
    *,
    of: Literal["category", "product_id"] = "category",
    most: int = 5,
) -> pl.DataFrame:
    """Return what each group buys more often than the other customers do, most over-represented first.

    Parameters
    ----------
    shop : as it was known when `profiles` were made
    profiles : one row a customer
    labels : int (n,), the group of each row of `profiles`
    most : so many rows a group at most

    Returns
    -------
    DataFrame, sorted by segment, then lift, then name
        segment; the category or product_id; buyers (customers of the group who bought it, 5 at least); share (of the
        group's customers, 0–1); share_others (of all other customers); lift (share / share_others, above 1).
        What none of the others bought has no lift and is left out.
    """
    known = profiles.select("customer_id").with_columns(pl.Series("segment", labels))
    lines = shop.purchases().select("customer_id", "product_id").unique().join(known, on="customer_id", how="inner")
    named = lines.join(shop.products.select("product_id", "category"), on="product_id", how="left").drop_nulls(of)
    buyers = named.group_by("segment", of).agg(pl.col("customer_id").n_unique().cast(pl.Int64).alias("buyers"))
    everyone = buyers.group_by(of).agg(pl.col("buyers").sum().alias("_all"))
    people = known.group_by("segment").agg(pl.len().cast(pl.Int64).alias("_people"))
    shares = buyers.join(everyone, on=of).join(people, on="segment").filter(pl.col("_people") < known.height)
    shares = shares.with_columns(
        (pl.col("buyers") / pl.col("_people")).alias("share"),
        ((pl.col("_all") - pl.col("buyers")) / (known.height - pl.col("_people"))).alias("share_others"),
    )
    lifts = shares.with_columns((pl.col("share") / pl.col("share_others")).alias("lift")).filter(
        (pl.col("buyers") >= FEWEST_BUYERS) & (pl.col("share_others") > 0) & (pl.col("lift") > 1)
    )
    ranked = lifts.sort(["segment", "lift", of], descending=[False, True, False])
    return ranked.group_by("segment", maintain_order=True).head(most).drop("_all", "_people")
