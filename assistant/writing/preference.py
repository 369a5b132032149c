"""Which wording of the same content a model likes best, learned once a line: for batches too large to ask it about each text.

It knows lines and a model's choices between them on made-up facts. It knows no shop and decides nothing between contents.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.writing.cases import many_cases
from assistant.writing.proof import PLAIN, filled_lines
from assistant.writing.sheet import Filled, Sheet
from assistant.writing.show import Printing
from assistant.writing.wordings import Book, Wording
from prompts import render
from shop.files import write_atomic

if TYPE_CHECKING:
    from assistant.llm.protocol import LLM

_CASES = 40  # made-up shops looked through for cases a group of lines fits
_JUDGED = 3  # so many of them a model judges a group on
_MOST = 8  # lines put side by side at once
COPY = ("copy_caption", "copy_product", "copy_reason", "copy_offer", "copy_call")
PERSONAS = ("personas",)


@dataclass(frozen=True)
class Preference:
    """How much a model likes each line: the share of its choices the line won, less what chance would have given it (−1 to 1).

    `liked` is by the line itself (`line_key`), so that a line moved in its file keeps what is known of it.
    """

    model: str
    liked: Mapping[str, float]

    def of(self, lines: Iterable[Wording]) -> float:
        """Return the mean over the lines of a text; 0 for a line nothing is known of."""
        scores = [self.liked.get(line_key(line), 0.0) for line in lines]
        return sum(scores) / len(scores) if scores else 0.0

    def best(self, texts: Sequence[Sequence[Wording]]) -> int:
        """Return which of some texts, each given by its lines, is liked best; ties to the first."""
        return max(range(len(texts)), key=lambda at: (self.of(texts[at]), -at))


def line_key(line: Wording) -> str:
    """Return what a line is known by: section, condition and text, not where it stands."""
    return hashlib.sha256("|".join((line.section, line.ground, line.text)).encode()).hexdigest()[:20]


def learn_preference(
    llm: LLM,
    book: Book,
    sections: Sequence[str],
    *,
    known: Preference | None = None,
    printing: Printing = PLAIN,
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> Preference:
    """Return what the model likes of the lines of some sections, judged group by group: lines that state the same facts.

    Parameters
    ----------
    known : Preference, optional
        Learned before, of the same model; groups all of whose lines it knows are not judged again.
    """
    liked = dict(known.liked) if known is not None and known.model == llm.name else {}
    groups = [group for group in _groups(book, sections) if any(line_key(line) not in liked for line in group)]
    sheets = [Sheet(facts, printing) for facts in many_cases(_CASES, book.language)] if groups else []
    for number, group in enumerate(groups, 1):
        liked |= _judged(llm, group, book, sheets)
        tick(number, len(groups))
    return Preference(llm.name, liked)


def _groups(book: Book, sections: Sequence[str]) -> list[list[Wording]]:
    """Return the lines in groups of the same section and the same stated facts, those of one line too."""

    def content(line: Wording) -> tuple[str, tuple[str, ...], bool]:
        return line.section, tuple(sorted(line.covers)), line.names_product

    lines = sorted((line for line in book.lines if line.section in sections), key=content)
    return [list(group) for _, group in groupby(lines, key=content)]


def _judged(llm: LLM, group: Sequence[Wording], book: Book, sheets: Sequence[Sheet]) -> dict[str, float]:
    """Return each line's share of the choices it was in, less the share chance would have given it."""
    scores: dict[str, list[float]] = {line_key(line): [] for line in group}
    judged = 0
    kind = group[0].section.replace("copy_", "line of a mail, ").replace("_", " ")
    for sheet in sheets if len(group) > 1 else ():
        able = _filled(sheet, book, group)
        if len(able) < 2:
            continue
        chosen = llm.choose(render("choose_text", language=book.language, kind=kind), [line.text for line in able])
        for at, line in enumerate(able if chosen is not None else ()):
            scores[line_key(line.wording)].append((at == chosen) - 1 / len(able))
        judged += 1
        if judged == _JUDGED:
            break
    return {key: sum(found) / len(found) if found else 0.0 for key, found in scores.items()}


def _filled(sheet: Sheet, book: Book, group: Sequence[Wording]) -> list[Filled]:
    wanted = {line.where for line in group}
    lines = [line for line in filled_lines(sheet, book, [group[0].section]) if line.wording.where in wanted]
    return list({line.wording.where: line for line in lines}.values())[:_MOST]


def read_preference(path: Path, model: str) -> Preference | None:
    """Return what was kept of a model; None where nothing was, or the file is of another one or cut off."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        found = Preference(str(told["model"]), {str(key): float(value) for key, value in told["liked"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # it can be learned again
        return None
    return found if found.model == model else None


def keep_preference(path: Path, preference: Preference) -> None:
    """Write what was learned, at once or not at all."""
    told = {"version": 1, "model": preference.model, "liked": preference.liked}
    write_atomic(path, json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
