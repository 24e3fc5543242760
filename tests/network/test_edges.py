"""Do operators and heads give what their formula gives at the edges of the number line?

NaN, infinities, numbers near the largest, whole numbers, half precision, one map without a batch,
and second derivatives where a formula has a kink.
"""

import copy
import math

import pytest
import torch

from core.catalog import HEADS, POOLINGS, Downsampling, Head
from core.network.heads import HEAD_MODULES
from core.network.pooling import make_pooling
from tests.network.pooling_properties import _pool, _random

OPERATORS = [name for name, entry in POOLINGS.items() if entry.downsampling is Downsampling.POOL]
LARGE = {torch.float32: 1e30, torch.float64: 1e300, torch.float16: 6e4, torch.bfloat16: 1e30}
LINEAR = {"conv", "conv-max", "patch"}
"""sums with learned weights of either sign: infinities meet in them, and half precision rounds"""
WAVES = {"spectral", "flc"}
"""sums over the whole map with weights of either sign, which an infinity leaves no number of"""
OTHERS = [name for name in OPERATORS if name not in LINEAR | WAVES]
ROOT = {"lp"}
"""its constant has a scale of its own: k^(2/p) times the value"""
WHOLE_MAP = {"aps", *(name for name in OPERATORS if POOLINGS[name].whole_map)}
"""what is taken, or which grid, depends on every cell of an image"""


def both_modes(name, **how):
    return [_pool(name, **how).train(), _pool(name, **how).eval()]


@pytest.mark.parametrize("name", OPERATORS)
def test_no_number_swallows_nan(name):
    """Every output whose window holds it is NaN; those that read nothing of it are not."""
    for pool in both_modes(name):
        x = _random(1, 3, 8, 8).abs()
        x[0, :, 2, 2] = math.nan
        y = pool(x).isnan()
        assert y.any(dim=1).any(), "the operator reads the cell and gives a number"
        if name not in WHOLE_MAP and POOLINGS[name].regular_grid:
            # the window 2 x 2 from row and column 2 on, in every channel
            assert y[:, :, 1, 1].all()
        if name not in WHOLE_MAP:
            assert not y[:, :, 3, 3].any()


@pytest.mark.parametrize("name", OTHERS)
def test_infinity_gives_what_the_formula_tends_to(name):
    for pool in both_modes(name):
        x = _random(1, 3, 8, 8).abs() + 1
        x[0, 1, 2, 2] = math.inf
        y = pool(x)[0, 1]
        assert not y.isnan().any()
        if name in {"min", "median"}:
            assert y.isfinite().all()
        else:
            assert (y == math.inf).any()
            assert y[3, 3].isfinite()


@pytest.mark.parametrize("name", OTHERS)
def test_minus_infinity_gives_what_the_formula_tends_to(name):
    for pool in both_modes(name):
        x = _random(1, 3, 8, 8).abs() + 1
        x[0, 1, 2, 2] = -math.inf
        y = pool(x)[0, 1]
        assert not y.isnan().any()
        assert y[3, 3].isfinite()


@pytest.mark.parametrize("dtype", LARGE, ids=str)
@pytest.mark.parametrize("name", OPERATORS)
def test_a_large_constant_overflows_nowhere(name, dtype):
    large = LARGE[dtype]
    x = torch.full((1, 3, 8, 8), large, dtype=dtype)
    for pool in [make_pooling(name, 3).to(dtype).train(), make_pooling(name, 3).to(dtype).eval()]:
        if name in LINEAR:
            with torch.no_grad():
                pool.conv.weight.fill_(0.01)
                pool.conv.bias.zero_()
        if name in ROOT:
            x = torch.full((1, 3, 8, 8), large / 2, dtype=dtype)
        y = pool(x)
        assert y.dtype == dtype
        assert y.isfinite().all()
        inside = y[:, :, 1:-1, 1:-1]
        if name not in LINEAR | ROOT:
            assert torch.allclose(inside, x[:, :, 1:-1:2, 1:-1:2][:, :, :2, :2], rtol=1e-2)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
@pytest.mark.parametrize("name", OTHERS)
def test_half_precision_is_single_precision_rounded(name, dtype):
    pool = _pool(name).eval()
    x = 100 * _random(2, 3, 8, 8)
    x[0, 0, 0, 0] = 600
    half = x.to(dtype)
    # learned numbers are rounded too
    expected = copy.deepcopy(pool).to(dtype).float()(half.float())
    found = pool.to(dtype)(half)
    assert found.dtype == dtype
    tolerance = 2e-2 if POOLINGS[name].learned else 4e-3 if dtype is torch.bfloat16 else 1e-3
    scale = expected.abs().clamp(min=1)
    assert ((found.float() - expected).abs() / scale).max() <= 2 * tolerance


