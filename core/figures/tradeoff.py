"""What does accuracy cost? Test accuracy against parameters, work or time, with the front."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import floor, log10
from statistics import mean

import plotly.graph_objects as go

from core.catalog import HEADS, Head
from core.comparison import Arm, Results
from core.comparison.ledger import architecture_of
from core.comparison.statistics import Interval, mean_interval
from core.figures.base import SMALL, Look, Traces, axis, layout, name, plot, spread
from core.figures.palette import style
from core.sentences.intervals import accuracy
from core.words import count, duration, macs

HEIGHT = 340
ROOM = 1.5
"""factor by which a logarithmic axis goes on beyond its outermost points"""


class Measure(StrEnum):
    """What stands on the horizontal axis."""

    MACS = "MACs"
    PARAMETERS = "parameters"
    SECONDS = "seconds"


TITLES = {
    Measure.MACS: "multiply-accumulates per image (log scale)",
    Measure.PARAMETERS: "learned parameters (log scale)",
    Measure.SECONDS: "seconds of training, mean over seeds (log scale)",
}
WRITTEN: dict[Measure, Callable[[float], str]] = {
    Measure.MACS: lambda value: macs(round(value)),
    Measure.PARAMETERS: lambda value: count(round(value)),
    Measure.SECONDS: duration,
}


@dataclass(frozen=True, slots=True)
class Point:
    """One network: its cost and its test accuracy over the seeds."""

    arm: Arm
    cost: float
    accuracy: Interval


def points(results: Results, measure: Measure) -> list[Point]:
    """Every trained arm of a comparison."""
    found = []
    for arm in results.comparison.arms:
        tested = results.test_accuracy(arm)
        if tested:
            found.append(
                Point(arm, _cost(results, arm, measure), mean_interval(list(tested.values())))
            )
    return found


def _cost(results: Results, arm: Arm, measure: Measure) -> float:
    if measure is Measure.SECONDS:
        return mean(run.seconds for run in results.of(arm).values())
    totals = architecture_of(arm).totals
    return totals.macs if measure is Measure.MACS else totals.parameters


def front(found: list[Point]) -> list[Point]:
    """The points that no other one beats: cheaper ones are less accurate. By rising cost."""
    best: list[Point] = []
    for point in sorted(found, key=lambda p: (p.cost, -p.accuracy.mean)):
        if not best or point.accuracy.mean > best[-1].accuracy.mean:
            best.append(point)
    return best


def tradeoff(
    results: Results, measure: Measure, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw test accuracy against a cost; filled markers GAP or the first head, open the others."""
    look = Look(dark, scale)
    found = points(results, measure)
    heads = list(dict.fromkeys(point.arm.head for point in found))
    traces: Traces = []
    edge = front(found)
    if edge:
        traces.append(
            go.Scatter(
                x=[p.cost for p in edge],
                y=[100 * p.accuracy.mean for p in edge],
                mode="lines",
                line={"color": look.quiet, "dash": "dot", "width": look.px(1.5), "shape": "hv"},
                hoverinfo="skip",
            )
        )
    for pooling in dict.fromkeys(point.arm.pooling for point in found):
        own = [point for point in found if point.arm.pooling == pooling]
        traces.append(_markers(own, look, measure, heads[0]))
    costs = [point.cost for point in found] or [1.0]
    return plot(
        traces,
        **layout(look, height=HEIGHT, left=64, right=24),
        xaxis=axis(
            look,
            title=TITLES[measure],
            type="log",
            range=_log_range(costs),
            tickvals=(ticks := _log_ticks(min(costs) / ROOM, max(costs) * ROOM**3)),
            ticktext=[WRITTEN[measure](tick).replace(".0 ", " ") for tick in ticks],
        ),
        yaxis=axis(look, title="test accuracy, %", grid=True, range=list(_range(found))),
        annotations=_names(found, look, several=len(heads) > 1),
    )


