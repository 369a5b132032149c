"""Commands about this machine: `models`, `ui` and `demo`. They know ports and folders, not how texts are made."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.app import (
    DEFAULT_STATE,
    SAMPLE,
    AsJson,
    EncoderName,
    Llm,
    StateFolder,
    app,
    open_assistant,
    show,
    working,
)
from assistant.commands.showing import models_text


@app.command()
def models(
    as_json: AsJson = False,
    speed: Annotated[
        bool, typer.Option("--speed", help="Measure tokens per second here (about half a minute).")
    ] = False,
    llm: Llm = None,
) -> None:
    """List the models that are installed, verify their hashes and convert what needs converting."""
    from assistant.llm import models as known

    with working(as_json) as stages:
        with stages.stage("verify hashes"):
            found = known.installed_models()
        with stages.stage("convert and load") as tick:
            loaded = known.load_llm(llm, on_progress=tick)
        measured = None
        if speed:
            with stages.stage("measure speed"):
                measured = known.measure_speed(loaded)
    result = {"models": found, "loaded": loaded.name, "speed": measured}
    show(result, models_text(found, loaded.name, measured), as_json=as_json)


@app.command()
def ui(
    data: Annotated[str, typer.Argument(help="A folder, a file or a SQL URL; left out, the sample shop.")] = SAMPLE,
    host: Annotated[str, typer.Option("--host", help="127.0.0.1 keeps the page on this machine.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 7860,
    llm: Llm = None,
    encoder: EncoderName = None,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """Open the page: chat, personas and copy. Any address but 127.0.0.1 needs SHOPKEEPER_PASSWORD."""
    from assistant.pages import page

    with working(False) as stages:
        assistant = open_assistant(data, {"llm": llm, "encoder": encoder, "state": state}, stages)
        assistant.index()
        assistant.personas()
    page.serve(assistant, host=host, port=port, password=os.environ.get("SHOPKEEPER_PASSWORD"))


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="The folder to write everything into.")] = Path("demo"),
    as_json: AsJson = False,
    llm: Llm = None,
) -> None:
    """Do the main job on the sample shop: index, segments, personas, recommendations, copy, ten questions."""
    from assistant.demo import run_demo

    with working(as_json) as stages:
        result = run_demo(out, llm=llm, stages=stages)
    show(result, result.text(), as_json=as_json)
