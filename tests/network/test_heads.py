"""Does each head compute its formula, cost what its entry says, and read what it says?"""

from math import log

import numpy as np
import pytest
import torch

from core.catalog import HEADS, Head
from core.catalog.heads import matched_channels, pyramid_levels
from core.config import ModelConfig
from core.network import describe_model
from core.network.build import build_model
from core.network.heads import HEAD_MODULES
from core.network.pooling import make_pooling


def _random(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def _head_layers(head, shape, hidden=0, classes=10):
    """The layers of the head on a map of this shape; one block, nothing downsampled."""
    channels, height, width = shape
    config = ModelConfig(widths=(channels,), pooling="none", head=head, hidden=hidden)
    architecture = describe_model(config, (1, height, width), classes)
    return architecture, [x for x in architecture.layers if x.name.startswith("head.")]


def test_every_name_has_an_entry_and_a_module():
    assert set(Head) == set(HEADS) == set(HEAD_MODULES)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("gap", [2.5, -1.0]),
        ("gmp", [4.0, 0.0]),
        ("gap+gmp", [2.5, -1.0, 4.0, 0.0]),
        # p = 3: the cube root of (1 + 8 + 27 + 64)/4; nothing positive counts as eps
        ("gem", [25 ** (1 / 3), 1e-6]),
        ("spp", [4.0, 0.0, 1.0, 2.0, 3.0, 4.0, 0.0, -1.0, -1.0, -2.0]),
        ("flatten", [1.0, 2.0, 3.0, 4.0, 0.0, -1.0, -1.0, -2.0]),
        ("flatten-matched", [1.0, 2.0, 3.0, 4.0, 0.0, -1.0, -1.0, -2.0]),
    ],
)
def test_a_head_gives_what_a_hand_computes(head, expected):
    x = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]], [[0.0, -1.0], [-1.0, -2.0]]]], dtype=torch.float64)
    assert expected == pytest.approx(HEAD_MODULES[head]().double()(x)[0].tolist(), abs=1e-7)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (3, 3), (4, 4), (5, 7), (9, 4)])
def test_spp_agrees_with_a_naive_loop_over_its_bins(size):
    x = _random(2, 3, *size)
    height, width = size
    expected = []
    for level in (1, 2, 4):
        if level <= min(size):
            for channel, i, j in np.ndindex(3, level, level):
                top, bottom = i * height // level, -(-(i + 1) * height // level)
                left, right = j * width // level, -(-(j + 1) * width // level)
                bins = x[:, channel, top:bottom, left:right]
                expected.append(bins.flatten(1).max(dim=1).values)
    assert torch.equal(torch.stack(expected, dim=1), HEAD_MODULES[Head.SPP]()(x))


@pytest.mark.parametrize(
    ("size", "levels"),
    [
        ((1, 5), (1,)),
        ((2, 2), (1, 2)),
        ((3, 9), (1, 2)),
        ((4, 4), (1, 2, 4)),
        ((28, 28), (1, 2, 4)),
    ],
)
def test_spp_leaves_out_levels_with_more_bins_than_rows(size, levels):
    assert levels == pyramid_levels(*size)


@pytest.mark.parametrize(("p", "limit"), [(1.0, "gap"), (1e6, "gmp")])
def test_gem_is_gap_at_exponent_one_and_gmp_at_infinity(p, limit):
    x = _random(2, 3, 4, 5).abs() + 0.01
    head = HEAD_MODULES[Head.GEM]().double()
    head.log_p.data.fill_(log(p))
    assert torch.allclose(HEAD_MODULES[limit]()(x), head(x), atol=1e-5)


@pytest.mark.parametrize(("head", "pooling"), [("gap", "average"), ("gmp", "max"), ("gem", "gem")])
def test_a_global_head_is_the_pool_of_one_window_that_is_the_map(head, pooling):
    x = _random(2, 3, 4, 4)
    pool = make_pooling(pooling, 3, 4, 4).double()
    assert torch.allclose(pool(x).flatten(1), HEAD_MODULES[head]().double()(x))


@pytest.mark.parametrize("head", HEADS)
def test_gradients_of_a_head_agree_with_finite_differences(head):
    module, x = HEAD_MODULES[head]().double(), _random(2, 2, 4, 5).requires_grad_()
    assert torch.autograd.gradcheck(lambda x, *_: module(x), (x, *module.parameters()))


@pytest.mark.parametrize("head", HEADS)
def test_gradients_of_a_head_are_finite_on_an_empty_map(head):
    x = torch.zeros(1, 2, 4, 4, requires_grad=True)
    HEAD_MODULES[head]()(x).sum().backward()
    assert x.grad.isfinite().all()


