"""What every command shares: its options, its progress, its output and how an error is said.

It knows terminals and exit codes, not shops.
"""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.stages import Stages

if TYPE_CHECKING:
    from assistant import Assistant
    from shop import Shop

SAMPLE = "sample"
Data = Annotated[str, typer.Argument(help="A folder, a file or a SQL URL; the word 'sample' is the sample shop.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for another program.")]
Llm = Annotated[
    str | None,
    typer.Option("--llm", help="A hub id, a folder, or http://HOST/v1#MODEL; left out, the embedded model."),
]
ReaderName = Annotated[
    str | None,
    typer.Option(
        "--reader",
        help="A cross-encoder or language model that says whether a page answers: a hub id, a folder, a server.",
    ),
]
LanguageName = Annotated[
    str | None, typer.Option("--language", help="en or zh; left out, the language of the shop's locale.")
]
EncoderName = Annotated[str | None, typer.Option("--encoder", help="A sentence-transformers id or folder.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Look at the shop as it was known then, 2025-03-01 (UTC).")]
SettingsFile = Annotated[Path | None, typer.Option("--settings", help="A shop.toml elsewhere than beside the data.")]
StateFolder = Annotated[Path, typer.Option("--state", help="Where Shopkeeper keeps what it made.")]
DEFAULT_STATE = Path(".shopkeeper")

app = typer.Typer(
    name="shopkeeper",
    help="A customer assistant a shop runs on its own machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


_STOPPED = "Stopped. What was finished is kept; the same command goes on from there."
_INTERRUPTED = 130  # 128 + SIGINT, as shells count


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"shopkeeper {version('shopkeeper')}")
        raise typer.Exit


@app.callback()
def shopkeeper(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Run a customer assistant on the shop's own machine."""


class CannotError(RuntimeError):
    """A command cannot do what was asked; the message is said as it is and the exit code is 1."""


def moment(text: str | None) -> datetime | None:
    """Return the moment `--as-of` names, UTC.

    Raises
    ------
    typer.BadParameter
        When it is no date.
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"--as-of {text!r} is no date; write 2025-03-01 or 2025-03-01T18:30.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def load(data: str, options: Mapping[str, Any], stages: Stages) -> Shop:
    """Read the shop a command was given, as it was known at `--as-of`.

    Raises
    ------
    typer.BadParameter
        When `--settings` is given for the sample shop, which has its own.
    """
    from shop import Shop
    from shop.sample import sample_shop

    when, settings = moment(options.get("as_of")), options.get("settings")
    if data == SAMPLE and settings is not None:
        raise typer.BadParameter(
            "the sample shop has its own settings; give --settings with a folder, a file or a URL."
        )
    with stages.stage("read and check"):
        shop = sample_shop() if data == SAMPLE else Shop.load(data, settings=settings)
        return shop if when is None else _until(shop, when)


def _until(shop: Shop, when: datetime) -> Shop:
    before = shop.until(when)
    if before.events.is_empty() and not shop.events.is_empty():
        first = shop.events["time"].min()
        assert isinstance(first, datetime)
        raise CannotError(
            f"--as-of {when:%Y-%m-%d %H:%M}: found no event before it; expected a moment after the first one, "
            f"{first:%Y-%m-%d %H:%M} UTC. Name a later one, or leave --as-of out."
        )
    return before


def open_assistant(data: str, options: Mapping[str, Any], stages: Stages) -> Assistant:
    """Return the assistant of a shop, with the state folder a command was given.

    `options` are those of the command: llm, encoder, as_of, settings, state. With `--as-of` nothing is kept: a look back
    would otherwise take the place of what is known today.
    """
    from assistant import Assistant

    return Assistant(
        load(data, options, stages),
        llm=options.get("llm"),
        encoder=options.get("encoder"),
        language=options.get("language"),
        state=options.get("state") if options.get("as_of") is None else None,
        source=Path(data).name.split("?")[0],  # the end of a database address may hold a password
        stages=stages,
        store=options.get("store") if options.get("as_of") is None else None,
        reader=options.get("reader"),
    )


def open_checked(data: str, options: Mapping[str, Any], stages: Stages) -> Assistant:
    """Return the assistant of a shop for a quick answer: a state of other data or another encoder is refused, not redone."""
    assistant = open_assistant(data, options, stages)
    assistant.check_state()
    return assistant


@contextmanager
def working() -> Iterator[Stages]:
    """Show a bar a stage on a terminal while a command works, on the error stream; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield Stages()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<24}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=False) as shown:
        tasks: dict[str, Any] = {}

        def listen(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = shown.add_task(name, total=total or None)
            shown.update(tasks[name], completed=done, total=total or None)

        yield Stages(listen)


def show(result: object, text: str, *, as_json: bool) -> None:
    """Print a result: as JSON, or as the text a person reads."""
    typer.echo(json.dumps(result, default=_jsonable, ensure_ascii=False, indent=1) if as_json else text)


def _jsonable(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def main() -> None:
    """Run the command line; exit code 0 done, 1 could not, 2 wrong call, 130 stopped by Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal of few signs gets \u20ac, not a crash
    try:
        _run()
    except KeyboardInterrupt:
        typer.echo(_STOPPED, err=True)
        raise SystemExit(_INTERRUPTED) from None
    except SystemExit as end:
        if end.code == _INTERRUPTED:  # typer's word for Ctrl-C, which it does not say
            typer.echo(_STOPPED, err=True)
        raise


def add_commands() -> None:
    """Import the modules of the commands: each adds its own to the app."""
    from assistant.commands import asked, data, desk, machine, measuring, predicting, serving, texts, wordings  # noqa: F401


def _run() -> None:
    add_commands()

    try:
        app()
    except _said() as error:
        message = str(error)
    except OSError as error:
        message = _of_the_system(error)
    else:
        return
    typer.echo(f"Could not: {message}", err=True)
    raise SystemExit(1)


def _said() -> tuple[type[Exception], ...]:
    """Return the errors whose message is meant for the person at the keyboard."""
    from assistant import known_errors

    return (CannotError, *known_errors())


_MENDS = {
    errno.ENOSPC: "expected room to write. Make room on that disk, or name a folder on another.",
    errno.EDQUOT: "expected room to write. Make room, or name a folder on another disk.",
    errno.EACCES: "expected the right to read and write there. Change its rights, or name another path.",
    errno.EPERM: "expected the right to read and write there. Change its rights, or name another path.",
    errno.EROFS: "expected a disk that can be written. Name another path.",
    errno.EISDIR: "expected a file. Name a file, not a folder.",
    errno.ENOTDIR: "expected a folder where a file lies. Name another path.",
    errno.EEXIST: "expected a folder where a file lies. Name another path, or move the file away.",
    errno.ENOENT: "expected it to be there. Check the path.",
    errno.ENAMETOOLONG: "expected a shorter name. Check the path.",
}


def _of_the_system(error: OSError) -> str:
    """Return what the machine refused, in the order where · found · expected · mend."""
    where = "the file" if error.filename is None else str(error.filename)
    found = (error.strerror or str(error)).lower()
    mend = _MENDS.get(
        error.errno or 0, "expected a path that can be read and written. Check it and run the command again."
    )
    return f"{where}: {found}; {mend}"


if __name__ == "__main__":
    main()
