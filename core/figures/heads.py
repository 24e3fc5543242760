"""How accurate is each strategy, under each head?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from core.catalog import DROPOUT_POSITIONS, HEADS, DropoutPosition, Head, Pooling
from core.comparison import Arm, Results
from core.comparison.chance import unlearned_in
from core.comparison.statistics import Interval, mean_interval
from core.figures.base import (
    SMALL,
    Beyond,
    Look,
    Traces,
    arrows,
    axis,
    faded,
    layout,
    marked,
    name,
    plot,
    ticks_around,
    whiskers,
)
from core.sentences.intervals import accuracy
from core.words import plain, plural

ROW, FRAME = 52, 100
"""height of a row and of what is around the rows, px"""
LEAST = 290
"""px that all rows have together: two need no less room than six"""
HEADS_APART, HEADS_HIGH = 16, 0.5
"""px between the heads of a row, one below the other: intervals that lie on each other cannot be
told apart; and the part of a row that they take at most"""
MOST_TICKS = 4
LEAST_SPAN = 1.0
"""of the axis, in percent: one dot alone has none"""
LAST_NAMES = 0.7
"""room under the last row for the names of the heads, in rows"""
NAME_AWAY = 17
"""px from a dot to its name: nearer to it than to a dot of the row above"""
NAMES_BEGIN, NAMES_END = 0.18, 0.82
"""parts of the axis between which a name has room on both sides of its dot: on a telephone it is
a third of the axis"""


@dataclass(frozen=True, slots=True)
class Mark:
    """How the dots of one head are drawn: Plotly's symbol, filled or hollow, as a character."""

    symbol: str
    filled: bool
    glyph: str


MARKS = (
    Mark("circle", filled=True, glyph="●"),
    Mark("circle", filled=False, glyph="○"),
    Mark("circle-dot", filled=False, glyph="◉"),
    Mark("diamond", filled=True, glyph="◆"),
    Mark("diamond", filled=False, glyph="◇"),
    Mark("square", filled=True, glyph="■"),
    Mark("square", filled=False, glyph="□"),
)
"""one per head, in the order of the comparison, GAP first"""


@dataclass(frozen=True, slots=True)
class Dot:
    """One arm's mean test accuracy."""

    arm: Arm
    interval: Interval
    learned: bool = True
    """whether all of its runs have learned"""


@dataclass(frozen=True, slots=True)
class Row:
    """One strategy at one dropout position; a dot per head."""

    pooling: Pooling
    dropout: DropoutPosition
    dots: tuple[Dot, ...]

    @property
    def best(self) -> float:
        """The highest mean of the row."""
        return max(dot.interval.mean for dot in self.dots)


def _dots(results: Results) -> list[Dot]:
    found = ((arm, list(results.test_accuracy(arm).values())) for arm in results.comparison.arms)
    failed = {each.arm for each in unlearned_in(results)}
    return [Dot(arm, mean_interval(values), arm not in failed) for arm, values in found if values]


def _rows(results: Results) -> list[Row]:
    groups: dict[tuple[Pooling, DropoutPosition], list[Dot]] = {}
    for dot in _dots(results):
        groups.setdefault((dot.arm.pooling, dot.arm.dropout), []).append(dot)
    rows = [Row(pooling, dropout, tuple(dots)) for (pooling, dropout), dots in groups.items()]
    return sorted(rows, key=lambda row: (list(DropoutPosition).index(row.dropout), -row.best))


def _marks(rows: list[Row]) -> dict[Head, Mark]:
    """The heads that are shown, each with its mark, the same in every row."""
    heads = list(dict.fromkeys(dot.arm.head for row in rows for dot in row.dots))
    heads.sort(key=lambda head: head is not Head.GAP)
    return dict(zip(heads, MARKS, strict=False))


