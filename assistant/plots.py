"""Plots of segments for the report and the page: points, bars, and what their axes mean. It draws what it is given and computes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COLOURS = ("#2a90a5", "#83973a", "#c4743a", "#a273b0")  # told apart also by the sign, so colours may come again
SIGNS = ("circle", "diamond", "square", "triangle-up", "cross", "x", "star", "hexagon", "pentagon", "triangle-down")
_MOST_POINTS = 1500  # more make the page slow and the picture no clearer
_FONT = {"family": "IBM Plex Sans, system-ui, sans-serif", "size": 12}


def sign_of(segment: int) -> tuple[str, str]:
    """Return the colour and the sign of a segment."""
    return COLOURS[segment % len(COLOURS)], SIGNS[segment % len(SIGNS)]


def segment_map(
    points: NDArray[np.float64], labels: NDArray[np.int64], titles: Sequence[str], axes: tuple[str, str]
) -> Any:
    """Return a plotly figure with one point a customer (at most 1,500, evenly taken), one trace a segment.

    Parameters
    ----------
    points : float (n, 2)
    labels : int (n,), the segment of each point, 0 to len(titles) - 1
    titles : the names of the segments
    axes : what the first and the second axis mean
    """
    import plotly.graph_objects as go

    step = max(1, -(-len(points) // _MOST_POINTS))
    figure = go.Figure()
    for segment, title in enumerate(titles):
        rows = (labels == segment).nonzero()[0][::step]
        colour, sign = sign_of(segment)
        figure.add_scatter(
            x=points[rows, 0].round(3).tolist(),
            y=points[rows, 1].round(3).tolist(),
            mode="markers",
            name=title,
            marker={"size": 6, "color": colour, "opacity": 0.8, "symbol": sign},
            hovertemplate=f"{_escaped(title)}<extra></extra>",
        )
    axis = {"zeroline": False, "showticklabels": False, "showgrid": False, "fixedrange": True}
    figure.update_layout(
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        height=430,
        margin={"l": 28, "r": 8, "t": 8, "b": 30},
        dragmode=False,
        font=_FONT,
        legend={"orientation": "h", "y": -0.12},
        xaxis={**axis, "title": {"text": _folded(axes[0]), "font": {"size": 12}}},
        yaxis={**axis, "title": {"text": _folded(axes[1]), "font": {"size": 12}}},
    )
    return figure


def share_bars(titles: Sequence[str], customers: Sequence[float], revenue: Sequence[float | None]) -> Any:
    """Return a plotly figure with two bars a segment, its share of customers and of revenue (both 0–1)."""
    import plotly.graph_objects as go

    names = [_escaped(title) for title in titles]
    figure = go.Figure()
    figure.add_bar(y=names, x=list(customers), orientation="h", name="customers", marker={"color": COLOURS[0]})
    if all(value is not None for value in revenue):
        figure.add_bar(y=names, x=list(revenue), orientation="h", name="revenue", marker={"color": COLOURS[2]})
    figure.update_layout(
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        height=80 + 46 * len(names),
        margin={"l": 8, "r": 8, "t": 8, "b": 30},
        font=_FONT,
        barmode="group",
        legend={"orientation": "h", "y": -0.2},
        xaxis={"tickformat": ".0%", "fixedrange": True, "gridcolor": "#e2dfd7"},
        yaxis={"autorange": "reversed", "automargin": True, "fixedrange": True},
    )
    return figure


def _folded(text: str) -> str:
    """Return a label of an axis in lines that fit beside the picture."""
    from textwrap import wrap

    return "<br>".join(_escaped(line) for line in wrap(text, 48))


def _escaped(text: str) -> str:
    from html import escape

    return escape(text, quote=True)  # plotly reads a little HTML in its labels
