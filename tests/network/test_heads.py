"""Does each head compute its formula, cost what its entry says, and read what it says?"""

from math import exp, log, sqrt

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from timm.layers import AdaptiveAvgMaxPool2d, AttentionPoolLatent, LsePlus2d, SimPool2d
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from core.catalog import HEADS, Head
from core.catalog.heads import matched_channels, pyramid_levels
from core.config import ModelConfig
from core.network import describe_model
from core.network.build import build_model
from core.network.heads import HEAD_MODULES
from core.network.pooling import make_pooling
from core.network.work import KEPT_MAPS


def _random(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def _head_layers(head, shape, hidden=0, classes=10):
    """The layers of the head on a map of this shape; one block, nothing downsampled."""
    channels, height, width = shape
    config = ModelConfig(widths=(channels,), pooling="none", head=head, hidden=hidden)
    architecture = describe_model(config, (1, height, width), classes)
    return architecture, [x for x in architecture.layers if x.name.startswith("head.")]


def _changed(head):
    """The head with other weights than those it starts with."""
    drawn = torch.Generator().manual_seed(2)
    for parameter in head.parameters():
        noise = torch.randn(parameter.shape, generator=drawn, dtype=parameter.dtype)
        parameter.data.add_(0.5 * noise)
    return head


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
        # a query of 0 weights all positions alike
        ("attention", [2.5, -1.0]),
        (
            "lse",
            [
                log((exp(5) + exp(10) + exp(15) + exp(20)) / 4) / 5,
                log((1 + 2 * exp(-5) + exp(-10)) / 4) / 5,
            ],
        ),
        ("avg-max", [3.25, -0.5]),
        # means of products 30/4, -13/4 and 6/4; the sum counts the mixed one twice: 62/4
        ("bilinear", [sqrt(30 / 62), -sqrt(13 / 62), sqrt(6 / 62)]),
    ],
)
def test_a_head_gives_what_a_hand_computes(head, expected):
    x = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]], [[0.0, -1.0], [-1.0, -2.0]]]], dtype=torch.float64)
    assert expected == pytest.approx(HEAD_MODULES[head](2).double()(x)[0].tolist(), abs=1e-7)


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
    assert torch.equal(torch.stack(expected, dim=1), HEAD_MODULES[Head.SPP](3)(x))


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
    head = HEAD_MODULES[Head.GEM](3).double()
    head.log_p.data.fill_(log(p))
    assert torch.allclose(HEAD_MODULES[limit](3)(x), head(x), atol=1e-5)


@pytest.mark.parametrize(
    ("head", "pooling"),
    [
        *[("gap", "average"), ("gmp", "max"), ("gem", "gem")],
        *[("lse", "learned-lse"), ("avg-max", "mixed"), ("attention", "lip")],
    ],
)
def test_a_global_head_is_the_pool_of_one_window_that_is_the_map(head, pooling):
    x = _random(2, 3, 4, 4)
    pool = make_pooling(pooling, 3, 4, 4).double()
    assert torch.allclose(pool(x).flatten(1), HEAD_MODULES[head](3).double()(x))


@pytest.mark.parametrize("head", HEADS)
def test_gradients_of_a_head_agree_with_finite_differences(head):
    module, x = HEAD_MODULES[head](2).double(), _random(2, 2, 4, 5).requires_grad_()
    assert torch.autograd.gradcheck(lambda x, *_: module(x), (x, *module.parameters()))


@pytest.mark.parametrize("head", HEADS)
def test_gradients_of_a_head_are_finite_on_an_empty_map(head):
    x = torch.zeros(1, 2, 4, 4, requires_grad=True)
    HEAD_MODULES[head](2)(x).sum().backward()
    assert x.grad.isfinite().all()


