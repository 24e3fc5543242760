"""How does validation accuracy grow with the epochs, and how far do the seeds agree?"""

from dataclasses import dataclass

import plotly.graph_objects as go

from core.catalog import DROPOUT_POSITIONS, HEADS, DropoutPosition
from core.comparison import Arm, Facet, Results
from core.figures.base import LABEL_GAP, Look, axis, faded, layout, marked, name, nice_floor, spread
from core.palette import QUIET, style
from core.run import Epoch
from core.statistics import Interval, curve
from core.words import percent

HEIGHT = 360
LABEL_MARGIN = 118
MANY = 8
"""more strategies than this are drawn quietly, but for the reference and the extremes"""
EXTREMES = 3
BAND = 0.18
MARKER_EVERY = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One arm's curve: mean validation accuracy and interval after each epoch."""

    arm: Arm
    points: tuple[Interval, ...]

    @property
    def last(self) -> float:
        """Mean accuracy after the last epoch."""
        return self.points[-1].mean


def _accuracy(epoch: Epoch) -> float:
    return epoch.validation_accuracy


def _lines(results: Results, facet: Facet) -> list[Line]:
    found = ((arm, curve(results.of(arm).values(), _accuracy)) for arm in facet.arms)
    return [Line(arm, points) for arm, points in found if points]


