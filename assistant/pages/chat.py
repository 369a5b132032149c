"""The Chat tab: a question in, proven sentences out, each with its passage. The conversation is kept on the server.

It shows answers and asks for them; it decides nothing about them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.desk.store import CUSTOMER, STAFF
from assistant.pages.markup import Said, bubble, cites, facts_panel, mark, notice, plain, proven, quiet_panel

if TYPE_CHECKING:
    from assistant import Answer, Assistant

_HTML = {"container": False, "latex_delimiters": []}
_PRIVATE = {"api_visibility": "private", "show_progress": "hidden"}  # a listener is a public endpoint unless it says so
_LOOKING = '<p class="pending"><i></i>Looking it up</p>'
_CHECKING = '<p class="pending"><i></i>Checking the next sentence</p>'
NOTHING_YET = quiet_panel("Facts", "Facts appear here once an answer uses them.")
NONE_OF_THESE = "None of these"
A_PERSON = "I would like to talk to a person, please."
_LOOK_SECONDS = 6  # how often a person's answer is looked for


def chat_tab(assistant: Assistant) -> None:
    """Fill the tab; one conversation a visitor, gone with the visit."""
    conversation = gr.State(None, time_to_live=3600)  # the id of a conversation, made at the first question
    seen = gr.State(0, time_to_live=3600)  # the last turn looked at for a person's answer
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=5, min_width=300, elem_classes="thread"):
            signed = gr.Markdown(strip(assistant, None), elem_classes="strip", elem_id="sk-signed", **_HTML)
            chat = gr.Chatbot(
                elem_id="sk-chat",
                show_label=False,
                container=False,
                height="100%",
                buttons=[],
                allow_tags=False,
                latex_delimiters=[],
                layout="bubble",
                feedback_options=("Helpful", "Not helpful"),
                group_consecutive_messages=False,
                placeholder='<div class="empty"><h2>How can we help</h2>'
                "<p>Answers come from the shop’s own pages and name their source.</p></div>",
                examples=[{"text": starter} for starter in assistant.starters()],
            )
            with gr.Row(elem_classes="composer"):
                question = gr.Textbox(
                    placeholder="Ask about delivery, returns or a product",
                    show_label=False,
                    container=False,
                    lines=1,
                    max_lines=4,
                    scale=1,
                    elem_id="sk-question",
                    max_length=2000,
                )
                send = gr.Button("Send", variant="primary", scale=0, min_width=76, elem_id="sk-send")
                person = gr.Button("Talk to a person", scale=0, min_width=130, elem_id="sk-person")
        with gr.Column(scale=2, min_width=280, elem_classes="aside"):
            beside = gr.Markdown(NOTHING_YET, elem_id="sk-facts", **_HTML)

    def reply(words: str, shown: list[dict[str, Any]], talk: Any) -> Iterator[tuple[Any, ...]]:
        yield from _reply(assistant, words, shown, talk)

    def chosen(shown: list[dict[str, Any]], talk: Any, event: gr.SelectData) -> Iterator[tuple[Any, ...]]:
        words = event.value if isinstance(event.value, str) else str(event.value["text"])
        yield from _reply(assistant, words, shown, talk)

    def a_person(shown: list[dict[str, Any]], talk: Any) -> Iterator[tuple[Any, ...]]:
        yield from _reply(assistant, A_PERSON, shown, talk)

    def later(shown: list[dict[str, Any]], talk: Any, upto: int) -> tuple[Any, int]:
        return _later(assistant, shown, talk, upto)

    def judged(shown: list[dict[str, Any]], talk: Any, event: gr.LikeData) -> None:
        _judged(assistant, shown, talk, event)

    outputs = [chat, question, beside, conversation, signed]
    for listen in (send.click, question.submit):
        listen(reply, [question, chat, conversation], outputs, concurrency_limit=4, **_PRIVATE)
    for listen in (chat.option_select, chat.example_select):
        listen(chosen, [chat, conversation], outputs, concurrency_limit=4, **_PRIVATE)
    person.click(a_person, [chat, conversation], outputs, concurrency_limit=4, **_PRIVATE)
    gr.Timer(_LOOK_SECONDS).tick(later, [chat, conversation, seen], [chat, seen], concurrency_limit=8, **_PRIVATE)
    chat.like(judged, [chat, conversation], None, concurrency_limit=4, **_PRIVATE)


def strip(assistant: Assistant, talk: Any) -> str:
    """Return the line above the chat: who is signed in, or what answers rest on."""
    customer = None if talk is None else assistant.service.customer(talk)
    if customer is not None:
        return f"{mark('proof', 'Signed in')} {plain(f'as customer {customer}, who sees own orders only')}"
    pages = f"{len(assistant.made.passages.passages):,} passages of {assistant.shop.settings.name}"
    return f"{mark('quiet', 'Not signed in')} {plain(f'Answers quote {pages}. Questions about your own orders ask who you are.')}"


def _reply(assistant: Assistant, words: str, shown: list[dict[str, Any]], talk: Any) -> Iterator[tuple[Any, ...]]:
    from assistant import known_errors

    words = words.strip()
    talk = talk if talk is not None else assistant.service.begin()
    if not words:
        yield shown, "", gr.skip(), talk, gr.skip()
        return
    shown = [*shown, {"role": "user", "content": f"<p>{plain(words)}</p>"}]
    yield [*shown, _shop(bubble("", _LOOKING))], "", gr.skip(), talk, gr.skip()
    try:
        for reply, is_whole in assistant.service.stream(talk, words):
            turn = message(reply.answer, is_whole=is_whole, ticket=reply.ticket)
            signed = strip(assistant, talk) if is_whole else gr.skip()
            yield [*shown, turn], "", panel(reply.answer), talk, signed
    except known_errors() as error:
        text = f"{plain(error)} Your question is kept: send it again, or ask the shop."
        yield [*shown, _shop(notice("bad", "No answer this time", text))], words, gr.skip(), talk, gr.skip()


def _later(assistant: Assistant, shown: list[dict[str, Any]], talk: Any, seen: int) -> tuple[Any, int]:
    """Return the chat with what a person of the shop answered meanwhile, and the last turn seen."""
    if talk is None:
        return gr.skip(), seen
    turns = assistant.service.turns(talk, after=seen)
    answered = [turn for turn in turns if turn.who == STAFF]
    last = max((turn.number for turn in turns), default=seen)
    said = [
        _shop(bubble(plain(turn.text), mark("quiet", f"{turn.about.get('by', 'A person')} of the shop")))
        for turn in answered
    ]
    return ([*shown, *said] if said else gr.skip()), last


def _judged(assistant: Assistant, shown: list[dict[str, Any]], talk: Any, event: gr.LikeData) -> None:
    """Keep whether the answer at a place of the chat helped."""
    if talk is None or not isinstance(event.index, int):
        return
    replies = [turn.number for turn in assistant.service.turns(talk) if turn.who != CUSTOMER]
    at = sum(one["role"] != "user" for one in shown[: event.index + 1]) - 1
    if 0 <= at < len(replies):
        assistant.service.feedback(talk, replies[at], is_helpful=event.liked is True or event.liked == "Helpful")


def message(answer: Answer, *, is_whole: bool, ticket: int | None = None) -> dict[str, Any]:
    """Return an answer as a turn of the chat; until it is whole, with the sign that more is being checked."""
    body = proven(answer.text, said(answer))
    if not is_whole:
        return _shop(bubble(body, _CHECKING))
    chips = cites([(cited.title, cited.text, cited.source) for cited in answer.citations])
    if ticket is not None:
        sent = '<p class="with">Sent along: this conversation, a summary, the facts used. Nothing else.</p>'
        return _shop(notice("warn", f"A person takes over, ticket {ticket}", body, sent))
    if answer.decision == "hand over":
        return _shop(notice("warn", "A person can help", body))
    if answer.decision == "ask back" and answer.choices:
        options = [{"value": choice} for choice in dict.fromkeys((*answer.choices, NONE_OF_THESE))]
        return {**_shop(bubble(body, mark("warn", "Not sure enough to answer"))), "options": options}
    if answer.choices:  # it goes on with a question of its own, such as whether to confirm
        return {**_shop(bubble(body, chips)), "options": [{"value": choice} for choice in answer.choices]}
    return _shop(bubble(body, chips))


def panel(answer: Answer) -> Any:
    """Return the facts behind an answer, or leave the panel as it is."""
    claims = said(answer)
    return facts_panel("The last answer rests on", claims) if claims else NOTHING_YET


def said(answer: Answer) -> list[Said]:
    """Return the proven spans of an answer, in its order: values with their facts, quotes with their passage."""
    found = [(claim.span[0], Said(claim.said, claim.fact_line, claim.source_line)) for claim in answer.claims]
    quotes = [one for one in answer.sentences if one.quoted]
    found += [(one.span[0], Said(one.text, "The shop’s own words", one.quoted)) for one in quotes]
    return [span for _, span in sorted(found, key=lambda pair: pair[0])]


def _shop(markup: str) -> dict[str, Any]:
    return {"role": "assistant", "content": markup}
