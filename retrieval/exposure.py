"""How much score it takes for a new product to be shown as often as a policy says, measured on known products treated as new.

It finds the factor and chooses no policy (`retrieval.showing` does).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.borrowing import KEPT, SHARPNESS, borrowed, columns_of, largest
from retrieval.model import Floats, History, ItemModel, Rows, usual_bias

EXPOSED = "showing of new products"  # its name in `ItemModel.settings`
PLACES = 20  # of a list, in which showing is counted
_SHARE, _MOST_HIDDEN = 0.1, 1000  # of the known products, treated as new
_BATCH = 64


@dataclass(frozen=True)
class Sample:
    """Some customers as one model reads them: `queries` float32 (c, d + 1), `mixed` csr (c, n), what each product of theirs counts."""

    queries: Floats
    mixed: Any

    @classmethod
    def of(cls, model: ItemModel, histories: Sequence[History]) -> Sample:
        """Return customers by their histories."""
        from scipy.sparse import csr_matrix

        sums = np.stack([one.sums for one in histories]) if len(histories) else model.nothing()[None][:0]
        values = [model.mix @ one.weights for one in histories]
        starts = np.cumsum([0, *map(len, values)])
        rows = np.concatenate([np.zeros(0, np.int64), *(one.rows for one in histories)])
        mixed = csr_matrix(
            (np.concatenate([np.zeros(0, np.float32), *values]), rows, starts), (len(values), len(model.ids))
        )
        return cls(model.query(sums), mixed)


def exposure_words(settings: Mapping[str, float], *, is_policy: bool) -> str:
    """Return in words how often new products are shown, and who says so; "" where nobody does."""
    if EXPOSED not in settings:
        return ""
    how = f"A product nobody has bought yet is shown {settings[EXPOSED]:g} times as often as one that sells"
    return (
        f"{how}, as shop.toml says." if is_policy else f"{how}: more would cost the others (new_products in shop.toml)."
    )


def factor_for(
    model: ItemModel, texts: Floats, rows: Rows, sample: Sample, exposure: float, *, sharpness: float = SHARPNESS
) -> float:
    """Return what new products' scores are multiplied by to be shown so often; 1 where there is nothing to measure on.

    Parameters
    ----------
    texts : float32 (k, e), unit rows of the known products, which are `rows` (k,) of the model
    exposure : as in `retrieval.cold.with_cold`
    """
    if exposure == 0:
        return 0.0
    entered, fair = crossings(model, texts, rows, sample, sharpness=sharpness)
    return factor_at(entered, fair, exposure)


def factor_at(entered: NDArray[np.float64], fair: float, exposure: float) -> float:
    """Return the factor at which so many entered (`crossings`), `fair` times the exposure; the last where fewer could.

    Where that many enter with any factor, as lists are not full, it is the least that lets one more in, so that their order stays.
    """
    if not len(entered) or entered[-1] == 0:
        return 1.0
    at = max(min(int(exposure * fair), len(entered) - 1), int(np.searchsorted(entered, 0.0, side="right")))
    return float(entered[at])


def crossings(
    model: ItemModel, texts: Floats, rows: Rows, sample: Sample, *, sharpness: float = SHARPNESS
) -> tuple[NDArray[np.float64], float]:
    """Return at which factor each product treated as new enters each customer's list, ascending, and how many do as often as others.

    Parameters as `factor_for`.
    """
    count = min(max(1, round(_SHARE * len(rows))), _MOST_HIDDEN)
    hidden = np.zeros(len(rows), dtype=bool)
    hidden[np.random.default_rng(0).permutation(len(rows))[:count]] = True
    others = rows[~hidden]
    if len(others) <= PLACES or not sample.queries.shape[0]:
        return np.zeros(0), 0.0
    borrow = borrowed(texts[hidden] @ texts[~hidden].T, np.arange(len(others)), len(others), sharpness)
    items = borrow @ (model.items[others] / model.trend[others][:, None])
    columns = None
    if model.neighbours is not None:
        columns = largest((borrow @ columns_of(model.neighbours, model.trend, others)).tocsr(), KEPT)
    bias, found = usual_bias(model, rows), []
    for start in range(0, sample.queries.shape[0], _BATCH):
        queries, mixed = sample.queries[start : start + _BATCH], sample.mixed[start : start + _BATCH]
        listed, asked = queries[:, :-1] @ model.items[others].T + model.bias[others], queries[:, :-1] @ items.T
        if columns is not None:
            listed = listed + (mixed @ model.neighbours)[:, others].toarray()
            asked = asked + (mixed @ columns.T).toarray()
        owned = mixed.toarray() != 0
        listed[owned[:, others]] = -np.inf
        last = np.partition(listed, len(others) - PLACES, axis=1)[:, len(others) - PLACES]
        needed = np.maximum(last[:, None] - bias, 0.0)
        able = (asked > 0) & ~owned[:, rows[hidden]] & np.isfinite(needed)
        found.append((np.broadcast_to(needed, asked.shape)[able] / asked[able]).astype(np.float64))
    return np.sort(np.concatenate(found)), sample.queries.shape[0] * PLACES * count / len(rows)
