"""A model offering wordings: lines of the book said in other words. It puts no line in force: checks and a person do."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from assistant.writing.facts import clean
from assistant.writing.wordings import Book, Wording
from prompts import render

if TYPE_CHECKING:
    from assistant.llm.protocol import LLM

_BATCH = 16
_TOKENS = 60
_SLOT = re.compile(r"\{[^{}]*\}")


def reworded(
    llm: LLM,
    book: Book,
    *,
    sections: Sequence[str] = (),
    facts: Sequence[str] = (),
    n: int = 50,
    seed: int = 0,
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
    """Return what a model offers as (section, line, its name), and what it wrote that is no line with the reason.

    Each text says the same facts under the same condition as the line it was made of: its slots must be the same ones.

    Parameters
    ----------
    sections, facts : only lines of these sections, or that state one of these facts; all by default
    n : so many lines of the book are reworded
    """
    able = [line for line in book.lines if _wanted(line, sections, facts)]
    dice = random.Random(seed)
    chosen = dice.sample(able, min(n, len(able)))
    offered: list[tuple[str, str, str]] = []
    useless: list[tuple[str, str]] = []
    for start in range(0, len(chosen), _BATCH):
        batch = chosen[start : start + _BATCH]
        prompts = [_prompt(line, able, book.language, dice) for line in batch]
        for line, text in zip(batch, llm.generate(prompts, max_new_tokens=_TOKENS, seed=seed), strict=True):
            said = _said(text)
            reason = _why_no_line(said, line) or _adds(said, line, book)
            if reason:
                useless.append((said, reason))
                continue
            cells = (" ".join(line.facts), line.ground, said)
            offered.append((line.section, " | ".join(cells).replace("|  |", "| |"), llm.name))
        tick(min(start + _BATCH, len(chosen)), len(chosen))
    return offered, useless


def _wanted(line: Wording, sections: Sequence[str], facts: Sequence[str]) -> bool:
    return (not sections or line.section in sections) and (not facts or bool(set(facts) & set(line.covers)))


def _prompt(line: Wording, able: Sequence[Wording], language: str, dice: random.Random) -> str:
    """Return the prompt for a line, with two lines of the same facts as the example where the book has two."""
    twins = [
        one for one in able if set(one.facts) == set(line.facts) and one is not line and one.section == line.section
    ]
    first, second = dice.sample(twins, 2) if len(twins) >= 2 else (line, twins[0] if twins else line)
    return render("reword", language=language, example=first.text, reworded=second.text, sentence=line.text)


def _said(text: str) -> str:
    """Return the first line of what a model wrote, without quotes and without words about the task before a colon."""
    first = clean(text.strip().split("\n")[0])
    before, colon, after = first.partition(": ")
    if colon and "{" not in before and re.search(r"sentence|words|rewritten", before, re.IGNORECASE):
        first = after
    return first.strip().strip('"“”').strip()


def _adds(said: str, line: Wording, book: Book) -> str:
    """Return the first word of a new text that says more than the line it was made of: how much, whether, for sure."""
    words, before = (set(re.findall(r"[^\W\d_]+", _SLOT.sub(" ", one).lower())) for one in (said, line.text))
    added = sorted((words - before) & book.cautions)
    return f"it says {added[0]!r}, which the line it was made of does not" if added else ""


def _why_no_line(said: str, line: Wording) -> str:
    if not said:
        return "the model wrote nothing"
    if said == line.text:
        return "it is the line itself"
    here, there = _slots(said), _slots(line.text)
    if here != there:
        lost, new = sorted((there - here).elements()), sorted((here - there).elements())
        told = [f"lacks {', '.join(lost)}"] if lost else []
        return " and ".join(told + ([f"adds {', '.join(new)}"] if new else []))
    if said[-1] not in ".!?," and line.text[-1] in ".!?,":
        return "it does not end"
    return ""


def _slots(text: str) -> Counter[str]:
    """Return the slots without what only agrees with them: number and article may come or go."""
    inside = (re.sub(r"^(?:a|the) ", "", slot[1:-1], flags=re.IGNORECASE) for slot in _SLOT.findall(text))
    return Counter(one for one in inside if "|" not in one)
