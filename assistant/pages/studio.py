"""The Copy studio tab: product, audience, channel and offer in, proven variants out. It shows what the assistant wrote and writes nothing."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.pages.drafts import drafts_desk
from assistant.pages.forms import HTML, PRIVATE, channels, offer_of
from assistant.pages.markup import empty, mark, notice, plain, proven, spans
from assistant.pages.words import Words

if TYPE_CHECKING:
    from assistant import Assistant, Copy


def studio_tab(assistant: Assistant, words: Words) -> None:
    """Fill the tab."""
    titles = assistant.shop.products.select("product_id", "title").iter_rows()
    products = [(f"{title} ({product})", product) for product, title in titles]
    audiences = [(persona.title, persona.segment) for persona in assistant.personas()]
    nothing = empty(words("studio.empty_title"), words("studio.empty"))
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=2, min_width=280, elem_classes="brief card"):
            product = _choice(products, words("studio.product"), "sk-product")
            audience = _choice(audiences, words("studio.audience"), "sk-audience")
            channel = gr.Radio(channels(words), value="email", label=words("studio.channel"), elem_id="sk-channel")
            with gr.Row(elem_classes="pair"):
                percent = gr.Number(
                    value=0,
                    minimum=0,
                    maximum=90,
                    precision=0,
                    label=words("studio.percent"),
                    info=words("studio.no_offer"),
                    min_width=110,
                )
                ends = gr.Textbox(
                    label=words("studio.ends"), placeholder=words("studio.ends_hint"), max_length=10, min_width=110
                )
            occasion = gr.Textbox(
                label=words("studio.occasion"),
                placeholder=words("studio.occasion_hint"),
                max_length=40,
                elem_id="sk-occasion",
            )
            variants = gr.Slider(1, 5, value=2, step=1, label=words("studio.variants"), buttons=[])
            write = gr.Button(words("studio.write"), variant="primary", elem_id="sk-write")
            draft = gr.Button(words("studio.draft"), elem_id="sk-draft")
        with gr.Column(scale=5, min_width=320):
            shown = gr.Markdown(nothing, elem_id="sk-variants", **HTML)
            with gr.Column(visible=False, elem_classes="card", elem_id="sk-out") as out:
                paste = gr.Textbox("", label=words("studio.plain_text"), lines=4, buttons=["copy"], interactive=False)
                save = gr.DownloadButton(words("studio.export"), size="sm", scale=0, min_width=160, elem_id="sk-export")
            drafts_desk(assistant, (product, audience, channel, percent, ends), draft, words)

    def written(*brief: Any) -> tuple[Any, ...]:
        return _written(assistant, words, *brief)

    asked = [product, audience, channel, percent, ends, occasion, variants]
    write.click(written, asked, [shown, out, paste, save], concurrency_limit=2, **PRIVATE)


def _choice(options: list[tuple[str, Any]], label: str, name: str) -> Any:
    return gr.Dropdown(options, value=options[0][1] if options else None, label=label, elem_id=name, filterable=True)


def _written(  # noqa: PLR0913 - gradio hands the inputs over one by one
    assistant: Assistant,
    words: Words,
    product: str,
    segment: int,
    channel: str,
    percent: float,
    ends: str,
    occasion: str,
    n: float,
) -> tuple[Any, ...]:
    from assistant import known_errors

    hidden = gr.update(visible=False)
    if product is None or segment is None:
        return empty(words("studio.empty_title"), words("studio.empty")), hidden, "", None
    offer = offer_of(percent, ends)
    try:
        copies = assistant.write_variants(
            n=int(n),
            product_id=product,
            segment=int(segment),
            channel=channel,
            offer=offer,
            occasion=occasion.strip() or None,
        )
    except known_errors() as error:
        return notice("bad", words("studio.failed"), plain(error)), hidden, "", None
    cards = "".join(variant(chr(65 + at), copy, words) for at, copy in enumerate(copies))
    refusals = list(dict.fromkeys(refusal for copy in copies for refusal in copy.refused))
    texts = ["\n\n".join(part for part in (one.subject, one.body) if part) for one in copies]
    view = f'<div class="variants">{cards}</div>{refused(refusals, words)}'
    return view, gr.update(visible=True), "\n\n——\n\n".join(texts), _saved(copies)


def _saved(copies: Sequence[Copy]) -> str:
    """Write the variants as a table that other programs open, and return its path."""
    folder = Path(tempfile.mkdtemp(prefix="shopkeeper-copy-"))
    path = folder / f"copy-{copies[0].product_id if copies[0].product_id.isalnum() else 'product'}.csv"
    path.write_text(as_table(copies), encoding="utf-8-sig")  # the mark lets spreadsheets read it as UTF-8
    return str(path)


def as_table(copies: Sequence[Copy]) -> str:
    """Return copies as CSV, one a row; no cell is read as a formula by a spreadsheet."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["variant", "product_id", "channel", "subject", "body", "written_by"])
    for at, one in enumerate(copies):
        cells = [
            chr(65 + at),
            one.product_id,
            one.channel,
            one.subject,
            one.body,
            " ".join(sorted(set(one.written_by))),
        ]
        writer.writerow([f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell for cell in cells])
    return table.getvalue()


def variant(letter: str, copy: Copy, words: Words) -> str:
    """Return one proven copy: its fields with their counters, and who wrote it."""
    fields = "".join(_field(name, text, limit, copy, words) for name, text, limit in copy.fields if text)
    proof = mark("proof", words("proof.proven", n=len(copy.claims)))
    return (
        f'<article class="card variant"><header><h3>{plain(words("studio.variant", letter=letter))}</h3>{proof}'
        f"<span>{plain(_writers(copy, words))}</span></header>{fields}</article>"
    )


def _writers(copy: Copy, words: Words) -> str:
    """Return who wrote a copy: the plan alone, or how many of its sentences the model wrote or chose."""
    said = []
    for key, name in (("written_model", "model wrote"), ("written_chose", "model chose")):
        count = copy.written_by.count(name)
        said += [words(f"studio.{key}", n=count, all=len(copy.written_by))] if count else []
    return ", ".join(said) or words("studio.written_plan")


def _field(name: str, text: str, limit: int, copy: Copy, words: Words) -> str:
    kind = " bad" if limit and len(text) > limit else ""
    count = f"{len(text)} / {limit}" if limit else f"{len(text)}"
    lead = ' class="lead"' if name in ("Subject", "Title") else ""
    body = proven(text, spans(copy.claims_of(name), words))
    shown = plain(words(f"studio.{name.lower()}"))
    return f'<div class="field"><span class="count{kind}"><b>{shown}</b>{count}</span><p{lead}>{body}</p></div>'


def refused(refusals: list[Any], words: Words) -> str:
    """Return the sentences that were not shown, for staff, each with its reason."""
    if not refusals:
        return ""
    rows = "".join(
        f'<li><p>{plain(one.text)}</p><p class="why">{plain(re.sub(r"[.]$", "", one.reason))}</p></li>'
        for one in refusals
    )
    count = plain(words.count("studio.refused", len(refusals)))
    return f'<details class="refused"><summary>{count}</summary><ul>{rows}</ul></details>'
