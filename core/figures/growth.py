"""How do parameters grow with the image? Flatten, GAP and the matched Flatten, side by side."""

from dataclasses import dataclass
from math import log10
from typing import Any

import plotly.graph_objects as go

from core.catalog import HEADS, Head
from core.comparison import Arm
from core.errors import ConfigError
from core.figures.base import LABEL_GAP, SMALL, Look, Traces, axis, layout, plot, spread
from core.figures.labels import leaders
from core.network import Architecture, LayerKind, describe_model
from core.words import count, scaled

HEIGHT = 340
INNER = HEIGHT - 56
"""height of the plot, px"""
AWAY = 10
"""px from the end of a line to its label"""
SIDES = tuple(range(8, 129, 4))
DASHES = {Head.FLATTEN: "solid", Head.GAP: "dash", Head.FLATTEN_MATCHED: "dot"}


@dataclass(frozen=True, slots=True)
class GrowthRow:
    """The parameters of one network at one image size, as table and CSV."""

    head: str
    image_side: int
    parameters: int
    formula: str


def growth_table(arm: Arm) -> list[GrowthRow]:
    """The parameters of an arm's network with three heads, for square images of many sizes."""
    rows = []
    channels = arm.experiment.input_shape[0]
    for head in DASHES:
        model = arm.experiment.with_flat(head=head).model
        for side in SIDES:
            try:
                network = describe_model(model, (channels, side, side), arm.experiment.classes)
            except ConfigError:
                # the map shrinks away on so small an image
                continue
            total = network.totals.parameters
            rows.append(GrowthRow(str(head), side, total, formula(network)))
    return rows


def formula(network: Architecture) -> str:
    """The parameters of the first dense layer with its numbers: "32 × 2 × 2 × 10 + 10 = 1,290"."""
    head = [layer for layer in network.layers if layer.name.startswith("head.")]
    dense = next(layer for layer in head if layer.kind is LayerKind.DENSE)
    reading = next(layer for layer in head if layer.kind is LayerKind.HEAD)
    flattens = reading.shape[0] == reading.inputs[0] * reading.inputs[1] * reading.inputs[2]
    features = " × ".join(map(str, reading.inputs if flattens else reading.shape))
    units = dense.shape[0]
    return f"{features} × {units} + {units} = {count(dense.parameters)}"


def growth(arm: Arm, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw parameters against the side of the image, on a logarithmic axis."""
    look = Look(dark, scale)
    rows = growth_table(arm)
    traces: Traces = []
    ends = {}
    for head, dash in DASHES.items():
        own = [row for row in rows if row.head == head]
        if not own:
            continue
        ends[head] = log10(own[-1].parameters)
        traces.append(
            go.Scatter(
                x=[row.image_side for row in own],
                y=[row.parameters for row in own],
                customdata=[row.formula for row in own],
                name=HEADS[head].label,
                mode="lines",
                line={"color": look.quiet, "dash": dash, "width": look.px(2.5)},
                hovertemplate="%{y:,} parameters; first dense layer %{customdata}",
            )
        )
    low, high = log10(min(row.parameters for row in rows)), max(ends.values())
    low, high = low - 0.1, high + 0.1
    side = arm.experiment.input_shape[1]
    return plot(
        traces,
        **layout(look, height=HEIGHT, left=64, right=118),
        hovermode="x unified",
        xaxis=axis(
            look,
            title="side of the image, px",
            range=[SIDES[0], SIDES[-1]],
            tickvals=[8, 32, 64, 96, 128],
            unifiedhovertitle={"text": "%{x} × %{x} px"},
        ),
        yaxis=axis(
            look,
            title="learned parameters (log scale)",
            grid=True,
            type="log",
            range=[low, high],
            tickvals=(ticks := [10.0**p for p in range(int(low), int(high) + 1)]),
            ticktext=[scaled(tick).replace(".0 ", " ") for tick in ticks],
        ),
        shapes=[
            *_leaders(ends, low, high, look),
            {
                "type": "line",
                "x0": side,
                "x1": side,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": look.quiet, "width": look.px(1), "dash": "dot"},
            },
        ][: None if SIDES[0] <= side <= SIDES[-1] else -1],
        annotations=_labels(ends, low, high, look),
    )


def _places(ends: dict[Head, float], low: float, high: float) -> list[float]:
    """Where the labels stand: apart."""
    gap = LABEL_GAP * (high - low) / INNER
    return spread(list(ends.values()), low + gap / 2, high, gap)


def _leaders(ends: dict[Head, float], low: float, high: float, look: Look) -> list[dict[str, Any]]:
    """From the ends of lines to labels that were moved; shapes take values, not logarithms."""
    places = zip(ends.values(), _places(ends, low, high), strict=True)
    return [
        {**each, "y0": 10 ** each["y0"], "y1": 10 ** each["y1"]}
        for each in leaders(places, look, AWAY, (high - low) / INNER)
    ]


def _labels(
    ends: dict[Head, float], low: float, high: float, look: Look
) -> list[dict[str, object]]:
    places = _places(ends, low, high)
    return [
        {
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "xshift": look.px(AWAY),
            "y": place,
            "showarrow": False,
            "text": HEADS[head].label,
            "font": {"size": look.px(SMALL), "color": look.ink},
        }
        for head, place in zip(ends, places, strict=True)
    ]


def growth_alt(arm: Arm) -> str:
    """Say in words what the lines show."""
    rows = growth_table(arm)
    said = []
    for head in DASHES:
        own = [row for row in rows if row.head == head]
        if own:
            first, last = own[0], own[-1]
            said.append(
                f"{HEADS[head].label} from {count(first.parameters)} at {first.image_side} px to "
                f"{count(last.parameters)} at {last.image_side} px"
            )
    return f"Learned parameters by side of the image: {', '.join(said)}."
