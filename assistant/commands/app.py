"""What every command shares: its options, its progress, its output and how an error is said.

It knows terminals and exit codes, not shops.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime
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
EncoderName = Annotated[str | None, typer.Option("--encoder", help="A sentence-transformers id or folder.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Look at the shop as it was known then, 2025-03-01 (UTC).")]
StateFolder = Annotated[Path, typer.Option("--state", help="Where Shopkeeper keeps what it made.")]
DEFAULT_STATE = Path(".shopkeeper")

app = typer.Typer(
    name="shopkeeper",
    help="A customer assistant a shop runs on its own machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


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


def load(data: str, as_of: str | None, stages: Stages) -> Shop:
    """Read the shop a command was given, as it was known at `as_of`."""
    from shop import Shop
    from shop.sample import sample_shop

    when = moment(as_of)
    with stages.stage("read and check"):
        shop = sample_shop() if data == SAMPLE else Shop.load(data)
        return shop if when is None else shop.until(when)


def open_assistant(data: str, options: dict[str, Any], stages: Stages) -> Assistant:
    """Return the assistant of a shop, with the state folder a command was given.

    `options` are those of the command: llm, encoder, as_of, state.
    """
    from assistant import Assistant

    shop = load(data, options.get("as_of"), stages)
    state = options.get("state")
    return Assistant(
        shop,
        llm=options.get("llm"),
        encoder=options.get("encoder"),
        state=state if state is None or options.get("as_of") is None else None,
        source=Path(data).name,
        stages=stages,
    )


@contextmanager
def working(as_json: bool) -> Iterator[Stages]:
    """Show stages while a command works: a bar on a terminal, a line a stage elsewhere, on the error stream."""
    if not sys.stderr.isatty():
        yield Stages(_lines(as_json))
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


def _lines(as_json: bool) -> Callable[[str, int, int], None]:
    def listen(name: str, done: int, total: int) -> None:
        if not as_json and done == 0 and total == 0:
            typer.echo(f"… {name}", err=True)

    return listen


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
    """Run the command line; exit code 0 done, 1 could not, 2 wrong call."""
    from assistant.commands import data, machine, measuring, texts, wordings  # noqa: F401 - each adds its commands to the app

    try:
        app()
    except _said() as error:
        typer.echo(f"Could not: {error}", err=True)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        typer.echo("Stopped. What was finished is kept; the same command goes on from there.", err=True)
        raise SystemExit(1) from None


def _said() -> tuple[type[Exception], ...]:
    """Return the errors whose message is meant for the person at the keyboard."""
    from assistant import known_errors

    return (CannotError, *known_errors())


if __name__ == "__main__":
    main()
