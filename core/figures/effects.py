"""The measured parts of a claim: intervals, and the zones they must lie in for it to hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log
from typing import Any

import plotly.graph_objects as go

from core.claims import ClaimVerdict, ComparedPart, Hypothesis, Metric, Unit
from core.figures.base import (
    SMALL,
    TALL_ROW_HEIGHT,
    Beyond,
    Look,
    Traces,
    arrows,
    at_the_end,
    axis,
    layout,
    note,
    plot,
    shape,
    ticks_within,
    whiskers,
    zone,
)
from core.figures.chart import Chart
from core.figures.claim_rows import HEADING, Bar, Guessed, bars_of, label, on_axis, places_of
from core.figures.palette import style
from core.sentences.claims import verdict_word
from core.sentences.effects import effect
from core.words import plain

FRAME_HEIGHT = 84
LABEL_LETTER_WIDTH, WHERE_LETTER_WIDTH = 6.7, 6.1
"""average letters of the labels and of the lines below them, px"""
LEFT_LIMITS = (110, 230)
SMALLEST = 12
"""size of the second lines of labels, px; nothing is smaller"""
"""smallest and largest margin for the labels, px"""
RIGHT = 92
RATIOS = (0.1, 0.2, 0.25, 0.33, 0.5, 0.67, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 4.0, 5.0, 10.0)
"""possible ticks on an axis of ratios"""
ROW_UNITS = {Unit.POINTS: "points", Unit.PERCENT: "%", Unit.TIMES: "log ratio"}
ONE_POINT = 0.01


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One part, as table and CSV; values in the unit of its axis."""

    part: str
    arm: str
    control: str
    metric: str
    unit: str
    mean: float
    low: float
    high: float
    smallest_interesting: float
    seeds: int
    verdict: str


def effects(results: Sequence[ComparedPart], unit: Unit, guess: Guessed | None = None) -> Chart:
    """The intervals of all parts with one unit, and the zones in which they must lie.

    Args:
        results: parts of a claim; other units and parts without an interval are skipped.
        unit: of the axis.
        guess: what a visitor expected of one part; drawn over its interval.
    """
    bars = bars_of(results, unit, guess)
    ends = _range(bars)
    beyond = _beyond(bars, ends)
    alt = (f"{bar.result.part.says.removesuffix('.')}: {_outcome(bar)}" for bar in bars)
    return Chart(
        rows=[_row(bar) for bar in bars],
        alt=f"{'. '.join(alt)}." if bars else "No part of the claim has an interval yet.",
        caption=_caption(bars, beyond=bool(beyond)),
        draw=lambda look: _draw(bars, unit, ends, beyond, look),
    )


def _outcome(bar: Bar) -> str:
    return f"{verdict_word(bar.result.verdict).lower()}, {effect(bar.result)}"


def _row(bar: Bar) -> EffectRow:
    part = bar.result.part
    margin = part.margin if part.unit is Unit.TIMES else 100 * part.margin
    return EffectRow(
        part=part.says,
        arm=part.arm.name,
        control=part.against.name,
        metric=part.metric,
        unit=ROW_UNITS[part.unit],
        mean=round(bar.mean, 4),
        low=round(bar.low, 4),
        high=round(bar.high, 4),
        smallest_interesting=round(margin, 4),
        seeds=bar.pairs,
        verdict=bar.result.verdict,
    )


def _caption(bars: Sequence[Bar], *, beyond: bool) -> str:
    """What the intervals are over, and the smallest effect that counts if all parts share it."""
    if not bars:
        return "Nothing has been trained or timed for it yet."
    parts = [bar.result.part for bar in bars]
    timed = all(part.metric.is_timed for part in parts)
    what = "rounds on one machine" if timed else "paired seeds, on this test set"
    said = [f"{min(bar.pairs for bar in bars)} {what}; 95 % intervals."]
    least, *others = {part.least for part in parts}
    if least and not others:
        unit = "%" if parts[0].metric.is_ratio else "point" if least == ONE_POINT else "points"
        said.append(f"Smallest effect that counts: {100 * least:g} {unit}.")
    if beyond:
        said.append("Arrows: the bar continues.")
    if any(bar.guess is not None for bar in bars):
        said.append("Open diamond: your guess.")
    return " ".join(said)


def _draw(
    bars: Sequence[Bar],
    unit: Unit,
    ends: tuple[float, float],
    beyond: Sequence[Beyond],
    look: Look,
) -> go.Figure:
    places, headings = places_of(bars)
    rows = list(zip(bars, places, strict=True))
    labels = [label(bar) for bar in bars]
    left = _left(labels)
    ticks = _ticks(*ends, unit)
    height = FRAME_HEIGHT + TALL_ROW_HEIGHT * max(len(bars) + HEADING * len(headings), 1)
    return plot(
        _traces(rows, beyond, look),
        **layout(look, height=height, left=left, right=RIGHT),
        xaxis=axis(
            look,
            title=_title(bars, unit),
            grid=True,
            range=ends,
            tickvals=list(ticks),
            ticktext=list(ticks.values()),
            tickangle=0,
        ),
        yaxis=_rows(labels, places, look),
        shapes=[mark for bar, place in rows for mark in _zone(bar.result.part, place, ends, look)],
        annotations=[
            *(_verdict(bar, place, look) for bar, place in rows),
            *(_heading(text, place, left, look) for text, place in headings.items()),
        ],
    )


def _traces(rows: Sequence[tuple[Bar, float]], beyond: Sequence[Beyond], look: Look) -> Traces:
    traces: Traces = [_interval(bar, place, look) for bar, place in rows]
    if beyond:
        traces.append(arrows(beyond, look))
    traces += [_guess(bar.guess, place, look) for bar, place in rows if bar.guess is not None]
    return traces


