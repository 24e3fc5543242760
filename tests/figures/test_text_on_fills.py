"""Can all text be read that a figure writes on a coloured cell? 4.5 : 1 at least, in both themes.

The fill is computed from the figure alone, as Plotly does it: colour scale, value and limits.
"""

from itertools import pairwise

import numpy as np
import pytest

from core import figures
from core.analyses.hand import is_worked
from core.analyses.operate import windows, work
from core.analyses.shift_map import ShiftMap, ShiftSettings
from core.catalog import POOLINGS, Pooling
from core.comparison import Arm
from core.config import Experiment, ModelConfig
from core.figures import Look
from core.figures.palette import PAGE_DARK, PAGE_LIGHT
from core.network import describe_model
from core.network.receptive_field import fields
from tests.figures.answers import answers
from tests.figures.test_palette import contrast

WORKED = [name for name in POOLINGS if is_worked(name)]
GRID = np.array([[0.0, 5, 13, 9], [0, 13, 15, 10], [0, 3, 15, 2], [4, 12, 0, 8]])
LEAST = 4.5


def interpolated(scale, share):
    """The colour at a share of a Plotly scale."""
    for (low, first), (high, second) in pairwise(scale):
        if share <= high:
            part = (share - low) / (high - low)
            ends = [[int(each[i : i + 2], 16) for i in (1, 3, 5)] for each in (first, second)]
            mixed = [round(a + (b - a) * part) for a, b in zip(*ends, strict=True)]
            return "#" + "".join(f"{channel:02X}" for channel in mixed)
    return scale[-1][1]


def fill_at(figure, x, y, dark):
    """What lies under a place: a cell of the heat map, a shape below it, or the page."""
    heat = figure.data[0]
    xs = list(heat.x) if heat.x is not None else list(range(len(heat.z[0])))
    ys = list(heat.y) if heat.y is not None else list(range(len(heat.z)))
    value = np.nan
    if x in xs and y in ys:
        value = float(heat.z[ys.index(y)][xs.index(x)])
    if np.isfinite(value):
        share = (value - heat.zmin) / (heat.zmax - heat.zmin)
        return interpolated(heat.colorscale, min(max(share, 0), 1))
    for shape in figure.layout.shapes:
        if shape.fillcolor and shape.x0 <= x <= shape.x1 and shape.y0 <= y <= shape.y1:
            assert "below" == shape.layer
            return shape.fillcolor
    return PAGE_DARK if dark else PAGE_LIGHT


def least_contrast(figure, dark):
    """Of all numbers on the cells of a figure."""
    numbers = [
        (x, y, colour)
        for trace in figure.data
        if trace.type == "scatter" and trace.text
        for x, y, colour in zip(trace.x, trace.y, trace.textfont.color, strict=True)
    ] + [(a.x, a.y, a.font.color) for a in figure.layout.annotations if a.yref != "paper"]
    # nothing is written where there is no room
    ratios = [contrast(colour, fill_at(figure, x, y, dark)) for x, y, colour in numbers]
    return min(ratios, default=None)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("pooling", WORKED)
@pytest.mark.parametrize("times", [1, -1])
@pytest.mark.parametrize(("stride", "padding"), [(2, 0), (3, 1)])
def test_numbers_of_by_hand_can_be_read(pooling, dark, times, stride, padding):
    # with stride 3 a row and a column are shaded, and there are zeros around
    worked = work(pooling, times * GRID, 2, stride, padding)
    plain = windows(Pooling.AVERAGE, times * GRID, 2, stride, padding)
    found = [
        least_contrast(chart(worked).draw(Look(dark)), dark)
        for chart in (figures.hand_input, figures.hand_output, figures.hand_gradient)
    ]
    found.append(least_contrast(figures.steps([worked], plain).draw(Look(dark)), dark))
    assert found[1:] == [each for each in found[1:] if each is not None and each >= LEAST]
    assert found[0] is None or found[0] >= LEAST


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("difference", [False, True])
def test_numbers_of_mistakes_can_be_read(dark, difference):
    dice = np.random.default_rng(1)
    counts = dice.integers(1, 100, (10, 10)) if difference else np.arange(100).reshape(10, 10)
    labels, predictions = answers(counts)
    minus = answers(dice.permuted(counts, axis=1))[1] if difference else None
    figure = figures.confusion(labels, predictions, "0123456789", minus).draw(Look(dark))
    assert least_contrast(figure, dark) >= LEAST


@pytest.mark.parametrize("dark", [False, True])
def test_numbers_of_shifts_can_be_read(dark):
    same = tuple(tuple(((9 * row + column) % 81) / 80 for column in range(9)) for row in range(9))
    settings = ShiftSettings(reach=4, images=100, circular=False)
    found = ShiftMap(settings, (8, 8), 100, same, same)
    assert (
        least_contrast(figures.shift_map(Arm(Experiment()), found, 0.0).draw(Look(dark)), dark)
        >= LEAST
    )


@pytest.mark.parametrize("dark", [False, True])
def test_the_size_of_a_field_can_be_read(dark):
    model = ModelConfig()
    network = describe_model(model, (1, 8, 8), 10)
    found = fields(network, model)
    chart = figures.field_squares(np.zeros((8, 8), np.uint8), found, 0)
    (tag,) = chart.draw(Look(dark)).layout.annotations
    assert contrast(tag.font.color, tag.bgcolor) >= LEAST
