"""How the curves are drawn."""

from typing import Any

import plotly.graph_objects as go

from core.comparison import Arm, Facet, Results
from core.figures.base import (
    LABEL_GAP,
    Look,
    Traces,
    axis,
    faded,
    layout,
    marked,
    name,
    name_width,
    nice_floor,
    plot,
    spread,
    ticks_within,
)
from core.figures.curves.lines import (
    AXES,
    PLAIN,
    VALUES,
    Against,
    Line,
    Quantity,
    View,
    lines_of,
    smoothed,
)
from core.figures.labels import leaders
from core.figures.palette import QUIET, style
from core.run import Run
from core.words import percent, plain, points

HEIGHT = 320
LABEL_MARGIN = 118
LABEL_AWAY = 10
"""px from the end of a line to its label"""
VALUE_WIDTH = 46
"""a value of up to 100.0 with the spaces around it, px"""
MANY = 8
"""more strategies than this are drawn quietly, but for the reference and the extremes"""
EXTREMES = 3
BAND = 0.18
MARKER_EVERY = 5


def accuracy_curves(  # noqa: PLR0913 (what, how, and for which page)
    results: Results,
    facet: Facet,
    reference: Arm | None = None,
    *,
    view: View = PLAIN,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw mean accuracy as training goes on, with bands, one line per strategy of a facet.

    Above eight strategies the reference (without one, the first), the best and the worst keep
    their colour.
    """
    look = Look(dark, scale)
    lines = lines_of(results, facet, view)
    gap = view.quantity is Quantity.GAP
    low, high = _gap_range(lines) if gap else _range(lines)
    end = max((line.places[-1] for line in lines), default=1.0)
    traces: Traces = []
    named = _named(lines, reference)
    for line in lines:
        if line not in named:
            traces.append(_quiet(line, look))
    if len(lines) <= MANY:
        for line in lines:
            _add_band(traces, line, view, look)
    for line in named:
        if view.seeds:
            for run in results.of(line.arm).values():
                traces.append(_seed(line, run, view, look))
        if view.smoothing:
            traces.append(_raw(line, look))
        traces.append(_trace(smoothed(line, view.smoothing), look))
    by_epoch = view.against is Against.EPOCH
    ticks = ticks_within(low, high, 5) if gap else _accuracy_ticks(low)
    unit = " points" if gap else " %"
    return plot(
        traces,
        **layout(look, height=HEIGHT, right=_right(named)),
        hovermode="x unified",
        xaxis=axis(
            look,
            title=AXES[view.against],
            # the last marker is whole
            range=[1 - 0.01 * end if by_epoch else 0, 1.025 * end],
            unifiedhovertitle={"text": "epoch %{x}" if by_epoch else "%{x:.3s}"},
            tickvals=_epoch_ticks(round(end)) if by_epoch else None,
            nticks=6,
        ),
        yaxis=axis(
            look,
            grid=True,
            # keeps its lowest label off the first epoch's
            ticklabelstandoff=round(look.px(5)),
            range=[low, high],
            tickvals=ticks,
            ticktext=[
                _plain(tick) + (unit if tick == (ticks[-1] if gap else ticks[0]) else "")
                for tick in ticks
            ],
        ),
        **_ends([smoothed(line, view.smoothing) for line in named], look, (low, high), gap=gap),
    )


def _right(lines: list[Line]) -> float:
    """Room for the names at the ends of lines, with their values."""
    return max(LABEL_MARGIN, name_width(line.arm.pooling for line in lines) + VALUE_WIDTH)


def _named(lines: list[Line], reference: Arm | None) -> list[Line]:
    """The lines that keep colour and label: all, or the reference and the extremes."""
    if len(lines) <= MANY:
        return lines
    ordered = sorted(lines, key=lambda line: line.last)
    first = next((line for line in lines if line.arm == reference), lines[0])
    chosen = [first, *ordered[:EXTREMES], *ordered[-EXTREMES:]]
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


def _plain(tick: float) -> str:
    return plain(tick)


def _gap_range(lines: list[Line]) -> tuple[float, float]:
    """An axis in points that holds zero and every mean."""
    values = [100 * point.mean for line in lines for point in line.points]
    low, high = min([*values, 0.0]), max([*values, 0.0])
    pad = max(0.08 * (high - low), 0.5)
    return low - pad, high + pad


def _xy(line: Line) -> tuple[list[float], list[float]]:
    return list(line.places), [round(100 * p.mean, 2) for p in line.points]


def _raw(line: Line, look: Look) -> go.Scatter:
    """What a smoothed line was made from."""
    x, y = _xy(line)
    colour = faded(look.colour(line.arm.pooling), 0.45)
    return go.Scatter(
        x=x, y=y, mode="lines", line={"color": colour, "width": look.px(1)}, hoverinfo="skip"
    )


def _seed(line: Line, run: Run, view: View, look: Look) -> go.Scatter:
    value = VALUES[view.quantity]
    return go.Scatter(
        x=list(line.places),
        y=[round(100 * value(epoch), 2) for epoch in run.epochs],
        mode="lines",
        line={"color": faded(look.colour(line.arm.pooling), 0.35), "width": look.px(1)},
        hoverinfo="skip",
    )


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
        hovertemplate="%{y:.1f}",
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


def _add_band(traces: Traces, line: Line, view: View, look: Look) -> None:
    """The interval as one closed outline, so that a single trace draws it."""
    known = [(x, p) for x, p in zip(line.places, line.points, strict=True) if p.low is not None]
    if not known:
        return
    # an accuracy ends at 0 and 100 %, a gap may be negative
    least = -1.0 if view.quantity is Quantity.GAP else 0.0
    upper = [round(100 * min(p.high or 0.0, 1.0), 2) for _, p in known]
    lower = [round(100 * max(p.low or 0.0, least), 2) for _, p in known]
    x = [n for n, _ in known]
    traces.append(
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


def _ends(
    lines: list[Line], look: Look, ends: tuple[float, float], *, gap: bool
) -> dict[str, list[dict[str, Any]]]:
    """Name and last value at the end of each line, moved apart where they would touch.

    Thin lines lead to those that were moved: another may end nearer to them.
    """
    low, high = ends
    written = points if gap else percent
    # the tick labels of a tall font take a little more than the margin
    inner = HEIGHT - 12 - 44 - 8
    apart = LABEL_GAP * (high - low) / inner
    wanted = [min(max(100 * line.last, low), high) for line in lines]
    places = spread(wanted, low + apart / 2, high - apart / 4, apart)
    labels: list[dict[str, Any]] = [
        {
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "xshift": look.px(LABEL_AWAY),
            "y": place,
            "yanchor": "middle",
            "showarrow": False,
            "text": marked(
                line.arm.pooling, look, f"<b>{name(line.arm.pooling)}</b> {written(line.last)}"
            ),
            "font": {"size": look.px(13), "color": look.ink},
        }
        for line, place in zip(lines, places, strict=True)
    ]
    moved = zip(wanted, places, strict=True)
    unit = (high - low) / inner
    return {"annotations": labels, "shapes": leaders(moved, look, LABEL_AWAY, unit)}
