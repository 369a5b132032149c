"""Which flow a question is about: ours beside TF-IDF with logistic regression and the nearest example, on Bitext's shared questions.

    python benchmarks/intents.py [--data FILE] [--a-intent 120] [--seeds 3] [--json] [--save]

The mapping of Bitext's intents to flows is `intents_bitext.toml`, written before anything was measured. Ten training examples a
flow, drawn by a seed and spread over the intents of the flow; questions equal to one of them are left out. "none" is measured
in four ways: with ten examples for each of its intents (a shop has its FAQ's questions for that), with ten in all, with ten in
all beside the lines for "none" that ship, and with ten in all beside those and the questions of the sample shop's FAQ (neither
holds a question of the data; the latter lifts nothing, so the desk does not do it). Everything was
set on the other half of the questions: those whose plain words hash to an even number are not measured here.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from numpy.typing import NDArray

from assistant.desk.intents import NONE, Intents, plain_words, read_examples
from benchmarks.form import ROOT, Figure, options, publish
from retrieval import Encoder, load_encoder

MAPPING = Path(__file__).with_name("intents_bitext.toml")
EXAMPLES = 10
EXAMPLE_FILE = ROOT / "prompts" / "en" / "flow_questions.txt"
EACH, IN_ALL = "ten examples an intent of none", "ten examples of none in all"
SHIPPED = "ten examples of none and the lines that ship"
WITH_FAQ = "ten examples of none and a shop's FAQ"  # that of the sample shop: no question of the data is in it


@dataclass(frozen=True)
class Question:
    """A question with the intent and the flow it belongs to."""

    text: str
    intent: str
    flow: str


class Kept:
    """An encoder that encodes each text once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name = encoder.name
        self._vectors: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, rows as the texts."""
        new = sorted({text for text in texts if text not in self._vectors})
        if new:
            self._vectors |= dict(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._vectors[text] for text in texts])


def read_questions(path: Path, mapping: Mapping[str, str], a_intent: int) -> list[Question]:
    """Return the measured half of the questions, at most so many an intent, drawn by a fixed seed."""
    import polars as pl

    table = pl.read_parquet(path).unique(subset=["instruction"], maintain_order=True)
    found: list[Question] = []
    for (intent,), rows in table.group_by("intent_derived", maintain_order=True):
        texts = [text for text in rows["instruction"] if _is_measured(text)]
        order = np.random.default_rng(0).permutation(len(texts))[: a_intent + EXAMPLES]
        found += [Question(texts[row], str(intent), mapping[str(intent)]) for row in order]
    return found


def _is_measured(text: str) -> bool:
    return int(hashlib.sha256(plain_words(text).encode()).hexdigest(), 16) % 2 == 1


def none_of(examples: Sequence[tuple[str, str]], questions: Sequence[str], encoder: Encoder) -> list[tuple[str, str]]:
    """Return a shop's own FAQ questions as examples of no flow, but for those the examples alone take for one.

    A question such as "How do I return an order?" stands in many an FAQ, and who types it may want it done: it stays with the flow.
    """
    asked = list(dict.fromkeys(one for one in questions if plain_words(one)))
    if not asked:
        return []
    ours = Intents(examples, encoder)
    proposed = [ours.judge(row) for row in ours.probabilities(asked)]
    return [(NONE, one) for one, told in zip(asked, proposed, strict=True) if not told.flow and not told.choices]


def sample_questions() -> list[str]:
    """Return the questions of the sample shop's FAQ."""
    from shop.sample import sample_shop

    return [str(one) for one in sample_shop(customers=20).faq["question"]]


def split(questions: Sequence[Question], seed: int, *, none_each: bool) -> tuple[list[Question], list[Question]]:
    """Return ten training questions a flow and the others to be measured."""
    dice = np.random.default_rng(seed)
    train: list[Question] = []
    for flow in sorted({one.flow for one in questions}):
        intents = sorted({one.intent for one in questions if one.flow == flow})
        for at, intent in enumerate(intents):
            share = EXAMPLES // len(intents) + (at < EXAMPLES % len(intents))
            able = [one for one in questions if one.intent == intent]
            count = EXAMPLES if none_each and flow == NONE else share
            train += [able[row] for row in dice.choice(len(able), count, replace=False)]
    known = {plain_words(one.text) for one in train}
    return train, [one for one in questions if plain_words(one.text) not in known]


def macro_f1(truth: Sequence[str], said: Sequence[str]) -> float:
    """Return the mean over the flows of F1."""
    scores = []
    for flow in sorted(set(truth)):
        hits = sum(a == b == flow for a, b in zip(truth, said, strict=True))
        wrong = sum(b == flow != a for a, b in zip(truth, said, strict=True))
        missed = sum(a == flow != b for a, b in zip(truth, said, strict=True))
        scores.append(2 * hits / max(2 * hits + wrong + missed, 1))
    return float(np.mean(scores))


