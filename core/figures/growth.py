"""How do parameters grow with the image? Flatten, GAP and the matched Flatten, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import log10
from typing import Any

import plotly.graph_objects as go

from core.catalog import HEADS, POOLINGS, Head
from core.comparison import Arm
from core.comparison.ledger import on_square_images
from core.figures.base import (
    LABEL_AWAY,
    LABEL_GAP,
    Look,
    Traces,
    at_the_end,
    axis,
    layout,
    plot,
    shape,
    spread,
)
from core.figures.chart import Chart
from core.figures.labels import leaders
from core.network import Architecture, LayerKind
from core.words import count, scaled

GROWTH_HEIGHT = 340
INNER_HEIGHT = GROWTH_HEIGHT - 56
"""the height of the plot without margins, px"""
SIDES = tuple(range(8, 129, 4))
SHOWN_SIDES = (8, 32, 64, 96, 128)
HEAD_DASHES = {Head.FLATTEN: "solid", Head.GAP: "dash", Head.FLATTEN_MATCHED: "dot"}


@dataclass(frozen=True, slots=True)
class GrowthRow:
    """The parameters of one network at one image size, as table and CSV."""

    head: str
    image_side: int
    parameters: int
    formula: str


def growth(arm: Arm) -> Chart:
    """Learned parameters against the side of the image, for one network with three heads."""
    rows = _rows(arm)
    lines = {head: [row for row in rows if row.head == head] for head in HEAD_DASHES}
    lines = {head: line for head, line in lines.items() if line}
    missing = "No square image from 8 to 128 px fits through this network."
    return Chart(
        rows=rows,
        alt=_alt(lines) if rows else missing,
        caption=_caption(arm, lines) if rows else missing,
        draw=partial(_draw, lines, arm.experiment.input_shape[1]),
    )


def _rows(arm: Arm) -> list[GrowthRow]:
    return [
        GrowthRow(str(head), side, network.totals.parameters, formula(network))
        for head in HEAD_DASHES
        for side in SIDES
        if (network := on_square_images(arm, head, side))
    ]


def formula(network: Architecture) -> str:
    """The count of the first dense layer's parameters: "32 × 2 × 2 × 10 + 10 = 1,290"."""
    head = [layer for layer in network.layers if layer.name.startswith("head.")]
    dense = next(layer for layer in head if layer.kind is LayerKind.DENSE)
    reading = next(layer for layer in head if layer.kind is LayerKind.HEAD)
    flattens = reading.shape[0] == reading.inputs[0] * reading.inputs[1] * reading.inputs[2]
    features = " × ".join(map(str, reading.inputs if flattens else reading.shape))
    units = dense.shape[0]
    return f"{features} × {units} + {units} = {count(dense.parameters)}"


Lines = Mapping[Head, Sequence[GrowthRow]]


def _alt(lines: Lines) -> str:
    sentences = (
        f"{HEADS[head].label} from {count(line[0].parameters)} at {line[0].image_side} px to "
        f"{count(line[-1].parameters)} at {line[-1].image_side} px"
        for head, line in lines.items()
    )
    return f"Learned parameters by side of the image: {', '.join(sentences)}."


def _caption(arm: Arm, lines: Lines) -> str:
    side = arm.experiment.input_shape[1]
    rows = (row for line in lines.values() for row in line)
    formulas = {row.head: row.formula for row in rows if row.image_side == side}
    text = f"{POOLINGS[arm.pooling].label} in every block."
    if Head.FLATTEN in formulas and Head.GAP in formulas:
        text += (
            f" At {side} px the first dense layer has {formulas[Head.FLATTEN]} parameters after "
            f"Flatten, {formulas[Head.GAP]} after GAP."
        )
    return text


def _draw(lines: Lines, side: int, look: Look) -> go.Figure:
    """Draw parameters against the side of the image, on a logarithmic axis."""
    traces: Traces = [_line(head, line, look) for head, line in lines.items()]
    totals = [row.parameters for line in lines.values() for row in line]
    low, high = log10(min(totals)) - 0.1, log10(max(totals)) + 0.1
    ends = {head: log10(line[-1].parameters) for head, line in lines.items()}
    gap = LABEL_GAP * (high - low) / INNER_HEIGHT
    places = spread(list(ends.values()), low + gap / 2, high, gap)
    ticks = [10.0**power for power in range(int(low), int(high) + 1)]
    shapes = _leaders(ends, places, (high - low) / INNER_HEIGHT, look)
    if SIDES[0] <= side <= SIDES[-1]:
        line = {"color": look.quiet, "width": look.px(1), "dash": "dot"}
        shapes.append(shape("line", (side, side), (0, 1), yref="paper", line=line))
    return plot(
        traces,
        **layout(look, height=GROWTH_HEIGHT, left=64, right=118),
        hovermode="x unified",
        xaxis=axis(
            look,
            title="side of the image, px",
            range=[SIDES[0], SIDES[-1]],
            tickvals=list(SHOWN_SIDES),
            unifiedhovertitle={"text": "%{x} × %{x} px"},
        ),
        yaxis=axis(
            look,
            title="learned parameters (log scale)",
            grid=True,
            type="log",
            range=[low, high],
            tickvals=ticks,
            ticktext=[scaled(tick).replace(".0 ", " ") for tick in ticks],
        ),
        shapes=shapes,
        annotations=[
            at_the_end(place, HEADS[head].label, look)
            for head, place in zip(ends, places, strict=True)
        ],
    )


def _line(head: Head, line: Sequence[GrowthRow], look: Look) -> go.Scatter:
    return go.Scatter(
        x=[row.image_side for row in line],
        y=[row.parameters for row in line],
        customdata=[row.formula for row in line],
        name=HEADS[head].label,
        mode="lines",
        line={"color": look.quiet, "dash": HEAD_DASHES[head], "width": look.px(2.5)},
        hovertemplate="%{y:,} parameters; first dense layer %{customdata}",
    )


def _leaders(
    ends: Mapping[Head, float], places: Sequence[float], unit: float, look: Look
) -> list[dict[str, Any]]:
    """Thin lines from the ends of curves to labels that were moved."""
    moved = zip(ends.values(), places, strict=True)
    # on a log axis, Plotly's shapes take values and its annotations logarithms
    return [
        {**line, "y0": 10 ** line["y0"], "y1": 10 ** line["y1"]}
        for line in leaders(moved, look, LABEL_AWAY, unit)
    ]
