"""What the scorecard and the command `drift` say of change since an earlier run. It knows thresholds, not what caused a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.card.lines import Line, Section, Table
from assistant.drift import LARGE, SOME
from assistant.runs import churn_scores, drift_of, keep_run

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.drift import Drift, Moved

NAME = "drift"
_MOST = 12  # figures shown; those that moved most come first


def drift_section(assistant: Assistant) -> Section:
    """Return what moved since the last run kept in the state, and keep today's for the next."""
    scores = churn_scores(assistant)
    found, beside = drift_of(assistant, scores=scores)
    keep_run(assistant, scores=scores)
    return Section(NAME, why_not=beside) if found is None else section_of(found, beside)


def section_of(found: Drift, beside: str) -> Section:
    """Return a drift as a section: how far each number moved, who came and went, who changed groups."""
    ranked = sorted(found.moved, key=lambda one: -one.index)
    people = found.new + found.active + found.quiet
    lines = [_line(one) for one in ranked[:_MOST]]
    lines += [
        Line(NAME, f"customers {what}", float(count), note=note)
        for what, count, note in (
            ("with their first order since", found.new, f"of {people:,}"),
            ("who ordered again since", found.active, f"of {people - found.new:,} known then"),
            ("who did not order since", found.quiet, f"of {people - found.new:,} known then"),
            ("of then who are no longer in the data", found.gone, ""),
        )
    ]
    note = f"compared with {beside}; index: population stability, some change from {SOME}, large from {LARGE} (Siddiqi 2006)"
    lines.append(Line(NAME, "groups of then and now alike (adjusted Rand index)", found.agreement, note=note))
    head = ("then \\ now", *(f"group {number + 1}" for number in range(found.matrix.shape[1])))
    rows = tuple((f"group {at + 1}", *(f"{one:,}" for one in row)) for at, row in enumerate(found.matrix.tolist()))
    return Section(NAME, tuple(lines), (Table("Who was in which group, and is now", head, rows),))


def _line(one: Moved) -> Line:
    short = ""
    if one.verdict == "moved far":
        short = (
            f"{one.name.replace('_', ' ')} is spread otherwise than in the run on data to {one.since}: what was fitted "
            "or written then may no longer fit."
        )
    note = one.verdict + (f" since the run on data to {one.since}" if one.since else "")
    baseline = ("chance stays below", max(one.chance, 0.0))
    return Line(NAME, f"{one.kind}: {one.name.replace('_', ' ')}", one.index, None, note, baseline, "less", short)


def drift_words(section: Section) -> str:
    """Return the section for a terminal."""
    if section.why_not:
        return f"{section.why_not[:1].upper()}{section.why_not[1:]}."
    rows = [f"  {line.what}: {line.value:,.4g}" + (f"  ({line.note})" if line.note else "") for line in section.lines]
    tables = [
        "\n".join("  " + "  ".join(f"{cell:>10}" for cell in row) for row in (one.header, *one.rows))
        for one in section.tables
    ]
    return "\n".join([*(f"! {word}" for word in section.words), *rows, *tables])
