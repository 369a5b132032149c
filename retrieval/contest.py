"""One validation window, everything tried on it, and the word on what did best. It fits on the window's past alone and decides nothing after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from retrieval.exposure import EXPOSED
from retrieval.fitting import JointBase, Settings, joint_model
from retrieval.judging import Verdict, judge, judge_tables
from retrieval.log import Log
from retrieval.model import Floats, ItemModel, Rows, Tried
from retrieval.ranker import Ranker
from retrieval.ranker_fit import fit_ranker, lesson, looked_at
from retrieval.rivals import RECENT, lately_name, rivals
from retrieval.showing import chosen_showing
from retrieval.standing import standing
from retrieval.tuning import MOST_CUSTOMERS, Trial, tuned
from retrieval.windows import Protocol, Window, lessons_of

Aim = Literal["all", "new"]
Tick = Callable[[str], None]
LONG_TAIL = 40  # purchases a product; where there are fewer, recipe B is tried
BESIDE = (0.0, 40.0, 80.0, 160.0, 320.0)  # weight of recipe A's neighbours beside the towers, whose scores are logits
REPEATS_PAY = "gain of showing what they own"  # NDCG@10, the lower end of its 95 % interval
_LOSS = 0.99  # stored in few dimensions a model may lose a hundredth


def silent(said: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Shown:
    """What a fit is given beside the log: product ids, whitened texts, where it says how far it is, and the shop's policy for new products.

    `exposure` None leaves it to the window (`retrieval.showing`).
    """

    ids: Sequence[str]
    texts: Floats | None
    encoder: str = ""
    seed: int = 0
    tick: Tick = silent
    exposure: float | None = None


class Contest:
    """One validation window with who is asked on it, and how everything tried did."""

    def __init__(self, window: Window, aim: Aim, protocol: Protocol, alike: Any, shown: Shown) -> None:
        self.window, self.aim, self.protocol, self.alike, self.shown = window, aim, protocol, alike, shown
        self.fresh = aim == "new"
        self.customers = window.asked(fresh=self.fresh, most=MOST_CUSTOMERS, seed=shown.seed)
        self.base = JointBase(window.past, shown.texts)
        self.tried: list[Tried] = []
        self._best: tuple[Verdict, ItemModel] | None = None  # of ours, fitted on the window's past

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
        reached, settings, model = max(did, key=lambda one: one[0].ndcg)
        self._note("joint", reached, settings)
        self._is_best(reached, model)
        return settings

    def with_towers(self, settings: Settings) -> Settings:
        """Return the settings with recipe B where it does better on a long catalogue, and note how it did."""
        past = self.window.past
        if self.shown.texts is None or len(past.buys()) > LONG_TAIL * past.products:
            return settings
        self.base.towers(self.shown.seed, tick=self.shown.tick)
        best = settings
        for beside in BESIDE:
            for repeat in (0.0,) if self.fresh else (0.0, 1.0, 3.0):
                asked = replace(settings, towers=beside, repeat=repeat)
                model = self.past_model(asked)
                did = self.scored(model)
                self._note(_name(asked), did, asked)
                if self._is_best(did, model):
                    best = asked
        return best

    def _is_best(self, did: Verdict, model: ItemModel) -> bool:
        """Return whether a model does better than ours so far, and keep it where it does."""
        if self._best is not None and did.ndcg <= self._best[0].ndcg:
            return False
        self._best = did, model
        return True

    def second_look(self, settings: Settings) -> bool:
        """Return whether a learned ranker does better than none where repeats count, and note how it did."""
        if self.fresh or self._best is None or settings.towers is not None:
            return False
        self.shown.tick("learning a second look")
        ranker = self.ranker(self.window.past, settings)
        if ranker is None:
            return False
        model = replace(self._best[1], ranker=ranker)
        looked = self.scored(model)
        self._note("joint with a second look", looked, settings)
        return self._is_best(looked, model)

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

    def scored(self, model: ItemModel, *, hides_owned: bool = False) -> Verdict:
        """Return how a model fitted on the window's past does, the same with what customers own left out of the lists."""
        customers, owned = self.customers, self.window.owned if hides_owned else None
        return model_verdict(model, self.window, self.alike, customers, fresh=self.fresh, hidden=owned)

    def showing(self) -> dict[str, float]:
        """Return how new products are placed and shown, by the names of settings (`retrieval.showing`)."""
        if self._best is None or self.shown.texts is None:
            return {}
        self.shown.tick("placing new products")
        chosen = chosen_showing(self._best[1], self.window, self.shown.texts, seed=self.shown.seed)
        return chosen if self.shown.exposure is None else {**chosen, EXPOSED: self.shown.exposure}

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
        if self.fresh:
            return replace(model, tried=tuple(lines), why=why)
        gain, word = self._repeats()
        return replace(model, tried=tuple(lines), why=f"{why} {word}", settings={**model.settings, REPEATS_PAY: gain})

    def _repeats(self) -> tuple[float, str]:
        """Return the lower end of what showing what customers own gains in NDCG@10, and the choice in words."""
        assert self._best is not None
        did, model = self._best
        without = self.scored(model, hides_owned=True)
        low, high = did.gain_over(without)
        choice = "so they are shown" if low > 0 else "which is not surely better, so they are left out unless asked for"
        told = f"{did.ndcg:.4f} with products bought before in the lists, {without.ndcg:.4f} without (gain {low:.4f} to {high:.4f})"
        return low, f"It reaches {told}, {choice}."

    def _note(self, name: str, verdict: Verdict, settings: Settings | None = None) -> None:
        numbers = {} if settings is None else {k: v for k, v in settings.told().items() if isinstance(v, float)}
        self.tried.append(Tried(name, self.aim, verdict.ndcg, verdict.recall, verdict.interval(), numbers))


def _name(settings: Settings) -> str:
    if settings.towers is None:
        return "joint"
    return "two towers with neighbours" if settings.towers else "two towers"


def model_verdict(
    model: ItemModel, window: Window, alike: Any, customers: Rows, *, fresh: bool, hidden: Any = None
) -> Verdict:
    """Return how a model does on a window, its trend and ranker as of each customer's moment.

    Parameters
    ----------
    model : fitted on `window.past`
    alike : csr, `products_alike` of the texts, or None
    hidden : csr (customers, products), optional
        What is left out of each customer's list, though it may be wanted.
    """

    def tables() -> Iterator[tuple[Rows, Floats]]:
        for places, scores in ranked():
            if hidden is not None:
                scores = np.where(hidden[customers[places]].toarray() > 0, -np.inf, scores)
            yield places, scores

    def ranked() -> Iterator[tuple[Rows, Floats]]:
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
