"""How well customers' next purchases are found, beside the usual recommenders.

Settings of ours and of every peer are chosen on the same validation window inside the training part, never on what is reported. The full
catalogue is ranked. A slice is won where the paired bootstrap's 95 % interval of NDCG@10 above the best peer lies above 0.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.form import Figure, options, publish
from benchmarks.recommend_cold import cold_figures
from benchmarks.recommend_data import Data, read, windows
from benchmarks.recommend_peers import NO_TERMS, PEERS, REPEATS, TRENDS, Known, Peer, Setting, Terms, with_terms
from retrieval import CachedEncoder, load_encoder
from retrieval.choice import chosen_model
from retrieval.contest import Aim, Shown, model_verdict
from retrieval.customers import whiten
from retrieval.judging import Scores, Verdict, judge
from retrieval.model import Floats, ItemModel, Rows
from retrieval.standing import products_alike
from retrieval.windows import Protocol, Window, validation

# NDCG@10 and Recall@20 to beat, as set before anything was built
TARGETS = {
    "online_retail/gts/new": (0.1666, 0.1679),
    "online_retail/gts/all": (0.3843, 0.3682),
    "online_retail/llo/all": (0.2803, 0.3067),
    "amazon_beauty/last event/new": (0.0724, 0.1609),
}
MOST_TUNED_ON = 600  # customers
SEEDS = 3
AIMS: tuple[Aim, ...] = ("new", "all")


@dataclass
class Slice:
    """One window and what is ranked on it, with how everything did."""

    name: str
    window: Window
    aim: Aim
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def fresh(self) -> bool:
        """Whether only products new to the customer are ranked."""
        return self.aim == "new"

    def customers(self) -> Rows:
        """Return the rows of the customers asked."""
        return self.window.asked(fresh=self.fresh)


def main() -> None:
    parser = options(__doc__ or "")
    parser.add_argument(
        "--data", type=Path, nargs="+", required=True, help="folders or files of sets, each judged alone"
    )
    parser.add_argument("--peers", default=",".join(PEERS), help="names of peers, or none")
    parser.add_argument("--slices", default="", help="only slices whose name contains one of these, by commas")
    parser.add_argument("--vectors", type=Path, help="folder where text vectors are kept between runs")
    told = parser.parse_args()
    peers = {name: PEERS[name] for name in told.peers.split(",") if name in PEERS}
    for path in told.data:
        figures: list[Figure] = []
        about: dict[str, object] = {}
        data = read(path)
        vectors = _vectors(data, told.vectors)
        for slices in _slices(data, told.slices):
            models = [_ours(one, data, vectors) for one in slices]
            _theirs(slices, vectors, peers)
            for one, model in zip(slices, models, strict=True):
                figures += _figures(one)
                about[one.name] = {"why": model.why, "settings": dict(model.settings), "peers": one.settings}
        if _wanted(f"{data.name}/brand-new", told.slices):
            figures += cold_figures(data, vectors, _say)
        # one file a set: what stops the next set loses nothing of this one
        publish(f"recommend_{data.name}", figures, told, chosen=about, seeds=SEEDS)


def _vectors(data: Data, folder: Path | None) -> Floats:
    encoder: Any = load_encoder(None)
    if folder is not None:
        encoder = CachedEncoder(encoder, folder)
    vectors: Floats = encoder.encode(data.texts)
    return vectors


def _wanted(name: str, told: str) -> bool:
    return not told or any(part in name for part in told.split(","))


def _slices(data: Data, told: str) -> Iterator[list[Slice]]:
    """Yield the slices of each window that are asked for."""
    for name, window in windows(data).items():
        has_repeats = window.targets.multiply(window.owned).nnz > 0
        slices = [Slice(f"{data.name}/{name}/{aim}", window, aim) for aim in AIMS if has_repeats or aim == "new"]
        wanted = [one for one in slices if _wanted(one.name, told)]
        if wanted:
            yield wanted


def protocol_of(one: Slice) -> Protocol:
    return "time" if "/gts/" in one.name else "last order"


def _ours(one: Slice, data: Data, vectors: Floats) -> ItemModel:
    _say(f"{one.name}: {len(one.customers()):,} customers")
    texts = whiten(vectors)
    shown = Shown(data.shop.products["product_id"].to_list(), texts, tick=_say)
    model = chosen_model(one.window.past, shown, aim=one.aim, protocol=protocol_of(one))
    if model is None:
        sys.exit(f"{one.name}: too few customers bought again to choose a model by; give more data.")
    alike = products_alike(texts) if len(texts) <= 20_000 else None
    one.verdicts["ours"] = model_verdict(model, one.window, alike, one.customers(), fresh=one.fresh)
    _say(f"  ours {_short(one.verdicts['ours'])} {model.why}")
    return model


def _theirs(slices: Sequence[Slice], vectors: Floats, peers: dict[str, Peer]) -> None:
    """Tune every peer on the validation window of one outer window and judge it on that; what is fitted serves all slices of it."""
    window = slices[0].window
    inner = validation(window.past, protocol_of(slices[0]))
    if inner is None:
        return
    for name, peer in peers.items():
        fits: dict[tuple[tuple[str, float], ...], list[Scores]] = {}
        for one, chosen in zip(slices, _tuned(peer, inner, vectors, slices), strict=True):
            for reached, setting, terms in chosen:
                key = tuple(sorted(setting.items()))
                if key not in fits:
                    seeds = range(SEEDS if peer.is_random else 1)
                    fits[key] = [peer.fit(Known(window, vectors, seed), setting) for seed in seeds]
                label = name if terms == NO_TERMS else f"{name} + terms"
                _judged(one, label, fits[key], terms, f"{dict(setting)} {terms} (validation {reached:.4f})")


def _judged(one: Slice, label: str, fits: Sequence[Scores], terms: Terms, how: str) -> None:
    asked = one.customers()
    found = [judge(one.window, with_terms(one.window, fit, terms), asked, fresh=one.fresh) for fit in fits]
    one.verdicts[label] = Verdict(
        np.mean([v.ndcgs for v in found], axis=0), np.mean([v.recalls for v in found], axis=0)
    )
    one.settings[label] = how
    _say(f"  {one.name} {label} {_short(one.verdicts[label])} {how}")


Chosen = tuple[float, Setting, Terms]  # NDCG@10 on the validation window, and what reached it


def _tuned(peer: Peer, inner: Window, vectors: Floats, slices: Sequence[Slice]) -> list[list[Chosen]]:
    """Return for each slice the best setting without terms, and the best setting and terms together where they do better."""
    asked = [inner.asked(fresh=one.fresh, most=MOST_TUNED_ON) for one in slices]
    plain: list[Chosen] = [(-1.0, peer.settings[0], NO_TERMS)] * len(slices)
    both = list(plain)
    for setting in peer.settings:
        scores = _kept(peer.fit(Known(inner, vectors, 0), setting))
        for at, one in enumerate(slices):
            reached = judge(inner, scores, asked[at], fresh=one.fresh).ndcg
            plain[at] = max(plain[at], (reached, setting, NO_TERMS), key=lambda found: found[0])
            if peer.takes_terms:
                found = _best_terms(inner, scores, asked[at], one.fresh, reached)
                both[at] = max(both[at], (found[0], setting, found[1]), key=lambda found: found[0])
    pairs = zip(plain, both, strict=True)
    return [[one] if other[2] == NO_TERMS or other[0] <= one[0] else [one, other] for one, other in pairs]


def _best_terms(inner: Window, kept: Scores, asked: Rows, fresh: bool, reached: float) -> tuple[float, Terms]:
    """Return the best terms on top of one setting: the trend first, then repeats."""
    best = (reached, NO_TERMS)
    trends = TRENDS if inner.past.clock == "days" else ()
    for terms in [Terms(trend=one) for one in trends]:
        best = max(best, (_with(inner, kept, terms, asked, fresh), terms), key=lambda pair: pair[0])
    for repeat in () if fresh else REPEATS:
        terms = replace(best[1], repeat=repeat)
        best = max(best, (_with(inner, kept, terms, asked, fresh), terms), key=lambda pair: pair[0])
    return best


def _with(inner: Window, kept: Scores, terms: Terms, asked: Rows, fresh: bool) -> float:
    return judge(inner, with_terms(inner, kept, terms), asked, fresh=fresh).ndcg


def _kept(scores: Scores) -> Scores:
    """Return the same scores, computed once for each customer and moment."""
    held: dict[tuple[int, float], Floats] = {}

    def found(customers: Rows, moment: float) -> Floats:
        new = [row for row in customers if (int(row), moment) not in held]
        if new:
            table = scores(np.array(new), moment)
            held.update({(int(row), moment): line for row, line in zip(new, table, strict=True)})
        return np.stack([held[int(row), moment] for row in customers])

    return found


def _figures(one: Slice) -> list[Figure]:
    ours, target = one.verdicts["ours"], TARGETS.get(one.name, (None, None))
    rivals = {name: verdict for name, verdict in one.verdicts.items() if name != "ours"}
    figures = []
    for measure, at in (("ndcg@10", 0), ("recall@20", 1)):
        values = {name: round((v.ndcg, v.recall)[at], 4) for name, v in rivals.items()}
        interval = ours.interval() if at == 0 else None
        value = (ours.ndcg, ours.recall)[at]
        figures.append(
            Figure(f"{one.name}/{measure}", round(value, 4), target=target[at], interval=interval, peers=values)
        )
    if rivals:
        name, best = max(rivals.items(), key=lambda pair: pair[1].ndcg)
        low, high = ours.gain_over(best)
        gain = ours.ndcg - best.ndcg
        word = "won" if low > 0 else "lost" if high < 0 else "tie"
        figures.append(Figure(f"{one.name}/ndcg@10 above the best peer ({name}): {word}", gain, interval=(low, high)))
    return figures


def _short(verdict: Verdict) -> str:
    return f"NDCG@10 {verdict.ndcg:.4f} Recall@20 {verdict.recall:.4f}"


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
