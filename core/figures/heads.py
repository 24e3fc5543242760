"""How accurate is each strategy, under each head?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import plotly.graph_objects as go

from core.catalog import DROPOUT_POSITIONS, HEADS, DropoutPosition, Head, Pooling
from core.comparison import Arm, Results
from core.comparison.chance import unlearned_in
from core.comparison.statistics import Interval, mean_interval
from core.figures.base import (
    FULL,
    MOST_TICKS,
    SMALL,
    TALL_ROW_HEIGHT,
    Beyond,
    Look,
    Traces,
    arrows,
    axis,
    end_in_percent,
    in_percent,
    layout,
    marked,
    name,
    plot,
    row_axis,
    ticks_around,
    whiskers,
)
from core.figures.chart import NOTHING_TRAINED, Chart
from core.sentences.intervals import accuracy
from core.words import plain, plural

AROUND_HEADS = 100
"""height of everything but the rows, px"""
LEAST_HEIGHT = 130
"""smallest height of all rows together, px: dots and their names need more room than two rows"""
HEADS_APART, HEADS_SHARE = 16, 0.5
"""vertical distance between the heads of a row, px, so that their intervals do not overlap; and the
largest share of a row that the heads take"""
LEAST_SPAN = 1.0
"""smallest length of the axis, in percent, needed for a single dot"""
ROOM_FOR_NAMES = 0.7
"""room under the last row, in rows"""
DOT_NAME_AWAY = 17
"""px from a dot to its name: nearer than to a dot of the row above"""
NAMES_BEGIN, NAMES_END = 0.18, 0.82
"""shares of the axis between which a name fits on both sides of its dot: on a phone, a name fills a
third of the axis"""
PAIR = 2


@dataclass(frozen=True, slots=True)
class HeadMark:
    """How to draw the dots of one head: Plotly's symbol, whether filled, and as a character."""

    symbol: str
    filled: bool
    glyph: str


HEAD_MARKS = (
    HeadMark("circle", filled=True, glyph="●"),
    HeadMark("circle", filled=False, glyph="○"),
    HeadMark("circle-dot", filled=False, glyph="◉"),
    HeadMark("diamond", filled=True, glyph="◆"),
    HeadMark("diamond", filled=False, glyph="◇"),
    HeadMark("square", filled=True, glyph="■"),
    HeadMark("square", filled=False, glyph="□"),
    HeadMark("star", filled=True, glyph="★"),
    HeadMark("star", filled=False, glyph="☆"),
    HeadMark("hexagon", filled=True, glyph="⬢"),
    HeadMark("hexagon", filled=False, glyph="⬡"),
    HeadMark("cross", filled=True, glyph="✚"),
)
"""one per head: GAP first, then in the order of the comparison"""


@dataclass(frozen=True, slots=True)
class AccuracyRow:
    """One arm's test accuracy, as table and CSV; accuracies in percent."""

    pooling: str
    head: str
    dropout: str
    test_accuracy_percent: float
    low_percent: float | None
    high_percent: float | None
    seeds: int


@dataclass(frozen=True, slots=True)
class Dot:
    """One arm's mean test accuracy, and whether all of its runs have learned."""

    arm: Arm
    interval: Interval
    learned: bool = True

    @property
    def ends(self) -> tuple[float, float, float]:
        """Mean, low and high in percent, cut to 0..100."""
        mean, low, high = self.interval.mean, self.interval.low, self.interval.high
        shown = round(100 * mean, 2)
        if low is None or high is None:
            return shown, shown, shown
        return shown, 100 * max(low, 0.0), 100 * min(high, 1.0)

    @property
    def label(self) -> str:
        """The name of the network under the pointer."""
        return f"{name(self.arm.pooling)}, {HEADS[self.arm.head].label} head"


