"""Drafts of the model in the studio: each sentence with its label, edited and approved by a person. Nothing here leaves by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.pages.forms import CHANNELS, offer_of
from assistant.pages.markup import mark, notice, plain

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.open_drafts import OpenDraft
    from assistant.writing.draft import Proposal
    from assistant.writing.proof import Sentence

_HTML = {"container": False, "latex_delimiters": []}
_PRIVATE = {"api_visibility": "private", "show_progress": "hidden"}
_KINDS = {"proven": "proof", "claim-free": "quiet", "checked": "warn", "unproven": "bad"}
_WAIT = '<p class="pending"><i></i>The model is drafting; this takes some seconds.</p>'


def drafts_desk(assistant: Assistant, brief: Sequence[Any], draft: Any) -> None:
    """Fill the part below the variants: the model's drafts, the text as a person edits it, the approval.

    Parameters
    ----------
    brief : the inputs product, audience, channel, percent, ends
    draft : the button that asks for drafts
    """
    kept = gr.State(None, time_to_live=3600)
    shown = gr.Markdown("", elem_id="sk-drafts", **_HTML)
    with gr.Column(visible=False, elem_classes="card brief", elem_id="sk-approval") as desk:
        text = gr.Textbox("", label="The text you answer for", lines=5, elem_id="sk-approve-text", max_length=2000)
        labels = gr.Markdown("", elem_id="sk-approve-labels", **_HTML)
        by = gr.Textbox("", label="Your name", max_length=80, elem_id="sk-approve-by")
        approve = gr.Button("Approve this text", elem_id="sk-approve")
        done = gr.Markdown("", elem_id="sk-approved", **_HTML)

    def drafted(*form: Any) -> Any:
        yield _WAIT, None, gr.skip(), gr.skip(), ""
        yield _drafted(assistant, *form)

    def read(words: str, open_draft: OpenDraft | None) -> str:
        return "" if open_draft is None else sentences(assistant.drafts.read(open_draft, words))

    def approved(words: str, name: str, open_draft: OpenDraft | None) -> str:
        return _approved(assistant, words, name, open_draft)

    outputs = [shown, kept, desk, text, done]
    draft.click(drafted, list(brief), outputs, concurrency_limit=1, **_PRIVATE)
    text.change(read, [text, kept], labels, concurrency_limit=2, **_PRIVATE)
    approve.click(approved, [text, by, kept], done, concurrency_limit=2, **_PRIVATE)


def _drafted(assistant: Assistant, *form: Any) -> tuple[Any, ...]:
    from assistant import known_errors
    from assistant.briefs import Brief

    product, segment, channel, percent, ends = form
    try:
        made = assistant.drafts.propose(
            Brief(product, segment=int(segment)), channel=CHANNELS[channel], offer=offer_of(percent, ends)
        )
    except known_errors() as error:
        return notice("bad", "Nothing was drafted", plain(error)), None, gr.update(visible=False), "", ""
    cards = "".join(proposal(number, one) for number, one in enumerate(made.proposed, 1))
    first = made.proposed[0].text if made.proposed else ""
    return f'<div class="refused">{cards}</div>', made, gr.update(visible=bool(made.proposed)), first, ""


def _approved(assistant: Assistant, words: str, name: str, open_draft: OpenDraft | None) -> str:
    from assistant import known_errors

    if open_draft is None:
        return notice("bad", "Nothing to approve", "Let the model draft first.")
    try:
        made = assistant.drafts.approve(open_draft, name, words)
    except known_errors() as error:
        return notice("bad", "Not approved", plain(error))
    return f"<p>{mark('proof', 'Approved')} by {plain(made.by)}, {plain(made.when)}</p>"


def proposal(number: int, one: Proposal) -> str:
    """Return a draft with the label and the reason of each sentence."""
    return (
        f"<article><header><h3>Draft {number}, not shown to customers</h3></header>{sentences(one.sentences)}</article>"
    )


def sentences(found: Sequence[Sentence]) -> str:
    """Return the sentences of a text, each with its label and why it is not proven."""
    rows = "".join(
        f"<li><p>{plain(one.text)} {mark(_KINDS[one.label], one.label)}</p>"
        + (f'<p class="why">{plain(one.reason)}</p>' if one.reason else "")
        + "</li>"
        for one in found
    )
    return f"<ul>{rows}</ul>"
