"""How is an interval read? One picture, drawn with the marks of the figures beside it.

It shows no result: its positions are an example, and its axis has no numbers.
"""

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

READING_HEIGHT = 250
WORDS_MARGIN = 168
"""margin for what the bars say, px"""
ROWS = (
    (2.0, 1.0, ("The bar excludes 0:", "<b>established</b>")),
    (0.9, 1.4, ("It contains 0:", "<b>undecided</b>")),
    (0.1, 0.35, ("Contains 0, but is short:", "<b>undecided, and small</b>")),
)
"""mean, half of the interval, and what it says, from the top"""
SEEDS_AROUND = (-0.75, -0.3, 0.05, 0.4, 0.8)
"""single seeds around the mean, in halves of the interval"""
MISSED = 1.3
ABOVE = 0.26
"""distance of the seeds above the bar, in rows"""


def reading() -> Chart:
    """The parts of a figure of differences, and the three things that a bar can say."""
    plainly = (" ".join(lines).replace("<b>", "").replace("</b>", "") for _, _, lines in ROWS)
    said = "; ".join(plainly)
    return Chart(
        rows=[],
        alt=f"An example of three bars around 0: {said}.",
        caption="An example, no result. If the experiment were repeated with other seeds (and, on "
        "images like these, other test images), 95 of 100 such bars, or more where several are "
        "corrected together, would contain the true difference.",
        draw=partial(_draw),
    )


def _draw(look: Look) -> go.Figure:
    line = {"color": look.quiet, "width": look.px(1.5)}
    return plot(
        [*_seeds(look), *_bars(look)],
        **layout(look, height=READING_HEIGHT, left=WORDS_MARGIN, right=16),
        xaxis=axis(
            look,
            title="◂ reference better · strategy better ▸",
            range=[-2.0, 3.4],
            tickvals=[0],
            ticktext=["0"],
        ),
        yaxis=row_axis(look, ["<br>".join(lines) for _, _, lines in ROWS], (len(ROWS) - 0.4, -0.8)),
        shapes=[
            *(zone((-MISSED, MISSED), row, look) for row in range(len(ROWS) - 1)),
            zone((-MISSED / 4, MISSED / 4), len(ROWS) - 1, look),
            shape("line", (0, 0), (0, 1), yref="paper", layer="below", line=line),
        ],
        annotations=_words(look),
    )


def _seeds(look: Look) -> Traces:
    dots = [
        (mean + half * offset, row - ABOVE)
        for row, (mean, half, _) in enumerate(ROWS)
        for offset in SEEDS_AROUND
    ]
    x, y = zip(*dots, strict=True)
    marker = {"size": look.px(7), "color": look.quiet}
    return [go.Scatter(x=x, y=y, mode="markers", marker=marker, hoverinfo="skip")]


def _bars(look: Look) -> Traces:
    return [
        go.Scatter(
            x=[mean],
            y=[row],
            mode="markers",
            error_x=whiskers([(mean, mean - half, mean + half)], look.ink, look.px(3)),
            marker={
                "size": look.px(12),
                "color": look.ink if mean > half else look.page,
                "line": {"color": look.ink, "width": look.px(2)},
            },
            hoverinfo="skip",
        )
        for row, (mean, half, _) in enumerate(ROWS)
    ]


def _words(look: Look) -> list[dict[str, Any]]:
    """What the parts of the first row are."""
    mean, half, _ = ROWS[0]
    quiet = {"font": {"size": look.px(SMALL - 1), "color": look.quiet}}
    named = (
        ("dots: one seed each", mean, -0.6),
        ("95 % interval of the mean", mean + half / 2, 0.3),
        ("usually missed", -MISSED / 2, -0.6),
    )
    return [note(text, look, x=x, y=y, xanchor="center") | quiet for text, x, y in named]
