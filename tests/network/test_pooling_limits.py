"""Does each operator become what its formula says at its limits, and agree with its peers?

References: torch, timm and kornia where they have the operator.
"""

from math import inf, log

import kornia
import pytest
import timm.layers
import torch
import torch.nn.functional as F
from timm.layers.median_pool import MedianPool2d
from torch import nn

from core.network.pooling import make_pooling
from core.network.pooling.antialiased import Blur

WINDOWS = [(2, 2), (3, 2), (2, 1), (4, 4), (2, 3)]


def _random(shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def _pool(name, channels=1, size=2, stride=2):
    return make_pooling(name, channels, size, stride).double().eval()


# limits: operator, what is set, the operator it becomes there
LIMITS = [
    ("lse", {"r": 1e6}, "max"),
    ("lse", {"r": 1e-6}, "average"),
    ("lse", {"r": -1e6}, "min"),
    ("rank", {"a": 1.0}, "max"),
    ("rank", {"a": 0.0}, "average"),
    ("detail", {"q": 0.0}, "average"),
    ("detail", {"eps": 1e6}, "average"),
    ("mixed", {"a": 40.0}, "max"),
    ("mixed", {"a": -40.0}, "average"),
    ("gem", {"log_p": 0.0}, "average"),
    ("gem", {"log_p": log(1e6)}, "max"),
    ("lp", {"p": inf}, "max"),
]


def _with(pool, settings):
    for attribute, value in settings.items():
        if isinstance(getattr(pool, attribute), nn.Parameter):
            value = nn.Parameter(torch.tensor(value, dtype=torch.float64))  # noqa: PLW2901
        setattr(pool, attribute, value)
    return pool


@pytest.mark.parametrize(("name", "settings", "limit"), LIMITS)
@pytest.mark.parametrize(("size", "stride"), WINDOWS)
def test_an_operator_becomes_another_at_its_limit(name, settings, limit, size, stride):
    x = _random((2, 3, 8, 9)).abs() + 0.01
    y = _with(_pool(name, 3, size, stride), settings)(x)
    assert torch.allclose(_pool(limit, 3, size, stride)(x), y, atol=1e-5)


@pytest.mark.parametrize(("scale", "limit"), [(1e5, "max"), (1e-7, "average"), (-1e5, "min")])
def test_soft_goes_to_max_with_the_scale_of_its_input_and_to_average_without(scale, limit):
    x = _random((2, 3, 8, 9))
    assert torch.allclose(_pool(limit)(x), _pool("soft")(scale * x) / scale, atol=1e-6)


def test_a_gated_pool_that_is_open_is_max_and_one_that_is_shut_is_average():
    x = _random((2, 3, 8, 9)).abs() + 1
    for weight, limit in [(40.0, "max"), (-40.0, "average")]:
        pool = _with(_pool("gated", 3), {"mask": [weight] * 4})
        assert torch.allclose(_pool(limit)(x), pool(x))


def test_lp_with_exponent_one_is_the_sum_of_absolute_values():
    x = _random((2, 3, 8, 9))
    assert torch.allclose(4 * _pool("average")(x.abs()), _with(_pool("lp"), {"p": 1.0})(x))


def test_detail_treats_bright_and_dark_alike_and_max_does_not():
    x = _random((2, 3, 8, 9))
    assert torch.allclose(-_pool("detail")(x), _pool("detail")(-x))
    assert not torch.allclose(-_pool("max")(x), _pool("max")(-x))


def test_rank_does_not_depend_on_scale_and_soft_does():
    x = _random((2, 3, 8, 9))
    assert torch.allclose(100 * _pool("rank")(x), _pool("rank")(100 * x))
    assert not torch.allclose(100 * _pool("soft")(x), _pool("soft")(100 * x))


@pytest.mark.parametrize(("size", "stride"), WINDOWS)
@pytest.mark.parametrize("p", [1.0, 2.0, 3.0])
def test_lp_agrees_with_torch_on_positive_values(p, size, stride):
    x = _random((2, 3, 8, 9)).abs()
    y = _with(_pool("lp", 3, size, stride), {"p": p})(x)
    assert torch.allclose(nn.LPPool2d(p, size, stride)(x), y)


@pytest.mark.parametrize("r", [0.5, 5.0, 10.0])
def test_lse_over_the_whole_map_agrees_with_timm(r):
    x = _random((2, 3, 4, 4))
    y = _with(_pool("lse", 3, 4), {"r": r})(x)
    assert torch.allclose(timm.layers.LsePlus2d(r, r_learnable=False)(x), y.flatten(1))


@pytest.mark.parametrize(("size", "stride"), WINDOWS)
def test_median_agrees_with_timm(size, stride):
    x = _random((2, 3, 9, 8))
    assert torch.equal(MedianPool2d(size, stride)(x), _pool("median", 3, size, stride)(x))


def test_median_of_an_odd_window_agrees_with_kornia():
    x = _random((2, 3, 9, 8))
    filtered = kornia.filters.median_blur(x, 3)[:, :, 1:-1, 1:-1]
    assert torch.equal(filtered, _pool("median", 3, 3, 1)(x))


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_the_binomial_filter_agrees_with_timm(stride):
    x = _random((2, 3, 9, 8))
    reference = timm.layers.BlurPool2d(3, 3, stride, pad_mode="constant").double()
    reference.padding = [0] * 4
    assert torch.allclose(reference(x), Blur(stride).double()(x))


@pytest.mark.parametrize("stride", [1, 2])
def test_blur_max_agrees_with_timm_up_to_the_border(stride):
    x = _random((2, 3, 9, 8))
    reference = timm.layers.BlurPool2d(3, 3, stride).double()
    assert reference.pad_mode == "reflect"
    pooled = torch.nn.functional.max_pool2d(x, 2, 1)
    assert torch.allclose(reference(pooled), _pool("blur-max", size=2, stride=stride)(x))


def test_blur_max_agrees_with_kornia_away_from_the_border():
    x = _random((2, 3, 12, 12))
    reference = kornia.filters.max_blur_pool2d(x, 3, stride=2, max_pool_size=2)
    assert torch.allclose(reference[:, :, 1:-1, 1:-1], _pool("blur-max")(x)[:, :, 1:-1, 1:-1])


def test_average_is_a_depthwise_convolution_with_constant_weights():
    x = _random((2, 3, 9, 8))
    weight = torch.full((3, 1, 3, 3), 1 / 9, dtype=torch.float64)
    assert torch.allclose(F.conv2d(x, weight, stride=2, groups=3), _pool("average", 3, 3)(x))
