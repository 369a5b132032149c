"""The batch persona report: report.html, personas.json and assignments.csv, each written in one step, kept and gone on with.

It lays out what the assistant made. It writes no sentence about customers of its own.
"""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.movement import MONTH, Movement, movement
from assistant.next_steps import not_to_claim
from assistant.personas import Persona
from shop.files import write_atomic

if TYPE_CHECKING:
    from assistant.api import Assistant


@dataclass(frozen=True)
class Report:
    """The personas of a report and the files it lies in."""

    personas: tuple[Persona, ...]
    files: tuple[Path, ...]


def write_report(assistant: Assistant, out: Path) -> Report:
    """Write the report of a shop into the folder `out`.

    What an earlier run made from the same data is taken from the state, so that a run that was stopped goes on where it
    was; each file is written whole or not at all.

    Returns
    -------
    Report
        report.html (self-contained: no other file and no network is needed to read it), personas.json (facts, claims,
        tests) and assignments.csv (customer_id, segment, persona, held_out, rfm_class).
    """
    from assistant.report_page import report_page

    personas = assistant.personas()
    with assistant.stages.stage("report"):
        moved = movement(assistant.shop, assistant.made)
        files = {
            "report.html": report_page(assistant, personas, moved),
            "personas.json": as_json(assistant, personas, moved),
            "assignments.csv": assignments(assistant, personas),
        }
        for name, content in files.items():
            write_atomic(out / name, content)
    return Report(tuple(personas), tuple(out / name for name in files))


def as_json(assistant: Assistant, personas: list[Persona], moved: Movement | None = None) -> str:
    """Return personas with their facts, claims and tests, and what they were made from."""
    from segmentation.differences import FALSE_DISCOVERIES

    made = assistant.made
    about = {
        "shop": assistant.shop.settings.name,
        "data": assistant.shop.fingerprint(),
        "as_of": assistant.as_of,
        "encoder": made.products.encoder_name,
        "language_model": None if assistant.llm is None else assistant.llm.name,
        "segments": {
            "chosen": made.segments.reason,
            "traits": made.segments.scaling.names(),
            "false_discoveries": FALSE_DISCOVERIES,
            "tried": [asdict(one) for one in made.segments.choice],
        },
        "personas": [{**_persona(one), "over_time": _over_time(one, moved)} for one in personas],
    }
    return json.dumps(about, default=_plain, ensure_ascii=False, indent=1)


def _persona(one: Persona) -> dict[str, Any]:
    return {
        "segment": one.segment,
        "title": one.title,
        "summary": one.summary,
        "customers": one.customers,
        "written_by": one.written_by,
        "facts": [
            {"name": fact.name, "value": fact.value, "unit": fact.unit, "source": fact.source.line()}
            for fact in one.facts
        ],
        "claims": [{"span": claim.span, "said": claim.said, "fact": claim.fact.name} for claim in one.claims],
        "differences": {
            name: {**asdict(gap), "interval": gap.interval} for name, gap in one.differences.items() if gap.is_found
        },
        "not_to_claim": not_to_claim(one.differences),
        "next_steps": one.next_steps,
        "held_out": {"customers": one.held_out.customers, "tests": [asdict(test) for test in one.held_out.tests]},
    }


def _over_time(one: Persona, moved: Movement | None) -> dict[str, Any] | None:
    """Return how a group was filled month by month, the latest first; None where nothing is known of earlier months."""
    if moved is None or one.segment >= moved.matrix.shape[0]:
        return None
    row = moved.matrix[one.segment]
    then = int(row.sum())
    return {
        "days": MONTH.days,
        "shares": moved.trend(one.segment),
        "members_then": then,
        "left_since": then - int(row[one.segment]),
    }


def assignments(assistant: Assistant, personas: list[Persona]) -> str:
    """Return one line a customer: customer_id, segment, persona, held_out, rfm_class (the standard class; none without an order)."""
    import polars as pl

    from segmentation import rfm_classes

    titles = {persona.segment: persona.title for persona in personas}
    made = assistant.made
    table = assistant.shop.customers.select("customer_id").with_columns(
        pl.Series("segment", made.labels),
        pl.Series("persona", [titles[int(label)] for label in made.labels]),
        pl.Series("held_out", made.held_out),
        rfm_classes(made.profiles)["rfm_class"],
    )
    text = io.StringIO()
    table.write_csv(text)
    return text.getvalue()


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
