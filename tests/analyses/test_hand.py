"""Do the windows, formulas and gradients that people step through agree with hand and autograd?"""

import numpy as np
import pytest
import torch

from core import figures
from core.analyses.hand import (
    between,
    explained,
    first_window,
    is_worked,
    outputs_of,
    shown_remarks,
)
from core.analyses.operate import (
    additivity,
    as_convolution,
    contrast_kept,
    middle,
    windows,
    work,
)
from core.catalog import POOLINGS, Downsampling, Pooling
from core.errors import ConfigError
from core.figures import Look
from core.network.pooling import make_pooling
from core.words import brief, plain

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
    read = windows(Pooling.AVERAGE, GRID, 2, 2, padding)
    found = {output: read.values(GRID, output) for output in np.ndindex(*read.shape)}
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


# what formulas say

NEGATIVE = [-1.0, -2.0, -3.0, -4.0]
AVERAGED = ("average", "lp", "soft", "stochastic", "mixed", "gated", "gem")


def counted(text):
    """What the left side of a formula gives when a calculator takes it literally."""
    left = text.split(" (evaluation")[0]
    left = left.rpartition(" ≈ ")[0] or left.rpartition(" = ")[0]
    left = left.split(" = ")[-1]
    power = "(mean of max(x, 0.000001)³)^⅓ of "
    if left.startswith(power):
        values = [max(float(v.replace("−", "-")), 1e-6) for v in left[len(power) :].split(", ")]
        return np.mean(np.array(values) ** 3) ** (1 / 3)
    if left.startswith("(mean of x³)^⅓ of "):
        values = [float(v) for v in left.partition(" of x³)^⅓ of ")[2].split(", ")]
        return np.mean(np.array(values) ** 3) ** (1 / 3)
    for sign, meaning in {"−": "-", "·": "*", "²": "**2", "½": "0.5", "√": "np.sqrt"}.items():
        left = left.replace(sign, meaning)
    return eval(left)  # noqa: S307 (of this test's own making)


@pytest.mark.parametrize("pooling", AVERAGED)
@pytest.mark.parametrize(
    "values", [[0.5, 1.0, 0.25, 0.0], NEGATIVE, [-3.0, 2.0, 0.0, 1.0], [4.0, 1.0, 2.0, 3.0]]
)
def test_a_formula_gives_its_result_for_negative_numbers_too(pooling, values):
    worked = work(Pooling(pooling), np.array(values).reshape(2, 2), 2, 2)
    result = float(worked.outputs[0, 0])
    said = explained(Pooling(pooling), values, result)
    assert pytest.approx(result, abs=0.06) == counted(said)


def test_formulas_put_negative_numbers_in_brackets():
    assert "√((−1)² + (−2)² + (−3)² + (−4)²) = 5.48" == explained(Pooling.LP, NEGATIVE, 30**0.5)
    assert "(mean of max(x, 0.000001)³)^⅓ of −1, −2, −3, −4 = 0.000001" == explained(
        Pooling.GEM, NEGATIVE, 1e-6
    )


def test_the_least_of_zeros_is_written_without_a_minus():
    worked = work(Pooling.MIN, GRID, 2, 2)
    assert "min(15, 2, 0, 8) = 0" == explained(
        Pooling.MIN, [15, 2, 0, 8], float(worked.outputs[1, 1])
    )


# windows that differ


def test_the_numbers_of_additivity_are_those_of_its_verdict():
    for pooling in WORKED:
        for size, stride in ((2, 2), (3, 1), (3, 2)):
            found = additivity(pooling, GRID, size, stride)
            assert found.holds == (abs(found.together - found.apart) < 1e-9)
            assert pytest.approx(found.largest) == abs(found.together - found.apart)


def test_additivity_shows_an_output_that_differs_where_the_first_does_not():
    patch = np.array([[10.0, 10, 16, 4], [4, 16, 15, 3], [1, 9, 16, 15], [0, 0, 3, 16]])
    turned = np.rot90(patch).copy()
    one, two, both = (
        work(Pooling.MEDIAN, grid, 2, 2).outputs for grid in (patch, turned, patch + turned)
    )
    found = additivity(Pooling.MEDIAN, patch, 2, 2)
    assert (14, 14) == (both[0, 0], one[0, 0] + two[0, 0])
    assert not found.holds
    assert (both[found.cell], (one + two)[found.cell]) == (found.together, found.apart)
    assert found.together != found.apart


