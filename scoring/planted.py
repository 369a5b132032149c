"""How well unusual orders are found where it is known which they are: some of the shop's own last orders are made unusual.

It changes a copy of the shop and counts what is found. It knows no order that really was wrong.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from scoring import unusual
from scoring.backtest import EVERYBODY, SCHEMA, measured
from scoring.errors import CannotPredictError
from scoring.measures import CHANCES, Measure
from shop.profile_habits import knows_hours
from shop.profile_orders import order_key

if TYPE_CHECKING:
    from shop import Shop

_SHARE, _FEWEST, _MOST = 0.02, 8, 100  # of the last orders are changed
MEASURES: tuple[Measure, ...] = CHANCES[:2]  # AUC and PR-AUC
OURS, RIVALS = (
    "Shopkeeper",
    {"the order of largest worth first": "spend", "the order of the largest amounts first": "amount"},
)


def planted_check(shop: Shop, *, horizon_days: int = 30, seed: int = 0) -> pl.DataFrame:
    """Return how well planted unusual orders are found, beside ranking by worth and by amount.

    Two in a hundred of the last orders, drawn at random, are changed in turn: one product twenty times; the price four times, at the
    hour at which fewest orders come; every product ten times. What is usual is learnt from the orders before.

    Returns
    -------
    DataFrame with the columns of `scoring.backtest.SCHEMA`, for all orders together; the share planted is the PR-AUC of chance.

    Raises
    ------
    CannotPredictError
        When there are too few orders to learn from, or fewer than eight in the last `horizon_days`.
    """
    as_of = shop.as_of
    fitted = unusual.fit(shop, as_of, horizon_days, seed=seed)
    changed, planted = plant(shop, as_of - timedelta(days=horizon_days), seed=seed)
    since = as_of - timedelta(days=horizon_days)
    found = fitted.predict(changed, as_of).with_row_index("_place")
    orders = unusual.order_features(changed, since)
    keys = ("customer_id", "time")
    rows = orders.join(found.select(*keys, "_place"), on=keys, how="inner", nulls_equal=True)
    rows = rows.unique(keys, keep="first", maintain_order=True)
    marked = rows.join(planted.with_columns(_planted=pl.lit(1.0)), on=keys, how="left", nulls_equal=True)
    actual = marked["_planted"].fill_null(0.0).to_numpy()
    ways = {OURS: -marked["_place"].cast(pl.Float64).to_numpy()}
    ways |= {name: marked[column].cast(pl.Float64).to_numpy() for name, column in RIVALS.items()}
    lines = [one for measure in MEASURES for one in measured(actual, ways, measure, (None, EVERYBODY), seed=seed)]
    return pl.DataFrame(lines, schema=dict(SCHEMA), orient="row")


def plant(shop: Shop, since: datetime, *, seed: int = 0) -> tuple[Shop, pl.DataFrame]:
    """Return the shop with some orders from `since` on made unusual, and which: (customer_id, time of the order's first line).

    Raises
    ------
    CannotPredictError
        When there are fewer than eight orders to change.
    """
    zone = shop.settings.time_zone
    events = shop.events.with_columns(order_key(zone)).with_row_index("_row")
    bought = (pl.col("action") == "buy") & pl.col("quantity").is_not_null() & (pl.col("time") >= since)
    lines = events.filter(bought)
    orders = lines.select("customer_id", "_order").unique(maintain_order=True)
    many = min(max(round(_SHARE * orders.height), _FEWEST), _MOST)
    if orders.height < 2 * many:
        raise CannotPredictError(
            f"{orders.height} orders since {since:%Y-%m-%d}; at least {2 * many} are needed to see whether unusual ones are found."
        )
    drawn = np.random.default_rng(seed).permutation(orders.height)[:many]
    some = orders[np.sort(drawn).tolist()].with_columns(_kind=pl.Series(np.arange(many) % 3))
    of_lines = lines.join(some, on=("customer_id", "_order"), nulls_equal=True, maintain_order="left")
    first = pl.int_range(pl.len()).over("customer_id", "_order") == 0
    kind, times = pl.col("_kind"), _rare_hour(events.filter(pl.col("action") == "buy"), zone)
    made = of_lines.select(
        "_row",
        "customer_id",
        "_order",
        pl.when((kind == 0) & first).then(20.0).when(kind == 2).then(10.0).otherwise(1.0).alias("_times"),
        pl.when(kind == 1).then(4.0).otherwise(1.0).alias("_dearer"),
        pl.when((kind == 1) & pl.lit(times is not None)).then(times).otherwise(pl.col("time")).alias("_time"),
    )
    planted = made.group_by("customer_id", "_order").agg(pl.col("_time").min().alias("time")).drop("_order")
    whole = events.join(made.drop("customer_id", "_order"), on="_row", how="left", maintain_order="left")
    whole = whole.with_columns(
        pl.col("quantity") * pl.col("_times").fill_null(1.0),
        pl.col("unit_price") * pl.col("_dearer").fill_null(1.0),
        pl.coalesce("_time", "time").alias("time"),
    )
    return replace(shop, events=whole.select(shop.events.columns)), planted


def _rare_hour(bought: pl.DataFrame, zone: str) -> pl.Expr | None:
    """Return the time of a line moved to the hour of fewest orders of the same day; None where the clock knows days only."""
    if not knows_hours(bought["time"], zone):
        return None
    local = pl.col("time").dt.convert_time_zone(zone)
    counts = np.bincount(bought.select(local.dt.hour()).to_series().to_numpy(), minlength=24)
    back = (local.dt.hour().cast(pl.Int64) - int(np.argmin(counts))) % 24
    return (pl.col("time") - pl.duration(hours=back)).alias("_time")
