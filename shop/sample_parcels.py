"""What becomes of the sample shop's orders: payment, parcels, status, returns. It knows orders and lines, not why they were placed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from shop.sample_orders import CLOSED_DAYS, STORE_CLOSES, STORE_OPENS, Orders
from shop.sample_people import IRISH_TOWNS, STREETS, TOWNS, People, places, planted
from shop.sample_segments import RETURN_FACTORS
from shop.sample_world import DAYS, START, Bools, Floats, Goods, Ints, stream, weekday_of

END_HOUR = DAYS * 24.0
RETURN_DAYS = 30  # the window of the shop's policy
CANCELLED_SHARE = 0.015
BANK_HOLIDAYS = tuple(
    date.fromisoformat(day)
    for day in """2025-05-05 2025-05-26 2025-08-25 2025-12-25 2025-12-26 2026-01-01 2026-04-03 2026-04-06 2026-05-04
    2026-05-25 2026-08-31""".split()
)
_FAR = np.array([town.rsplit(" ", 1)[1].startswith(("BT", "IV")) for town in TOWNS])


@dataclass(frozen=True)
class Parcels:
    """What happened to each order, rows as in the orders; hours count from the start of the period, NaN for never.

    Times after the end of the period are there too: what is known at the end is told by `status`.
    """

    placed: Floats
    paid: Floats
    packed: Floats
    sent: Floats
    delivered: Floats
    cancelled: Bools
    express: Bools

    def status(self, returned: Bools) -> list[str]:
        """Return the status of each order at the end of the period; `returned` marks those of which everything came back."""
        state = np.full(self.placed.size, "placed", dtype=object)
        for name, since in (
            ("paid", self.paid),
            ("packed", self.packed),
            ("sent", self.sent),
            ("delivered", self.delivered),
        ):
            state[since < END_HOUR] = name
        state[returned] = "returned"
        state[self.cancelled] = "cancelled"
        return state.tolist()


def make_parcels(seed: int, orders: Orders, people: People) -> Parcels:
    """Return what becomes of each order, as the shop's delivery policy says; in the shop goods are handed over at once."""
    rng = stream(seed, "parcels")
    size = orders.person.size
    placed = orders.day * 24 + orders.hour
    sent_day, delivered_day, express = _days(rng, orders, people)
    cancelled = (rng.random(size) < CANCELLED_SHARE) & ~orders.in_store & (orders.unusual == 0)
    late = (orders.hour >= 14) | (weekday_of(orders.day) >= 5)
    slow = late & (rng.random(size) < 0.3)  # the bank asks back; such an order would not be sent the same day anyway
    paid = placed + np.where(slow, rng.uniform(1, 15.5, size), np.minimum(rng.exponential(0.7, size), 1.4))
    packed = np.maximum(paid + 0.05, np.minimum(placed + rng.uniform(1, 14, size), sent_day * 24 + 15.4))
    sent = np.where(cancelled | orders.in_store, np.nan, sent_day * 24 + rng.uniform(15.5, 18.4, size))
    delivered = np.where(cancelled, np.nan, delivered_day * 24 + rng.uniform(8.5, 17.9, size))
    store = orders.in_store
    return Parcels(
        placed=placed,
        paid=np.where(store, placed, paid),
        packed=np.where(store, placed, packed),
        sent=sent,
        delivered=np.where(store, placed, delivered),
        cancelled=cancelled,
        express=express & ~cancelled,
    )


def _days(rng: np.random.Generator, orders: Orders, people: People) -> tuple[Ints, Ints, Bools]:
    """Return the day each order is sent and delivered: sent the same working day by 2 pm, then working days by where it goes."""
    zero, holidays = np.datetime64(START), np.array(BANK_HOLIDAYS, dtype="datetime64[D]")
    placed = zero + orders.day.astype("timedelta64[D]")
    same = np.busday_offset(placed, 0, roll="forward", holidays=holidays)
    following = np.busday_offset(placed, 1, roll="backward", holidays=holidays)
    sent = np.where(orders.hour < 14, same, following)
    irish = people.is_irish[orders.person]
    far = _FAR[np.where(irish, 0, people.town[orders.person])] & ~irish
    express = (rng.random(orders.day.size) < 0.12) & ~irish & ~far & ~orders.in_store
    wait = rng.choice([2, 3, 4], orders.day.size, p=[0.45, 0.4, 0.15])
    wait = np.where(far, wait + 2, wait)
    wait = np.where(irish, rng.integers(4, 8, orders.day.size), wait)
    arrived = np.busday_offset(sent, np.where(express, 1, wait), holidays=holidays)
    return (sent - zero).astype(np.int64), (arrived - zero).astype(np.int64), express


