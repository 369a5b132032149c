"""A shop's own validation window chooses its recipe and settings, and the model says why. It fits by what others own and learns nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from retrieval.fitting import JointBase, Settings, joint_model
from retrieval.judging import Verdict, judge, judge_tables
from retrieval.log import Log
from retrieval.model import Floats, ItemModel, Rows, Tried
from retrieval.ranker_fit import fit_ranker, lesson, looked_at
from retrieval.rivals import rivals
from retrieval.standing import products_alike, standing
from retrieval.tuning import MOST_CUSTOMERS, Trial, tuned
from retrieval.windows import Protocol, Window, lessons_of, validation

Aim = Literal["all", "new"]
FEWEST_CUSTOMERS = 30  # with a target on the window; fewer choose by chance
_MOST_FOR_ALIKE = 20_000  # products; above it no product is compared with every other
STORES = (Settings(store=512), Settings(store=256), Settings(store=0, neighbours=100))


@dataclass(frozen=True)
class Shown:
    """What a fit is given beside the log: product ids, whitened texts, and where it says how far it is."""

    ids: Sequence[str]
    texts: Floats | None
    encoder: str = ""
    seed: int = 0
    tick: Callable[[str], None] = lambda said: None


def chosen_model(log: Log, shown: Shown, *, aim: Aim = "new", protocol: Protocol | None = None) -> ItemModel | None:
    """Return the model a shop's own validation window chooses, fitted on all events; None where there is too little to choose by.

    Parameters
    ----------
    aim : whether it ranks what is new to the customer, or everything, repeats too
    protocol : what the window is; by default the last fifth by time, everybody's last purchase without a clock
    """
    protocol = protocol or ("time" if log.clock == "days" else "last order")
    window = validation(log, protocol)
    fresh = aim == "new"
    if window is None or len(window.asked(fresh=fresh)) < FEWEST_CUSTOMERS:
        return None
    alike = products_alike(shown.texts) if shown.texts is not None and log.products <= _MOST_FOR_ALIKE else None
    judged = _Judged(window, fresh, window.asked(fresh=fresh, most=MOST_CUSTOMERS, seed=shown.seed), alike, shown)
    settings, tried = _settings(judged)
    keeps, second = _second_look(judged, settings, protocol)
    tried = [*tried, *second]
    shown.tick("fitting on everything")
    model = joint_model(JointBase(log, shown.texts), settings, shown.ids, encoder=shown.encoder)
    if keeps:
        products = standing(log, log.end, alike)
        model = replace(model, ranker=fit_ranker(_lessons(log, judged, settings, protocol), products, fresh=fresh))
    return _told(model, tried, aim)


@dataclass(frozen=True)
class _Judged:
    """The validation window with who is asked on it."""

    window: Window
    fresh: bool
    customers: Rows
    alike: Any
    shown: Shown

    def scored(self, model: ItemModel) -> Verdict:
        """Return how a model fitted on the window's past does."""
        return model_verdict(model, self.window, self.alike, self.customers, fresh=self.fresh)


def model_verdict(model: ItemModel, window: Window, alike: Any, customers: Rows, *, fresh: bool) -> Verdict:
    """Return how a model does on a window, its trend and ranker as of each customer's moment.

    Parameters
    ----------
    model : fitted on `window.past`
    alike : csr, `products_alike` of the texts, or None
    """

    def tables() -> Iterator[tuple[Rows, Floats]]:
        for then, products, places, histories, scores in looked_at(model, window, alike, customers):
            if model.ranker is None:
                yield places, scores
                continue
            ranker = replace(model.ranker, products=products)
            pairs = zip(histories, scores, strict=True)
            yield places, np.stack([ranker.reordered(then, history, row) for history, row in pairs])

    return judge_tables(window, tables(), customers, fresh=fresh)


