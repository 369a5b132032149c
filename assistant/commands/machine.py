"""Commands about this machine: `models`, `ui` and `demo`. They know ports and folders, not how texts are made."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.app import (
    DEFAULT_STATE,
    SAMPLE,
    AsJson,
    AsOf,
    CannotError,
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
from assistant.commands.showing import models_text

_OWN = ("127.0.0.1", "localhost", "::1")
_LAST_PORT = 65535


@app.command()
def models(
    as_json: AsJson = False,
    speed: Annotated[
        bool,
        typer.Option(
            "--speed", help="Measure tokens per second here (about a minute), and keep the best number of threads."
        ),
    ] = False,
    threads: Annotated[
        int | None, typer.Option("--threads", min=1, help="Keep this number of threads for this machine.")
    ] = None,
    llm: Llm = None,
) -> None:
    """List the models that are installed, verify their hashes and convert what needs converting."""
    from assistant.llm import models as known
    from assistant.llm.speed import keep_threads, measure_speed, threads_here

    if threads is not None:
        keep_threads(known.cache_folder(), threads)
    with working() as stages:
        with stages.stage("verify hashes"):
            found = known.installed_models()
        with stages.stage("convert and load") as tick:
            loaded = known.load_llm(llm, on_progress=tick)
        measured = None
        if speed:
            with stages.stage("measure speed"):
                measured = measure_speed(loaded)
            if measured is not None and threads is None:
                keep_threads(known.cache_folder(), measured.threads)
    used = threads_here(known.cache_folder())
    result = {"models": found, "loaded": loaded.name, "threads": used, "speed": measured}
    show(result, models_text(found, loaded.name, used, measured), as_json=as_json)


@app.command()
def ui(
    data: Annotated[str, typer.Argument(help="A folder, a file or a SQL URL; left out, the sample shop.")] = SAMPLE,
    host: Annotated[str, typer.Option("--host", help="127.0.0.1 keeps the page on this machine.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 7860,
    llm: Llm = None,
    encoder: EncoderName = None,
    reader: ReaderName = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """Open the page: chat, personas and copy. Any address but 127.0.0.1 needs SHOPKEEPER_PASSWORD."""
    password = os.environ.get("SHOPKEEPER_PASSWORD")
    check_address(host, port, password)
    from assistant.pages import page

    with working() as stages:
        options = {
            "llm": llm,
            "encoder": encoder,
            "as_of": as_of,
            "settings": settings,
            "state": state,
            "reader": reader,
        }
        assistant = open_assistant(data, options, stages)
        assistant.index()
        assistant.personas()
        assistant.service.warm()
    page.serve(assistant, host=host, port=port, password=password)


def check_address(host: str, port: int, password: str | None) -> None:
    """Refuse an address the page cannot be served on, before minutes are spent on making the page."""
    if host not in _OWN and not password:
        raise CannotError(
            f"--host {host}: everybody who reaches that address could read the shop's customers; expected a password in "
            "SHOPKEEPER_PASSWORD, or --host 127.0.0.1."
        )
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            if os.name == "posix":  # elsewhere this option would let two servers share a port
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        raise CannotError(
            f"--host {host} --port {port}: {error.strerror or error}; expected a free port of an address of this machine. "
            f"Stop what serves there, or name another: --port {port + 1 if port < _LAST_PORT else port - 1}."
        ) from error


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="The folder to write everything into.")] = Path("demo"),
    as_json: AsJson = False,
    llm: Llm = None,
) -> None:
    """Do the main job on the sample shop: index, segments, personas, recommendations, copy, ten questions."""
    from assistant.demo import run_demo

    with working() as stages:
        result = run_demo(out, llm=llm, stages=stages)
    show(result, result.text(), as_json=as_json)
