"""The scorecard as one HTML page that needs no other file and no network. It escapes every value and measures nothing."""

from __future__ import annotations

from html import escape
from math import isfinite

from assistant.card.lines import Line, Scorecard, Section, Table

_STYLE = """
:root { color-scheme: light; --ink: #1d1f1b; --muted: #5d5b53; --line: #e2dfd7; --good: #1b7047; --bad: #a3312a; --ours: #2a90a5; }
body { margin: 0; background: #f6f5f1; color: var(--ink); font: 15px/1.55 "IBM Plex Sans", system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 24px 20px 64px; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 0; } p { max-width: 80ch; margin: 4px 0; }
section { background: #fff; border: 1px solid var(--line); border-radius: 10px; padding: 14px 18px; margin: 14px 0; }
header { display: flex; gap: 12px; align-items: baseline; } header b { margin-left: auto; font-weight: 500; font-size: 13px; }
.good { color: var(--good); } .bad { color: var(--bad); } .quiet, small, caption { color: var(--muted); font-size: 13px; }
table { border-collapse: collapse; width: 100%; font-size: 13px; margin-top: 8px; } caption { text-align: left; padding: 8px 0 2px; }
th, td { text-align: left; padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); vertical-align: middle; }
th { color: var(--muted); font-weight: 400; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
svg { display: block; } .scroll { overflow-x: auto; }
@media print { body { background: #fff; } section { break-inside: avoid; } }
"""
_WIDTH, _HEIGHT = 220, 18
_OPEN = 12  # rows; a longer table is shown when asked for
_SURE = {"good enough to use": "good", "not good enough": "bad", "not measured": "quiet"}


def scorecard_page(card: Scorecard) -> str:
    """Return the whole page: what is not good enough first, then every section with its figures."""
    weak = [section for section in card.sections if section.verdict == "not good enough"]
    unknown = [section for section in card.sections if section.verdict == "not measured"]
    warnings = "".join(
        f"<p class='bad'>{_safe(section.name)}: {_safe(word)}</p>" for section in weak for word in section.words
    )
    missing = "".join(f"<p class='quiet'>{_safe(one.name)}, not measured: {_safe(one.words[0])}</p>" for one in unknown)
    fine = ", ".join(one.name for one in card.sections if one.verdict == "good enough to use") or "nothing"
    parts = [
        f"<h1>{_safe(card.shop)}: scorecard</h1><p class='quiet'>{_safe(card.as_of)}. Measured on the shop's own data; "
        "intervals are 95 %; a hollow mark is the simple rival or what is asked for.</p>",
        f"<section><h2>In short</h2><p class='good'>Good enough to use: {_safe(fine)}.</p>{warnings}{missing}</section>",
        *(_section(one) for one in card.sections),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{_safe(card.shop)}: scorecard</title><style>{_STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>"
    )


def _section(section: Section) -> str:
    words = "".join(f"<p class='{_SURE[section.verdict]}'>{_safe(word)}</p>" for word in section.words)
    lines = ""
    if section.lines:
        rows = "".join(_line(line) for line in section.lines)
        lines = (
            "<div class='scroll'><table><tr><th>figure</th><th class='n'>value</th><th class='n'>95 %</th><th></th>"
            f"<th>beside</th><th>of</th></tr>{rows}</table></div>"
        )
    tables = "".join(_table(one) for one in section.tables if one.rows)
    return (
        f"<section><header><h2>{_safe(section.name)}</h2><b class='{_SURE[section.verdict]}'>{section.verdict}</b></header>"
        f"{words}{lines}{tables}</section>"
    )


def _line(line: Line) -> str:
    between = "" if line.interval is None else f"{shown(line.interval[0])} to {shown(line.interval[1])}"
    beside = "" if line.baseline is None else f"{_safe(line.baseline[0])}: {shown(line.baseline[1])}"
    return (
        f"<tr><td>{_safe(line.what)}</td><td class='n'>{shown(line.value)}</td><td class='n'>{between}</td>"
        f"<td>{drawn(line)}</td><td>{beside}</td><td><small>{_safe(line.note)}</small></td></tr>"
    )


def drawn(line: Line) -> str:
    """Return a line as a small picture: its value, its interval, and what it is beside; SVG."""
    marks = [line.value, *(line.interval or ()), *((line.baseline[1],) if line.baseline is not None else ())]
    if not all(isfinite(one) for one in marks):
        return ""
    low, high = min(0.0, *marks), max(*marks, 1e-12)
    high = max(high, 1.0) if 0.2 < high <= 1.0 else high

    def at(value: float) -> float:
        return 6 + (_WIDTH - 12) * (value - low) / (high - low)

    y, colour = _HEIGHT / 2, "var(--bad)" if line.short else "var(--ours)"
    parts = [f"<line x1='6' x2='{_WIDTH - 6}' y1='{y}' y2='{y}' stroke='var(--line)'/>"]
    if line.interval is not None:
        first, last = (at(one) for one in line.interval)
        parts.append(
            f"<line x1='{first:.1f}' x2='{last:.1f}' y1='{y}' y2='{y}' stroke='{colour}' stroke-width='5' opacity='.4'/>"
        )
    if line.baseline is not None:
        parts.append(
            f"<circle cx='{at(line.baseline[1]):.1f}' cy='{y}' r='4' fill='#fff' stroke='var(--muted)' stroke-width='1.5'/>"
        )
    parts.append(f"<circle cx='{at(line.value):.1f}' cy='{y}' r='4' fill='{colour}'/>")
    return (
        f"<svg width='{_WIDTH}' height='{_HEIGHT}' role='img' aria-label='{shown(line.value)}'>{''.join(parts)}</svg>"
    )


def shown(value: float) -> str:
    """Return a figure as it is read: whole where it is large, three digits where it is small."""
    if not isfinite(value):
        return "unknown"
    return (
        f"{value:,.0f}"
        if abs(value) >= 1000 or value == int(value)
        else f"{value:.3g}"
        if abs(value) >= 1
        else f"{value:.3f}"
    )


def _table(table: Table) -> str:
    head = "".join(f"<th>{_safe(one)}</th>" for one in table.header)
    rows = "".join("<tr>" + "".join(f"<td>{_safe(cell)}</td>" for cell in row) + "</tr>" for row in table.rows)
    whole = f"<div class='scroll'><table><caption>{_safe(table.caption)}</caption><tr>{head}</tr>{rows}</table></div>"
    if len(table.rows) <= _OPEN:
        return whole
    return f"<details><summary class='quiet'>{_safe(table.caption)}, {len(table.rows)} rows</summary>{whole}</details>"


def _safe(text: object) -> str:
    return escape(str(text), quote=True)
