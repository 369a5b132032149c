"""The gamma–gamma model: how much an order of each customer is worth, from the number of orders and their mean. It knows no time.

Source: Fader & Hardie (2013), The Gamma-Gamma Model of Monetary Value; Fader, Hardie & Lee (2005), JMR 42(4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from scoring.bgnbd import LEAST, Floats, maximise
from scoring.errors import CannotPredictError


@dataclass(frozen=True)
class GammaGamma:
    """Fitted parameters; an order is Gamma(p, ν), ν of the customer is Gamma(q, v), q above 1. `covariance` of log p, q - 1, v."""

    p: float
    q: float
    v: float
    covariance: Floats

    def expected_value(self, orders: Floats, mean: Floats) -> Floats:
        """Return the expected worth of a further order, between the customer's own mean and that of all."""
        found: Floats = self.p * (self.v + orders * mean) / (self.p * orders + self.q - 1)
        return found

    def draws(self, count: int, rng: np.random.Generator) -> Floats:
        """Return `count` draws of (p, q, v) from what the data leave open, (count, 3)."""
        logs = np.log([self.p, self.q - 1, self.v])
        moved = np.exp(np.clip(rng.multivariate_normal(logs, self.covariance, count, method="eigh"), -14, 14))
        return np.column_stack([moved[:, 0], 1 + moved[:, 1], moved[:, 2]])


def fit_gamma_gamma(orders: Floats, mean: Floats) -> GammaGamma:
    """Return the parameters of greatest likelihood.

    Parameters
    ----------
    orders : orders the mean is of, above 0
    mean : mean worth of an order, above 0

    Raises
    ------
    CannotPredictError
        When there are fewer than 20 such customers.
    """
    x, m = np.asarray(orders, dtype=np.float64), np.asarray(mean, dtype=np.float64)
    x, m = x[(x > 0) & (m > 0)], m[(x > 0) & (m > 0)]
    if x.size < LEAST:
        raise CannotPredictError(
            f"{x.size} customers with orders of a known worth; at least {LEAST} are needed. Add the price paid to the export."
        )
    unit = float(m.mean())

    def loss(logs: Floats) -> float:
        p, q, v = np.exp(logs[0]), 1 + np.exp(logs[1]), np.exp(logs[2])
        part = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v) + (p * x - 1) * np.log(m / unit)
        return -float(np.sum(part + p * x * np.log(x) - (p * x + q) * np.log(x * m / unit + v)))

    logs, covariance = maximise(loss, np.array([1.0, 1.0, 1.0]))
    return GammaGamma(float(np.exp(logs[0])), float(1 + np.exp(logs[1])), float(np.exp(logs[2]) * unit), covariance)
