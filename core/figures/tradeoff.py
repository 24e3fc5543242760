"""What does accuracy cost? Test accuracy against parameters, MACs, training time or latency."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from math import floor, log10
from statistics import mean

import plotly.graph_objects as go

from core.catalog import HEADS, Head
from core.comparison import Arm, Results
from core.comparison.chance import unlearned_in
from core.comparison.ledger import architecture_of
from core.comparison.statistics import Interval, mean_interval
from core.figures.base import (
    FULL,
    Beyond,
    Look,
    Traces,
    arrows,
    axis,
    end_in_percent,
    in_percent,
    layout,
    name,
    plot,
)
from core.figures.chart import NOTHING_TRAINED, Chart
from core.figures.labels import Frame, Mark, Place, place
from core.figures.palette import style
from core.sentences.intervals import accuracy
from core.words import count, duration, inside, join, macs

TRADEOFF_HEIGHT = 340
LEFT_MARGIN, RIGHT_MARGIN = 64, 24
"""margins, px"""
LOG_ROOM = 2.25
"""factor by which a logarithmic axis extends beyond its outermost points, as room for labels"""
MOST_LOG_TICKS = 6


class Measure(StrEnum):
    """The cost on the horizontal axis."""

    MACS = "MACs"
    PARAMETERS = "parameters"
    SECONDS = "seconds"
    LATENCY = "latency"


COST_TITLES = {
    Measure.MACS: "multiply-accumulates per image (log scale)",
    Measure.PARAMETERS: "learned parameters (log scale)",
    Measure.SECONDS: "seconds of training, mean over seeds (log scale)",
    Measure.LATENCY: "milliseconds for one image, median (log scale)",
}
WRITTEN: dict[Measure, Callable[[float], str]] = {
    Measure.MACS: lambda value: macs(round(value)),
    Measure.PARAMETERS: lambda value: count(round(value)),
    Measure.SECONDS: duration,
    Measure.LATENCY: lambda value: f"{value:.2g} ms",
}
COUNTED = {
    Measure.MACS: "MACs of convolutions and dense layers; the table below has the pools' own.",
    Measure.PARAMETERS: "Computed from the architecture; every learned parameter is included.",
    Measure.SECONDS: "Measured during training, evaluation included; machines may differ.",
    Measure.LATENCY: "Measured on this server at a batch of 1 on one thread; timings are noisy.",
}
"""what each cost includes"""


@dataclass(frozen=True, slots=True)
class PointRow:
    """One network, as table and CSV; accuracies in percent."""

    pooling: str
    head: str
    dropout: str
    parameters: int
    macs: int
    seconds: float
    latency_milliseconds: float | None
    test_accuracy_percent: float
    low_percent: float | None
    high_percent: float | None
    seeds: int
    on_the_front: bool


@dataclass(frozen=True, slots=True)
class Point:
    """One network.

    Attributes:
        arm: the network.
        cost: in the unit of the axis.
        seconds: of training, mean over seeds.
        milliseconds: for one image; None if nobody has measured it.
        accuracy: on the test images, over the seeds.
        learned: whether all of its runs have learned.
    """

    arm: Arm
    cost: float
    seconds: float
    milliseconds: float | None
    accuracy: Interval
    learned: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What is drawn where.

    Attributes:
        measure: the cost on the horizontal axis.
        points: all networks.
        front: the networks that no other one beats, by rising cost.
        costs: ends of the horizontal axis, as logarithms.
        accuracies: ends of the vertical axis, percent.
        labels: points that have room for a label, with its text and place.
        beyond: arrows for ends of intervals that lie beyond the axis.
    """

    measure: Measure
    points: Sequence[Point]
    front: Sequence[Point]
    costs: tuple[float, float]
    accuracies: tuple[float, float]
    labels: Sequence[tuple[Point, str, Place]]
    beyond: Sequence[Beyond]


Latency = tuple[Arm, float]
"""a network and its measured milliseconds for one image"""


def tradeoff(
    results: Results,
    measure: Measure,
    latencies: tuple[Latency, ...] = (),
    named: tuple[Arm, ...] = (),
) -> Chart:
    """Test accuracy against a cost; markers are filled for the first head, open for others.

    Args:
        results: has the runs.
        measure: the cost.
        latencies: of the networks whose latency was measured; only these have a point against it.
        named: networks that have a label before those of the front; without any, the reference.
    """
    networks = points(results, measure, latencies)
    facets = results.comparison.facets[:1]
    plan = _plan(networks, measure, named or [results.reference(facet) for facet in facets])
    return Chart(
        rows=[_row(point, on_the_front=point in plan.front) for point in networks],
        alt=_alt(networks, measure),
        caption=_caption(plan) if networks else NOTHING_TRAINED,
        draw=partial(_draw, plan),
    )


