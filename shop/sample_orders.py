"""The made-up orders of the sample shop and their lines: when, where, what, how many, at which price. It knows no parcel and no review."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from shop.sample_people import People, planted, snap_days
from shop.sample_segments import COMPLEMENT_CHANCE, SEGMENTS, STORE_LINES_FACTOR
from shop.sample_world import (
    CAMPAIGN_DAY,
    CAMPAIGN_DAYS,
    DAYS,
    Bools,
    Floats,
    Goods,
    Ints,
    cdf_rows,
    season,
    stream,
    weekday_of,
)

CLOSED_DAYS = (238, 239, 339)  # 25 and 26 December 2025, Easter Sunday 2026
STORE_OPENS = np.array([9.5] * 6 + [11.0])
STORE_CLOSES = np.array([18.0] * 6 + [16.0])
_UNUSUAL = ("many units", "dear and at night", "a bit of everything")
_MOST_ORDERS = 70


@dataclass(frozen=True)
class Orders:
    """Orders as arrays in order of time: who, local day and hour, whether in the shop; `unusual` 0 or 1 + the kind."""

    person: Ints
    day: Ints
    hour: Floats
    in_store: Bools
    unusual: Ints

    def take(self, rows: Ints) -> Orders:
        """Return some of the orders, in the order of `rows`."""
        return Orders(self.person[rows], self.day[rows], self.hour[rows], self.in_store[rows], self.unusual[rows])


def unusual_kind(number: int) -> str:
    """Return the name of a kind of planted unusual order, numbered from 1."""
    return _UNUSUAL[number - 1]


def make_orders(seed: int, people: People, guests: People) -> Orders:
    """Return all orders; people numbered from `people.size` on are guests."""
    person, day = _renewals(seed, people)
    more_person, more_day = _campaign(seed, people)
    everyone = joined_people(people, guests)
    person = np.concatenate([person, more_person, np.arange(people.size, everyone.size)])
    day = np.concatenate([day, more_day, guests.first])
    rng = stream(seed, "orders")
    segment = everyone.segment[person]
    by_mail = np.repeat(
        [False, True, False], [person.size - more_person.size - guests.size, more_person.size, guests.size]
    )
    low = np.where(by_mail, CAMPAIGN_DAY, everyone.first[person])
    high = np.minimum(np.where(by_mail, CAMPAIGN_DAY + CAMPAIGN_DAYS, DAYS), everyone.last[person])
    day = snap_days(rng, segment, day, low, high)
    near = ~np.isin(day, CLOSED_DAYS) & ~everyone.is_irish[person]
    in_store = (rng.random(day.size) < planted("store_share")[segment]) & near
    hour = order_hours(rng, segment, day, in_store)
    orders = Orders(person, day, hour, in_store, np.zeros(day.size, dtype=np.int64))
    return _with_unusual(seed, orders.take(np.lexsort((person, hour, day))), people)


def joined_people(people: People, guests: People) -> People:
    """Return customers and guests as one, customers first."""
    names = People.__dataclass_fields__
    return People(**{name: np.concatenate([getattr(people, name), getattr(guests, name)]) for name in names})


def _renewals(seed: int, people: People) -> tuple[Ints, Ints]:
    """Return person and day of the orders: gamma gaps on a clock that runs with the season of the group."""
    rng = stream(seed, "renewals")
    buyers = np.flatnonzero(~people.browses_only)
    segment, shape = people.segment[buyers], planted("regularity")[people.segment[buyers]]
    gaps = rng.standard_gamma(shape[:, None], (buyers.size, _MOST_ORDERS)) * (people.pace[buyers] / shape)[:, None]
    clocks = {kind: np.concatenate([[0.0], np.cumsum(season(kind))]) for kind in ("spring", "christmas", "even")}
    found_person, found_day = [buyers], [people.first[buyers]]
    for number, planted_segment in enumerate(SEGMENTS):
        rows = np.flatnonzero(segment == number)
        clock = clocks[planted_segment.season]
        ticks = clock[people.first[buyers[rows]]][:, None] + 0.5 + np.cumsum(gaps[rows], axis=1)
        days = np.floor(np.interp(ticks, clock, np.arange(DAYS + 1), right=1e9)).astype(np.int64)
        kept = days < people.last[buyers[rows]][:, None]
        found_person.append(np.repeat(buyers[rows], kept.sum(axis=1)))
        found_day.append(days[kept])
    return np.concatenate(found_person), np.concatenate(found_day)


def _campaign(seed: int, people: People) -> tuple[Ints, Ints]:
    """Return the orders the mail brought: one more, in its week, from mailed customers who are not lost."""
    rng = stream(seed, "campaign")
    day = CAMPAIGN_DAY + np.minimum(rng.geometric(0.45, people.size) - 1, CAMPAIGN_DAYS - 1)
    moved = rng.random(people.size) < planted("uplift")[people.segment]
    rows = np.flatnonzero((people.mailed == 1) & moved & (day < people.last) & ~people.browses_only)
    return rows, day[rows]


def order_hours(rng: np.random.Generator, segment: Ints, day: Ints, in_store: Bools) -> Floats:
    """Return the local hour of each order; in the shop within its opening hours."""
    hour = rng.normal(planted("hour")[segment], planted("hour_spread")[segment])
    weekday = weekday_of(day)
    middle = np.clip(hour, STORE_OPENS[weekday] + 1, STORE_CLOSES[weekday] - 1) + rng.uniform(-0.9, 0.9, hour.size)
    return np.where(in_store, middle, np.clip(hour, 6.2, 23.4) + rng.uniform(0, 0.5, hour.size))


def _with_unusual(seed: int, orders: Orders, people: People) -> Orders:
    """Turn a few orders of customers into planted unusual ones."""
    rng = stream(seed, "unusual")
    each = max(1, round(12 * people.size / 5_000))
    known = np.flatnonzero(
        (orders.person < people.size)
        & (orders.day > 60)
        & ~orders.in_store
        & ~people.is_irish[orders.person % people.size]
    )
    rows = rng.choice(known, min(known.size, each * len(_UNUSUAL)), replace=False)
    unusual, hour = orders.unusual.copy(), orders.hour.copy()
    unusual[rows] = np.arange(rows.size) % len(_UNUSUAL) + 1
    hour[unusual == 2] = 3.0 + rng.random(int((unusual == 2).sum()))
    changed = replace(orders, unusual=unusual, hour=hour)
    return changed.take(np.lexsort((changed.person, changed.hour, changed.day)))


def make_lines(seed: int, orders: Orders, people: People, goods: Goods) -> pl.DataFrame:
    """Return the lines: order, product (row numbers), quantity, unit_price; a product stands once in an order.

    `people` are customers and guests together.
    """
    rng = stream(seed, "lines")
    segment = people.segment[orders.person]
    mean = planted("lines")[segment] * np.where(orders.in_store, STORE_LINES_FACTOR, 1.0)
    mean = mean * goods.lift[cdf_rows(segment, people.taste[orders.person], orders.day)]
    order = np.repeat(np.arange(orders.person.size), 1 + rng.poisson(np.maximum(mean - 1, 0.05)))
    order = order[orders.unusual[order] == 0]
    product = _products(rng, orders, order, people, goods)
    quantity = 1 + rng.poisson(planted("units")[segment[order]] - 1)
    lines = [pl.DataFrame({"order": order, "product": product, "quantity": quantity.astype(np.float64)})]
    lines += [_complements(rng, lines[0], goods), _unusual_lines(rng, orders, goods)]
    whole = pl.concat(lines).group_by("order", "product", maintain_order=True).agg(pl.col("quantity").sum())
    whole = whole.sort("order", maintain_order=True)
    week = orders.day[whole["order"].to_numpy()] // 7
    return whole.with_columns(unit_price=pl.Series(goods.prices[whole["product"].to_numpy(), week]))


def _products(rng: np.random.Generator, orders: Orders, order: Ints, people: People, goods: Goods) -> Ints:
    """Return a product for each line. A planted share of lines are of products whose price never moves and may repeat earlier ones."""
    person = orders.person[order]
    segment = people.segment[person]
    rows = cdf_rows(segment, people.taste[person], orders.day[order])
    steady = rng.random(order.size) < planted("repeat_share")[segment]
    is_living = (goods.table["category"] == "Plants & Seeds").to_numpy()
    product = goods.draw(rng, rows)
    while (wrong := (steady & goods.moves[product]) | (people.is_irish[person] & is_living[product])).any():
        product[wrong] = goods.draw(rng, rows[wrong])  # no plant is sent to Ireland
    product[steady] = _repeated(rng, person[steady], product[steady])
    return product


def _repeated(rng: np.random.Generator, person: Ints, product: Ints) -> Ints:
    """Let each line repeat one of its customer's earlier ones, where there is one."""
    by_person = np.argsort(person, kind="stable")
    owner = person[by_person]
    start = np.searchsorted(owner, owner, side="left")
    rank = np.arange(owner.size) - start
    source = np.where(rank > 0, start + np.floor(rng.random(owner.size) * rank).astype(np.int64), np.arange(owner.size))
    fresh = rng.random(owner.size) < 0.2  # now and then something new becomes a habit
    source = np.where(fresh, np.arange(owner.size), source)
    while not np.array_equal(source, source[source]):
        source = source[source]
    result = np.empty_like(product)
    result[by_person] = product[by_person[source]]
    return result