@pytest.mark.parametrize("times", [1e-3, 1.0, 1e9])
def test_average_is_additive_however_large_the_numbers(times):
    assert additivity(Pooling.AVERAGE, GRID * times / 7, 2, 2).holds


LOCAL = [n for n in WORKED if POOLINGS[n].regular_grid and not POOLINGS[n].whole_map]


@pytest.mark.parametrize("pooling", LOCAL)
@pytest.mark.parametrize("light", [True, False])
@pytest.mark.parametrize("size", [2, 3, 4])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_what_is_left_of_a_line_is_what_is_left_of_it_far_from_any_border(
    pooling, light, size, stride
):
    picture = np.zeros((24 * stride, 24 * stride))
    picture[:, 12 * stride] = 1
    outputs = work(pooling, picture if light else 1 - picture, size, stride).outputs
    far = outputs[6:-6, 6:-6]
    assert pytest.approx(far.max() - far.min()) == contrast_kept(pooling, size, stride, light=light)


def test_one_output_is_in_the_middle_of_each_operators_own():
    assert (1, 1) == middle(windows(Pooling.MAX, GRID, 2, 2))
    assert (2, 2) == middle(windows(Pooling.NONE, GRID, 2, 2))


# what is shown


def test_what_is_not_shown_is_named_with_its_reason():
    chosen = [Pooling.MAX, Pooling.STRIDED, Pooling.LIP, Pooling.AVERAGE]
    able = [Pooling.MAX, Pooling.LIP, Pooling.AVERAGE]
    assert [] == shown_remarks(able, able, able)
    (said,) = shown_remarks(chosen, able, able)
    assert (
        "Shown: 3 of 4 strategies. Strided has no pooling layer: the block's convolution skips "
        "every other position, so nothing is pooled."
    ) == said
    (said,) = shown_remarks(chosen, able, able[:1])
    assert said.startswith("Shown: 1 of 4 strategies. Strided has ")
    assert said.endswith(" Choose others under Operators shown; left out: LIP and average.")


def test_the_headline_names_outputs_of_operators_that_read_the_same():
    many = [work(name, GRID, 2, 2) for name in (Pooling.NONE, Pooling.MAX, Pooling.AVERAGE)]
    assert first_window(many) is None
    assert ("0, 5, 0, 13", [(Pooling.MAX, "13"), (Pooling.AVERAGE, "4.5")]) == first_window(
        many[1:] + many[:1]
    )


# figures


def texts(figure):
    return [text for trace in figure.data if trace.type == "scatter" for text in trace.text]


@pytest.mark.parametrize("pooling", WORKED)
@pytest.mark.parametrize("dark", [False, True])
def test_the_figures_have_a_number_for_each_input_output_and_share(pooling, dark):
    worked = work(pooling, GRID, 2, 2)
    for chart, values in (
        (figures.hand_output, worked.outputs),
        (figures.hand_gradient, worked.gradient),
    ):
        figure = chart(worked).draw(Look(dark))
        # cells that nothing reads have no colour of the scale
        coloured = np.array(figure.data[0].z)
        assert np.allclose(values[~np.isnan(coloured)], coloured[~np.isnan(coloured)])
        assert not values[np.isnan(coloured)].any()
        assert [brief(value) for value in values.ravel()] == texts(figure)
    drawn = figures.hand_input(worked).draw(Look(dark))
    inside = [
        text
        for x, y, text in zip(drawn.data[1].x, drawn.data[1].y, texts(drawn), strict=True)
        if worked.windows.holds((y, x))
    ]
    assert [plain(value) for value in GRID.ravel()] == inside
    assert f"{worked.reached} of 16 inputs" in figures.hand_gradient(worked).alt


LARGE = np.random.default_rng(0).integers(0, 17, (12, 12)).astype(float)
"""its cells have no room for numbers"""


