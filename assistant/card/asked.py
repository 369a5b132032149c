"""A file of questions put to the desk, run after run: what became of each, and what changed since the run that is kept.

It asks as a customer would and judges by the titles the file gives. It mends nothing and decides only whether a run passes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.card.lines import wilson
from assistant.card.replies import OUTCOMES, Question
from assistant.errors import CallError
from shop.files import write_atomic

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.desk.conversation import Answer

RIGHT, BACK, BACK_WITHOUT, HANDED, WRONG = OUTCOMES
_UNKNOWN_WORTH = {HANDED: 3, BACK_WITHOUT: 2, BACK: 2, WRONG: 0}  # where no page answers
_WORTH = {RIGHT: 3, BACK: 2, BACK_WITHOUT: 1, HANDED: 1, WRONG: 0}


@dataclass(frozen=True)
class AskedOnce:
    """One question of a run: what was expected, what became of it, and the pages it was answered with or offered."""

    question: str
    page: str
    outcome: str
    shown: tuple[str, ...]

    @property
    def worth(self) -> int:
        """Return how good the outcome is, 3 best: a right answer, or a hand-over where no page answers."""
        return (_WORTH if self.page else _UNKNOWN_WORTH).get(self.outcome, 0)


@dataclass(frozen=True)
class Change:
    """A question that fared otherwise than in the run before."""

    kind: str  # newly wrong, worse, better or newly right
    question: str
    before: str
    after: str
    shown: tuple[str, ...]


@dataclass(frozen=True)
class AskedRun:
    """A run over a file of questions.

    `changes` since the kept run, the worst first; None of a first run. `is_passed`: no more than the allowed share is answered
    wrongly, and nothing fares worse than in the kept run.
    """

    asked: tuple[AskedOnce, ...]
    changes: tuple[Change, ...] | None
    most_wrong: float
    is_kept: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """Return how many questions came to each outcome."""
        found = Counter(one.outcome for one in self.asked)
        return {outcome: found[outcome] for outcome in OUTCOMES}

    @property
    def is_passed(self) -> bool:
        """Return whether the run passes."""
        worse = [one for one in self.changes or () if one.kind in ("newly wrong", "worse")]
        return self.counts[WRONG] <= self.most_wrong * len(self.asked) and not worse

    def told(self) -> dict[str, object]:
        """Return the run for another program."""
        changes = None if self.changes is None else [asdict(one) for one in self.changes]
        rows = [asdict(one) for one in self.asked]
        head = {"passed": self.is_passed, "kept": self.is_kept, "most_wrong": self.most_wrong, "counts": self.counts}
        return {**head, "changes": changes, "questions": rows}


def ask_all(
    assistant: Assistant, questions: Sequence[Question], tick: Callable[[int, int], None] = lambda done, total: None
) -> list[AskedOnce]:
    """Return what becomes of questions, each asked in a conversation of its own."""
    found = []
    for at, one in enumerate(questions, 1):
        answer = assistant.answer(one.text)
        shown = tuple(dict.fromkeys(cited.title for cited in answer.citations)) or answer.choices
        found.append(AskedOnce(one.text, one.page, _outcome(one, answer, shown), shown))
        tick(at, len(questions))
    return found


def _outcome(one: Question, answer: Answer, shown: Sequence[str]) -> str:
    if answer.decision == "hand over":
        return HANDED
    is_there = bool(set(one.pages) & set(shown))
    if answer.decision == "answer":
        return RIGHT if is_there and shown[0] in one.pages else WRONG
    return BACK if is_there else BACK_WITHOUT


def run_questions(  # noqa: PLR0913 - each is an option of its own
    assistant: Assistant,
    questions: Sequence[Question],
    kept: Path | None,
    *,
    most_wrong: float = 0.01,
    accept: bool = False,
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> AskedRun:
    """Ask the questions and compare with the run that is kept; a run that passes takes its place.

    Parameters
    ----------
    kept : the file of the run before; None where nothing is kept
    most_wrong : the share that may be answered wrongly
    accept : keep this run as the new measure even where it fares worse

    Raises
    ------
    CallError
        When the kept run cannot be read.
    """
    asked = ask_all(assistant, questions, tick)
    before = None if kept is None or not kept.is_file() else read_run(kept)
    run = AskedRun(tuple(asked), None if before is None else changes_since(before, asked), most_wrong)
    if kept is None or not (run.is_passed or accept):
        return run
    rows = [asdict(one) for one in asked]
    write_atomic(kept, json.dumps({"version": 1, "questions": rows}, ensure_ascii=False, indent=1) + "\n")
    return AskedRun(run.asked, run.changes, most_wrong, is_kept=True)


def read_run(path: Path) -> list[AskedOnce]:
    """Return the questions of a kept run.

    Raises
    ------
    CallError
        When the file is damaged.
    """
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["questions"]
        return [AskedOnce(one["question"], one["page"], one["outcome"], tuple(one["shown"])) for one in rows]
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise CallError(f"{path}: is no kept run ({error}); delete it, and the next run takes its place.") from error


def changes_since(before: Sequence[AskedOnce], after: Sequence[AskedOnce]) -> tuple[Change, ...]:
    """Return the questions of both runs that fare otherwise, the newly wrong first; one that is expected otherwise now is left out."""
    known: Mapping[tuple[str, str], AskedOnce] = {(one.question, one.page): one for one in before}
    found = []
    for one in after:
        was = known.get((one.question, one.page))
        if was is None or was.outcome == one.outcome:
            continue
        kind = "worse" if one.worth < was.worth else "better" if one.worth > was.worth else "other"
        kind = "newly wrong" if one.outcome == WRONG else "newly right" if one.outcome == RIGHT else kind
        found.append(Change(kind, one.question, was.outcome, one.outcome, one.shown))
    order = ("newly wrong", "worse", "newly right", "better", "other")
    return tuple(sorted(found, key=lambda one: order.index(one.kind)))


def run_words(run: AskedRun) -> str:
    """Return a run as a person reads it."""
    n = max(len(run.asked), 1)
    lines = [f"{len(run.asked)} questions"]
    for outcome, count in run.counts.items():
        low, high = wilson(count, n)
        lines.append(f"  {outcome:<32}{count:>5}  {count / n:>6.1%}  ({max(low, 0.0):.1%} to {high:.1%})")
    lines += [f"  wrong: {one.question}  ->  {one.shown[0] if one.shown else '(no page)'}" for one in _wrong(run)]
    if run.changes is None:
        lines.append("No run was kept before this one.")
    elif not run.changes:
        lines.append("Nothing changed since the kept run.")
    else:
        lines.append(f"Changed since the kept run: {len(run.changes)}")
        lines += [
            f"  {one.kind:<12}{one.question}\n{'':14}{one.before} -> {one.after}{_pages(one)}" for one in run.changes
        ]
    kept = "It is kept as the measure of the next run." if run.is_kept else "The kept run stays the measure."
    return "\n".join([*lines, f"{'Passed' if run.is_passed else 'Not passed'}. {kept}"])


def _wrong(run: AskedRun) -> list[AskedOnce]:
    return [one for one in run.asked if one.outcome == WRONG]


def _pages(one: Change) -> str:
    return f": {one.shown[0]}" if one.shown else ""
