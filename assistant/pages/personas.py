"""The Personas tab: who the customers are, what was claimed of them and what held. It shows personas; it does not make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr

from assistant.pages.markup import Said, bar, mark, plain, proven
from assistant.plots import segment_map, sign_of

if TYPE_CHECKING:
    from assistant import Assistant, Persona

_HTML = {"container": False, "latex_delimiters": []}  # sanitised Markdown; gr.HTML would need unsafe-eval


def personas_tab(assistant: Assistant) -> None:
    """Fill the tab with the map and a card for each persona."""
    personas = assistant.personas()
    gr.Markdown(head(personas, assistant), **_HTML)
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=3, min_width=320, elem_classes="card"):
            view = assistant.segment_view()
            figure = segment_map(view.points, view.labels, [persona.title for persona in personas], view.axes)
            gr.Plot(figure, show_label=False, container=False, elem_id="sk-map")
            gr.Markdown(f'<p class="quiet">{plain(view.note)}</p>', **_HTML)
        with gr.Column(scale=4, min_width=320):
            cards = "".join(card(persona, assistant) for persona in personas)
            gr.Markdown(f'<div class="personas">{cards}</div>', **_HTML)


def head(personas: list[Persona], assistant: Assistant) -> str:
    """Return the title of the tab with the count of claims that held and were removed."""
    held = sum(persona.held_out.held for persona in personas)
    removed = sum(persona.held_out.tested - persona.held_out.held for persona in personas)
    marks = mark("proof", f"{held} claims held") + (" " + mark("bad", f"{removed} removed") if removed else "")
    count = f"{len(personas)} personas from {assistant.shop.customers.height:,} customers"
    return (
        f'<header class="top"><h2>{plain(count)}</h2><p>{plain(assistant.segment_view().reason)} Each claim was tested '
        f"again on customers left out of the grouping. {marks}</p></header>"
    )


def card(persona: Persona, assistant: Assistant) -> str:
    """Return one persona: its name, its proven summary, its two shares and each claim with what became of it."""
    colour, _ = sign_of(persona.segment)
    summary = proven(
        persona.summary, [Said(claim.said, claim.fact_line, claim.source_line) for claim in persona.claims]
    )
    shares = "".join(
        f"<dt>{plain(name)}</dt><dd>{bar(share, colour)}{plain(words)}</dd>"
        for name, share, words in assistant.persona_shares(persona)
    )
    held = persona.held_out
    verdict = (
        mark("proof", f"{held.held} claims held on {held.customers:,} others")
        if held.held
        else mark("quiet", "not tested")
    )
    removed = "".join(_removed(test.said, test.why) for test in held.tests if not test.held)
    return (
        f'<article class="card persona"><header><i style="background:{colour}"></i><h3>{plain(persona.title)}</h3>'
        f"<span>{persona.customers:,} customers</span></header><p>{summary}</p><dl>{shares}</dl>"
        f'{verdict}<ul class="claims">{removed}</ul></article>'
    )


def _removed(said: str, why: str) -> str:
    """Return a claim that failed on held-out customers: it stays in sight, struck through, with the reason."""
    return f'<li class="gone"><s>{plain(said)}</s>{mark("bad", "removed")}<small>{plain(why)}</small></li>'
