"""The sample shop: a made-up shop with planted truth, the same for the same seed, as a `Shop` or as the files a shop exports.

It knows which tables and files there are, not what happens in the shop: that is simulated in `shop.sample_simulation`.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from shop.files import write_atomic
from shop.sample_simulation import (
    Simulation,
    customers_of,
    event_table,
    order_table,
    review_table,
    settings_of_sample,
    simulate,
)
from shop.sample_truth import Campaign, Truth, sample_truth
from shop.sample_world import data_folder, read_table
from shop.settings import FILE_NAME
from shop.shop import Shop

__all__ = ["Campaign", "Truth", "sample_shop", "sample_truth", "write_sample"]

_TIME = "%Y-%m-%dT%H:%M:%SZ"


def sample_shop(seed: int = 7, customers: int = 5_000) -> Shop:
    """Return the sample shop: a home shop in England with a web shop and one store, May 2025 to October 2026.

    Parameters
    ----------
    seed : int
        Equal seeds give equal shops, on any machine.
    customers : int
        At least 20. Guests come on top: some 8 in a hundred orders.

    Returns
    -------
    Shop
        All seven tables. Lines of cancelled orders are no sales and not among the events; their orders are in `orders`.
        What is planted is told by `sample_truth` of the same arguments.

    Raises
    ------
    ValueError
        When there are fewer than 20 customers.
    """
    made = simulate(seed, customers)
    return Shop(
        event_table(made),
        made.goods.table,
        customers_of(made),
        order_table(made),
        review_table(made),
        read_table("faq.csv"),
        read_table("policies.csv"),
        settings=settings_of_sample(),
    )


def write_sample(folder: Path, *, seed: int = 7, customers: int = 5_000) -> list[Path]:
    """Write the sample shop as the exports a shop would have, to be read by `Shop.load`; existing files are replaced.

    Returns
    -------
    list of Path
        products, customers, orders, order_lines (also those of cancelled orders, and returns), web_activity, reviews, faq,
        policies as CSV, and shop.toml. Times are UTC.

    Raises
    ------
    OSError
        When the folder cannot be written.
    ValueError
        When there are fewer than 20 customers.
    """
    made = simulate(seed, customers)
    tables = {
        "products.csv": made.goods.table.drop("image"),
        "customers.csv": customers_of(made),
        "orders.csv": order_table(made),
        **_event_files(made),
        "reviews.csv": review_table(made),
    }
    written = []
    for name, table in tables.items():
        write_atomic(folder / name, table.write_csv(datetime_format=_TIME))
        written.append(folder / name)
    for name in ("faq.csv", "policies.csv", FILE_NAME):
        write_atomic(folder / name, (data_folder() / name).read_bytes())
        written.append(folder / name)
    return written


def _event_files(made: Simulation) -> dict[str, pl.DataFrame]:
    """Return the order lines, with a state of their own so that a returned line stays a sale that came back, and the visits."""
    events = event_table(made, with_cancelled=True)
    trade = pl.col("action").is_in(["buy", "return"])
    cancelled = pl.Series(made.parcels.cancelled)
    row = pl.col("order_id").str.slice(2).cast(pl.Int64) - 100_001
    lines = events.filter(trade).drop("position")
    state = cancelled.gather(lines.select(row).to_series())
    lines = lines.with_columns(status=pl.when(state).then(pl.lit("cancelled")).otherwise(pl.lit("complete")))
    visits = events.filter(~trade).select("customer_id", "product_id", "action", "time", "channel")
    return {"order_lines.csv": lines, "web_activity.csv": visits}
