"""What does an operator do to a grid? Input, output and gradient as grids, and window by window."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from textwrap import wrap
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.analyses.hand import Numbers, Worked, explained, formula, titled
from core.analyses.reading import Box, Cell, Windows
from core.figures.base import SMALL, Look, Shades, marked, note, on_cells, plot, shape, without_axes
from core.figures.chart import Chart
from core.figures.palette import SEQUENTIAL, UNREAD_CELL, style, text_on
from core.words import brief, plain

GRID_HEIGHT, STEP_HEIGHT = 152, 270
LINE_HEIGHT, LINE_GAP = 19, 7
LINE_LETTERS = 44
"""letters of a line of text under the grid: a card on a phone is 330 px wide"""
CONTROLS_HEIGHT = 70
"""height of the slider and the buttons under the lines, px"""
STEP_SECONDS = 1.2
GRID_WIDTH, STEP_WIDTH = 118, 250
"""smallest width of a grid's cells together in a card, px; the server cannot measure it"""
DIGIT_WIDTH = 0.58
"""width of a digit as a share of its height"""
SMALLEST_TEXT = 10
"""px; if numbers would be smaller, cells only have a fill"""
HALF_CELL = 0.5
MOST_SPOKEN = 64
"""larger grids are described by their range, not value by value"""

Lines = list[dict[str, Any]]
Unread = tuple[list[int], list[int]]
"""rows and columns that no window reads"""
NONE_UNREAD: Unread = ([], [])


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A grid of numbers and its surroundings.

    Attributes:
        values: of the cells.
        rows: the rows to draw, including zeros around the grid.
        columns: the columns to draw.
        unread: rows and columns that no window reads.
        width: smallest width of all cells together, px.
    """

    values: Numbers
    rows: range
    columns: range
    unread: Unread = NONE_UNREAD
    width: float = GRID_WIDTH

    @classmethod
    def of(cls, values: Numbers, windows: Windows | None = None, *, around: bool = True) -> "Grid":
        """A grid; with windows, also what they leave unread and, if `around`, the zeros around."""
        rows, columns = range(len(values)), range(values.shape[1])
        if windows and around:
            rows, columns = windows.margins
        return cls(values, rows, columns, windows.unread if windows else NONE_UNREAD)


def hand_input(worked: Worked) -> Chart:
    """The input of an operator, with its windows and the cells that no window reads."""

    def draw(look: Look) -> go.Figure:
        grid = Grid.of(worked.inputs, worked.windows)
        return _draw(grid, _values(worked, look), look, _windows(worked, look))

    return _chart("input", worked.inputs, f"Input of {_spoken(worked.inputs)}", draw)


def hand_output(worked: Worked) -> Chart:
    """The output of an operator, on the colour scale of the input."""

    def draw(look: Look) -> go.Figure:
        chosen = [] if worked.cell is None else [_around(worked.cell, look)]
        return _draw(Grid.of(worked.outputs), _values(worked, look), look, chosen)

    return _chart("output", worked.outputs, f"Output of {_spoken(worked.outputs)}", draw)


def hand_gradient(worked: Worked) -> Chart:
    """The gradient that each input receives."""
    gradient = worked.gradient
    reached = f"{worked.reached} of {gradient.size} inputs receive gradient."

    def draw(look: Look) -> go.Figure:
        reach = float(np.abs(gradient).max())
        signed = bool((gradient < 0).any())
        shades = Shades.signed(reach, look) if signed else Shades.amounts(0, max(reach, 1.0), look)
        grid = Grid.of(gradient, worked.windows, around=False)
        return _draw(grid, shades, look, _windows(worked, look))

    return _chart("gradient", gradient, f"{reached} Gradient of {_spoken(gradient)}", draw)


def _chart(name: str, values: Numbers, alt: str, draw: Callable[[Look], go.Figure]) -> Chart:
    rows = [
        {"grid": name, "row": row + 1, "column": column + 1, "value": float(value)}
        for (row, column), value in np.ndenumerate(values)
    ]
    return Chart(rows, alt, "", draw)


def _values(worked: Worked, look: Look) -> Shades:
    """One scale for input and output; it starts at zero unless some values are negative."""
    every = np.concatenate([worked.inputs.ravel(), worked.outputs.ravel()])
    if every.min() < 0:
        return Shades.signed(float(np.abs(every).max()), look)
    return Shades.amounts(0, float(every.max()), look)


def _draw(grid: Grid, shades: Shades, look: Look, shapes: Lines) -> go.Figure:
    """Draw numbers on coloured cells."""
    return plot(
        [_heat(grid, shades), _numbers(grid, shades, look)],
        **_frame(grid, look, GRID_HEIGHT),
        shapes=[*_shades_of_unread(grid, look), *shapes],
    )


def _heat(grid: Grid, shades: Shades) -> go.Heatmap:
    rows, columns = grid.unread
    shown = grid.values.copy()
    shown[rows, :] = np.nan
    shown[:, columns] = np.nan
    return go.Heatmap(
        z=shown,
        **shades.scale,
        xgap=2,
        ygap=2,
        customdata=[[plain(value) for value in row] for row in grid.values],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _numbers(grid: Grid, shades: Shades, look: Look) -> go.Scatter:
    """The numbers of all cells, and zeros around them; empty if they do not fit."""
    texts = [[brief(value) for value in row] for row in grid.values]
    longest = max(len(text) for row in texts for text in row)
    room = grid.width / max(len(grid.rows), len(grid.columns)) / (DIGIT_WIDTH * longest)
    if room < SMALLEST_TEXT:
        return on_cells([], look.px(SMALL))
    height, width = grid.values.shape
    cells = []
    for row in grid.rows:
        for column in grid.columns:
            text, colour = "0", look.quiet
            if 0 <= row < height and 0 <= column < width:
                text = texts[row][column]
                colour = shades.text(float(grid.values[row, column]), look)
                if row in grid.unread[0] or column in grid.unread[1]:
                    colour = text_on(UNREAD_CELL[look.dark])
            cells.append((column, row, text, colour))
    return on_cells(cells, look.px(min(SMALL, room)))


def _frame(grid: Grid, look: Look, height: float) -> dict[str, Any]:
    room = HALF_CELL + 0.05
    return {
        **without_axes(look, height, margin=6),
        "xaxis_range": [grid.columns[0] - room, grid.columns[-1] + room],
        "yaxis_range": [grid.rows[-1] + room, grid.rows[0] - room],
    }


def _windows(worked: Worked, look: Look) -> Lines:
    """Outlines of the chosen output's window, or of all windows if they do not overlap."""
    windows = worked.windows
    if worked.cell is not None:
        return _boxes(windows, worked.cell, look, width=2.5)
    if windows.overlap or worked.outputs.shape == worked.inputs.shape:
        # overlapping outlines would hide the numbers, and single cells need none
        return []
    return [
        box
        for output, _ in np.ndenumerate(worked.outputs)
        for box in _boxes(windows, (output[0], output[1]), look, width=1.5)
    ]