@pytest.mark.parametrize("hidden", [0, 5])
@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 2, 3), (4, 7, 5), (32, 4, 4)])
@pytest.mark.parametrize("head", HEADS)
def test_a_head_has_the_features_and_parameters_that_its_entry_says(head, shape, hidden):
    entry = HEADS[head]
    channels, height, width = shape
    architecture, layers = _head_layers(head, shape, hidden)
    squeezed = entry.squeeze(*shape) if entry.squeeze else channels
    vector = HEAD_MODULES[head]()(torch.zeros(2, squeezed, height, width))
    assert (2, entry.features(squeezed, height, width)) == vector.shape
    config = ModelConfig(widths=(channels,), pooling="none", head=head, hidden=hidden)
    built = build_model(config, (1, height, width), 10).head
    assert sum(p.numel() for p in built.parameters()) == architecture.head_parameters
    assert [layer.name.split(".")[1] for layer in layers] == [n for n, _ in built.named_children()]


@pytest.mark.parametrize(
    ("head", "operations"),
    [
        # 2 channels of 3 x 5: 15 values each
        ("gap", 30),
        ("gmp", 28),
        ("gap+gmp", 58),
        ("gem", 92),
        # one bin of 15; four bins of 2 x 3, which overlap in the middle row and column
        ("spp", 2 * (14 + 4 * 5)),
        ("flatten", 0),
        ("flatten-matched", 0),
    ],
)
def test_the_operations_of_a_head_are_those_counted_by_hand(head, operations):
    layer = _head_layers(head, (2, 3, 5))[0].layers[-2]
    assert operations == layer.pooling_ops


@pytest.mark.parametrize(
    ("shape", "channels"),
    [((32, 2, 2), 8), ((64, 7, 7), 1), ((10, 2, 2), 2), ((14, 2, 2), 4), ((1, 8, 8), 1)],
)
def test_flatten_matched_leaves_as_many_channels_as_the_rule_says(shape, channels):
    assert channels == matched_channels(*shape)
    squeeze = _head_layers("flatten-matched", shape)[1][0]
    assert ("head.squeeze", "convolution") == (squeeze.name, squeeze.kind)
    assert (channels, *shape[1:]) == squeeze.shape
    assert shape[0] * channels + channels == squeeze.parameters
    assert shape[0] * channels * shape[1] * shape[2] == squeeze.macs


@pytest.mark.parametrize(
    ("head", "shape", "hidden", "ratio"),
    [
        ("gap", (32, 4, 4), 0, 1.0),
        ("gap", (32, 4, 4), 20, 1.0),
        ("gmp", (32, 4, 4), 0, 1.0),
        # 32*2 + 2 and 2*16*10 + 10 against 32*10 + 10
        ("flatten-matched", (32, 4, 4), 0, 396 / 330),
        ("flatten-matched", (32, 2, 2), 0, 594 / 330),
        # 66, 2*16*20 + 20 and 210 against 32*20 + 20 and 210
        ("flatten-matched", (32, 4, 4), 20, (66 + 660 + 210) / (660 + 210)),
        ("flatten", (32, 4, 4), 0, 5130 / 330),
        ("gem", (32, 4, 4), 0, 331 / 330),
    ],
)
def test_the_ratio_of_a_head_counts_everything_against_gap(head, shape, hidden, ratio):
    assert pytest.approx(ratio) == _head_layers(head, shape, hidden)[0].head_ratio


@pytest.mark.parametrize("head", HEADS)
def test_a_head_that_is_global_does_not_see_where_things_are_and_others_do(head):
    x = _random(2, 3, 4, 4)
    module = HEAD_MODULES[head]().double()
    shuffled = x.flatten(2)[:, :, torch.randperm(16, generator=torch.Generator().manual_seed(0))]
    same = torch.allclose(module(x), module(shuffled.view_as(x)))
    assert HEADS[head].is_global == same


@pytest.mark.parametrize("hidden", [0, 3])
@pytest.mark.parametrize("head", HEADS)
def test_the_logits_of_every_head_see_the_whole_map(head, hidden):
    architecture, layers = _head_layers(head, (2, 6, 6), hidden)
    # a 3x3 convolution, then all 6 places
    assert 3 + 5 == architecture.layers[-1].receptive_field
    own = next(layer for layer in layers if layer.name == f"head.{head}")
    assert (8 if HEADS[head].reads_whole_map else 3) == own.receptive_field
