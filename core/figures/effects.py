"""The measured parts of a claim: intervals, and where they would have to lie for it to hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log, log1p

import plotly.graph_objects as go

from core.claims import Contrast, Judged, Metric, Outcome
from core.figures.base import (
    SMALL,
    Beyond,
    Look,
    Traces,
    arrows,
    at_the_end,
    axis,
    layout,
    plot,
    ticks_within,
    whiskers,
)
from core.figures.palette import style
from core.sentences.claims import effect, outcome_word
from core.words import MINUS, plain

FRAME, ROW = 84, 52
LETTER, SMALLER = 6.7, 4.6
"""width of a letter of the labels and of what stands below them, px, on average"""
LEAST_LEFT, MOST_LEFT = 110, 230
RIGHT = 92
RATIOS = (0.1, 0.2, 0.25, 0.33, 0.5, 0.67, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 4.0, 5.0, 10.0)


class Unit(StrEnum):
    """On which axis a contrast is drawn."""

    POINTS = "difference, percentage points"
    PERCENT = "share, %"
    TIMES = "ratio, times"


def unit_of(part: Contrast) -> Unit:
    """The axis of a contrast."""
    if part.metric.is_ratio:
        return Unit.TIMES
    return Unit.POINTS if part.control else Unit.PERCENT


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One part, as table and CSV; in the unit of its axis."""

    part: str
    arm: str
    control: str
    metric: str
    unit: str
    mean: float | None
    low: float | None
    high: float | None
    smallest_interesting: float
    seeds: int
    verdict: str