@pytest.mark.parametrize("hidden", [0, 5])
@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 2, 3), (4, 7, 5), (32, 4, 4)])
@pytest.mark.parametrize("head", HEADS)
def test_a_head_has_the_features_and_parameters_that_its_entry_says(head, shape, hidden):
    entry = HEADS[head]
    channels, height, width = shape
    architecture, layers = _head_layers(head, shape, hidden)
    squeezed = entry.squeeze(*shape) if entry.squeeze else channels
    vector = HEAD_MODULES[head](squeezed)(torch.zeros(2, squeezed, height, width))
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
        # scores 15 * (2 + 1 + 1), softmax 15 + 14 + 15, sums 2 * (15 + 14)
        ("attention", 60 + 44 + 58),
        # mean 30, as attention, minimum 29, three for each of 30 values, two roots
        ("simpool", 30 + 162 + 29 + 90 + 2),
        ("lse", 2 * 47),
        ("avg-max", 30 + 28 + 4),
        # three pairs: products and means, absolute values; their sum and eps; five for each share
        ("bilinear", 3 * 30 + 3 + 4 + 3 * 5),
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
        ("attention", (32, 4, 4), 0, 362 / 330),
        ("simpool", (32, 4, 4), 0, (2 * 32 * 32 + 330) / 330),
        ("bilinear", (32, 4, 4), 0, (32 * 33 / 2 * 10 + 10) / 330),
    ],
)
def test_the_ratio_of_a_head_counts_everything_against_gap(head, shape, hidden, ratio):
    assert pytest.approx(ratio) == _head_layers(head, shape, hidden)[0].head_ratio


@pytest.mark.parametrize("head", HEADS)
def test_a_head_that_is_global_does_not_see_where_things_are_and_others_do(head):
    x = _random(2, 3, 4, 4)
    module = _changed(HEAD_MODULES[head](3).double())
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


# the heads with a paper or a library of their own


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (8, 8)])
def test_attention_is_that_of_timm_without_the_projections_that_other_layers_hold(size):
    """The query takes in timm's key projection; its value projection may come after the sum."""
    torch.manual_seed(0)
    reference = AttentionPoolLatent(6, num_heads=1, q_proj=False, out_features=0).double()
    x, head = _random(2, 6, *size), HEAD_MODULES[Head.ATTENTION](6).double()
    key, value = reference.kv.weight.chunk(2)
    head.query.data.copy_(5 * reference.latent[0, 0] @ key)
    reference.latent.data.mul_(5)
    projected = F.linear(head(x), value, reference.kv.bias.chunk(2)[1])
    assert torch.allclose(reference(x.flatten(2).transpose(1, 2)), projected)


def test_attention_learns_from_its_first_step_and_ends_at_the_best_match():
    x, head = _random(2, 3, 4, 5), HEAD_MODULES[Head.ATTENTION](3).double()
    head(x).square().sum().backward()
    assert (head.query.grad != 0).all()
    head.query.data.copy_(torch.tensor([1e4, 0.0, 0.0]))
    best = x.flatten(2)[:, 0].argmax(dim=1)
    assert torch.allclose(x.flatten(2)[torch.arange(2), :, best], head(x))


@pytest.mark.parametrize("size", [(1, 1), (3, 5)])
def test_simpool_agrees_with_a_naive_loop_over_its_formula(size):
    x, head = _random(2, 4, *size), _changed(HEAD_MODULES[Head.SIMPOOL](4).double())
    w_q, w_k = (part.weight.detach().numpy() for part in (head.query, head.key))
    for image, found in zip(x.numpy(), head(x).tolist(), strict=True):
        cells = [image[:, i, j] for i, j in np.ndindex(*size)]
        query = w_q @ (sum(cells) / len(cells))
        scores = [exp(query @ (w_k @ cell) / sqrt(4)) for cell in cells]
        values = [cell - image.min() + 1e-6 for cell in cells]
        pairs = zip(scores, values, strict=True)
        expected = np.sqrt(sum(score / sum(scores) * value**2 for score, value in pairs))
        assert expected.tolist() == pytest.approx(found)


def test_simpool_is_that_of_timm_without_layer_norm_where_all_channels_share_a_minimum():
    """The minimum that timm subtracts is that of a channel, here also that of the map."""
    reference = SimPool2d(4, gamma=2.0, norm_layer=lambda *_, **__: nn.Identity()).double()
    x, head = F.relu(_random(2, 4, 3, 5)), _changed(HEAD_MODULES[Head.SIMPOOL](4).double())
    x[:, :, 1, 2] = 0
    reference.q.load_state_dict(head.query.state_dict())
    reference.k.load_state_dict(head.key.state_dict())
    assert torch.allclose(reference(x), head(x))


def test_an_answer_of_simpool_does_not_depend_on_the_other_images():
    x, head = _random(5, 4, 3, 3), HEAD_MODULES[Head.SIMPOOL](4).double()
    x[4] -= 10
    assert torch.allclose(head(x)[:1], head(x[:1]))