def _boxes(windows: Windows, output: Cell, look: Look, **line: Any) -> Lines:
    return [_box(box, look, **line) for box in windows.boxes(output)]


def _around(cell: Cell, look: Look) -> dict[str, Any]:
    row, column = cell
    return _box(Box((row, row), (column, column)), look, width=2.5)


def _box(
    box: Box, look: Look, *, width: float, colour: str | None = None, dash: str = "solid"
) -> dict[str, Any]:
    line = {"color": colour or look.quiet, "width": look.px(width), "dash": dash}
    return _cells(box, line=line)


def _cells(box: Box, **more: Any) -> dict[str, Any]:
    """A rectangle around a box of cells."""
    (top, bottom), (left, right) = box.rows, box.columns
    across, down = (left - HALF_CELL, right + HALF_CELL), (top - HALF_CELL, bottom + HALF_CELL)
    return shape("rect", across, down, **more)


def _shades_of_unread(grid: Grid, look: Look) -> Lines:
    """The shading of rows and columns that no window reads, under their numbers."""
    height, width = grid.values.shape
    rows = [Box((row, row), (0, width - 1)) for row in grid.unread[0]]
    columns = [Box((0, height - 1), (column, column)) for column in grid.unread[1]]
    shade = {"layer": "below", "fillcolor": UNREAD_CELL[look.dark], "line": {"width": 0}}
    return [_cells(box, **shade) for box in (*rows, *columns)]


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
    base = _frame(grid, look, STEP_HEIGHT / look.scale + below)
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
        [_heat(grid, shades), _numbers(grid, shades, look)],
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
        boxes += _boxes(windows[number], output, look, width=4, **line)
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


def _spoken(values: Numbers) -> str:
    size = f"{values.shape[0]} by {values.shape[1]} cells"
    if values.size > MOST_SPOKEN:
        return f"{size}, from {plain(float(values.min()))} to {plain(float(values.max()))}."
    rows = "; ".join(" ".join(plain(value) for value in row) for row in values)
    return f"{size}. Row by row: {rows}."


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
