"""From events to a customer's state, in O(h d) an event, and always in the same order of float operations.

It adds up; what came back is taken off the purchase it belongs to. It scores nothing and keeps nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from retrieval.customer_state import NONE_LEFT, CustomerState, Line
from retrieval.model import MOST_UNITS, History, ItemModel
from retrieval.past import BUY, Happened
from shop.tables import ACTIONS


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

    def of(self, happened: Happened, orders: Sequence[str | None] | None = None) -> CustomerState:
        """Return the state after the events of the shop's tables, at once; `orders` are their order ids, where known."""
        state = CustomerState(self.model.nothing(), happened, orders or [None] * len(happened))
        known = happened.rows >= 0
        if not known.any():
            return state
        rows, place = np.unique(happened.rows[known], return_inverse=True)
        days, codes, units, numbers = (
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
        bought = codes == BUY
        pairs = np.unique(np.stack([place[bought], numbers[bought]]), axis=1)
        state.orders = np.bincount(pairs[0], minlength=len(rows)).tolist()
        state.baskets = len(np.unique(numbers[bought]))
        state.units = np.bincount(place, np.where(bought, units, 0.0), len(rows)).tolist()
        return state

    def add(self, state: CustomerState, line: Line) -> None:
        """Change a state by one more event."""
        if line.row < 0:
            state.append(line)
            return
        if line.action == "return":
            self._take_back(state, line)
            return
        state.append(line)
        weight = self.model.event_weight(line.action, line.units)
        self._pool(state, line.row, line.day, weight)
        at = self._weigh(state, line.row, line.day, weight)
        if line.action != "buy":
            return
        mine = len(state.before) + len(state.tail) - 1
        state.orders[at] += not self._others(state, line.row, line.order, mine)
        state.baskets += not self._others(state, None, line.order, mine)
        state.units[at] += line.units
        for waiting in [one for one in state.pending if one.row == line.row and one.order in (None, line.order)]:
            state.pending.remove(waiting)
            self._take_back(state, waiting)

    def _take_back(self, state: CustomerState, line: Line) -> None:
        """Take units off the purchases they belong to, the latest first, as if they had not been bought."""
        state.sent_back.add(line.row)
        remaining = line.units
        for place in state.purchases(line.row, line.order):
            if remaining <= NONE_LEFT:
                return
            bought = state.line(place)
            taken = min(bought.units, remaining)
            remaining -= taken
            self._shrink(state, place, bought, bought.units - taken)
        if remaining > NONE_LEFT:
            state.pending.append(Line(line.row, line.day, line.action, remaining, line.order))

    def _shrink(self, state: CustomerState, place: int, bought: Line, left: float) -> None:
        state.left[place] = left
        none_left = left <= NONE_LEFT
        weight = 0.0 if none_left else self.model.event_weight("buy", left)
        change = weight - self.model.event_weight("buy", bought.units)
        if change:
            self._pool(state, bought.row, bought.day, change)
            self._weigh(state, bought.row, bought.day, change)
        at = state.place[bought.row]
        state.units[at] -= bought.units - left
        if none_left:
            state.orders[at] -= not self._others(state, bought.row, bought.order, place)
            state.baskets -= not self._others(state, None, bought.order, place)

    @staticmethod
    def _others(state: CustomerState, row: int | None, order: str | None, place: int) -> bool:
        """Return whether the order has another purchase (of the product) with units left."""
        return order is not None and any(at != place for at in state.purchases(row, order))

    def _pool(self, state: CustomerState, row: int, day: float, weight: float) -> None:
        model = self.model
        if not weight:
            return
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
        """Return the state as the model reads it at the moment `now` (days, or the number of the last event)."""
        rows = np.fromiter(state.place, dtype=np.int64, count=len(state.place))
        order = np.argsort(rows)
        gone = [
            state.place[row]
            for row in state.returned
            if row in state.place and _is_nothing(state.weights[state.place[row]])
        ]
        order = order[~np.isin(order, gone)]
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


def _is_nothing(weights: NDArray[np.float64]) -> bool:
    return bool(np.abs(weights).max(initial=0.0) < NONE_LEFT)
