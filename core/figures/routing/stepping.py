"""What does an operator do to a grid, window by window? An animation with its formulas."""

from collections.abc import Sequence
from functools import partial
from textwrap import wrap
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.analyses.hand import Worked, explained, formula, titled
from core.analyses.reading import Cell, Windows
from core.figures.base import SMALL, Look, Shades, marked, note, plot
from core.figures.chart import Chart
from core.figures.palette import SEQUENTIAL, style
from core.figures.routing.grids import (
    STEP_HEIGHT,
    STEP_WIDTH,
    Grid,
    Lines,
    frame_of,
    outlines,
    shaded_cells,
    written_numbers,
)

LINE_HEIGHT, LINE_GAP = 19, 7

LINE_LETTERS = 44
"""letters of a line of text under the grid: a card on a phone is 330 px wide"""

CONTROLS_HEIGHT = 70
"""height of the slider and the buttons under the lines, px"""

STEP_SECONDS = 1.2


def steps(many: Sequence[Worked], plain_windows: Windows) -> Chart:
    """An animation over the outputs: what each operator reads, and its formula with numbers.

    The browser plays the frames without reruns.

    Args:
        many: the operators, on one grid.
        plain_windows: the windows of a plain pool, which stand in for those of operators that
            keep the map's size.
    """
    windows = [_stepped(worked, plain_windows) for worked in many]
    outputs = [(row, column) for row, column in np.ndindex(*plain_windows.shape)]
    texts = [
        [_formula(worked, own, output) for worked, own in zip(many, windows, strict=True)]
        for output in outputs
    ]
    return Chart(
        rows=[
            {"window": number, "operator": str(worked.pooling), "formula": text}
            for number, formulas in enumerate(texts, start=1)
            for worked, text in zip(many, formulas, strict=True)
        ],
        alt="An animation of the window over the input.",
        caption="",
        draw=partial(_draw_steps, many, windows, outputs, texts),
    )


def _draw_steps(
    many: Sequence[Worked],
    windows: Sequence[Windows],
    outputs: Sequence[Cell],
    texts: Sequence[Sequence[str]],
    look: Look,
) -> go.Figure:
    inputs = many[0].inputs
    wrapped = [[_wrapped(*line) for line in zip(many, row, strict=True)] for row in texts]
    # every frame reserves the same height for each formula
    heights = [max(map(len, lines)) for lines in zip(*wrapped, strict=True)]
    below = sum(LINE_HEIGHT * lines + LINE_GAP for lines in heights) + CONTROLS_HEIGHT
    grid = Grid(inputs, *_hull(windows), width=STEP_WIDTH)
    # a talk enlarges text only: a projector has no more room for the grid than a screen
    base = frame_of(grid, look, STEP_HEIGHT / look.scale + below)
    base["margin"] = {"l": 6, "r": 6, "t": 6, "b": look.px(below)}
    shades = Shades(
        min(0.0, float(inputs.min())), max(float(inputs.max()), 1.0), SEQUENTIAL[look.dark][:3]
    )
    frames = [
        go.Frame(
            name=str(number),
            layout={
                "shapes": _step_boxes(many, windows, output, look),
                "annotations": _notes(many, lines, heights, look),
            },
        )
        for number, (output, lines) in enumerate(zip(outputs, wrapped, strict=True), start=1)
    ]
    return plot(
        [shaded_cells(grid, shades), written_numbers(grid, shades, look)],
        frames,
        **base,
        shapes=frames[0].layout.shapes,
        annotations=frames[0].layout.annotations,
        sliders=[_slider(frames, look, below - CONTROLS_HEIGHT)],
        updatemenus=[_buttons(look, below - CONTROLS_HEIGHT)],
    )


def _stepped(worked: Worked, plain_windows: Windows) -> Windows:
    """The windows to step through: the operator's own, or plain ones if it does not pool."""
    return worked.windows if worked.windows.shape == plain_windows.shape else plain_windows


def _hull(many: Sequence[Windows]) -> tuple[range, range]:
    """The rows and columns that contain everything that any of the windows reads."""
    margins = [windows.margins for windows in many]
    rows, columns = (
        range(min(hull[axis].start for hull in margins), max(hull[axis].stop for hull in margins))
        for axis in (0, 1)
    )
    return rows, columns


def _step_boxes(
    many: Sequence[Worked], windows: Sequence[Windows], output: Cell, look: Look
) -> Lines:
    """Outlines of what each operator reads for one output; equal ones are drawn once."""
    groups: dict[tuple[Cell, ...], int] = {}
    for number, read in enumerate(windows):
        groups.setdefault(tuple(read.cells(output)), number)
    boxes: Lines = []
    for number in groups.values():
        pooling = many[number].pooling
        own = {"colour": look.colour(pooling), "dash": style(pooling).dash}
        line = own if len(groups) > 1 else {}
        boxes += outlines(windows[number], output, look, width=4, **line)
    return boxes


def _formula(worked: Worked, windows: Windows, output: Cell) -> str:
    """The formula of an operator, with the numbers that it reads for one output."""
    if windows is worked.windows:
        return formula(worked, output)
    values = [float(worked.inputs[cell]) for cell in windows.cells(output) if windows.holds(cell)]
    return explained(worked.pooling, values, values[0]) if values else "no cell of the grid"


def _wrapped(worked: Worked, formula: str) -> list[str]:
    return wrap(f"{titled(worked.pooling)}: {formula}", LINE_LETTERS, break_long_words=False)


def _notes(
    many: Sequence[Worked], texts: Sequence[Sequence[str]], heights: Sequence[int], look: Look
) -> Lines:
    """The formulas under the grid, aligned left, one operator below another."""
    corner: dict[str, Any] = {
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": 0,
        "yref": "paper",
        "yanchor": "top",
    }
    notes: Lines = []
    top = 8.0
    for worked, lines, height in zip(many, texts, heights, strict=True):
        text = marked(worked.pooling, look, "<br>".join(lines))
        notes.append(note(text, look, **corner, align="left", yshift=-look.px(top)))
        top += LINE_HEIGHT * height + LINE_GAP
    return notes


def _transition(seconds: float) -> dict[str, object]:
    return {
        "mode": "immediate",
        "fromcurrent": True,
        "frame": {"duration": 1000 * seconds, "redraw": True},
        "transition": {"duration": 0},
    }


def _slider(frames: Sequence[go.Frame], look: Look, below: float) -> dict[str, object]:
    return {
        "active": 0,
        "x": 0.45,
        "len": 0.55,
        "y": 0,
        "yanchor": "top",
        "pad": {"t": look.px(below + 12)},
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


def _buttons(look: Look, below: float) -> dict[str, object]:
    return {
        "type": "buttons",
        "direction": "left",
        "x": 0,
        "xanchor": "left",
        "y": 0,
        "yanchor": "top",
        "pad": {"t": look.px(below + 22)},
        "showactive": False,
        "bgcolor": look.page,
        "bordercolor": look.grid,
        "font": {"size": look.px(SMALL), "color": look.ink},
        # words, because not every system has the symbols for play and pause
        "buttons": [
            {"label": "Play", "method": "animate", "args": [None, _transition(STEP_SECONDS)]},
            {"label": "Pause", "method": "animate", "args": [[None], _transition(0)]},
        ],
    }
