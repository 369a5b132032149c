"""Questions put to a shop's FAQ: answered at once, asked back, handed over; right or wrong, beside simpler ways of answering.

    python benchmarks/service.py [--faq FILE --questions FILE] [--rag 40] [--json] [--save]

FAQ: JSON of lists of {question, answer} (gzipped or not), or a CSV of question and answer without a header. Questions: JSON lines with
`question`, `expected` (numbers of the entries that answer, 1 the first; empty: none does) and `kind`. Without both: the English and the
Chinese set written for it, where the public data are. It fits nothing to the questions: thresholds come from the FAQ alone.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from benchmarks.flow import data_folder
from benchmarks.form import Figure, options, publish
from benchmarks.service_rag import rag_figures

HERE = Path(__file__).parent / "data"
SETS = {
    "wanddo": ("support/wanddo_shop_faq_en.json.gz", "wanddo_questions.jsonl", "en"),
    "xiaomi": ("support/xiaomi_device_faq_zh.csv.gz", "xiaomi_questions.jsonl", "zh"),
}
OUTSIDE = "intent/clinc150_oos_val.jsonl.gz"  # questions of no shop at all, counted apart
UNANSWERABLE = ("unanswerable", "wrong product")


@dataclass(frozen=True)
class Asked:
    """A question, the entries that answer it and what kind of question it is."""

    text: str
    expected: frozenset[int]
    kind: str


@dataclass(frozen=True)
class Got:
    """What was done with a question: `shown` are the entries answered with (one) or offered."""

    decision: str
    shown: tuple[int, ...]


def opened(path: Path) -> str:
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")


def read_faq(path: Path) -> list[tuple[str, str]]:
    """Return (question, answer) of each entry, in the file's order."""
    text = opened(path)
    if ".json" in path.name:
        told = json.loads(text)
        lists = told.values() if isinstance(told, dict) else [told]
        return [(one["question"], one["answer"]) for entries in lists for one in entries]
    rows = [row for row in csv.reader(io.StringIO(text)) if len(row) >= 2]
    return [(row[0], row[1]) for row in rows if row[:2] != ["question", "answer"]]


def read_questions(path: Path, entries: int) -> list[Asked]:
    found = []
    for number, line in enumerate(opened(path).splitlines(), 1):
        told = json.loads(line)
        expected = frozenset(int(one) for one in told["expected"])
        if any(not 1 <= one <= entries for one in expected):
            sys.exit(f"{path}, line {number}: expected {sorted(expected)}; the FAQ has entries 1 to {entries}.")
        found.append(Asked(told["question"], expected, told.get("kind", "question")))
    return found


class Service:
    """The shipped way: pages found, decision calibrated on the FAQ alone."""

    def __init__(self, faq: Sequence[tuple[str, str]], encoder: Any, language: str) -> None:
        from assistant.desk.deciding import calibrate
        from prompts import words
        from retrieval import Lexicon, Passage, PassageIndex

        passages = [Passage(f"faq-{n}", "faq", q, a, f"faq, entry {n}") for n, (q, a) in enumerate(faq, 1)]
        lexicon = Lexicon(words("synonyms", language=language))
        self.encoder = encoder
        self.index = PassageIndex.build(passages, encoder, lexicon=lexicon)
        self.thresholds = calibrate(self.index)

    def __call__(self, text: str) -> Got:
        """Return what is done with a question."""
        from assistant.desk.deciding import decide

        hits = self.index.search(text, self.encoder, 12)
        decision, best = decide(text, hits, self.index, self.thresholds)
        numbers = tuple(int(hit.passage.id.split("-")[1]) for hit in best)
        return Got(decision, () if decision == "hand over" else numbers[:1] if decision == "answer" else numbers)


def nearest(faq: Sequence[tuple[str, str]], encoder: Any, threshold: float) -> Callable[[str], Got]:
    """Return plain nearness: the nearest entry is the answer from a cosine on, else a person is asked."""
    titles = encoder.encode([f"{question} {answer}" for question, answer in faq])

    def answer(text: str) -> Got:
        cosines = titles @ encoder.encode([text])[0]
        best = int(cosines.argmax())
        return Got("answer", (best + 1,)) if cosines[best] >= threshold else Got("hand over", ())

    return answer


def best_threshold(faq: Sequence[tuple[str, str]], encoder: Any, asked: Sequence[Asked]) -> float:
    """Return the threshold that suits these very questions best: right minus ten times wrong. It flatters the peer."""
    titles, vectors = encoder.encode([f"{q} {a}" for q, a in faq]), encoder.encode([one.text for one in asked])
    cosines = vectors @ titles.T
    best, value = cosines.argmax(1), cosines.max(1)
    right = np.array([int(row) + 1 in one.expected for row, one in zip(best, asked, strict=True)])
    tried = [
        (float((right & (value >= t)).sum() - 10 * (~right & (value >= t)).sum()), t)
        for t in np.arange(0.3, 1.01, 0.01)
    ]
    return float(max(tried)[1])


def by_words(faq: Sequence[tuple[str, str]]) -> Callable[[str], Got]:
    """Return BM25 alone: the best four entries are offered."""
    import bm25s

    from retrieval import Lexicon

    plain = Lexicon()
    index = bm25s.BM25()
    index.index([plain.concepts(f"{question} {answer}") for question, answer in faq], show_progress=False)

    def answer(text: str) -> Got:
        words = [word for word in plain.concepts(text) if word in index.vocab_dict]
        if not words:
            return Got("hand over", ())
        order = np.argsort(-np.asarray(index.get_scores(words)), kind="stable")[:4]
        return Got("ask back", tuple(int(row) + 1 for row in order))

    return answer


