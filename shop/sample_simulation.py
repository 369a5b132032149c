"""The whole simulation of the sample shop, and its tables. It knows the order of the parts, not what each does."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from shop.sample_browsing import before_orders, without_orders
from shop.sample_orders import Orders, joined_people, make_lines, make_orders
from shop.sample_parcels import (
    END_HOUR,
    Parcels,
    addresses,
    make_parcels,
    make_returns,
    tracking_codes,
    wholly_returned,
)
from shop.sample_people import People, customer_ids, customer_table, make_guests, make_people
from shop.sample_reviews import make_reviews
from shop.sample_world import START, Bools, Floats, Goods, data_folder, make_goods, read_catalogue
from shop.shop import Settings
from shop.tables import EVENTS, ORDERS, REVIEWS, UTC

GUESTS_A_CUSTOMER = 0.26  # guests order once: some 8 in a hundred orders
_ACTIONS = (
    "buy",
    "search",
    "view",
    "favourite",
    "cart",
    "rate",
    "return",
)  # of events of one second, as the loader puts them


@dataclass(frozen=True)
class Simulation:
    """Everything that happened: people (customers, then guests), goods, orders, lines and what became of them."""

    seed: int
    customers: People
    everyone: People
    goods: Goods
    orders: Orders
    lines: pl.DataFrame
    parcels: Parcels
    returns: pl.DataFrame
    reviews: pl.DataFrame
    browsing: pl.DataFrame


def simulate(seed: int, customers: int) -> Simulation:
    """Run the simulation.

    Raises
    ------
    ValueError
        When fewer than 20 customers are asked for: the planted groups need somebody in them.
    """
    if customers < 20:
        raise ValueError(
            f"sample shop: found customers={customers}; expected at least 20, as there are eight planted groups."
        )
    goods = make_goods(seed, read_catalogue())
    people = make_people(seed, customers)
    guests = make_guests(seed, round(customers * GUESTS_A_CUSTOMER))
    orders, everyone = make_orders(seed, people, guests), joined_people(people, guests)
    lines = make_lines(seed, orders, everyone, goods)
    parcels = make_parcels(seed, orders, everyone)
    returns = make_returns(seed, lines, orders, parcels, goods=goods, people=everyone)
    came_back = lines.join(returns.select("order", "product"), on=["order", "product"], how="left", coalesce=False)
    marked = lines.with_columns(returned=came_back["order_right"].is_not_null())
    reviews = make_reviews(seed, marked, orders, parcels, goods, customers=customers)
    browsing = pl.concat([before_orders(seed, orders, lines, everyone, goods), without_orders(seed, people, goods)])
    return Simulation(seed, people, everyone, goods, orders, lines, parcels, returns, reviews, browsing)


def settings_of_sample() -> Settings:
    """Return the settings in the shipped shop.toml."""
    return Settings(**tomllib.loads((data_folder() / "shop.toml").read_text(encoding="utf-8"))["shop"])


def event_table(made: Simulation, *, with_cancelled: bool = False) -> pl.DataFrame:
    """Return the events in order of time; lines of cancelled orders are no sales, and are there only if asked for."""
    order = made.lines["order"].to_numpy()
    bought = _trade(made, made.lines, "buy", made.parcels.placed[order], made.orders.in_store[order])
    if not with_cancelled:
        bought = bought.filter(pl.Series(~made.parcels.cancelled[order]))
    returned = _trade(
        made, made.returns, "return", made.returns["hour"].to_numpy(), made.returns["in_store"].to_numpy()
    )
    seen = made.browsing.with_columns(channel=pl.lit("web"))
    rated = made.reviews.select(
        "person", "product", pl.lit("rate").alias("action"), "hour", pl.lit("web").alias("channel")
    )
    events = pl.concat([bought, returned, seen, rated], how="diagonal")
    rank = pl.col("action").replace_strict({name: i for i, name in enumerate(_ACTIONS)}, return_dtype=pl.Int64)
    events = events.with_columns(time=utc(events["hour"]), _rank=rank)
    events = events.sort("time", "_rank", "order", "person", "product", nulls_last=True, maintain_order=True)
    products = made.goods.table["product_id"]
    ids = pl.Series(customer_ids(made.customers.size))
    person = pl.when(pl.col("person") < made.customers.size).then("person")
    events = events.with_columns(
        customer_id=ids.gather(events.select(person).to_series()),
        product_id=products.gather(events["product"]),
        position=pl.int_range(pl.len(), dtype=pl.Int64),
        quantity=pl.col("quantity").fill_null(1.0),
        order_id=_order_name(pl.col("order")),
    )
    return events.select(pl.col(name).cast(kind) for name, kind in EVENTS.items())


def _trade(made: Simulation, lines: pl.DataFrame, action: str, hour: Floats, in_store: Bools) -> pl.DataFrame:
    person = made.orders.person[lines["order"].to_numpy()]
    return lines.select(
        pl.Series("person", person),
        "product",
        pl.lit(action).alias("action"),
        pl.Series("hour", hour),
        "order",
        "quantity",
        "unit_price",
        pl.Series("channel", np.where(in_store, "store", "web")),
    )


def _order_name(order: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit("FR"), (order + 100_001).cast(pl.String))


def utc(hours: pl.Series) -> pl.Series:
    """Return UTC times of local hours since the start of the period, whole seconds; null for NaN."""
    start = datetime(START.year, START.month, START.day)
    seconds = (hours.fill_nan(None) * 3600).round().cast(pl.Int64)
    local = (seconds * 1_000_000).cast(pl.Duration("us")) + pl.Series([start], dtype=pl.Datetime("us"))
    return local.dt.replace_time_zone("Europe/London", ambiguous="earliest").dt.convert_time_zone("UTC").cast(UTC)


def order_table(made: Simulation) -> pl.DataFrame:
    """Return the orders as known at the end of the period, by time placed."""
    size = made.orders.person.size
    back = wholly_returned(made.lines, made.returns, size)
    person = pl.Series(made.orders.person)
    known = person.zip_with(person < made.customers.size, pl.Series([None], dtype=pl.Int64).new_from_index(0, size))
    seen = {name: getattr(made.parcels, name) for name in ("sent", "delivered")}
    table = pl.DataFrame(
        {
            "order_id": pl.select(_order_name(pl.int_range(size, dtype=pl.Int64))).to_series(),
            "customer_id": pl.Series(customer_ids(made.customers.size)).gather(known),
            "status": made.parcels.status(back),
            "placed": utc(pl.Series(made.parcels.placed)),
            **{name: utc(pl.Series(np.where(hour < END_HOUR, hour, np.nan))) for name, hour in seen.items()},
            "address": addresses(made.seed, made.orders, made.everyone),
            "tracking": tracking_codes(made.seed, made.parcels),
        }
    )
    return table.select(pl.col(name).cast(kind) for name, kind in ORDERS.items())


def review_table(made: Simulation) -> pl.DataFrame:
    """Return the reviews by time."""
    table = made.reviews.with_columns(
        product_id=made.goods.table["product_id"].gather(made.reviews["product"]),
        customer_id=pl.Series(customer_ids(made.customers.size)).gather(made.reviews["person"]),
        time=utc(made.reviews["hour"]),
    )
    return table.sort("time", "product_id").select(pl.col(name).cast(kind) for name, kind in REVIEWS.items())


def customers_of(made: Simulation) -> pl.DataFrame:
    """Return the customers with their attributes; the last login is the last day anything of theirs is recorded."""
    last = made.customers.first.copy()
    own = made.orders.person < made.customers.size
    np.maximum.at(last, made.orders.person[own], made.orders.day[own])
    seen = made.browsing.filter(pl.col("person") < made.customers.size)
    np.maximum.at(last, seen["person"].to_numpy(), np.floor(seen["hour"].to_numpy() / 24).astype(np.int64))
    return customer_table(made.seed, made.customers, last)
