"""The commands of the lines pages are also asked as: `asked propose` and `asked review`. They show lines; they do not judge one."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.commands.app import (
    DEFAULT_STATE,
    AsJson,
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

asked_app = typer.Typer(
    help="Other ways customers ask for a page: proposed, and decided by a person.", no_args_is_help=True
)
app.add_typer(asked_app, name="asked")
_SHOWN = 10  # lines that were turned away, on a terminal
_NUMBER = "The number of a line that "


@asked_app.command("propose")
def propose_asked(
    data: Data,
    n: Annotated[
        int, typer.Option("-n", min=1, max=2000, help="So many FAQ entries a model says in other words.")
    ] = 100,
    conversations: Annotated[
        bool, typer.Option("--conversations", help="Only what clicks and a person's answers offer; no model is asked.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    as_json: AsJson = False,
    llm: Llm = None,
    encoder: EncoderName = None,
    settings: SettingsFile = None,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """Look for other ways to ask: in clicks and people's answers, and by a model; a larger one than the embedded does it best."""
    with working() as stages:
        named = "none" if conversations else llm  # no model is loaded that nobody asks
        options = {"llm": named, "encoder": encoder, "settings": settings, "state": state}
        assistant = open_assistant(data, options, stages)
        work = assistant.service.asked_as
        queued, turned = list(work.from_conversations().queued), []
        if not conversations:
            model = assistant.llm
            if model is None:
                raise typer.BadParameter("--llm none offers nothing; name a model, or give --conversations.")
            with stages.stage("other ways to ask") as tick:
                found = work.from_model(model, n=n, seed=seed, tick=tick)
            queued, turned = [*queued, *found.queued], list(found.turned)
    lines = [f"{one.number:>4}  {one.title}\n      {one.question}   ({one.origin})" for one in queued]
    lines += [f"turned away  {line}\n      for {title}: {why}" for title, line, why in turned[:_SHOWN]]
    counts = f"{len(queued)} queued, {len(turned)} turned away by the checks."
    after = " Decide with `shopkeeper asked review`." if queued else ""
    show({"queued": queued, "turned": turned}, "\n".join([*lines, counts + after]), as_json=as_json)


@asked_app.command("review")
def review_asked(
    data: Data,
    approve: Annotated[list[int] | None, typer.Option("--approve", help=_NUMBER + "may find and answer.")] = None,
    refuse: Annotated[list[int] | None, typer.Option("--refuse", help=_NUMBER + "may not.")] = None,
    withdraw: Annotated[list[int] | None, typer.Option("--withdraw", help=_NUMBER + "no longer may.")] = None,
    line: Annotated[str, typer.Option("--line", help="With one --approve: the line as it should be.")] = "",
    why: Annotated[str, typer.Option("--why", help="With --refuse or --withdraw: the reason.")] = "",
    by: Annotated[str, typer.Option("--by", help="Who decides.")] = "",
    as_json: AsJson = False,
    encoder: EncoderName = None,
    settings: SettingsFile = None,
    state: StateFolder = DEFAULT_STATE,
) -> None:
    """List the lines that wait, approve, refuse or withdraw some; approved ones are in force at once."""
    if line and len(approve or ()) != 1:
        raise typer.BadParameter("--line edits one line; give it with exactly one --approve NUMBER.")
    with working() as stages:
        options = {"llm": "none", "encoder": encoder, "settings": settings, "state": state}
        work = open_assistant(data, options, stages).service.asked_as
        decided = [work.approve(number, by=by, question=line) for number in approve or ()]
        decided += [work.refuse(number, by=by, why=why) for number in refuse or ()]
        decided += [work.withdraw(number, by=by, why=why) for number in withdraw or ()]
        waiting, approved = work.waiting(), work.lines(status="approved")
    told = [f"{one.status}  {one.question}  ({one.title})" for one in decided]
    told += [f"{one.number:>4}  {one.title}\n      {one.question}   ({one.origin})" for one in waiting]
    text = "\n".join([*told, f"{len(waiting)} lines wait, {len(approved)} are in force."])
    show({"decided": decided, "waiting": waiting, "approved": approved}, text, as_json=as_json)
