"""Who gets the gradient, and what happens window by window? Numbers on a grid, with windows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.analyses.hand import Worked, explained, plain, window_values
from core.figures.base import SMALL, Look, colour_scale, layout, marked, plot
from core.figures.palette import DIVERGING, SEQUENTIAL

HEIGHT = 230
STEP_HEIGHT = 270
LINE_HEIGHT = 26
STEP_SECONDS = 1.2
DARK_SHARE = 0.55
"""from this share of the scale on, numbers are written in the colour of the page"""


def routing(
    worked: Worked, size: int, stride: int, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw the inputs as numbers, the gradient that each gets as fill, and the windows."""
    look = Look(dark, scale)
    gradient = worked.gradient
    reach = float(np.abs(gradient).max()) or 1.0
    signed = bool((gradient < 0).any())
    heat = go.Heatmap(
        z=gradient,
        zmin=-reach if signed else 0,
        zmax=max(reach, 1.0) if not signed else reach,
        colorscale=colour_scale((DIVERGING if signed else SEQUENTIAL)[dark]),
        showscale=False,
        xgap=2,
        ygap=2,
        customdata=worked.inputs,
        hovertemplate="value %{customdata}: gradient %{z:.3g}<extra></extra>",
    )
    top = max(reach, 1.0)
    return plot(
        [heat],
        **_frame(look, worked.inputs.shape, HEIGHT),
        shapes=[*_windows(worked, size, stride, look), *_dropped(worked, size, stride, look)],
        annotations=[
            _number(
                value,
                row,
                column,
                look,
                strong=float(abs(gradient[row, column])) > DARK_SHARE * top,
            )
            for (row, column), value in np.ndenumerate(worked.inputs)
        ]
        if worked.inputs.size <= 64  # noqa: PLR2004 (8 x 8)
        else [],
    )


def _frame(look: Look, shape: tuple[int, ...], height: float) -> dict[str, Any]:
    rows, columns = shape
    hidden = {"visible": False, "fixedrange": True}
    return {
        **layout(look, height=height),
        "margin": dict.fromkeys("lrtb", look.px(6)),
        "xaxis": {**hidden, "range": [-0.55, columns - 0.45], "constrain": "domain"},
        "yaxis": {
            **hidden,
            "range": [rows - 0.45, -0.55],
            "scaleanchor": "x",
            "constrain": "domain",
        },
    }


def _number(value: float, row: int, column: int, look: Look, *, strong: bool) -> dict[str, object]:
    return {
        "x": column,
        "y": row,
        "showarrow": False,
        "text": plain(value),
        "font": {"size": look.px(SMALL), "color": look.page if strong else look.ink},
    }


def _windows(worked: Worked, size: int, stride: int, look: Look) -> list[dict[str, object]]:
    """Outlines of the windows that do not overlap; overlapping ones would hide the numbers."""
    if size != stride:
        return []
    rows, columns = worked.inputs.shape
    return [
        _box(top, left, size, look, width=1.5)
        for top in range(0, rows - size + 1, stride)
        for left in range(0, columns - size + 1, stride)
    ]


def _box(top: float, left: float, size: int, look: Look, *, width: float) -> dict[str, object]:
    return {
        "type": "rect",
        "x0": left - 0.5,
        "x1": left + size - 0.5,
        "y0": top - 0.5,
        "y1": top + size - 0.5,
        "line": {"color": look.quiet, "width": look.px(width)},
    }