@dataclass(frozen=True, slots=True)
class StrategyRow:
    """One strategy at one dropout position, with a dot per head."""

    pooling: Pooling
    dropout: DropoutPosition
    dots: tuple[Dot, ...]

    @property
    def best(self) -> float:
        """The highest mean of the row."""
        return max(dot.interval.mean for dot in self.dots)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is drawn where.

    Attributes:
        rows: the rows, from the top down.
        marks: the marks of the heads, the same in every row.
    """

    rows: Sequence[StrategyRow]
    marks: Mapping[Head, HeadMark]

    @property
    def height(self) -> float:
        """The height of all rows together, px."""
        return max(TALL_ROW_HEIGHT * len(self.rows), LEAST_HEIGHT)

    @property
    def below(self) -> dict[Head, float]:
        """The distance of each head below the middle of its row, in rows."""
        gaps = max(len(self.marks) - 1, 1)
        apart = min(HEADS_APART * len(self.rows) / self.height, HEADS_SHARE / gaps)
        middle = (len(self.marks) - 1) / 2
        return {head: apart * (number - middle) for number, head in enumerate(self.marks)}


def accuracy_by_head(results: Results) -> Chart:
    """Mean test accuracy with its interval: a row per strategy, a dot per head."""
    dots = _dots(results)
    rows = _rows(dots)
    plan = Plan(rows, _marks(rows))
    ticks = _ticks(dots)
    ends = _ends(ticks)
    beyond = _beyond(plan, ends)
    return Chart(
        rows=[_row(dot) for dot in dots],
        alt=_alt(dots),
        caption=_caption(dots, len(results.comparison.seeds), arrow=bool(beyond)),
        draw=partial(_draw, plan, ticks, beyond),
    )


def _dots(results: Results) -> list[Dot]:
    accuracies = ((arm, results.test_accuracy(arm)) for arm in results.comparison.arms)
    failed = {network.arm for network in unlearned_in(results)}
    return [
        Dot(arm, mean_interval(list(by_seed.values())), arm not in failed)
        for arm, by_seed in accuracies
        if by_seed
    ]


def _rows(dots: Sequence[Dot]) -> list[StrategyRow]:
    groups: dict[tuple[Pooling, DropoutPosition], list[Dot]] = {}
    for dot in dots:
        groups.setdefault((dot.arm.pooling, dot.arm.dropout), []).append(dot)
    rows = [StrategyRow(*shared, tuple(group)) for shared, group in groups.items()]
    return sorted(rows, key=lambda row: (list(DropoutPosition).index(row.dropout), -row.best))


def _marks(rows: Sequence[StrategyRow]) -> dict[Head, HeadMark]:
    heads = list(dict.fromkeys(dot.arm.head for row in rows for dot in row.dots))
    heads.sort(key=lambda head: head is not Head.GAP)
    return dict(zip(heads, HEAD_MARKS, strict=False))


def _row(dot: Dot) -> AccuracyRow:
    return AccuracyRow(
        pooling=str(dot.arm.pooling),
        head=str(dot.arm.head),
        dropout=str(dot.arm.dropout),
        test_accuracy_percent=in_percent(dot.interval.mean),
        low_percent=end_in_percent(dot.interval.low),
        high_percent=end_in_percent(dot.interval.high),
        seeds=dot.interval.n,
    )


def _alt(dots: Sequence[Dot]) -> str:
    if not dots:
        return "No dots yet: this comparison has not been trained."
    parts = (
        f"{name(dot.arm.pooling)} with {HEADS[dot.arm.head].label} {accuracy(dot.interval)}"
        for dot in dots
    )
    return f"Test accuracy by strategy and head: {'; '.join(parts)}."


def _caption(dots: Sequence[Dot], seeds: int, *, arrow: bool) -> str:
    """What the dots and bars mean, for the heads that are shown."""
    heads = {dot.arm.head for dot in dots}
    if not heads:
        return NOTHING_TRAINED
    if heads == {Head.GAP, Head.FLATTEN}:
        marks = "Filled: GAP head. Open: Flatten head."
    elif len(heads) == 1:
        marks = f"All with a {HEADS[next(iter(heads))].label} head."
    else:
        marks = "Each head has its own mark, named at the last row."
    bars = f" Bars: 95 % interval over {seeds} seeds." if seeds > 1 else " One seed: no interval."
    more = " Arrows: the bar continues." if arrow else ""
    return f"{marks}{bars}{more} The axis does not start at zero."


def _draw(plan: Plan, ticks: Sequence[float], beyond: Sequence[Beyond], look: Look) -> go.Figure:
    traces: Traces = [_trace(row, place, plan, look) for place, row in enumerate(plan.rows)]
    if beyond:
        traces.append(arrows(beyond, look))
    ends = _ends(ticks)
    return plot(
        traces,
        **layout(look, height=AROUND_HEADS + plan.height, left=118),
        xaxis=axis(
            look,
            title="test accuracy",
            grid=True,
            range=list(ends),
            tickvals=ticks,
            ticktext=[f"{plain(tick)} %" for tick in ticks],
        ),
        yaxis=row_axis(
            look,
            [_label(row, look) for row in plan.rows],
            (len(plan.rows) - 1 + ROOM_FOR_NAMES, -0.6),
        ),
        annotations=_head_names(plan, ends, look),
    )


def _label(row: StrategyRow, look: Look) -> str:
    text = name(row.pooling)
    if row.dropout is not DropoutPosition.NONE:
        text += f"<br><sup>{DROPOUT_POSITIONS[row.dropout].label}</sup>"
    return marked(row.pooling, look, text)


def _trace(row: StrategyRow, place: int, plan: Plan, look: Look) -> go.Scatter:
    """The means of one strategy, with intervals, joined by a line."""
    colour = look.colour(row.pooling)
    dots = sorted(row.dots, key=lambda dot: dot.interval.mean)
    marks = [plan.marks[dot.arm.head] for dot in dots]
    return go.Scatter(
        x=[dot.ends[0] for dot in dots],
        y=[place + plan.below[dot.arm.head] for dot in dots],
        mode="lines+markers",
        name=name(row.pooling),
        line={"color": look.colour(row.pooling, 0.45), "width": look.px(3)},
        error_x=whiskers([dot.ends for dot in dots], colour, look.px(1.25)),
        marker={
            "symbol": [mark.symbol for mark in marks],
            "size": look.px(13),
            "color": [colour if mark.filled else look.page for mark in marks],
            "line": {"color": colour, "width": look.px(2.5)},
        },
        hovertemplate=[
            f"{dot.label}: {accuracy(dot.interval)}, "
            f"{dot.interval.n} {plural('seed', dot.interval.n)}<extra></extra>"
            for dot in dots
        ],
    )


def _ticks(dots: Sequence[Dot]) -> list[float]:
    """Ticks in percent that enclose every dot, and the intervals of networks that have learned.

    The intervals of other networks would leave no room for anything else.
    """
    intervals = [dot.interval for dot in dots if dot.learned]
    bars = [end for bar in intervals for end in (bar.low, bar.high) if end is not None]
    shown = [100 * end for end in (*bars, *(dot.interval.mean for dot in dots))]
    low, high = max(min(shown, default=0.0), 0.0), min(max(shown, default=FULL), FULL)
    if high - low < LEAST_SPAN:
        low, high = max(low - LEAST_SPAN / 2, 0.0), min(high + LEAST_SPAN / 2, FULL)
    return ticks_around(low, high, MOST_TICKS)


def _ends(ticks: Sequence[float]) -> tuple[float, float]:
    """The ends of the axis, a little beyond its ticks."""
    pad = 0.04 * (ticks[-1] - ticks[0])
    return ticks[0] - pad, ticks[-1] + pad


def _beyond(plan: Plan, ends: tuple[float, float]) -> list[Beyond]:
    """The ends of intervals that lie beyond the axis."""
    low, high = ends
    arrowheads = []
    for place, row in enumerate(plan.rows):
        for dot in row.dots:
            _, first, last = dot.ends
            y, says = place + plan.below[dot.arm.head], f"{dot.label}: interval"
            if first < low:
                arrowheads.append(Beyond(low, y, "left", row.pooling, f"{says} from {first:.1f} %"))
            if last > high:
                arrowheads.append(Beyond(high, y, "right", row.pooling, f"{says} to {last:.1f} %"))
    return arrowheads


def _head_names(plan: Plan, ends: tuple[float, float], look: Look) -> list[dict[str, Any]]:
    """The names of the marks, at the last row: a pair next to its dots, or a key of all."""
    if len(plan.marks) < PAIR:
        return []
    last, dots = len(plan.rows) - 1, plan.rows[-1].dots
    if not len(dots) == len(plan.marks) == PAIR:
        text = "   ".join(f"{mark.glyph} {HEADS[head].label}" for head, mark in plan.marks.items())
        lowest = last + max(plan.below.values())
        key = {"x": 0, "xref": "paper", "xanchor": "left", "y": lowest}
        return [_text(text, -DOT_NAME_AWAY, look) | key]
    low, high = ends
    names = []
    for dot in dots:
        x, shift = 100 * dot.interval.mean, plan.below[dot.arm.head]
        part = (x - low) / (high - low)
        anchor = "left" if part < NAMES_BEGIN else "right" if part > NAMES_END else "center"
        text = f"{HEADS[dot.arm.head].label} head"
        at_dot = {"x": x, "xanchor": anchor, "y": last + shift}
        names.append(_text(text, DOT_NAME_AWAY if shift < 0 else -DOT_NAME_AWAY, look) | at_dot)
    return names


def _text(text: str, up: float, look: Look) -> dict[str, Any]:
    """Text `up` px above its position."""
    font = {"size": look.px(SMALL), "color": look.text}
    return {"text": text, "yshift": look.px(up), "showarrow": False, "font": font}
