"""Drafts of the model in the studio: each sentence with its label, edited and approved by a person. Nothing here leaves by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.pages.forms import HTML, PRIVATE, offer_of
from assistant.pages.markup import mark, notice, plain
from assistant.pages.words import Words

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.open_drafts import OpenDraft
    from assistant.writing.draft import Proposal
    from assistant.writing.proof import Sentence

_KINDS = {"proven": "proof", "claim-free": "quiet", "checked": "warn", "unproven": "bad"}


def drafts_desk(assistant: Assistant, brief: Sequence[Any], draft: Any, words: Words) -> None:
    """Fill the part below the variants: the model's drafts, the text as a person edits it, the approval.

    Parameters
    ----------
    brief : the inputs product, audience, channel, percent, ends
    draft : the button that asks for drafts
    """
    kept = gr.State(None, time_to_live=3600)
    shown = gr.Markdown("", elem_id="sk-drafts", **HTML)
    with gr.Column(visible=False, elem_classes="card brief", elem_id="sk-approval") as desk:
        text = gr.Textbox("", label=words("drafts.text"), lines=5, elem_id="sk-approve-text", max_length=2000)
        labels = gr.Markdown("", elem_id="sk-approve-labels", **HTML)
        by = gr.Textbox("", label=words("drafts.by"), max_length=80, elem_id="sk-approve-by")
        approve = gr.Button(words("drafts.approve"), variant="primary", elem_id="sk-approve")
        done = gr.Markdown("", elem_id="sk-approved", **HTML)

    def drafted(*form: Any) -> Any:
        yield f'<p class="pending"><i></i>{plain(words("drafts.wait"))}</p>', None, gr.skip(), gr.skip(), ""
        yield _drafted(assistant, words, *form)

    def read(said: str, open_draft: OpenDraft | None) -> str:
        return "" if open_draft is None else sentences(assistant.drafts.read(open_draft, said), words)

    def approved(said: str, name: str, open_draft: OpenDraft | None) -> str:
        return _approved(assistant, words, (said, name), open_draft)

    outputs = [shown, kept, desk, text, done]
    draft.click(drafted, list(brief), outputs, concurrency_limit=1, **PRIVATE)
    text.change(read, [text, kept], labels, concurrency_limit=2, **PRIVATE)
    approve.click(approved, [text, by, kept], done, concurrency_limit=2, **PRIVATE)


def _drafted(assistant: Assistant, words: Words, *form: Any) -> tuple[Any, ...]:
    from assistant import known_errors
    from assistant.briefs import Brief

    product, segment, channel, percent, ends = form
    try:
        made = assistant.drafts.propose(
            Brief(product, segment=int(segment)), channel=channel, offer=offer_of(percent, ends)
        )
    except known_errors() as error:
        return notice("bad", words("drafts.none"), plain(error)), None, gr.update(visible=False), "", ""
    cards = "".join(proposal(number, one, words) for number, one in enumerate(made.proposed, 1))
    first = made.proposed[0].text if made.proposed else ""
    return f'<div class="refused">{cards}</div>', made, gr.update(visible=bool(made.proposed)), first, ""


def _approved(assistant: Assistant, words: Words, form: tuple[str, str], open_draft: OpenDraft | None) -> str:
    from assistant import known_errors

    if open_draft is None:
        return notice("bad", words("drafts.nothing"), plain(words("drafts.first")))
    try:
        made = assistant.drafts.approve(open_draft, form[1], form[0])
    except known_errors() as error:
        return notice("bad", words("drafts.not_approved"), plain(error))
    told = plain(words("drafts.by_when", by=made.by, when=made.when))
    return f"<p>{mark('ok', words('drafts.approved'))} {told}</p>"


def proposal(number: int, one: Proposal, words: Words) -> str:
    """Return a draft with the label and the reason of each sentence."""
    title = plain(words("drafts.draft", n=number))
    return f"<article><header><h3>{title}</h3></header>{sentences(one.sentences, words)}</article>"


def sentences(found: Sequence[Sentence], words: Words) -> str:
    """Return the sentences of a text, each with its label and why it is not proven."""
    rows = "".join(
        f"<li><p>{plain(one.text)} {mark(_KINDS[one.label], words(f'drafts.{one.label}'))}</p>"
        + (f'<p class="why">{plain(one.reason)}</p>' if one.reason else "")
        + "</li>"
        for one in found
    )
    return f"<ul>{rows}</ul>"