def make_returns(
    seed: int, lines: pl.DataFrame, orders: Orders, parcels: Parcels, *, goods: Goods, people: People
) -> pl.DataFrame:
    """Return the returned lines known at the end: order, product, quantity, unit_price as paid, hour, in_store."""
    rng = stream(seed, "returns")
    order = lines["order"].to_numpy()
    chance = (
        planted("return_rate")[people.segment[orders.person[order]]]
        * return_factors(goods)[lines["product"].to_numpy()]
    )
    in_store = orders.in_store[order] | (rng.random(order.size) < 0.2)
    day = np.floor(parcels.delivered[order] / 24) + rng.integers(2, RETURN_DAYS - 1, order.size)
    day = day + np.where(np.isin(day, CLOSED_DAYS), 2, 0)
    opens, closes = (hours[weekday_of(np.nan_to_num(day).astype(np.int64))] for hours in (STORE_OPENS, STORE_CLOSES))
    hour = day * 24 + opens + 0.1 + rng.random(order.size) * (closes - opens - 0.2)
    quantity = lines["quantity"].to_numpy()
    part = np.minimum(rng.integers(1, np.maximum(quantity.astype(np.int64), 1) + 1), quantity)
    units = np.where(rng.random(order.size) < 0.8, quantity, part)
    known = (rng.random(order.size) < chance) & (hour < END_HOUR) & (orders.unusual[order] == 0)
    table = lines.with_columns(quantity=pl.Series(units), hour=pl.Series(hour), in_store=pl.Series(in_store))
    return table.filter(pl.Series(known & ~parcels.cancelled[order]))


def return_factors(goods: Goods) -> Floats:
    """Return the factor of each product on its buyer's rate of returns."""
    return np.array([RETURN_FACTORS.get(category, 1.0) for category in goods.table["category"].to_list()])


def wholly_returned(lines: pl.DataFrame, returns: pl.DataFrame, size: int) -> Bools:
    """Return for each order whether every unit of it came back."""
    bought = np.bincount(lines["order"].to_numpy(), lines["quantity"].to_numpy(), size)
    back = np.bincount(returns["order"].to_numpy(), returns["quantity"].to_numpy(), size)
    return (back > 0) & (back >= bought - 1e-9)


def addresses(seed: int, orders: Orders, people: People) -> list[str | None]:
    """Return the address an order goes to, the same for all orders of a customer; None in the shop. Streets are made up."""
    rng = stream(seed, "addresses")
    street = rng.integers(0, len(STREETS), people.size).tolist()
    number = rng.integers(1, 140, people.size).tolist()
    homes = []
    for person, (town, code) in enumerate(places(people)):
        country = "Ireland" if town in IRISH_TOWNS and not code else "United Kingdom"
        place = f"{town} {code}" if code else town
        homes.append(f"{number[person]} {STREETS[street[person]]}, {place}, {country}")
    return [
        None if store else homes[person]
        for person, store in zip(orders.person.tolist(), orders.in_store.tolist(), strict=True)
    ]


def tracking_codes(seed: int, parcels: Parcels) -> list[str | None]:
    """Return the tracking code of each parcel that has been sent by the end."""
    numbers = stream(seed, "tracking").integers(10_000_000, 99_999_999, parcels.sent.size).tolist()
    known = (parcels.sent < END_HOUR).tolist()
    return [f"FR{number}GB" if sent else None for number, sent in zip(numbers, known, strict=True)]
