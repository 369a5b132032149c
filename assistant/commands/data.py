"""Commands that read a shop's data: `index`, `report` and `state`. They show what the assistant returns and count nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.app import (
    DEFAULT_STATE,
    AsJson,
    AsOf,
    CannotError,
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
from assistant.commands.showing import counted, mapping_text, report_text, times_text

if TYPE_CHECKING:
    from assistant import Assistant

state_app = typer.Typer(help="Keep a copy of the state folder, and put it back.", no_args_is_help=True)
app.add_typer(state_app, name="state")


@app.command()
def index(
    data: Data,
    as_json: AsJson = False,
    encoder: EncoderName = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """Read, check, embed and index a shop; run again, it redoes only what changed."""
    with working() as stages:
        options = {"encoder": encoder, "as_of": as_of, "settings": settings, "state": state}
        assistant = open_assistant(data, options, stages)
        made = assistant.index()
    shop = assistant.shop
    text = "\n\n".join(
        [
            mapping_text(shop.mapping),
            report_text(shop.report, shop.lacks),
            times_text(stages.times),
            f"{shop.settings.name}: {counted(made.products, 'product')}, {counted(made.passages, 'passage')}, "
            f"{counted(made.customers, 'customer')} in {counted(made.segments, 'segment')}, as of {made.as_of}. {_where(assistant)}",
        ]
    )
    result = {"made": made, "mapping": shop.mapping, "report": shop.report, "lacks": shop.lacks, "stages": stages.times}
    show(result, text, as_json=as_json)


def _where(assistant: Assistant) -> str:
    if assistant.state is None:
        return "Nothing was kept: --as-of only looks back."
    return f"Kept in {assistant.state.folder}."


@app.command()
def report(
    data: Data,
    out: Annotated[Path, typer.Option("-o", "--out", help="The folder to write the report into.")],
    as_json: AsJson = False,
    llm: Llm = None,
    encoder: EncoderName = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """Write the persona report: report.html, personas.json, assignments.csv. Stopped, it goes on where it was."""
    with working() as stages:
        options = {"llm": llm, "encoder": encoder, "as_of": as_of, "settings": settings, "state": state}
        assistant = open_assistant(data, options, stages)
        written = assistant.report(out)
    lines = [f"{persona.title}: {persona.summary}" for persona in written.personas]
    files = "\n".join(f"  {path}" for path in written.files)
    text = "\n\n".join([*lines, times_text(stages.times), f"Written:\n{files}"])
    show({"personas": written.personas, "files": written.files, "stages": stages.times}, text, as_json=as_json)


@state_app.command("backup")
def backup_state(
    file: Annotated[Path, typer.Argument(help="The .tar.gz to write.")],
    state: StateFolder = DEFAULT_STATE,
    as_json: AsJson = False,
) -> None:
    """Write the whole state folder into one file."""
    from assistant.state import backup

    count = backup(state, file)
    show({"files": count, "file": file}, f"{count} files of {state} are in {file}.", as_json=as_json)


@state_app.command("restore")
def restore_state(
    file: Annotated[Path, typer.Argument(help="A file that `state backup` wrote.")],
    state: StateFolder = DEFAULT_STATE,
    force: Annotated[bool, typer.Option("--force", help="Replace a state that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup in place of the state folder, in one step."""
    from assistant.state import restore

    _check_place(state, force=force)
    count = restore(file, state)
    show({"files": count, "state": state}, f"{count} files are back in {state}.", as_json=as_json)


def _check_place(state: Path, *, force: bool) -> None:
    """Refuse to put a backup in place of anything but a state: what lies there is lost afterwards."""
    from assistant.state import PEOPLE

    if not state.is_dir() or not any(state.iterdir()):
        return
    if not any((state / name).exists() for name in ("state.json", PEOPLE)):
        raise CannotError(
            f"{state}: found files that are no state; expected a state folder or an empty one. Name another --state DIR."
        )
    if not force:
        raise CannotError(f"{state}: a state is there already. Add --force to replace it, or name another --state DIR.")
