"""The BG/NBD model: how often customers order and when they stop, from three numbers a customer. It knows no money and no shop.

Source: Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2), equations by number below.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln, hyp2f1

from scoring.errors import CannotPredictError

Floats = NDArray[np.float64]
Loss = Callable[[Floats], float]
_NEVER = 1e-3  # mean chance to stop after an order, below which nobody is seen to stop
_BOUND = 14.0  # of the logarithm of a parameter
LEAST = 20  # customers who came back, below which nothing is learnt


@dataclass(frozen=True)
class BgNbd:
    """Fitted parameters: orders come at rate Gamma(r, alpha), a customer stops after an order with chance Beta(a, b).

    `covariance` (4, 4) is that of their logarithms.
    """

    r: float
    alpha: float  # in the unit of time of the table
    a: float
    b: float
    covariance: Floats

    @property
    def stops(self) -> bool:
        """Whether customers are seen to stop at all: in some shops silence is no rarer than the pace makes it."""
        return self.a / (self.a + self.b) > _NEVER

    @property
    def logs(self) -> Floats:
        """The logarithms of r, alpha, a, b."""
        return np.log([self.r, self.alpha, self.a, self.b])

    def draws(self, count: int, rng: np.random.Generator) -> Floats:
        """Return `count` draws of (r, alpha, a, b) from what the data leave open, (count, 4)."""
        width = np.minimum(np.sqrt(np.diag(self.covariance)), 1.5)
        scale = width / np.maximum(np.sqrt(np.diag(self.covariance)), 1e-12)
        moved = rng.multivariate_normal(self.logs, self.covariance * np.outer(scale, scale), count, method="eigh")
        return np.exp(np.clip(moved, -_BOUND, _BOUND))

    def alive(self, frequency: Floats, recency: Floats, age: Floats) -> Floats:
        """Return the chance that a customer has not stopped (Fader, Hardie & Lee 2008, a note on equation 4)."""
        odds = np.log(self.a / np.maximum(self.b + frequency - 1, 1e-12))
        odds = odds + (self.r + frequency) * (np.log(self.alpha + age) - np.log(self.alpha + recency))
        return np.where(frequency > 0, 1 / (1 + np.exp(np.clip(odds, -700, 700))), 1.0)

    def expected_orders(self, time: float, frequency: Floats, recency: Floats, age: Floats) -> Floats:
        """Return the expected number of orders in the next `time` (equation 10)."""
        r, alpha, a, b = self.r, self.alpha, self.a if abs(self.a - 1) > 1e-6 else 1 + 1e-6, self.b
        x = np.asarray(frequency, dtype=np.float64)
        part = hyp2f1(r + x, b + x, a + b + x - 1, time / (alpha + age + time))
        shrink = np.exp((r + x) * (np.log(alpha + age) - np.log(alpha + age + time)))
        rising = (a + b + x - 1) / (a - 1) * (1 - shrink * part)
        found: Floats = rising * self.alive(x, recency, age)
        return np.maximum(found, 0.0)


def fit_bgnbd(frequency: Floats, recency: Floats, age: Floats) -> BgNbd:
    """Return the parameters of greatest likelihood (equation 6) with the covariance of their logarithms.

    Parameters
    ----------
    frequency : orders after the first one
    recency : time from the first order to the last one
    age : time from the first order to now; the unit of time is the caller's, and that of alpha

    Raises
    ------
    CannotPredictError
        When fewer than 20 customers ordered twice, or the likelihood has no maximum.
    """
    x, t, age = (np.asarray(one, dtype=np.float64) for one in (frequency, recency, age))
    if (x > 0).sum() < LEAST:
        raise CannotPredictError(
            f"{int((x > 0).sum())} customers ordered more than once; at least {LEAST} are needed to learn how often "
            "customers come back. Take a longer history."
        )
    unit = float(age.max())
    rows, weights = np.unique(np.column_stack([x, t / unit, age / unit]), axis=0, return_counts=True)
    known = _Counted(rows[:, 0], rows[:, 1], rows[:, 2], weights.astype(np.float64))
    logs, covariance = maximise(lambda point: -known.likelihood(point), np.array([0.0, -1.0, 0.0, 1.0]))
    r, alpha, a, b = np.exp(logs)
    return BgNbd(float(r), float(alpha * unit), float(a), float(b), covariance)


class _Counted:
    """Different customers with how many there are of each; what depends on the number of orders alone is worked out once."""

    def __init__(self, x: Floats, t: Floats, age: Floats, weights: Floats) -> None:
        self.numbers, self.of = np.unique(x, return_inverse=True)
        self.whole = np.bincount(self.of, weights, len(self.numbers))
        self.x, self.t, self.age, self.weights = x, t, age, weights
        self.back = x > 0

    def likelihood(self, logs: Floats) -> float:
        """Return the log-likelihood (equation 6)."""
        r, alpha, a, b = np.exp(np.clip(logs, -_BOUND, _BOUND))
        n = self.numbers
        common = gammaln(r + n) - gammaln(r) + r * np.log(alpha) + betaln(a, b + n) - betaln(a, b)
        odds = (np.log(a) - np.log(b + np.maximum(n, 1) - 1))[self.of]
        alive = -(r + self.x) * np.log(alpha + self.age)
        stopped = odds - (r + self.x) * np.log(alpha + self.t)
        own = np.where(self.back, np.logaddexp(alive, stopped), alive)
        return float(self.whole @ common + self.weights @ own)


def maximise(loss: Loss, start: Floats) -> tuple[Floats, Floats]:
    """Return where `loss` is least and the inverse of its curvature there.

    Raises
    ------
    CannotPredictError
        When there is no such place.
    """
    from scipy.optimize import minimize

    bounds = [(-_BOUND, _BOUND)] * start.size
    rough = minimize(
        loss, start, method="Nelder-Mead", bounds=bounds, options={"maxiter": 2_000, "fatol": 1e-7, "xatol": 1e-7}
    )
    found = minimize(loss, rough.x, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-14, "gtol": 1e-8})
    best = found.x if found.fun <= rough.fun else rough.x
    if not np.isfinite(loss(best)):
        raise CannotPredictError(
            "the likelihood of the orders has no maximum; the history is too short or too uniform."
        )
    values, vectors = np.linalg.eigh(_curvature(loss, best))
    inverse: Floats = (vectors / np.maximum(values, 1e-3)) @ vectors.T
    return np.asarray(best), inverse


def _curvature(loss: Loss, at: Floats, step: float = 1e-3) -> Floats:
    size = at.size
    found = np.zeros((size, size))
    steps = np.eye(size) * step
    for i in range(size):
        for j in range(i, size):
            value = loss(at + steps[i] + steps[j]) - loss(at + steps[i] - steps[j])
            value += loss(at - steps[i] - steps[j]) - loss(at - steps[i] + steps[j])
            found[i, j] = found[j, i] = value / (4 * step**2)
    return found
