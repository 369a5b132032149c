"""The report as one HTML page that needs no other file and no network. It escapes every value and computes nothing."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from assistant.plots import segment_map, share_bars, sign_of
from assistant.report_parts import differences_html, steps_html, trend_html
from assistant.report_words import Captions

if TYPE_CHECKING:
    from assistant.api import Assistant
    from assistant.movement import Movement
    from assistant.personas import Persona
    from assistant.writing.draft import Draft
    from assistant.writing.proof import Claim

_STYLE = """
:root { color-scheme: light; --ink: #1d1f1b; --muted: #5d5b53; --line: #e2dfd7; --proof: #1b7047; --bad: #a3312a; }
body { margin: 0; background: #f6f5f1; color: var(--ink); font: 15px/1.55 "IBM Plex Sans", system-ui, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 24px 20px 64px; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 20px; margin: 40px 0 8px; } h3 { font-size: 16px; margin: 0; }
p { max-width: 78ch; margin: 4px 0 12px; } .quiet, small { color: var(--muted); font-size: 13px; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(330px, 1fr)); gap: 14px; align-items: start; }
.card { background: #fff; border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px; }
.card header { display: flex; gap: 10px; align-items: center; } .card header i { width: 10px; height: 10px; border-radius: 3px; }
.card header span { margin-left: auto; color: var(--muted); font-size: 13px; }
.fact { text-decoration: underline 1.5px var(--proof); text-underline-offset: 3px; cursor: help; }
h4 { font-size: 13px; margin: 12px 0 0; } .trend { display: flex; gap: 8px; align-items: center; color: #2a90a5; }
ul { list-style: none; margin: 10px 0 0; padding: 0; font-size: 13px; } li { padding: 3px 0; border-top: 1px solid var(--line); }
li b { font-weight: 400; color: var(--proof); } li.gone { color: var(--muted); } li.gone s { color: var(--muted); } li.gone b { color: var(--bad); }
table { border-collapse: collapse; width: 100%; font-size: 13px; } th, td { text-align: left; padding: 5px 12px 5px 0; vertical-align: top; }
th, td { border-bottom: 1px solid var(--line); }
th { color: var(--muted); font-weight: 400; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
@media print { body { background: #fff; } .card { break-inside: avoid; } }
"""


def report_page(assistant: Assistant, personas: list[Persona], moved: Movement | None) -> str:
    """Return the whole page."""
    view = assistant.segment_view()
    titles = [persona.title for persona in personas]
    points = segment_map(view.points, view.labels, titles, view.axes)
    shares = {name: [_share(persona, name) for persona in personas] for name in ("share", "revenue_share")}
    bars = share_bars(titles, [value or 0.0 for value in shares["share"]], shares["revenue_share"])
    captions = Captions.of(assistant, personas)
    parts = [
        f"<h1>{_safe(assistant.shop.settings.name)}: who the customers are</h1>",
        f'<p class="quiet">{_safe(assistant.as_of_words)}. {_said(captions.said("shop_customers", "groups"))} '
        f"{_safe(view.reason)} {_safe(view.note)}</p>",
        f"<p>{_said(captions.said('claims_tested', 'claims_held'))}</p>",
        f'<div class="cards">{"".join(_card(one, moved) for one in personas)}</div>',
        "<h2>The groups side by side</h2>",
        f'<p class="quiet">{_said(captions.said("groups"))}</p>',
        points.to_html(full_html=False, include_plotlyjs=True, config={"displayModeBar": False, "responsive": True}),
        f'<p class="quiet">{_said(captions.said("groups", number=1))}</p>',
        bars.to_html(full_html=False, include_plotlyjs=False, config={"displayModeBar": False, "responsive": True}),
        "<h2>What every sentence rests on</h2>",
        *(_facts(one, assistant) for one in personas),
        "<h2>How many groups</h2>",
        _choice(assistant),
        "<h2>The data</h2>",
        _data(assistant),
    ]
    title = f"{_safe(assistant.shop.settings.name)}: personas"
    return (
        f'<!doctype html><html lang="{_safe(assistant.speech.language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>"
    )


def _card(one: Persona, moved: Movement | None) -> str:
    colour, _ = sign_of(one.segment)
    tests = "".join(
        f"<li>{_safe(test.said)} <b>held</b></li>"
        if test.held
        else f'<li class="gone"><s>{_safe(test.said)}</s> <b>removed: {_safe(test.why)}</b></li>'
        for test in one.held_out.tests
    )
    tested = (
        f"tested on {one.held_out.customers:,} held-out customers"
        if one.held_out.customers
        else "too few customers to hold any out"
    )
    return (
        f'<article class="card"><header><i style="background:{colour}"></i><h3>{_safe(one.title)}</h3>'
        f"<span>{one.customers:,} customers</span></header><p>{marked(one.summary, one.claims)}</p>"
        f"{trend_html(one, moved)}<small>{_safe(tested)}: {one.held_out.held} of {one.held_out.tested} claims held</small>"
        f"<ul>{tests}</ul>{steps_html(one)}{differences_html(one)}</article>"
    )


def _said(draft: Draft) -> str:
    return marked(draft.text, draft.claims)


def marked(text: str, claims: tuple[Claim, ...]) -> str:
    """Return a text with each proven value underlined, its fact and source shown when pointed at."""
    out, at = [], 0
    for claim in claims:
        low, high = claim.span
        about = _safe(f"{claim.fact_line}. From {claim.source_line}")
        out += [_safe(text[at:low]), f'<span class="fact" tabindex="0" title="{about}">{_safe(text[low:high])}</span>']
        at = high
    return "".join(out) + _safe(text[at:])


def _facts(one: Persona, assistant: Assistant) -> str:
    from assistant.writing import show

    printing = assistant.printing
    rows = "".join(
        f"<tr><td>{_safe(fact.name.replace('_', ' '))}</td><td class='n'>{_safe(show(fact, locale=printing.locale, currency=printing.currency))}</td>"
        f"<td>{_safe(fact.source.line())}</td></tr>"
        for fact in one.facts
    )
    return (
        f"<details><summary>{_safe(one.title)}</summary><div class='scroll'><table><tr><th>fact</th><th class='n'>value</th><th>from</th></tr>"
        f"{rows}</table></div></details>"
    )


def _choice(assistant: Assistant) -> str:
    rows = "".join(
        f"<tr><td class='n'>{one.k}</td><td class='n'>{one.silhouette:.3f}</td><td class='n'>{one.stability:.3f}</td>"
        f"<td class='n'>{one.smallest_share:.1%}</td></tr>"
        for one in assistant.made.segments.choice
    )
    return (
        "<p class='quiet'>Silhouette (Rousseeuw 1987) says how clear the groups stand apart, stability how well they come back on "
        "resamples (mean adjusted Rand index).</p><div class='scroll'><table><tr><th class='n'>groups</th><th class='n'>silhouette</th>"
        f"<th class='n'>stability</th><th class='n'>smallest group</th></tr>{rows}</table></div>"
    )


def _data(assistant: Assistant) -> str:
    report = assistant.shop.report
    if report is None:
        return "<p class='quiet'>The data were given as tables.</p>"
    read = "".join(
        f"<tr><td>{_safe(source)}</td><td class='n'>{count:,}</td><td class='n'>{report.rows_kept.get(source, 0):,}</td></tr>"
        for source, count in report.rows_read.items()
    )
    notes = "".join(
        f"<tr><td>{_safe(note.source)}</td><td>{_safe(note.kind)}</td><td class='n'>{note.count:,}</td><td>{_safe(note.reason)}</td>"
        f"<td>{_safe(note.example)}</td></tr>"
        for note in report.notes
    )
    return (
        "<div class='scroll'><table><tr><th>file</th><th class='n'>rows read</th><th class='n'>rows kept</th></tr>"
        f"{read}</table></div><div class='scroll'><table><tr><th>file</th><th>what</th><th class='n'>rows</th><th>why</th><th>for example</th></tr>"
        f"{notes}</table></div>"
    )


def _share(persona: Persona, name: str) -> float | None:
    return next((float(fact.value) for fact in persona.facts if fact.name == name), None)  # type: ignore[arg-type]


def _safe(text: object) -> str:
    return escape(str(text), quote=True)
