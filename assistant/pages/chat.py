"""The Chat tab: a question in, proven sentences out, each with its passage. The conversation is kept on the server.

It shows answers and asks for them; it decides nothing about them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.pages.markup import Said, bubble, cites, facts_panel, mark, notice, plain, proven, quiet_panel

if TYPE_CHECKING:
    from assistant import Answer, Assistant

_HTML = {"container": False, "latex_delimiters": []}
_PRIVATE = {"api_visibility": "private", "show_progress": "hidden"}  # a listener is a public endpoint unless it says so
_LOOKING = '<p class="pending"><i></i>Looking it up</p>'
_CHECKING = '<p class="pending"><i></i>Checking the next sentence</p>'
NOTHING_YET = quiet_panel("Facts", "Facts appear here once an answer uses them.")
NONE_OF_THESE = "None of these"


def chat_tab(assistant: Assistant) -> None:
    """Fill the tab; one conversation a visitor, gone with the visit."""
    conversation = gr.State(None, time_to_live=3600)  # made at the first question
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=5, min_width=300, elem_classes="thread"):
            gr.Markdown(_strip(assistant), elem_classes="strip", **_HTML)
            chat = gr.Chatbot(
                elem_id="sk-chat",
                show_label=False,
                container=False,
                height="100%",
                buttons=[],
                allow_tags=False,
                latex_delimiters=[],
                layout="bubble",
                feedback_options=None,
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
        with gr.Column(scale=2, min_width=280, elem_classes="aside"):
            beside = gr.Markdown(NOTHING_YET, elem_id="sk-facts", **_HTML)

    def reply(words: str, shown: list[dict[str, Any]], talk: Any) -> Iterator[tuple[Any, ...]]:
        yield from _reply(assistant, words, shown, talk)

    def chosen(shown: list[dict[str, Any]], talk: Any, event: gr.SelectData) -> Iterator[tuple[Any, ...]]:
        words = event.value if isinstance(event.value, str) else str(event.value["text"])
        yield from _reply(assistant, words, shown, talk)

    outputs = [chat, question, beside, conversation]
    for listen in (send.click, question.submit):
        listen(reply, [question, chat, conversation], outputs, concurrency_limit=4, **_PRIVATE)
    for listen in (chat.option_select, chat.example_select):
        listen(chosen, [chat, conversation], outputs, concurrency_limit=4, **_PRIVATE)


def _strip(assistant: Assistant) -> str:
    pages = f"{len(assistant.made.passages.passages):,} passages of {assistant.shop.settings.name}"
    return f"{mark('quiet', 'Own pages only')} {plain(f'Answers quote {pages} and name their source.')}"


def _reply(assistant: Assistant, words: str, shown: list[dict[str, Any]], talk: Any) -> Iterator[tuple[Any, ...]]:
    from assistant import known_errors

    words = words.strip()
    talk = talk if talk is not None else assistant.new_conversation()
    if not words:
        yield shown, "", gr.skip(), talk
        return
    shown = [*shown, {"role": "user", "content": f"<p>{plain(words)}</p>"}]
    yield [*shown, _shop(bubble("", _LOOKING))], "", gr.skip(), talk
    try:
        for answer, is_whole in assistant.stream_answer(words, conversation=talk):
            yield [*shown, message(answer, is_whole=is_whole)], "", panel(answer), talk
    except known_errors() as error:
        text = f"{plain(error)} Your question is kept: send it again, or ask the shop."
        yield [*shown, _shop(notice("bad", "No answer this time", text))], words, gr.skip(), talk


def message(answer: Answer, *, is_whole: bool) -> dict[str, Any]:
    """Return an answer as a turn of the chat; until it is whole, with the sign that more is being checked."""
    body = proven(answer.text, said(answer))
    if not is_whole:
        return _shop(bubble(body, _CHECKING))
    chips = cites([(cited.title, cited.text, cited.source) for cited in answer.citations])
    if answer.decision == "hand over":
        return _shop(notice("warn", "A person can help", body))
    if answer.decision == "ask back":
        options = [{"value": choice} for choice in (*answer.choices, NONE_OF_THESE)]
        return {**_shop(bubble(body, mark("warn", "Not sure enough to answer"))), "options": options}
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
