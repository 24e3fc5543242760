"""Where do the learned parameters sit? One stacked bar per network, part by part."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import plotly.graph_objects as go

from core.catalog import HEADS
from core.comparison import Arm
from core.comparison.ledger import architecture_of, layer_names
from core.figures.base import (
    GLYPH_WIDTH,
    LETTER_WIDTH,
    MOST_TICKS,
    ROW_HEIGHT,
    Look,
    Traces,
    axis,
    layout,
    marked,
    name,
    note,
    plot,
    round_ticks,
    row_axis,
)
from core.figures.chart import Chart
from core.figures.palette import LAYER
from core.network import Architecture, Layer, LayerKind
from core.words import count

AROUND_BARS = 74
"""height of everything but the rows, px"""
LEAST_LABELLED = 0.2
"""a pool's part is labelled if it is longer than this share of the longest bar"""
MOST_GLYPHS = 4
"""glyphs in the label of a shared row; further strategies are only counted"""


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part of one network, as table and CSV."""

    pooling: str
    head: str
    layer: str
    parameters: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of networks with the same parameters.

    Attributes:
        arms: the networks.
        network: the architecture of the first.
    """

    arms: tuple[Arm, ...]
    network: Architecture

    @property
    def parts(self) -> dict[str, Layer]:
        """The layers with parameters, by name."""
        return {layer.name: layer for layer in self.network.layers if layer.parameters}


def bars(arms: Sequence[Arm]) -> list[Bar]:
    """The rows of the figure, in order of appearance."""
    groups: dict[tuple[object, ...], list[Arm]] = {}
    for arm in arms:
        layers = architecture_of(arm).layers
        learned = tuple((layer.name, layer.parameters) for layer in layers if layer.parameters)
        groups.setdefault((arm.head, learned), []).append(arm)
    return [Bar(tuple(group), architecture_of(group[0])) for group in groups.values()]


def parameter_bars(arms: Sequence[Arm]) -> Chart:
    """The learned parameters of each network: convolutions, pools, dense layers."""
    rows = bars(arms)
    return Chart(
        rows=[
            PartRow(str(arm.pooling), str(arm.head), layer.name, layer.parameters)
            for arm in arms
            for layer in architecture_of(arm).layers
            if layer.parameters
        ],
        alt=_alt(rows),
        caption=(
            "Computed from the architecture; every learned parameter is included. Networks in one "
            "row have equal parameters."
        ),
        draw=partial(_draw, rows),
    )


def _alt(rows: Sequence[Bar]) -> str:
    totals = ", ".join(
        f"{' and '.join(name(arm.pooling) for arm in row.arms)} with "
        f"{HEADS[row.arms[0].head].label} {count(row.network.totals.parameters)}"
        for row in rows
    )
    return f"Learned parameters by network, stacked by layer. Totals: {totals}."


def _draw(rows: Sequence[Bar], look: Look) -> go.Figure:
    longest = max(row.network.totals.parameters for row in rows)
    learning = {part for row in rows for part in row.parts}
    traces: Traces = [
        _part(part, rows, look)
        for part in layer_names([row.network for row in rows])
        if part in learning
    ]
    ticks = round_ticks(longest, MOST_TICKS)
    return plot(
        traces,
        **layout(look, height=AROUND_BARS + ROW_HEIGHT * len(rows), left=_left(rows), right=64),
        barmode="stack",
        bargap=0.5,
        xaxis=axis(
            look,
            title="learned parameters",
            grid=True,
            range=[0, 1.01 * longest],
            tickvals=ticks,
            ticktext=[count(int(tick)) for tick in ticks],
            tickangle=0,
        ),
        yaxis=row_axis(
            look,
            [_label(row, look) for row in rows],
            (len(rows) - 0.5, -0.5),
            ticklabelstandoff=round(look.px(5)),
        ),
        annotations=[
            *(_total(row, place, look) for place, row in enumerate(rows)),
            *(_pools(rows, longest, look)),
        ],
    )


def _part(part: str, rows: Sequence[Bar], look: Look) -> go.Bar:
    layers = [row.parts.get(part) for row in rows]
    kind = next(layer.kind for layer in layers if layer)
    colours = [
        look.colour(row.arms[0].pooling) if kind is LayerKind.POOL else LAYER[look.dark]
        for row in rows
    ]
    dense = kind is LayerKind.DENSE
    return go.Bar(
        x=[layer.parameters if layer else 0 for layer in layers],
        y=list(range(len(rows))),
        orientation="h",
        name=part,
        marker={
            "color": colours,
            "line": {"color": look.page, "width": look.px(1)},
            "pattern": {"shape": "/" if dense else "", "size": look.px(6), "solidity": 0.2},
        },
        hovertemplate=f"{part}: %{{x:,}} parameters<extra></extra>",
    )


def _label(row: Bar, look: Look) -> str:
    head = HEADS[row.arms[0].head].label
    poolings = list(dict.fromkeys(arm.pooling for arm in row.arms))
    if len(poolings) == 1:
        return f"{marked(poolings[0], look)} + {head}"
    glyphs = " ".join(marked(pooling, look, "") for pooling in poolings[:MOST_GLYPHS])
    more = f" + {len(poolings) - MOST_GLYPHS} more" if len(poolings) > MOST_GLYPHS else ""
    return f"{glyphs}{more} + {head}"


def _left(rows: Sequence[Bar]) -> float:
    """The margin for the labels, estimated because the server cannot measure text."""
    widths = []
    for row in rows:
        poolings = {arm.pooling for arm in row.arms}
        head = LETTER_WIDTH * (3 + len(HEADS[row.arms[0].head].label))
        if len(poolings) == 1:
            widths.append(GLYPH_WIDTH + LETTER_WIDTH * len(name(*poolings)) + head)
        else:
            more = 7 * LETTER_WIDTH if len(poolings) > MOST_GLYPHS else 0
            widths.append(GLYPH_WIDTH * min(len(poolings), MOST_GLYPHS) + head + more)
    return max([56, *widths]) + 12


def _total(row: Bar, place: int, look: Look) -> dict[str, Any]:
    total = row.network.totals.parameters
    text = f"<b>{count(total)}</b>"
    return note(text, look, x=total, y=place, xanchor="left", xshift=look.px(6))


def _pools(rows: Sequence[Bar], longest: int, look: Look) -> list[dict[str, Any]]:
    """Labels over the parts of pools that are long enough for one."""
    names = []
    for place, row in enumerate(rows):
        start = 0
        for part, layer in row.parts.items():
            if layer.kind is LayerKind.POOL and layer.parameters > LEAST_LABELLED * longest:
                text, middle = f"{part} {count(layer.parameters)}", start + layer.parameters / 2
                names.append(note(text, look, look.quiet, x=middle, y=place, yshift=look.px(20)))
            start += layer.parameters
    return names