@pytest.mark.parametrize("r", [0.1, 5.0, 30.0])
def test_lse_is_that_of_timm_at_the_same_sharpness(r):
    x, head = _random(2, 3, 4, 5), HEAD_MODULES[Head.LSE](3).double()
    head.log_r.data.fill_(log(r))
    assert torch.allclose(LsePlus2d(r=r).double()(x), head(x))


@pytest.mark.parametrize(("r", "limit"), [(1e-7, "gap"), (1e6, "gmp")])
def test_lse_is_gap_at_sharpness_zero_and_gmp_at_infinity(r, limit):
    x, head = _random(2, 3, 4, 5), HEAD_MODULES[Head.LSE](3).double()
    head.log_r.data.fill_(log(r))
    assert torch.allclose(HEAD_MODULES[limit](3)(x), head(x), atol=1e-5)


def test_avg_max_is_that_of_timm():
    x = _random(2, 3, 4, 5)
    assert torch.allclose(AdaptiveAvgMaxPool2d()(x).flatten(1), HEAD_MODULES[Head.AVG_MAX](3)(x))


@pytest.mark.parametrize("size", [(1, 1), (3, 5)])
def test_bilinear_agrees_with_a_naive_loop_over_all_pairs(size):
    """As in the paper: C*C values, signed root, division by their norm; each pair is kept once."""
    x = _random(2, 4, *size)
    for image, found in zip(x.numpy(), HEAD_MODULES[Head.BILINEAR](4)(x).tolist(), strict=True):
        full = np.zeros((4, 4))
        for i, j in np.ndindex(*size):
            full += np.outer(image[:, i, j], image[:, i, j]) / (size[0] * size[1])
        rooted = np.sign(full) * np.sqrt(np.abs(full))
        rooted /= sqrt((rooted**2).sum())
        expected = [rooted[c, d] for c in range(4) for d in range(c, 4)]
        assert expected == pytest.approx(found, abs=1e-4)


def test_bilinear_does_not_see_the_scale_of_a_map_and_gives_zeros_on_an_empty_one():
    x, head = _random(2, 3, 4, 5), HEAD_MODULES[Head.BILINEAR](3)
    assert torch.allclose(head(x), head(1000 * x))
    assert torch.equal(torch.zeros(1, 6), head(torch.zeros(1, 3, 4, 4)))


@pytest.mark.parametrize("head", HEADS)
def test_a_head_gives_the_same_in_either_memory_layout(head):
    module, x = _changed(HEAD_MODULES[head](3).double()), _random(2, 3, 4, 5)
    assert torch.allclose(module(x), module(x.to(memory_format=torch.channels_last)))


@pytest.mark.parametrize(
    ("head", "count", "macs"),
    [("attention", 3, 0), ("simpool", 18, 9 + 20 * 9), ("lse", 1, 0), ("bilinear", 0, 0)],
)
def test_parameters_and_dense_products_of_a_head_are_those_counted_by_hand(head, count, macs):
    layer = _head_layers(head, (3, 4, 5))[0].layers[-2]
    assert (count, macs) == (layer.parameters, layer.macs)


@pytest.mark.parametrize("head", HEADS)
def test_torch_counts_the_products_of_dense_layers_and_of_matrices_in_a_head(head):
    module = HEAD_MODULES[head](6)
    with FlopCounterMode(display=False) as counter:
        module(torch.zeros(1, 6, 4, 5))
    # simpool: scores and weighted sums; bilinear: all pairs, of which its entry counts each once
    matrices = {"simpool": 2 * 6 * 20, "bilinear": 6 * 6 * 20}
    assert HEADS[head].macs(6, 4, 5) + matrices.get(head, 0) == counter.get_total_flops() // 2


@pytest.mark.parametrize("shape", [(32, 4, 4), (4, 28, 28), (64, 7, 7)])
@pytest.mark.parametrize("head", HEADS)
def test_a_head_keeps_no_more_for_its_gradient_than_memory_is_predicted_for(head, shape):
    module, entry = HEAD_MODULES[head](shape[0]), HEADS[head]
    x = torch.rand(8, *shape).to(memory_format=torch.channels_last).requires_grad_()
    kept = {}

    def keep(tensor):
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        vector = module(x)
    own = {
        part.untyped_storage().data_ptr() for part in (x, *module.parameters(), *module.buffers())
    }
    copied = sum(size for place, size in kept.items() if place not in own)
    # every layer may keep one copy of its map
    maps, values = 1 + entry.map_copies, KEPT_MAPS + entry.vector_copies
    assert copied <= maps * x.nbytes + values * vector.nbytes
