"""The Wordings tab: lines that wait for a person, approved, edited or refused. It shows the queue and does not judge a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.pages.forms import HTML, PRIVATE
from assistant.pages.markup import empty, mark, notice, plain
from assistant.pages.words import Words

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.writing.queue import Offered, Queue

_MOST = 50


def wordings_tab(assistant: Assistant, words: Words) -> None:
    """Fill the tab."""
    if assistant.state is None:
        gr.Markdown(empty(words("wordings.no_state_title"), words("wordings.no_state")), **HTML)
        return
    queue = assistant.wordings.queue
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=5, min_width=320):
            shown = gr.Markdown(cards(queue, words), elem_id="sk-queue", **HTML)
        with gr.Column(
            scale=3, min_width=300, elem_classes="brief card", visible=bool(queue.waiting()), elem_id="sk-line-desk"
        ):
            line = gr.Dropdown(_choices(assistant), value=None, label=words("wordings.line"), elem_id="sk-line")
            text = gr.Textbox("", label=words("wordings.text"), lines=3, max_length=600, elem_id="sk-line-text")
            by = gr.Textbox("", label=words("wordings.by"), max_length=80, elem_id="sk-line-by")
            with gr.Row(elem_classes="tools"):
                approve = gr.Button(
                    words("wordings.approve"), variant="primary", scale=1, min_width=110, elem_id="sk-line-approve"
                )
                refuse = gr.Button(words("wordings.refuse"), scale=1, min_width=110, elem_id="sk-line-refuse")
            done = gr.Markdown("", elem_id="sk-line-done", **HTML)

    def chosen(key: str | None) -> str:
        return next((one.line for one in assistant.wordings.queue.waiting() if one.id == key), "")

    def approved(key: str | None, said: str, name: str) -> tuple[Any, ...]:
        return _decided(assistant, words, key, lambda queue: queue.approve(str(key), name, line=said))

    def refused(key: str | None, said: str, name: str) -> tuple[Any, ...]:
        return _decided(assistant, words, key, lambda queue: queue.refuse(str(key), name))

    line.change(chosen, line, text, **PRIVATE)
    outputs = [shown, line, done]
    approve.click(approved, [line, text, by], outputs, concurrency_limit=1, **PRIVATE)
    refuse.click(refused, [line, text, by], outputs, concurrency_limit=1, **PRIVATE)


def _decided(assistant: Assistant, words: Words, key: str | None, decide: Any) -> tuple[Any, ...]:
    from assistant import known_errors

    queue = assistant.wordings.queue
    if not key:
        told = notice("bad", words("wordings.not_chosen"), plain(words("wordings.choose_first")))
        return gr.skip(), gr.skip(), told
    try:
        made: Offered = decide(queue)
    except known_errors() as error:
        return gr.skip(), gr.skip(), notice("bad", words("wordings.nothing_decided"), plain(error))
    kind = "ok" if made.status == "approved" else "quiet"
    told = f"<p>{mark(kind, words(f'wordings.{made.status}'))} {plain(made.line)}</p>"
    return cards(queue, words), gr.update(choices=_choices(assistant), value=None), told


def _choices(assistant: Assistant) -> list[tuple[str, str]]:
    return [(one.example, one.id) for one in assistant.wordings.queue.waiting()[:_MOST]]


def cards(queue: Queue, words: Words) -> str:
    """Return the lines that wait, each with an example, where it comes from and how often it could be said."""
    waiting = queue.waiting()
    if not waiting:
        return empty(words("wordings.empty_title"), words("wordings.empty"), "✓")
    left = len(waiting) - _MOST
    more = f'<p class="quiet">{plain(words("wordings.more", n=left))}</p>' if left > 0 else ""
    return f'<div class="queue">{"".join(_card(one, words) for one in waiting[:_MOST])}</div>{more}'


def _card(one: Offered, words: Words) -> str:
    reached = words("wordings.reached", n=one.reached, all=one.cases)
    return (
        f'<article class="card variant"><header><h3>{plain(one.section)}</h3>{mark("warn", words("wordings.waits"))}'
        f'<span>{plain(one.origin)}</span></header><p class="said">{plain(one.example)}</p>'
        f'<p class="quiet"><code>{plain(one.line)}</code></p><p class="quiet">{plain(reached)}</p></article>'
    )
