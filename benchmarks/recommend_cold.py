"""Products nobody has bought: a tenth of the catalogue loses all its events, and later purchases of it are looked for. It fits as the shop does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.form import Figure
from benchmarks.recommend_data import Data, windows
from retrieval.choice import chosen_model, learnable, whole
from retrieval.contest import Shown
from retrieval.customers import whiten
from retrieval.histories import Histories
from retrieval.judging import best, bootstrap
from retrieval.log import Log
from retrieval.model import Floats, ItemModel, Rows
from retrieval.windows import Window, window_of

TARGETS = {
    "online_retail": (0.13, 0.33),
    "amazon_beauty": (0.098, 0.227),
}  # Recall@20, full catalogue and among the new
SHARE = 0.1
SEED = 7
EXPOSURES = (0.3, 0.5, 0.7, 0.9, 1.0)


def cold_figures(data: Data, vectors: Floats, say: Callable[[str], None]) -> list[Figure]:
    """Return Recall@20 of later purchases of new products, ranked in the full catalogue for each exposure, and among new ones."""
    rng = np.random.default_rng(SEED)
    is_new = rng.random(data.log.products) < SHARE
    window = _without(next(iter(windows(data).values())), data.log, is_new)
    texts = whiten(vectors)
    shown = Shown(data.shop.products["product_id"].to_list(), texts, tick=say)
    model = chosen_model(window.past, shown, aim="new")
    if model is None:
        return []
    known = learnable(window.past)
    asked = window.asked(fresh=True)
    text = {"text only": _text_scores(window, texts)}
    target = TARGETS.get(data.name, (None, None))
    recalls = {}
    for exposure in EXPOSURES:
        grown = whole(_known_part(model, known), window.past, shown, known, exposure=exposure)
        recalls[exposure] = _recall(window, _model_scores(grown, window), asked, None)
        say(f"  brand-new, exposure {exposure:g}: {recalls[exposure].mean():.4f}")
    among = _recall(window, _model_scores(model, window), asked, is_new)
    peers = {name: _recall(window, scores, asked, None).mean() for name, scores in text.items()}
    peers_among = {name: _recall(window, scores, asked, is_new).mean() for name, scores in text.items()}
    name = f"{data.name}/brand-new/recall@20"
    figures = [
        Figure(
            f"{name}, full catalogue, exposure {exposure:g}",
            found.mean(),
            target=target[0] if exposure == max(EXPOSURES) else None,
            interval=bootstrap(found),
            peers=peers,
        )
        for exposure, found in recalls.items()
    ]
    figures.append(
        Figure(f"{name}, among new", among.mean(), target=target[1], interval=bootstrap(among), peers=peers_among)
    )
    return figures


def _without(window: Window, log: Log, is_new: np.ndarray) -> Window:
    """Return the window whose past never saw the new products, and whose targets are they alone."""
    past = window.past.where(~is_new[window.past.product])
    targets = window.targets.tocoo()
    kept = is_new[targets.col]
    after = log.where(np.zeros(len(log), bool))
    found = window_of(past, _lines(after, targets.row[kept], targets.col[kept]), window.now)
    if found is None:
        raise SystemExit("no customer bought a product of the tenth that was held back; give more data.")
    return found


def _lines(empty: Log, customers: Rows, products: Rows) -> Log:
    from dataclasses import replace

    count = len(customers)
    return replace(
        empty,
        customer=customers.astype(np.int64),
        product=products.astype(np.int64),
        time=np.zeros(count),
        order=np.arange(count),
        weight=np.ones(count, np.float32),
        quantity=np.ones(count),
        price=np.full(count, np.nan),
        is_buy=np.ones(count, bool),
    )


def _known_part(model: ItemModel, known: np.ndarray) -> ItemModel:
    from dataclasses import replace

    rows = np.flatnonzero(known)
    parts: dict[str, Any] = {
        name: getattr(model, name)[rows] for name in ("inputs", "items", "bias", "trend", "popular")
    }
    neighbours = None if model.neighbours is None else model.neighbours[rows][:, rows].tocsr()
    ids = tuple(model.ids[int(row)] for row in rows)
    return replace(model, ids=ids, neighbours=neighbours, ranker=None, **parts)


def _model_scores(model: ItemModel, window: Window) -> Callable[[Rows], Floats]:
    histories = Histories.of(window.past, window.now, model.half_lives, quantity_power=model.quantity_power)

    def scores(customers: Rows) -> Floats:
        return next(iter(histories.batches(model, customers, size=len(customers))))[2]

    return scores


def _text_scores(window: Window, texts: Floats) -> Callable[[Rows], Floats]:
    owned = window.owned
    return lambda customers: np.asarray((owned[customers] @ texts) @ texts.T, dtype=np.float32)


def _recall(window: Window, scores: Callable[[Rows], Floats], asked: Rows, only: np.ndarray | None) -> np.ndarray:
    """Return Recall@20 of each customer, over all products new to them or over those of `only`."""
    found = np.zeros(len(asked))
    for start in range(0, len(asked), 256):
        some = asked[start : start + 256]
        for at, (customer, given) in enumerate(zip(some, scores(some), strict=True), start):
            row = np.array(given, dtype=np.float32)
            row[window.owned[customer].indices] = -np.inf
            if only is not None:
                row[~only] = -np.inf
            aims = window.targets[customer].indices
            found[at] = np.isin(best(row, 20), aims).sum() / min(20, len(aims))
    return found
