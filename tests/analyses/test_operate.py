"""Do numbers by hand, computed with numpy, agree with what torch computes?"""

from itertools import product

import numpy as np
import pytest
import torch

from core.analyses import autograd, operate
from core.analyses.hand import Grid, is_worked
from core.analyses.pools import POOLS, SCORES, Shape, Trace, chosen_starts, padded
from core.catalog import POOLINGS, Downsampling, Padding, Pooling
from core.network.build import generator
from core.network.pooling import make_margins
from core.network.seeding import uniform

WORKED = [name for name in POOLINGS if is_worked(name)]
DRAWN = np.random.default_rng(0)
GRIDS = {
    "ties": DRAWN.integers(0, 3, (6, 6)).astype(float),
    # halves of halves, whose sums of squares are exact: aps has true ties only
    "negative": np.round(DRAWN.normal(size=(7, 7)) * 128) / 64,
    "after ReLU": np.round(np.maximum(DRAWN.normal(size=(8, 8)), 0) * 64) / 64,
    "not square": np.round(DRAWN.normal(size=(5, 8)) * 64) / 64,
    "zeros": np.zeros((5, 5)),
    "all negative": -np.ones((6, 6)),
    "a patch": np.array([[0.0, 5, 13, 9], [0, 13, 15, 10], [0, 3, 15, 2], [4, 12, 0, 8]]),
}
SETTINGS = [
    *((size, stride, padding) for size, stride, padding in product((2, 3, 4), (1, 2, 3), (0, 1))),
    (2, 4, 2),
    (4, 4, 2),
]
MODES = (Padding.ZEROS, Padding.CIRCULAR)


def close(expected, actual):
    """Whether two grids agree to a millionth of the largest number."""
    return expected.shape == actual.shape and np.allclose(
        expected, actual, rtol=0, atol=1e-6 * max(1.0, float(np.abs(expected).max()))
    )


def has_ties_of_scores(pooling, grid, size, stride, padding, mode):
    """Whether rounding decides which component lps takes."""
    if pooling is not Pooling.LPS:
        return False
    pool = autograd.untrained(pooling, size, stride, mode)
    x = torch.tensor(grid)[None, None]
    with torch.no_grad():
        parts = pool.by_component(pool.everywhere(make_margins(padding, padding, mode)(x)))
        first, *others = pool._scores(parts)[0].sort(descending=True).values.tolist()
    return bool(others) and first - others[0] <= 1e-12 * max(1.0, abs(first))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("pooling", WORKED)
def test_outputs_and_gradients_are_those_of_training(pooling, grid, mode):
    numbers = GRIDS[grid]
    for size, stride, padding in SETTINGS:
        if has_ties_of_scores(pooling, numbers, size, stride, padding, mode):
            continue
        expected = autograd.work(pooling, numbers, size, stride, padding, mode=mode)
        worked = operate.work(pooling, numbers, size, stride, padding, mode=mode)
        assert close(expected.outputs, worked.outputs), (size, stride, padding)
        assert close(expected.gradient, worked.gradient), (size, stride, padding)


@pytest.mark.parametrize("pooling", WORKED)
def test_the_gradient_of_one_output_is_that_of_training(pooling):
    for grid in ("negative", "ties"):
        cell = operate.middle(operate.windows(pooling, GRIDS[grid], 3, 2, 1))
        expected, worked = (
            each.work(pooling, GRIDS[grid], 3, 2, 1, cell) for each in (autograd, operate)
        )
        assert close(expected.gradient, worked.gradient)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("pooling", WORKED)
def test_what_each_output_sends_back_is_the_gradient_of_training(pooling, mode):
    grid = Grid(GRIDS["negative"], 3, 2, 1, mode)
    shares = operate.shares(pooling, grid)
    worked = operate.work(pooling, grid.numbers, 3, 2, 1, mode=mode)
    assert (worked.outputs.size, grid.numbers.size) == shares.shape
    assert close(worked.gradient.ravel(), shares.sum(axis=0))
    for cell in ((0, 0), operate.middle(worked.windows)):
        expected = autograd.work(pooling, grid.numbers, 3, 2, 1, cell, mode=mode)
        line = shares[np.ravel_multi_index(cell, worked.outputs.shape)]
        assert close(expected.gradient, line.reshape(grid.numbers.shape))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("pooling", [*SCORES, Pooling.FRACTIONAL_MAX])
