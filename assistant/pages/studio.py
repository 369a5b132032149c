"""The Copy studio tab: product, audience, channel and offer in, proven variants out. It shows what the assistant wrote and writes nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.pages.drafts import drafts_desk
from assistant.pages.forms import CHANNELS, offer_of
from assistant.pages.markup import Said, mark, plain, proven

if TYPE_CHECKING:
    from assistant import Assistant, Copy

_HTML = {"container": False, "latex_delimiters": []}
_PRIVATE = {"api_visibility": "private", "show_progress": "hidden"}
_EMPTY = (
    '<p class="quiet">Choose a product and an audience, then Write. Every sentence is proven before it appears.</p>'
)


def studio_tab(assistant: Assistant) -> None:
    """Fill the tab."""
    products = [
        (f"{title} ({product})", product)
        for product, title in assistant.shop.products.select("product_id", "title").iter_rows()
    ]
    audiences = [(persona.title, persona.segment) for persona in assistant.personas()]
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=2, min_width=280, elem_classes="brief card"):
            product = gr.Dropdown(
                products,
                value=products[0][1] if products else None,
                label="Product",
                elem_id="sk-product",
                filterable=True,
            )
            audience = gr.Dropdown(
                audiences, value=audiences[0][1] if audiences else None, label="Audience", elem_id="sk-audience"
            )
            channel = gr.Radio(list(CHANNELS), value="Email", label="Channel", elem_id="sk-channel")
            percent = gr.Number(
                value=0, minimum=0, maximum=90, precision=0, label="Offer, percent off", info="0 means no offer"
            )
            ends = gr.Textbox(label="Offer ends", placeholder="2026-12-01", max_length=10)
            variants = gr.Slider(1, 5, value=2, step=1, label="Variants", buttons=[])
            write = gr.Button("Write", variant="primary", elem_id="sk-write")
            draft = gr.Button("Let the model draft", elem_id="sk-draft")
        with gr.Column(scale=5, min_width=320):
            shown = gr.Markdown(_EMPTY, elem_id="sk-variants", **_HTML)
            paste = gr.Textbox("", label="Variant A as plain text", lines=3, buttons=["copy"], interactive=False)
            drafts_desk(assistant, (product, audience, channel, percent, ends), draft)

    def written(*brief: Any) -> tuple[str, str]:
        return _written(assistant, *brief)

    write.click(
        written, [product, audience, channel, percent, ends, variants], [shown, paste], concurrency_limit=2, **_PRIVATE
    )


def _written(
    assistant: Assistant, product: str, segment: int, channel: str, percent: float, ends: str, n: float
) -> tuple[str, str]:  # noqa: PLR0913 - gradio hands the inputs over one by one
    from assistant import known_errors

    if product is None or segment is None:
        return _EMPTY, ""
    offer = offer_of(percent, ends)
    try:
        copies = assistant.write_variants(
            product_id=product, segment=int(segment), channel=CHANNELS[channel], offer=offer, n=int(n)
        )
    except known_errors() as error:
        return f'<div class="notice bad"><b>Nothing was written</b><p>{plain(error)}</p></div>', ""
    cards = "".join(variant(chr(65 + at), copy) for at, copy in enumerate(copies))
    refusals = list(dict.fromkeys(refusal for copy in copies for refusal in copy.refused))
    first = copies[0]
    return f'<div class="variants">{cards}</div>{refused(refusals)}', "\n\n".join(
        part for part in (first.subject, first.body) if part
    )


def variant(letter: str, copy: Copy) -> str:
    """Return one proven copy: its fields with their counters, and who wrote it."""
    count = len(copy.claims)
    fields = "".join(_field(name, text, limit, copy) for name, text, limit in copy.fields if text)
    writers = ", ".join(f"{writer} {copy.written_by.count(writer)}" for writer in sorted(set(copy.written_by)))
    return (
        f'<article class="card variant"><header><h3>Variant {letter}</h3>{mark("proof", f"Proven, {count} of {count}")}'
        f"<span>{plain(writers)}</span></header>{fields}</article>"
    )


def _field(name: str, text: str, limit: int, copy: Copy) -> str:
    kind = " bad" if limit and len(text) > limit else ""
    of = f" of {limit}" if limit else ""
    lead = ' class="lead"' if name in ("Subject", "Title") else ""
    claims = [Said(claim.said, claim.fact_line, claim.source_line) for claim in copy.claims_of(name)]
    return f'<div class="field"><span class="count{kind}">{plain(name)} {len(text)}{of}</span><p{lead}>{proven(text, claims)}</p></div>'


def refused(refusals: list[Any]) -> str:
    """Return the sentences that were not shown, for staff, each with its reason."""
    if not refusals:
        return ""
    rows = "".join(
        f'<li><p>{plain(one.text)}</p><p class="why">{plain(re.sub(r"[.]$", "", one.reason))}</p></li>'
        for one in refusals
    )
    return f'<details class="refused"><summary>{len(refusals)} sentences refused</summary><ul>{rows}</ul></details>'
