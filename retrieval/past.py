"""What customers did, as arrays in the rows of one model: each customer's events in order, found at once, added one by one.

It counts and keeps. It knows no score and no product but its row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from retrieval.model import MOST_UNITS, Clock, History, ItemModel

if TYPE_CHECKING:
    from shop import Shop

DAY_US = 86_400_000_000
Rows = NDArray[np.int64]
ACTIONS = ("view", "search", "favourite", "cart", "buy", "return", "rate")  # the code of an action is its place here


@dataclass(frozen=True)
class Happened:
    """One customer's events, oldest first; all arrays (m,).

    `rows` of the model, -1 where it has no such product; `days` since 1970, fractional (or the event's number, from 0, in a
    shop without a clock); `codes` places in ACTIONS; `units` at least 0; `orders` a number an order, equal for lines of one.
    """

    rows: Rows
    days: NDArray[np.float64]
    codes: NDArray[np.int8]
    units: NDArray[np.float64]
    orders: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def without(self, at: int) -> Happened:
        """Return the events without the one at place `at`."""
        kept = np.arange(len(self)) != at
        return Happened(self.rows[kept], self.days[kept], self.codes[kept], self.units[kept], self.orders[kept])


def days_of(time: datetime) -> float:
    """Return a moment as days since 1970, UTC."""
    return time.timestamp() / 86_400


class Past:
    """The events of a shop's tables, by customer.

    Parameters
    ----------
    shop : Shop
    ids : product ids of the model, in its order
    clock : as the model's: time in days, or in each customer's number of events
    """

    def __init__(self, shop: Shop, ids: Iterable[str], clock: Clock) -> None:
        places = pl.DataFrame({"product_id": list(ids)}, schema={"product_id": pl.String}).with_row_index("_row")
        events = shop.events.filter(pl.col("customer_id").is_not_null() & pl.col("product_id").is_not_null())
        sort = ["customer_id", "time", "position"] if shop.has_clock else ["customer_id", "position"]
        table = (
            events.join(places, on="product_id", how="left")
            .with_columns(
                pl.col("_row").cast(pl.Int64).fill_null(-1),
                pl.col("action").replace_strict({name: at for at, name in enumerate(ACTIONS)}, return_dtype=pl.Int8),
                pl.col("quantity").fill_null(1.0),
                pl.coalesce(pl.col("order_id"), pl.lit("\x00") + pl.col("position").cast(pl.String))
                .rank("dense")
                .cast(pl.Int64)
                .alias("_order"),
            )
            .sort(sort)
        )
        number = (
            pl.int_range(pl.len()).over("customer_id") if clock == "events" else pl.col("time").dt.epoch("us") / DAY_US
        )
        table = table.with_columns(number.cast(pl.Float64).alias("_day"))
        self._columns = (
            table["_row"].to_numpy(),
            table["_day"].to_numpy(),
            table["action"].to_numpy(),
            table["quantity"].to_numpy(),
            table["_order"].to_numpy(),
        )
        counts = table.group_by("customer_id", maintain_order=True).len()
        ends = np.cumsum(counts["len"].to_numpy())
        self._span = {
            name: (int(end - many), int(end))
            for name, many, end in zip(counts["customer_id"], counts["len"], ends, strict=True)
        }

    def of(self, customer: str) -> Happened:
        """Return the customer's events, oldest first; none for a customer the tables do not know."""
        start, end = self._span.get(customer, (0, 0))
        return Happened(*(column[start:end] for column in self._columns))


@dataclass
class CustomerState:
    """What is held of one customer in memory; an event changes it in O(h d), whatever happened before.

    `sums` are of the moment `at`; each product's `weights` of the moment of its last event, `last`. `before` are the events
    of the shop's tables, `tail` those recorded since: (row, day, action, units, order).
    """

    sums: NDArray[np.float32]  # (h, d)
    before: Happened
    at: float = -np.inf  # days, or number of events
    place: dict[int, int] = field(default_factory=dict)  # row → place in the lists below
    weights: list[NDArray[np.float64]] = field(default_factory=list)  # (h,) each
    first: list[float] = field(default_factory=list)
    last: list[float] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)
    units: list[float] = field(default_factory=list)  # bought less returned
    returned: set[int] = field(default_factory=set)  # rows that came back and were not bought again
    baskets: int = 0
    tail: list[tuple[int, float, str, float, object]] = field(default_factory=list)
    seen_orders: set[object] = field(default_factory=set)  # of the tail: (row, order), and the order alone

    @property
    def owned(self) -> set[int]:
        """Rows of which the customer has bought more than they sent back."""
        return {row for row, at in self.place.items() if self.units[at] > 1e-9}

    def happened(self) -> Happened:
        """Return all events, those of the tables first, then the recorded ones as they came."""
        if not self.tail:
            return self.before
        rows, days, actions, units, orders = zip(*self.tail, strict=True)
        numbers: dict[object, int] = {}
        ours = [numbers.setdefault(order, -1 - len(numbers)) for order in orders]  # below 0: never one of the tables'
        return Happened(
            np.concatenate([self.before.rows, np.array(rows, np.int64)]),
            np.concatenate([self.before.days, np.array(days)]),
            np.concatenate([self.before.codes, np.array([ACTIONS.index(one) for one in actions], np.int8)]),
            np.concatenate([self.before.units, np.array(units)]),
            np.concatenate([self.before.orders, np.array(ours, np.int64)]),
        )


