"""Do the windows, formulas and gradients that people step through agree with hand and autograd?"""

import numpy as np
import pytest
import torch

from core import figures
from core.analyses.hand import between, explained, outputs_of, plain, window_values
from core.analyses.operate import additivity, as_convolution, contrast_kept, is_worked, work
from core.catalog import POOLINGS, Downsampling, Pooling
from core.errors import ConfigError
from core.network.pooling import make_pooling

GRID = np.array([[0.0, 5, 13, 9], [0, 13, 15, 10], [0, 3, 15, 2], [4, 12, 0, 8]])
WORKED = [name for name in POOLINGS if is_worked(name)]

# first window of GRID: 0, 5, 0, 13
OUTPUTS = {
    "max": [[13, 15], [12, 15]],
    "min": [[0, 9], [0, 0]],
    "average": [[4.5, 11.75], [4.75, 6.25]],
    "median": [[0, 10], [3, 2]],
    "none": GRID.tolist(),
}
SHARES = {
    "max": [[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 1, 0], [0, 1, 0, 0]],
    "min": [[1, 0, 0, 1], [0, 0, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0]],
    "average": [[0.25] * 4] * 4,
    "median": [[0, 0, 0, 0], [1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 0, 0]],
    "none": [[1] * 4] * 4,
}


@pytest.mark.parametrize("pooling", OUTPUTS)
def test_outputs_are_those_computed_by_hand(pooling):
    assert np.allclose(OUTPUTS[pooling], work(Pooling(pooling), GRID, 2, 2).outputs)


@pytest.mark.parametrize("pooling", SHARES)
def test_gradients_are_those_computed_by_hand(pooling):
    assert np.allclose(SHARES[pooling], work(Pooling(pooling), GRID, 2, 2).gradient)


@pytest.mark.parametrize("pooling", WORKED)
@pytest.mark.parametrize(
    ("size", "stride", "padding"), [(2, 2, 0), (3, 2, 0), (3, 1, 1), (2, 1, 0)]
)
def test_gradients_are_differences_of_outputs(pooling, size, stride, padding):
    # no ties, so that a small step changes no choice
    grid = np.random.default_rng(1).permutation(36).reshape(6, 6) / 4 + 1
    worked = work(pooling, grid, size, stride, padding)
    step = 1e-6
    for row, column in ((0, 0), (2, 3), (5, 1)):
        moved = grid.copy()
        moved[row, column] += step
        change = work(pooling, moved, size, stride, padding).outputs.sum() - worked.outputs.sum()
        assert pytest.approx(worked.gradient[row, column], abs=2e-4) == change / step


def test_shares_of_inputs_reached_without_ties():
    grid = np.random.default_rng(0).permutation(64).reshape(8, 8).astype(float)
    reached = {name: work(Pooling(name), grid, 2, 2).reached / 64 for name in ("max", "average")}
    assert {"max": 0.25, "average": 1.0} == reached


def test_one_output_sends_its_gradient_to_its_own_window():
    worked = work(Pooling.AVERAGE, GRID, 2, 2, cell=(1, 0))
    expected = np.zeros((4, 4))
    expected[2:, :2] = 0.25
    assert np.allclose(expected, worked.gradient)


def test_a_window_larger_than_the_grid_is_named():
    with pytest.raises(ConfigError, match="the window has 4 × 4 cells and the grid 3 × 3"):
        work(Pooling.MAX, np.zeros((3, 3)), 4, 1)
    assert (2, 2) == work(Pooling.MAX, np.zeros((3, 3)), 4, 1, padding=1).outputs.shape


@pytest.mark.parametrize("padding", [0, 1])
def test_windows_are_read_row_by_row(padding):
    found = window_values(GRID, 2, 2, padding)
    first = [0, 5, 0, 13] if not padding else [0, 0, 0, 0]
    assert first == found[0, 0]
    assert ({(0, 0), (0, 1), (1, 0), (1, 1)} if not padding else set(found)) == set(found)
    y = make_pooling("average", 1, 2, 2, padding).double()(torch.tensor(GRID)[None, None])
    means = np.array([np.mean(values) for values in found.values()]).reshape(y.shape[2:])
    assert np.allclose(y[0, 0].numpy(), means)


@pytest.mark.parametrize(
    ("pooling", "said"),
    [
        ("max", "max(0, 5, 0, 13) = 13"),
        ("min", "min(0, 5, 0, 13) = 0"),
        ("average", "(0 + 5 + 0 + 13) / 4 = 4.5"),
        ("median", "lower middle of 0, 0, 5, 13 = 0"),
        ("lp", "√(0² + 5² + 0² + 13²) = 13.93"),
        (
            "stochastic",
            "0.00·0 + 0.28·5 + 0.00·0 + 0.72·13 ≈ 10.78 (evaluation; training draws one)",
        ),
        ("mixed", "½·max + ½·mean = ½·13 + ½·4.5 = 8.75"),
    ],
)
def test_the_formula_has_the_numbers_of_the_window(pooling, said):
    worked = work(Pooling(pooling), GRID, 2, 2)
    assert said == explained(Pooling(pooling), [0, 5, 0, 13], float(worked.outputs[0, 0]))