def points(results: Results, measure: Measure, latencies: tuple[Latency, ...] = ()) -> list[Point]:
    """One point for every trained network of a comparison whose cost is known."""
    failed = {network.arm for network in unlearned_in(results)}
    milliseconds = dict(latencies)
    trained = []
    for arm in results.comparison.arms:
        tested = results.test_accuracy(arm)
        if tested:
            seconds = mean(run.seconds for run in results.of(arm).values())
            totals = architecture_of(arm).totals
            cost = {
                Measure.MACS: totals.macs,
                Measure.PARAMETERS: totals.parameters,
                Measure.SECONDS: seconds,
                Measure.LATENCY: milliseconds.get(arm),
            }[measure]
            if cost is None:
                continue
            interval = mean_interval(list(tested.values()))
            latency = milliseconds.get(arm)
            trained.append(Point(arm, cost, seconds, latency, interval, arm not in failed))
    return trained


def front(points: Sequence[Point]) -> list[Point]:
    """The points that no other is both cheaper and more accurate than, by rising cost."""
    best: list[Point] = []
    for point in sorted(points, key=lambda p: (p.cost, -p.accuracy.mean)):
        if not best or point.accuracy.mean > best[-1].accuracy.mean:
            best.append(point)
    return best


def _plan(points: Sequence[Point], measure: Measure, named: Collection[Arm | None]) -> Plan:
    costs = [point.cost for point in points] or [1.0]
    ends = log10(min(costs) / LOG_ROOM), log10(max(costs) * LOG_ROOM)
    accuracies = _range(points)
    best = front(points)
    # labels by importance: those asked for, then the front from the most accurate down
    first = [point for point in points if point.arm in named]
    labelled = list(dict.fromkeys([*first, *reversed(best)]))
    labels = _labels(points, labelled, ends, accuracies)
    return Plan(measure, points, best, ends, accuracies, labels, _beyond(points, accuracies))


def _range(points: Sequence[Point]) -> tuple[float, float]:
    """An axis in percent that includes every mean, and intervals of networks that have learned.

    It spans at least one point. Other intervals would leave no room for anything else.
    """
    learned = [point.accuracy for point in points if point.learned]
    bars = [end for bar in learned for end in (bar.low, bar.high) if end is not None]
    shown = [100 * end for end in (*bars, *(point.accuracy.mean for point in points))]
    low, high = max(min(shown, default=0.0), 0.0), min(max(shown, default=FULL), FULL)
    pad = max(0.08 * (high - low), 0.5)
    return low - pad, high + pad


def _labels(
    points: Sequence[Point],
    labelled: Sequence[Point],
    costs: tuple[float, float],
    accuracies: tuple[float, float],
) -> list[tuple[Point, str, Place]]:
    several = len({point.arm.head for point in points}) > 1
    texts = {
        points.index(p): p.arm.label if several else p.arm.label_without_head for p in labelled
    }
    margins = layout(Look(), height=TRADEOFF_HEIGHT)["margin"]
    height = TRADEOFF_HEIGHT - margins["t"] - margins["b"]
    frame = Frame(height, LEFT_MARGIN, RIGHT_MARGIN, margins["t"])
    marks = [_mark(point, costs, accuracies, height) for point in points]
    places = place(marks, texts, frame)
    return [(points[number], texts[number], where) for number, where in places.items()]


def _mark(
    point: Point, costs: tuple[float, float], accuracies: tuple[float, float], height: float
) -> Mark:
    """The mark of a point, in px, for placing labels."""
    (left, right), (low, high), interval = costs, accuracies, point.accuracy

    def down(accuracy: float) -> float:
        return height * (high - 100 * accuracy) / (high - low)

    return Mark(
        part=(log10(point.cost) - left) / (right - left),
        y=down(interval.mean),
        low=down(interval.mean if interval.low is None else interval.low),
        high=down(interval.mean if interval.high is None else interval.high),
    )


def _beyond(points: Sequence[Point], accuracies: tuple[float, float]) -> list[Beyond]:
    """The ends of intervals that lie beyond the axis."""
    low, high = accuracies
    arrowheads = []
    for point in points:
        interval, pooling = point.accuracy, point.arm.pooling
        says = f"{point.arm.label}: {accuracy(interval)}"
        if interval.low is not None and 100 * interval.low < low:
            arrowheads.append(Beyond(point.cost, low, "down", pooling, says))
        if interval.high is not None and 100 * interval.high > high:
            arrowheads.append(Beyond(point.cost, high, "up", pooling, says))
    return arrowheads


