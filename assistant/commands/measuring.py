"""Commands that measure: `evaluate`, the scorecard of a shop, and `drift`, what moved. They show figures and do not compute one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.commands.app import (
    DEFAULT_STATE,
    AsJson,
    AsOf,
    Data,
    EncoderName,
    Llm,
    ReaderName,
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
        Path | None,
        typer.Option(
            "--questions",
            help="A CSV: question, page (the title that answers it, several between ' | ', or unknown). Only these are asked then.",
        ),
    ] = None,
    most_wrong: Annotated[
        float,
        typer.Option("--most-wrong", min=0, max=1, help="With --questions: the share that may be answered wrongly."),
    ] = 0.01,
    accept: Annotated[
        bool,
        typer.Option(
            "--accept", help="With --questions: this run is the measure of the next, even where it fares worse."
        ),
    ] = False,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="A folder to write scorecard.html and scorecard.json into.")
    ] = None,
    as_json: AsJson = False,
    llm: Llm = None,
    encoder: EncoderName = None,
    reader: ReaderName = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """Measure data, recommendations, segments, personas, predictions and answers on the shop's own data, beside simple rivals.

    With --questions only these are put to the desk, and what changed since the kept run is shown; exit code 1 where more are
    answered wrongly than may be, or one fares worse than in the kept run.
    """
    from assistant.scorecard import scorecard, write_scorecard

    options = {"llm": llm, "encoder": encoder, "as_of": as_of, "settings": settings, "state": state, "reader": reader}
    if questions is not None:
        return _ask(data, questions, {**options, "llm": llm or "none"}, (most_wrong, accept, as_json))
    with working() as stages:
        assistant = open_assistant(data, options, stages)
        card = scorecard(assistant)
        files = () if out is None else write_scorecard(card, out)
    written = "".join(f"\n  {path}" for path in files)
    return show(card, scorecard_text(card) + (f"\n\nWritten:{written}" if files else ""), as_json=as_json)


def _ask(data: str, file: Path, options: Mapping[str, Any], how: tuple[float, bool, bool]) -> None:
    """Put a file of questions to the desk, show the run and what changed, and end with the exit code of it."""
    from assistant.card.asked import run_questions, run_words
    from assistant.scorecard import read_questions

    most_wrong, accept, as_json = how
    with working() as stages:
        assistant = open_assistant(data, options, stages)
        titles = [page.title for page in assistant.answering.desk.pages if page.kind in ("faq", "policy")]
        asked = read_questions(file, titles)
        kept = None if assistant.state is None else assistant.state.folder / "people" / "asked" / f"{file.stem}.json"
        with stages.stage("questions") as tick:
            run = run_questions(assistant, asked, kept, most_wrong=most_wrong, accept=accept, tick=tick)
    show(run.told(), run_words(run), as_json=as_json)
    if not run.is_passed:
        raise typer.Exit(1)


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
