"""From a log and text vectors to an `ItemModel` by given settings, and the daily refresh of what the trend moves.

It does not choose the settings (`retrieval.choice`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from retrieval.joint import Floats, JointSettings, gram, joint_weights, low_rank, top_neighbours
from retrieval.log import ACTION_WEIGHTS, Log
from retrieval.model import ItemModel
from retrieval.trend import TrendSettings, buyers, trend
from retrieval.two_tower import Towers, TowerSettings, fit_towers

SHORT_DAYS, SHORT_EVENTS = 30.0, 3.0  # half-life of the second sum: what the customer is after at the moment
LIVE_WEIGHTS: Mapping[str, float] = {
    **ACTION_WEIGHTS,
    "return": -1.0,
}  # an event that comes later takes its purchase back


POPULAR, TREND, STRENGTH = "what sells lately, days", "trend half-life, days", "trend strength"


@dataclass(frozen=True)
class Settings:
    """Every setting of recipe A; `half_life` in days or events, `short` the share of the short sum, `repeat` the diagonal.

    `store` is the number of dimensions B is cut to; with 0 the best `neighbours` of each product are kept instead. Where `towers` is
    given, recipe B stands in the index, and recipe A's neighbours beside it count so much.
    """

    joint: JointSettings = field(default_factory=JointSettings)
    trend: TrendSettings = field(default_factory=TrendSettings)
    half_life: float = float("inf")
    short: float = 0.0
    repeat: float = 0.0
    quantity_power: float = 0.0
    text_weight: float = 0.0
    popular_days: float = 30.0
    store: int = 512
    neighbours: int = 100
    towers: float | None = None

    def told(self) -> dict[str, float | str]:
        """Return the settings by name, as a model keeps them."""
        return {
            "text": self.joint.text,
            "ridge": self.joint.ridge,
            "dropout": self.joint.dropout,
            TREND: self.trend.half_life_days,
            STRENGTH: self.trend.strength,
            "half-life": str(self.half_life),
            "share of the short sum": self.short,
            "repeat": self.repeat,
            "units": self.quantity_power,
            "weight of the text": self.text_weight,
            POPULAR: self.popular_days,
            "stored as": f"{self.store} dimensions" if self.store else f"{self.neighbours} neighbours",
            **({} if self.towers is None else {"neighbours beside the towers": self.towers}),
        }


class JointBase:
    """What of one log costs time and is the same for all settings: X'X and the B of the two settings asked for last."""

    def __init__(self, log: Log, texts: Floats | None) -> None:
        self.log = log
        self.texts = texts
        self._gram: Floats | None = None
        self._last: dict[JointSettings, Floats] = {}
        self._towers: Towers | None = None

    def towers(self, seed: int = 0, *, tick: Callable[[str], None] = lambda said: None) -> Towers:
        """Return recipe B's two towers; they need texts."""
        if self._towers is None:
            assert self.texts is not None
            self._towers = fit_towers(self.log, self.texts, TowerSettings(seed=seed), tick=tick)
        return self._towers

    def weights(self, settings: JointSettings) -> Floats:
        """Return B, float32 (n, n)."""
        if self._gram is None:
            self._gram = gram(self.log.matrix())
        if settings not in self._last:
            self._last = dict(list(self._last.items())[-1:])  # two at most: B of 12,000 products takes half a gigabyte
            self._last[settings] = joint_weights(self._gram, self.texts, settings)
        return self._last[settings]


def short_half_life(log: Log) -> float:
    """Return the half-life of the second sum in the unit of the log."""
    return SHORT_DAYS if log.clock == "days" else SHORT_EVENTS


