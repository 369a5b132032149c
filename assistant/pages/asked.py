"""The last part of the Desk tab: other ways pages are asked for, approved, edited or refused by a person. It judges no line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.pages.entries import Refresh
from assistant.pages.forms import HTML, PRIVATE
from assistant.pages.markup import mark, notice, plain, table
from assistant.pages.words import Words

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.desk.asked_lines import AskedAs

_MOST = 50


def asked_desk(assistant: Assistant, words: Words) -> Refresh:
    """Fill the part and return how it is shown anew, with what was clicked since."""
    waiting = assistant.service.asked_as.lines(status="waiting")
    with gr.Row(elem_classes="split below"):
        with gr.Column(scale=4, min_width=320, elem_classes="card"):
            shown = gr.Markdown(lines_view(waiting, _in_force(assistant), words), elem_id="sk-asked-lines", **HTML)
        with gr.Column(
            scale=3, min_width=320, elem_classes="card brief", visible=bool(waiting), elem_id="sk-asked-desk"
        ) as desk:
            gr.Markdown(f"<h3>{plain(words('desk.asked_decide'))}</h3>", **HTML)
            line = gr.Dropdown(_choices(waiting), value=None, label=words("desk.asked_line"), elem_id="sk-asked-line")
            text = gr.Textbox("", label=words("desk.asked_words"), lines=2, max_length=300, elem_id="sk-asked-words")
            by = gr.Textbox("", label=words("desk.by"), max_length=80, elem_id="sk-asked-who")
            with gr.Row(elem_classes="tools"):
                approve = gr.Button(
                    words("wordings.approve"), variant="primary", scale=0, min_width=120, elem_id="sk-asked-approve"
                )
                refuse = gr.Button(words("wordings.refuse"), scale=0, min_width=110, elem_id="sk-asked-refuse")
    done = gr.Markdown("", elem_id="sk-asked-told", **HTML)

    def again() -> tuple[Any, ...]:
        found = assistant.service.asked_as.waiting()
        view = lines_view(found, _in_force(assistant), words)
        return view, gr.update(visible=bool(found)), gr.update(choices=_choices(found), value=None)

    def chosen(number: int | None) -> str:
        found = assistant.service.asked_as.lines(status="waiting")
        return next((one.question for one in found if one.number == number), "")

    def approved(number: int | None, said: str, name: str) -> tuple[Any, ...]:
        work = assistant.service.asked_as
        return _decided(words, number, lambda: work.approve(int(number or 0), by=name, question=said), again)

    def refused(number: int | None, name: str) -> tuple[Any, ...]:
        work = assistant.service.asked_as
        return _decided(words, number, lambda: work.refuse(int(number or 0), by=name), again)

    outputs = [shown, desk, line]
    line.change(chosen, line, text, **PRIVATE)
    approve.click(approved, [line, text, by], [done, *outputs], concurrency_limit=1, **PRIVATE)
    refuse.click(refused, [line, by], [done, *outputs], concurrency_limit=1, **PRIVATE)
    return Refresh(again, outputs)


def _decided(
    words: Words, number: int | None, decide: Callable[[], AskedAs], again: Callable[[], Any]
) -> tuple[Any, ...]:
    from assistant import known_errors

    still = (gr.skip(),) * 3
    if number is None:
        return notice("bad", words("desk.nothing_done"), plain(words("desk.asked_first"))), *still
    try:
        made = decide()
    except known_errors() as error:
        return notice("bad", words("desk.nothing_done"), plain(error)), *still
    kind = "ok" if made.status == "approved" else "quiet"
    return f"<p>{mark(kind, words(f'wordings.{made.status}'))} {plain(made.question)}</p>", *again()


def _in_force(assistant: Assistant) -> int:
    return len(assistant.service.asked_as.lines(status="approved"))


def _choices(waiting: list[AskedAs]) -> list[tuple[str, int]]:
    return [(f"{one.question}  →  {one.title}", one.number) for one in waiting[:_MOST]]


def lines_view(waiting: list[AskedAs], in_force: int, words: Words) -> str:
    """Return the lines that wait, each with the page it would find and where it comes from, and how many are in force."""
    count = plain(words.count("desk.asked_in_force", in_force))
    title = f"<header><h3>{plain(words('desk.asked_as'))}</h3><span>{count}</span></header>"
    if not waiting:
        return f'{title}<p class="quiet">{plain(words("desk.asked_none"))} <code>shopkeeper asked propose</code></p>'
    rows = [[f"<b>{plain(one.question)}</b>", plain(one.title), plain(one.origin)] for one in waiting[:_MOST]]
    return title + table([words("desk.asked_words"), words("desk.asked_page"), words("desk.from")], rows)
