"""The Personas tab: who the customers are, what was claimed of them and what held. It shows personas; it does not make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr

from assistant.pages.forms import HTML
from assistant.pages.markup import bar, empty, mark, plain, proven, spans, table
from assistant.pages.words import Words
from assistant.plots import segment_map, sign_of

if TYPE_CHECKING:
    from assistant import Assistant, Persona


def personas_tab(assistant: Assistant, words: Words) -> None:
    """Fill the tab with the map and a card for each persona."""
    personas = assistant.personas()
    if not personas:
        gr.Markdown(empty(words("tab.personas"), words("personas.empty")), **HTML)
        return
    gr.Markdown(head(personas, assistant, words), **HTML)
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=3, min_width=320, elem_classes="card pinned"):
            view = assistant.segment_view()
            axes = (words.axis(view.axes[0]), words.axis(view.axes[1]))
            figure = segment_map(view.points, view.labels, [persona.title for persona in personas], axes)
            gr.Plot(figure, show_label=False, container=False, elem_id="sk-map")
            gr.Markdown(f'<p class="quiet">{plain(_note(assistant, words))}</p>', **HTML)
        with gr.Column(scale=4, min_width=320):
            cards = "".join(card(persona, assistant, words) for persona in personas)
            gr.Markdown(f'<div class="personas">{cards}</div>', **HTML)


def _note(assistant: Assistant, words: Words) -> str:
    segments = assistant.made.segments
    held = int(assistant.made.held_out.sum())
    return words("personas.note", traits=len(segments.scaling.names()), held=f"{held:,}")


def head(personas: list[Persona], assistant: Assistant, words: Words) -> str:
    """Return the title of the tab: how many personas, why so many, and what became of their claims."""
    held = sum(persona.held_out.held for persona in personas)
    removed = sum(persona.held_out.tested - persona.held_out.held for persona in personas)
    marks = mark("proof", words.count("personas.held", held))
    marks += " " + mark("bad", words("personas.removed", n=removed)) if removed else ""
    count = words.count("personas.head", len(personas), customers=f"{assistant.shop.customers.height:,}")
    return (
        f'<header class="top"><h2>{plain(count)}</h2><p>{plain(_why(assistant, words))} {plain(words("personas.tested"))} '
        f"{marks}</p>{_figures(assistant, words)}</header>"
    )


def _why(assistant: Assistant, words: Words) -> str:
    """Return in one sentence why there are so many groups; where none were compared, in the grouping's own words."""
    segments = assistant.made.segments
    k = len(segments.centres)
    one = next((tried for tried in segments.choice if tried.k == k), None)
    if one is None or one.score is None:
        return words.of(segments.reason)
    kind = "personas.stable" if one.is_stable else "personas.unstable"
    tried = f"{segments.choice[0].k}–{segments.choice[-1].k}"
    return words(kind, k=k, tried=tried)


def _figures(assistant: Assistant, words: Words) -> str:
    """Return what was measured of each number of groups tried, folded away."""
    segments = assistant.made.segments
    tried = [one for one in segments.choice if one.silhouette is not None and one.stability is not None]
    if not tried:
        return ""
    rows = [
        [
            f"{one.k}",
            f"{one.silhouette:.2f}",
            f"{one.stability:.2f}",
            f"{one.smallest_share:.1%}",
            mark("proof", words("personas.chosen")) if one.k == len(segments.centres) else "",
        ]
        for one in tried
    ]
    names = ("groups", "silhouette", "stability", "smallest")
    shown = table([*(words(f"personas.{name}") for name in names), ""], rows, numbers=[0, 1, 2, 3])
    return f'<details class="more"><summary>{plain(words("personas.figures"))}</summary>{shown}</details>'


def card(persona: Persona, assistant: Assistant, words: Words) -> str:
    """Return one persona: its name, its proven summary, its two shares and each claim with what became of it."""
    colour, _ = sign_of(persona.segment)
    summary = proven(persona.summary, spans(persona.claims, words))
    shares = "".join(
        f"<dt>{plain(words(f'personas.{name}'))}</dt><dd>{bar(share, colour)}{plain(printed)}</dd>"
        for name, share, printed in assistant.persona_shares(persona)
    )
    held = persona.held_out
    verdict = (
        mark("proof", words.count("personas.held_on", held.held, others=f"{held.customers:,}"))
        if held.held
        else mark("quiet", words("personas.not_tested"))
    )
    removed = "".join(_removed(test.said, test.why, words) for test in held.tests if not test.held)
    return (
        f'<article class="card persona"><header><i style="background:{colour}"></i><h3>{plain(persona.title)}</h3>'
        f"<span>{plain(words.count('personas.customers', persona.customers))}</span></header><p>{summary}</p>"
        f'<dl>{shares}</dl>{verdict}<ul class="claims">{removed}</ul></article>'
    )


def _removed(said: str, why: str, words: Words) -> str:
    """Return a claim that failed on held-out customers: it stays in sight, struck through, with the reason."""
    gone = mark("bad", words("personas.gone"))
    return f'<li class="gone"><s>{plain(said)}</s>{gone}<small>{plain(words.of(why))}</small></li>'