def _markers(own: list[Point], look: Look, measure: Measure, first: Head) -> go.Scatter:
    """The networks of one strategy, under each head."""
    pooling = own[0].arm.pooling
    colour = look.colour(pooling)
    symbol = style(pooling).marker.removesuffix("-dot").removesuffix("-open")
    found = [point.accuracy for point in own]
    half = [0.0 if each.high is None else 100 * (each.high - each.mean) for each in found]
    return go.Scatter(
        x=[point.cost for point in own],
        y=[100 * each.mean for each in found],
        mode="markers",
        marker={
            "symbol": [symbol if point.arm.head == first else f"{symbol}-open" for point in own],
            "size": look.px(14),
            "color": colour,
            "line": {"width": look.px(2), "color": colour},
        },
        error_y={"array": half, "width": 0, "color": colour, "thickness": look.px(1.25)},
        hovertemplate=[
            f"{name(pooling)} + {HEADS[point.arm.head].label}: {accuracy(point.accuracy)}, "
            f"{WRITTEN[measure](point.cost)}<extra></extra>"
            for point in own
        ],
    )


def _range(found: list[Point]) -> tuple[float, float]:
    """An axis in percent that holds every interval, and a point at the least."""
    ends = [
        100 * end
        for point in found
        for end in (point.accuracy.low, point.accuracy.high, point.accuracy.mean)
        if end is not None
    ] or [0.0, 100.0]
    low, high = max(min(ends), 0.0), min(max(ends), 100.0)
    pad = max(0.08 * (high - low), 0.5)
    return low - pad, high + pad


def _names(found: list[Point], look: Look, *, several: bool) -> list[dict[str, object]]:
    """Names beside the markers, apart; in annotations, x of a log axis is a logarithm."""
    low, high = _range(found)
    gap = 18 * (high - low) / (HEIGHT - 64)
    places = spread([100 * point.accuracy.mean for point in found], low, high, gap)
    return [
        {
            "x": log10(point.cost),
            "y": place,
            "xanchor": "left",
            "xshift": look.px(11),
            "showarrow": False,
            "text": name(point.arm.pooling)
            + (f" + {HEADS[point.arm.head].label}" if several else ""),
            "font": {"size": look.px(SMALL), "color": look.ink},
        }
        for point, place in zip(found, places, strict=True)
    ]


def _log_range(costs: list[float]) -> list[float]:
    # names stand on the right of their markers
    return [log10(min(costs) / ROOM), log10(max(costs) * ROOM**3)]


def _log_ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 times a power of ten, or the powers alone where that is too many."""
    powers = range(floor(log10(low)), floor(log10(high)) + 1)
    ticks = [m * 10.0**p for p in powers for m in (1, 2, 5) if low <= m * 10.0**p <= high]
    return ticks if len(ticks) <= 6 else [t for t in ticks if f"{t:.0e}".startswith("1")]  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class PointRow:
    """One network, as table and CSV; accuracies in percent."""

    pooling: str
    head: str
    dropout: str
    parameters: int
    macs: int
    seconds: float
    test_accuracy_percent: float
    low_percent: float | None
    high_percent: float | None
    seeds: int
    on_the_front: bool


def tradeoff_table(results: Results, measure: Measure) -> list[PointRow]:
    """List every network with all its costs."""
    found = points(results, measure)
    edge = {point.arm for point in front(found)}
    rows = []
    for point in found:
        totals, interval = architecture_of(point.arm).totals, point.accuracy
        rows.append(
            PointRow(
                pooling=str(point.arm.pooling),
                head=str(point.arm.head),
                dropout=str(point.arm.dropout),
                parameters=totals.parameters,
                macs=totals.macs,
                seconds=round(_cost(results, point.arm, Measure.SECONDS), 3),
                test_accuracy_percent=round(100 * interval.mean, 3),
                low_percent=None if interval.low is None else round(100 * interval.low, 3),
                high_percent=None if interval.high is None else round(100 * interval.high, 3),
                seeds=interval.n,
                on_the_front=point.arm in edge,
            )
        )
    return rows


def tradeoff_alt(results: Results, measure: Measure) -> str:
    """Say in words what the figure shows."""
    found = sorted(points(results, measure), key=lambda point: point.cost)
    if not found:
        return "Nothing of this comparison is trained."
    listed = ", ".join(
        f"{name(p.arm.pooling)} with {HEADS[p.arm.head].label} {accuracy(p.accuracy)} at "
        f"{WRITTEN[measure](p.cost)}"
        for p in found
    )
    return f"Test accuracy against {measure}, cheapest first: {listed}."
