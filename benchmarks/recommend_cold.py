"""Products nobody has bought: a tenth of the catalogue loses all its events, and later purchases of it are looked for. It fits as the shop does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from benchmarks.form import Figure
from benchmarks.recommend_data import Data, windows
from retrieval.choice import chosen_model, learnable, whole
from retrieval.cold import EXPOSURE, part
from retrieval.contest import Shown
from retrieval.customers import whiten
from retrieval.exposure import EXPOSED
from retrieval.histories import Histories
from retrieval.judging import Scores, best, bootstrap, judge
from retrieval.log import Log
from retrieval.model import Floats, ItemModel, Rows
from retrieval.windows import Window, window_of

TARGETS = {
    "online_retail": (0.13, 0.33),
    "amazon_beauty": (0.098, 0.227),
}  # Recall@20, full catalogue and among the new
SHARE = 0.1
SEED = 7
MOST = 1000  # customers by whom the cost of showing is measured
EXPOSURES = (0.25, 0.5, 1.0, 2.0)  # 1: a new product is shown as often as a known one


def cold_figures(data: Data, vectors: Floats, say: Callable[[str], None]) -> list[Figure]:
    """Return Recall@20 of later purchases of new products, among new ones and in the full catalogue, and what showing them costs.

    The full catalogue is ranked with each exposure and with what the shop's own window allows; beside each stands the NDCG@10 of the
    known products there, against lists without any new product.
    """
    is_new = np.random.default_rng(SEED).random(data.log.products) < SHARE
    whole_window = next(iter(windows(data).values()))
    window = _without(whole_window, data.log, is_new)
    texts = whiten(vectors)
    shown = Shown(data.shop.products["product_id"].to_list(), texts, tick=say)
    model = chosen_model(window.past, shown, aim="new")
    if model is None:
        return []
    known = learnable(window.past)
    asked, text = window.asked(fresh=True), _text_scores(window, texts)
    target = TARGETS.get(data.name, (None, None))
    name, peers = f"{data.name}/brand-new/recall@20", {"text only": _recall(window, text, asked, is_new).mean()}
    among = _recall(window, _model_scores(model, window), asked, is_new)
    figures = [Figure(f"{name}, among new", among.mean(), target=target[1], interval=bootstrap(among), peers=peers)]
    say(f"  {figures[0].figure} {figures[0].value:.4f} {peers}")
    peers = {"text only": _recall(window, text, asked, None).mean()}
    others = _of_known(window, whole_window, known)
    alone = judge(others, _scores_of(model, window, known), others.asked(fresh=True, most=MOST), fresh=True).ndcg
    for exposure in (None, *EXPOSURES):
        grown = whole(part(model, np.flatnonzero(known)), window.past, shown, known, exposure=exposure)
        found = _recall(window, _model_scores(grown, window), asked, None)
        label = (
            f"chosen exposure {model.settings.get(EXPOSED, EXPOSURE)}" if exposure is None else f"exposure {exposure:g}"
        )
        aim = target[0] if exposure == max(EXPOSURES) else None
        figures.append(
            Figure(f"{name}, full catalogue, {label}", found.mean(), target=aim, interval=bootstrap(found), peers=peers)
        )
        cost = judge(others, _scores_of(grown, window, None), others.asked(fresh=True, most=MOST), fresh=True).ndcg
        figures.append(
            Figure(
                f"{data.name}/brand-new/ndcg@10 of known products, {label}",
                cost,
                peers={"without new products": alone},
            )
        )
        say(f"  brand-new, {label}: {found.mean():.4f}, known products {cost:.4f} of {alone:.4f}")
    return figures


def _of_known(window: Window, all_targets: Window, known: np.ndarray) -> Window:
    """Return the window whose targets are the known products."""
    targets = all_targets.targets.multiply(known.astype(np.float32)[None, :]).tocsr()
    had = (np.diff(window.owned.indptr) > 0).astype(np.float32)
    targets = targets.multiply(had[:, None]).tocsr()
    targets.eliminate_zeros()
    return replace(window, targets=targets)


def _scores_of(model: ItemModel, window: Window, only: np.ndarray | None) -> Scores:
    found = _model_scores(model, window)

    def scores(customers: Rows, moment: float) -> Floats:
        table = found(customers)
        if only is not None:
            table[:, ~only] = -np.inf
        return table

    return scores


def _without(window: Window, log: Log, is_new: np.ndarray) -> Window:
    """Return the window whose past never saw the new products, and whose targets are they alone."""
    past = window.past.where(~is_new[window.past.product]).numbered()
    targets = window.targets.tocoo()
    kept = is_new[targets.col]
    after = log.where(np.zeros(len(log), bool))
    found = window_of(past, _lines(after, targets.row[kept], targets.col[kept]), window.now)
    if found is None:
        raise SystemExit("no customer bought a product of the tenth that was held back; give more data.")
    return found


def _lines(empty: Log, customers: Rows, products: Rows) -> Log:
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
