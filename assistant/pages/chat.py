"""The Chat tab: a question in, proven sentences out, each with its passage. The conversation is kept on the server.

It shows answers and asks for them; it decides nothing about them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.desk.store import CUSTOMER, STAFF
from assistant.desk.typed import ASK_PERSON
from assistant.pages import turns
from assistant.pages.forms import HTML, PRIVATE
from assistant.pages.kept import kept_part
from assistant.pages.markup import bubble, notice, plain
from assistant.pages.signing import sign_in_part, strip
from assistant.pages.words import Words

if TYPE_CHECKING:
    from assistant import Assistant

_LOOK_SECONDS = 6  # how often a person's answer is looked for
_LIKED = "Like"  # as the chat calls the thumb up


@dataclass(frozen=True)
class Desk:
    """What the tab shows: one shop, in one language."""

    assistant: Assistant
    words: Words


def chat_tab(assistant: Assistant, words: Words) -> None:
    """Fill the tab; one conversation a visitor, gone with the visit."""
    desk = Desk(assistant, words)
    conversation = gr.State(None, time_to_live=3600)  # the id of a conversation, made at the first question
    seen = gr.State(0, time_to_live=3600)  # the last turn looked at for a person's answer
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=5, min_width=300, elem_classes="thread"):
            signing = sign_in_part(assistant, words, conversation)
            chat = _thread(assistant, words)
            judging, why, tell = _why_not(words)
            with gr.Row(elem_classes="composer"):
                question = gr.Textbox(
                    label=words("chat.hint"),
                    placeholder=words("chat.hint"),
                    show_label=False,
                    container=False,
                    max_lines=4,
                    scale=1,
                    elem_id="sk-question",
                    max_length=2000,
                )
                send = gr.Button(words("chat.send"), variant="primary", scale=0, min_width=76, elem_id="sk-send")
                person = gr.Button(words("chat.person"), scale=0, min_width=130, elem_id="sk-person")
        with gr.Column(scale=2, min_width=280, elem_classes="aside"):
            beside = gr.Markdown(turns.nothing_yet(words), elem_id="sk-facts", **HTML)
            kept = kept_part(assistant, words, conversation)

    def reply(typed: str, shown: list[dict[str, Any]], talk: Any) -> Iterator[tuple[Any, ...]]:
        yield from _reply(desk, typed, shown, talk)

    def chosen(shown: list[dict[str, Any]], talk: Any, event: gr.SelectData) -> Iterator[tuple[Any, ...]]:
        typed = event.value if isinstance(event.value, str) else str(event.value["text"])
        yield from _reply(desk, typed, shown, talk)

    def a_person(shown: list[dict[str, Any]], talk: Any) -> Iterator[tuple[Any, ...]]:
        yield from _reply(desk, ASK_PERSON, shown, talk, words("chat.ask_person"))

    def later(shown: list[dict[str, Any]], talk: Any, upto: int) -> tuple[Any, int]:
        return _later(desk, shown, talk, upto)

    def judged(shown: list[dict[str, Any]], talk: Any, event: gr.LikeData) -> tuple[Any, ...]:
        number = _judged(desk, shown, talk, event)
        is_bad = number is not None and event.liked not in (True, _LIKED)
        return number, gr.update(visible=is_bad), ""

    def told(number: int | None, typed: str, talk: Any) -> tuple[Any, ...]:
        if talk is not None and number is not None and typed.strip():
            assistant.service.feedback(talk, number, is_helpful=False, why=typed)
        return gr.update(visible=False), ""

    outputs = [chat, question, beside, conversation, signing.strip, *signing.buttons]
    asked = [
        listen(reply, [question, chat, conversation], outputs, concurrency_limit=4, **PRIVATE)
        for listen in (send.click, question.submit)
    ]
    asked += [
        listen(chosen, [chat, conversation], outputs, concurrency_limit=4, **PRIVATE)
        for listen in (chat.option_select, chat.example_select)
    ]
    for one in asked:
        one.then(kept.show, conversation, kept.outputs, **PRIVATE)
    signing.strip.change(kept.show, conversation, kept.outputs, **PRIVATE)
    person.click(a_person, [chat, conversation], outputs, concurrency_limit=4, **PRIVATE)
    gr.Timer(_LOOK_SECONDS).tick(later, [chat, conversation, seen], [chat, seen], concurrency_limit=8, **PRIVATE)
    number = gr.State(None, time_to_live=3600)
    chat.like(judged, [chat, conversation], [number, judging, why], concurrency_limit=4, **PRIVATE)
    tell.click(told, [number, why, conversation], [judging, why], concurrency_limit=4, **PRIVATE)


def _thread(assistant: Assistant, words: Words) -> Any:
    return gr.Chatbot(
        elem_id="sk-chat",
        show_label=False,
        container=False,
        height="100%",
        buttons=[],
        allow_tags=False,
        latex_delimiters=[],
        layout="bubble",
        feedback_options=(_LIKED, "Dislike"),
        group_consecutive_messages=False,
        placeholder=f'<div class="empty"><h2>{plain(words("chat.title"))}</h2><p>{plain(words("chat.lead"))}</p></div>',
        examples=[{"text": starter} for starter in assistant.starters()],
    )


def _why_not(words: Words) -> tuple[Any, Any, Any]:
    """Return the row that asks what was missing in an answer that did not help: the row, its field, its button."""
    with gr.Row(visible=False, elem_classes="composer judging", elem_id="sk-why") as row:
        why = gr.Textbox(
            label=words("chat.why_not"),
            placeholder=words("chat.why_not"),
            show_label=False,
            container=False,
            scale=1,
            max_length=300,
        )
        tell = gr.Button(words("chat.tell"), scale=0, min_width=110, elem_id="sk-why-tell")
    return row, why, tell


def _reply(desk: Desk, typed: str, shown: list[dict[str, Any]], talk: Any, said: str = "") -> Iterator[tuple[Any, ...]]:
    """Yield the chat as the answer to a message grows; `said` is what the customer's bubble shows where it is not what was typed."""
    from assistant import known_errors

    typed, service, words = typed.strip(), desk.assistant.service, desk.words
    talk = talk if talk is not None else service.begin()
    still = (gr.skip(),) * 3
    if not typed:
        yield shown, "", gr.skip(), talk, *still
        return
    shown = [*shown, {"role": "user", "content": f"<p>{plain(said or typed)}</p>"}]
    looking = f'<p class="pending"><i></i>{plain(words("chat.looking"))}</p>'
    yield [*shown, turns.turn(bubble("", looking))], "", gr.skip(), talk, *still
    try:
        for reply, is_whole in service.stream(talk, typed):
            made = turns.message(reply.answer, words, is_whole=is_whole, ticket=reply.ticket)
            signed = strip(desk.assistant, words, talk) if is_whole else still
            yield [*shown, made], "", turns.panel(reply.answer, words), talk, *signed
    except known_errors() as error:
        text = f"{plain(error)} {plain(words('chat.failed_kept'))}"
        yield [*shown, turns.turn(notice("bad", words("chat.failed"), text))], typed, gr.skip(), talk, *still


def _later(desk: Desk, shown: list[dict[str, Any]], talk: Any, seen: int) -> tuple[Any, int]:
    """Return the chat with what a person of the shop answered meanwhile, and the last turn seen."""
    if talk is None:
        return gr.skip(), seen
    found = desk.assistant.service.turns(talk, after=seen)
    last = max((one.number for one in found), default=seen)
    said = [turns.from_person(one, desk.words) for one in found if one.who == STAFF]
    return ([*shown, *said] if said else gr.skip()), last


def _judged(desk: Desk, shown: list[dict[str, Any]], talk: Any, event: gr.LikeData) -> int | None:
    """Keep whether the answer at a place of the chat helped, and return which turn it was."""
    if talk is None or not isinstance(event.index, int):
        return None
    replies = [turn.number for turn in desk.assistant.service.turns(talk) if turn.who != CUSTOMER]
    at = sum(one["role"] != "user" for one in shown[: event.index + 1]) - 1
    if not 0 <= at < len(replies):
        return None
    desk.assistant.service.feedback(talk, replies[at], is_helpful=event.liked in (True, _LIKED))
    return replies[at]