def accuracy_curves(
    results: Results, facet: Facet, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw mean validation accuracy by epoch, with bands, one line per strategy of a facet."""
    look = Look(dark, scale)
    lines = _lines(results, facet)
    low, high = _range(lines)
    epochs = max((len(line.points) for line in lines), default=1)
    figure = go.Figure()
    named = _named(lines)
    for line in lines:
        if line not in named:
            figure.add_trace(_quiet(line, look))
    if len(lines) <= MANY:
        for line in lines:
            _add_band(figure, line, look)
    for line in named:
        figure.add_trace(_trace(line, look))
    figure.update_layout(
        **layout(look, height=HEIGHT, right=LABEL_MARGIN),
        hovermode="x unified",
        xaxis=axis(
            look,
            title="epoch",
            # the last marker is whole
            range=[1 - 0.01 * epochs, epochs + 0.025 * epochs],
            unifiedhovertitle={"text": "epoch %{x}"},
            tickvals=_epoch_ticks(epochs),
        ),
        yaxis=axis(
            look,
            grid=True,
            # keeps its lowest label off the first epoch's
            ticklabelstandoff=round(look.px(5)),
            range=[low, high],
            tickvals=(ticks := _accuracy_ticks(low)),
            ticktext=[f"{tick:.0f} %" if tick == ticks[0] else f"{tick:.0f}" for tick in ticks],
        ),
        annotations=_end_labels(named, look, low, high),
    )
    return figure


def _named(lines: list[Line]) -> list[Line]:
    """The lines that keep colour and label: all, or the first, the best three and worst three."""
    if len(lines) <= MANY:
        return lines
    ordered = sorted(lines, key=lambda line: line.last)
    chosen = [lines[0], *ordered[:EXTREMES], *ordered[-EXTREMES:]]
    return [line for line in lines if line in chosen]


def _range(lines: list[Line]) -> tuple[float, float]:
    """An axis in percent that shows the upper part of the curves, and all of their ends."""
    if not lines:
        return 0.0, 102.0
    least = 100 * min(line.last for line in lines)
    # twice the gap that the last one leaves to 100, in steps of ten
    low = max(0.0, min(60.0, nice_floor(100 - 2.5 * (100 - least), 10)))
    return low, 102.0


def _accuracy_ticks(low: float) -> list[float]:
    step = 10 if low >= 50 else 20  # noqa: PLR2004 (half the axis)
    return [low + step * i for i in range(11) if low + step * i <= 100]  # noqa: PLR2004


def _epoch_ticks(epochs: int) -> list[int]:
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500) if epochs / s <= 5 or s == 500)  # noqa: PLR2004
    return [1, *range(step if step > 1 else 2, epochs + 1, step)]


def _xy(line: Line) -> tuple[list[int], list[float]]:
    return list(range(1, len(line.points) + 1)), [round(100 * p.mean, 2) for p in line.points]


def _trace(line: Line, look: Look) -> go.Scatter:
    form = style(line.arm.pooling)
    x, y = _xy(line)
    sizes = [look.px(8) if n % MARKER_EVERY == 0 or len(x) < MARKER_EVERY else 0 for n in x]
    return go.Scatter(
        x=x,
        y=y,
        name=name(line.arm.pooling),
        mode="lines+markers",
        line={
            "color": look.colour(line.arm.pooling),
            "dash": form.dash,
            "width": look.px(form.width),
        },
        marker={
            "symbol": form.marker,
            "size": sizes,
            "opacity": [1.0 if s else 0.0 for s in sizes],
        },
        hovertemplate="%{y:.1f} %",
    )


def _quiet(line: Line, look: Look) -> go.Scatter:
    x, y = _xy(line)
    return go.Scatter(
        x=x,
        y=y,
        name=name(line.arm.pooling),
        mode="lines",
        line={"color": QUIET, "width": look.px(1)},
        hovertemplate="%{y:.1f} %",
    )


def _add_band(figure: go.Figure, line: Line, look: Look) -> None:
    """The interval as one closed outline, so that a single trace draws it."""
    known = [(n, p) for n, p in enumerate(line.points, start=1) if p.low is not None]
    if not known:
        return
    upper = [round(100 * min(p.high or 0.0, 1.0), 2) for _, p in known]
    lower = [round(100 * max(p.low or 0.0, 0.0), 2) for _, p in known]
    x = [n for n, _ in known]
    figure.add_trace(
        go.Scatter(
            x=x + x[::-1],
            y=upper + lower[::-1],
            fill="toself",
            fillcolor=faded(look.colour(line.arm.pooling), BAND),
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
        )
    )


def _end_labels(lines: list[Line], look: Look, low: float, high: float) -> list[dict[str, object]]:
    """Name and last value at the end of each line, moved apart where they would touch."""
    # the tick labels of a tall font take a little more than the margin
    inner = HEIGHT - 12 - 44 - 8
    gap = LABEL_GAP * (high - low) / inner
    wanted = [min(max(100 * line.last, low), high) for line in lines]
    return [
        {
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "xshift": look.px(6),
            "y": place,
            "yanchor": "middle",
            "showarrow": False,
            "text": marked(
                line.arm.pooling, look, f"<b>{name(line.arm.pooling)}</b> {percent(line.last)}"
            ),
            "font": {"size": look.px(13), "color": look.ink},
        }
        for line, place in zip(
            lines, spread(wanted, low + gap / 2, high - gap / 4, gap), strict=True
        )
    ]


@dataclass(frozen=True, slots=True)
class CurveRow:
    """One point of the curves, as table and CSV; accuracies in percent."""

    pooling: str
    head: str
    dropout: str
    epoch: int
    validation_accuracy_percent: float
    low_percent: float | None
    high_percent: float | None
    seeds: int


def accuracy_curves_table(results: Results, facet: Facet) -> list[CurveRow]:
    """List every point of the curves."""
    return [
        CurveRow(
            pooling=str(line.arm.pooling),
            head=str(line.arm.head),
            dropout=str(line.arm.dropout),
            epoch=number,
            validation_accuracy_percent=round(100 * point.mean, 3),
            low_percent=None if point.low is None else round(100 * point.low, 3),
            high_percent=None if point.high is None else round(100 * point.high, 3),
            seeds=point.n,
        )
        for line in _lines(results, facet)
        for number, point in enumerate(line.points, start=1)
    ]


def accuracy_curves_alt(results: Results, facet: Facet) -> str:
    """Say in words what the curves show."""
    lines = sorted(_lines(results, facet), key=lambda line: -line.last)
    if not lines:
        return "No curves yet: nothing of this comparison is trained."
    ends = ", ".join(f"{name(line.arm.pooling)} {percent(line.last)} %" for line in lines)
    dropout = DROPOUT_POSITIONS[facet.dropout].label
    place = f"a {HEADS[facet.head].label} head" + (
        "" if facet.dropout is DropoutPosition.NONE else f" and {dropout}"
    )
    return f"Validation accuracy by epoch with {place}. After the last epoch: {ends}."