@pytest.mark.parametrize("name", OPERATORS)
def test_whole_numbers_are_refused_in_a_sentence(name):
    with pytest.raises(TypeError, match=r"^x: floating-point numbers are needed; received"):
        make_pooling(name, 3)(torch.ones(1, 3, 8, 8, dtype=torch.int64))


@pytest.mark.parametrize("name", OPERATORS)
def test_one_map_is_a_batch_of_one(name):
    pool, x = _pool(name).eval(), _random(3, 8, 8)
    assert torch.equal(pool(x[None])[0], pool(x))


@pytest.mark.parametrize("shape", [(8,), (8, 8), (1, 1, 3, 8, 8)])
@pytest.mark.parametrize("name", OPERATORS)
def test_what_is_no_map_is_refused_in_a_sentence(name, shape):
    with pytest.raises(ValueError, match=r"^x: maps \(N, C, H, W\) or one map"):
        make_pooling(name, 3)(torch.ones(shape))


@pytest.mark.parametrize("name", OPERATORS)
def test_a_map_smaller_than_the_window_is_refused_in_a_sentence(name):
    with pytest.raises(ValueError, match=r"^x: a map needs 3 or more rows .* received 2 x 8"):
        make_pooling(name, 3, 3)(torch.ones(1, 3, 2, 8))


