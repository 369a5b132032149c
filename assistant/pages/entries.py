"""The lower part of the Desk tab: questions answered once for everybody, as FAQ entries of the shop's people. It writes no answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.pages.forms import HTML, PRIVATE
from assistant.pages.markup import mark, notice, plain, table
from assistant.pages.words import Words

if TYPE_CHECKING:
    from assistant import Assistant

_MOST = 30


@dataclass(frozen=True)
class Refresh:
    """How the part is shown anew: what to call, and what its values go into."""

    call: Callable[[], tuple[Any, ...]]
    outputs: list[Any]


def entries_desk(assistant: Assistant, words: Words) -> Refresh:
    """Fill the part and return how it is shown anew."""
    with gr.Row(elem_classes="split below"):
        with gr.Column(scale=3, min_width=320, elem_classes="card brief"):
            gr.Markdown(f"<h3>{plain(words('desk.answer_this'))}</h3>", **HTML)
            asked = gr.Dropdown(
                _asked(assistant, words),
                value=None,
                label=words("desk.keep_question"),
                allow_custom_value=True,
                elem_id="sk-asked",
            )
            text = gr.Textbox("", label=words("desk.entry_answer"), lines=3, max_length=4000, elem_id="sk-asked-answer")
            by = gr.Textbox("", label=words("desk.by"), max_length=80, elem_id="sk-asked-by")
            keep = gr.Button(words("desk.keep"), variant="primary", scale=0, min_width=150, elem_id="sk-asked-keep")
            done = gr.Markdown("", elem_id="sk-asked-done", **HTML)
        with gr.Column(scale=4, min_width=320, elem_classes="card"):
            shown = gr.Markdown(_entries(assistant, words), elem_id="sk-entries", **HTML)
            with gr.Row(elem_classes="tools", visible=bool(assistant.service.entries())) as tools:
                which = gr.Dropdown(
                    _live(assistant), value=None, label=words("desk.withdraw"), scale=1, elem_id="sk-entry-which"
                )
                drop = gr.Button(words("desk.withdraw_it"), scale=0, min_width=120, elem_id="sk-entry-drop")

    def again() -> tuple[Any, ...]:
        live = _live(assistant)
        return (
            gr.update(choices=_asked(assistant, words)),
            _entries(assistant, words),
            gr.update(choices=live, value=None),
            gr.update(visible=bool(live)),
        )

    def kept(question: str | None, answer: str, name: str) -> tuple[Any, ...]:
        act = lambda: assistant.service.add_entry(question or "", answer, by=name)  # noqa: E731 - one call, told below
        return _did(words, act, "kept"), *again()

    def dropped(number: int | None) -> tuple[Any, ...]:
        act = lambda: assistant.service.withdraw_entry(int(number or 0))  # noqa: E731
        return _did(words, act, "withdrawn"), *again()

    outputs = [asked, shown, which, tools]
    keep.click(kept, [asked, text, by], [done, *outputs], concurrency_limit=1, **PRIVATE)
    drop.click(dropped, which, [done, *outputs], concurrency_limit=1, **PRIVATE)
    return Refresh(again, outputs)


def _did(words: Words, act: Callable[[], Any], said: str) -> str:
    from assistant import known_errors

    try:
        act()
    except known_errors() as error:
        return notice("bad", words("desk.nothing_done"), plain(error))
    return f"<p>{mark('ok', words(f'desk.{said}'))}</p>"


def _asked(assistant: Assistant, words: Words) -> list[tuple[str, str]]:
    found = assistant.service.unanswered()[:_MOST]
    return [(f"{one.question} ({words.count('desk.asked', one.count)})", one.question) for one in found]


def _live(assistant: Assistant) -> list[tuple[str, int]]:
    return [(one.question, one.number) for one in assistant.service.entries()]


def _entries(assistant: Assistant, words: Words) -> str:
    entries = assistant.service.entries()
    title = f"<header><h3>{plain(words('desk.entries'))}</h3></header>"
    if not entries:
        return f'{title}<p class="quiet">{plain(words("desk.no_entries"))}</p>'
    rows = [[f"<b>{plain(one.question)}</b>", plain(one.answer), plain(one.by)] for one in entries]
    return title + table([words("desk.question"), words("desk.its_answer"), words("desk.by")], rows)
