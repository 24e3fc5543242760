"""Where do the learned parameters sit? One stacked bar per network, part by part."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from core.catalog import HEADS
from core.comparison import Arm
from core.comparison.ledger import architecture_of, layer_names
from core.figures.base import (
    GLYPH_WIDTH,
    LETTER_WIDTH,
    SMALL,
    Look,
    Traces,
    axis,
    layout,
    marked,
    name,
    plot,
    round_ticks,
)
from core.network import Architecture, Layer, LayerKind
from core.words import count

FRAME, ROW = 74, 44
LABELLED = 0.2
"""a part of a pool is labelled if it is longer than this share of the longest bar"""
GLYPHS = 4
"""how many strategies that learn nothing share the label of a row before it says how many"""
MOST_TICKS = 4
"""on a telephone a number of five figures is a fifth of the axis"""
STONE = ("#8A989E", "#66757B")


@dataclass(frozen=True, slots=True)
class Bar:
    """Networks with the same parameters: they share a row.

    Attributes:
        arms: the networks.
        network: the layers of the first.
    """

    arms: tuple[Arm, ...]
    network: Architecture

    @property
    def parts(self) -> dict[str, Layer]:
        """The layers that learn something, by name."""
        return {layer.name: layer for layer in self.network.layers if layer.parameters}


def bars(arms: Sequence[Arm]) -> list[Bar]:
    """The rows of the figure, in order of appearance."""
    found: dict[tuple[object, ...], list[Arm]] = {}
    for arm in arms:
        layers = architecture_of(arm).layers
        learned = tuple((each.name, each.parameters) for each in layers if each.parameters)
        found.setdefault((arm.head, learned), []).append(arm)
    return [Bar(tuple(group), architecture_of(group[0])) for group in found.values()]


def parameter_bars(arms: Sequence[Arm], *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw the learned parameters of each network: convolutions, pools, dense layers."""
    look = Look(dark, scale)
    rows = bars(arms)
    longest = max(row.network.totals.parameters for row in rows)
    traces: Traces = []
    learning = {part for row in rows for part in row.parts}
    for part in layer_names([row.network for row in rows]):
        if part in learning:
            traces.append(_part(part, rows, look))
    return plot(
        traces,
        **layout(look, height=FRAME + ROW * len(rows), left=_left(rows), right=64),
        barmode="stack",
        bargap=0.5,
        xaxis=axis(
            look,
            title="learned parameters",
            grid=True,
            range=[0, 1.01 * longest],
            tickvals=(ticks := round_ticks(longest, MOST_TICKS)),
            ticktext=[count(int(tick)) for tick in ticks],
            tickangle=0,
        ),
        yaxis=axis(
            look,
            range=[len(rows) - 0.5, -0.5],
            tickvals=list(range(len(rows))),
            ticktext=[_label(row, look) for row in rows],
            tickfont={"size": look.px(SMALL), "color": look.ink},
            ticklabelstandoff=round(look.px(5)),
        ),
        annotations=[
            *(_total(row, place, look) for place, row in enumerate(rows)),
            *(_pools(rows, longest, look)),
        ],
    )


def _part(part: str, rows: list[Bar], look: Look) -> go.Bar:
    layers = [row.parts.get(part) for row in rows]
    kind = next(layer.kind for layer in layers if layer)
    colours = [
        look.colour(row.arms[0].pooling) if kind is LayerKind.POOL else STONE[look.dark]
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
    glyphs = " ".join(marked(pooling, look, "") for pooling in poolings[:GLYPHS])
    more = f" + {len(poolings) - GLYPHS} more" if len(poolings) > GLYPHS else ""
    return f"{glyphs}{more} + {head}"


def _left(rows: list[Bar]) -> float:
    """Room for the labels: the server cannot measure text."""
    widths = []
    for row in rows:
        poolings = {arm.pooling for arm in row.arms}
        head = LETTER_WIDTH * (3 + len(HEADS[row.arms[0].head].label))
        if len(poolings) == 1:
            widths.append(GLYPH_WIDTH + LETTER_WIDTH * len(name(*poolings)) + head)
        else:
            more = 7 * LETTER_WIDTH if len(poolings) > GLYPHS else 0
            widths.append(GLYPH_WIDTH * min(len(poolings), GLYPHS) + head + more)
    return max([56, *widths]) + 12


def _total(row: Bar, place: int, look: Look) -> dict[str, object]:
    total = row.network.totals.parameters
    return {
        "x": total,
        "y": place,
        "xanchor": "left",
        "xshift": look.px(6),
        "showarrow": False,
        "text": f"<b>{count(total)}</b>",
        "font": {"size": look.px(SMALL), "color": look.ink},
    }


def _pools(rows: list[Bar], longest: int, look: Look) -> list[dict[str, object]]:
    """Names over the parts of pools that are long enough to carry one."""
    found: list[dict[str, object]] = []
    for place, row in enumerate(rows):
        start = 0
        for part, layer in row.parts.items():
            if layer.kind is LayerKind.POOL and layer.parameters > LABELLED * longest:
                found.append(
                    {
                        "x": start + layer.parameters / 2,
                        "y": place,
                        "yshift": look.px(20),
                        "showarrow": False,
                        "text": f"{part} {count(layer.parameters)}",
                        "font": {"size": look.px(SMALL), "color": look.quiet},
                    }
                )
            start += layer.parameters
    return found


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part of one network, as table and CSV."""

    pooling: str
    head: str
    layer: str
    parameters: int


def parameter_bars_table(arms: Sequence[Arm]) -> list[PartRow]:
    """List the learned parameters of every layer of every network."""
    return [
        PartRow(str(arm.pooling), str(arm.head), layer.name, layer.parameters)
        for arm in arms
        for layer in architecture_of(arm).layers
        if layer.parameters
    ]


def parameter_bars_alt(arms: Sequence[Arm]) -> str:
    """Say in words what the bars show."""
    totals = ", ".join(
        f"{' and '.join(name(arm.pooling) for arm in row.arms)} with "
        f"{HEADS[row.arms[0].head].label} {count(row.network.totals.parameters)}"
        for row in bars(arms)
    )
    return f"Learned parameters by network, stacked by layer. Totals: {totals}."