def _complements(rng: np.random.Generator, lines: pl.DataFrame, goods: Goods) -> pl.DataFrame:
    """Return the second products of planted pairs, added where the first was bought."""
    found = []
    for first, second in goods.complements:
        bought = lines.filter(pl.col("product") == first)
        taken = bought.filter(pl.Series(rng.random(bought.height) < COMPLEMENT_CHANCE))
        found.append(taken.with_columns(product=pl.lit(second, dtype=pl.Int64), quantity=pl.lit(1.0)))
    return pl.concat(found) if found else lines.clear()


def _unusual_lines(rng: np.random.Generator, orders: Orders, goods: Goods) -> pl.DataFrame:
    """Return the lines of the planted unusual orders, of products whose price never moves."""
    steady = np.flatnonzero(~goods.moves)
    price = goods.prices[steady, -1]
    dear, cheap = (
        steady[np.argsort(-price, kind="stable")[:40]],
        steady[np.argsort(price, kind="stable")[: steady.size // 2]],
    )
    rows: list[tuple[int, int, float]] = []
    for order in np.flatnonzero(orders.unusual).tolist():
        kind = orders.unusual[order]
        if kind == 1:
            rows.append((order, int(rng.choice(cheap)), float(rng.integers(30, 80))))
        elif kind == 2:
            rows += [(order, int(product), 1.0) for product in rng.choice(dear, 6, replace=False)]
        else:
            rows += [(order, int(product), 1.0) for product in rng.choice(steady, 16, replace=False)]
    return pl.DataFrame(rows, schema={"order": pl.Int64, "product": pl.Int64, "quantity": pl.Float64}, orient="row")
