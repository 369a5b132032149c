"""Products nobody has bought yet get a place by their texts, and as much showing as the shop's policy grants. It reads no future sale.

A new product answers as the products it reads like answer, the nearest most (`retrieval.borrowing`); what it says of its buyers is a ridge
regression from text. How often a new product should be shown is no fact of the data but a policy, `exposure`: 1 shows it as often as
the products there are, 0.5 half as often, 0 never (`retrieval.exposure` measures how much score that takes).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.borrowing import SHARPNESS, borrowed, with_neighbours
from retrieval.exposure import EXPOSED, Sample, factor_for
from retrieval.model import Floats, ItemModel, Rows, usual_bias

EXPOSURE = 0.25  # where no window of the shop's own could choose it
SHARP = "weight of nearness, new products"
RIDGE = 10.0
_BATCH = 2048


def with_cold(
    model: ItemModel,
    texts: Floats,
    known: NDArray[np.bool_],
    sample: Sample,
    *,
    exposure: float | None = None,
    sharpness: float | None = None,
) -> ItemModel:
    """Return the model with a place by text for products it could not learn.

    Parameters
    ----------
    texts : float32 (n, e), unit rows as `model.ids`
    known : bool (n,), products the model was fitted on
    sample : Sample of customers, by whose lists showing is measured
    exposure : float of at least 0, policy: how often a new product is shown, 1 as often as a known one; by default what
        `model.settings` hold
    sharpness : how much nearness of texts counts; by default the same

    Raises
    ------
    ValueError
        When the exposure lies below 0.
    """
    exposure, sharpness = exposure_of(model, exposure), sharpness_of(model, sharpness)
    cold, rows = np.flatnonzero(~known), np.flatnonzero(known)
    if not len(cold) or not len(rows):
        return model
    factor = factor_for(model, texts[rows], rows, sample, exposure, sharpness=sharpness)
    inputs, items, trend, bias = model.inputs.copy(), model.items.copy(), model.trend.copy(), model.bias.copy()
    trend[cold], bias[cold] = 1.0, usual_bias(model, rows)
    if model.dim:
        inputs[cold] = by_text(texts[rows], model.inputs[rows], texts[cold])
    plain = model.items[rows] / model.trend[rows][:, None]
    lent = []
    for start in range(0, len(cold), _BATCH):
        some = cold[start : start + _BATCH]
        borrow = borrowed(texts[some] @ texts[rows].T, np.arange(len(rows)), len(rows), sharpness)
        items[some] = np.float32(factor) * (borrow @ plain)
        lent.append(borrow)
    neighbours = with_neighbours(model, (rows, cold), lent, factor)
    return replace(model, inputs=inputs, items=items, trend=trend, bias=bias, neighbours=neighbours)


def exposure_of(model: ItemModel, asked: float | None = None) -> float:
    """Return the policy for new products: what is asked, else what the shop's own window allowed; raises as `with_cold`."""
    found = float(model.settings.get(EXPOSED, EXPOSURE)) if asked is None else asked
    if not 0 <= found < float("inf"):
        raise ValueError(
            f"the showing of new products must be a number of at least 0, got {found}: 0 hides them, 1 shows a new product as often as "
            "the others."
        )
    return found


def sharpness_of(model: ItemModel, asked: float | None = None) -> float:
    """Return how much nearness of texts counts."""
    return float(model.settings.get(SHARP, SHARPNESS)) if asked is None else asked


def spread(model: ItemModel, known: NDArray[np.bool_], ids: Sequence[str], popular: Floats) -> ItemModel:
    """Return a model of some products as one of the whole catalogue, in which the others score nothing yet.

    Parameters
    ----------
    known : bool (n,), the products `model` is of, in their order
    popular : float32 (n,), as `ItemModel.popular`
    """
    from scipy.sparse import csr_matrix

    size, rows = len(known), np.flatnonzero(known)
    filled: dict[str, Any] = {}
    for name, empty in (("inputs", 0.0), ("items", 0.0), ("bias", 0.0), ("trend", 1.0)):
        value = getattr(model, name)
        filled[name] = np.full((size, *value.shape[1:]), empty, np.float32)
        filled[name][rows] = value
    if model.neighbours is not None:
        found = model.neighbours.tocoo()
        filled["neighbours"] = csr_matrix((found.data, (rows[found.row], rows[found.col])), shape=(size, size))
    if model.ranker is not None:
        products = np.full((size, model.ranker.products.shape[1]), np.nan, np.float32)
        products[rows] = model.ranker.products
        filled["ranker"] = replace(model.ranker, products=products)
    return replace(model, ids=tuple(ids), popular=popular, **filled)


def part(model: ItemModel, rows: Rows) -> ItemModel:
    """Return a model of the products `rows` alone, what `spread` takes, without a ranker."""
    parts: dict[str, Any] = {
        name: getattr(model, name)[rows] for name in ("inputs", "items", "bias", "trend", "popular")
    }
    neighbours = None if model.neighbours is None else model.neighbours[rows][:, rows].tocsr()
    ids = tuple(model.ids[int(row)] for row in rows)
    return replace(model, ids=ids, neighbours=neighbours, ranker=None, **parts)


def by_text(known_texts: Floats, targets: Floats, texts: Floats, *, ridge: float = RIDGE) -> Floats:
    """Return float32 (m, t): the ridge regression of `targets` (k, t) on `known_texts` (k, e) with an offset, read at `texts` (m, e)."""
    return learned_by_text(known_texts, targets, ridge=ridge)(texts)


def learned_by_text(known_texts: Floats, targets: Floats, *, ridge: float = RIDGE) -> Callable[[Floats], Floats]:
    """Return that regression, to be read at texts that come later."""
    middle, offset = known_texts.mean(axis=0), targets.mean(axis=0)
    centred = (known_texts - middle).astype(np.float64)
    system = centred.T @ centred + ridge * np.eye(centred.shape[1])
    slopes = np.linalg.solve(system, centred.T @ (targets - offset))
    return lambda texts: np.asarray((texts - middle) @ slopes + offset, dtype=np.float32)
