"""The scorecard of a shop: how good everything made of it is, on its own data. Each part measures itself; a part may fail alone.

It puts sections in order and on paper. It measures nothing on its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.card.changes import drift_section
from assistant.card.groups import LATER_NAME, later_section, personas_section, segments_section
from assistant.card.lines import Line, Scorecard, Section
from assistant.card.predictors import PREDICTORS, predictor_section
from assistant.card.products import prices_section, stock_section, unusual_section
from assistant.card.replies import OUTCOMES, Question, answers_section, read_questions
from assistant.card.rooms import data_section, recommendation_sections
from shop.files import write_atomic

if TYPE_CHECKING:
    from assistant import Assistant

__all__ = ["Line", "OUTCOMES", "Question", "read_questions", "Scorecard", "scorecard", "Section", "write_scorecard"]


def scorecard(assistant: Assistant, *, questions: Sequence[Question] = ()) -> Scorecard:
    """Measure a shop; a section that cannot be measured says why and stops no other.

    Parameters
    ----------
    questions : asked as customers would, with the page that answers each; without, only what the shop's own pages tell
    """
    sections: list[Section] = []
    for name, measure in _parts(assistant, questions):
        with assistant.stages.stage(name):
            sections += _measured(name, measure)
    return Scorecard(assistant.shop.settings.name, assistant.as_of_words, tuple(sections))


def _parts(
    assistant: Assistant, questions: Sequence[Question]
) -> list[tuple[str, Callable[[], Section | list[Section]]]]:
    predictors = [(one.name, partial(predictor_section, assistant, one)) for one in PREDICTORS]
    return [
        ("data", partial(data_section, assistant)),
        ("recommendations", partial(recommendation_sections, assistant)),
        ("segments", partial(segments_section, assistant)),
        ("personas", partial(personas_section, assistant)),
        (LATER_NAME, partial(later_section, assistant)),
        *predictors,
        ("stock to reorder", partial(stock_section, assistant)),
        ("price response", partial(prices_section, assistant)),
        ("unusual orders", partial(unusual_section, assistant)),
        ("answers", partial(answers_section, assistant, questions)),
        ("drift", partial(drift_section, assistant)),
    ]


def _measured(name: str, measure: Callable[[], Section | list[Section]]) -> list[Section]:
    """Return what a part measured; what it cannot measure on these data stands there with the reason."""
    from assistant import known_errors

    expected: tuple[type[Exception], ...] = (*known_errors(), ValueError, ArithmeticError, LookupError)
    try:
        found = measure()
    except expected as error:
        return [Section(name, why_not=str(error) or type(error).__name__)]
    return found if isinstance(found, list) else [found]


def write_scorecard(card: Scorecard, out: Path) -> tuple[Path, ...]:
    """Write scorecard.html (self-contained) and scorecard.json into the folder `out`, each whole or not at all."""
    from assistant.card.page import scorecard_page

    about = asdict(card) | {
        "sections": [asdict(one) | {"verdict": one.verdict, "words": one.words} for one in card.sections]
    }
    files = {
        "scorecard.html": scorecard_page(card),
        "scorecard.json": json.dumps(about, ensure_ascii=False, indent=1, allow_nan=True),
    }
    for name, content in files.items():
        write_atomic(out / name, content)
    return tuple(out / name for name in files)
