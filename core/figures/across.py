"""Does a difference hold on several data sets? One row for each, and their mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import plotly.graph_objects as go

from core.comparison.across import Across
from core.comparison.statistics import Verdict
from core.figures.base import (
    LETTER_WIDTH,
    ROW_HEIGHT,
    Look,
    Traces,
    at_the_end,
    axis,
    in_percent,
    layout,
    literal,
    name,
    narrow,
    plot,
    row_axis,
    shape,
    whiskers,
)
from core.figures.chart import Chart
from core.figures.pairs import AROUND_PAIRS, LEAST_NAME_MARGIN, NAME_GAP, ONLY_ALONE, SIGNS
from core.figures.palette import style
from core.sentences.across import over_data_sets
from core.sentences.headlines import plain
from core.sentences.intervals import between
from core.words import inside, points

MEAN_ROW = "mean of these"
LEAST_REACH, PADDING = 0.5, 1.08
"""points on both sides of zero at least, and room beyond the widest interval"""
NARROW_LEFT = 96
"""px for a result below the name of its data set: "−10.0 ≈ undecided" """


@dataclass(frozen=True, slots=True)
class AcrossRow:
    """One data set, or the mean of all, as table and CSV; differences in points."""

    dataset: str
    pooling: str
    reference: str
    difference_points: float
    low_points: float
    high_points: float
    verdict: str | None
    pairs: int | None
    covers: str | None
    probability_of_improvement: float


def across_data_sets(found: Across) -> Chart:
    """The difference between two strategies on each data set, and their mean."""
    strategy, reference = str(found.strategy), str(found.reference)
    rows = [
        AcrossRow(
            dataset=one.dataset,
            pooling=strategy,
            reference=reference,
            difference_points=in_percent(one.pair.difference.mean),
            low_points=in_percent(one.pair.difference.low),
            high_points=in_percent(one.pair.difference.high),
            verdict=str(one.pair.difference.verdict),
            pairs=one.pair.difference.n,
            covers="seeds and images" if one.pair.difference.spread else "seeds",
            probability_of_improvement=round(one.improvement, 3),
        )
        for one in found.each
    ]
    mean = AcrossRow(
        dataset=MEAN_ROW,
        pooling=strategy,
        reference=reference,
        difference_points=in_percent(found.mean),
        low_points=in_percent(found.low),
        high_points=in_percent(found.high),
        verdict=None,
        pairs=None,
        covers=None,
        probability_of_improvement=round(found.improvement, 3),
    )
    return Chart(
        rows=[*rows, mean],
        alt=plain(over_data_sets(found)),
        caption=_caption(found),
        draw=partial(_draw, found),
    )


def _caption(found: Across) -> str:
    alone = [one.dataset for one in found.each if one.pair.difference.spread is None]
    over = "seeds and test images" if not alone else "seeds, and test images where they are known"
    if len(alone) == len(found.each):
        over = "seeds"
    return (
        f"Bars: 95 % intervals over {over}, corrected for {len(found.each)} data sets (Holm); the "
        f"mean's is its own and is about these sets, not about others."
    )


def _draw(found: Across, look: Look) -> go.Figure:
    ends = [
        *((d.mean, d.low, d.high) for d in (one.pair.difference for one in found.each)),
        (found.mean, found.low, found.high),
    ]
    decided = [one.pair.difference.verdict is not Verdict.UNDECIDED for one in found.each]
    decided.append(found.low > 0 or found.high < 0)
    labels = [literal(one.dataset) for one in found.each] + [f"<b>{MEAN_ROW}</b>"]
    signs = [
        ONLY_ALONE if one.pair.only_alone else SIGNS[one.pair.difference.verdict]
        for one in found.each
    ]
    reach = max(LEAST_REACH, PADDING * max(abs(100 * end) for row in ends for end in row))
    line = {"color": look.quiet, "width": look.px(1.5)}
    said = [
        f"<b>{points(mean)}</b> {sign}"
        for (mean, _, _), sign in zip(ends, [*signs, ""], strict=True)
    ]
    left = max(LEAST_NAME_MARGIN, LETTER_WIDTH * max(map(len, labels)) + NAME_GAP)
    return plot(
        _marks(found, ends, decided, look),
        **layout(look, height=AROUND_PAIRS + ROW_HEIGHT * len(ends), left=left, right=128),
        **_results_below(labels, said, reach, look),
        xaxis=_points(reach, f"difference to {inside(name(found.reference))}", look),
        yaxis=row_axis(look, labels, (len(ends) - 0.5, -0.6)),
        shapes=[shape("line", (0, 0), (0, 1), yref="paper", layer="below", line=line)],
        annotations=[at_the_end(place, text, look) for place, text in enumerate(said)],
    )


def _results_below(
    labels: Sequence[str], said: Sequence[str], reach: float, look: Look
) -> dict[str, Any]:
    """On a telephone, results stand below the names: beside the plot they would leave none."""
    widest = max(len(label) for label in [*labels[:-1], MEAN_ROW])
    left = max(NARROW_LEFT, LETTER_WIDTH * widest + NAME_GAP)
    return narrow(
        margin=layout(look, height=0, left=left)["margin"],
        annotations=[],
        xaxis=_points(reach, "difference", look),
        yaxis=row_axis(
            look,
            [f"{label}<br>{text}" for label, text in zip(labels, said, strict=True)],
            (len(labels) - 0.5, -0.6),
        ),
    )


def _points(reach: float, what: str, look: Look) -> dict[str, Any]:
    title = f"{what}, percentage points"
    ends = [-reach, reach]
    return axis(look, title=title, grid=True, range=ends, nticks=6, tickangle=0)


def _marks(
    found: Across, ends: list[tuple[float, float, float]], decided: list[bool], look: Look
) -> Traces:
    """Means with intervals; filled if the interval excludes zero."""
    colour, form = look.colour(found.strategy), style(found.strategy)
    return [
        go.Scatter(
            x=[100 * mean],
            y=[place],
            mode="markers",
            error_x=whiskers([(100 * mean, 100 * low, 100 * high)], colour, look.px(3)),
            marker={
                "symbol": form.solid_marker,
                "size": look.px(12),
                "color": colour if filled else look.page,
                "line": {"color": colour, "width": 0 if filled else look.px(2)},
            },
            hovertemplate=f"{points(mean)} points {between(low, high)}<extra></extra>",
        )
        for place, ((mean, low, high), filled) in enumerate(zip(ends, decided, strict=True))
    ]