def joint_model(
    base: JointBase, settings: Settings, ids: Sequence[str], *, now: float | None = None, encoder: str = ""
) -> ItemModel:
    """Return recipe A fitted on a log, or recipe B with A's neighbours beside it where the settings say so.

    Parameters
    ----------
    base : JointBase of the log and the texts
    now : the moment of the trend, by default just after the last event
    """
    if settings.towers is not None:
        return _towers_model(base, settings, ids, log_end=now, encoder=encoder)
    log = base.log
    weights = base.weights(settings.joint)
    sold = np.bincount(log.product, log.weight, log.products).astype(np.float64)
    if settings.store:
        inputs, items = low_rank(weights, sold, settings.store)
    else:
        inputs = items = np.zeros((log.products, 0), np.float32)
    if settings.text_weight and base.texts is not None:
        text = np.float32(np.sqrt(settings.text_weight)) * base.texts
        inputs, items = np.concatenate([inputs, text], axis=1), np.concatenate([items, text], axis=1)
    model = ItemModel(
        recipe="joint",
        ids=tuple(ids),
        inputs=np.ascontiguousarray(inputs, dtype=np.float32),
        items=np.ascontiguousarray(items, dtype=np.float32),
        bias=np.zeros(log.products, np.float32),
        trend=np.ones(log.products, np.float32),
        half_lives=np.array([settings.half_life, short_half_life(log)], np.float32),
        mix=np.array([1 - settings.short, settings.short], np.float32),
        clock=log.clock,
        action_weights=LIVE_WEIGHTS,
        popular=np.zeros(log.products, np.float32),
        quantity_power=settings.quantity_power,
        neighbours=_neighbours(weights, settings, log.products),
        encoder=encoder,
        settings=settings.told(),
    )
    return refreshed(model, log, log.end if now is None else now, settings.trend)


def _towers_model(
    base: JointBase, settings: Settings, ids: Sequence[str], *, log_end: float | None, encoder: str
) -> ItemModel:
    log, towers = base.log, base.towers()
    beside = np.float32(settings.towers or 0.0)
    neighbours = None
    if beside or settings.repeat:
        weights = base.weights(settings.joint) * beside if beside else None
        neighbours = _neighbours(weights, replace(settings, store=0), log.products)
    model = ItemModel(
        recipe="two towers",
        ids=tuple(ids),
        inputs=towers.inputs,
        items=towers.items,
        bias=towers.bias,
        trend=np.ones(log.products, np.float32),
        half_lives=towers.half_lives,
        mix=towers.mix,
        clock=log.clock,
        action_weights=LIVE_WEIGHTS,
        popular=np.zeros(log.products, np.float32),
        neighbours=neighbours,
        encoder=encoder,
        settings=settings.told() | {STRENGTH: 0.0},
    )
    return refreshed(model, log, log.end if log_end is None else log_end, TrendSettings(strength=0.0))


def _neighbours(weights: Floats | None, settings: Settings, products: int) -> Any:
    """Return the sparse part: the best neighbours where they are stored, the repeat term on the diagonal; None where both are empty."""
    from scipy.sparse import csr_matrix, identity

    found = csr_matrix((products, products), dtype=np.float32)
    if weights is not None and not settings.store:
        found = top_neighbours(weights, settings.neighbours)
    if settings.repeat:
        found = (found + np.float32(settings.repeat) * identity(products, dtype=np.float32, format="csr")).tocsr()
    found.sort_indices()
    return found if found.nnz else None


def refreshed(model: ItemModel, log: Log, now: float, settings: TrendSettings | None = None) -> ItemModel:
    """Return the model with trend and popularity as of `now`: what a shop redoes every day without fitting anything.

    Parameters
    ----------
    log : events in the rows of the model; those at or after `now` are not looked at
    settings : by default those the model was made with
    """
    from scipy.sparse import diags

    settings = settings or TrendSettings(
        float(model.settings.get(TREND, 5.0)), float(model.settings.get(STRENGTH, 0.0))
    )
    factor = trend(log, now, settings)
    change = factor / model.trend
    neighbours = None if model.neighbours is None else (model.neighbours @ diags(change)).tocsr().astype(np.float32)
    return replace(
        model,
        items=model.items * change[:, None],
        neighbours=neighbours,
        trend=factor,
        popular=lately(log, now, float(model.settings.get(POPULAR, 30.0))),
    )


def lately(log: Log, now: float, days: float) -> Floats:
    """Return float32 (products,), how many customers bought each product in the last `days`; without a clock, at any time."""
    return buyers(log, now if log.clock == "days" else None, days=days)