def accuracy_by_head(results: Results, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw a row per strategy with its mean test accuracy under each head, and intervals."""
    look = Look(dark, scale)
    rows = _rows(results)
    marks = _marks(rows)
    below = _places(marks, rows)
    traces: Traces = [_trace(row, place, below, marks, look) for place, row in enumerate(rows)]
    low, high, ticks = _axis(rows)
    if beyond := _beyond(rows, below, (low, high)):
        traces.append(arrows(beyond, look))
    return plot(
        traces,
        **layout(look, height=FRAME + _height(rows), left=118),
        xaxis=axis(
            look,
            title="test accuracy",
            grid=True,
            range=[low, high],
            tickvals=ticks,
            ticktext=[f"{plain(tick)} %" for tick in ticks],
        ),
        yaxis=axis(
            look,
            range=[len(rows) - 1 + LAST_NAMES, -0.6],
            tickvals=list(range(len(rows))),
            ticktext=[_label(row, look) for row in rows],
            tickfont={"size": look.px(SMALL), "color": look.ink},
        ),
        annotations=_head_names(rows, marks, below, (low, high), look),
    )


def _label(row: Row, look: Look) -> str:
    text = name(row.pooling)
    if row.dropout is not DropoutPosition.NONE:
        text += f"<br><sup>{DROPOUT_POSITIONS[row.dropout].label}</sup>"
    return marked(row.pooling, look, text)


def _places(marks: Mapping[Head, Mark], rows: Sequence[Row]) -> dict[Head, float]:
    """How far below the middle of a row each head stands, in rows."""
    gaps = max(len(marks) - 1, 1)
    apart = min(HEADS_APART * len(rows) / _height(rows), HEADS_HIGH / gaps)
    return {head: apart * (at - (len(marks) - 1) / 2) for at, head in enumerate(marks)}


def _height(rows: Sequence[Row]) -> float:
    """Px that all rows have together."""
    return max(ROW * len(rows), LEAST)


def _trace(
    row: Row, place: int, below: Mapping[Head, float], marks: Mapping[Head, Mark], look: Look
) -> go.Scatter:
    """The means of one strategy, with intervals, joined by a line."""
    colour = look.colour(row.pooling)
    dots = sorted(row.dots, key=lambda dot: dot.interval.mean)
    ends = [_ends(dot.interval) for dot in dots]
    own = [marks[dot.arm.head] for dot in dots]
    return go.Scatter(
        x=[mean for mean, _, _ in ends],
        y=[place + below[dot.arm.head] for dot in dots],
        mode="lines+markers",
        name=name(row.pooling),
        line={"color": faded(colour, 0.45), "width": look.px(3)},
        error_x=whiskers(ends, colour, look.px(1.25)),
        marker={
            "symbol": [mark.symbol for mark in own],
            "size": look.px(13),
            "color": [colour if mark.filled else look.page for mark in own],
            "line": {"color": colour, "width": look.px(2.5)},
        },
        hovertemplate=[
            f"{name(row.pooling)}, {HEADS[dot.arm.head].label} head: {accuracy(dot.interval)}, "
            f"{dot.interval.n} {plural('seed', dot.interval.n)}<extra></extra>"
            for dot in dots
        ],
    )


def _ends(interval: Interval) -> tuple[float, float, float]:
    """Mean, low and high in percent; no network is right more often than always."""
    mean = round(100 * interval.mean, 2)
    if interval.low is None or interval.high is None:
        return mean, mean, mean
    return mean, 100 * max(interval.low, 0.0), 100 * min(interval.high, 1.0)


def _axis(rows: list[Row]) -> tuple[float, float, list[float]]:
    """Ends and ticks of an axis in percent that holds every dot, and intervals.

    Those of networks that have not learned may go on: beside them nothing else would be seen.
    """
    intervals = [dot.interval for row in rows for dot in row.dots if dot.learned]
    bars = [end for each in intervals for end in (each.low, each.high) if end is not None]
    means = [dot.interval.mean for row in rows for dot in row.dots]
    ends = [100 * end for end in (*bars, *means)]
    low, high = max(min(ends, default=0.0), 0.0), min(max(ends, default=100.0), 100.0)
    if high - low < LEAST_SPAN:
        low, high = max(low - LEAST_SPAN / 2, 0.0), min(high + LEAST_SPAN / 2, 100.0)
    ticks = ticks_around(low, high, MOST_TICKS)
    pad = 0.04 * (ticks[-1] - ticks[0])
    return ticks[0] - pad, ticks[-1] + pad, ticks


def _beyond(
    rows: list[Row], below: Mapping[Head, float], axis_ends: tuple[float, float]
) -> list[Beyond]:
    """The ends of intervals that lie beyond the axis."""
    low, high = axis_ends
    found = []
    for place, row in enumerate(rows):
        for dot in row.dots:
            _, first, last = _ends(dot.interval)
            y = place + below[dot.arm.head]
            says = f"{name(row.pooling)}, {HEADS[dot.arm.head].label} head: interval"
            if first < low:
                found.append(Beyond(low, y, "left", row.pooling, f"{says} from {first:.1f} %"))
            if last > high:
                found.append(Beyond(high, y, "right", row.pooling, f"{says} to {last:.1f} %"))
    return found


def _head_names(
    rows: list[Row],
    marks: Mapping[Head, Mark],
    below: Mapping[Head, float],
    ends: tuple[float, float],
    look: Look,
) -> list[dict[str, object]]:
    """Name the marks once, at the last row: a pair above and below its dots, or a key of all."""
    if len(marks) < 2:  # noqa: PLR2004 (one head needs no name)
        return []
    last = len(rows) - 1
    if not len(rows[-1].dots) == len(marks) == 2:  # noqa: PLR2004 (a pair)
        text = "   ".join(f"{mark.glyph} {HEADS[head].label}" for head, mark in marks.items())
        lowest = last + max(below.values())
        at = {"x": 0, "xref": "paper", "xanchor": "left", "y": lowest}
        return [_text(text, -NAME_AWAY, look) | at]
    low, high = ends
    names = []
    for dot in rows[-1].dots:
        x, shift = 100 * dot.interval.mean, below[dot.arm.head]
        part = (x - low) / (high - low)
        anchor = "left" if part < NAMES_BEGIN else "right" if part > NAMES_END else "center"
        text = f"{HEADS[dot.arm.head].label} head"
        at = {"x": x, "xanchor": anchor, "y": last + shift}
        names.append(_text(text, NAME_AWAY if shift < 0 else -NAME_AWAY, look) | at)
    return names


def _text(text: str, up: float, look: Look) -> dict[str, object]:
    """Text so many px above its place."""
    font = {"size": look.px(SMALL), "color": look.text}
    return {"text": text, "yshift": look.px(up), "showarrow": False, "font": font}


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


def accuracy_by_head_table(results: Results) -> list[AccuracyRow]:
    """List the mean test accuracy of every arm with its interval."""
    return [
        AccuracyRow(
            pooling=str(dot.arm.pooling),
            head=str(dot.arm.head),
            dropout=str(dot.arm.dropout),
            test_accuracy_percent=round(100 * dot.interval.mean, 3),
            low_percent=None if dot.interval.low is None else round(100 * dot.interval.low, 3),
            high_percent=None if dot.interval.high is None else round(100 * dot.interval.high, 3),
            seeds=dot.interval.n,
        )
        for dot in _dots(results)
    ]


def accuracy_by_head_alt(results: Results) -> str:
    """Say in words what the dots show."""
    dots = _dots(results)
    if not dots:
        return "No dots yet: nothing of this comparison is trained."
    parts = (
        f"{name(dot.arm.pooling)} with {HEADS[dot.arm.head].label} {accuracy(dot.interval)}"
        for dot in dots
    )
    return f"Test accuracy by strategy and head: {'; '.join(parts)}."
