"""Does each operator compute its formula? Against naive loops and hand-made arrays.

Limits and other people's operators: test_pooling_limits.py. What all operators have in common:
test_pooling_table.py.
"""

from math import log

import numpy as np
import pytest
import torch
from torch import nn

from core.catalog import Pooling
from core.errors import ConfigError
from core.network.pooling import make_pooling

SHAPES = [(2, 3, 8, 8), (1, 1, 7, 5), (2, 2, 9, 6), (1, 4, 4, 4)]
WINDOWS = [(2, 2), (3, 2), (2, 1), (4, 4), (2, 3)]
BINOMIAL = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16


def _random(shape, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=dtype)


def _pool(name, channels=1, size=2, stride=2, mode="zeros"):
    return make_pooling(name, channels, size, stride, padding_mode=mode).double().eval()


def _naive(x, size, stride, reduce):
    """Window by window, as the definition says."""
    n, c, h, w = x.shape
    rows, columns = (h - size) // stride + 1, (w - size) // stride + 1
    y = np.empty((n, c, rows, columns))
    for image, channel, i, j in np.ndindex(y.shape):
        top, left = i * stride, j * stride
        y[image, channel, i, j] = reduce(x[image, channel, top : top + size, left : left + size])
    return y


def _soft(window):
    weights = np.exp(window)
    return (weights * window).sum() / weights.sum()


def _stochastic(window):
    weights = np.where(window > 0, window, 0)
    return (weights * window).sum() / weights.sum() if weights.any() else window.mean()


def _rank(window):
    ranked = sorted(window.ravel(), reverse=True)
    weights = [0.5 ** (rank + 1) for rank in range(len(ranked))]
    return sum(w * x for w, x in zip(weights, ranked, strict=True)) / sum(weights)


def _detail(window):
    weights = np.sqrt((window - window.mean()) ** 2 + 1e-6)
    return (weights * window).sum() / weights.sum()


def _adapool(window):
    """Halfway between the mean by likeness to the mean, and soft."""
    mean = window.mean()
    weights = np.exp(2 * abs(mean * window) / (mean**2 + window**2))
    return ((weights * window).sum() / weights.sum() + _soft(window)) / 2


