"""How is an interval read? A picture for each kind, drawn with the marks of the figures beside it.

They show no result: their positions are examples, and their axes have no scale.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

import plotly.graph_objects as go

from core.figures.base import (
    SMALL,
    Look,
    Traces,
    axis,
    layout,
    note,
    plot,
    row_axis,
    shape,
    whiskers,
    zone,
)
from core.figures.chart import Chart

READING_HEIGHT, EXAMPLE_ROW_HEIGHT = 70, 60
"""of the frame and of each row, px"""
WORDS_MARGIN = 168
"""margin for what the bars say, px"""
SEEDS_AROUND = (-0.75, -0.3, 0.05, 0.4, 0.8)
"""single seeds around the mean, in halves of the interval"""
ABOVE = 0.26
"""distance of the seeds above the bar, in rows"""
REPEATED = (
    "If the experiment were repeated with other seeds (and, on images like these, other test "
    "images), 95 of 100 such bars, or more where several are corrected together, would contain the "
    "true difference."
)


class Reading(StrEnum):
    """What kind of interval is read."""

    DIFFERENCES = "differences"
    """of pairs, around no difference"""
    MEANS = "means"
    """of networks, each by itself"""
    RANKS = "ranks"
    """the places that a strategy can have"""
    PARTS = "parts"
    """of a claim, beside the smallest effect that counts"""


Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of an example.

    Attributes:
        mean: its mark.
        low: its left end.
        high: its right end.
        says: what it is, and in bold what it says.
        decided: whether its mark is filled.
        zone: grey, from and to; None without.
    """

    mean: float
    low: float
    high: float
    says: tuple[str, str]
    decided: bool = True
    zone: Span | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A figure of made-up bars.

    Attributes:
        bars: from the top.
        seeds: whether single seeds are drawn.
        ticks: numbers on the axis; 0, which is no difference, has a line.
        title: of the axis.
        range: of the axis.
        named: text, position and row of what the parts of the bars are.
        caption: what the bars promise.
    """

    bars: tuple[Bar, ...]
    seeds: bool
    ticks: tuple[int, ...]
    title: str
    range: Span
    named: tuple[tuple[str, float, float], ...]
    caption: str


MISSED, EFFECTS_THAT_COUNT = (-1.3, 1.3), (1.0, 3.4)
LITTLE_MISSED = (-1.3 / 4, 1.3 / 4)
EXAMPLES = {
    Reading.DIFFERENCES: Example(
        bars=(
            Bar(2, 1, 3, ("The bar excludes 0:", "<b>established</b>"), zone=MISSED),
            Bar(0.9, -0.5, 2.3, ("It contains 0:", "<b>undecided</b>"), decided=False, zone=MISSED),
            Bar(
                *(0.1, -0.25, 0.45, ("Contains 0, but is short:", "<b>undecided, and small</b>")),
                decided=False,
                zone=LITTLE_MISSED,
            ),
        ),
        seeds=True,
        ticks=(0,),
        title="◂ reference better · strategy better ▸",
        range=(-2.0, 3.4),
        named=(
            ("dots: one seed each", 2.0, -0.6),
            ("95 % interval of the mean", 2.5, 0.3),
            ("usually missed", MISSED[0] / 2, -0.6),
        ),
        caption=REPEATED,
    ),
    Reading.MEANS: Example(
        bars=(
            Bar(2.4, 2, 2.8, ("A network,", "<b>by itself</b>")),
            Bar(1.9, 1.4, 2.4, ("Bars overlap:", "<b>look at the difference</b>")),
            Bar(-0.8, -1.4, -0.2, ("Bars lie far apart:", "<b>usually established</b>")),
        ),
        seeds=False,
        ticks=(),
        title="◂ less accurate · more accurate ▸",
        range=(-2.0, 3.4),
        named=(("95 % interval of the mean", 1.2, 0.38),),
        caption="With other seeds, 95 of 100 such bars would contain the true mean. Two bars say "
        "little of their difference, which is paired by seed and has a bar of its own: it can be "
        "established although they overlap.",
    ),
    Reading.RANKS: Example(
        bars=(
            Bar(1, 1, 1, ("One place:", "<b>established</b>")),
            Bar(2, 2, 3, ("Bars overlap:", "<b>second or third</b>"), decided=False),
            Bar(3, 2, 3, ("The other:", "<b>second or third</b>"), decided=False),
        ),
        seeds=False,
        ticks=(1, 2, 3),
        title="rank, best first",
        range=(0.5, 4.0),
        named=(("bar: places that it can have", 2.5, 0.6),),
        caption="A bar is no spread of ranks. If no verdict between two strategies is wrong, which "
        "holds with 95 %, every bar contains the true rank.",
    ),
    Reading.PARTS: Example(
        bars=(
            Bar(2.2, 1.4, 3, ("All of it in the zone:", "<b>holds</b>"), zone=EFFECTS_THAT_COUNT),
            Bar(
                *(1.1, 0.2, 2, ("It crosses the edge:", "<b>undecided</b>")),
                decided=False,
                zone=EFFECTS_THAT_COUNT,
            ),
            Bar(
                0.5,
                0.2,
                0.8,
                ("Below the zone:", "<b>too small to matter</b>"),
                zone=EFFECTS_THAT_COUNT,
            ),
            Bar(0, -0.45, 0.45, ("Around no effect:", "<b>alike</b>"), zone=EFFECTS_THAT_COUNT),
            Bar(
                -1.1, -1.6, -0.6, ("On the other side:", "<b>refuted</b>"), zone=EFFECTS_THAT_COUNT
            ),
        ),
        seeds=False,
        ticks=(0,),
        title="◂ against the claim · for the claim ▸",
        range=(-2.0, 3.4),
        named=(("grey: effects that count", 2.2, -0.34),),
        caption="95 of 100 such bars would contain the true effect if all were repeated.",
    ),
}


def reading(kind: Reading = Reading.DIFFERENCES) -> Chart:
    """The parts of a figure with intervals, and what a bar can say."""
    example = EXAMPLES[kind]
    said = "; ".join(_plainly(bar) for bar in example.bars)
    return Chart(
        rows=[],
        alt=f"An example of {len(example.bars)} bars: {said}.",
        caption=f"An example, no result. {example.caption}",
        draw=partial(_draw, example),
    )


def _plainly(bar: Bar) -> str:
    return " ".join(bar.says).replace("<b>", "").replace("</b>", "")


def _draw(example: Example, look: Look) -> go.Figure:
    bars = list(enumerate(example.bars))
    line = {"color": look.quiet, "width": look.px(1.5)}
    zero = shape("line", (0, 0), (0, 1), yref="paper", layer="below", line=line)
    height = READING_HEIGHT + EXAMPLE_ROW_HEIGHT * len(bars)
    return plot(
        [*(_seeds(bars, look) if example.seeds else []), *_bars(bars, look)],
        **layout(look, height=height, left=WORDS_MARGIN, right=16),
        xaxis=axis(
            look,
            title=example.title,
            range=list(example.range),
            tickvals=list(example.ticks),
            ticktext=list(map(str, example.ticks)),
        ),
        yaxis=row_axis(
            look,
            ["<br>".join(bar.says) for _, bar in bars],
            (len(bars) - 0.4, -0.8 if example.seeds else -0.6),
        ),
        shapes=[
            *(zone(bar.zone, row, look) for row, bar in bars if bar.zone),
            *([zero] if 0 in example.ticks else []),
        ],
        annotations=_named(example, look),
    )


def _seeds(bars: Sequence[tuple[int, Bar]], look: Look) -> Traces:
    dots = [
        (bar.mean + (bar.high - bar.mean) * off, row - ABOVE)
        for row, bar in bars
        for off in SEEDS_AROUND
    ]
    x, y = zip(*dots, strict=True)
    marker = {"size": look.px(7), "color": look.quiet}
    return [go.Scatter(x=x, y=y, mode="markers", marker=marker, hoverinfo="skip")]


def _bars(bars: Sequence[tuple[int, Bar]], look: Look) -> Traces:
    return [
        go.Scatter(
            x=[bar.mean],
            y=[row],
            mode="markers",
            error_x=whiskers([(bar.mean, bar.low, bar.high)], look.ink, look.px(3)),
            marker={
                "size": look.px(12),
                "color": look.ink if bar.decided else look.page,
                "line": {"color": look.ink, "width": look.px(2)},
            },
            hoverinfo="skip",
        )
        for row, bar in bars
    ]


def _named(example: Example, look: Look) -> list[dict[str, Any]]:
    """What the parts of the bars are."""
    quiet = {"font": {"size": look.px(SMALL - 1), "color": look.quiet}}
    return [note(text, look, x=x, y=y, xanchor="center") | quiet for text, x, y in example.named]
