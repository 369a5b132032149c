"""Does the proof hold against lies it was not written for? Labels of planted lies, of a model's false sentences and of true texts.

    python benchmarks/proof.py [--json] [--save] [--list FOLDER]

It counts labels; what a lie is and why it is false, `lies` knows, and what may leave, only the proof decides.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.chinese_texts import chinese_assistant, chinese_texts
from benchmarks.form import Figure, options, publish
from benchmarks.lies import MAKERS, Lie, make_lies
from benchmarks.lies_chinese import make_chinese_lies
from benchmarks.lies_model import KEPT, read_kept
from benchmarks.lies_pieced import KIND, pieced_lies
from benchmarks.lies_texts import TrueText, gather, sample_assistant
from benchmarks.reader_report import reader_figures

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.writing import Proof, Prover

LABELS = ("unproven", "checked", "unread", "claim-free", "proven")  # worst for the writer first
ACCEPTED = LABELS[2:]
KINDS = (*MAKERS, KIND, "model's own")


@dataclass(frozen=True)
class Judged:
    """A text, its label where it matters, and what was read there."""

    kind: str
    label: str
    text: str
    said: str
    trick: str = ""
    why: str = ""


class Bench:
    """Proves texts against the facts they come with; a prover serves all texts of the same facts."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._last: tuple[object, Prover] | None = None

    def prove(self, text: str, source: TrueText) -> Proof:
        """Return the proof of `text` under facts, pages and printing of `source`."""
        from assistant.writing import Prover

        rests_on = (source.facts, source.passages)
        if self._last is None or self._last[0] != rests_on:
            prover = Prover.of(source.facts, self._assistant.book, printing=source.printing, passages=source.passages)
            self._last = (rests_on, prover)
        return self._last[1].prove(text, about=source.about)

    def lie(self, lie: Lie) -> Judged:
        """Return the label of the changed part: the worst for its writer of the sentences it touches."""
        proof = self.prove(lie.text, lie.source)
        start, end = lie.span
        touched = [one for one in proof.sentences if one.span[0] < end and one.span[1] > start]
        label = min((one.label for one in touched), key=LABELS.index) if touched else "unread"
        return Judged(lie.kind, label, lie.text, lie.text[start:end], lie.trick, lie.why)

    def text(self, kind: str, source: TrueText) -> Judged:
        """Return the label of a whole text: the worst of its sentences."""
        proof = self.prove(source.text, source)
        label = min((one.label for one in proof.sentences), key=LABELS.index) if proof.sentences else "unread"
        bad = [one.text for one in proof.sentences if one.label == label]
        return Judged(kind, label, source.text, bad[0] if bad else "")


def judge_all(bench: Bench, texts: Sequence[TrueText], lies: Sequence[Lie]) -> Iterator[Judged]:
    """Yield every verdict: planted lies by kind, the model's by job, true texts by job, free wordings."""
    from benchmarks.lies_truths import free_truths

    yield from (bench.lie(lie) for lie in lies)
    if KEPT.is_file():
        yield from (bench.text("model's own", one) for one in read_kept())
    yield from (bench.text(f"true/{one.job}", one) for one in texts)
    yield from (bench.text("free wording", one) for one in free_truths(texts))


def figures_of(judged: Sequence[Judged]) -> list[Figure]:
    """Return the figures with their targets."""
    found = []
    for kind in KINDS:
        labels = Counter(one.label for one in judged if one.kind == kind)
        count = sum(labels.values())
        if not count:
            continue
        accepted = sum(labels[label] for label in ACCEPTED)
        found.append(Figure(f"lies/{kind}/planted", count, "", "more", 200))
        found += [Figure(f"lies/{kind}/{label}", labels[label], "", "less") for label in LABELS]
        found.append(Figure(f"lies/{kind}/accepted", accepted, "", "less", 0))
    every = [one for one in judged if one.kind in KINDS]
    found.append(Figure("lies/all/planted", len(every), "", "more", 2600))
    found.append(Figure("lies/all/accepted", sum(one.label in ACCEPTED for one in every), "", "less", 0))
    checked = sum(one.label == "checked" for one in every) / max(1, len(every))
    found.append(Figure("lies/all/checked share", checked, "", "less", 0.02))
    return found + _of_truths(judged)


