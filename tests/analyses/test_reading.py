"""Do boxes, shading, sentence and outputs of By hand agree with what an operator really reads?

What it reads is measured: one cell after the other is made very small, then very large, and every
output that differs reads it. Nothing here knows a window.
"""

import re
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core import figures
from core.analyses.hand import is_worked
from core.analyses.operate import windows, work
from core.analyses.reading import unread_by_operator, unread_sentence
from core.catalog import POOLINGS, Padding, Pooling
from core.figures import Look
from core.figures.routing import grids, stepping
from core.network.pooling import make_pooling

WORKED = [name for name in POOLINGS if is_worked(name)]
GRIDS = ((4, 1), (5, 2), (7, 0))
"""side and padding"""
SETTINGS = [
    (side, size, stride, padding)
    for (side, padding), size, stride in product(GRIDS, (2, 3, 4), (1, 2, 3, 4))
]
LOW, HIGH = -50.0, 80.0
SELECTING = {Pooling.MAX: max, Pooling.FRACTIONAL_MAX: max, Pooling.APS: max, Pooling.MIN: min}
AVERAGING = (Pooling.AVERAGE, Pooling.LIP)


def grid_of(side):
    # no two alike, so that aps has no ties
    return np.random.default_rng(side).permutation(side * side).reshape(side, side) / 4 + 1


def measured(pooling, grid, size, stride, padding, mode):
    """(h, w, H, W): whether an output changes with an input."""
    if pooling is Pooling.MEDIAN and padding and mode is Padding.ZEROS:
        # of three equal zeros and a number the median is zero whatever it is: distinct ones instead
        wide = grid_of(len(grid) + 2 * padding)
        inner = slice(padding, -padding)
        return measured(pooling, wide, size, stride, 0, mode)[:, :, inner, inner]
    cells = grid.size
    x = torch.tensor(grid)[None, None]
    chosen = pooling is Pooling.APS
    if chosen:
        # aps chooses for all channels alike: one so loud that rounding swallows the other holds it
        x = torch.cat([x, 1e12 * x], dim=1)
    module = make_pooling(pooling, x.shape[1], size, stride, padding, mode).double().eval()
    for name, parameter in module.named_parameters():
        if "conv" in name:
            # every weight counts, and ReLU lets a large value through
            torch.nn.init.constant_(parameter, 1.0 if name.endswith("weight") else 0.0)
    found = []
    for value in (LOW, HIGH):
        changed = x.repeat(cells, 1, 1, 1)
        for number, cell in enumerate(np.ndindex(*grid.shape)):
            changed[(number, 0, *cell)] = value
        with torch.inference_mode():
            found.append(module(changed)[:, 0])
    differs = (found[0] != found[1]).reshape(*grid.shape, *found[0].shape[1:])
    return differs.permute(2, 3, 0, 1).numpy()


def covered(boxes, shape):
    """The cells of the grid under rectangles of a figure."""
    found = np.zeros(shape, dtype=bool)
    for box in boxes:
        rows = slice(max(0, int(box.y0 + 0.5)), max(0, int(box.y1 + 0.5)))
        columns = slice(max(0, int(box.x0 + 0.5)), max(0, int(box.x1 + 0.5)))
        found[rows, columns] = True
    return found


def said(sentence, what):
    """The rows or columns that a sentence names."""
    found = re.search(rf"{what}s? ([\d, and]+)", sentence, re.IGNORECASE)
    return [] if not found else [int(number) - 1 for number in re.findall(r"\d+", found[1])]


@pytest.mark.parametrize("pooling", ["spectral", "flc"])
def test_an_operator_of_waves_is_said_to_read_the_whole_map(pooling):
    """Single cells may have no weight, which no box could show."""
    for side, size, stride, padding in SETTINGS:
        grid = grid_of(side)
        found = windows(pooling, grid, size, stride, padding)
        assert all(
            set(map(tuple, found.cells(o))) >= set(np.ndindex(side, side))
            for o in np.ndindex(*found.shape)
        )
        assert "Every row and column is read." == unread_sentence(found)
        assert measured(pooling, grid, size, stride, padding, Padding.ZEROS).mean() > 0.2


def test_lps_shows_the_windows_of_the_component_that_it_chose():
    grid = grid_of(8)
    worked = work(Pooling.LPS, grid, 2, 2)
    values = [max(worked.windows.values(grid, output)) for output in np.ndindex(4, 4)]
    assert np.allclose(values, worked.outputs.ravel())


