"""What does accuracy cost? Test accuracy against parameters, work or time, with the front."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import floor, log10
from statistics import mean
from typing import Any

import plotly.graph_objects as go

from core.catalog import HEADS, Head
from core.comparison import Arm, Results
from core.comparison.chance import unlearned_in
from core.comparison.ledger import architecture_of
from core.comparison.statistics import Interval, mean_interval
from core.figures.base import Beyond, Look, Traces, arrows, axis, layout, name, plot
from core.figures.labels import Frame, Mark, place
from core.figures.palette import style
from core.sentences.intervals import accuracy
from core.words import count, duration, inside, join, macs

HEIGHT = 340
LEFT, RIGHT = 64, 24
"""margins, px"""
ROOM = 2.25
"""factor by which a logarithmic axis goes on beyond its outermost points: labels stand there"""


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
    if len(edge) > 1:
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
    if beyond := _beyond(found, results):
        traces.append(arrows(beyond, look))
    costs = [point.cost for point in found] or [1.0]
    return plot(
        traces,
        **layout(look, height=HEIGHT, left=LEFT, right=RIGHT),
        xaxis=axis(
            look,
            title=TITLES[measure],
            type="log",
            range=_log_range(costs),
            tickvals=(ticks := _log_ticks(min(costs) / ROOM, max(costs) * ROOM)),
            ticktext=[WRITTEN[measure](tick).replace(".0 ", " ") for tick in ticks],
        ),
        yaxis=axis(look, title="test accuracy, %", grid=True, range=list(_range(found, results))),
        annotations=_names(found, results, look),
    )


def _markers(own: list[Point], look: Look, measure: Measure, first: Head) -> go.Scatter:
    """The networks of one strategy, under each head."""
    pooling = own[0].arm.pooling
    colour = look.colour(pooling)
    symbol = style(pooling).solid_marker
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
            f"{point.arm.label}: {accuracy(point.accuracy)}, "
            f"{WRITTEN[measure](point.cost)}<extra></extra>"
            for point in own
        ],
    )


def _range(found: list[Point], results: Results) -> tuple[float, float]:
    """An axis in percent that holds every mean, a point at the least, and intervals.

    Those of networks that have not learned may go on: beside them nothing else would be seen.
    """
    failed = {each.arm for each in unlearned_in(results)}
    learned = [point.accuracy for point in found if point.arm not in failed]
    bars = [end for each in learned for end in (each.low, each.high) if end is not None]
    ends = [100 * end for end in (*bars, *(point.accuracy.mean for point in found))]
    ends = ends or [0.0, 100.0]
    low, high = max(min(ends), 0.0), min(max(ends), 100.0)
    pad = max(0.08 * (high - low), 0.5)
    return low - pad, high + pad


def _beyond(found: list[Point], results: Results) -> list[Beyond]:
    """The ends of intervals that lie beyond the axis."""
    low, high = _range(found, results)
    arrows_there = []
    for point in found:
        interval, pooling = point.accuracy, point.arm.pooling
        says = f"{point.arm.label}: {accuracy(interval)}"
        if interval.low is not None and 100 * interval.low < low:
            arrows_there.append(Beyond(point.cost, low, "down", pooling, says))
        if interval.high is not None and 100 * interval.high > high:
            arrows_there.append(Beyond(point.cost, high, "up", pooling, says))
    return arrows_there


def labelled(found: list[Point], results: Results) -> list[Point]:
    """The networks with a label: the reference, and the front from the most accurate down."""
    facets = results.comparison.facets
    references = [results.reference(facet) for facet in facets[:1]]
    first = [point for point in found if point.arm in references]
    return list(dict.fromkeys([*first, *reversed(front(found))]))


def _names(found: list[Point], results: Results, look: Look) -> list[dict[str, Any]]:
    """Labels of some of the marks; in annotations, x of a log axis is a logarithm."""
    if not found:
        return []
    several = len({point.arm.head for point in found}) > 1
    texts = {
        found.index(p): p.arm.label if several else p.arm.label_without_head
        for p in labelled(found, results)
    }
    margins = layout(Look(), height=HEIGHT)["margin"]
    frame = Frame(HEIGHT - margins["t"] - margins["b"], LEFT, RIGHT, margins["t"])
    places = place(_marks(found, results, frame.height), texts, frame)
    return [
        where.annotation(log10(found[at].cost), 100 * found[at].accuracy.mean, texts[at], look)
        for at, where in places.items()
    ]


def _marks(found: list[Point], results: Results, height: float) -> list[Mark]:
    """Where the marks are drawn."""
    left, right = _log_range([point.cost for point in found])
    low, high = _range(found, results)

    def down(accuracy: float) -> float:
        return height * (high - 100 * accuracy) / (high - low)

    return [
        Mark(
            part=(log10(point.cost) - left) / (right - left),
            y=down(each.mean),
            low=down(each.mean if each.low is None else each.low),
            high=down(each.mean if each.high is None else each.high),
        )
        for point in found
        for each in [point.accuracy]
    ]


def _log_range(costs: list[float]) -> list[float]:
    return [log10(min(costs) / ROOM), log10(max(costs) * ROOM)]


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


def tradeoff_caption(results: Results, measure: Measure) -> str:
    """What the line, the marks and the labels mean, as far as they are drawn."""
    found = points(results, measure)
    several = len({point.arm.head for point in found}) > 1
    edge = [
        point.arm.label if several else inside(point.arm.label_without_head)
        for point in front(found)
    ]
    first = f"Nothing is cheaper or more accurate than {edge[0]}."
    if len(edge) > 1:
        first = (
            f"Dotted, from cheap to accurate: {join(edge)}; nothing is both cheaper and more "
            "accurate than one of them."
        )
    said = [first]
    if several:
        said.append("Open markers: the other heads.")
    if len(_names(found, results, Look())) < len(found):
        said.append("Point at a marker for its name.")
    if _beyond(found, results):
        said.append("An arrow: the interval goes on.")
    return " ".join(said)


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
