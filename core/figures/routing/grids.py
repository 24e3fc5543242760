"""What does an operator do to a grid? Input, output and gradient as grids."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.analyses.hand import Numbers, Worked
from core.analyses.reading import Box, Cell, Windows
from core.figures.base import SMALL, Look, Shades, on_cells, plot, shape, without_axes
from core.figures.chart import Chart
from core.figures.palette import UNREAD_CELL, text_on
from core.words import brief, plain, sign

GRID_HEIGHT, STEP_HEIGHT = 152, 270

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
        [shaded_cells(grid, shades), written_numbers(grid, shades, look)],
        **frame_of(grid, look, GRID_HEIGHT),
        shapes=[*_shades_of_unread(grid, look), *shapes],
    )


def shaded_cells(grid: Grid, shades: Shades) -> go.Heatmap:
    """The cells of a grid in their colours."""
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


def written_numbers(grid: Grid, shades: Shades, look: Look) -> go.Scatter:
    """The numbers of all cells, and zeros around them.

    If they do not fit, signs, so that these are told by more than a hue; without any negative
    number, nothing.
    """
    around = "0"
    texts = [[brief(value) for value in row] for row in grid.values]
    room = _room(grid, texts)
    if room < SMALLEST_TEXT:
        around = ""
        texts = [[sign(value) for value in row] for row in grid.values]
        room = _room(grid, texts)
        if room < SMALLEST_TEXT or not (grid.values < 0).any():
            return on_cells([], look.px(SMALL))
    height, width = grid.values.shape
    cells = []
    for row in grid.rows:
        for column in grid.columns:
            text, colour = around, look.quiet
            if 0 <= row < height and 0 <= column < width:
                text = texts[row][column]
                colour = shades.text(float(grid.values[row, column]), look)
                if row in grid.unread[0] or column in grid.unread[1]:
                    colour = text_on(UNREAD_CELL[look.dark])
            cells.append((column, row, text, colour))
    return on_cells(cells, look.px(min(SMALL, room)))


def _room(grid: Grid, texts: Sequence[Sequence[str]]) -> float:
    """Largest size at which the longest of some texts fits into a cell, px."""
    longest = max(1, *(len(text) for row in texts for text in row))
    return grid.width / max(len(grid.rows), len(grid.columns)) / (DIGIT_WIDTH * longest)


def frame_of(grid: Grid, look: Look, height: float) -> dict[str, Any]:
    """The layout of a picture of a grid, without axes."""
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
        return outlines(windows, worked.cell, look, width=2.5)
    if windows.overlap or worked.outputs.shape == worked.inputs.shape:
        # overlapping outlines would hide the numbers, and single cells need none
        return []
    return [
        box
        for output, _ in np.ndenumerate(worked.outputs)
        for box in outlines(windows, (output[0], output[1]), look, width=1.5)
    ]


def outlines(windows: Windows, output: Cell, look: Look, **line: Any) -> Lines:
    """Outlines around what one output reads."""
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


def _spoken(values: Numbers) -> str:
    size = f"{values.shape[0]} by {values.shape[1]} cells"
    if values.size > MOST_SPOKEN:
        return f"{size}, from {plain(float(values.min()))} to {plain(float(values.max()))}."
    rows = "; ".join(" ".join(plain(value) for value in row) for row in values)
    return f"{size}. Row by row: {rows}."
