"""Signing in above the chat: an order number or address, the code from the mail, and out again. It knows no code and tells nobody who is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.desk.signin import LIMITS
from assistant.pages.forms import HTML, PRIVATE
from assistant.pages.markup import mark, notice, plain
from assistant.pages.words import Words

if TYPE_CHECKING:
    from assistant import Assistant


@dataclass(frozen=True)
class Signing:
    """What is shown anew when somebody signs in: the line above the chat, the buttons beside it."""

    strip: Any
    buttons: tuple[Any, Any]


def strip(assistant: Assistant, words: Words, talk: Any) -> tuple[str, Any, Any]:
    """Return the line above the chat, who is signed in or what answers rest on, and which of the two buttons shows."""
    customer = None if talk is None else assistant.service.customer(talk)
    shown = gr.update(visible=customer is None), gr.update(visible=customer is not None)
    if customer is not None:
        told = plain(words("chat.signed_as", who=customer))
        return f"{mark('ok', words('chat.signed'))} {told}", *shown
    count = f"{len(assistant.made.passages.passages):,}"
    told = plain(words("chat.quotes", n=count, shop=assistant.shop.settings.name))
    return f"{mark('quiet', words('chat.not_signed'))} {told}", *shown


def sign_in_part(assistant: Assistant, words: Words, conversation: Any) -> Signing:
    """Fill the part above the chat and return what is shown anew after a message."""
    with gr.Row(elem_classes="strip"):
        line = gr.Markdown(strip(assistant, words, None)[0], elem_id="sk-signed", **HTML)
        enter = gr.Button(words("chat.sign_in"), size="sm", scale=0, min_width=84, elem_id="sk-sign-in")
        leave = gr.Button(
            words("chat.sign_out"), size="sm", scale=0, min_width=84, elem_id="sk-sign-out", visible=False
        )
    with gr.Column(visible=False, elem_classes="card signing", elem_id="sk-signing") as card:
        with gr.Row(elem_classes="tools"):
            who = gr.Textbox("", label=words("chat.who"), max_length=200, scale=1, elem_id="sk-who")
            ask = gr.Button(words("chat.send_code"), scale=0, min_width=110, elem_id="sk-send-code")
        with gr.Row(elem_classes="tools"):
            code = gr.Textbox("", label=words("chat.code"), max_length=12, scale=1, elem_id="sk-code")
            give = gr.Button(words("chat.enter"), variant="primary", scale=0, min_width=110, elem_id="sk-enter-code")
        told = gr.Markdown("", elem_id="sk-signing-told", **HTML)

    def asked(typed: str, talk: Any) -> tuple[Any, ...]:
        from assistant import known_errors

        talk = talk if talk is not None else assistant.service.begin()
        if not typed.strip():
            return talk, ""
        try:
            assistant.service.ask_code(talk, typed)
        except known_errors() as error:
            return talk, notice("bad", words("chat.failed"), plain(error))
        return talk, f'<p class="quiet">{plain(words("chat.code_sent", minutes=LIMITS.code_minutes))}</p>'

    def given(typed: str, talk: Any) -> tuple[Any, ...]:
        if talk is None or not assistant.service.enter_code(talk, typed):
            wrong = f'<p class="quiet">{plain(words("chat.code_wrong"))}</p>'
            return gr.skip(), wrong, gr.skip(), gr.skip(), gr.skip()
        return gr.update(visible=False), "", *strip(assistant, words, talk)

    def left(talk: Any) -> tuple[Any, ...]:
        if talk is not None:
            assistant.service.sign_out(talk)
        return strip(assistant, words, talk)

    enter.click(lambda: gr.update(visible=True), None, card, **PRIVATE)
    for listen in (ask.click, who.submit):
        listen(asked, [who, conversation], [conversation, told], concurrency_limit=4, **PRIVATE)
    outputs = [card, told, line, enter, leave]
    for listen in (give.click, code.submit):
        listen(given, [code, conversation], outputs, concurrency_limit=4, **PRIVATE)
    leave.click(left, conversation, [line, enter, leave], concurrency_limit=4, **PRIVATE)
    return Signing(line, (enter, leave))