@pytest.mark.parametrize("name", OPERATORS)
def test_first_and_second_derivatives_are_finite_at_zero_and_at_ties(name):
    for value in (0.0, 1.0, -1.0):
        pool = _pool(name).double().eval()
        x = torch.full((1, 3, 6, 6), value, dtype=torch.float64, requires_grad=True)
        y = pool(x)
        (first,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        assert first.isfinite().all()
        if first.requires_grad:
            (second,) = torch.autograd.grad(first.square().sum(), x, allow_unused=True)
            assert second is None or second.isfinite().all()


# heads


RESCALING = {Head.SIMPOOL, Head.BILINEAR}
"""heads whose values are on a scale of their own: what lies above the minimum, shares of a norm"""
KEEPING_SCALE = [name for name in HEADS if name not in RESCALING]


def make_head(name):
    """A head on three channels, with other weights than those it starts with where it has any."""
    torch.manual_seed(0)
    module = HEAD_MODULES[name](3).eval()
    if name is Head.ATTENTION:
        module.query.data.copy_(torch.tensor([1.0, -2.0, 0.5]))
    return module


@pytest.fixture(params=list(HEADS), ids=str)
def head(request):
    return make_head(request.param)


def test_a_head_passes_nan_on(head):
    x = _random(2, 3, 4, 4).abs()
    x[0, 1, 2, 2] = math.nan
    y = head(x).isnan().any(dim=1)
    assert [True, False] == y.tolist()


@pytest.mark.parametrize("name", KEEPING_SCALE)
def test_a_head_passes_infinity_on(name):
    head = HEAD_MODULES[name](3).eval()
    x = _random(2, 3, 4, 4).abs()
    x[0, 1, 2, 2] = math.inf
    y = head(x)
    assert not y.isnan().any()
    assert [True, False] == (y == math.inf).any(dim=1).tolist()


@pytest.mark.parametrize("name", KEEPING_SCALE)
def test_a_head_takes_minus_infinity_for_a_very_small_number(name):
    head = HEAD_MODULES[name](3).eval()
    x = _random(2, 3, 4, 4).abs()
    x[0, 1, 2, 2] = -math.inf
    y, small = head(x), head(x.clamp(min=-1e30))
    assert not y.isnan().any()
    assert torch.allclose(small[small.abs() < 1e20], y[small.abs() < 1e20])
    assert (y[small.abs() >= 1e20] == -math.inf).all()


def test_an_infinity_draws_all_attention_where_the_query_likes_its_channel():
    head, x = make_head(Head.ATTENTION), _random(1, 3, 4, 4).abs()
    at_the_place = x[0, 1:, 2, 2].tolist()
    x[0, 0, 2, 2] = math.inf
    assert [math.inf, *at_the_place] == pytest.approx(head(x)[0].tolist())


def test_an_infinity_is_not_read_where_the_query_dislikes_its_channel():
    head, x = make_head(Head.ATTENTION), _random(1, 3, 4, 4).abs()
    others = x.flatten(2)[:, :, torch.arange(16) != 4 * 2 + 2][:, :, None]
    expected = head(others)[0].tolist()
    x[0, 1, 2, 2] = math.inf
    assert expected == pytest.approx(head(x)[0].tolist())


@pytest.mark.parametrize(
    ("value", "factor", "infinite"),
    [
        # the map's own mean points to the infinity: all weight is there
        (math.inf, 1, [False, True, False]),
        # or away from it, so that nothing of it is read
        (math.inf, -1, [False, False, False]),
        # all but the minimum itself lie infinitely far above it
        (-math.inf, 1, [True, False, True]),
        (-math.inf, -1, [True, True, True]),
    ],
)
def test_simpool_reads_an_infinity_where_its_scores_lead_to_it(value, factor, infinite):
    head, x = make_head(Head.SIMPOOL), _random(2, 3, 4, 4)
    x[0, 1, 2, 2] = value
    with torch.no_grad():
        head.query.weight.copy_(torch.eye(3))
        head.key.weight.copy_(factor * torch.eye(3))
    y = head(x)
    assert not y.isnan().any()
    assert infinite == (y[0] == math.inf).tolist()
    assert torch.allclose(head(x[1:]), y[1:])


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_bilinear_gives_all_to_the_product_that_is_infinite(value):
    x = _random(2, 3, 4, 4)
    x[0, 1, 2, 2] = value
    y = make_head(Head.BILINEAR)(x)
    # pairs 00, 01, 02, 11, 12, 22
    assert [0, 0, 0, 1, 0, 0] == pytest.approx(y[0].tolist(), abs=1e-6)
    assert y[1].isfinite().all()


@pytest.mark.parametrize("dtype", LARGE, ids=str)
@pytest.mark.parametrize("name", KEEPING_SCALE)
def test_a_head_overflows_nowhere(name, dtype):
    head = make_head(name)
    x = torch.full((1, 3, 4, 4), LARGE[dtype], dtype=dtype)
    y = head.to(dtype)(x)
    assert y.dtype == dtype
    assert torch.allclose(y, torch.full_like(y, LARGE[dtype]), rtol=2e-2)


@pytest.mark.parametrize("dtype", LARGE, ids=str)
def test_heads_with_a_scale_of_their_own_overflow_nowhere(dtype):
    large = LARGE[dtype]
    x = torch.full((1, 3, 4, 4), large, dtype=dtype)
    bilinear, simpool = (make_head(name).to(dtype) for name in (Head.BILINEAR, Head.SIMPOOL))
    # nine products with equal shares
    assert torch.allclose(bilinear(x), torch.full((1, 6), 1 / 3, dtype=dtype), rtol=1e-2)
    x[0, 0] = 0
    with torch.no_grad():
        simpool.query.weight.zero_()
    assert [0, large, large] == pytest.approx(simpool(x)[0].tolist(), rel=1e-2, abs=1e-2)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_a_head_in_half_precision_is_single_precision_rounded(head, dtype):
    x = 10 * _random(2, 3, 8, 8)
    half = x.to(dtype)
    expected = copy.deepcopy(head).to(dtype).float()(half.float())
    found = head.to(dtype)(half)
    assert found.dtype == dtype
    assert torch.allclose(expected, found.float(), rtol=1e-2, atol=1e-2)


def test_a_head_takes_one_map_and_refuses_what_is_none(head):
    x = _random(3, 4, 4)
    assert torch.equal(head(x[None])[0], head(x))
    with pytest.raises(TypeError, match=r"^x: floating-point numbers are needed"):
        head(torch.ones(1, 3, 4, 4, dtype=torch.int32))
    with pytest.raises(ValueError, match=r"^x: maps"):
        head(torch.ones(4, 4))


@pytest.mark.parametrize("value", [0.0, 1.0, -1.0])
def test_a_head_has_finite_second_derivatives_at_zero_and_at_ties(head, value):
    x = torch.full((1, 3, 4, 4), value, dtype=torch.float64, requires_grad=True)
    (first,) = torch.autograd.grad(head.double()(x).square().sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x, allow_unused=True)
    assert first.isfinite().all()
    assert second is None or second.isfinite().all()
