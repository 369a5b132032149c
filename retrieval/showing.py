"""How new products are best placed and how often they may be shown, chosen on a shop's own window by treating known products as new.

A tenth of the products known at the window's moment loses all its events. What customers bought of them later chooses how much nearness
of texts counts; what they bought of all others bounds the showing: the most that keeps `KEPT_SHARE` of NDCG@10 there.
It fits no model.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from retrieval.cold import SHARP, part, spread, with_cold
from retrieval.exposure import EXPOSED, Sample, crossings, factor_at
from retrieval.histories import Histories
from retrieval.judging import Scores, Verdict, judge
from retrieval.model import Floats, ItemModel, Rows, usual_bias
from retrieval.windows import Window

SHARPNESSES = (12.0, 8.0, 16.0)
EXPOSURES = (2.0, 1.0, 0.5, 0.25, 0.1, 0.05, 0.02)
KEPT_SHARE = 0.995  # of NDCG@10 on the window, so that a hundredth is not lost after it
_SHARE = 0.1
_MOST = 500  # customers asked
_FEWEST = 30


def chosen_showing(model: ItemModel, window: Window, texts: Floats, *, seed: int = 0) -> dict[str, float]:
    """Return the settings of new products, by their names in `ItemModel.settings`; none where too few customers could tell.

    Parameters
    ----------
    model : fitted on `window.past`
    texts : float32 (n, e), unit rows as `model.ids`
    """
    trial = Showing(model, window, texts, seed)
    if min(len(trial.of_new), len(trial.of_known)) < _FEWEST:
        return {}
    recalls = {sharpness: trial.among_new(sharpness).recall for sharpness in SHARPNESSES}
    sharpness = max(recalls, key=lambda one: recalls[one])
    alone = trial.of_others(sharpness, 0.0).ndcg
    allowed = (one for one in EXPOSURES if trial.of_others(sharpness, one).ndcg >= KEPT_SHARE * alone)
    return {SHARP: sharpness, EXPOSED: next(allowed, EXPOSURES[-1])}


class Showing:
    """One window whose past never saw a tenth of the products.

    `of_new` and `of_known` are the rows of customers who later bought some of that tenth, and some of all others known.
    """

    def __init__(self, model: ItemModel, window: Window, texts: Floats, seed: int = 0) -> None:
        from scipy.sparse import diags

        rng = np.random.default_rng(seed)
        sold = np.bincount(window.past.buys().product, minlength=window.past.products) > 0
        hidden = sold & (rng.random(len(sold)) < _SHARE)
        self.known = sold & ~hidden
        past = window.past.where(~hidden[window.past.product]).numbered()
        now = window.now if past.clock == "days" else past.ends
        owned = (window.owned @ diags((~hidden).astype(np.float32))).tocsr()
        self._windows = []
        for wanted in (hidden, self.known):
            targets = (window.wanted(fresh=True) @ diags(wanted.astype(np.float32))).tocsr()
            targets.eliminate_zeros()
            self._windows.append(Window(past, now, targets, owned))
        had = np.flatnonzero(np.diff(Window(past, now, owned, owned).owned.indptr))
        self.of_new, self.of_known = (
            np.intersect1d(one.asked(fresh=True, most=_MOST, seed=seed), had) for one in self._windows
        )
        rows = np.flatnonzero(self.known)
        self._model = spread(part(model, rows), self.known, model.ids, model.popular)
        self._texts, self._hidden = texts, hidden
        self._histories = Histories.of(past, now, model.half_lives, quantity_power=model.quantity_power)
        asked = np.union1d(self.of_new, self.of_known)
        drawn = np.sort(rng.permutation(asked)[:_MOST])
        self._sample = Sample.of(self._model, [self._histories.one(self._model, int(one)) for one in drawn])
        self._grown: dict[float, tuple[ItemModel, NDArray[np.float64], float]] = {}

    def among_new(self, sharpness: float) -> Verdict:
        """Return how the products treated as new are ranked among themselves."""
        table = self._scores(sharpness, 1.0, self._hidden)
        return judge(self._windows[0], table, self.of_new, fresh=True)

    def of_others(self, sharpness: float, exposure: float) -> Verdict:
        """Return how the known products are ranked where new ones are shown so often; with 0 they are not in the lists."""
        listed = np.ones(len(self.known), bool) if exposure else self.known
        return judge(self._windows[1], self._scores(sharpness, exposure, listed), self.of_known, fresh=True)

    def _scores(self, sharpness: float, exposure: float, listed: NDArray[np.bool_]) -> Scores:
        model, entered, fair = self._placed(sharpness)
        first = factor_at(entered, fair, 1.0)
        change = np.float32(factor_at(entered, fair, exposure) / first) if first else np.float32(1.0)
        bias = np.float32(usual_bias(self._model, np.flatnonzero(self.known)))

        def scores(customers: Rows, moment: float) -> Floats:
            found = next(self._histories.batches(model, customers, size=len(customers)))[2]
            found[:, ~self.known] = bias + change * (found[:, ~self.known] - bias)
            found[:, ~listed] = -np.inf
            return found

        return scores

    def _placed(self, sharpness: float) -> tuple[ItemModel, NDArray[np.float64], float]:
        if sharpness not in self._grown:
            rows = np.flatnonzero(self.known)
            entered, fair = crossings(self._model, self._texts[rows], rows, self._sample, sharpness=sharpness)
            kept = replace(self._model, ranker=None)
            grown = with_cold(kept, self._texts, self.known, self._sample, exposure=1.0, sharpness=sharpness)
            self._grown[sharpness] = grown, entered, fair
        return self._grown[sharpness]
