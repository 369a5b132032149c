"""The Desk tab: tickets read and answered by a person, what was not answered, what customers said of answers. It decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.desk.typed import ASK_PERSON
from assistant.pages.asked import asked_desk
from assistant.pages.entries import entries_desk
from assistant.pages.forms import HTML, PRIVATE
from assistant.pages.markup import empty, mark, notice, plain, table
from assistant.pages.words import Words

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.desk.store import Turn
    from assistant.desk.tickets import Ticket

_MOST = 8


def desk_tab(assistant: Assistant, words: Words) -> None:
    """Fill the tab: tickets left, the chosen one in the middle, what was not answered at the right; below, entries of people."""
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=2, min_width=260):
            which = gr.Radio(_choices(assistant, words), value=None, label=words("desk.tickets"), elem_id="sk-tickets")
            again = gr.Button(words("desk.again"), size="sm", elem_id="sk-tickets-again")
        with gr.Column(scale=4, min_width=320, elem_classes="card"):
            ticket = gr.Markdown(_nothing(assistant, words), elem_id="sk-ticket", **HTML)
            with gr.Column(visible=False, elem_id="sk-ticket-answer", elem_classes="answering") as answering:
                text = gr.Textbox("", label=words("desk.answer"), lines=4, max_length=4000, elem_id="sk-reply")
                by = gr.Textbox("", label=words("desk.by"), max_length=80, elem_id="sk-reply-by")
                with gr.Row(elem_classes="tools"):
                    send = gr.Button(
                        words("desk.send"), variant="primary", scale=0, min_width=120, elem_id="sk-reply-send"
                    )
                    close = gr.Button(words("desk.close"), scale=0, min_width=110, elem_id="sk-ticket-close")
                with gr.Row(elem_classes="tools"):
                    asks = gr.Textbox(
                        "", label=words("desk.keep_question"), max_length=300, scale=1, elem_id="sk-entry-question"
                    )
                    keep = gr.Button(words("desk.keep"), scale=0, min_width=150, elem_id="sk-entry-keep")
            done = gr.Markdown("", elem_id="sk-desk-done", **HTML)
        with gr.Column(scale=2, min_width=260, elem_classes="aside"):
            beside = gr.Markdown(_beside(assistant, words), elem_id="sk-unanswered", **HTML)
    refresh, asked = entries_desk(assistant, words), asked_desk(assistant, words)

    def pick(number: int | None) -> tuple[Any, ...]:
        return _picked(assistant, words, number)

    def look() -> tuple[Any, ...]:
        return gr.update(choices=_choices(assistant, words)), _beside(assistant, words)

    def answered(number: int | None, said: str, name: str) -> tuple[Any, ...]:
        return _done(assistant, words, number, lambda: assistant.service.reply(int(number or 0), said, by=name), "sent")

    def closed(number: int | None, name: str) -> tuple[Any, ...]:
        return _done(assistant, words, number, lambda: assistant.service.close(int(number or 0), by=name), "closed")

    def kept(number: int | None, question: str, said: str, name: str) -> tuple[Any, ...]:
        def add() -> Any:
            return assistant.service.add_entry(question, said, by=name, ticket=number)

        return _done(assistant, words, number, add, "kept")

    which.change(pick, which, [ticket, answering, asks, done], concurrency_limit=2, **PRIVATE)
    looked = again.click(look, None, [which, beside], concurrency_limit=2, **PRIVATE)
    for one in (refresh, asked):
        looked = looked.then(one.call, None, one.outputs, **PRIVATE)
    outputs = [ticket, done, which, beside]
    send.click(answered, [which, text, by], outputs, concurrency_limit=1, **PRIVATE)
    close.click(closed, [which, by], outputs, concurrency_limit=1, **PRIVATE)
    keep.click(kept, [which, asks, text, by], outputs, concurrency_limit=1, **PRIVATE).then(
        refresh.call, None, refresh.outputs, **PRIVATE
    )


def _nothing(assistant: Assistant, words: Words) -> str:
    if any(one.status == "open" for one in assistant.service.tickets()):
        return empty(words("desk.choose_title"), words("desk.choose"), "←")
    return empty(words("desk.empty_title"), words("desk.empty"), "✓")


def _choices(assistant: Assistant, words: Words) -> list[tuple[str, int]]:
    return [(_label(one, words), one.number) for one in assistant.service.tickets()]


def _label(one: Ticket, words: Words) -> str:
    who = words("desk.customer_id", id=one.customer_id) if one.customer_id else words("desk.not_signed")
    status = words(f"desk.{one.status}")
    return f"{one.number}  {reason(one, words)}\n{who} · {status} · {words.moment(one.opened)}"


def reason(one: Ticket, words: Words) -> str:
    """Return why a ticket was made, in the page's words; a reason of the shop's own rules as it is called there."""
    own = one.reason.replace("_", " ").capitalize()
    return words.said.get(f"desk.reason.{one.reason}", own)


def _picked(assistant: Assistant, words: Words, number: int | None) -> tuple[Any, ...]:
    from assistant import known_errors

    if number is None:
        return _nothing(assistant, words), gr.update(visible=False), "", ""
    try:
        one = assistant.service.ticket(int(number))
    except known_errors() as error:
        return notice("bad", words("desk.none"), plain(error)), gr.update(visible=False), "", ""
    return ticket_view(one, words), gr.update(visible=one.status != "closed"), _last_question(one), ""


def _done(assistant: Assistant, words: Words, number: int | None, act: Any, said: str) -> tuple[Any, ...]:
    from assistant import known_errors

    if number is None:
        told = notice("bad", words("desk.not_chosen"), plain(words("desk.choose_first")))
        return gr.skip(), told, gr.skip(), gr.skip()
    try:
        act()
    except known_errors() as error:
        return gr.skip(), notice("bad", words("desk.nothing_done"), plain(error)), gr.skip(), gr.skip()
    one = assistant.service.ticket(int(number))
    choices = gr.update(choices=_choices(assistant, words))
    told = f"<p>{mark('ok', words(f'desk.{said}'))}</p>"
    return ticket_view(one, words), told, choices, _beside(assistant, words)


def ticket_view(one: Ticket, words: Words) -> str:
    """Return a ticket: what a person must know first, everything said, the facts it rests on."""
    state = mark("warn", words("desk.waiting")) if one.status == "open" else mark("ok", words(f"desk.{one.status}"))
    by = f" {plain(words('desk.by_whom', by=one.answered_by))}" if one.answered_by else ""
    rows = [
        [plain(fact.get("fact", "")), plain(fact.get("said", "")), plain(fact.get("source", ""))] for fact in one.facts
    ]
    facts = table([words("desk.fact"), words("desk.value"), words("desk.from")], rows)
    count = plain(words.count("desk.facts", len(one.facts)))
    number = plain(words("desk.ticket", n=one.number, when=words.moment(one.opened)))
    return (
        f'<header class="top"><h2>{plain(reason(one, words))}</h2><p>{number} {state}{by}</p></header>'
        f'<p class="summary"><b>{plain(words("desk.summary"))}</b><br>{_summary(one, words)}</p>'
        f'<ol class="transcript">{"".join(_turn(turn, words) for turn in one.transcript)}</ol>'
        + (f'<details class="more"><summary>{count}</summary>{facts}</details>' if one.facts else "")
    )


def _summary(one: Ticket, words: Words) -> str:
    """Return the summary as it was kept, its own few words in the page's language; what is quoted stays as it was said."""
    lines = []
    for line in one.summary.splitlines():
        head, colon, said = line.partition(": ")
        if colon and head == one.reason.replace("_", " ").capitalize():
            lines.append(said)
        elif colon and head == "Before":
            lines.append(words("desk.before", said=said))
        elif line.startswith("Signed in as customer"):
            lines.append(words("desk.signed_as", id=one.customer_id))
        else:
            lines.append(words("desk.signed_not") if line == "Not signed in." else line)
    return plain("\n".join(lines))


