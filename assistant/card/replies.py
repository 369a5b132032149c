"""What the scorecard says of answers: the shop's own pages asked while they are there and while they are gone. It writes no answer."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.card.lines import Line, Section, wilson
from assistant.desk.deciding import Thresholds, decide
from assistant.errors import CallError

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.desk.reader import Reading
    from retrieval import Encoder, PassageIndex

BETWEEN = " | "  # titles of one question
UNKNOWN = "unknown"
_MOST_WRONG = 0.1
_LEAST_RIGHT = 0.5
OUTCOMES = (
    "answered rightly",
    "asked back with the right page",
    "asked back without it",
    "handed over",
    "answered wrongly",
)


@dataclass(frozen=True)
class Question:
    """A question and the title of the page that answers it, several between " | "; empty where none does."""

    text: str
    page: str

    @property
    def pages(self) -> tuple[str, ...]:
        """Return the titles that answer."""
        return tuple(one for one in self.page.split(BETWEEN) if one)


def answers_section(assistant: Assistant, questions: Sequence[Question]) -> Section:
    """Return what becomes of questions; without any, what is said where a page is missing. Handing all over is the baseline."""
    name = "answers"
    passages, encoder, thresholds = assistant.made.passages, assistant.encoder, assistant.thresholds
    reading = assistant.answering.reading
    pages = [passage for passage in passages.passages if passage.kind == "faq"]
    lines = []
    if pages:
        gone = [_outcome(Question(page.title, ""), passages, encoder, thresholds, without=page.id) for page in pages]
        wrong = gone.count("answered wrongly")
        lines.append(
            Line(
                name,
                "answered wrongly where the page is missing",
                wrong / len(gone),
                wilson(wrong, len(gone)),
                f"{len(gone)} entries, each asked while it is left out",
                ("handing all over", 0.0),
                "less",
                ""
                if wrong / len(gone) <= _MOST_WRONG
                else "More than one in ten questions without a page is answered wrongly.",
            )  # fmt: skip
        )
    lines += [] if reading is None else _read(name, reading)
    lines += _asked(name, questions, (passages, encoder, thresholds)) if questions else []
    return Section(name, tuple(lines), why_not="" if lines else "the shop has no FAQ")


def _read(name: str, reading: Reading) -> list[Line]:
    """Return what the reader was found to do on the shop's own FAQ."""
    told = (
        (
            "the reader sure of the right page",
            reading.right,
            reading.asked,
            "more",
            f"sure from {reading.least:.2f} on",
        ),
        ("the reader sure where the page is missing", reading.wrong, reading.left_out, "less", reading.reader.name),
    )
    return [
        Line(name, what, k / max(n, 1), wilson(k, n), f"{k} of {n}; {note}", ("no reader", 0.0), better)
        for what, k, n, better, note in told
        if n
    ]


def _asked(name: str, questions: Sequence[Question], of: tuple[PassageIndex, Encoder, Thresholds]) -> list[Line]:
    counts, n = Counter(_outcome(one, *of) for one in questions), len(questions)
    helped = counts[OUTCOMES[0]] + counts[OUTCOMES[1]]
    short = {
        OUTCOMES[0]: "" if helped / n >= _LEAST_RIGHT else "Fewer than half of the questions find their page.",
        OUTCOMES[4]: ""
        if counts[OUTCOMES[4]] / n <= _MOST_WRONG
        else "More than one in ten questions is answered wrongly.",
    }
    return [
        Line(
            name,
            what,
            counts[what] / n,
            wilson(counts[what], n),
            f"{counts[what]} of {n}",
            ("handing all over", float(what == "handed over")),
            "less" if what in (OUTCOMES[2], OUTCOMES[4]) else "more",
            short.get(what, ""),
        )  # fmt: skip
        for what in OUTCOMES
    ]


def _outcome(
    question: Question, passages: PassageIndex, encoder: Encoder, thresholds: Thresholds, *, without: str = ""
) -> str:
    hits = [hit for hit in passages.search(question.text, encoder, 13) if hit.passage.id != without][:12]
    decision, best = decide(question.text, hits, passages, thresholds)
    if decision == "hand over":
        return "handed over"
    titles = list(dict.fromkeys(hit.passage.title for hit in best))
    if decision == "answer":
        return "answered rightly" if titles[0] in question.pages else "answered wrongly"
    return "asked back with the right page" if set(titles[:4]) & set(question.pages) else "asked back without it"


def read_questions(path: Path, titles: Sequence[str]) -> list[Question]:
    """Read a CSV with the columns `question` and `page`: the title of the FAQ entry or policy, several between " | ", none or "unknown".

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
        strange = [one for one in _pages_of(row["page"]).split(BETWEEN) if one and one not in known]
        if strange:
            raise CallError(f"{path}, row {number}: no page is called {strange[0]!r}; give its title word for word.")
    return [Question(row["question"].strip(), _pages_of(row["page"])) for row in rows]


def _pages_of(cell: str | None) -> str:
    return "" if (cell or "").strip().lower() == UNKNOWN else cell or ""
