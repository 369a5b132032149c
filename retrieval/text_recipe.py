"""The recipe for a shop with too few customers to learn from: what reads like the history, and what sells. It fits nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrieval.fitting import LIVE_WEIGHTS, lately
from retrieval.log import Log
from retrieval.model import Floats, ItemModel

HALF_LIFE_DAYS, HALF_LIFE_EVENTS = 60.0, 20.0
POPULAR_DAYS = 30.0
POPULARITY_WEIGHT = 0.4  # of what sells lately, scaled to [0, 1], beside the cosine of one purchase of today


def text_model(log: Log, texts: Floats, ids: Sequence[str], *, encoder: str = "", why: str = "") -> ItemModel:
    """Return a model whose score is nearness of texts to the history, plus what sells lately.

    Parameters
    ----------
    texts : float32 (n, e), unit rows
    """
    popular = lately(log, log.end, POPULAR_DAYS)
    return ItemModel(
        recipe="text",
        ids=tuple(ids),
        inputs=texts,
        items=texts,
        bias=(POPULARITY_WEIGHT * popular / max(float(popular.max(initial=0)), 1.0)).astype(np.float32),
        trend=np.ones(log.products, np.float32),
        half_lives=np.array([HALF_LIFE_DAYS if log.clock == "days" else HALF_LIFE_EVENTS], np.float32),
        mix=np.ones(1, np.float32),
        clock=log.clock,
        action_weights=LIVE_WEIGHTS,
        popular=popular,
        quantity_power=0.5,
        encoder=encoder,
        why=why
        or "Too few customers bought twice to learn from; products are ranked by how near they read to what was bought.",
    )
