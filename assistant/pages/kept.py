"""Beside the chat: what is remembered of the signed-in customer, to be read and erased by them. It keeps nothing that was not asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.pages.forms import HTML, PRIVATE
from assistant.pages.markup import plain
from assistant.pages.words import Words

if TYPE_CHECKING:
    from assistant import Assistant


@dataclass(frozen=True)
class Kept:
    """How the part is shown anew for a conversation: what to call, and what its values go into."""

    show: Callable[[Any], tuple[Any, ...]]
    outputs: list[Any]


def kept_part(assistant: Assistant, words: Words, conversation: Any) -> Kept:
    """Fill the part, hidden until somebody is signed in, and return how it is shown anew."""
    with gr.Column(visible=False, elem_classes="kept", elem_id="sk-kept") as part:
        told = gr.Markdown("", elem_id="sk-kept-told", **HTML)
        with gr.Column(visible=False) as tools:
            which = gr.Dropdown([], value=None, label=words("chat.forget_which"), elem_id="sk-kept-which")
            with gr.Row(elem_classes="tools"):
                one = gr.Button(words("chat.forget_one"), size="sm", scale=0, min_width=96, elem_id="sk-forget-one")
                every = gr.Button(words("chat.forget_all"), size="sm", scale=0, min_width=96, elem_id="sk-forget-all")

    def show(talk: Any) -> tuple[Any, ...]:
        if talk is None or assistant.service.customer(talk) is None:
            return gr.update(visible=False), "", gr.update(visible=False), gr.update(choices=[], value=None)
        found = assistant.service.remembered(talk)
        choices = [(item.value, item.id) for item in found]
        return (
            gr.update(visible=True),
            _panel(words, [item.value for item in found]),
            gr.update(visible=bool(found)),
            gr.update(choices=choices, value=choices[-1][1] if choices else None),
        )

    def forget_one(talk: Any, number: int | None) -> tuple[Any, ...]:
        if talk is not None and number is not None:
            assistant.service.forget(talk, id=int(number))
        return show(talk)

    def forget_all(talk: Any) -> tuple[Any, ...]:
        if talk is not None:
            assistant.service.forget(talk)
        return show(talk)

    outputs = [part, told, tools, which]
    one.click(forget_one, [conversation, which], outputs, concurrency_limit=4, **PRIVATE)
    every.click(forget_all, conversation, outputs, concurrency_limit=4, **PRIVATE)
    return Kept(show, outputs)


def _panel(words: Words, told: list[str]) -> str:
    rows = "".join(f"<li><b>{plain(one)}</b></li>" for one in told)
    lead = words("chat.kept_lead") if told else words("chat.kept_none")
    listed = f'<ul class="facts open">{rows}</ul>' if told else ""
    return f'<section class="panel"><h3>{plain(words("chat.kept"))}</h3><p class="quiet">{plain(lead)}</p>{listed}</section>'