@pytest.mark.parametrize("pooling", ["soft", "stochastic"])
def test_weights_in_a_formula_give_its_result(pooling):
    values = [0.5, 1.0, 0.25, 0.0]
    result = float(work(Pooling(pooling), np.array(values).reshape(2, 2), 2, 2).outputs[0, 0])
    text = explained(Pooling(pooling), values, result).split(" ≈ ")[0]
    products = [term.split("·") for term in text.split(" + ")]
    assert pytest.approx(result, abs=0.02) == sum(float(a) * float(b) for a, b in products)


def test_every_operator_has_a_formula():
    for pooling in WORKED:
        assert explained(pooling, [1, 2, 3, 4], 2.5)


def test_average_is_a_convolution_with_constant_weights_and_max_is_none():
    assert np.allclose(work(Pooling.AVERAGE, GRID, 3, 1).outputs, as_convolution(GRID, 3, 1))
    assert additivity(Pooling.AVERAGE, GRID, 2, 2).largest < 1e-12
    found = additivity(Pooling.MAX, GRID, 2, 2)
    assert found.largest >= 1
    # the largest of sums is at most the sum of the largest
    assert found.together <= found.apart


def test_a_dark_line_is_lost_with_max_and_halved_with_average():
    kept = {
        name: [contrast_kept(Pooling(name), 2, 2, light=light) for light in (True, False)]
        for name in ("max", "min", "average")
    }
    assert {"max": [1, 0], "min": [0, 1], "average": [0.5, 0.5]} == kept


@pytest.mark.parametrize(("temperature", "expected"), [(0, 4.5), (50, 13)])
def test_the_temperature_reaches_from_average_to_max(temperature, expected):
    assert pytest.approx(expected) == between([0, 5, 0, 13], temperature)


def test_the_temperature_one_is_softpool():
    values = [0.5, 1.0, 0.25, 0.0]
    soft = work(Pooling.SOFT, np.array(values).reshape(2, 2), 2, 2).outputs[0, 0]
    assert pytest.approx(soft) == between(values, 1.0)


@pytest.mark.parametrize("side", range(4, 12))
@pytest.mark.parametrize(
    ("size", "stride", "padding"), [(2, 2, 0), (3, 2, 0), (3, 2, 1), (4, 3, 2)]
)
def test_the_formula_of_sizes_gives_the_size(side, size, stride, padding):
    worked = work(Pooling.MAX, np.zeros((side, side)), size, stride, padding)
    assert (outputs_of(side, size, stride, padding),) * 2 == worked.outputs.shape


@pytest.mark.parametrize(("value", "text"), [(4.0, "4"), (-1.5, "−1.5"), (1 / 3, "0.33")])
def test_numbers_are_written_as_people_do(value, text):
    assert text == plain(value)


# figures


@pytest.mark.parametrize("pooling", WORKED)
@pytest.mark.parametrize("dark", [False, True])
def test_the_figure_has_a_number_and_a_share_for_each_input(pooling, dark):
    worked = work(pooling, GRID, 2, 2)
    figure = figures.routing(worked, 2, 2, dark=dark)
    assert np.allclose(worked.gradient, np.array(figure.data[0].z))
    assert [plain(value) for value in GRID.ravel()] == [a.text for a in figure.layout.annotations]
    assert f"{worked.reached} of 16 inputs" in figures.routing_alt(worked)


def test_what_the_floor_drops_is_shaded():
    grid = np.zeros((5, 7))
    shapes = figures.routing(work(Pooling.MAX, grid, 2, 2), 2, 2).layout.shapes
    shaded = [(s.x0, s.x1, s.y0, s.y1) for s in shapes if s.fillcolor]
    assert [(-0.5, 6.5, 3.5, 4.5), (5.5, 6.5, -0.5, 4.5)] == shaded


def test_each_window_is_a_frame_with_the_formula_of_every_operator():
    many = [work(pooling, GRID, 2, 2) for pooling in (Pooling.MAX, Pooling.AVERAGE)]
    figure = figures.steps(many, 2, 2)
    assert 4 == len(figure.frames) == len(figure.layout.sliders[0].steps)
    last = [a.text for a in figure.frames[-1].layout.annotations[-2:]]
    assert last[0].endswith("Max: max(15, 2, 0, 8) = 15")
    assert last[1].endswith("Average: (15 + 2 + 0 + 8) / 4 = 6.25")
    assert (1.5, 3.5) == (
        figure.frames[-1].layout.shapes[0].x0,
        figure.frames[-1].layout.shapes[0].x1,
    )


def test_strided_is_no_operator_on_a_map():
    assert [name for name in POOLINGS if not is_worked(name)] == [
        name for name, e in POOLINGS.items() if e.downsampling is Downsampling.STRIDE
    ]