def share(values: Sequence[bool]) -> tuple[float, tuple[float, float]]:
    """Return the share and its 95 % interval.

    Source: Wilson (1927), Journal of the American Statistical Association 22(158).
    """
    from assistant.card.lines import wilson

    return (float(np.mean(values)), wilson(sum(values), len(values))) if values else (0.0, (0.0, 1.0))


def judge(asked: Sequence[Asked], way: Callable[[str], Got]) -> dict[str, Any]:
    """Return what came of the questions, by name of the figure: lists of yes and no, and the numbers of choices."""
    found: dict[str, Any] = defaultdict(list)
    for one in asked:
        got = way(one.text)
        wrong = got.decision == "answer" and not set(got.shown) & one.expected
        found["wrong direct answers"].append(wrong)
        if one.kind in UNANSWERABLE:
            found[f"wrong direct answers, {one.kind}"].append(wrong)
        if got.decision == "ask back":
            found["choices"].append(len(got.shown))
        if one.expected:
            right = bool(set(got.shown) & one.expected)
            found["right directly"].append(right and got.decision == "answer")
            found["right directly or among the choices"].append(right)
            found[f"right directly or among the choices, {one.kind}"].append(right)
    return found


def figures(
    name: str, faq: Sequence[tuple[str, str]], asked: Sequence[Asked], encoder: Any, language: str
) -> list[Figure]:
    """Return the figures of one FAQ with those of the peers beside them."""
    ours = Service(faq, encoder, language)
    threshold = best_threshold(faq, encoder, asked)
    ways = {"MiniLM, its best threshold": nearest(faq, encoder, threshold), "BM25, four choices": by_words(faq)}
    mine, peers = judge(asked, ours), {peer: judge(asked, way) for peer, way in ways.items()}
    print(f"{name}: {len(faq)} entries, {len(asked)} questions; {ours.thresholds}", file=sys.stderr)
    targets = {
        "wrong direct answers": (0.01, "less"),
        "wrong direct answers, unanswerable": (0.02, "less"),
        "wrong direct answers, wrong product": (0.01, "less"),
        "right directly or among the choices": (0.82, "more"),
    }
    made = []
    for what in sorted(set(mine) - {"choices"}):
        value, interval = share(mine[what])
        target, better = targets.get(what, (None, "less" if what.startswith("wrong") else "more"))
        beside = {peer: share(found[what])[0] for peer, found in peers.items() if what in found}
        made.append(Figure(f"{name}/{what}", value, "", better, target, interval, beside))
    many = {peer: float(np.mean(found["choices"])) for peer, found in peers.items() if found["choices"]}
    made.append(Figure(f"{name}/mean number of choices", float(np.mean(mine["choices"])), "", "less", 3.0, None, many))
    return made


def outside_figures(faq: Sequence[tuple[str, str]], encoder: Any) -> list[Figure]:
    """Return what is done with questions of no shop at all."""
    path = data_folder() / OUTSIDE
    if not path.is_file():
        return []
    asked = [Asked(json.loads(line)["text"], frozenset(), "out of scope") for line in opened(path).splitlines()]
    ours, plain = Service(faq, encoder, "en"), nearest(faq, encoder, 0.5)
    answered = [ours(one.text) for one in asked]
    peer = share([plain(one.text).decision == "answer" for one in asked])[0]
    value, interval = share([got.decision == "answer" for got in answered])
    handed, between = share([got.decision == "hand over" for got in answered])
    return [
        Figure("wanddo/out of scope/answered", value, "", "less", 0.01, interval, {"MiniLM from .5 on": peer}),
        Figure("wanddo/out of scope/handed over at once", handed, "", "more", None, between),
    ]


def main() -> None:
    parser = options(__doc__ or "")
    parser.add_argument("--faq", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--language", default="en")
    parser.add_argument(
        "--rag", type=int, default=0, help="put so many questions to langchain's usual chain too (seconds each)"
    )
    parser.add_argument("--rag-kept", type=Path, help="keep the chain's texts in this file and go on from it")
    told = parser.parse_args()
    from retrieval import load_encoder

    encoder = load_encoder()
    sets = {}
    if told.faq and told.questions:
        sets[told.faq.name.split(".")[0]] = (told.faq, told.questions, told.language)
    else:
        for name, (faq, questions, language) in SETS.items():
            if (data_folder() / faq).is_file():
                sets[name] = (data_folder() / faq, HERE / questions, language)
    if not sets:
        sys.exit("no public data here: set SHOPKEEPER_DATA, or give --faq and --questions.")
    found: list[Figure] = []
    for name, (path, questions, language) in sets.items():
        faq = read_faq(path)
        asked = read_questions(questions, len(faq))
        found += figures(name, faq, asked, encoder, language)
        if name == "wanddo":
            found += outside_figures(faq, encoder)
        if told.rag and language == "en":
            some = [asked[at] for at in np.linspace(0, len(asked) - 1, told.rag).astype(int)]
            found += rag_figures(
                name,
                faq,
                [(one.text, one.expected) for one in some],
                (encoder, Service(faq, encoder, language)),
                told.rag_kept,
            )
    publish("service", found, told)


if __name__ == "__main__":
    main()