NAIVE = {
    Pooling.MAX: np.max,
    Pooling.MIN: np.min,
    Pooling.AVERAGE: np.mean,
    Pooling.MEDIAN: lambda window: sorted(window.ravel())[(window.size - 1) // 2],
    Pooling.LP: lambda window: np.sqrt((window**2).sum()),
    Pooling.LSE: lambda window: np.log(np.exp(5 * window).mean()) / 5,
    Pooling.SOFT: _soft,
    Pooling.RANK: _rank,
    Pooling.DETAIL: _detail,
    Pooling.STOCHASTIC: _stochastic,
    Pooling.MIXED: lambda window: (window.max() + window.mean()) / 2,
    Pooling.GATED: lambda window: (window.max() + window.mean()) / 2,
    Pooling.GEM: lambda window: np.cbrt((np.maximum(window, 1e-6) ** 3).mean()),
    Pooling.LIP: np.mean,
    Pooling.SUBSAMPLE: lambda window: window[0, 0],
    Pooling.TOP_K: lambda window: sum(sorted(window.ravel())[-2:]) / min(window.size, 2),
    Pooling.TREE: np.mean,
    Pooling.LEARNED_LSE: lambda window: np.log(np.exp(5 * window).mean()) / 5,
    Pooling.ADAPOOL: _adapool,
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("size", "stride"), WINDOWS)
@pytest.mark.parametrize("name", NAIVE)
def test_an_operator_agrees_with_a_naive_loop(name, size, stride, shape):
    x = _random(shape)
    y = _pool(name, shape[1], size, stride)(x)
    assert np.allclose(_naive(x.numpy(), size, stride, NAIVE[name]), y.detach().numpy())


@pytest.mark.parametrize("size", [2, 3])
def test_gated_reads_the_proportion_off_each_window(size):
    pool, x = _pool("gated", 2, size), _random((2, 2, 7, 8))
    pool.mask.data = mask = _random((size * size,))

    def gated(window):
        gate = 1 / (1 + np.exp(-(mask.numpy() * window.ravel()).sum()))
        return gate * window.max() + (1 - gate) * window.mean()

    assert np.allclose(_naive(x.numpy(), size, 2, gated), pool(x).detach().numpy())


def test_mixed_uses_one_learned_proportion_for_every_window():
    pool, x = _pool("mixed", 2), _random((2, 2, 6, 6))
    pool.a.data.fill_(log(3))
    expected = _naive(x.numpy(), 2, 2, lambda window: 0.75 * window.max() + 0.25 * window.mean())
    assert np.allclose(expected, pool(x).detach().numpy())


def test_lip_weights_every_value_by_an_importance_read_off_all_channels():
    pool, x = _pool("lip", 2, 3), _random((1, 2, 7, 8))
    weight, bias = _random((2, 2)), _random((2,))
    pool.projection.data, pool.offset.data = weight[:, :, None, None], bias
    logits = np.einsum("oc,ncij->noij", weight.numpy(), x.numpy()) + bias.numpy()[:, None, None]
    importance = np.exp(12 / (1 + np.exp(-logits)))
    sums = [_naive(values, 3, 2, np.sum) for values in (importance * x.numpy(), importance)]
    assert np.allclose(sums[0] / sums[1], pool(x).detach().numpy())


ONE_ROW = ((0, 0), (0, 0), (1, 1), (1, 1))


@pytest.mark.parametrize("mode", ["zeros", "circular"])
@pytest.mark.parametrize(("size", "stride"), WINDOWS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("name", "reduce"), [("blur-max", np.max), ("blur-average", np.mean)])
def test_a_blurred_pool_is_a_pool_at_every_place_and_a_binomial_filter(
    name, reduce, shape, size, stride, mode
):
    x = _random(shape)
    if mode == "circular":
        everywhere = _naive(np.pad(x.numpy(), ONE_ROW, mode="wrap"), size, 1, reduce)
    else:
        # numpy repeats a single row, too
        everywhere = np.pad(_naive(x.numpy(), size, 1, reduce), ONE_ROW, mode="reflect")
    expected = _naive(everywhere, 3, stride, lambda window: (BINOMIAL * window).sum())
    assert np.allclose(expected, _pool(name, shape[1], size, stride, mode)(x).numpy())


def _polyphase(x, size, stride, score=lambda component: np.sqrt((component**2).sum())):
    """The component of largest norm, or another score, image by image, value by value."""
    n, c, h, w = x.shape
    wrapped = np.pad(x, ((0, 0), (0, 0), (0, size - 1), (0, size - 1)), mode="wrap")
    everywhere = _naive(wrapped, size, 1, np.max)
    y = np.empty((n, c, (h - size) // stride + 1, (w - size) // stride + 1))
    for image in range(n):
        largest = -np.inf
        for a, b in np.ndindex(stride, stride):
            component = np.empty(y.shape[1:])
            for channel, i, j in np.ndindex(component.shape):
                row, column = (a + i * stride) % h, (b + j * stride) % w
                component[channel, i, j] = everywhere[image, channel, row, column]
            if (reached := score(component)) > largest:
                largest, y[image] = reached, component
    return y


@pytest.mark.parametrize("shape", [*SHAPES, (20, 2, 8, 8)])
@pytest.mark.parametrize(("size", "stride"), WINDOWS)
def test_aps_keeps_the_polyphase_component_of_largest_norm(size, stride, shape):
    x = _random(shape)
    actual = _pool("aps", shape[1], size, stride)(x).numpy()
    assert np.array_equal(_polyphase(x.numpy(), size, stride), actual)


def _convolved(maps, layer):
    """A 3x3 convolution that goes on at the other side, place by place: (C, h, w)."""
    weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    _, h, w = maps.shape
    y = np.empty((len(weight), h, w))
    for i, j in np.ndindex(h, w):
        rows, columns = [(i + d) % h for d in (-1, 0, 1)], [(j + d) % w for d in (-1, 0, 1)]
        around = maps[:, rows][:, :, columns]
        y[:, i, j] = np.tensordot(weight, around, axes=3) + bias
    return y


@pytest.mark.parametrize(("size", "stride"), WINDOWS)
def test_lps_keeps_the_component_with_the_highest_learned_score(size, stride):
    x, pool = _random((6, 2, 8, 9)), _pool("lps", 2, size, stride)

    def score(component):
        return _convolved(np.maximum(_convolved(component, pool.hidden), 0), pool.score).mean()

    assert np.array_equal(_polyphase(x.numpy(), size, stride, score), pool(x).numpy())


def test_lps_trains_on_a_mean_of_all_components_whose_weights_are_drawn():
    x, pool = _random((1, 2, 8, 8)), _pool("lps", 2).train()
    parts = pool.by_component(pool.everywhere(x))[0].flatten(1)
    torch.manual_seed(0)
    seen = torch.stack([pool(x).flatten() for _ in range(400)])
    # the weights that give each draw, from all components
    weights = torch.linalg.lstsq(parts.T, seen.T).solution.T
    assert torch.allclose(torch.ones(400).double(), weights.sum(dim=1))
    assert (weights > -1e-9).all()
    assert 1 < len({int(row.argmax()) for row in weights})
    pool(x).sum().backward()
    assert pool.hidden.weight.grad.abs().sum() > 0


@pytest.mark.parametrize(("size", "stride"), WINDOWS)
@pytest.mark.parametrize("shape", [(2, 3, 8, 8), (1, 1, 7, 5), (2, 2, 9, 6)])
@pytest.mark.parametrize(("mode", "numpy_mode"), [("zeros", "reflect"), ("circular", "wrap")])
def test_blur_strided_is_a_binomial_filter_on_a_mirrored_map(shape, size, stride, mode, numpy_mode):
    x = _random(shape)
    extra = 3 - size
    before = -(-extra // 2)
    sides = (max(before, 0), max(extra - before, 0))
    padded = np.pad(x.numpy(), ((0, 0), (0, 0), sides, sides), mode=numpy_mode)
    cut = slice(max(-before, 0), padded.shape[2] - max(before - extra, 0))
    padded = padded[:, :, cut]
    cut = slice(max(-before, 0), padded.shape[3] - max(before - extra, 0))
    expected = _naive(padded[..., cut], 3, stride, lambda window: (BINOMIAL * window).sum())
    assert np.allclose(expected, _pool("blur-strided", shape[1], size, stride, mode)(x).numpy())


@pytest.mark.parametrize(("size", "stride"), WINDOWS)
def test_a_patch_is_a_weighted_sum_of_its_window_in_all_channels(size, stride):
    x, pool = _random((2, 3, 9, 8)), _pool("patch", 3, size, stride)
    weight, bias = pool.conv.weight.detach().numpy(), pool.conv.bias.detach().numpy()
    y = pool(x).detach().numpy()
    for image, channel, i, j in np.ndindex(y.shape):
        top, left = i * stride, j * stride
        window = x.numpy()[image, :, top : top + size, left : left + size]
        assert np.isclose((weight[channel] * window).sum() + bias[channel], y[image, channel, i, j])


@pytest.mark.parametrize("size", [2, 3])
def test_a_tree_mixes_two_weighted_sums_by_a_gate_read_off_the_window(size):
    pool, x = _pool("tree", 2, size), _random((2, 2, 7, 8))
    pool.leaves.data, pool.gate.data = _random((2, size * size)), _random((size * size,)) / 2
    (left, right), gate = pool.leaves.data.numpy(), pool.gate.data.numpy()

    def tree(window):
        share = 1 / (1 + np.exp(-(gate * window.ravel()).sum()))
        return share * (left * window.ravel()).sum() + (1 - share) * (right * window.ravel()).sum()

    assert np.allclose(_naive(x.numpy(), size, 2, tree), pool(x).detach().numpy())


def _spectrum_cut(line, outputs):
    """The lowest frequencies of a line, at `outputs` places: inverse DFT of the cut DFT."""
    rows = len(line)
    found, kept = np.fft.fft(line) / rows, np.zeros(outputs, dtype=complex)
    for frequency in range(-(outputs // 2), outputs // 2 + 1):
        # of an even number the highest frequency stands for both of its signs
        share = 0.5 if 2 * abs(frequency) == outputs else 1.0
        kept[frequency % outputs] += share * found[frequency % rows]
    return (np.fft.ifft(kept) * outputs).real


@pytest.mark.parametrize(("size", "stride"), WINDOWS)
@pytest.mark.parametrize("shape", SHAPES)
def test_spectral_is_the_inverse_dft_of_the_low_frequencies(shape, size, stride):
    x = _random(shape)
    rows, columns = ((n - size) // stride + 1 for n in shape[2:])
    by_rows = np.apply_along_axis(_spectrum_cut, 2, x.numpy(), rows)
    expected = np.apply_along_axis(_spectrum_cut, 3, by_rows, columns)
    assert np.allclose(expected, _pool("spectral", shape[1], size, stride)(x).numpy())


@pytest.mark.parametrize(("size", "stride"), WINDOWS)
@pytest.mark.parametrize("shape", SHAPES)
def test_flc_removes_what_the_coarser_grid_would_alias_and_subsamples(shape, size, stride):
    x = _random(shape)
    spectrum = np.fft.fft2(x.numpy())
    for axis in (2, 3):
        frequencies = abs(np.fft.fftfreq(shape[axis]))
        passes = (frequencies < 0.5 / stride) | (stride == 1)
        spectrum *= passes.reshape([-1 if other == axis else 1 for other in range(4)])
    rows, columns = ((n - size) // stride + 1 for n in shape[2:])
    expected = np.fft.ifft2(spectrum).real[:, :, ::stride, ::stride][:, :, :rows, :columns]
    assert np.allclose(expected, _pool("flc", shape[1], size, stride)(x).numpy())


def test_flc_and_spectral_lose_a_wave_that_subsampling_takes_for_another():
    places = np.arange(16)
    fast = np.cos(2 * np.pi * 7 * places / 16)[None, None, :, None] * np.ones((1, 1, 1, 16))
    x = torch.tensor(fast)
    assert _pool("subsample")(x).abs().max() > 0.9
    for name in ("flc", "spectral"):
        assert _pool(name)(x).abs().max() < 1e-12


def _fractional(x, size, stride, u):
    """Windows whose first rows are floor(a*(i + u)); u holds a number per axis and image."""
    n, c, h, w = x.shape
    rows, columns = (h - size) // stride + 1, (w - size) // stride + 1
    y = np.empty((n, c, rows, columns))
    for image, channel, i, j in np.ndindex(y.shape):
        top = int((h - size + 1) / rows * (i + u[0][image]))
        left = int((w - size + 1) / columns * (j + u[1][image]))
        y[image, channel, i, j] = x[image, channel, top : top + size, left : left + size].max()
    return y


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("size", "stride"), WINDOWS)
def test_fractional_max_agrees_with_a_naive_loop_on_its_grid(size, stride, shape):
    x, pool = _random(shape), _pool("fractional-max", shape[1], size, stride)
    half = np.full((2, shape[0]), 0.5)
    assert np.array_equal(_fractional(x.numpy(), size, stride, half), pool(x).numpy())
    torch.manual_seed(3)
    drawn = torch.rand(2, shape[0], 1, dtype=torch.float64)[:, :, 0].numpy()
    torch.manual_seed(3)
    expected = _fractional(x.numpy(), size, stride, drawn)
    assert np.array_equal(expected, pool.train()(x).numpy())


def test_fractional_max_is_max_in_evaluation_on_even_maps_and_not_in_training():
    x = _random((8, 2, 8, 8))
    pool, plain = _pool("fractional-max", 2), _pool("max", 2)(x)
    assert torch.equal(plain, pool(x))
    torch.manual_seed(0)
    assert not torch.equal(plain, pool.train()(x))


def test_fractional_max_steps_one_or_two_rows_and_reads_every_row_in_training():
    x = torch.arange(8.0)[:, None].expand(200, 1, 8, 8)
    torch.manual_seed(0)
    last_rows = make_pooling("fractional-max", 1)(x)[:, 0, :, 0]
    assert {1.0, 2.0} == set(last_rows.diff(dim=1).unique().tolist())
    assert set(range(1, 8)) == set(last_rows.unique().int().tolist())


def test_stochastic_draws_each_value_as_often_as_its_share():
    x = torch.tensor([[3.0, -2.0], [0.0, 1.0]]).repeat(100, 100)[None, None]
    torch.manual_seed(0)
    y = make_pooling("stochastic", 1)(x)
    assert {1.0, 3.0} == set(y.unique().tolist())
    # 10,000 draws: three standard errors are 0.013
    assert pytest.approx(0.75, abs=0.013) == (y == 3).double().mean().item()


def test_stochastic_draws_alike_where_no_value_is_positive():
    x = torch.tensor([[-3.0, -2.0], [0.0, -1.0]]).repeat(100, 100)[None, None]
    torch.manual_seed(0)
    shares = make_pooling("stochastic", 1)(x).unique(return_counts=True)[1] / 10_000
    assert [0.25] * 4 == pytest.approx(shares.tolist(), abs=0.013)


def test_stochastic_never_draws_a_value_of_weight_zero_even_at_the_lowest_draw(monkeypatch):
    monkeypatch.setattr(torch, "rand", torch.zeros)
    x = torch.tensor([[[[0.0, -1.0], [2.0, 3.0]]]])
    assert 2.0 == make_pooling("stochastic", 1)(x).item()


@pytest.mark.parametrize("rows", [4, 7, 8, 9])
def test_fractional_max_stays_on_the_map_at_the_highest_draw(monkeypatch, rows):
    highest = 1 - 2**-53
    monkeypatch.setattr(torch, "rand", lambda shape, dtype: torch.full(shape, highest, dtype=dtype))
    x = torch.arange(float(rows))[:, None].expand(1, 1, rows, rows)
    assert rows - 1 == make_pooling("fractional-max", 1)(x).max().item()


@pytest.mark.parametrize("mode", ["zeros", "circular"])
@pytest.mark.parametrize("name", ["blur-max", "blur-average", "blur-strided"])
def test_a_blurred_constant_stays_constant_up_to_the_border(name, mode):
    x = torch.full((1, 2, 7, 8), 3.0, dtype=torch.float64)
    assert torch.allclose(torch.tensor(3.0, dtype=torch.float64), _pool(name, 2, mode=mode)(x))


@pytest.mark.parametrize("name", ["blur-max", "blur-average"])
def test_the_filter_of_a_blurred_pool_is_neither_learned_nor_stored(name):
    assert not make_pooling(name, 3).state_dict()


@pytest.mark.parametrize(("name", "size"), [("conv", 2), ("conv", 3), ("conv-max", 2)])
def test_a_convolution_pool_agrees_with_a_naive_loop_over_a_padded_map(name, size):
    pool, x = _pool(name, 2, size), _random((1, 2, 7, 8))
    margins = {"conv": ((1, 0) if size == 2 else (0, 0)), "conv-max": (1, 1)}[name]
    padded = np.pad(x.numpy(), ((0, 0), (0, 0), margins, margins))
    stride = 2 if name == "conv" else 1
    weight, bias = pool.conv.weight.detach().numpy(), pool.conv.bias.detach().numpy()
    _, _, height, width = padded.shape
    values = np.empty((1, 2, (height - 3) // stride + 1, (width - 3) // stride + 1))
    for _, channel, i, j in np.ndindex(values.shape):
        top, left = i * stride, j * stride
        window = padded[0, :, top : top + 3, left : left + 3]
        values[0, channel, i, j] = max(0.0, (weight[channel] * window).sum() + bias[channel])
    expected = values if name == "conv" else _naive(values, size, 2, np.max)
    assert np.allclose(expected, pool(x).detach().numpy())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("max", [4, 0]),
        ("min", [1, -3]),
        ("average", [2.5, -1.5]),
        ("median", [2, -2]),
        ("lp", [30**0.5, 14**0.5]),
        ("rank", [49 / 15, (0 * 8 - 1 * 4 - 2 * 2 - 3) / 15]),
        # (4 + 9 + 16 + 1)/10; no positive value: the mean
        ("stochastic", [3, -1.5]),
        ("fractional-max", [4, 0]),
        ("mixed", [3.25, -0.75]),
        ("gated", [3.25, -0.75]),
        ("gem", [25 ** (1 / 3), 1e-6]),
        ("lip", [2.5, -1.5]),
        # |x - 2.5| is 1.5, .5, .5, 1.5, so the weights are symmetric
        ("detail", [2.5, -1.5]),
    ],
)
def test_an_operator_gives_what_a_hand_computes(name, expected):
    x = torch.tensor([[[[1.0, 2.0, 0.0, -1.0], [3.0, 4.0, -2.0, -3.0]]]], dtype=torch.float64)
    assert expected == pytest.approx(_pool(name)(x)[0, 0, 0].tolist(), abs=1e-7)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        # exp(5x) is 1, 1, 1, 5: mean 2
        ("lse", log(5) / 5, log(2) / 5),
        # weights 1, 1, 1, 3
        ("soft", log(3), log(3) / 2),
        # distances from the mean .25, .25, .25, .75
        ("detail", 1.0, 0.5),
    ],
)
def test_a_weighted_mean_of_three_zeros_and_a_number_is_what_a_hand_computes(name, value, expected):
    x = torch.tensor([[[[0.0, 0.0], [value, 0.0]]]], dtype=torch.float64)
    assert pytest.approx(expected, abs=1e-5) == _pool(name)(x).item()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        # a mean of four at rows 0 and 1; of rows 1, 0, 1 the filter takes all, of 1, 2, 1 a half
        ("blur-average", 64.0, [[16, 8], [8, 4]]),
        # max is 16 at rows 0 and 1
        ("blur-max", 16.0, [[16, 8], [8, 4]]),
        # the point is in one place of every component: the first of them
        ("aps", 8.0, [[8, 0], [0, 0]]),
    ],
)
def test_a_single_point_is_spread_as_a_hand_computes(name, value, expected):
    x = torch.zeros(1, 1, 4, 4, dtype=torch.float64)
    x[0, 0, 1, 1] = value
    assert expected == _pool(name)(x)[0, 0].tolist()


def test_fractional_max_on_an_odd_map_keeps_what_a_hand_finds():
    # 4 places for 2 windows: they start in rows 2*(0 + 1/2) and 2*(1 + 1/2)
    x = torch.arange(25.0, dtype=torch.float64).view(1, 1, 5, 5)
    assert [[12, 14], [22, 24]] == _pool("fractional-max")(x)[0, 0].tolist()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("max", [[0, 0], [0, 1]]),
        ("min", [[1, 0], [0, 0]]),
        ("average", [[0.25, 0.25], [0.25, 0.25]]),
        ("median", [[0, 1], [0, 0]]),
        ("rank", [[1 / 15, 2 / 15], [4 / 15, 8 / 15]]),
        ("lp", [[1 / 30**0.5, 2 / 30**0.5], [3 / 30**0.5, 4 / 30**0.5]]),
        ("mixed", [[0.125, 0.125], [0.125, 0.625]]),
    ],
)
def test_the_gradient_goes_where_the_formula_sends_it(name, expected):
    x = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]], dtype=torch.float64, requires_grad=True)
    _pool(name)(x).sum().backward()
    assert [pytest.approx(row) for row in expected] == x.grad[0, 0].tolist()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("max", [1, 0, 0, 0]),
        ("min", [1, 0, 0, 0]),
        # a stable sort: rank 2 of 4 from below, then rank 1 to 4 from above
        ("median", [0, 1, 0, 0]),
        ("rank", [8 / 15, 4 / 15, 2 / 15, 1 / 15]),
    ],
)
def test_equal_values_are_ranked_in_row_order(name, expected):
    x = torch.ones(1, 1, 2, 2, requires_grad=True)
    make_pooling(name, 1)(x).sum().backward()
    assert expected == pytest.approx(x.grad.flatten().tolist())


