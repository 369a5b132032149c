"""Whether the reasons of recommendations hold when replayed, and what being able to tell them costs. It times nothing.

Replayed: the terms of a recommendation add up to its score, and the score made anew without one named event is lower by what was said.
Cost: NDCG@10 of lists ordered by the sum of the terms that are told, against lists ordered by the models themselves, on the last fifth
by time of a shop; beside it what is lost where every term must be an event of the customer, so that no second look may order the list.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.form import Figure
from retrieval.live import Live

if TYPE_CHECKING:
    from assistant import Assistant
    from retrieval.model import Floats

_TOLD = 40  # of each customer's best, ordered anew by their terms
_LEAST = 1e-4  # float32's precision, of the sum of all terms' sizes


def reason_figures(data: str | None, many: int) -> list[Figure]:
    """Return the figures of the sample shop, or of `data`."""
    from assistant import Assistant
    from retrieval import HashingEncoder
    from shop import Shop
    from shop.sample import sample_shop

    shop = sample_shop() if data is None else Shop.load(data)
    assistant = Assistant(shop, llm="none", encoder=HashingEncoder() if data is None else None)
    name = "the sample shop" if data is None else Path(data).name
    return [*_replayed(assistant, many, name), *_cost(assistant, name)]


def _replayed(assistant: Assistant, many: int, name: str) -> list[Figure]:
    from assistant.listing import Asked
    from retrieval.recommend import Exclude

    serving, rng = assistant.serving, np.random.default_rng(0)
    customers = [str(one) for one in rng.permutation(serving.live.past.customers)]
    checked = adds_up = moves = 0
    for turn, customer in enumerate(customers * (1 + many // max(len(customers), 1))):
        if checked >= many:
            break
        exclude = Exclude("include" if turn % 2 else "exclude")  # both models in turn
        live, _ = serving.looks(exclude)
        state = live.state(customer)
        for one in serving.recommend(Asked(customer, k=5, exclude=exclude)):
            terms = live.terms(state, live.catalogue.row_of[one.product_id], most=None)
            events = [term for term in terms if term.kind == "event"]
            if not events or checked >= many:
                continue
            checked += 1
            adds_up += stands(live, customer, one.product_id, one.score, [term.amount for term in terms])
            term = events[int(rng.integers(len(events)))]
            moves += moved(live, customer, one.product_id, int(term.place or 0), term.amount)
    share = 100 / max(checked, 1)
    return [
        Figure(f"reasons that add up to the score ({name}, {checked:,} replayed)", share * adds_up, "%", target=100.0),
        Figure(f"reasons whose event, deleted, moves the score as stated ({name})", share * moves, "%", target=100.0),
    ]


def stands(live: Live, customer: str, product: str, stated: float, amounts: list[float]) -> bool:
    """Return whether the terms add up to what was stated, and to what the model itself scores, to float32's precision."""
    history, row = live.history(live.state(customer)), live.catalogue.row_of[product]
    size = max(sum(map(abs, amounts)), 1e-9)
    scored = float(live.model.final_scores(history)[row])
    return abs(math.fsum(amounts) - stated) <= 1e-9 * size and abs(stated - scored) <= _LEAST * size


def moved(live: Live, customer: str, product: str, place: int, amount: float) -> bool:
    """Return whether the index score, made anew without the event, is lower by `amount`, to float32's precision."""
    state, row = live.state(customer), live.catalogue.row_of[product]
    happened, now = state.happened(), live.now_of(state)
    shares = np.array([term.amount for term in live.terms(state, row, most=None) if term.kind == "event"])
    with_it = live.model.scores(live.fold.history(live.fold.of(happened), now))[row]
    without = live.model.scores(live.fold.history(live.fold.of(happened.without(place)), now))[row]
    return abs((float(with_it) - float(without)) - amount) <= _LEAST * max(float(np.abs(shares).sum()), 1e-9)


def _cost(assistant: Assistant, name: str) -> list[Figure]:
    from retrieval.choice import fitted, fitted_with_repeats
    from retrieval.evaluate import evaluate, split_by_time

    split = split_by_time(assistant.shop)
    vectors, encoder = assistant.made.products.vectors(), assistant.made.products.encoder_name
    again = fitted_with_repeats(split.train, vectors, encoder=encoder)
    models = [("new", fitted(split.train, vectors, encoder=encoder)), ("all", again)]
    figures = []
    for mode, model in models:
        if model is None:
            continue
        live = Live(split.train, model, vectors, assistant.encoder.encode)
        ways = {"model": _by_model(live), "terms": _by_terms(live), "events": _by_events(live)}
        found = {one.name: one.ndcg for one in evaluate(split, ways, mode="new" if mode == "new" else "all")}
        best = max(found["model"], 1e-9)
        words = f"({name}, {'new' if mode == 'new' else 'all'} products, NDCG@10 {found['model']:.4f})"
        figures += [
            Figure(f"cost of reasons {words}", 100 * (1 - found["terms"] / best), "%", "less", 1.0),
            Figure(f"cost if every term had to be an event {words}", 100 * (1 - found["events"] / best), "%", "less"),
        ]
    return figures


def _by_model(live: Live) -> Callable[[Sequence[str]], Floats]:
    return lambda customers: np.stack([live.model.final_scores(live.history(live.state(one))) for one in customers])


def _by_events(live: Live) -> Callable[[Sequence[str]], Floats]:
    return lambda customers: np.stack([live.model.scores(live.history(live.state(one))) for one in customers])


def _by_terms(live: Live) -> Callable[[Sequence[str]], Floats]:
    """Return a scorer by the sum of the terms told of each of a customer's best products; the others are not listed."""

    def scores(customers: Sequence[str]) -> Floats:
        table = np.full((len(customers), len(live.catalogue)), -np.inf, dtype=np.float32)
        for at, name in enumerate(customers):
            state = live.state(name)
            best = np.argsort(-live.model.final_scores(live.history(state)), kind="stable")
            owned = np.isin(best, list(state.owned))
            rows = [*best[owned].tolist(), *best[~owned][:_TOLD].tolist()]  # whichever of the two the mode leaves out
            told = live.terms_of_many(state, rows)
            table[at, rows] = [math.fsum(term.amount for term in terms) for terms in told]
        return table

    return scores