def _settings(judged: _Judged) -> tuple[Settings, list[Tried]]:
    """Return the best settings of recipe A with how it is best stored, and how it and the rivals did."""
    mode, tick = "new" if judged.fresh else "all", judged.shown.tick
    tried = []
    for name, scores in rivals(judged.window).items():
        verdict = judge(judged.window, scores, judged.customers, fresh=judged.fresh)
        tried.append(_line(name, mode, verdict))
    base = JointBase(judged.window.past, judged.shown.texts)
    trial = Trial(judged.window, base, judged.fresh, judged.customers)
    best, verdict = tuned(trial, Settings(), on_tried=lambda one, did: tick(f"NDCG@10 {did.ndcg:.4f}"))
    tried.append(_line("joint, in full", mode, verdict, best))
    kept, before = best, -1.0
    for store in STORES:
        if store.store >= judged.window.past.products:
            continue
        asked = replace(best, store=store.store, neighbours=store.neighbours)
        did = judged.scored(joint_model(base, asked, judged.shown.ids, now=_moment(judged.window)))
        tried.append(_line(f"joint, {asked.told()['stored as']}", mode, did, asked))
        if did.ndcg > before * 1.01 if before > 0 else True:  # what is smaller or plainer stays unless it loses
            kept, before = asked, did.ndcg
    return kept, tried


def _second_look(judged: _Judged, settings: Settings, protocol: Protocol) -> tuple[bool, list[Tried]]:
    """Return whether a learned ranker does better on the window than none, and how both did."""
    window, mode = judged.window, "new" if judged.fresh else "all"
    model = joint_model(JointBase(window.past, judged.shown.texts), settings, judged.shown.ids, now=_moment(window))
    plain = judged.scored(model)
    lines = [_line("joint", mode, plain, settings)]
    judged.shown.tick("learning a second look")
    products = standing(window.past, _moment(window), judged.alike)
    lessons = _lessons(window.past, judged, settings, protocol)
    ranker = fit_ranker(lessons, products, fresh=judged.fresh, seed=judged.shown.seed)
    if ranker is None:
        return False, lines
    looked = judged.scored(replace(model, ranker=ranker))
    lines.append(_line("joint with a second look", mode, looked, settings))
    return looked.ndcg > plain.ndcg, lines


def _lessons(log: Log, judged: _Judged, settings: Settings, protocol: Protocol) -> list[Any]:
    found = []
    for window in lessons_of(log, protocol):
        base = JointBase(window.past, judged.shown.texts)
        model = joint_model(base, settings, judged.shown.ids, now=_moment(window))
        found.append(lesson(model, window, judged.alike, fresh=judged.fresh, seed=judged.shown.seed))
    return found


def _moment(window: Window) -> float:
    """Return the moment a model of the window's past is of: the window's own where it is one, else after the last event."""
    return float(min(window.now.min(), window.past.end)) if np.ptp(window.now) == 0 else window.past.end


def _line(name: str, mode: str, verdict: Verdict, settings: Settings | None = None) -> Tried:
    numbers = {} if settings is None else {k: v for k, v in settings.told().items() if isinstance(v, float)}
    return Tried(name, mode, verdict.ndcg, verdict.recall, verdict.interval(), numbers)


def _told(model: ItemModel, tried: list[Tried], aim: Aim) -> ItemModel:
    name = "joint" if model.ranker is None else "joint with a second look"
    chosen = next(one for one in tried if one.name == name)
    lines = sorted((replace(one, chosen=one is chosen) for one in tried), key=lambda one: -one.ndcg)
    rival = max((one for one in tried if not one.name.startswith("joint")), key=lambda one: one.ndcg)
    why = (
        f"On what customers bought in the last part of the shop's own past, {'new to them' if aim == 'new' else 'repeats included'}, "
        f"{name} reaches NDCG@10 {chosen.ndcg:.4f} and Recall@20 {chosen.recall:.4f}; "
        f"the best simple rival, {rival.name}, reaches {rival.ndcg:.4f} and {rival.recall:.4f}."
    )
    return replace(model, tried=tuple(lines), why=why)
