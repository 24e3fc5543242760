"""How accurate is each strategy, under each head?"""

from dataclasses import dataclass

import plotly.graph_objects as go

from core.catalog import DROPOUT_POSITIONS, HEADS, DropoutPosition, Head, Pooling
from core.comparison import Arm, Results
from core.figures.base import SMALL, Look, axis, faded, layout, marked, name
from core.statistics import Interval, mean_interval
from core.words import accuracy

ROW, FRAME = 44, 100
"""height of a row and of what is around the rows, px"""
FILLED = Head.GAP
TICK_STEPS = (0.5, 1, 2, 5, 10, 20)
MOST_TICKS = 6


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


def accuracy_by_head(results: Results, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw a row per strategy with its mean test accuracy under each head, and intervals."""
    look = Look(dark, scale)
    rows = _rows(results)
    figure = go.Figure()
    for place, row in enumerate(rows):
        _draw(figure, row, place, look)
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
            range=[len(rows) - 0.3, -0.6],
            tickvals=list(range(len(rows))),
            ticktext=[_label(row, look) for row in rows],
        ),
        annotations=_head_names(rows, look),
    )
    figure.update_yaxes(tickfont={"size": look.px(SMALL), "color": look.ink})
    return figure


def _label(row: Row, look: Look) -> str:
    text = name(row.pooling)
    if row.dropout is not DropoutPosition.NONE:
        text += f"<br><sup>{DROPOUT_POSITIONS[row.dropout].label}</sup>"
    return marked(row.pooling, look, text)


def _draw(figure: go.Figure, row: Row, place: int, look: Look) -> None:
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
        interval = dot.interval
        filled = dot.arm.head is FILLED or len(row.dots) == 1
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
                    "symbol": "circle",
                    "size": look.px(13),
                    "color": colour if filled else ("#14191C" if look.dark else "#FFFFFF"),
                    "line": {"color": colour, "width": look.px(2.5)},
                },
                hovertemplate=(
                    f"{name(row.pooling)}, {HEADS[dot.arm.head].label} head: "
                    f"{accuracy(interval)}, {interval.n} seeds<extra></extra>"
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
    if not ends:
        return 0.0, 100.0, [0, 20, 40, 60, 80, 100]
    low, high = max(min(ends), 0.0), min(max(ends), 100.0)
    step = next(s for s in TICK_STEPS if (high - low) / s <= MOST_TICKS - 2 or s == TICK_STEPS[-1])
    first = step * (low // step)
    last = min(step * -(-high // step), 100.0)
    ticks = [first + step * i for i in range(round((last - first) / step) + 1)]
    pad = 0.04 * (last - first)
    return min(first, low) - pad, max(last, high) + pad, ticks


def _head_names(rows: list[Row], look: Look) -> list[dict[str, object]]:
    """Name the filled and the open dot once, under the last row."""
    if not rows or len(rows[-1].dots) != 2:  # noqa: PLR2004 (a pair is named)
        return []
    first, second = sorted(rows[-1].dots, key=lambda dot: dot.interval.mean)
    return [
        {
            "x": 100 * dot.interval.mean,
            "y": len(rows) - 1,
            "yshift": look.px(-19),
            # on the outer side, so that two close dots keep both names
            "xanchor": anchor,
            "xshift": look.px(shift),
            "showarrow": False,
            "text": f"{HEADS[dot.arm.head].label} head",
            "font": {"size": look.px(SMALL), "color": look.quiet},
        }
        for dot, anchor, shift in ((first, "right", 8), (second, "left", -8))
    ]


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
