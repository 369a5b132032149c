"""The Desk tab: tickets read and answered by a person, what was not answered, what customers said of answers. It decides nothing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.pages.markup import mark, notice, plain, table

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.desk.store import Turn
    from assistant.desk.tickets import Ticket

_HTML = {"container": False, "latex_delimiters": []}
_PRIVATE = {"api_visibility": "private", "show_progress": "hidden"}
_NOTHING = '<p class="quiet">No ticket is open. One is made where the chat hands over to a person.</p>'
_MOST = 8


def desk_tab(assistant: Assistant) -> None:
    """Fill the tab: tickets left, the chosen one in the middle, what was not answered below."""
    first, shown = _choices(assistant), _NOTHING
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=2, min_width=260):
            which = gr.Radio(first, value=None, label="Tickets, open ones first", elem_id="sk-tickets")
            again = gr.Button("Look for new ones", size="sm", elem_id="sk-tickets-again")
        with gr.Column(scale=4, min_width=320, elem_classes="card"):
            ticket = gr.Markdown(shown, elem_id="sk-ticket", **_HTML)
            with gr.Column(visible=False, elem_id="sk-ticket-answer") as answering:
                text = gr.Textbox(
                    "", label="Your answer, sent as you write it", lines=4, max_length=4000, elem_id="sk-reply"
                )
                by = gr.Textbox("", label="Your name", max_length=80, elem_id="sk-reply-by")
                with gr.Row(elem_classes="tools"):
                    send = gr.Button("Send answer", variant="primary", scale=0, min_width=120, elem_id="sk-reply-send")
                    close = gr.Button("Close ticket", scale=0, min_width=110, elem_id="sk-ticket-close")
                asks = gr.Textbox(
                    "", label="Keep as FAQ entry: the question it answers", max_length=300, elem_id="sk-entry-question"
                )
                keep = gr.Button("Keep as FAQ entry", scale=0, min_width=150, elem_id="sk-entry-keep")
            done = gr.Markdown("", elem_id="sk-desk-done", **_HTML)
        with gr.Column(scale=2, min_width=260, elem_classes="aside"):
            beside = gr.Markdown(_beside(assistant), elem_id="sk-unanswered", **_HTML)

    def pick(number: int | None) -> tuple[Any, ...]:
        return _picked(assistant, number)

    def look() -> tuple[Any, ...]:
        return gr.update(choices=_choices(assistant)), _beside(assistant)

    def answered(number: int | None, words: str, name: str) -> tuple[Any, ...]:
        return _done(assistant, number, lambda: assistant.service.reply(int(number or 0), words, by=name), "Sent")

    def closed(number: int | None, name: str) -> tuple[Any, ...]:
        return _done(assistant, number, lambda: assistant.service.close(int(number or 0), by=name), "Closed")

    def kept(number: int | None, question: str, words: str, name: str) -> tuple[Any, ...]:
        def add() -> Any:
            return assistant.service.add_entry(question, words, by=name, ticket=number)

        return _done(assistant, number, add, "Kept: the chat answers from it now")

    which.change(pick, which, [ticket, answering, asks], concurrency_limit=2, **_PRIVATE)
    again.click(look, None, [which, beside], concurrency_limit=2, **_PRIVATE)
    outputs = [ticket, done, which, beside]
    send.click(answered, [which, text, by], outputs, concurrency_limit=1, **_PRIVATE)
    close.click(closed, [which, by], outputs, concurrency_limit=1, **_PRIVATE)
    keep.click(kept, [which, asks, text, by], outputs, concurrency_limit=1, **_PRIVATE)


def _choices(assistant: Assistant) -> list[tuple[str, int]]:
    return [(_label(one), one.number) for one in assistant.service.tickets()]


def _label(one: Ticket) -> str:
    who = f"customer {one.customer_id}" if one.customer_id else "not signed in"
    return f"{one.number}  {one.reason.replace('_', ' ')}\n{who}, {one.status}, {_when(one.opened)}"


def _picked(assistant: Assistant, number: int | None) -> tuple[Any, ...]:
    from assistant import known_errors

    if number is None:
        return _NOTHING, gr.update(visible=False), ""
    try:
        one = assistant.service.ticket(int(number))
    except known_errors() as error:
        return notice("bad", "No such ticket", plain(error)), gr.update(visible=False), ""
    return ticket_view(one), gr.update(visible=one.status != "closed"), _first_question(one)


def _done(assistant: Assistant, number: int | None, act: Any, said: str) -> tuple[Any, ...]:
    from assistant import known_errors

    if number is None:
        return gr.skip(), notice("bad", "No ticket chosen", "Choose the ticket to answer first."), gr.skip(), gr.skip()
    try:
        act()
    except known_errors() as error:
        return gr.skip(), notice("bad", "Nothing was done", plain(error)), gr.skip(), gr.skip()
    one = assistant.service.ticket(int(number))
    choices = gr.update(choices=_choices(assistant))
    return ticket_view(one), f"<p>{mark('proof', said)}</p>", choices, _beside(assistant)


def ticket_view(one: Ticket) -> str:
    """Return a ticket: what a person must know first, everything said, the facts it rests on."""
    state = mark("warn", "Waiting") if one.status == "open" else mark("proof", one.status)
    by = f" by {plain(one.answered_by)}" if one.answered_by else ""
    facts = table(
        ["Fact", "Value", "From"],
        [
            [plain(fact.get("fact", "")), plain(fact.get("said", "")), plain(fact.get("source", ""))]
            for fact in one.facts
        ],
    )
    return (
        f'<header class="top"><h2>{plain(one.reason.replace("_", " ").capitalize())}</h2>'
        f"<p>Ticket {one.number}, {plain(_when(one.opened))} {state}{by}</p></header>"
        f'<p class="summary"><b>Summary</b><br>{plain(one.summary)}</p>'
        f'<ol class="transcript">{"".join(_turn(turn) for turn in one.transcript)}</ol>'
        + (f"<details><summary>{len(one.facts)} facts used</summary>{facts}</details>" if one.facts else "")
    )


def _turn(turn: Turn) -> str:
    return f'<li class="{plain(turn.who)}"><small>{plain(turn.who)}, {plain(_when(turn.time))}</small><p>{plain(turn.text)}</p></li>'


def _first_question(one: Ticket) -> str:
    return next((turn.text for turn in one.transcript if turn.who == "customer"), "")[:300]


def _beside(assistant: Assistant) -> str:
    asked = "".join(
        f"<li><b>{plain(one.question)}</b><span>asked {one.count} {'time' if one.count == 1 else 'times'}</span></li>"
        for one in assistant.service.unanswered()[:_MOST]
    )
    judged = [one for one in assistant.service.feedback_list() if not one.is_helpful][:_MOST]
    bad = "".join(
        f"<li><b>{plain(one.question)}</b><span>{plain(one.why or 'no reason given')}</span></li>" for one in judged
    )
    return (
        f'<section class="panel"><h3>Not answered</h3>{_list(asked, "Every question found a page so far.")}</section>'
        f'<section class="panel"><h3>Not helpful</h3>{_list(bad, "Nobody said so yet.")}</section>'
    )


def _list(rows: str, empty: str) -> str:
    return f'<ul class="facts">{rows}</ul>' if rows else f'<p class="quiet">{empty}</p>'


def _when(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y, %H:%M}"
