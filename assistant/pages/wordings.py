"""The Wordings tab: lines that wait for a person, approved, edited or refused. It shows the queue and does not judge a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.pages.markup import mark, notice, plain

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.writing.queue import Offered, Queue

_HTML = {"container": False, "latex_delimiters": []}
_PRIVATE = {"api_visibility": "private", "show_progress": "hidden"}
_MOST = 50
_EMPTY = (
    '<p class="quiet">No line waits. <code>shopkeeper wordings propose DATA --from FOLDER</code> learns lines from the '
    "shop’s past mails and pages; without --from, a model says lines of the book in other words.</p>"
)
_NO_STATE = '<p class="quiet">Wordings are kept in a state folder: open the page with <code>--state DIR</code>.</p>'


def wordings_tab(assistant: Assistant) -> None:
    """Fill the tab."""
    if assistant.state is None:
        gr.Markdown(_NO_STATE, **_HTML)
        return
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=5, min_width=320):
            shown = gr.Markdown(cards(assistant.wordings.queue), elem_id="sk-queue", **_HTML)
        with gr.Column(scale=3, min_width=300, elem_classes="brief card"):
            line = gr.Dropdown(_choices(assistant), value=None, label="Line", elem_id="sk-line")
            text = gr.Textbox("", label="As it should be", lines=3, max_length=600, elem_id="sk-line-text")
            by = gr.Textbox("", label="Your name", max_length=80, elem_id="sk-line-by")
            approve = gr.Button("Approve", variant="primary", elem_id="sk-line-approve")
            refuse = gr.Button("Refuse", elem_id="sk-line-refuse")
            done = gr.Markdown("", elem_id="sk-line-done", **_HTML)

    def chosen(key: str | None) -> str:
        return next((one.line for one in assistant.wordings.queue.waiting() if one.id == key), "")

    def approved(key: str | None, words: str, name: str) -> tuple[Any, ...]:
        return _decided(assistant, key, lambda queue: queue.approve(str(key), name, line=words))

    def refused(key: str | None, words: str, name: str) -> tuple[Any, ...]:
        return _decided(assistant, key, lambda queue: queue.refuse(str(key), name))

    line.change(chosen, line, text, **_PRIVATE)
    outputs = [shown, line, done]
    approve.click(approved, [line, text, by], outputs, concurrency_limit=1, **_PRIVATE)
    refuse.click(refused, [line, text, by], outputs, concurrency_limit=1, **_PRIVATE)


def _decided(assistant: Assistant, key: str | None, decide: Any) -> tuple[Any, ...]:
    from assistant import known_errors

    queue = assistant.wordings.queue
    if not key:
        return gr.skip(), gr.skip(), notice("bad", "No line chosen", "Choose the line to decide first.")
    try:
        made: Offered = decide(queue)
    except known_errors() as error:
        return gr.skip(), gr.skip(), notice("bad", "Nothing was decided", plain(error))
    told = f"<p>{mark('proof' if made.status == 'approved' else 'quiet', made.status)} {plain(made.line)}</p>"
    return cards(queue), gr.update(choices=_choices(assistant), value=None), told


def _choices(assistant: Assistant) -> list[tuple[str, str]]:
    return [(one.example, one.id) for one in assistant.wordings.queue.waiting()[:_MOST]]


def cards(queue: Queue) -> str:
    """Return the lines that wait, each with an example, where it comes from and how often it could be said."""
    waiting = queue.waiting()
    if not waiting:
        return _EMPTY
    more = f'<p class="quiet">{len(waiting) - _MOST} more wait behind these.</p>' if len(waiting) > _MOST else ""
    return "".join(_card(one) for one in waiting[:_MOST]) + more


def _card(one: Offered) -> str:
    reached = f"can be said in {one.reached} of {one.cases} made-up shops"
    return (
        f'<article class="card variant"><header><h3>{plain(one.section)}</h3>{mark("warn", "waits")}'
        f"<span>{plain(one.origin)}</span></header><p>{plain(one.example)}</p>"
        f'<p class="quiet"><code>{plain(one.line)}</code></p><p class="quiet">{plain(reached)}</p></article>'
    )
