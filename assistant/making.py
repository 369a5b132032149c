"""From a shop to everything searched and grouped: vectors, indexes, segments; made once, kept in the state, redone where inputs changed.

It knows the order of the stages and what each depends on, not how a text is written.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.held_out import is_held_out
from assistant.stages import Stages
from assistant.state import State, key_of
from prompts import words
from retrieval import (
    CachedEncoder,
    Encoder,
    FaissIndex,
    Lexicon,
    PassageIndex,
    StoredIndexError,
    customer_vectors,
    passages_of,
)
from retrieval.choice import fitted, fitted_with_repeats
from retrieval.model import ItemModel
from retrieval.model_files import VERSION as MODEL_VERSION
from retrieval.model_files import load_model, save_model
from segmentation import Segments, segment_customers
from shop.profiles import customer_profiles
from shop.texts import product_texts

if TYPE_CHECKING:
    import polars as pl

    from shop import Shop

Vectors = NDArray[np.float32]
_FEWEST_TO_HOLD_OUT = 40  # with fewer buying customers all of them are grouped, and no claim can be tested


@dataclass(frozen=True)
class IndexSummary:
    """How much was made from a shop."""

    products: int
    passages: int
    customers: int
    segments: int
    as_of: str


@dataclass(frozen=True)
class Made:
    """Everything made from one shop.

    `labels[i]` is the segment of `shop.customers` row i; `held_out[i]` whether the grouping left that customer out. `customers` are
    pooled text vectors, which the grouping reads; what is recommended comes from `model`.
    """

    profiles: pl.DataFrame
    products: FaissIndex
    passages: PassageIndex
    customers: Vectors
    segments: Segments
    labels: NDArray[np.int64]
    held_out: NDArray[np.bool_]
    model: ItemModel


def make(shop: Shop, encoder: Encoder, *, state: State | None, source: str, stages: Stages, seed: int = 0) -> Made:
    """Return everything made from a shop, taking from the state what was made from the same inputs before.

    Raises
    ------
    StateError
        When the state belongs to another shop.
    """
    if state is None:
        return _make(shop, encoder, None, stages, seed)
    state.check_same_shop(shop)
    with state.locked():
        state.begin(shop, source, encoder.name)
        return _make(shop, encoder, state, stages, seed)


def _make(shop: Shop, encoder: Encoder, state: State | None, stages: Stages, seed: int) -> Made:
    with stages.stage("profiles"):
        profiles = customer_profiles(shop)
    products = _products(shop, encoder, state, stages)
    passages = _passages(shop, encoder, products, state, stages)
    with stages.stage("customer vectors"):
        vectors = customer_vectors(shop, products.vectors())
    model = _model(shop, products, state, stages, seed)
    held_out = is_held_out(shop.customers["customer_id"].to_list(), seed=seed)
    if int((profiles["orders"] > 0).sum()) < _FEWEST_TO_HOLD_OUT:
        held_out = np.zeros(len(held_out), dtype=bool)
    segments = _segments(shop, (profiles, vectors, held_out), key_of(products.encoder_name, seed), state, stages)
    labels = segments.assign(profiles, vectors)
    return Made(profiles, products, passages, vectors, segments, labels, held_out, model)


def customers_at(shop: Shop, made: Made, as_of: datetime) -> tuple[pl.DataFrame, Vectors]:
    """Return profiles and vectors of all customers as they stood at `as_of` (UTC), rows as in `shop.customers`."""
    vectors = customer_vectors(shop, made.products.vectors(), as_of=as_of)
    return customer_profiles(shop, as_of=as_of), vectors


def _products(shop: Shop, encoder: Encoder, state: State | None, stages: Stages) -> FaissIndex:
    ids, texts = shop.products["product_id"].to_list(), product_texts(shop)
    key = key_of(encoder.name, _digest([*ids, *texts]))
    with stages.stage("product index") as tick:
        kept = _kept(state, "products", key, FaissIndex.load)
        if kept is not None:
            stages.reused()
            return kept
        made = FaissIndex(ids, _remembering(encoder, state, tick).encode(texts), encoder.name)
        if state is not None:
            made.save(state.path("products"))
            state.made("products", key)
        return made


def _passages(shop: Shop, encoder: Encoder, products: FaissIndex, state: State | None, stages: Stages) -> PassageIndex:
    passages = passages_of(shop)
    lexicon = Lexicon(words("synonyms", language=shop.settings.locale[:2]))
    key = key_of(encoder.name, _digest([*(repr(passage) for passage in passages), *product_texts(shop)]))
    with stages.stage("passage index") as tick:
        kept = _kept(state, "passages", key, lambda folder: PassageIndex.load(folder, lexicon))
        if kept is not None:
            stages.reused()
            return kept
        known = {f"product-{name}": vector for name, vector in zip(products.ids, products.vectors(), strict=True)}
        made = PassageIndex.build(passages, _remembering(encoder, state, tick), known=known, lexicon=lexicon)
        if state is not None:
            made.save(state.path("passages"))
            state.made("passages", key)
        return made


def _model(shop: Shop, products: FaissIndex, state: State | None, stages: Stages, seed: int) -> ItemModel:
    vectors, key = products.vectors(), _model_key(shop, products, seed)
    with stages.stage("recommendation model"):
        kept = _kept(state, "model", key, load_model)
        if kept is not None:
            stages.reused()
            return kept
        made = fitted(shop, vectors, encoder=products.encoder_name, seed=seed)
        if state is not None:
            save_model(made, state.path("model"))
            state.made("model", key)
        return made


def make_repeats(shop: Shop, made: Made, *, state: State | None, stages: Stages, seed: int = 0) -> ItemModel | None:
    """Return the model that ranks what customers own too, from the state where it is; None where too little is bought again to tell."""
    key = key_of("repeats 1", _model_key(shop, made.products, seed))
    with stages.stage("model with repeat purchases"):
        kept = _kept(state, "repeats", key, lambda folder: (load_model(folder) if any(folder.iterdir()) else None,))
        if kept is not None:
            stages.reused()
            return None if kept[0] is None else kept[0]
        found = fitted_with_repeats(shop, made.products.vectors(), encoder=made.products.encoder_name, seed=seed)
        if state is not None:
            with state.locked():
                _keep_repeats(found, state.path("repeats"))
                state.made("repeats", key)
        return found


def _keep_repeats(model: ItemModel | None, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)  # left empty where there is none
    if model is not None:
        save_model(model, folder)


def _model_key(shop: Shop, products: FaissIndex, seed: int) -> str:
    policy = shop.settings.recommending.new_products
    key = key_of(
        MODEL_VERSION,
        products.encoder_name,
        seed,
        policy,
        _digest(products.ids),
        shop.fingerprint("events", "customers"),
    )
    return key_of(key, hashlib.sha256(products.vectors().tobytes()).hexdigest())


def _segments(
    shop: Shop,
    of: tuple[pl.DataFrame, Vectors, NDArray[np.bool_]],
    how: str,
    state: State | None,
    stages: Stages,
) -> Segments:
    profiles, vectors, held_out = of
    key = key_of(how, shop.fingerprint("events", "products", "customers"), held_out.tobytes())
    with stages.stage("segments"):
        kept = _kept(state, "segments", key, Segments.load)
        if kept is not None:
            stages.reused()
            return kept
        seen = np.flatnonzero(~held_out)
        made = segment_customers(profiles[seen.tolist()], vectors[seen])
        if state is not None:
            made.save(state.path("segments"))
            state.made("segments", key)
        return made


def _kept(state: State | None, part: str, key: str, load: Any) -> Any:
    """Return a part the state holds from the same inputs; None where it holds none, or only a damaged one."""
    if state is None or not state.is_fresh(part, key):
        return None
    try:
        return load(state.path(part))
    except (StoredIndexError, ValueError):
        return None  # `index` is the mend the message would name


def _remembering(encoder: Encoder, state: State | None, tick: Any) -> Encoder:
    if state is None:
        return encoder
    return CachedEncoder(encoder, state.path("vectors"), on_progress=tick)


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256("\x00".join(texts).encode()).hexdigest()


def check_usable(state: State, shop: Shop, encoder: str) -> bool:
    """Return whether the state holds this shop as it is; False where it holds none yet.

    Raises
    ------
    StateError
        When it is stale, foreign or of another encoder.
    """
    if state.manifest is None:
        return False
    state.check(shop, encoder)
    return True
