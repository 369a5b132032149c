"""Parts of a persona's card: what differs with intervals, what to do next, what not to claim, how the group grew. It counts nothing."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from assistant.next_steps import not_to_claim

if TYPE_CHECKING:
    from assistant.movement import Movement
    from assistant.personas import Persona
    from segmentation import Difference

_WIDTH, _HEIGHT = 120, 26


def steps_html(one: Persona) -> str:
    """Return what to do next, "" where nothing that held suggests it."""
    if not one.next_steps:
        return ""
    return "<h4>What to do next</h4><ul>" + "".join(f"<li>{_safe(step)}</li>" for step in one.next_steps) + "</ul>"


def differences_html(one: Persona) -> str:
    """Return the differences from all customers with their 95 % intervals, those that are sure first, and what not to claim."""
    if not one.differences:
        return ""
    found = sorted(
        ((name, gap) for name, gap in one.differences.items() if gap.is_found),
        key=lambda pair: -abs(pair[1].gap) / max(pair[1].error_of_gap, 1e-12),
    )
    rows = "".join(
        f"<tr><td>{_words(name)}</td><td class='n'>{_number(gap.value, gap)}</td><td class='n'>{_number(gap.baseline, gap)}</td>"
        f"<td class='n'>{size_of(gap)}</td></tr>"
        for name, gap in found
    )
    table = (
        "<div class='scroll'><table><tr><th>what differs</th><th class='n'>group</th><th class='n'>all</th>"
        f"<th class='n'>difference (95 %)</th></tr>{rows}</table></div>"
    )
    left = ", ".join(_words(name) for name in not_to_claim(one.differences))
    warned = f"<p class='quiet'>Not to be claimed, as no difference was found: {left}.</p>" if left else ""
    nothing = "<p class='quiet'>Nothing sets this group apart for sure.</p>"
    return (
        f"<details><summary>What differs, and what not to claim</summary>{table if found else nothing}{warned}"
        "<p class='quiet'>Counted on the customers the grouping saw; at most one in twenty of these differences is chance "
        "(false discovery rate, Benjamini &amp; Hochberg 1995).</p></details>"
    )


def size_of(gap: Difference) -> str:
    """Return a difference with its interval: in points for shares, else as a multiple of what all customers show.

    Examples
    --------
    >>> from segmentation import Difference
    >>> size_of(Difference(0.5, 0.3, 0.2, 0.01, 0.01, 0.0)), size_of(Difference(30.0, 20.0, 10.0, 1.0, 1.0, 0.0))
    ('+20 points (+18 to +22)', '× 1.5 (1.4 to 1.6)')
    """
    low, high = gap.interval
    if gap.is_share:
        return f"{100 * gap.gap:+.0f} points ({100 * low:+.0f} to {100 * high:+.0f})"
    if not gap.baseline:
        return f"{gap.gap:+.2g} ({low:+.2g} to {high:+.2g})"
    one, first, last = (1 + each / gap.baseline for each in (gap.gap, low, high))
    return f"× {one:.1f} ({first:.1f} to {last:.1f})"


def trend_html(one: Persona, moved: Movement | None) -> str:
    """Return how large the group was each month back, as a line, and how many left it within the last month."""
    if moved is None or one.segment >= moved.matrix.shape[0]:
        return ""
    shares = moved.trend(one.segment)[::-1]
    most = max(*shares, 1e-9)
    step = (_WIDTH - 8) / max(len(shares) - 1, 1)
    points = " ".join(
        f"{4 + at * step:.1f},{_HEIGHT - 4 - (_HEIGHT - 8) * share / most:.1f}" for at, share in enumerate(shares)
    )
    stayed, whole = int(moved.matrix[one.segment, one.segment]), int(moved.matrix[one.segment].sum())
    left = f"; of {whole:,} in it 30 days ago {whole - stayed:,} left" if whole else ""
    months = len(shares) - 1
    return (
        f"<p class='quiet trend'><svg width='{_WIDTH}' height='{_HEIGHT}' role='img' aria-label='trend'><polyline points='{points}' "
        f"fill='none' stroke='currentColor' stroke-width='1.5'/></svg> {shares[0]:.0%} of those who had bought "
        f"{30 * months} days ago, {shares[-1]:.0%} now{left}</p>"
    )


def _number(value: float, gap: Difference) -> str:
    return f"{value:.0%}" if gap.is_share else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004


def _words(name: str) -> str:
    return _safe(name.replace("_", " "))


def _safe(text: object) -> str:
    return escape(str(text), quote=True)
