"""Commands about the service desk: `api` serves it to other programs, `keys` makes and withdraws what opens it. They answer nothing."""

from __future__ import annotations

import os
from typing import Annotated, Literal

import typer

from assistant.commands.app import (
    DEFAULT_STATE,
    SAMPLE,
    AsJson,
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
from assistant.commands.machine import check_address
from assistant.commands.showing import columns

_DATA = Annotated[str, typer.Argument(help="A folder, a file or a SQL URL; left out, the sample shop.")]


@app.command()
def api(
    data: _DATA = SAMPLE,
    host: Annotated[str, typer.Option("--host", help="127.0.0.1 keeps the API on this machine.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 7861,
    llm: Llm = None,
    encoder: EncoderName = None,
    reader: ReaderName = None,
    settings: SettingsFile = None,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """Serve the HTTP API and the script that embeds the chat, without the page. Calls need a key: `shopkeeper keys`."""
    password = os.environ.get("SHOPKEEPER_PASSWORD")
    check_address(host, port, password)
    from assistant.http_api import api_application

    with working() as stages:
        options = {"llm": llm, "encoder": encoder, "settings": settings, "state": state, "reader": reader}
        assistant = open_assistant(data, options, stages)
        assistant.index()
        assistant.service.warm()
    import uvicorn

    made = api_application(assistant, host=host, password=password)
    uvicorn.run(made, host=host, port=port, log_level="warning")


@app.command()
def keys(
    data: Data,
    add: Annotated[str | None, typer.Option("--add", help="Make a key of this name; it is shown this once.")] = None,
    kind: Annotated[
        Literal["site", "server"],
        typer.Option("--kind", help="site: the chat in the shop's own pages; server: everything, to be kept secret."),
    ] = "site",
    withdraw: Annotated[str | None, typer.Option("--withdraw", help="Let the key of this name open nothing.")] = None,
    settings: SettingsFile = None,
    state: StateFolder = DEFAULT_STATE,
    as_json: AsJson = False,
) -> None:
    """List, make or withdraw the keys of the HTTP API."""
    with working() as stages:
        kept = open_assistant(data, {"settings": settings, "state": state}, stages).service.keys
    if withdraw is not None:
        kept.withdraw(withdraw)
    made = None if add is None else kept.make(add, kind)
    listed = kept.names()
    text = columns([("name", "kind"), *listed]) + (f"\nThe key of {add}, shown this once: {made}" if made else "")
    show({"keys": [{"name": name, "kind": of} for name, of in listed], "made": made}, text, as_json=as_json)
