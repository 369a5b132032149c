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
        tests) and assignments.csv (customer_id, segment, persona, held_out).
    """
    from assistant.report_page import report_page

    personas = assistant.personas()
    with assistant.stages.stage("report"):
        files = {
            "report.html": report_page(assistant, personas),
            "personas.json": as_json(assistant, personas),
            "assignments.csv": assignments(assistant, personas),
        }
        for name, content in files.items():
            write_atomic(out / name, content)
    return Report(tuple(personas), tuple(out / name for name in files))


def as_json(assistant: Assistant, personas: list[Persona]) -> str:
    """Return personas with their facts, claims and tests, and what they were made from."""
    made = assistant.made
    about = {
        "shop": assistant.shop.settings.name,
        "data": assistant.shop.fingerprint(),
        "as_of": assistant.as_of,
        "encoder": made.products.encoder_name,
        "language_model": None if assistant.llm is None else assistant.llm.name,
        "segments": {"chosen": made.segments.reason, "tried": [asdict(one) for one in made.segments.choice]},
        "personas": [_persona(one) for one in personas],
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


def assignments(assistant: Assistant, personas: list[Persona]) -> str:
    """Return one line a customer: customer_id, segment, persona, held_out."""
    import polars as pl

    titles = {persona.segment: persona.title for persona in personas}
    made = assistant.made
    table = assistant.shop.customers.select("customer_id").with_columns(
        pl.Series("segment", made.labels),
        pl.Series("persona", [titles[int(label)] for label in made.labels]),
        pl.Series("held_out", made.held_out),
    )
    text = io.StringIO()
    table.write_csv(text)
    return text.getvalue()


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