class Fold:
    """Turns events into states, always in the same order of float operations: the same events, the same bytes."""

    def __init__(self, model: ItemModel) -> None:
        self.model = model
        self._half_lives = model.half_lives.astype(np.float64)

    def empty(self) -> CustomerState:
        """Return the state of somebody without history."""
        none = np.zeros(0)
        return self.of(Happened(none.astype(np.int64), none, none.astype(np.int8), none, none.astype(np.int64)))

    def weights_of(self, happened: Happened) -> NDArray[np.float64]:
        """Return (m,), what each event counts before it ages; 0 for a product the model does not know."""
        by_action = np.array([self.model.event_weight(action) for action in ACTIONS])
        units = np.clip(np.nan_to_num(happened.units, nan=1.0), 1.0, MOST_UNITS) ** self.model.quantity_power
        return np.where(happened.rows >= 0, by_action[happened.codes] * units, 0.0)

    def aged(self, happened: Happened, now: float) -> NDArray[np.float64]:
        """Return (h, m), what is left at `now` of each event in each sum."""
        age = np.maximum(now - happened.days, 0.0)
        return self.weights_of(happened) * np.exp2(-age / self._half_lives[:, None])

    def of(self, happened: Happened) -> CustomerState:
        """Return the state after the events of the shop's tables, at once."""
        state = CustomerState(self.model.nothing(), happened)
        known = happened.rows >= 0
        if not known.any():
            return state
        rows, place = np.unique(happened.rows[known], return_inverse=True)
        days, codes, units, orders = (
            column[known] for column in (happened.days, happened.codes, happened.units, happened.orders)
        )
        weighed = self.weights_of(happened)[known]
        first, last = np.full(len(rows), np.inf), np.full(len(rows), -np.inf)
        np.minimum.at(first, place, days)
        np.maximum.at(last, place, days)
        left = weighed * np.exp2(-(last[place] - days) / self._half_lives[:, None])
        weights = np.stack([np.bincount(place, one, len(rows)) for one in left])
        counted = weighed != 0
        if counted.any():
            state.at = float(days[counted].max())
            now = weights * np.exp2(-(state.at - last) / self._half_lives[:, None])
            state.sums = (now @ self.model.inputs[rows].astype(np.float64)).astype(np.float32)
        state.place = {row: at for at, row in enumerate(rows.tolist())}
        state.weights, state.first, state.last = list(weights.T), first.tolist(), last.tolist()
        bought, back = codes == ACTIONS.index("buy"), codes == ACTIONS.index("return")
        pairs = np.unique(np.stack([place[bought], orders[bought]]), axis=1)
        state.orders = np.bincount(pairs[0], minlength=len(rows)).tolist()
        state.baskets = len(np.unique(orders[bought]))
        net = np.bincount(place, np.where(bought, units, np.where(back, -units, 0.0)), len(rows))
        state.units = net.tolist()
        state.returned = set(rows[np.unique(place[back])][net[np.unique(place[back])] <= 1e-9].tolist())
        return state

    def add(self, state: CustomerState, row: int, day: float, action: str, *, units: float, order: object) -> None:
        """Change a state by one event; `row` -1 is a product the model does not know, or a search without one."""
        state.tail.append((row, day, action, units, order))
        if row < 0:
            return
        weight = self.model.event_weight(action, units)
        if weight:
            self._pool(state, row, day, weight)
        at = self._weigh(state, row, day, weight)
        if action == "buy":
            state.orders[at] += (row, order) not in state.seen_orders
            state.baskets += order not in state.seen_orders
            state.seen_orders |= {(row, order), order}
            state.units[at] += units
            state.returned.discard(row)
        elif action == "return":
            state.units[at] -= units
            if state.units[at] <= 1e-9:
                state.returned.add(row)

    def _pool(self, state: CustomerState, row: int, day: float, weight: float) -> None:
        model = self.model
        if day >= state.at:
            elapsed = day - state.at if np.isfinite(state.at) else 0.0
            state.sums = model.added(state.sums, elapsed, row, weight)
            state.at = day
        else:  # it happened before what is known already: it has decayed meanwhile, what is known has not
            late = (weight * np.exp2(-(state.at - day) / self._half_lives)).astype(np.float32)
            state.sums = state.sums + late[:, None] * model.inputs[row]

    def _weigh(self, state: CustomerState, row: int, day: float, weight: float) -> int:
        at = state.place.get(row)
        if at is None:
            at = state.place[row] = len(state.weights)
            state.weights.append(np.full(len(self._half_lives), weight))
            state.first.append(day)
            state.last.append(day)
            state.orders.append(0)
            state.units.append(0.0)
            return at
        left = np.exp2(-abs(day - state.last[at]) / self._half_lives)
        if day >= state.last[at]:
            state.weights[at] = state.weights[at] * left + weight
            state.last[at] = day
        else:
            state.weights[at] = state.weights[at] + weight * left
            state.first[at] = min(state.first[at], day)
        return at

    def history(self, state: CustomerState, now: float) -> History:
        """Return the state as the model reads it at the moment `now` (days, or the number of the next event)."""
        rows = np.fromiter(state.place, dtype=np.int64, count=len(state.place))
        order = np.argsort(rows)
        last, first = np.array(state.last, float)[order], np.array(state.first, float)[order]
        kept = np.array(state.weights, float).reshape(-1, len(self._half_lives))[order]
        age = np.maximum(now - last, 0.0)
        weights = kept * np.exp2(-age[:, None] / self._half_lives)
        since = max(now - state.at, 0.0) if np.isfinite(state.at) else 0.0
        return History(
            sums=(state.sums * self.model.decays(since)[:, None]).astype(np.float32),
            rows=rows[order],
            weights=weights.T.astype(np.float32),
            orders=np.array(state.orders, dtype=np.float32)[order],
            first=np.maximum(now - first, 0.0).astype(np.float32),
            last=age.astype(np.float32),
            baskets=float(state.baskets),
            since=float(age.min()) if len(age) else float("inf"),
        )