def _row(point: Point, *, on_the_front: bool) -> PointRow:
    totals, interval = architecture_of(point.arm).totals, point.accuracy
    return PointRow(
        pooling=str(point.arm.pooling),
        head=str(point.arm.head),
        dropout=str(point.arm.dropout),
        parameters=totals.parameters,
        macs=totals.macs,
        seconds=round(point.seconds, 3),
        latency_milliseconds=None if point.milliseconds is None else round(point.milliseconds, 4),
        test_accuracy_percent=in_percent(interval.mean),
        low_percent=end_in_percent(interval.low),
        high_percent=end_in_percent(interval.high),
        seeds=interval.n,
        on_the_front=on_the_front,
    )


def _alt(points: Sequence[Point], measure: Measure) -> str:
    if not points:
        return "This comparison has not been trained."
    listed = ", ".join(
        f"{name(p.arm.pooling)} with {HEADS[p.arm.head].label} {accuracy(p.accuracy)} at "
        f"{WRITTEN[measure](p.cost)}"
        for p in sorted(points, key=lambda point: point.cost)
    )
    return f"Test accuracy against {measure}, cheapest first: {listed}."


def _caption(plan: Plan) -> str:
    """What the line, the marks and the labels mean, for those that are drawn."""
    several = len({point.arm.head for point in plan.points}) > 1
    names = [
        point.arm.label if several else inside(point.arm.label_without_head) for point in plan.front
    ]
    first = f"Nothing is cheaper or more accurate than {names[0]}."
    if len(names) > 1:
        first = f"Dotted: the efficient frontier, from cheap to accurate: {join(names)}."
    sentences = [first]
    if several:
        sentences.append("Open markers: the other heads.")
    if len(plan.labels) < len(plan.points):
        sentences.append("Point at a marker for its name.")
    if plan.beyond:
        sentences.append("Arrows: the interval continues.")
    return " ".join([*sentences, COUNTED[plan.measure]])


def _draw(plan: Plan, look: Look) -> go.Figure:
    traces: Traces = [_steps(plan.front, look)] if len(plan.front) > 1 else []
    for pooling in dict.fromkeys(point.arm.pooling for point in plan.points):
        same = [point for point in plan.points if point.arm.pooling == pooling]
        traces.append(_markers(same, look, plan.measure, plan.points[0].arm.head))
    if plan.beyond:
        traces.append(arrows(plan.beyond, look))
    ticks = _log_ticks(*plan.costs)
    return plot(
        traces,
        **layout(look, height=TRADEOFF_HEIGHT, left=LEFT_MARGIN, right=RIGHT_MARGIN),
        xaxis=axis(
            look,
            title=COST_TITLES[plan.measure],
            type="log",
            range=list(plan.costs),
            tickvals=ticks,
            ticktext=[WRITTEN[plan.measure](tick).replace(".0 ", " ") for tick in ticks],
        ),
        yaxis=axis(look, title="test accuracy, %", grid=True, range=list(plan.accuracies)),
        # in annotations, x of a log axis is a logarithm
        annotations=[
            where.annotation(log10(point.cost), 100 * point.accuracy.mean, text, look)
            for point, text, where in plan.labels
        ],
    )


def _steps(front: Sequence[Point], look: Look) -> go.Scatter:
    """The dotted line that joins the front."""
    return go.Scatter(
        x=[point.cost for point in front],
        y=[100 * point.accuracy.mean for point in front],
        mode="lines",
        line={"color": look.quiet, "dash": "dot", "width": look.px(1.5), "shape": "hv"},
        hoverinfo="skip",
    )


def _markers(points: Sequence[Point], look: Look, measure: Measure, first: Head) -> go.Scatter:
    """The networks of one strategy, under each head."""
    pooling = points[0].arm.pooling
    colour, symbol = look.colour(pooling), style(pooling).solid_marker
    intervals = [point.accuracy for point in points]
    half = [0.0 if one.high is None else 100 * (one.high - one.mean) for one in intervals]
    return go.Scatter(
        x=[point.cost for point in points],
        y=[100 * one.mean for one in intervals],
        mode="markers",
        marker={
            "symbol": [symbol if point.arm.head == first else f"{symbol}-open" for point in points],
            "size": look.px(14),
            "color": colour,
            "line": {"width": look.px(2), "color": colour},
        },
        error_y={"array": half, "width": 0, "color": colour, "thickness": look.px(1.25)},
        hovertemplate=[
            f"{point.arm.label}: {accuracy(point.accuracy)}, "
            f"{WRITTEN[measure](point.cost)}<extra></extra>"
            for point in points
        ],
    )


def _log_ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 times each power of ten, or only the powers if that is too many.

    Args:
        low: logarithm of the smallest value.
        high: logarithm of the largest value.
    """
    powers = range(floor(low), floor(high) + 1)
    ticks = [m * 10.0**p for p in powers for m in (1, 2, 5) if low <= log10(m * 10.0**p) <= high]
    return ticks if len(ticks) <= MOST_LOG_TICKS else [t for t in ticks if f"{t:.0e}"[0] == "1"]