@pytest.fixture
def only_shapes(monkeypatch):
    """Figures of nothing but their shapes: Plotly's objects take ten times as long as the rest."""

    def plot(*_, shapes, **__):
        layout = SimpleNamespace(
            shapes=[SimpleNamespace(**{"fillcolor": None} | s) for s in shapes]
        )
        return SimpleNamespace(layout=layout)

    for module in (grids, stepping):
        monkeypatch.setattr(module, "plot", plot)
        for marks in ("shaded_cells", "written_numbers"):
            monkeypatch.setattr(module, marks, lambda *_: None)


@pytest.mark.usefixtures("only_shapes")
@pytest.mark.parametrize("mode", [Padding.ZEROS, Padding.CIRCULAR])
@pytest.mark.parametrize("pooling", [name for name in WORKED if not POOLINGS[name].whole_map])
def test_boxes_shading_sentence_and_outputs_are_those_of_what_an_operator_reads(pooling, mode):
    for side, size, stride, padding in SETTINGS:
        grid = grid_of(side)
        expected = measured(pooling, grid, size, stride, padding, mode)
        worked = work(pooling, grid, size, stride, padding, mode=mode)
        found = worked.windows
        assert expected.shape[:2] == found.shape == worked.outputs.shape

        # the windows
        inside = np.zeros_like(expected)
        for output in np.ndindex(*found.shape):
            for cell in found.cells(output):
                if found.holds(cell):
                    inside[(*output, *cell)] = True
        assert np.array_equal(expected, inside), (side, size, stride, padding)

        # the boxes: of one output, and of all where they do not overlap
        alone = work(pooling, grid, size, stride, padding, (0, 0), mode=mode)
        shapes = figures.hand_input(alone).draw(Look()).layout.shapes
        boxed = [shape for shape in shapes if not shape.fillcolor]
        assert np.array_equal(expected[0, 0], covered(boxed, grid.shape))
        shapes = figures.hand_input(worked).draw(Look()).layout.shapes
        boxed = [shape for shape in shapes if not shape.fillcolor]
        overlap = (expected.sum((0, 1)) > 1).any()
        if boxed:
            assert not overlap
            assert np.array_equal(expected.any((0, 1)), covered(boxed, grid.shape))

        # shading and sentence
        unread = ~expected.any((0, 1))
        shaded = [shape for shape in shapes if shape.fillcolor]
        assert np.array_equal(unread, covered(shaded, grid.shape))
        sentence = unread_sentence(found)
        assert np.flatnonzero(unread.all(1)).tolist() == said(sentence, "row")
        assert np.flatnonzero(unread.all(0)).tolist() == said(sentence, "column")
        assert ("Every row and column is read." == sentence) == (not unread.any())

        # the outputs
        if pooling in SELECTING or pooling in AVERAGING:
            take = SELECTING.get(pooling, np.mean)
            values = [take(found.values(grid, output)) for output in np.ndindex(*found.shape)]
            assert np.allclose(values, worked.outputs.ravel())


def boxes_of(pooling, grid, *settings):
    shapes = figures.hand_input(work(pooling, grid, *settings)).draw(Look()).layout.shapes
    return [shape for shape in shapes if not shape.fillcolor]


def test_nine_windows_have_nine_boxes():
    assert 9 == len(boxes_of(Pooling.MAX, np.zeros((4, 4)), 2, 2, 1))


def test_rows_between_windows_are_not_read():
    found = windows(Pooling.MAX, np.zeros((8, 8)), 2, 3)
    assert "Rows 3 and 6 and columns 3 and 6 are not read (shaded)." == unread_sentence(found)
    assert 9 == len(boxes_of(Pooling.MAX, np.zeros((8, 8)), 2, 3))


def test_a_window_that_wraps_is_drawn_in_pieces():
    grid = np.zeros((4, 4))
    grid[0, 3] = grid[2, 3] = 1
    # the phase of largest norm begins in the last column and goes on in the first
    grid[1, 0] = grid[3, 0] = 1
    found = windows(Pooling.APS, grid, 2, 2)
    worked = work(Pooling.APS, grid, 2, 2)
    pieces = sum(len(found.boxes(output)) for output in np.ndindex(*found.shape))
    assert pieces == len(boxes_of(Pooling.APS, grid, 2, 2))
    values = [max(found.values(grid, output)) for output in np.ndindex(*found.shape)]
    assert values == worked.outputs.ravel().tolist()


def test_operators_that_read_differently_are_named_apart():
    grid = np.random.default_rng(0).permutation(25).reshape(5, 5).astype(float)
    read = [
        (pooling, windows(pooling, grid, 2, 2))
        for pooling in (Pooling.MAX, Pooling.AVERAGE, Pooling.BLUR_MAX)
    ]
    assert (
        "Max and average: row 5 and column 5 are not read (shaded). "
        "Blur-max: every row and column is read." == unread_by_operator(read)
    )
    assert "Row 5 and column 5 are not read (shaded)." == unread_by_operator(read[:2])
