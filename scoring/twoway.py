"""Counts that answer to one number, beside what each row sells anyway and what each group of rows sells in each week.

A Poisson model: units ~ level of the row × rate of its group in the week × exp(response × x) × days at x, where the days are
known as far as the sales tell (`scoring.price_paths`). It knows rows and days, not products.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.price_paths import WEEK, Floats, Ints, Paths, occupancy

_ROUNDS, _TURNS = 16, 4
_BOUND = 12.0  # of a response
_JUMP = 1 / 60  # a day, to start with


@dataclass(frozen=True)
class States:
    """Rows, each at one of its x at any time; states sorted by row.

    `row` whose state it is; `x`; then an entry a row: `first`, `last` days it is there from and to, `group` it is of; then an
    entry a sale: `sale_state`, `sale_day`, `sale_units`; then an entry a day with a sale, those before `first` too:
    `seen_state`, `seen_day`.
    """

    row: Ints
    x: Floats
    first: Ints
    last: Ints
    group: Ints
    sale_state: Ints
    sale_day: Ints
    sale_units: Floats
    seen_state: Ints
    seen_day: Ints


@dataclass(frozen=True)
class Response:
    """The responses asked for, an entry each: estimate, bounds (infinite where the data set none), information, units."""

    estimate: Floats
    low: Floats
    high: Floats
    information: Floats
    units: Floats


def respond(states: States, asked: Ints, count: int, *, z: float) -> Response:
    """Return the response of each group of rows.

    Parameters
    ----------
    asked : for each row the number of the response it shares, -1 for none (its x changes nothing)
    count : how many responses there are
    z : how many standard errors away the bounds are where the likelihood is a parabola

    Source: Hausman, Hall & Griliches (1984), Econometrica 52(4), counts conditional on a row's total; Dempster, Laird & Rubin
    (1977), JRSS B 39(1), for days that are only partly known; Oakes (1999), JRSS B 61(2), for the information then left.
    Bounds are where the likelihood ratio says so, wider by the dispersion of units and by what rates and days leave open.
    """
    fit = _Fit(states, asked, count)
    for _ in range(_ROUNDS):
        fit.turn()
        fit.step()
        fit.place()
    return fit.response(z)


def sums(index: Ints, values: Floats, size: int) -> Floats:
    """Return the sum of the values of each index, `size` of them."""
    found: Floats = np.bincount(index, values, size).astype(np.float64)
    return found


class _Fit:
    """The state of the fit: `beta` of each response, `level` of each row, `rate` of each group and week, days of each state."""

    def __init__(self, states: States, asked: Ints, count: int) -> None:
        self.states, self.asked, self.count = states, asked, count
        rows = states.first.size
        self.weeks = -(-int(states.last.max()) // WEEK)
        self.cells = (int(states.group.max()) + 1) * self.weeks
        self.units = sums(states.sale_state, states.sale_units, states.row.size)
        self.total = sums(states.row, self.units, rows)
        key = states.group[states.row[states.sale_state]] * self.weeks + states.sale_day // WEEK
        self.sold = sums(key, states.sale_units, self.cells)
        self.beta, self.jump = np.zeros(count), _JUMP
        self.level, self.rate = np.ones(rows), np.ones(self.cells)
        self.which = asked[states.row]  # response of each state
        squares = sums(states.row[states.sale_state], states.sale_units**2, rows)
        self.burst = np.where(self.total > 0, squares / np.maximum(self.total, 1e-12), 1.0)
        self._prepare_paths()
        self.level = self.total / np.maximum(states.last - states.first, 1)
        self.place()

    def _prepare_paths(self) -> None:
        """Give the states of each row with several a number, and lay out what was seen."""
        states, rows = self.states, self.states.first.size
        counts = np.bincount(states.row, minlength=rows)
        start = np.cumsum(counts) - counts
        self.number = np.arange(states.row.size) - start[states.row]
        self.moving = np.flatnonzero((counts > 1) & (self.asked >= 0))
        place = np.full(rows, -1)
        place[self.moving] = np.arange(self.moving.size)
        self.place_of = place
        most = int(counts[self.moving].max()) if self.moving.size else 1
        state = np.full((self.moving.size, self.weeks * WEEK), -1, dtype=np.int64)
        seen = place[states.row[states.seen_state]]
        kept = seen >= 0
        state[seen[kept], states.seen_day[kept]] = self.number[states.seen_state[kept]]
        exists = np.arange(most) < counts[self.moving][:, None]
        self.paths = Paths(state, states.first[self.moving], states.last[self.moving], exists)
        self.share = exists / exists.sum(axis=1, keepdims=True)
        self._still()

    def _still(self) -> None:
        """Lay out the days by week of the rows whose x never changes, or is not asked for: the state with most sales all the time."""
        states = self.states
        best = np.lexsort((-self.units, states.row))
        first_of = np.append(True, states.row[best][1:] != states.row[best][:-1])
        only = best[first_of]
        only = only[self.place_of[states.row[only]] < 0]
        row = states.row[only]
        week = np.arange(self.weeks)
        days = np.minimum(states.last[row][:, None], (week + 1) * WEEK) - np.maximum(
            states.first[row][:, None], week * WEEK
        )
        at, when = np.nonzero(days > 0)
        self.still = (only[at], states.group[row[at]] * self.weeks + when, days[at, when].astype(np.float64))

    def lift(self) -> Floats:
        """Return exp(response × x) of each state."""
        shift = np.where(self.which >= 0, self.beta[np.maximum(self.which, 0)] * self.states.x, 0.0)
        return np.exp(np.clip(shift, -30, 30))

    def turn(self) -> None:
        """Fit levels and rates in turn, the responses held."""
        weight = self.lift()[self.state] * self.days
        row = self.states.row[self.state]
        for _ in range(_TURNS):
            self.level = self.total / np.maximum(sums(row, weight * self.rate[self.key], self.level.size), 1e-12)
            self.rate = self.sold / np.maximum(sums(self.key, weight * self.level[row], self.cells), 1e-12)

    def step(self) -> None:
        """Move the responses one step of Newton's."""
        slope, _, known = self._curve()
        move = np.where(known > 1e-9, slope / np.maximum(known, 1e-9), 0.0)
        self.beta = np.clip(self.beta + np.clip(move, -1.0, 1.0), -_BOUND, _BOUND)

    def place(self) -> None:
        """Say how many days of each week each state is expected to have had, given what was sold and what was not."""
        state, key, days = self.still
        if self.moving.size:
            most = self.paths.exists.shape[1]
            mine = self.place_of[self.states.row]
            inside = mine >= 0
            pace = np.zeros((self.moving.size, most))
            pace[mine[inside], self.number[inside]] = (self.level * 1.0 / self.burst)[
                self.states.row[inside]
            ] * self.lift()[inside]
            weekly = self.rate.reshape(-1, self.weeks)[self.states.group[self.moving]]
            found, self.jump = occupancy(self.paths, pace[:, :, None] * weekly[:, None, :], self.share, self.jump)
            spent = found.sum(axis=2) + 0.5 * self.paths.exists
            self.share = spent / spent.sum(axis=1, keepdims=True)
            own = np.flatnonzero(inside)
            laid = found[mine[own], self.number[own]]
            at, week = np.nonzero(laid > 1e-9)
            state = np.concatenate([state, own[at]])
            key = np.concatenate([key, self.states.group[self.states.row[own[at]]] * self.weeks + week])
            days = np.concatenate([days, laid[at, week]])
        self.state, self.key, self.days = state, key, days

    def response(self, z: float) -> Response:
        """Return estimates and bounds."""
        _, alone, known = self._curve()
        left = self._left(known) / self._disagreement(known)
        wide = z**2 * self._dispersion() * alone / np.maximum(left, 1e-12)
        best = self._likelihood(self.beta)
        low, high = (self._bound(best, wide, sign) for sign in (-1.0, 1.0))
        units = sums(self.which[self.which >= 0], self.units[self.which >= 0], self.count)
        return Response(self.beta.copy(), low, high, left / self._dispersion(), units)

    def _left(self, known: Floats) -> Floats:
        """Return the information that is left: how much the slope falls when the response moves and all else is fitted anew."""
        kept = (self.beta, self.level, self.rate, self.share, self.jump, self.state, self.key, self.days)
        move = 0.5 / np.sqrt(np.maximum(known / self._dispersion(), 0.25))
        slopes = []
        for sign in (-1.0, 1.0):
            self.beta = kept[0] + sign * move
            for _ in range(4):
                self.place()
                self.turn()
            slopes.append(self._curve()[0])
            self.beta, self.level, self.rate, self.share, self.jump, self.state, self.key, self.days = kept
        return np.clip((slopes[0] - slopes[1]) / (2 * move), 1e-6, known)

    def _curve(self) -> tuple[Floats, Floats, Floats]:
        """Return of each response the slope of the likelihood and its curvature, with the rates known and with them fitted too."""
        row, x = self.states.row[self.state], self.states.x[self.state]
        expected = self.level[row] * self.rate[self.key] * self.days * self.lift()[self.state]
        mean = sums(row, expected * x, self.level.size) / np.maximum(sums(row, expected, self.level.size), 1e-12)
        inside = self.which[self.state] >= 0
        away = np.where(inside, x - mean[row], 0.0)
        which = np.maximum(self.which[self.state], 0)
        alone = sums(which, expected * away**2, self.count)
        whole = sums(self.key, expected, self.cells)
        pair, place = np.unique(which[inside] * self.cells + self.key[inside], return_inverse=True)
        shared = sums(place, (expected * away)[inside], pair.size) ** 2 / np.maximum(whole[pair % self.cells], 1e-12)
        known = alone - sums(pair // self.cells, shared, self.count)
        made = sums(self.state, expected, self.units.size)
        slope = np.where(self.which >= 0, (self.units - made) * (self.states.x - mean[self.states.row]), 0.0)
        return sums(np.maximum(self.which, 0), slope, self.count), alone, np.maximum(known, 0.0)

    def _dispersion(self) -> Floats:
        """Return the variance of units as a multiple of their mean: sales come at random, each of several units."""
        of_sale = self.asked[self.states.row[self.states.sale_state]]
        kept = of_sale >= 0
        squares = sums(of_sale[kept], self.states.sale_units[kept] ** 2, self.count)
        plain = sums(of_sale[kept], self.states.sale_units[kept], self.count)
        return np.where(plain > 0, squares / np.maximum(plain, 1e-12), 1.0)

    def _disagreement(self, known: Floats) -> Floats:
        """Return by how much rows of one response differ more than chance makes them, at least 1.

        Source: Liang & Zeger (1986), Biometrika 73(1), the variance of a slope from the slopes of independent rows.
        """
        row, x = self.states.row[self.state], self.states.x[self.state]
        expected = self.level[row] * self.rate[self.key] * self.days * self.lift()[self.state]
        size = self.level.size
        mean = sums(row, expected * x, size) / np.maximum(sums(row, expected, size), 1e-12)
        made = sums(self.state, expected, self.units.size)
        of_row = sums(self.states.row, (self.units - made) * (self.states.x - mean[self.states.row]), size)
        asked = self.asked >= 0
        squares = sums(self.asked[asked], of_row[asked] ** 2, self.count)
        rows = sums(self.asked[asked], np.ones(int(asked.sum())), self.count)
        found = squares * rows / np.maximum(rows - 1, 1) / np.maximum(known * self._dispersion(), 1e-12)
        return np.maximum(found, 1.0)

    def _likelihood(self, beta: Floats) -> Floats:
        """Return of each response the log-likelihood of its rows, given their totals, the rates of the weeks and the days."""
        inside = self.which >= 0
        shift = np.clip(np.where(inside, beta[np.maximum(self.which, 0)] * self.states.x, 0.0), -60, 60)
        exposure = sums(self.state, self.rate[self.key] * self.days, self.units.size)
        due = sums(self.states.row, exposure * np.exp(shift), self.level.size)
        share = self.total * np.log(np.maximum(due, 1e-300))
        found = sums(self.which[inside], (self.units * shift)[inside], self.count)
        rows = self.asked >= 0
        return found - sums(self.asked[rows], share[rows], self.count)

    def _bound(self, best: Floats, wide: Floats, sign: float) -> Floats:
        """Return where the likelihood has fallen by half of `wide` from its top, on one side."""
        near, far = self.beta.copy(), self.beta + sign * 2 * _BOUND
        open_ended = 2 * (best - self._likelihood(far)) < wide
        for _ in range(40):
            middle = (near + far) / 2
            inside = 2 * (best - self._likelihood(middle)) < wide
            near, far = np.where(inside, middle, near), np.where(inside, far, middle)
        return np.where(open_ended, sign * np.inf, (near + far) / 2)
