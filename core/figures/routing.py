"""What does an operator do to a grid? Input, output and gradient as grids, and window by window."""

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.analyses.hand import Numbers, Worked, explained, titled
from core.analyses.reading import Box, Cell, Windows
from core.figures.base import SMALL, Look, Shades, layout, marked, on_cells, plot
from core.figures.palette import SEQUENTIAL, UNREAD, style, text_on
from core.words import brief, plain

HEIGHT = 152
STEP_HEIGHT = 270
LINE_HEIGHT, LINE_GAP = 19, 7
LINE_LETTERS = 44
"""of a line of text under the grid: a card on a telephone is 330 px wide"""
STEP_SECONDS = 1.2
PANEL, STEP_PANEL = 118, 250
"""px that the cells of a grid have in a card, at least; the server cannot measure it"""
LETTER = 0.58
"""width of a digit, as a share of its height"""
SMALLEST = 10
"""px; where numbers would be smaller than this, the fill stands alone"""
EDGE = 0.5

Lines = list[dict[str, Any]]


def hand_input(worked: Worked, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw the numbers that go in, the windows of the operator, and what no window reads."""
    look = Look(dark, scale)
    return _grid(worked.inputs, _values(worked, look), look, worked.windows, _windows(worked, look))


def hand_output(worked: Worked, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw the numbers that come out, on the colour scale of the input."""
    look = Look(dark, scale)
    chosen = [] if worked.cell is None else [_around(worked.cell, look)]
    return _grid(worked.outputs, _values(worked, look), look, shapes=chosen)


def hand_gradient(worked: Worked, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw how much of the gradient each input gets, from none to all of one output."""
    look = Look(dark, scale)
    gradient = worked.gradient
    reach = float(np.abs(gradient).max())
    signed = bool((gradient < 0).any())
    shades = Shades.signed(reach, look) if signed else Shades.amounts(0, max(reach, 1.0), look)
    return _grid(gradient, shades, look, worked.windows, _windows(worked, look), around=False)


def _values(worked: Worked, look: Look) -> Shades:
    """One scale for input and output; from zero, unless some are negative."""
    every = np.concatenate([worked.inputs.ravel(), worked.outputs.ravel()])
    if every.min() < 0:
        return Shades.signed(float(np.abs(every).max()), look)
    return Shades.amounts(0, float(every.max()), look)


def _grid(  # noqa: PLR0913 (the cells, their colours, and what lies over them)
    values: Numbers,
    shades: Shades,
    look: Look,
    windows: Windows | None = None,
    shapes: Lines | None = None,
    *,
    around: bool = True,
) -> go.Figure:
    """Numbers on coloured cells; with windows also what is not read, and the zeros around."""
    rows, columns = range(len(values)), range(values.shape[1])
    if windows and around:
        rows, columns = windows.margins
    unread = windows.unread if windows else ([], [])
    return plot(
        [
            _heat(values, shades, unread),
            _numbers(values, shades, look, rows, columns, unread),
        ],
        **_frame(look, rows, columns, HEIGHT),
        shapes=[*_shades_of_unread(unread, values.shape, look), *(shapes or [])],
    )


def _heat(values: Numbers, shades: Shades, unread: tuple[list[int], list[int]]) -> go.Heatmap:
    shown = values.copy()
    shown[unread[0], :] = np.nan
    shown[:, unread[1]] = np.nan
    return go.Heatmap(
        z=shown,
        **shades.scale,
        xgap=2,
        ygap=2,
        customdata=[[plain(value) for value in row] for row in values],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _numbers(  # noqa: PLR0913, PLR0917 (the cells, their colours, and what surrounds them)
    values: Numbers,
    shades: Shades,
    look: Look,
    rows: range,
    columns: range,
    unread: tuple[list[int], list[int]],
    panel: float = PANEL,
) -> go.Scatter:
    """The numbers of all cells, and zeros around them; none if they find no room."""
    texts = [[brief(value) for value in row] for row in values]
    longest = max(len(text) for row in texts for text in row)
    room = panel / max(len(rows), len(columns)) / (LETTER * longest)
    if room < SMALLEST:
        return on_cells([], look.px(SMALL))
    cells = []
    for row in rows:
        for column in columns:
            if not (0 <= row < values.shape[0] and 0 <= column < values.shape[1]):
                cells.append((column, row, "0", look.quiet))
            elif row in unread[0] or column in unread[1]:
                cells.append((column, row, texts[row][column], text_on(UNREAD[look.dark])))
            else:
                colour = shades.text(float(values[row, column]), look)
                cells.append((column, row, texts[row][column], colour))
    return on_cells(cells, look.px(min(SMALL, room)))


def _frame(look: Look, rows: range, columns: range, height: float) -> dict[str, Any]:
    hidden = {"visible": False, "fixedrange": True}
    room = EDGE + 0.05
    return {
        **layout(look, height=height),
        "margin": dict.fromkeys("lrtb", look.px(6)),
        "xaxis": {
            **hidden,
            "range": [columns[0] - room, columns[-1] + room],
            "constrain": "domain",
        },
        "yaxis": {
            **hidden,
            "range": [rows[-1] + room, rows[0] - room],
            "scaleanchor": "x",
            "constrain": "domain",
        },
    }


def _windows(worked: Worked, look: Look) -> Lines:
    """Outlines of the window of the chosen output, or of all where they do not overlap."""
    windows = worked.windows
    if worked.cell is not None:
        return _boxes(windows, worked.cell, look, width=2.5)
    if windows.overlap or worked.outputs.shape == worked.inputs.shape:
        # overlapping ones would hide the numbers, and single cells need none
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
    return {
        "type": "rect",
        **_edges(box),
        "line": {"color": colour or look.quiet, "width": look.px(width), "dash": dash},
    }


def _edges(box: Box) -> dict[str, float]:
    (top, bottom), (left, right) = box.rows, box.columns
    return {"x0": left - EDGE, "x1": right + EDGE, "y0": top - EDGE, "y1": bottom + EDGE}


def _shades_of_unread(
    unread: tuple[list[int], list[int]], shape: tuple[int, ...], look: Look
) -> Lines:
    """The rows and columns that no window of the operator reads, under their numbers."""
    shade = {
        "type": "rect",
        "layer": "below",
        "fillcolor": UNREAD[look.dark],
        "line": {"width": 0},
    }
    height, width = shape
    rows = [Box((row, row), (0, width - 1)) for row in unread[0]]
    columns = [Box((0, height - 1), (column, column)) for column in unread[1]]
    return [{**shade, **_edges(box)} for box in (*rows, *columns)]


def steps(
    many: Sequence[Worked], plain_windows: Windows, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Step through the outputs: what each operator reads there, and its formula with numbers.

    The frames are played in the browser: no rerun per step.

    Args:
        many: the operators, on one grid.
        plain_windows: those of a plain pool; what leaves the map as it is names their cells.
        dark: for the dark theme.
        scale: of sizes and text.
    """
    look = Look(dark, scale)
    inputs = many[0].inputs
    windows = [_stepped(worked, plain_windows) for worked in many]
    outputs = [(row, column) for row, column in np.ndindex(*plain_windows.shape)]
    texts = [
        [_line(worked, own, output) for worked, own in zip(many, windows, strict=True)]
        for output in outputs
    ]
    # a line of text has the same place in every frame
    heights = [max(len(frame[number]) for frame in texts) for number in range(len(many))]
    below = sum(LINE_HEIGHT * lines + LINE_GAP for lines in heights)
    rows, columns = _hull(windows)
    # the grid keeps its size on a projector, where there is no more room than on a screen
    height = STEP_HEIGHT / scale + below + 70
    base = _frame(look, rows, columns, height)
    base["margin"] = {"l": 6, "r": 6, "t": 6, "b": look.px(below + 70)}
    shades = Shades(
        min(0.0, float(inputs.min())), max(float(inputs.max()), 1.0), SEQUENTIAL[dark][:3]
    )
    nothing: tuple[list[int], list[int]] = ([], [])
    frames = [
        go.Frame(
            name=str(number),
            layout={
                "shapes": _step_boxes(many, windows, output, look),
                "annotations": _lines(many, lines, heights, look),
            },
        )
        for number, (output, lines) in enumerate(zip(outputs, texts, strict=True), start=1)
    ]
    return plot(
        [
            _heat(inputs, shades, nothing),
            _numbers(inputs, shades, look, rows, columns, nothing, STEP_PANEL),
        ],
        frames,
        **base,
        shapes=frames[0].layout.shapes,
        annotations=frames[0].layout.annotations,
        sliders=[_slider(frames, look, below)],
        updatemenus=[_buttons(look, below)],
    )


def _stepped(worked: Worked, plain_windows: Windows) -> Windows:
    """What an operator reads, output by output; of an unpooled map, the cells of a window."""
    return worked.windows if worked.windows.shape == plain_windows.shape else plain_windows


def _hull(many: Sequence[Windows]) -> tuple[range, range]:
    """Rows and columns that hold what any of them reads."""
    found = [each.margins for each in many]
    rows, columns = (
        range(min(each[axis].start for each in found), max(each[axis].stop for each in found))
        for axis in (0, 1)
    )
    return rows, columns


def _step_boxes(
    many: Sequence[Worked], windows: Sequence[Windows], output: Cell, look: Look
) -> Lines:
    """What each operator reads for one output; those that read the same share a box."""
    groups: dict[tuple[Cell, ...], int] = {}
    for number, each in enumerate(windows):
        groups.setdefault(tuple(each.cells(output)), number)
    found: Lines = []
    for number in groups.values():
        pooling = many[number].pooling
        own = {"colour": look.colour(pooling), "dash": style(pooling).dash}
        line = own if len(groups) > 1 else {}
        found += _boxes(windows[number], output, look, width=4, **line)
    return found


def _line(worked: Worked, windows: Windows, output: Cell) -> list[str]:
    """An operator's formula with the numbers that it reads, as lines of text."""
    values = windows.values(worked.inputs, output)
    if windows is not worked.windows:
        cells = [cell for cell in windows.cells(output) if windows.holds(cell)]
        values = [float(worked.inputs[cell]) for cell in cells]
    if not values:
        formula = "no cell of the grid"
    else:
        result = values[0] if windows is not worked.windows else float(worked.outputs[output])
        formula = explained(worked.pooling, values, result)
    return wrap(f"{titled(worked.pooling)}: {formula}", LINE_LETTERS, break_long_words=False)


def _lines(
    many: Sequence[Worked], texts: Sequence[Sequence[str]], heights: Sequence[int], look: Look
) -> Lines:
    """The formulas under the grid, from the left, one operator below the other."""
    found: Lines = []
    top = 8.0
    for worked, lines, height in zip(many, texts, heights, strict=True):
        found.append(
            {
                "x": 0,
                "xref": "paper",
                "xanchor": "left",
                "align": "left",
                "y": 0,
                "yref": "paper",
                "yanchor": "top",
                "yshift": -look.px(top),
                "showarrow": False,
                "text": marked(worked.pooling, look, "<br>".join(lines)),
                "font": {"size": look.px(SMALL), "color": look.ink},
            }
        )
        top += LINE_HEIGHT * height + LINE_GAP
    return found


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
        # words: not every system has the glyphs of a player
        "buttons": [
            {"label": "Play", "method": "animate", "args": [None, _transition(STEP_SECONDS)]},
            {"label": "Pause", "method": "animate", "args": [[None], _transition(0)]},
        ],
    }


def hand_input_alt(worked: Worked) -> str:
    """Say in words what goes in."""
    return f"Input of {_spoken(worked.inputs)}"


def hand_output_alt(worked: Worked) -> str:
    """Say in words what comes out."""
    return f"Output of {_spoken(worked.outputs)}"


def hand_gradient_alt(worked: Worked) -> str:
    """Say in words who gets the gradient."""
    reached = f"{worked.reached} of {worked.gradient.size} inputs get gradient."
    return f"{reached} Gradient of {_spoken(worked.gradient)}"


def _spoken(values: Numbers) -> str:
    size = f"{values.shape[0]} by {values.shape[1]} cells"
    if values.size > 64:  # noqa: PLR2004 (8 x 8)
        return f"{size}, from {plain(float(values.min()))} to {plain(float(values.max()))}."
    rows = "; ".join(" ".join(plain(value) for value in row) for row in values)
    return f"{size}. Row by row: {rows}."