@pytest.mark.parametrize("dark", [False, True])
def test_signs_are_written_where_numbers_have_no_room(dark):
    worked = work(Pooling.SOFT, LARGE, 2, 2)
    assert (worked.gradient < 0).any()
    drawn = figures.hand_gradient(worked).draw(Look(dark))
    written = np.array(texts(drawn)).reshape(worked.gradient.shape)
    assert np.array_equal(worked.gradient < 0, written == "−")
    assert np.array_equal(worked.gradient > 0, written == "+")
    # nothing to tell apart: amounts are told by how dark a cell is
    assert [] == texts(figures.hand_gradient(work(Pooling.AVERAGE, LARGE, 2, 2)).draw(Look(dark)))
    assert [] == texts(figures.hand_input(worked).draw(Look(dark)))


def test_all_outputs_are_said_in_words():
    chart = figures.hand_output(work(Pooling.MAX, GRID, 2, 2))
    assert "Output of 2 by 2 cells. Row by row: 13 15; 12 15." == chart.alt


def test_what_the_floor_drops_is_shaded():
    grid = np.zeros((5, 7))
    shapes = figures.hand_input(work(Pooling.MAX, grid, 2, 2)).draw(Look()).layout.shapes
    shaded = [(s.x0, s.x1, s.y0, s.y1) for s in shapes if s.fillcolor]
    assert [(-0.5, 6.5, 3.5, 4.5), (5.5, 6.5, -0.5, 4.5)] == shaded


def stepped(many, size=2, stride=2, padding=0):
    return figures.steps(
        many, windows(Pooling.AVERAGE, many[0].inputs, size, stride, padding)
    ).draw(Look())


def test_each_window_is_a_frame_with_the_formula_of_every_operator():
    figure = stepped([work(pooling, GRID, 2, 2) for pooling in (Pooling.MAX, Pooling.AVERAGE)])
    assert 4 == len(figure.frames) == len(figure.layout.sliders[0].steps)
    last = [a.text for a in figure.frames[-1].layout.annotations[-2:]]
    assert last[0].endswith("Max: max(15, 2, 0, 8) = 15")
    assert last[1].endswith("Average: (15 + 2 + 0 + 8) / 4 = 6.25")
    assert (1.5, 3.5) == (
        figure.frames[-1].layout.shapes[0].x0,
        figure.frames[-1].layout.shapes[0].x1,
    )


@pytest.mark.parametrize("beside", [[], [Pooling.MAX]])
def test_stepping_through_none_boxes_the_cells_that_it_names(beside):
    many = [work(pooling, GRID, 2, 2) for pooling in (Pooling.NONE, *beside)]
    for frame in stepped(many).frames:
        (box,) = frame.layout.shapes
        boxed = GRID[int(box.y0 + 0.5) : int(box.y1 + 0.5), int(box.x0 + 0.5) : int(box.x1 + 0.5)]
        named = ", ".join(plain(value) for value in boxed.ravel())
        assert frame.layout.annotations[0].text.endswith(f"None: {named} stay as they are")


def test_no_line_of_a_formula_is_wider_than_a_card_on_a_telephone():
    grid = np.arange(25.0).reshape(5, 5) / 7 - 4
    for size in (2, 3, 4):
        many = [work(pooling, grid, size, 1) for pooling in WORKED]
        for frame in stepped(many, size, 1).frames:
            for note in frame.layout.annotations:
                assert ("left", 0) == (note.xanchor, note.x)
                # a glyph and a space in markup go before the first line
                lines = note.text.partition("</span> ")[2].split("<br>")
                assert max(map(len, lines)) <= 44


def test_the_buttons_of_the_animation_are_words():
    (menu,) = stepped([work(Pooling.MAX, GRID, 2, 2)]).layout.updatemenus
    assert ["Play", "Pause"] == [button.label for button in menu.buttons]


@pytest.mark.parametrize("pooling", [name for name in WORKED if POOLINGS[name].learned])
def test_a_line_of_a_learned_operator_says_that_it_is_untrained(pooling):
    note = stepped([work(pooling, GRID, 2, 2)]).frames[0].layout.annotations[0]
    assert "(as it starts, untrained):" in note.text.replace("<br>", " ")


def test_strided_is_no_operator_on_a_map():
    assert [name for name in POOLINGS if not is_worked(name)] == [
        name for name, e in POOLINGS.items() if e.downsampling is Downsampling.STRIDE
    ]
