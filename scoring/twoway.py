"""Counts that answer to one number, beside what each row sells anyway and what each group of rows sells in each week.

A Poisson model of spells of time: units ~ level of the row × rate of its group in the week × exp(response × x), fitted by
turns. It knows rows and days, not products or prices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_ROUNDS, _TURNS = 20, 6
_BOUND = 12.0  # of a response
_PERIOD = 7.0  # days


@dataclass(frozen=True)
class Spans:
    """Spells of time, sorted by row and time, and the sales in them.

    `row` whose spell it is; `x`; `begins`, `ends`: days of the first sale and after the last; then an entry a row: `first`,
    `last` days it is there from and to, `group` it is of; then an entry a sale: `sale_spell`, `sale_day`, `sale_units`.
    """

    row: Ints
    x: Floats
    begins: Floats
    ends: Floats
    first: Floats
    last: Floats
    group: Ints
    sale_spell: Ints
    sale_day: Ints
    sale_units: Floats


@dataclass(frozen=True)
class Response:
    """The responses asked for, an entry each: estimate, bounds (infinite where the data set none), information, units."""

    estimate: Floats
    low: Floats
    high: Floats
    information: Floats
    units: Floats


def respond(spans: Spans, asked: Ints, count: int, *, z: float) -> Response:
    """Return the response of each group of rows.

    Parameters
    ----------
    asked : for each row the number of the response it shares, -1 for none (its x changes nothing)
    count : how many responses there are
    z : how many standard errors away the bounds are where the likelihood is a parabola

    Source: Hausman, Hall & Griliches (1984), Econometrica 52(4), counts conditional on a row's total. Bounds are where the
    likelihood ratio says so, wider by the dispersion of units and by what the rates of the weeks leave open.
    """
    fit = _Fit(spans, asked, count)
    for number in range(_ROUNDS):
        fit.turn()
        fit.step()
        if number % 4 == 3:
            fit.place_changes()
    return fit.response(z)


def sums(index: Ints, values: Floats, size: int) -> Floats:
    """Return the sum of the values of each index, `size` of them."""
    found: Floats = np.bincount(index, values, size).astype(np.float64)
    return found


class _Fit:
    """The state of the fit: `beta` of each response, `level` of each row, `rate` of each group and week."""

    def __init__(self, spans: Spans, asked: Ints, count: int) -> None:
        self.spans, self.asked, self.count = spans, asked, count
        self.weeks = int(np.ceil(spans.last.max() / _PERIOD)) + 1
        self.cells = (int(spans.group.max()) + 1) * self.weeks
        self.units = sums(spans.sale_spell, spans.sale_units, spans.row.size)
        self.total = sums(spans.row, self.units, spans.first.size)
        key = spans.group[spans.row[spans.sale_spell]] * self.weeks + spans.sale_day // int(_PERIOD)
        self.sold = sums(key, spans.sale_units, self.cells)
        self.beta = np.zeros(count)
        self.level, self.rate = np.ones(spans.first.size), np.ones(self.cells)
        self.which = asked[spans.row]  # response of each spell
        self._cut(np.full(spans.row.size - 1, 0.5))

    def lift(self) -> Floats:
        """Return exp(response × x) of each spell."""
        shift = np.where(self.which >= 0, self.beta[np.maximum(self.which, 0)] * self.spans.x, 0.0)
        return np.exp(np.clip(shift, -30, 30))

    def turn(self) -> None:
        """Fit levels and rates in turn, the responses held."""
        weight = self.lift()[self.spell] * self.days
        row = self.spans.row[self.spell]
        for _ in range(_TURNS):
            self.level = self.total / np.maximum(sums(row, weight * self.rate[self.key], self.level.size), 1e-12)
            self.rate = self.sold / np.maximum(sums(self.key, weight * self.level[row], self.cells), 1e-12)

    def step(self) -> None:
        """Move the responses one step of Newton's."""
        score, _, known = self._curve()
        move = np.where(known > 1e-9, score / np.maximum(known, 1e-9), 0.0)
        self.beta = np.clip(self.beta + np.clip(move, -1.0, 1.0), -_BOUND, _BOUND)

    def place_changes(self) -> None:
        """Put each change of x nobody saw where it is expected, given that nothing was sold between the two sales around it."""
        spans, burst = self.spans, self._burst_of_rows()
        week = np.minimum(spans.ends // _PERIOD, self.weeks - 1).astype(np.int64)
        pace = self.level[spans.row] * self.rate[spans.group[spans.row] * self.weeks + week] / burst[spans.row]
        lift = self.lift()
        lean = np.clip((lift[1:] - lift[:-1]) * pace[:-1] * self._gaps(), -50, 50)
        small = np.abs(lean) < 1e-3
        safe = np.where(small, 1.0, lean)
        self._cut(np.where(small, 0.5 + lean / 12, 1 / (1 - np.exp(-safe)) - 1 / safe))

    def response(self, z: float) -> Response:
        """Return estimates and bounds."""
        _, alone, known = self._curve()
        wide = z**2 * self._dispersion() * alone / np.maximum(known, 1e-12)
        best = self._likelihood(self.beta)
        low, high = (self._bound(best, wide, sign) for sign in (-1.0, 1.0))
        units = sums(self.which[self.which >= 0], self.units[self.which >= 0], self.count)
        return Response(self.beta.copy(), low, high, known / self._dispersion(), units)

    def _gaps(self) -> Floats:
        return np.maximum(self.spans.begins[1:] - self.spans.ends[:-1], 0.0)

    def _cut(self, part: Floats) -> None:
        """Cut the spells at the weeks: `spell`, `key` (group and week) and `days` of each piece."""
        spans = self.spans
        same = spans.row[1:] == spans.row[:-1]
        border = spans.ends[:-1] + part * self._gaps()
        start = np.where(np.append(True, ~same), spans.first[spans.row], np.append(0.0, border))
        start = np.maximum(start, spans.first[spans.row])
        stop = np.maximum(np.where(np.append(~same, True), spans.last[spans.row], np.append(border, 0.0)), start)
        low = (start // _PERIOD).astype(np.int64)
        sizes = np.maximum(np.ceil(stop / _PERIOD).astype(np.int64), low + 1) - low
        self.spell = np.repeat(np.arange(start.size), sizes)
        week = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes) + low[self.spell]
        days = np.minimum(stop[self.spell], (week + 1) * _PERIOD) - np.maximum(start[self.spell], week * _PERIOD)
        self.days = np.maximum(days, 0.0)
        self.key = spans.group[spans.row[self.spell]] * self.weeks + np.minimum(week, self.weeks - 1)

    def _curve(self) -> tuple[Floats, Floats, Floats]:
        """Return of each response the slope of the likelihood and its curvature, with the rates known and with them fitted too."""
        row, x = self.spans.row[self.spell], self.spans.x[self.spell]
        expected = self.level[row] * self.rate[self.key] * self.days * self.lift()[self.spell]
        mean = sums(row, expected * x, self.level.size) / np.maximum(sums(row, expected, self.level.size), 1e-12)
        inside = self.which[self.spell] >= 0
        away = np.where(inside, x - mean[row], 0.0)
        which = np.maximum(self.which[self.spell], 0)
        alone = sums(which, expected * away**2, self.count)
        whole = sums(self.key, expected, self.cells)
        pair, place = np.unique(which[inside] * self.cells + self.key[inside], return_inverse=True)
        shared = sums(place, (expected * away)[inside], pair.size) ** 2 / np.maximum(whole[pair % self.cells], 1e-12)
        known = alone - sums(pair // self.cells, shared, self.count)
        made = sums(self.spell, expected, self.units.size)
        mean_of = mean[self.spans.row]
        slope = np.where(self.which >= 0, (self.units - made) * (self.spans.x - mean_of), 0.0)
        return sums(np.maximum(self.which, 0), slope, self.count), alone, np.maximum(known, 0.0)

    def _burst_of_rows(self) -> Floats:
        row = self.spans.row[self.spans.sale_spell]
        squares = sums(row, self.spans.sale_units**2, self.level.size)
        return np.where(self.total > 0, squares / np.maximum(self.total, 1e-12), 1.0)

    def _dispersion(self) -> Floats:
        """Return the variance of units as a multiple of their mean: sales come at random, each of several units."""
        of_row = self.asked[self.spans.row[self.spans.sale_spell]]
        kept = of_row >= 0
        squares = sums(of_row[kept], self.spans.sale_units[kept] ** 2, self.count)
        plain = sums(of_row[kept], self.spans.sale_units[kept], self.count)
        return np.where(plain > 0, squares / np.maximum(plain, 1e-12), 1.0)

    def _likelihood(self, beta: Floats) -> Floats:
        """Return of each response the log-likelihood of its rows, given their totals and the rates of the weeks."""
        inside = self.which >= 0
        shift = np.clip(np.where(inside, beta[np.maximum(self.which, 0)] * self.spans.x, 0.0), -60, 60)
        exposure = sums(self.spell, self.rate[self.key] * self.days, self.units.size)
        due = sums(self.spans.row, exposure * np.exp(shift), self.level.size)
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
