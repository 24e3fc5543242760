"""Marks that several figures have: whiskers, arrows, shapes, notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from core.catalog import Pooling
from core.figures.base.look import SMALL, Look
from core.figures.base.writing import LABEL_AWAY

Traces = list[go.Scatter | go.Bar | go.Heatmap]

BEYOND = "beyond the axis"
"""the name of the trace of arrows"""


def plot(traces: Traces, frames: Sequence[go.Frame] = (), **layout: Any) -> go.Figure:
    """A figure built in one call, because adding traces one by one takes three times as long."""
    return go.Figure(traces, layout, frames)


def whiskers(
    ends: Sequence[tuple[float, float, float]], colour: str, width: float
) -> dict[str, Any]:
    """The intervals around markers, as error bars; separate traces would be slower.

    Args:
        ends: mean, low and high of each marker.
        colour: of all bars.
        width: of the bars, px.
    """
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - mean for mean, _, high in ends],
        "arrayminus": [mean - low for mean, low, _ in ends],
        "color": colour,
        "thickness": width,
        "width": 0,
    }


@dataclass(frozen=True, slots=True)
class Beyond:
    """An arrow for a mark that lies beyond the end of an axis.

    Attributes:
        x: position of the arrow; either this or `y` is the end of the axis.
        y: see `x`.
        towards: "left", "right", "down" or "up".
        pooling: the strategy whose colour the arrow has.
        says: shown under the pointer.
        opacity: of the arrow.
    """

    x: float
    y: float
    towards: str
    pooling: Pooling
    says: str
    opacity: float = 1.0


def arrows(beyond: Sequence[Beyond], look: Look) -> go.Scatter:
    """Arrows at the ends of an axis, all in one trace."""
    return go.Scatter(
        x=[mark.x for mark in beyond],
        y=[mark.y for mark in beyond],
        mode="markers",
        name=BEYOND,
        cliponaxis=False,
        marker={
            "symbol": [f"triangle-{mark.towards}" for mark in beyond],
            "size": look.px(9),
            "color": [look.colour(mark.pooling, mark.opacity) for mark in beyond],
        },
        hovertemplate=[f"{mark.says}<extra></extra>" for mark in beyond],
    )


def shape(
    kind: str, across: tuple[float, float], down: tuple[float, float], **more: Any
) -> dict[str, Any]:
    """A "line" or "rect" between two positions on each axis, as a Plotly shape."""
    return {
        "type": kind,
        "x0": across[0],
        "x1": across[1],
        "y0": down[0],
        "y1": down[1],
        **more,
    }


def zone(across: tuple[float, float], row: float, look: Look) -> dict[str, Any]:
    """A grey zone in a row, below its marks."""
    fill = {"fillcolor": look.quiet, "opacity": 0.14, "line": {"width": 0}}
    return shape("rect", across, (row - 0.5, row + 0.5), layer="below", **fill)


def note(text: str, look: Look, colour: str | None = None, **place: Any) -> dict[str, Any]:
    """Small text without an arrow.

    Args:
        text: what it says.
        look: of the page.
        colour: of the text; None for ink.
        place: its position, as properties of a Plotly annotation.
    """
    font = {"size": look.px(SMALL), "color": colour or look.ink}
    return {"text": text, "showarrow": False, "font": font, **place}


def at_the_end(place: float, text: str, look: Look, away: float = LABEL_AWAY) -> dict[str, Any]:
    """A label to the right of the plot, at the height of its row or line."""
    return note(text, look, x=1, xref="paper", xanchor="left", xshift=look.px(away), y=place)
