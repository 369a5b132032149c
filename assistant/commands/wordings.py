"""The commands of the wording book: `wordings check`, `propose` and `review`. They show lines; they do not judge one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.app import (
    DEFAULT_STATE,
    AsJson,
    Data,
    Llm,
    SettingsFile,
    StateFolder,
    app,
    open_assistant,
    show,
    working,
)

wordings_app = typer.Typer(help="The wording book: what can be said, and when.", no_args_is_help=True)
app.add_typer(wordings_app, name="wordings")
_SHOWN = 10  # sentences that were left, on a terminal


@wordings_app.command("check")
def check_wordings(
    folder: Annotated[Path | None, typer.Argument(help="A folder with the shop's own wordings.")] = None,
    language: Annotated[str, typer.Option("--language")] = "en",
    as_json: AsJson = False,
) -> None:
    """Read the wording book and say what it holds, or where a line is wrong or can never be said."""
    from assistant.writing import WordingError, load_book
    from assistant.writing.line_check import unreachable

    book = load_book(language, *([folder] if folder else []))
    never = unreachable(book)
    if never:
        one = never[0]
        raise WordingError(
            f"{one.file}, line {one.line}: its condition {one.ground!r} holds in none of the made-up shops it was tried on; "
            "expected a line that can be said. Mend the condition or delete the line."
        )
    counts = book.counts()
    lines = "\n".join(f"{kind:<18} {count:>4}" for kind, count in sorted(counts.items()))
    show(counts, f"{lines}\n{'all':<18} {sum(counts.values()):>4}", as_json=as_json)


@wordings_app.command("propose")
def propose_wordings(
    data: Data,
    folder: Annotated[
        Path | None, typer.Option("--from", help="A folder of the shop's past mails and pages to learn from.")
    ] = None,
    section: Annotated[
        list[str] | None, typer.Option("--section", help="Only lines of this file, copy_product.")
    ] = None,
    fact: Annotated[list[str] | None, typer.Option("--fact", help="Only lines that state this fact.")] = None,
    n: Annotated[int, typer.Option("-n", min=1, max=1000, help="So many lines a model says in other words.")] = 50,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    as_json: AsJson = False,
    llm: Llm = None,
    settings: SettingsFile = None,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """Look for new wordings: from the shop's own texts with --from, else a model says lines of the book in other words."""
    with working() as stages:
        assistant = open_assistant(data, {"llm": llm, "settings": settings, "state": state}, stages)
        work = assistant.wordings
        if folder is not None:
            with stages.stage("past texts"):
                found = work.from_folder(folder)
        else:
            model = assistant.llm
            if model is None:
                raise typer.BadParameter("--llm none offers nothing; name a model, or give --from FOLDER.")
            with stages.stage("offered wordings") as tick:
                found = work.from_model(model, sections=section or (), facts=fact or (), n=n, seed=seed, tick=tick)
    lines = [
        f"{one.id}  {one.section}: {one.line}\n            {one.example}\n            from {one.origin}"
        for one in found.queued
    ]
    lines += [f"turned away  {one.line}\n            {one.reason}" for one in found.turned]
    lines += [f"left  {one.text[:100]}\n            {one.reason}" for one in found.left[:_SHOWN]]
    counts = f"{len(found.queued)} queued, {len(found.turned)} turned away by the checks, {len(found.left)} left."
    after = " Decide with `shopkeeper wordings review`." if found.queued else ""
    show(found, "\n".join([*lines, counts + after]), as_json=as_json)


@wordings_app.command("review")
def review_wordings(
    approve: Annotated[list[str] | None, typer.Option("--approve", help="The id of a line that may be said.")] = None,
    refuse: Annotated[list[str] | None, typer.Option("--refuse", help="The id of a line that may not.")] = None,
    line: Annotated[str | None, typer.Option("--line", help="With one --approve: the line as it should be.")] = None,
    why: Annotated[str, typer.Option("--why", help="With --refuse: the reason.")] = "",
    by: Annotated[str, typer.Option("--by", help="Who decides.")] = "",
    language: Annotated[str, typer.Option("--language")] = "en",
    as_json: AsJson = False,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """List the wordings that wait, approve or refuse some; approved ones are in force at once."""
    from assistant.writing.queue import Queue

    if line is not None and len(approve or ()) != 1:
        raise typer.BadParameter("--line edits one line; give it with exactly one --approve ID.")
    queue = Queue(state / "people" / "wordings", language=language)
    decided = [queue.approve(key, by, line=line) for key in approve or ()]
    decided += [queue.refuse(key, by, why=why) for key in refuse or ()]
    waiting = queue.waiting()
    lines = [f"{one.status}  {one.line}" for one in decided]
    lines += [
        f"{one.id}  {one.section}: {one.line}\n            {one.example}\n            from {one.origin}"
        for one in waiting
    ]
    text = "\n".join([*lines, f"{len(waiting)} wordings wait."])
    show({"decided": decided, "waiting": waiting}, text, as_json=as_json)
