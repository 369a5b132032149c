"""The command `evaluate`: the scorecard of a shop on its own data. It shows figures and does not compute one."""

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
