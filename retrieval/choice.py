"""A shop's own validation window chooses its recipe and settings, and the model says why. It learns nothing itself.

The order: simple rivals, recipe A's settings, how it is best stored, a learned second look, recipe B where the catalogue is long.
Whatever does best on the window is fitted again on everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from retrieval.cold import EXPOSURE, spread, with_cold
from retrieval.customers import whiten
from retrieval.fitting import POPULAR, JointBase, Settings, joint_model, lately
from retrieval.histories import Histories
from retrieval.judging import Verdict, judge, judge_tables
from retrieval.log import Log
from retrieval.model import Floats, ItemModel, Rows, Tried
from retrieval.ranker import Ranker
from retrieval.ranker_fit import fit_ranker, lesson, looked_at
from retrieval.rivals import RECENT, lately_name, rivals
from retrieval.standing import products_alike, standing
from retrieval.text_recipe import text_model
from retrieval.tuning import MOST_CUSTOMERS, Trial, tuned
from retrieval.windows import Protocol, Window, lessons_of, validation

if TYPE_CHECKING:
    from shop import Shop

Aim = Literal["all", "new"]
Tick = Callable[[str], None]
FEWEST_CUSTOMERS = 30  # with a target on the window; fewer choose by chance
_MOST_FOR_ALIKE = 20_000  # products; above it no product is compared with every other
MOST_PRODUCTS = 12_500  # recipe A inverts a matrix of so many rows; the seldom bought beyond are placed by their texts
LONG_TAIL = 40  # purchases a product; where there are fewer, recipe B is tried
BESIDE = (0.0, 40.0, 80.0, 160.0)  # weight of recipe A's neighbours beside the towers, whose scores are logits
_MOST_QUERIES = 500
_LOSS = 0.99  # stored in few dimensions a model may lose a hundredth


def _silent(said: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Shown:
    """What a fit is given beside the log: product ids, whitened texts, and where it says how far it is."""

    ids: Sequence[str]
    texts: Floats | None
    encoder: str = ""
    seed: int = 0
    tick: Tick = _silent


def fitted(
    shop: Shop, vectors: Floats, *, encoder: str = "", aim: Aim = "new", seed: int = 0, tick: Tick = _silent
) -> ItemModel:
    """Return the model of a shop: what its own validation window chooses, by texts alone where there is too little to choose by.

    Parameters
    ----------
    vectors : float32 (n, e), unit text vectors, rows as `shop.products`
    aim : whether it ranks what is new to the customer, or everything, repeats too
    tick : told what is being done
    """
    log, ids = Log.of(shop), shop.products["product_id"].to_list()
    shown = Shown(ids, whiten(vectors), encoder, seed, tick)
    return chosen_model(log, shown, aim=aim) or text_model(log, vectors, ids, encoder=encoder)


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
    model: ItemModel, log: Log, shown: Shown, known: NDArray[np.bool_], *, exposure: float = EXPOSURE
) -> ItemModel:
    """Return a model of the known products as one of the whole catalogue, the others placed by their texts.

    Parameters
    ----------
    log, shown : of the whole catalogue
    known : bool (products,), those `model` is of
    exposure : the shop's policy for products nobody has bought yet (`retrieval.cold`)
    """
    popular = lately(log, log.end, float(model.settings[POPULAR]))
    grown = spread(model, known, shown.ids, popular)
    if shown.texts is None:
        return grown
    histories = Histories.of(log, log.ends, model.half_lives, quantity_power=model.quantity_power)
    active = np.flatnonzero(np.diff(histories.starts))
    drawn = np.random.default_rng(shown.seed).choice(active, min(len(active), _MOST_QUERIES), replace=False)
    sums = np.stack([histories.one(grown, int(customer)).sums for customer in np.sort(drawn)])
    return with_cold(grown, shown.texts, known, grown.query(sums), exposure=exposure)


def _chosen(log: Log, shown: Shown, aim: Aim, protocol: Protocol | None) -> ItemModel | None:
    protocol = protocol or ("time" if log.clock == "days" else "last order")
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
    return contest.told(model, settings)


class Contest:
    """One validation window with who is asked on it, and how everything tried did."""

    def __init__(self, window: Window, aim: Aim, protocol: Protocol, alike: Any, shown: Shown) -> None:
        self.window, self.aim, self.protocol, self.alike, self.shown = window, aim, protocol, alike, shown
        self.fresh = aim == "new"
        self.customers = window.asked(fresh=self.fresh, most=MOST_CUSTOMERS, seed=shown.seed)
        self.base = JointBase(window.past, shown.texts)
        self.tried: list[Tried] = []
        self._model: ItemModel | None = None

    def settings(self) -> Settings:
        """Return the best settings of recipe A, and note how they and the simple rivals did."""
        for name, scores in rivals(self.window).items():
            self._note(name, judge(self.window, scores, self.customers, fresh=self.fresh))
        found = {one.name: one.ndcg for one in self.tried}
        days = max(RECENT, key=lambda one: found.get(lately_name(one), 0.0))
        trial = Trial(self.window, self.base, self.fresh, self.customers)
        self.shown.tick("trying settings")
        best, verdict = tuned(trial, Settings(popular_days=days))
        return self._stored(best, verdict)

    def _stored(self, best: Settings, verdict: Verdict) -> Settings:
        """Return the settings with B in few dimensions where that loses little, else as each product's best neighbours."""
        self.shown.tick("cutting to few dimensions")
        asked = [best, replace(best, store=0)]
        did: list[tuple[Verdict, Settings, ItemModel]] = []
        for one in asked:
            model = self.past_model(one)
            did.append((self.scored(model), one, model))
            if did[-1][0].ndcg >= _LOSS * verdict.ndcg:
                break
        reached, settings, self._model = max(did, key=lambda one: one[0].ndcg)
        self._note("joint", reached, settings)
        return settings

    def with_towers(self, settings: Settings) -> Settings:
        """Return the settings with recipe B where it does better on a long catalogue, and note how it did."""
        past = self.window.past
        if self.shown.texts is None or len(past.buys()) > LONG_TAIL * past.products:
            return settings
        self.base.towers(self.shown.seed, tick=self.shown.tick)
        best, before = settings, self.tried[-1].ndcg
        for beside in BESIDE:
            for repeat in (0.0,) if self.fresh else (0.0, 1.0, 3.0):
                asked = replace(settings, towers=beside, repeat=repeat)
                did = self.scored(self.past_model(asked))
                self._note(_name(asked), did, asked)
                if did.ndcg > before:
                    best, before = asked, did.ndcg
        return best

    def second_look(self, settings: Settings) -> bool:
        """Return whether a learned ranker does better than none where repeats count, and note how it did."""
        if self.fresh or self._model is None or settings.towers is not None:
            return False
        self.shown.tick("learning a second look")
        ranker = self.ranker(self.window.past, settings)
        if ranker is None:
            return False
        looked = self.scored(replace(self._model, ranker=ranker))
        before = self.tried[-1].ndcg
        self._note("joint with a second look", looked, settings)
        return looked.ndcg > before

    def ranker(self, log: Log, settings: Settings) -> Ranker | None:
        """Return the trees learned on earlier moments of a log, reading products as of its end."""
        lessons = []
        for window in lessons_of(log, self.protocol):
            base = self.base if window.past is self.window.past else JointBase(window.past, self.shown.texts)
            model = joint_model(base, settings, self.shown.ids, now=_moment(window))
            lessons.append(lesson(model, window, self.alike, fresh=self.fresh, seed=self.shown.seed))
        return fit_ranker(lessons, standing(log, log.end, self.alike), fresh=self.fresh, seed=self.shown.seed)

    def past_model(self, settings: Settings) -> ItemModel:
        """Return recipe A fitted on the window's past."""
        return joint_model(self.base, settings, self.shown.ids, now=_moment(self.window))

    def scored(self, model: ItemModel) -> Verdict:
        """Return how a model fitted on the window's past does."""
        return model_verdict(model, self.window, self.alike, self.customers, fresh=self.fresh)

    def told(self, model: ItemModel, settings: Settings) -> ItemModel:
        """Return the model with what was tried, best first, and why it was chosen."""
        name = _name(settings) if model.ranker is None else "joint with a second look"
        lines = sorted(self.tried, key=lambda one: -one.ndcg)
        first = next(one for one in lines if one.name == name)
        lines = [replace(one, chosen=one is first) for one in lines]
        chosen = next(one for one in lines if one.chosen)
        rival = next(one for one in lines if not one.name.startswith(("joint", "two towers")))
        why = (
            f"On what customers bought in the last part of the shop's own past ({'new to them' if self.fresh else 'repeats included'}, "
            f"{len(self.customers):,} customers), {name} reaches NDCG@10 {chosen.ndcg:.4f} and Recall@20 {chosen.recall:.4f}; "
            f"the best simple rival, {rival.name}, reaches {rival.ndcg:.4f} and {rival.recall:.4f}."
        )
        return replace(model, tried=tuple(lines), why=why)

    def _note(self, name: str, verdict: Verdict, settings: Settings | None = None) -> None:
        numbers = {} if settings is None else {k: v for k, v in settings.told().items() if isinstance(v, float)}
        self.tried.append(Tried(name, self.aim, verdict.ndcg, verdict.recall, verdict.interval(), numbers))


def _name(settings: Settings) -> str:
    if settings.towers is None:
        return "joint"
    return "two towers with neighbours" if settings.towers else "two towers"


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


def _moment(window: Window) -> float:
    """Return the moment a model of the window's past is of: the window's own where it is one, else after the last event."""
    return float(min(window.now.min(), window.past.end)) if np.ptp(window.now) == 0 else window.past.end
