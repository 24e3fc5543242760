"""How accurate is each strategy, under each head?"""

from collections.abc import Mapping
from dataclasses import dataclass

import plotly.graph_objects as go

from core.catalog import DROPOUT_POSITIONS, HEADS, DropoutPosition, Head, Pooling
from core.comparison import Arm, Results
from core.figures.base import SMALL, Look, axis, faded, layout, marked, name, ticks_around
from core.statistics import Interval, mean_interval
from core.words import accuracy, plural

ROW, FRAME = 44, 100
"""height of a row and of what is around the rows, px"""
MOST_TICKS = 4
LEAST_SPAN = 1.0
"""of the axis, in percent: one dot alone has none"""
LAST_NAMES = 0.7
"""room under the last row for the names of the heads, in rows"""


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
    return [Dot(arm, mean_interval(values)) for arm, values in found if values]


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
    figure = go.Figure()
    for place, row in enumerate(rows):
        _draw(figure, row, place, marks, look)
    low, high, ticks = _axis(rows)
    figure.update_layout(
        **layout(look, height=FRAME + ROW * max(len(rows), 1), left=118),
        xaxis=axis(
            look,
            title="test accuracy",
            grid=True,
            range=[low, high],
            tickvals=ticks,
            ticktext=[f"{tick:g} %" for tick in ticks],
        ),
        yaxis=axis(
            look,
            range=[len(rows) - 1 + LAST_NAMES, -0.6],
            tickvals=list(range(len(rows))),
            ticktext=[_label(row, look) for row in rows],
        ),
        annotations=_head_names(rows, marks, look),
    )
    figure.update_yaxes(tickfont={"size": look.px(SMALL), "color": look.ink})
    return figure


def _label(row: Row, look: Look) -> str:
    text = name(row.pooling)
    if row.dropout is not DropoutPosition.NONE:
        text += f"<br><sup>{DROPOUT_POSITIONS[row.dropout].label}</sup>"
    return marked(row.pooling, look, text)


def _draw(figure: go.Figure, row: Row, place: int, marks: Mapping[Head, Mark], look: Look) -> None:
    colour = look.colour(row.pooling)
    means = [100 * dot.interval.mean for dot in row.dots]
    if len(means) > 1:
        figure.add_trace(
            go.Scatter(
                x=[min(means), max(means)],
                y=[place, place],
                mode="lines",
                line={"color": faded(colour, 0.45), "width": look.px(3)},
                hoverinfo="skip",
            )
        )
    for dot, mean in zip(row.dots, means, strict=True):
        interval, mark = dot.interval, marks[dot.arm.head]
        if interval.low is not None and interval.high is not None:
            figure.add_trace(
                go.Scatter(
                    x=[100 * interval.low, 100 * interval.high],
                    y=[place, place],
                    mode="lines",
                    line={"color": colour, "width": look.px(1.25)},
                    hoverinfo="skip",
                )
            )
        figure.add_trace(
            go.Scatter(
                x=[round(mean, 2)],
                y=[place],
                mode="markers",
                name=name(row.pooling),
                marker={
                    "symbol": mark.symbol,
                    "size": look.px(13),
                    "color": colour if mark.filled else look.page,
                    "line": {"color": colour, "width": look.px(2.5)},
                },
                hovertemplate=(
                    f"{name(row.pooling)}, {HEADS[dot.arm.head].label} head: "
                    f"{accuracy(interval)}, {interval.n} {plural('seed', interval.n)}"
                    "<extra></extra>"
                ),
            )
        )


def _axis(rows: list[Row]) -> tuple[float, float, list[float]]:
    """Ends and ticks of an axis in percent that holds every dot and interval."""
    ends = [
        100 * end
        for row in rows
        for dot in row.dots
        for end in (dot.interval.low, dot.interval.high, dot.interval.mean)
        if end is not None
    ]
    low, high = max(min(ends, default=0.0), 0.0), min(max(ends, default=100.0), 100.0)
    if high - low < LEAST_SPAN:
        low, high = max(low - LEAST_SPAN / 2, 0.0), min(high + LEAST_SPAN / 2, 100.0)
    ticks = ticks_around(low, high, MOST_TICKS)
    pad = 0.04 * (ticks[-1] - ticks[0])
    return ticks[0] - pad, ticks[-1] + pad, ticks


def _head_names(rows: list[Row], marks: Mapping[Head, Mark], look: Look) -> list[dict[str, object]]:
    """Name the marks once, under the last row: two by their dots, more in a line."""
    if len(marks) < 2:  # noqa: PLR2004 (one head needs no name)
        return []
    if len(marks) > 2 or len(rows[-1].dots) < len(marks):  # noqa: PLR2004 (a pair)
        text = "   ".join(f"{mark.glyph} {HEADS[head].label}" for head, mark in marks.items())
        return [{**_under(rows, text, look), "x": 0, "xref": "paper", "xanchor": "left"}]
    first, second = sorted(rows[-1].dots, key=lambda dot: dot.interval.mean)
    return [
        {
            **_under(rows, f"{HEADS[dot.arm.head].label} head", look),
            "x": 100 * dot.interval.mean,
            # on the outer side, so that two close dots keep both names
            "xanchor": anchor,
            "xshift": look.px(shift),
        }
        for dot, anchor, shift in ((first, "right", 8), (second, "left", -8))
    ]


def _under(rows: list[Row], text: str, look: Look) -> dict[str, object]:
    """Text under the last row."""
    return {
        "text": text,
        "y": len(rows) - 1,
        "yshift": look.px(-19),
        "showarrow": False,
        "font": {"size": look.px(SMALL), "color": look.text},
    }


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