def measure(
    train: Sequence[Question], test: Sequence[Question], encoder: Encoder, *, extra: Sequence[tuple[str, str]] = ()
) -> dict[str, float]:
    """Return the figures of ours and of the peers on one split."""
    truth = [one.flow for one in test]
    ours = Intents([*((one.flow, one.text) for one in train), *extra], encoder)
    rows = ours.probabilities([one.text for one in test])
    said = [ours.flows[at] for at in rows.argmax(axis=1)]
    figures = {"ours": macro_f1(truth, said), "ours wrong": _wrong(truth, said)}
    figures |= _after_asking(ours, rows, truth)
    for name, guess in _peers(train, test, encoder).items():
        figures |= {name: macro_f1(truth, guess), f"{name} wrong": _wrong(truth, guess)}
    return figures


def _wrong(truth: Sequence[str], said: Sequence[str]) -> float:
    """Return the share of questions for which a flow is proposed that is not theirs."""
    return float(np.mean([b not in (NONE, a) for a, b in zip(truth, said, strict=True)]))


def _after_asking(ours: Intents, rows: NDArray[np.float64], truth: Sequence[str]) -> dict[str, float]:
    proposed = [ours.judge(row) for row in rows]
    of_flow = [(one, flow) for one, flow in zip(proposed, truth, strict=True) if flow != NONE]
    return {
        "proposed wrong": _wrong(truth, [one.flow or NONE for one in proposed]),
        "proposed right": float(np.mean([one.flow == flow for one, flow in of_flow])),
        "right or among the choices": float(np.mean([flow in (one.flow, *one.choices) for one, flow in of_flow])),
        "asked back": float(np.mean([bool(one.choices) for one in proposed])),
        "none left to the pages": float(
            np.mean(
                [not one.flow and not one.choices for one, flow in zip(proposed, truth, strict=True) if flow == NONE]
            )
        ),
    }


def _peers(train: Sequence[Question], test: Sequence[Question], encoder: Encoder) -> dict[str, list[str]]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    texts, flows = [one.text for one in train], [one.flow for one in train]
    asked = [one.text for one in test]
    tfidf = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=30.0, max_iter=1000)
    )
    words = tfidf.fit(texts, flows).predict(asked).tolist()
    near = (
        encoder.encode([plain_words(text) for text in asked]) @ encoder.encode([plain_words(text) for text in texts]).T
    )
    return {"tf-idf + logistic regression": words, "nearest example": [flows[at] for at in near.argmax(axis=1)]}


def shipped(test: Sequence[Question], encoder: Encoder) -> dict[str, float]:
    """Return the figures of the examples that ship, which hold no question of the data."""
    ours = Intents(read_examples(EXAMPLE_FILE), encoder)
    rows = ours.probabilities([one.text for one in test])
    return _after_asking(ours, rows, [one.flow for one in test])


def figures_of(found: Mapping[str, list[dict[str, float]]], shipped_figures: Mapping[str, float]) -> list[Figure]:
    """Return the figures: means over the seeds, with the least and the most."""
    made = []
    peers = ("tf-idf + logistic regression", "nearest example")
    for setting, runs in found.items():
        mean = {name: float(np.mean([run[name] for run in runs])) for name in runs[0]}

        def span(name: str, runs: list[dict[str, float]] = runs) -> tuple[float, float]:
            return min(run[name] for run in runs), max(run[name] for run in runs)

        made.append(
            Figure(
                f"bitext/{setting}/macro-F1",
                mean["ours"],
                target=0.93,
                interval=span("ours"),
                peers={p: mean[p] for p in peers},
            )
        )
        made.append(
            Figure(
                f"bitext/{setting}/wrong flow proposed",
                mean["proposed wrong"],
                better="less",
                target=0.01,
                interval=span("proposed wrong"),
                peers={p: mean[f"{p} wrong"] for p in peers},
            )
        )
        made += [
            Figure(f"bitext/{setting}/{name}", mean[name])
            for name in ("proposed right", "right or among the choices", "asked back", "none left to the pages")
        ]
    made += [
        Figure(f"bitext/shipped examples, none of the data/{name}", value, better="less" if "wrong" in name else "more")
        for name, value in shipped_figures.items()
    ]
    return made


def main() -> None:
    parser = options(__doc__ or "")
    data = Path(os.environ.get("SHOPKEEPER_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--data", type=Path, default=data / "support" / "bitext_26872_questions_shared80.parquet")
    parser.add_argument("--a-intent", type=int, default=120, help="questions measured for each intent at most")
    parser.add_argument("--seeds", type=int, default=3)
    told = parser.parse_args()
    mapping: dict[str, Any] = tomllib.loads(MAPPING.read_text(encoding="utf-8"))
    questions = read_questions(told.data, mapping, told.a_intent)
    encoder = Kept(load_encoder(None))
    names = (EACH, IN_ALL, SHIPPED, WITH_FAQ)
    none_lines = [pair for pair in read_examples(EXAMPLE_FILE) if pair[0] == NONE]
    faq = none_of(read_examples(EXAMPLE_FILE), sample_questions(), encoder)
    extra = {SHIPPED: none_lines, WITH_FAQ: [*none_lines, *faq]}
    found: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for seed in range(told.seeds):
        for setting, runs in found.items():
            train, test = split(questions, seed, none_each=setting == EACH)
            runs.append(measure(train, test, encoder, extra=extra.get(setting, ())))
    made = figures_of(found, shipped(questions, encoder))
    publish("intents", made, told, questions=len(questions), seeds=told.seeds, encoder=encoder.name)


if __name__ == "__main__":
    main()