def _verdict(bar: Bar, place: float, look: Look) -> dict[str, Any]:
    """The verdict at the end of a row; in two lines, where one would leave the figure."""
    return at_the_end(place, verdict_word(bar.result.verdict).replace(" to", "<br>to"), look)


def _guess(value: float, place: float, look: Look) -> go.Scatter:
    """What the visitor expected, over the interval that came out."""
    return go.Scatter(
        x=[value],
        y=[place],
        mode="markers",
        marker={
            "symbol": "diamond-tall-open",
            "size": look.px(18),
            "color": look.ink,
            "line": {"width": look.px(2)},
        },
        hovertemplate="Your guess<extra></extra>",
        cliponaxis=False,
    )


def _heading(text: str, place: float, left: float, look: Look) -> dict[str, Any]:
    """The heading of a group, at the left edge of the figure."""
    edge: dict[str, Any] = {
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "xshift": -look.px(left - 4),
    }
    return note(f"<b>{text}</b>", look, y=place, **edge)


def _rows(
    labels: Sequence[tuple[str, str]], places: Sequence[float], look: Look
) -> dict[str, object]:
    """The axis of the parts, the first one on top."""
    small = f"<span style='font-size:{look.px(SMALLEST):g}px'>"
    return axis(
        look,
        ticklabelstandoff=round(look.px(5)),
        range=[max(places, default=0.0) + 0.55, -0.55],
        tickvals=list(places),
        ticktext=[
            f"{first}<br>{small}{second}</span>" if second else first for first, second in labels
        ],
        tickfont={"size": look.px(SMALL), "color": look.ink},
    )


def _interval(bar: Bar, place: float, look: Look) -> go.Scatter:
    pooling = bar.result.chosen[0].model.pooling
    colour = look.colour(pooling)
    decided = bar.result.verdict not in {ClaimVerdict.UNDECIDED, ClaimVerdict.UNTESTED}
    return go.Scatter(
        x=[bar.mean],
        y=[place],
        mode="markers",
        error_x=whiskers([(bar.mean, bar.low, bar.high)], colour, look.px(3)),
        marker={
            "symbol": style(pooling).solid_marker,
            "size": look.px(11),
            "color": colour if decided else look.page,
            "line": {"color": colour, "width": look.px(2)},
        },
        hovertemplate=f"{bar.says}<extra></extra>",
    )


def _left(labels: Sequence[tuple[str, str]]) -> float:
    """The margin that the labels need."""
    widths = (
        max(LABEL_LETTER_WIDTH * len(first), WHERE_LETTER_WIDTH * len(second))
        for first, second in labels
    )
    narrowest, widest = LEFT_LIMITS
    return min(max(narrowest, max(widths, default=0.0) + 16), widest)


def _title(bars: Sequence[Bar], unit: Unit) -> str:
    metrics = {bar.result.part.metric for bar in bars}
    if unit is Unit.TIMES or len(metrics) != 1:
        return str(unit)
    (metric,) = metrics
    if unit is Unit.PERCENT:
        return f"{metric}, %"
    if metric is Metric.MATCHED_GAP:
        return "gap to validation at equal loss, points"
    return f"{metric}, points"


def _range(bars: Sequence[Bar]) -> tuple[float, float]:
    """An axis that includes every interval, its reference, and part of each zone.

    The intervals of networks that have not learned would squeeze all others, so only their means
    are included, unless there are no others.
    """
    some_learned = any(not bar.result.unlearned for bar in bars)
    values: list[float] = []
    for bar in bars:
        part = bar.result.part
        inside = some_learned and bar.result.unlearned
        values += [bar.mean] if inside else [bar.mean, bar.low, bar.high]
        if bar.guess is not None:
            values.append(bar.guess)
        edges = (0.0, *(edge for edge in part.zone if isfinite(edge)))
        values += [on_axis(part, edge) for edge in edges]
    low, high = min(values, default=-1.0), max(values, default=1.0)
    pad = 0.08 * (high - low) or 1.0
    return low - pad, high + pad


def _beyond(bars: Sequence[Bar], ends: tuple[float, float]) -> list[Beyond]:
    """The ends of intervals that lie beyond the axis."""
    arrowheads = []
    for bar, place in zip(bars, places_of(bars)[0], strict=True):
        pooling = bar.result.chosen[0].model.pooling
        if bar.low < ends[0]:
            arrowheads.append(Beyond(ends[0], place, "left", pooling, bar.says))
        if bar.high > ends[1]:
            arrowheads.append(Beyond(ends[1], place, "right", pooling, bar.says))
    return arrowheads


def _ticks(low: float, high: float, unit: Unit) -> dict[float, str]:
    """Labels by position; for ratios, those nearest to 1 that are not too close together."""
    if unit is not Unit.TIMES:
        return {tick: plain(tick) for tick in ticks_within(low, high, 5)}
    ticks: list[float] = []
    for ratio in sorted(RATIOS, key=lambda ratio: abs(log(ratio))):
        apart = all(abs(log(ratio / other)) > (high - low) / 7 for other in ticks)
        if low <= log(ratio) <= high and apart:
            ticks.append(ratio)
    return {log(ratio): plain(ratio) for ratio in sorted(ticks)}


def _zone(
    part: Hypothesis, place: float, ends: tuple[float, float], look: Look
) -> list[dict[str, Any]]:
    """The zone of a row in which the whole interval must lie, and a line at no effect."""
    start, end = (on_axis(part, edge) for edge in part.zone)
    zero = on_axis(part, 0.0)
    line = {"color": look.quiet, "width": look.px(1.5)}
    row = place - 0.5, place + 0.5
    return [
        zone((max(start, ends[0]), min(end, ends[1])), place, look),
        shape("line", (zero, zero), row, layer="below", line=line),
    ]