def _turn(turn: Turn, words: Words) -> str:
    who = turn.about.get("by") or words(f"desk.{turn.who}")
    return (
        f'<li class="{plain(turn.who)}"><small>{plain(who)}, {plain(words.moment(turn.time))}</small>'
        f"<p>{plain(turn.text)}</p></li>"
    )


def _last_question(one: Ticket) -> str:
    """Return what the customer asked last before they asked for a person."""
    said = [turn.text for turn in one.transcript if turn.who == "customer" and turn.text != ASK_PERSON]
    return said[-1][:300] if said else ""


def _beside(assistant: Assistant, words: Words) -> str:
    asked = "".join(
        f"<li><b>{plain(one.question)}</b><span>{plain(words.count('desk.asked', one.count))}</span></li>"
        for one in assistant.service.unanswered()[:_MOST]
    )
    judged = [one for one in assistant.service.feedback_list() if not one.is_helpful][:_MOST]
    bad = "".join(
        f"<li><b>{plain(one.question)}</b><span>{plain(one.why or words('desk.no_reason'))}</span></li>"
        for one in judged
    )
    return _panel(words("desk.not_answered"), asked, words("desk.all_answered")) + _panel(
        words("desk.not_helpful"), bad, words("desk.nobody")
    )


def _panel(title: str, rows: str, nothing: str) -> str:
    body = f'<ul class="facts open">{rows}</ul>' if rows else f'<p class="quiet">{plain(nothing)}</p>'
    return f'<section class="panel"><h3>{plain(title)}</h3>{body}</section>'
