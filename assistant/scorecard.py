"""The scorecard of a shop: how well recommendations, groups, personas and answers do on its own data. Each room measures itself.

It puts measured figures beside each other. It measures nothing on its own but what is answered.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.desk.answers import Thresholds, decide
from assistant.errors import CallError

if TYPE_CHECKING:
    from assistant import Assistant
    from retrieval import Encoder, PassageIndex
    from retrieval.evaluate import Mode


MODES: tuple[Mode, ...] = ("new", "all")


@dataclass(frozen=True)
class Line:
    """One measured figure in words: what, how much, and beside what; `interval` 95 %."""

    section: str
    what: str
    value: float
    interval: tuple[float, float] | None = None
    note: str = ""


@dataclass(frozen=True)
class Scorecard:
    """All figures, and the sections that could not be measured with the reason."""

    lines: tuple[Line, ...]
    left_out: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """A question and the title of the page that answers it; empty where none does."""

    text: str
    page: str


def scorecard(assistant: Assistant, *, questions: Sequence[Question] = ()) -> Scorecard:
    """Measure a shop.

    Parameters
    ----------
    questions : asked as customers would, with the page that answers each; without, only what the shop's own pages tell
    """
    lines: list[Line] = []
    left_out: dict[str, str] = {}
    with assistant.stages.stage("recommendations"):
        for mode in MODES:
            try:
                lines += _recommendations(assistant, mode)
            except ValueError as error:
                left_out[f"recommendations, {mode}"] = str(error)
    segments = assistant.made.segments
    tried = next((one for one in segments.choice if one.k == segments.k - segments.has_idle), None)
    if tried is not None:
        lines += [
            Line("segments", "silhouette", tried.silhouette, note=f"{segments.k} groups"),
            Line("segments", "stability (adjusted Rand index on resamples)", tried.stability),
        ]
    tests = [test for persona in assistant.personas() for test in persona.held_out.tests]
    if tests:
        lines.append(
            Line("personas", "claims that held on held-out customers", sum(t.held for t in tests) / len(tests))
        )
    else:
        left_out["personas"] = "too few customers to hold some out"
    with assistant.stages.stage("answers"):
        lines += _answers(assistant, questions, left_out)
    return Scorecard(tuple(lines), left_out)


def _recommendations(assistant: Assistant, mode: Mode) -> list[Line]:
    from retrieval import Recommender, customer_vectors
    from retrieval.baselines import RECENT_DAYS, popularity, repeat
    from retrieval.evaluate import evaluate, split_by_time

    split = split_by_time(assistant.shop)
    index = assistant.made.products
    ours = Recommender(split.train, index, customer_vectors(split.train, index.vectors()))
    scorers = {
        "Shopkeeper": ours.scores,
        "what sells": popularity(split.train),
        "what sells lately": popularity(split.train, days=RECENT_DAYS),
        "what they bought before": repeat(split.train),
    }
    lines = []
    for score in evaluate(split, scorers, mode=mode):
        note = f"{score.customers:,} customers, coverage {score.coverage:.0%}"
        section = f"recommendations, {'products new to them' if mode == 'new' else 'all products'}"
        lines.append(Line(section, f"NDCG@10, {score.name}", score.ndcg, score.ndcg_interval, note))
        lines.append(Line(section, f"Recall@20, {score.name}", score.recall, score.recall_interval))
    return lines


def _answers(assistant: Assistant, questions: Sequence[Question], left_out: dict[str, str]) -> list[Line]:
    passages, encoder = assistant.made.passages, assistant.encoder
    thresholds = assistant.thresholds
    pages = [passage for passage in passages.passages if passage.kind == "faq"]
    lines = []
    if pages:
        gone = [_outcome(Question(page.title, ""), passages, encoder, thresholds, without=page.id) for page in pages]
        wrong = Counter(gone)["answered wrongly"] / len(gone)
        note = f"{len(gone)} entries, each asked while it is left out"
        lines.append(Line("answers", "answered wrongly where the page is missing", wrong, note=note))
    else:
        left_out["answers"] = "the shop has no FAQ"
    if questions:
        counts = Counter(_outcome(one, passages, encoder, thresholds) for one in questions)
        lines += [
            Line("answers", what, counts[what] / len(questions), note=f"{counts[what]} of {len(questions)}")
            for what in OUTCOMES
        ]
    return lines


OUTCOMES = (
    "answered rightly",
    "asked back with the right page",
    "asked back without it",
    "handed over",
    "answered wrongly",
)


def _outcome(
    question: Question, passages: PassageIndex, encoder: Encoder, thresholds: Thresholds, *, without: str = ""
) -> str:
    hits = [hit for hit in passages.search(question.text, encoder, 13) if hit.passage.id != without][:12]
    decision, best = decide(question.text, hits, thresholds)
    if decision == "hand over":
        return "handed over"
    titles = list(dict.fromkeys(hit.passage.title for hit in best))
    if decision == "answer":
        return "answered rightly" if question.page and titles[0] == question.page else "answered wrongly"
    return "asked back with the right page" if question.page in titles[:4] else "asked back without it"


def read_questions(path: Path, titles: Sequence[str]) -> list[Question]:
    """Read a CSV with the columns `question` and `page` (the title of the FAQ entry or policy, empty where none answers).

    Raises
    ------
    CallError
        When the file or a column is missing, a question is empty, or a page is none of `titles`.
    """
    if not path.is_file():
        raise CallError(f"{path}: no such file; expected a CSV with the columns question and page.")
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except UnicodeDecodeError as error:
        raise CallError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8.") from error
    if not rows or not {"question", "page"} <= set(rows[0]):
        found = ", ".join(rows[0]) if rows else "nothing"
        raise CallError(f"{path}: found {found}; expected the columns question and page, and a row a question.")
    known = set(titles)
    for number, row in enumerate(rows, 2):
        if not (row["question"] or "").strip():
            raise CallError(f"{path}, row {number}: the question is empty; write one or delete the row.")
        if (row["page"] or "") and row["page"] not in known:
            raise CallError(f"{path}, row {number}: no page is called {row['page']!r}; give its title word for word.")
    return [Question(row["question"].strip(), row["page"] or "") for row in rows]