@pytest.mark.parametrize("name", ["lp", "gem"])
def test_where_a_formula_has_no_derivative_the_gradient_is_zero(name):
    x = torch.zeros(1, 1, 2, 2, requires_grad=True)
    make_pooling(name, 1)(x).sum().backward()
    assert [0.0] * 4 == x.grad.flatten().tolist()


def test_lp_neither_overflows_nor_underflows():
    x = torch.tensor([1e30, 1e-30]).view(2, 1, 1, 1).expand(2, 1, 2, 2)
    assert [2e30, 2e-30] == pytest.approx(make_pooling("lp", 1)(x).flatten().tolist())


@pytest.mark.parametrize("name", ["none", "strided"])
def test_properties_of_a_block_are_identities(name):
    assert isinstance(make_pooling(name, 3), nn.Identity)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("zeros", [[0.0, 0.0], [0.0, -1.0]]), ("circular", [[-1.0, -1.0], [-1.0, -1.0]])],
)
def test_padding_adds_zeros_or_wraps_around(mode, expected):
    x = torch.full((1, 1, 2, 2), -1.0)
    y = make_pooling("max", 1, 2, 2, padding=1, padding_mode=mode)(x)
    assert (1, 1, 2, 2) == y.shape
    full = make_pooling("max", 1, 2, 1, padding=1, padding_mode=mode)(x)
    assert expected == full[0, 0, :2, :2].tolist()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("maxx", 3), "kind: 'maxx' is not known; allowed: max, average"),
        (("max", 0), "channels: 1 or more is allowed; received 0"),
        (("max", 1, 0), "size: 1 or more is allowed; received 0"),
        (("max", 1, 2, 0), "stride: 1 or more is allowed; received 0"),
        (("max", 1, 2, 2, -1), "padding: 0 or more is allowed; received -1"),
        (("max", 1, 2, 2, 0, "mirror"), "padding_mode: zeros or circular is allowed"),
    ],
)
def test_a_wrong_argument_is_named(arguments, message):
    with pytest.raises(ConfigError, match=message):
        make_pooling(*arguments)