def effects(
    judged: Sequence[Judged], unit: Unit, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw the intervals of all contrasts with one kind of axis.

    Args:
        judged: parts with a difference; others are passed over.
        unit: which axis.
        dark: on a dark page.
        scale: 1.25 on a projector.
    """
    look = Look(dark, scale)
    shown = drawn(judged, unit)
    traces: Traces = []
    low, high = _range(shown)
    for place, each in enumerate(shown):
        _draw(traces, each, place, look)
    if beyond := _beyond(shown, (low, high)):
        traces.append(arrows(beyond, look))
    labels = [_label(each) for each in shown]
    widths = (max(LETTER * len(first), SMALLER * len(second)) for first, second in labels)
    left = min(max(LEAST_LEFT, max(widths, default=0.0) + 16), MOST_LEFT)
    ticks = _ticks(low, high, unit)
    return plot(
        traces,
        **layout(look, height=FRAME + ROW * max(len(shown), 1), left=left, right=RIGHT),
        xaxis=axis(
            look,
            title=_title(shown, unit),
            grid=True,
            range=[low, high],
            tickvals=list(ticks),
            ticktext=list(ticks.values()),
            tickangle=0,
        ),
        yaxis=axis(
            look,
            ticklabelstandoff=round(look.px(5)),
            range=[len(shown) - 0.45, -0.55],
            tickvals=list(range(len(shown))),
            ticktext=[f"{first}<br><sub>{second}</sub>" for first, second in labels],
            tickfont={"size": look.px(SMALL), "color": look.ink},
        ),
        shapes=_shapes(shown, (low, high), look),
        annotations=[
            at_the_end(place, outcome_word(each.outcome), look) for place, each in enumerate(shown)
        ],
    )


def drawn(judged: Sequence[Judged], unit: Unit) -> list[Judged]:
    """The contrasts that have an interval on this axis."""
    return [
        each
        for each in judged
        if each.difference and isinstance(each.part, Contrast) and unit_of(each.part) is unit
    ]


def effects_table(judged: Sequence[Judged]) -> list[EffectRow]:
    """List the contrasts with their intervals."""
    rows = []
    for each in judged:
        part = each.part
        if not isinstance(part, Contrast):
            continue
        unit, ends = unit_of(part), _ends(each)
        mean, low, high = ends or (None, None, None)
        rows.append(
            EffectRow(
                part=part.says,
                arm=part.arm.name,
                control=part.control.name if part.control else f"{100 * part.level:g} %",
                metric=part.metric,
                unit={Unit.POINTS: "points", Unit.PERCENT: "%", Unit.TIMES: "log ratio"}[unit],
                mean=_rounded(mean),
                low=_rounded(low),
                high=_rounded(high),
                smallest_interesting=round(_least(part), 4),
                seeds=each.difference.n if each.difference else 0,
                verdict=each.outcome,
            )
        )
    return rows


def effects_alt(judged: Sequence[Judged], unit: Unit) -> str:
    """Say in words what was found."""
    parts = (
        f"{each.part.says.removesuffix('.')}: {outcome_word(each.outcome).lower()}, {effect(each)}"
        for each in drawn(judged, unit)
    )
    return f"{'. '.join(parts)}."


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _ends(judged: Judged) -> tuple[float, float, float] | None:
    """Mean, low and high in the unit of the axis; logarithms for ratios."""
    difference, part = judged.difference, judged.part
    if difference is None or not isinstance(part, Contrast):
        return None
    values = difference.mean, difference.low, difference.high
    match unit_of(part):
        case Unit.TIMES:
            return values
        case Unit.POINTS:
            mean, low, high = (100 * value for value in values)
        case Unit.PERCENT:
            mean, low, high = (100 * (value + part.level) for value in values)
    return mean, low, high


def _least(part: Contrast) -> float:
    return log1p(part.least) if part.metric.is_ratio else 100 * part.least


def _label(judged: Judged) -> tuple[str, str]:
    part = judged.part
    if not isinstance(part, Contrast):
        raise TypeError("an exact part has no interval")
    if part.control is None:
        return part.arm.name, part.where
    return f"{part.arm.name} {_against(part)} {part.control.name}", part.where


def _against(part: Contrast) -> str:
    return "÷" if part.metric.is_ratio else MINUS


def _title(shown: Sequence[Judged], unit: Unit) -> str:
    metrics = {each.part.metric for each in shown if isinstance(each.part, Contrast)}
    if unit is Unit.TIMES or len(metrics) != 1:
        return str(unit)
    (metric,) = metrics
    if unit is Unit.PERCENT:
        return f"{metric}, %"
    if metric is Metric.MATCHED_GAP:
        return "gap to validation at equal loss, points"
    return f"{metric}, points"


def _draw(traces: Traces, judged: Judged, place: int, look: Look) -> None:
    ends = _ends(judged)
    if ends is None:
        return
    mean, low, high = ends
    pooling = judged.chosen[0].model.pooling
    colour, form = look.colour(pooling), style(pooling)
    decided = judged.outcome in {Outcome.SUPPORTED, Outcome.REFUTED}
    traces.append(
        go.Scatter(
            x=[mean],
            y=[place],
            mode="markers",
            error_x=whiskers([(mean, low, high)], colour, look.px(3)),
            marker={
                "symbol": form.solid_marker,
                "size": look.px(11),
                "color": colour if decided else look.page,
                "line": {"color": colour, "width": look.px(2)},
            },
            hovertemplate=f"{judged.part.says}<br>{effect(judged)}<extra></extra>",
        )
    )


def _range(shown: Sequence[Judged]) -> tuple[float, float]:
    """An axis that holds every interval, what it is compared with, and a part of each zone.

    Beside the intervals of networks that have not learned nothing else would be seen: of these it
    holds the means, if there are others.
    """
    whole = any(not each.unlearned for each in shown)
    values: list[float] = []
    for each in shown:
        ends = _ends(each) or ()
        values += [*(ends[:1] if whole and each.unlearned else ends), *_edges(each)]
    low, high = min(values, default=-1.0), max(values, default=1.0)
    pad = 0.08 * (high - low) or 1.0
    return low - pad, high + pad


def _beyond(shown: Sequence[Judged], ends: tuple[float, float]) -> list[Beyond]:
    """The ends of intervals that lie beyond the axis."""
    found = []
    for place, each in enumerate(shown):
        drawn_ends = _ends(each) or (ends[0], *ends)
        pooling = each.chosen[0].model.pooling
        says = f"{each.part.says}<br>{effect(each)}"
        if drawn_ends[1] < ends[0]:
            found.append(Beyond(ends[0], place, "left", pooling, says))
        if drawn_ends[2] > ends[1]:
            found.append(Beyond(ends[1], place, "right", pooling, says))
    return found


def _edges(judged: Judged) -> tuple[float, ...]:
    """Where the zone ends, and what stands for no effect."""
    part = judged.part
    if not isinstance(part, Contrast):
        return ()
    least, zero = _least(part), _zero(part)
    if part.equivalent:
        return zero - least, zero, zero + least
    return zero, zero + part.sign * least


def _zero(part: Contrast) -> float:
    return 100 * part.level if part.control is None else 0.0


def _ticks(low: float, high: float, unit: Unit) -> dict[float, str]:
    if unit is not Unit.TIMES:
        return {tick: plain(tick) for tick in ticks_within(low, high, 5)}
    inside = [ratio for ratio in RATIOS if low <= log(ratio) <= high]
    chosen: list[float] = []
    for ratio in sorted(inside, key=lambda ratio: abs(log(ratio))):
        if all(abs(log(ratio / other)) > (high - low) / 7 for other in chosen):
            chosen.append(ratio)
    return {log(ratio): plain(ratio) for ratio in sorted(chosen)}


def _shapes(
    shown: Sequence[Judged], ends: tuple[float, float], look: Look
) -> list[dict[str, object]]:
    """In each row the zone in which the whole interval has to lie, and a line for no effect."""
    shapes: list[dict[str, object]] = []
    for place, each in enumerate(shown):
        part = each.part
        if not isinstance(part, Contrast):
            continue
        least, zero = _least(part), _zero(part)
        first = zero - least if part.equivalent else zero + part.sign * least
        last = zero + least if part.equivalent else ends[1 if part.sign > 0 else 0]
        rows = {"y0": place - 0.5, "y1": place + 0.5, "layer": "below"}
        shapes += [
            {
                "type": "rect",
                "x0": first,
                "x1": last,
                "fillcolor": look.quiet,
                "opacity": 0.14,
                "line": {"width": 0},
                **rows,
            },
            {
                "type": "line",
                "x0": zero,
                "x1": zero,
                "line": {"color": look.quiet, "width": look.px(1.5)},
                **rows,
            },
        ]
    return shapes
