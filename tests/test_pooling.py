"""Does each operator compute its formula? Against naive loops, hand-made arrays and limits."""

import numpy as np
import pytest
import torch
from torch import nn

from core.catalog import POOLINGS, Downsampling, Pooling
from core.errors import ConfigError
from core.pooling import OPERATORS, make_pooling

POOL_LAYERS = [name for name, entry in POOLINGS.items() if entry.downsampling is Downsampling.POOL]
NAIVE = {Pooling.MAX: np.max, Pooling.MIN: np.min, Pooling.AVERAGE: np.mean}
SHAPES = [(2, 3, 8, 8), (1, 1, 7, 5), (2, 2, 9, 6), (1, 4, 4, 4)]


def _naive(x, size, stride, reduce):
    """Window by window, as the definition says."""
    n, c, h, w = x.shape
    rows, columns = (h - size) // stride + 1, (w - size) // stride + 1
    y = np.empty((n, c, rows, columns))
    for image, channel, i, j in np.ndindex(y.shape):
        top, left = i * stride, j * stride
        window = x[image, channel, top : top + size, left : left + size]
        y[image, channel, i, j] = reduce(window)
    return y


def _random(shape, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=dtype)


def test_operators_and_catalog_name_the_same_strategies():
    assert set(POOL_LAYERS) == set(OPERATORS)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 2), (2, 1), (4, 4), (2, 3)])
@pytest.mark.parametrize("name", NAIVE)
def test_a_fixed_operator_agrees_with_a_naive_loop(name, size, stride, shape):
    x = _random(shape)
    y = make_pooling(name, shape[1], size, stride)(x)
    assert np.allclose(_naive(x.numpy(), size, stride, NAIVE[name]), y.numpy(), atol=1e-12)


def test_conv_pool_agrees_with_a_naive_loop_over_a_padded_map():
    pool = make_pooling("conv", 2).double()
    x = _random((1, 2, 7, 8))
    padded = np.pad(x.numpy(), ((0, 0), (0, 0), (1, 0), (1, 0)))
    weight, bias = pool.conv.weight.detach().numpy(), pool.conv.bias.detach().numpy()
    expected = np.empty((1, 2, 3, 4))
    for _, channel, i, j in np.ndindex(expected.shape):
        window = padded[0, :, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3]
        expected[0, channel, i, j] = max(0.0, (weight[channel] * window).sum() + bias[channel])
    assert np.allclose(expected, pool(x).detach().numpy())


@pytest.mark.parametrize(
    ("name", "expected"),
    [("max", [[4.0, 0.0]]), ("min", [[1.0, -3.0]]), ("average", [[2.5, -1.5]])],
)
def test_a_fixed_operator_gives_what_a_hand_computes(name, expected):
    x = torch.tensor([[[[1.0, 2.0, 0.0, -1.0], [3.0, 4.0, -2.0, -3.0]]]])
    assert expected == make_pooling(name, 1)(x)[0, 0].tolist()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("max", [[0.0, 0.0], [0.0, 1.0]]),
        ("min", [[1.0, 0.0], [0.0, 0.0]]),
        ("average", [[0.25, 0.25], [0.25, 0.25]]),
    ],
)
def test_the_gradient_goes_where_the_formula_sends_it(name, expected):
    x = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]], requires_grad=True)
    make_pooling(name, 1)(x).sum().backward()
    assert expected == x.grad[0, 0].tolist()


def test_of_equal_values_the_first_in_row_order_gets_the_gradient_of_max():
    x = torch.ones(1, 1, 2, 2, requires_grad=True)
    make_pooling("max", 1)(x).sum().backward()
    assert [[1.0, 0.0], [0.0, 0.0]] == x.grad[0, 0].tolist()


@pytest.mark.parametrize("size", [2, 3, 4])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
@pytest.mark.parametrize("name", POOL_LAYERS)
def test_the_output_has_floor_of_n_minus_k_over_s_plus_one_rows(name, stride, size):
    for height, width in [(4, 4), (7, 9), (12, 5)]:
        shape = make_pooling(name, 3, size, stride)(torch.zeros(2, 3, height, width)).shape
        assert (2, 3, (height - size) // stride + 1, (width - size) // stride + 1) == shape


@pytest.mark.parametrize("name", POOL_LAYERS)
def test_gradients_agree_with_finite_differences(name):
    pool = make_pooling(name, 2).double()
    x = _random((1, 2, 5, 6)).requires_grad_()
    assert torch.autograd.gradcheck(pool, (x,))


@pytest.mark.parametrize("name", POOL_LAYERS)
def test_memory_layout_does_not_change_the_result(name):
    pool = make_pooling(name, 3)
    x = _random((2, 3, 7, 7), torch.float32)
    y = pool(x.to(memory_format=torch.channels_last))
    assert torch.allclose(pool(x), y, atol=1e-6)


@pytest.mark.parametrize("name", POOL_LAYERS)
def test_the_state_of_an_operator_goes_round(name):
    first, second = make_pooling(name, 3), make_pooling(name, 3)
    second.load_state_dict(first.state_dict())
    x = _random((1, 3, 6, 6), torch.float32)
    assert torch.equal(first(x), second(x))


@pytest.mark.parametrize("name", POOL_LAYERS)
def test_learned_parameters_are_those_of_the_catalog(name):
    for channels in (1, 3, 8):
        built = sum(p.numel() for p in make_pooling(name, channels).parameters())
        assert POOLINGS[name].parameters(channels) == built


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
