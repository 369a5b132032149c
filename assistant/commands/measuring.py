"""Commands that measure: `evaluate`, the scorecard of a shop, and `drift`, what moved. They show figures and do not compute one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.app import (
    DEFAULT_STATE,
    AsJson,
    AsOf,
    Data,
    EncoderName,
    Llm,
    SettingsFile,
    StateFolder,
    app,
    open_assistant,
    show,
    working,
)
from assistant.commands.showing import scorecard_text


@app.command()
def evaluate(
    data: Data,
    questions: Annotated[
        Path | None, typer.Option("--questions", help="A CSV: question, page (the title that answers it, or nothing).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="A folder to write scorecard.html and scorecard.json into.")
    ] = None,
    as_json: AsJson = False,
    llm: Llm = None,
    encoder: EncoderName = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """Measure data, recommendations, segments, personas, predictions and answers on the shop's own data, beside simple rivals."""
    from assistant.scorecard import read_questions, scorecard, write_scorecard

    with working() as stages:
        options = {"llm": llm, "encoder": encoder, "as_of": as_of, "settings": settings, "state": state}
        assistant = open_assistant(data, options, stages)
        shop = assistant.shop
        titles = [*shop.faq["question"].to_list(), *shop.policies["title"].to_list()]
        asked = read_questions(questions, titles) if questions is not None else []
        card = scorecard(assistant, questions=asked)
        files = () if out is None else write_scorecard(card, out)
    written = "".join(f"\n  {path}" for path in files)
    show(card, scorecard_text(card) + (f"\n\nWritten:{written}" if files else ""), as_json=as_json)


@app.command()
def drift(
    data: Data,
    as_json: AsJson = False,
    encoder: EncoderName = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """Say what moved since the last run kept in the state: profiles, groups, scores, customers; and keep this run."""
    from assistant.card.changes import drift_section, drift_words

    with working() as stages:
        options = {"llm": "none", "encoder": encoder, "as_of": as_of, "settings": settings, "state": state}
        assistant = open_assistant(data, options, stages)
        with stages.stage("drift"):
            section = drift_section(assistant)
    show(section, drift_words(section), as_json=as_json)
