"""Choosing the settings of recipe A on a validation window, one after another. It sees no event after the window's moment but the targets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from retrieval.fitting import JointBase, Settings, short_half_life
from retrieval.histories import Histories
from retrieval.joint import JointSettings
from retrieval.judging import Verdict, judge
from retrieval.model import Floats, Rows
from retrieval.trend import TrendSettings, trend
from retrieval.windows import Window

MOST_CUSTOMERS = 1000  # asked while settings are tried
MANY_PRODUCTS = 5000  # above it a fit takes half a minute or more: fewer settings are tried
INF = float("inf")


@dataclass
class Trial:
    """One validation window with what is reused between settings: histories by their half-lives, trends by their settings."""

    window: Window
    base: JointBase
    fresh: bool
    customers: Rows

    def __post_init__(self) -> None:
        self._histories: dict[tuple[float, float], Histories] = {}
        self._trends: dict[tuple[TrendSettings, float], Floats] = {}
        self._product: tuple[JointSettings, dict[tuple[Any, ...], Floats]] | None = None

    def verdict(self, settings: Settings) -> Verdict:
        """Return how one set of settings does, B in full."""
        mixed = self.mixed(settings)

        def scores(customers: Rows, moment: float) -> Floats:
            some = mixed[customers]
            table = np.asarray(some @ self.base.weights(settings.joint))
            if settings.text_weight and self.base.texts is not None:
                table += settings.text_weight * ((some @ self.base.texts) @ self.base.texts.T)
            if settings.repeat:
                table += settings.repeat * some.toarray()
            return np.asarray(table * self.trend(settings.trend, moment), dtype=np.float32)

        return judge(self.window, scores, self.customers, fresh=self.fresh)

    def mixed(self, settings: Settings) -> Any:
        """Return csr float32 (customers, products), the decayed weights as the model mixes them."""
        from scipy.sparse import csr_matrix

        key = (settings.half_life, settings.quantity_power)
        past = self.window.past
        if key not in self._histories:
            half_lives = np.array([settings.half_life, short_half_life(past)], np.float32)
            self._histories[key] = Histories.of(
                past, self.window.now, half_lives, quantity_power=settings.quantity_power
            )
        found = self._histories[key]
        values = (1 - settings.short) * found.weights[0] + settings.short * found.weights[1]
        return csr_matrix((values, found.product, found.starts), (past.customers, past.products))

    def trend(self, settings: TrendSettings, moment: float) -> Floats:
        """Return the trend as of a moment."""
        key = (settings, moment)
        if key not in self._trends:
            self._trends[key] = trend(self.window.past, moment, settings)
        return self._trends[key]


def tuned(
    trial: Trial, start: Settings, *, on_tried: Callable[[Settings, Verdict], None] | None = None
) -> tuple[Settings, Verdict]:
    """Return the best settings found by going through them one after another, and how they did; ties keep what was there.

    Parameters
    ----------
    on_tried : called with every set of settings tried
    """
    best, verdict = start, trial.verdict(start)
    if on_tried:
        on_tried(best, verdict)
    for changes in _questions(trial):
        for change in changes:
            other = change(best)
            if other == best:
                continue
            found = trial.verdict(other)
            if on_tried:
                on_tried(other, found)
            if found.ndcg > verdict.ndcg:
                best, verdict = other, found
    return best, verdict


Change = Callable[[Settings], Settings]


def _questions(trial: Trial) -> list[Sequence[Change]]:
    is_large = trial.base.log.products > MANY_PRODUCTS
    has_clock = trial.base.log.clock == "days"
    lives = (30.0, 90.0, 180.0) if has_clock else (1.5, 3.0, 8.0, 20.0)
    asked: list[Sequence[Change]] = [[_plain(half_life=life) for life in lives]]
    asked.append([_plain(short=share) for share in (0.3, 0.6)])
    if has_clock:
        asked.append([_trend(half_life_days=days) for days in (3.0, 7.0, 14.0)])
        asked.append([_trend(strength=strength) for strength in (0.7, 0.3, 0.0)])
    if not trial.fresh:
        asked.append([_plain(repeat=value) for value in (0.02, 0.05, 0.1, 0.2, 0.4)])
    asked.append([_joint(ridge=value) for value in ((100.0,) if is_large else (30.0, 100.0, 1000.0, 3000.0))])
    if trial.base.texts is not None:
        if not is_large:
            asked.append([_joint(text=value) for value in (0.0, 10.0, 100.0)])
        asked.append([_plain(text_weight=value) for value in (0.01, 0.03)])
    if not is_large:
        asked.append([_joint(dropout=value) for value in (0.0, 0.5)])
    asked.append([_plain(quantity_power=0.25)])
    if has_clock:
        asked.append([_trend(strength=strength) for strength in (1.0, 0.5, 0.15)])
    return asked


def _plain(**change: Any) -> Change:
    return lambda settings: replace(settings, **change)


def _trend(**change: Any) -> Change:
    return lambda settings: replace(settings, trend=replace(settings.trend, **change))


def _joint(**change: Any) -> Change:
    return lambda settings: replace(settings, joint=replace(settings.joint, **change))
