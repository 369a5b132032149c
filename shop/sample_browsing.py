"""What the sample shop's visitors do without buying: views, searches, favourites and carts. It knows who they are and what they bought."""

from __future__ import annotations

import numpy as np
import polars as pl

from shop.sample_orders import Orders, order_hours
from shop.sample_people import People, planted, snap_days
from shop.sample_world import Bools, Floats, Goods, Ints, cdf_rows, stream

_GUEST_SHARE = 0.08


def before_orders(seed: int, orders: Orders, lines: pl.DataFrame, people: People, goods: Goods) -> pl.DataFrame:
    """Return views and carts that led to online orders: each line is looked at and most go through the cart, with a few others looked at."""
    rng = stream(seed, "before orders")
    online = lines.filter(pl.Series(~orders.in_store[lines["order"].to_numpy()]))
    order, product = online["order"].to_numpy(), online["product"].to_numpy()
    placed = orders.day * 24 + orders.hour
    seen = rng.random(order.size) < 0.92
    carted = rng.random(order.size) < 0.75
    views = _acts(
        "view", orders.person[order[seen]], product[seen], placed[order[seen]] - rng.uniform(0.15, 0.6, int(seen.sum()))
    )
    last = placed[order[carted]] - rng.uniform(0.02, 0.14, int(carted.sum()))
    carts = _acts("cart", orders.person[order[carted]], product[carted], last)
    visited = np.flatnonzero(~orders.in_store)
    others = np.repeat(visited, rng.poisson(1.6, visited.size))
    person = orders.person[others]
    looked = goods.draw(rng, cdf_rows(people.segment[person], people.taste[person], orders.day[others]))
    more = _acts("view", person, looked, placed[others] - rng.uniform(0.15, 0.7, others.size))
    left = rng.random(others.size) < 0.08
    abandoned = _acts(
        "cart", person[left], looked[left], placed[others[left]] - rng.uniform(0.02, 0.14, int(left.sum()))
    )
    return pl.concat([views, carts, more, abandoned])


def without_orders(seed: int, people: People, goods: Goods) -> pl.DataFrame:
    """Return what is done on visits without an order; a part of the visitors is not known (person null)."""
    rng = stream(seed, "visits")
    person, day, hour, known = _visits(rng, people)
    views = 1 + rng.poisson(1.1, person.size)
    visit = np.repeat(np.arange(person.size), views)
    rows = cdf_rows(people.segment[person], people.taste[person], day)
    product = goods.draw(rng, rows[visit])
    start = day * 24 + hour
    when = start[visit] + rng.uniform(0.02, 0.4, visit.size)
    who = person[visit]
    table = [_acts("view", who, product, when)]
    searched = rng.random(person.size) < 0.16
    first = np.cumsum(views) - views  # the first view of each visit
    hit = rng.random(person.size) < 0.6
    wanted = np.where(hit, product[first], -1)
    table.append(_acts("search", person[searched], wanted[searched], start[searched]))
    for action, chance, later in (("favourite", 0.035, 0.01), ("cart", 0.05, 0.02)):
        done = rng.random(visit.size) < chance
        table.append(_acts(action, who[done], product[done], when[done] + later))
    is_known = np.concatenate([known[visit], known[searched]])
    flags = pl.concat(table)
    sizes = [part.height for part in table]
    rest = pl.Series(rng.random(sum(sizes[2:])) >= _GUEST_SHARE)
    mask = pl.concat([pl.Series(is_known), rest])
    return flags.with_columns(person=pl.when(mask).then("person"))


def _visits(rng: np.random.Generator, people: People) -> tuple[Ints, Ints, Floats, Bools]:
    length = people.last - people.first
    rate = planted("sessions_a_month")[people.segment] / 30
    count = rng.poisson(rate * length) + people.browses_only
    person = np.repeat(np.arange(people.size), count)
    day = people.first[person] + np.floor(rng.random(person.size) * length[person]).astype(np.int64)
    segment = people.segment[person]
    day = snap_days(rng, segment, day, people.first[person], people.last[person])
    hour = np.clip(
        order_hours(rng, segment, day, np.zeros(day.size, dtype=np.bool_)) + rng.normal(0, 0.8, day.size), 6.1, 23.2
    )
    known = rng.random(person.size) >= _GUEST_SHARE
    return person, day, hour, known | people.browses_only[person]


def _acts(action: str, person: Ints, product: Ints, hour: Floats) -> pl.DataFrame:
    table = pl.DataFrame({"person": person, "product": product, "hour": hour}).with_columns(action=pl.lit(action))
    return table.select(
        pl.col("person").cast(pl.Int64),
        pl.when(pl.col("product") >= 0).then("product").cast(pl.Int64),
        "action",
        pl.col("hour").cast(pl.Float64),
    )
