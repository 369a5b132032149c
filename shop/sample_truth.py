"""What is planted in the sample shop: the answers a method should find. For tests and benchmarks only; nothing that serves a shop reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from shop.sample_orders import unusual_kind
from shop.sample_people import customer_ids
from shop.sample_segments import (
    COMPLEMENT_CHANCE,
    ELASTICITY,
    RETURN_FACTORS,
    SEGMENTS,
    STORE_LINES_FACTOR,
    Segment,
)
from shop.sample_simulation import Simulation, simulate, utc
from shop.sample_world import CAMPAIGN_COLUMN, CAMPAIGN_DAY, CAMPAIGN_DAYS, DAYS, MAIL_CONTROL, MAIL_SENT, START, WEEKS


@dataclass(frozen=True)
class Campaign:
    """The e-mail of one week: customers whose `column` is `sent` got it, those with `control` could have and did not.

    `uplift` is the number of orders more that a mailed customer who is not lost places from `sent_on` on, within `days`,
    by the name of the segment.
    """

    column: str
    sent: str
    control: str
    sent_on: date
    days: int
    uplift: Mapping[str, float]


@dataclass(frozen=True)
class Truth:
    """The planted facts of one sample shop.

    `customers`: customer_id, segment, taste (0–2 within the segment), interval_days (mean between orders, season averaged),
    first_possible and lost_at (UTC; never orders from then on, may lie after the period), is_lost (at the end), buys (False:
    only ever looks).
    `products`: product_id, price_moves, elasticity (of units, by category), quality (mean rating before noise).
    `prices`: product_id, week_start (local date), price, for every product and week.
    `complements`: pairs of product_ids; who buys the first adds the second with `complement_chance`.
    `unusual_orders`: order_id → kind. `future_only` names the customer column that is written at the end of the period.
    """

    customers: pl.DataFrame
    products: pl.DataFrame
    prices: pl.DataFrame
    segments: tuple[Segment, ...]
    elasticity: Mapping[str, float]
    return_factors: Mapping[str, float]
    store_lines_factor: float
    complements: tuple[tuple[str, str], ...]
    complement_chance: float
    campaign: Campaign
    unusual_orders: Mapping[str, str]
    future_only: str
    starts: date
    ends: date  # the first day after the period


def sample_truth(seed: int = 7, customers: int = 5_000) -> Truth:
    """Return what is planted in `sample_shop(seed, customers)`."""
    made = simulate(seed, customers)
    ids = made.goods.table["product_id"].to_list()
    unusual = {
        f"FR{row + 100_001}": unusual_kind(kind) for row, kind in enumerate(made.orders.unusual.tolist()) if kind
    }
    return Truth(
        customers=_customers(made),
        products=_products(made),
        prices=_prices(made, ids),
        segments=SEGMENTS,
        elasticity=ELASTICITY,
        return_factors=RETURN_FACTORS,
        store_lines_factor=STORE_LINES_FACTOR,
        complements=tuple((ids[first], ids[second]) for first, second in made.goods.complements),
        complement_chance=COMPLEMENT_CHANCE,
        campaign=Campaign(
            CAMPAIGN_COLUMN,
            MAIL_SENT,
            MAIL_CONTROL,
            START + timedelta(days=CAMPAIGN_DAY),
            CAMPAIGN_DAYS,
            {segment.name: segment.uplift for segment in SEGMENTS},
        ),
        unusual_orders=unusual,
        future_only="last_login",
        starts=START,
        ends=START + timedelta(days=DAYS),
    )


def _customers(made: Simulation) -> pl.DataFrame:
    people = made.customers
    names = [segment.name for segment in SEGMENTS]
    return pl.DataFrame(
        {
            "customer_id": customer_ids(people.size),
            "segment": [names[number] for number in people.segment.tolist()],
            "taste": people.taste,
            "interval_days": people.pace,
            "first_possible": utc(pl.Series(people.first * 24.0)),
            "lost_at": utc(pl.Series(people.lost * 24.0)),
            "is_lost": people.lost < DAYS,
            "buys": ~people.browses_only,
        }
    )


def _products(made: Simulation) -> pl.DataFrame:
    table = made.goods.table
    return table.select(
        "product_id",
        pl.Series("price_moves", made.goods.moves),
        pl.col("category").replace_strict(dict(ELASTICITY), return_dtype=pl.Float64).alias("elasticity"),
        pl.Series("quality", made.goods.quality),
    )


def _prices(made: Simulation, ids: list[str]) -> pl.DataFrame:
    weeks = [START + timedelta(days=7 * week) for week in range(WEEKS)]
    return pl.DataFrame(
        {
            "product_id": [product for product in ids for _ in weeks],
            "week_start": weeks * len(ids),
            "price": made.goods.prices.ravel(),
        }
    )
