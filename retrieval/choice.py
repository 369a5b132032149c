"""A shop's own validation window chooses its recipe and settings, and the model says why. It learns nothing itself.

The order: simple rivals, recipe A's settings, how it is best stored, a learned second look, recipe B where the catalogue is long.
Whatever does best on the window is fitted again on everything.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retrieval.cold import spread, with_cold
from retrieval.contest import REPEATS_PAY, Aim, Contest, Shown, Tick, silent
from retrieval.customers import whiten
from retrieval.exposure import Sample, exposure_words
from retrieval.fitting import POPULAR, JointBase, joint_model, lately
from retrieval.histories import Histories
from retrieval.log import Log
from retrieval.model import Floats, ItemModel
from retrieval.standing import products_alike
from retrieval.text_recipe import text_model
from retrieval.windows import Protocol, validation

if TYPE_CHECKING:
    from shop import Shop

FEWEST_CUSTOMERS = 30  # with a target on the window; fewer choose by chance
_MOST_FOR_ALIKE = 20_000  # products; above it no product is compared with every other
MOST_PRODUCTS = 12_500  # recipe A inverts a matrix of so many rows; the seldom bought beyond are placed by their texts
_MOST_QUERIES = 500


def fitted(
    shop: Shop, vectors: Floats, *, encoder: str = "", aim: Aim = "new", seed: int = 0, tick: Tick = silent
) -> ItemModel:
    """Return the model of a shop: what its own validation window chooses, by texts alone where there is too little to choose by.

    Parameters
    ----------
    vectors : float32 (n, e), unit text vectors, rows as `shop.products`
    aim : whether it ranks what is new to the customer, or everything, repeats too
    tick : told what is being done
    """
    log, ids = Log.of(shop), shop.products["product_id"].to_list()
    shown = Shown(ids, whiten(vectors), encoder, seed, tick, shop.settings.recommending.new_products)
    return chosen_model(log, shown, aim=aim) or text_model(log, vectors, ids, encoder=encoder)


def fitted_with_repeats(
    shop: Shop, vectors: Floats, *, encoder: str = "", seed: int = 0, tick: Tick = silent
) -> ItemModel | None:
    """Return the model that ranks everything, repeats too, with the window's word on whether they pay (`shows_repeats`).

    None where too few of the window's customers bought something again to tell, or there is too little to choose by. Parameters
    as `fitted`.
    """
    log = Log.of(shop)
    window = validation(log, protocol_of(log))
    if window is None or (np.diff(window.targets.multiply(window.owned).tocsr().indptr) > 0).sum() < FEWEST_CUSTOMERS:
        return None
    ids, policy = shop.products["product_id"].to_list(), shop.settings.recommending.new_products
    return chosen_model(log, Shown(ids, whiten(vectors), encoder, seed, tick, policy), aim="all")


def shows_repeats(model: ItemModel | None) -> bool:
    """Return whether, on the shop's own window, lists with what customers own do better than the same lists without, beyond chance."""
    return model is not None and float(model.settings.get(REPEATS_PAY, 0.0)) > 0


def protocol_of(log: Log) -> Protocol:
    """Return which window a shop chooses by: its last fifth by time, everybody's last order without a clock."""
    return "time" if log.clock == "days" else "last order"


def chosen_model(log: Log, shown: Shown, *, aim: Aim = "new", protocol: Protocol | None = None) -> ItemModel | None:
    """Return the model a shop's own validation window chooses, fitted on all events; None where there is too little to choose by.

    Parameters
    ----------
    aim : whether it ranks what is new to the customer, or everything, repeats too
    protocol : what the window is; by default the last fifth by time, everybody's last purchase without a clock
    """
    known = learnable(log)
    if known.all() or not known.any():
        return _chosen(log, shown, aim, protocol)
    rows = np.flatnonzero(known)
    texts = None if shown.texts is None else shown.texts[rows]
    model = _chosen(
        log.of_products(rows), replace(shown, ids=[shown.ids[int(row)] for row in rows], texts=texts), aim, protocol
    )
    return None if model is None else whole(model, log, shown, known)


def learnable(log: Log) -> NDArray[np.bool_]:
    """Return bool (products,): what has been bought, the most bought where there are more than recipe A can hold."""
    sold = np.bincount(log.buys().product, minlength=log.products)
    known = sold > 0
    if known.sum() > MOST_PRODUCTS:
        known[:] = False
        known[np.argsort(-sold, kind="stable")[:MOST_PRODUCTS]] = True
    return known


def whole(
    model: ItemModel, log: Log, shown: Shown, known: NDArray[np.bool_], *, exposure: float | None = None
) -> ItemModel:
    """Return a model of the known products as one of the whole catalogue, the others placed by their texts.

    Parameters
    ----------
    log, shown : of the whole catalogue
    known : bool (products,), those `model` is of
    exposure : the shop's policy for products nobody has bought yet (`retrieval.cold`), by default what its window allowed
    """
    popular = lately(log, log.end, float(model.settings[POPULAR]))
    grown = spread(model, known, shown.ids, popular)
    if shown.texts is None:
        return grown
    histories = Histories.of(log, log.ends, model.half_lives, quantity_power=model.quantity_power)
    active = np.flatnonzero(np.diff(histories.starts))
    drawn = np.random.default_rng(shown.seed).choice(active, min(len(active), _MOST_QUERIES), replace=False)
    sample = Sample.of(grown, [histories.one(grown, int(customer)) for customer in np.sort(drawn)])
    return with_cold(grown, shown.texts, known, sample, exposure=exposure)


def _chosen(log: Log, shown: Shown, aim: Aim, protocol: Protocol | None) -> ItemModel | None:
    protocol = protocol or protocol_of(log)
    window = validation(log, protocol)
    if window is None or len(window.asked(fresh=aim == "new")) < FEWEST_CUSTOMERS:
        return None
    alike = products_alike(shown.texts) if shown.texts is not None and log.products <= _MOST_FOR_ALIKE else None
    contest = Contest(window, aim, protocol, alike, shown)
    settings = contest.with_towers(contest.settings())
    looks_twice = contest.second_look(settings)
    shown.tick("fitting on everything")
    model = joint_model(JointBase(log, shown.texts), settings, shown.ids, encoder=shown.encoder)
    if looks_twice:
        model = replace(model, ranker=contest.ranker(log, settings))
    told, showing = contest.told(model, settings), contest.showing()
    policy = exposure_words(showing, is_policy=shown.exposure is not None)
    return replace(told, settings={**told.settings, **showing}, why=f"{told.why} {policy}".strip())