def test_windows_begin_where_the_operator_of_training_begins_them(pooling, mode):
    for (name, numbers), (size, stride, padding) in product(GRIDS.items(), SETTINGS):
        if has_ties_of_scores(pooling, numbers, size, stride, padding, mode):
            continue
        x = torch.tensor(numbers)[None, None]
        pool = autograd.untrained(pooling, size, stride, mode)
        expected = pool.starts(make_margins(padding, padding, mode)(x))
        shape = Shape(size, stride, mode)
        starts = chosen_starts(pooling, padded(Trace(numbers), padding, shape), shape)
        for one, other in zip(expected, starts, strict=True):
            assert one[0].tolist() == other.tolist(), (name, size, stride, padding)


def test_every_strategy_that_pools_has_its_operator_in_the_order_of_the_catalog():
    pooling = [name for name, e in POOLINGS.items() if e.downsampling is Downsampling.POOL]
    assert pooling == list(POOLS)


@pytest.mark.parametrize("pooling", WORKED)
@pytest.mark.parametrize("times", [1e200, 1e308])
def test_huge_numbers_give_no_warning(pooling, times):
    worked = operate.work(pooling, GRIDS["negative"] / 4 * times, 2, 2, 1)
    assert worked.outputs.shape == worked.windows.shape


@pytest.mark.parametrize("pooling", [Pooling.SOFT, Pooling.DETAIL, Pooling.LP, Pooling.STOCHASTIC])
def test_huge_numbers_have_the_gradient_of_training(pooling):
    grid = GRIDS["negative"] * 1e200
    expected, worked = (each.work(pooling, grid, 2, 2) for each in (autograd, operate))
    assert close(expected.outputs, worked.outputs)
    assert close(expected.gradient, worked.gradient)


@pytest.mark.parametrize(("name", "shape"), [("conv.weight", (1, 9)), ("hidden.weight", (8, 9))])
@pytest.mark.parametrize("seed", [0, 1, 20])
def test_numbers_are_drawn_as_torch_draws_them(name, shape, seed):
    drawn = torch.empty(shape, dtype=torch.float64)
    drawn.uniform_(-0.25, 0.25, generator=generator(seed, name))
    assert np.allclose(drawn.numpy(), uniform(seed, name, shape, 0.25), rtol=0, atol=1e-15)


def test_all_that_a_page_shows_of_every_operator_comes_at_once():
    grid = Grid(GRIDS["a patch"], 2, 2, 1, Padding.ZEROS)
    results = operate.by_hand(WORKED, grid, single=True)
    assert WORKED == [each.pooling for each in results.worked]
    assert set(WORKED) == set(results.additivity) == set(results.contrast)
    assert results.convolution_gap < 1e-12
    for worked in results.worked:
        assert worked.cell == operate.middle(worked.windows)


@pytest.mark.parametrize("pooling", WORKED)
@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 2)])
def test_sums_and_lines_are_those_of_the_operators_of_training(pooling, size, stride):
    grid = GRIDS["a patch"]
    ours = operate.additivity(pooling, grid, size, stride)
    theirs = operate.additivity(pooling, grid, size, stride, by=autograd.with_torch)
    assert (theirs.holds, theirs.cell) == (ours.holds, ours.cell)
    assert pytest.approx((theirs.together, theirs.apart), abs=1e-5) == (ours.together, ours.apart)
    for light in (True, False):
        kept = operate.contrast_kept(pooling, size, stride, light=light)
        expected = operate.contrast_kept(pooling, size, stride, light=light, by=autograd.with_torch)
        assert pytest.approx(expected, abs=1e-6) == kept