def _dropped(worked: Worked, size: int, stride: int, look: Look) -> list[dict[str, object]]:
    """The rows and columns that no window of the grid reads, shaded."""
    found: list[dict[str, object]] = []
    rows, columns = worked.inputs.shape
    ends = [((side - size) // stride) * stride + size for side in (rows, columns)]
    shade = {
        "type": "rect",
        "fillcolor": look.quiet,
        "opacity": 0.35,
        "line": {"width": 0},
    }
    whole = {"x0": -0.5, "x1": columns - 0.5, "y0": -0.5, "y1": rows - 0.5}
    if worked.outputs.shape == worked.inputs.shape:
        return []
    if ends[0] < rows:
        found.append({**shade, **whole, "y0": ends[0] - 0.5})
    if ends[1] < columns:
        found.append({**shade, **whole, "x0": ends[1] - 0.5})
    return found


def steps(
    many: Sequence[Worked], size: int, stride: int, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Step through the windows: the window on the input, and each operator's formula with numbers.

    The frames are played in the browser: no rerun per step.
    """
    look = Look(dark, scale)
    inputs = many[0].inputs
    windows = window_values(inputs, size, stride)
    below = LINE_HEIGHT * len(many) + 70
    # the grid keeps its size on a projector, where there is no more room than on a screen
    height = STEP_HEIGHT / scale + below
    base = _frame(look, inputs.shape, height)
    base["margin"] = {"l": 6, "r": 6, "t": 6, "b": look.px(below)}
    numbers = [
        _number(value, row, column, look, strong=False)
        for (row, column), value in np.ndenumerate(inputs)
    ]
    heat = go.Heatmap(
        z=inputs,
        colorscale=colour_scale(SEQUENTIAL[dark][:3]),
        showscale=False,
        xgap=2,
        ygap=2,
        hoverinfo="skip",
    )
    frames = [
        go.Frame(
            name=str(number),
            layout={
                "shapes": [_box(i * stride, j * stride, size, look, width=4)],
                "annotations": [*numbers, *_lines(many, (i, j), values, look)],
            },
        )
        for number, ((i, j), values) in enumerate(windows.items(), start=1)
    ]
    return plot(
        [heat],
        frames,
        **base,
        shapes=frames[0].layout.shapes,
        annotations=frames[0].layout.annotations,
        sliders=[_slider(frames, look, len(many))],
        updatemenus=[_buttons(look, len(many))],
    )


def _lines(
    many: Sequence[Worked], cell: tuple[int, int], values: list[float], look: Look
) -> list[dict[str, object]]:
    """One line per operator under the grid: its formula with the numbers of the window."""
    found: list[dict[str, object]] = []
    for number, worked in enumerate(many):
        same = worked.outputs.shape == worked.inputs.shape
        result = float(worked.inputs[cell] if same else worked.outputs[cell])
        formula = explained(worked.pooling, values, result)
        found.append(
            {
                "x": 0.5,
                "xref": "paper",
                "y": 0,
                "yref": "paper",
                "yanchor": "top",
                "yshift": -look.px(8 + LINE_HEIGHT * number),
                "showarrow": False,
                "text": f"{marked(worked.pooling, look)}: {formula}",
                "font": {"size": look.px(SMALL), "color": look.ink},
            }
        )
    return found


def _transition(seconds: float) -> dict[str, object]:
    return {
        "mode": "immediate",
        "fromcurrent": True,
        "frame": {"duration": 1000 * seconds, "redraw": True},
        "transition": {"duration": 0},
    }


def _slider(frames: Sequence[go.Frame], look: Look, lines: int) -> dict[str, object]:
    return {
        "active": 0,
        "x": 0.4,
        "len": 0.6,
        "y": 0,
        "yanchor": "top",
        "pad": {"t": look.px(LINE_HEIGHT * lines + 12)},
        "currentvalue": {"prefix": "window ", "font": {"size": look.px(SMALL)}},
        "steps": [
            {
                "label": frame.name,
                "method": "animate",
                "args": [[frame.name], _transition(0)],
            }
            for frame in frames
        ],
    }


def _buttons(look: Look, lines: int) -> dict[str, object]:
    return {
        "type": "buttons",
        "direction": "left",
        "x": 0,
        "xanchor": "left",
        "y": 0,
        "yanchor": "top",
        "pad": {"t": look.px(LINE_HEIGHT * lines + 22)},
        "showactive": False,
        "bgcolor": look.page,
        "bordercolor": look.grid,
        "font": {"size": look.px(SMALL), "color": look.ink},
        "buttons": [
            {"label": "▶ Play", "method": "animate", "args": [None, _transition(STEP_SECONDS)]},
            {"label": "⏸", "method": "animate", "args": [[None], _transition(0)]},
        ],
    }


def routing_alt(worked: Worked) -> str:
    """Say in words who gets the gradient."""
    rows = "; ".join(" ".join(plain(value) for value in row) for row in worked.gradient)
    return (
        f"{worked.reached} of {worked.gradient.size} inputs get gradient. Row by row: {rows}."
        if worked.gradient.size <= 64  # noqa: PLR2004
        else f"{worked.reached} of {worked.gradient.size} inputs get gradient."
    )
