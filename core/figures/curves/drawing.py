"""Draws the curves of accuracy."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import plotly.graph_objects as go

from core.comparison import Arm, Facet, Results
from core.figures.base import (
    FULL,
    LABEL_AWAY,
    LABEL_GAP,
    Look,
    Traces,
    at_the_end,
    axis,
    layout,
    marked,
    name,
    name_width,
    plot,
    spread,
    ticks_within,
)
from core.figures.chart import Chart
from core.figures.curves.lines import (
    AGAINST_TITLES,
    PLAIN_VIEW,
    VALUES,
    Against,
    Curves,
    Growing,
    Line,
    Quantity,
    View,
    alt_of,
    caption_of,
    curves_of,
    rows_of,
    smoothed,
)
from core.figures.labels import leaders
from core.figures.palette import QUIET, style
from core.run import Run
from core.words import percent, plain, points

CURVES_HEIGHT = 320
LABEL_MARGIN = 118
VALUE_WIDTH = 46
"""width of a value of up to 100.0 with the spaces around it, px"""
BAND_OPACITY = 0.18
MARKER_EVERY = 5
"""epochs between markers"""
EPOCH_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
"""distances between ticks"""
MOST_EPOCH_TICKS = 5


def accuracy_curves(
    results: Results,
    facet: Facet,
    reference: Arm | None = None,
    view: View = PLAIN_VIEW,
    growing: Sequence[Growing] = (),
) -> Chart:
    """Mean accuracy after each epoch, with bands, one line per strategy of a facet.

    With more than eight strategies, only the reference (or else the first), the best and the worst
    keep their colour.

    Args:
        results: the runs that are finished.
        facet: whose networks are drawn.
        reference: one that keeps its colour.
        view: how to draw them.
        growing: runs that are being trained, each a thin line as far as it is.
    """
    curves = curves_of(results, facet, reference, view, growing)
    return Chart(
        rows=rows_of(curves),
        alt=alt_of(curves, facet),
        caption=caption_of(curves, len(results.comparison.seeds)),
        draw=partial(_draw, curves),
    )


def _draw(curves: Curves, look: Look) -> go.Figure:
    gap = curves.view.quantity is Quantity.GAP
    low, high = curves.ends
    ticks = ticks_within(low, high, 5) if gap else _accuracy_ticks(low)
    texts = [plain(tick) for tick in ticks]
    # only one tick shows the unit: the top one for points, the bottom one for percent
    texts[-1 if gap else 0] += " points" if gap else " %"
    widest = name_width(line.arm.pooling for line in curves.named) + VALUE_WIDTH
    return plot(
        _traces(curves, look),
        **layout(look, height=CURVES_HEIGHT, right=max(LABEL_MARGIN, widest)),
        hovermode="x unified",
        xaxis=_epochs_axis(curves, look),
        yaxis=axis(
            look,
            grid=True,
            # keeps its lowest label off the first epoch's
            ticklabelstandoff=round(look.px(5)),
            range=[low, high],
            tickvals=ticks,
            ticktext=texts,
        ),
        **_names(curves, look),
    )


def _epochs_axis(curves: Curves, look: Look) -> dict[str, Any]:
    end = curves.longest
    by_epoch = curves.view.against is Against.EPOCH
    return axis(
        look,
        title=AGAINST_TITLES[curves.view.against],
        # a little longer, so that the last marker is not cut
        range=[1 - 0.01 * end if by_epoch else 0, 1.025 * end],
        unifiedhovertitle={"text": "epoch %{x}" if by_epoch else "%{x:.3s}"},
        tickvals=_epoch_ticks(round(end)) if by_epoch else None,
        nticks=6,
    )


def _accuracy_ticks(low: float) -> list[float]:
    step = 10 if low >= FULL / 2 else 20
    return [float(tick) for tick in range(round(low), round(FULL) + 1, step)]


def _epoch_ticks(epochs: int) -> list[int]:
    fitting = (step for step in EPOCH_STEPS if epochs <= MOST_EPOCH_TICKS * step)
    step = next(fitting, EPOCH_STEPS[-1])
    return [1, *range(step if step > 1 else 2, epochs + 1, step)]


def _traces(curves: Curves, look: Look) -> Traces:
    """All traces, from back to front: unnamed lines, bands, named lines."""
    view = curves.view
    traces: Traces = [_quiet(line, look) for line in curves.lines if line not in curves.named]
    bands = (_band(line, view, look) for line in curves.banded)
    traces += [band for band in bands if band]
    traces += [_growing(line, look) for line in curves.growing]
    for line in curves.named:
        if view.seeds:
            traces += [_seed(line, run, view, look) for run in line.runs]
        if view.smoothing:
            traces.append(_raw(line, look))
        traces.append(_trace(smoothed(line, view.smoothing), look))
    return traces


def _xy(line: Line) -> tuple[list[float], list[float]]:
    return list(line.places), [round(100 * p.mean, 2) for p in line.points]


def _raw(line: Line, look: Look) -> go.Scatter:
    """The raw line behind a smoothed one."""
    x, y = _xy(line)
    colour = look.colour(line.arm.pooling, 0.45)
    return go.Scatter(
        x=x, y=y, mode="lines", line={"color": colour, "width": look.px(1)}, hoverinfo="skip"
    )


def _seed(line: Line, run: Run, view: View, look: Look) -> go.Scatter:
    value = VALUES[view.quantity]
    return go.Scatter(
        x=list(line.places),
        y=[round(100 * value(epoch), 2) for epoch in run.epochs],
        mode="lines",
        line={"color": look.colour(line.arm.pooling, 0.35), "width": look.px(1)},
        hoverinfo="skip",
    )


def _growing(line: Line, look: Look) -> go.Scatter:
    """A run that is being trained: a thin line with a mark at its end."""
    x, y = _xy(line)
    sizes = [0.0] * (len(x) - 1) + [look.px(9)]
    return go.Scatter(
        x=x,
        y=y,
        mode="lines+markers",
        line={"color": look.colour(line.arm.pooling, 0.6), "width": look.px(1.25)},
        marker={
            "symbol": style(line.arm.pooling).marker,
            "size": sizes,
            "opacity": [1.0 if s else 0.0 for s in sizes],
            "color": look.colour(line.arm.pooling),
        },
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


def _band(line: Line, view: View, look: Look) -> go.Scatter | None:
    """The band as one closed outline, which needs only one trace; None without intervals."""
    known = [(x, p) for x, p in zip(line.places, line.points, strict=True) if p.low is not None]
    if not known:
        return None
    # accuracies lie between 0 and 100 %, but a gap may be negative
    least = -1.0 if view.quantity is Quantity.GAP else 0.0
    upper = [round(100 * min(p.high or 0.0, 1.0), 2) for _, p in known]
    lower = [round(100 * max(p.low or 0.0, least), 2) for _, p in known]
    x = [n for n, _ in known]
    return go.Scatter(
        x=x + x[::-1],
        y=upper + lower[::-1],
        fill="toself",
        fillcolor=look.colour(line.arm.pooling, BAND_OPACITY),
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
    )


def _names(curves: Curves, look: Look) -> dict[str, list[dict[str, Any]]]:
    """Name and last value at the end of each line, moved apart so that they do not touch.

    Thin lines lead to moved labels, because the end of another line may be nearer to them.
    """
    low, high = curves.ends
    written = points if curves.view.quantity is Quantity.GAP else percent
    lines = [smoothed(line, curves.view.smoothing) for line in curves.named]
    # tick labels need a little more than the bottom margin
    inner = CURVES_HEIGHT - 12 - 44 - 8
    unit = (high - low) / inner
    ends = [min(max(100 * line.last, low), high) for line in lines]
    places = spread(ends, low + LABEL_GAP * unit / 2, high - LABEL_GAP * unit / 4, LABEL_GAP * unit)
    labels = []
    for line, place in zip(lines, places, strict=True):
        pooling = line.arm.pooling
        text = marked(pooling, look, f"<b>{name(pooling)}</b> {written(line.last)}")
        labels.append({**at_the_end(place, text, look), "yanchor": "middle"})
    moved = zip(ends, places, strict=True)
    return {"annotations": labels, "shapes": leaders(moved, look, LABEL_AWAY, unit)}