def _of_truths(judged: Sequence[Judged]) -> list[Figure]:
    true = [one for one in judged if one.kind.startswith("true/")]
    leaves = sum(one.label in ("proven", "claim-free") for one in true)
    found = [Figure("true texts/count", len(true), "", "more", 2000)]
    found.append(Figure("true texts/share that may leave", leaves / max(1, len(true)), "", "more", 1.0))
    free = [one for one in judged if one.kind == "free wording"]
    found.append(Figure("free wording/count", len(free), "", "more", 500))
    for label in LABELS:
        share = sum(one.label == label for one in free) / max(1, len(free))
        found.append(Figure(f"free wording/{label}", share, "", "less" if label == "unproven" else "more"))
    return found


def chinese_figures(judged: Sequence[Judged]) -> list[Figure]:
    """Return the figures of the Chinese book, with the targets of the English one."""
    found = []
    for kind in MAKERS:
        labels = Counter(one.label for one in judged if one.kind == kind)
        found.append(Figure(f"chinese/lies/{kind}/planted", sum(labels.values()), "", "more", 200))
        found.append(Figure(f"chinese/lies/{kind}/accepted", sum(labels[each] for each in ACCEPTED), "", "less", 0))
    lies = [one for one in judged if one.kind in MAKERS]
    true = [one for one in judged if one.kind.startswith("true/")]
    checked = sum(one.label == "checked" for one in lies) / max(1, len(lies))
    leaves = sum(one.label in ("proven", "claim-free") for one in true) / max(1, len(true))
    return [
        *found,
        Figure("chinese/lies/all/planted", len(lies), "", "more", 2600),
        Figure("chinese/lies/all/accepted", sum(one.label in ACCEPTED for one in lies), "", "less", 0),
        Figure("chinese/lies/all/checked share", checked, "", "less", 0.02),
        Figure("chinese/true texts/count", len(true), "", "more", 2000),
        Figure("chinese/true texts/share that may leave", leaves, "", "more", 1.0),
    ]


def judge_chinese(assistant: Assistant, seed: int) -> list[Judged]:
    """Return every verdict on texts and lies in Chinese, over the shop of an assistant and over made-up shops."""
    speaks = chinese_assistant(assistant)
    texts = chinese_texts(speaks)
    bench = Bench(speaks)
    lies = [bench.lie(lie) for lie in make_chinese_lies(texts, seed=seed)]
    return [*lies, *(bench.text(f"true/{one.job}", one) for one in texts)]


def listed(judged: Sequence[Judged], wanted: Callable[[Judged], bool]) -> str:
    """Return verdicts as lines to read, hidden characters shown."""
    lines = []
    for one in judged:
        if wanted(one):
            lines.append(
                f"{one.label} · {one.kind} · {one.trick}\n  said: {ascii(one.said)}\n  text: {ascii(one.text)}\n  why:  {one.why}"
            )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, keep; list what a person should read."""
    parser = options(__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument(
        "--list", type=Path, help="a folder to write accepted and checked lies and unproven true texts into"
    )
    parser.add_argument("--seed", type=int, default=0)
    told = parser.parse_args()
    assistant = sample_assistant()
    texts = gather(assistant)
    lies = [*make_lies(texts, seed=told.seed), *pieced_lies(texts, seed=told.seed)]
    judged = list(judge_all(Bench(assistant), texts, lies))
    chinese = judge_chinese(assistant, told.seed)
    if told.list:
        told.list.mkdir(parents=True, exist_ok=True)
        (told.list / "accepted.txt").write_text(listed(judged, lambda one: one.kind in KINDS and one.label in ACCEPTED))
        (told.list / "checked.txt").write_text(listed(judged, lambda one: one.kind in KINDS and one.label == "checked"))
        (told.list / "true.txt").write_text(
            listed(judged, lambda one: one.kind.startswith("true/") and one.label not in ("proven", "claim-free"))
        )
        (told.list / "free.txt").write_text(listed(judged, lambda one: one.kind == "free wording"))
        wrong = listed(
            chinese,
            lambda one: (
                one.label not in ("proven", "claim-free") if one.kind.startswith("true/") else one.label != "unproven"
            ),
        )
        (told.list / "chinese.txt").write_text(wrong)
    figures = figures_of(judged) + reader_figures(assistant, texts, lies) + chinese_figures(chinese)
    publish("proof", figures, told, seed=told.seed)


if __name__ == "__main__":
    main()
