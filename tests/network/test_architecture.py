"""Does the description of a network agree with the network, and with independent counts?"""

import itertools

import pytest
import torch
from torch import nn

from core.catalog import POOLINGS, DropoutPosition, Norm, Padding, PoolOrder
from core.config import ModelConfig
from core.errors import ConfigError
from core.network import LayerKind, Window, describe_model
from core.network.build import build_model, steps
from core.network.pooling import OPERATORS

DIGITS = (1, 8, 8)


def _config(pooling, head, padding, norm, order, window, hidden):
    size, stride = window
    return ModelConfig(
        widths=(3, 4),
        pooling=pooling,
        head=head,
        padding=padding,
        norm=norm,
        pool_order=order,
        pool_size=size,
        pool_stride=stride,
        hidden=hidden,
    )


def _layer(architecture, name):
    return next(layer for layer in architecture.layers if layer.name == name)


@pytest.mark.parametrize(("body", "depth"), [("plain", 1), ("plain", 2), ("residual", 1)])
@pytest.mark.parametrize("size", [(8, 8), (9, 13), (11, 7), (28, 28)])
def test_shapes_agree_with_the_built_model_at_every_layer(size, body, depth):
    for pooling, padding, order in itertools.product(POOLINGS, Padding, PoolOrder):
        config = _config(pooling, "gap", padding, "batch", order, (2, 2), 5)
        dropout = DropoutPosition.AFTER_POOL
        config = config.model_copy(update={"dropout": dropout, "body": body, "depth": depth})
        try:
            architecture = describe_model(config, (2, *size), 10)
        except ConfigError:
            continue
        model = build_model(config, (2, *size), 10).eval()
        shapes = [
            (step.name, tuple(step.output.shape[1:]))
            for step in steps(model, torch.zeros(1, 2, *size))
        ]
        assert [(layer.name, layer.shape) for layer in architecture.layers] == shapes


@pytest.mark.parametrize("rows", [7, 8, 9, 28, 31])
@pytest.mark.parametrize("window", [(2, 2), (3, 2), (4, 2), (2, 1), (3, 3), (4, 4)])
def test_every_pool_layer_gives_the_same_size_for_its_window(rows, window):
    size, stride = window
    expected = (rows - size) // stride + 1
    for pooling, entry in POOLINGS.items():
        if entry.downsampling == "pool":
            config = ModelConfig(widths=(2,), pooling=pooling, pool_size=size, pool_stride=stride)
            shape = _layer(describe_model(config, (1, rows, rows), 10), "block1.pool").shape
            assert (2, expected, expected) == shape


@pytest.mark.parametrize("padding", Padding)
@pytest.mark.parametrize("rows", range(8, 14))
def test_a_strided_convolution_gives_the_size_of_a_pool_of_two(rows, padding):
    strided = ModelConfig(widths=(2,), pooling="strided", padding=padding)
    pooled = ModelConfig(widths=(2,), pooling="max", padding=padding)
    first = _layer(describe_model(strided, (1, rows, rows), 10), "block1.conv").shape
    second = _layer(describe_model(pooled, (1, rows, rows), 10), "block1.pool").shape
    assert second == first


def test_costs_of_the_default_network_are_those_counted_by_hand():
    totals = describe_model(ModelConfig(), DIGITS, 10).totals
    # conv 1->16, conv 16->32, dense 32->10, each with biases
    assert (16 * 9 + 16) + (32 * 16 * 9 + 32) + (320 + 10) == totals.parameters
    # 8x8 positions of 9 products for 16 channels; 4x4 positions of 144 for 32; 320
    assert 64 * 16 * 9 + 16 * 32 * 144 + 320 == totals.macs
    # three comparisons for each of 16*4*4 and 32*2*2 windows; 32 means of four values
    assert 3 * 16 * 16 + 3 * 32 * 4 + 32 * 4 == totals.pooling_ops
    # conv, relu and pool of two blocks, the head's vector, the logits
    values = 2 * 1024 + 256 + 2 * 512 + 128 + 32 + 10
    assert values * 4 == totals.activation_bytes


def test_a_learned_pool_of_64_channels_has_36928_parameters():
    config = ModelConfig(widths=(64,), pooling="conv")
    assert _layer(describe_model(config, (3, 32, 32), 10), "block1.pool").parameters == 36_928


def test_flatten_has_as_many_times_the_dense_weights_of_gap_as_the_map_has_cells():
    flatten = _layer(describe_model(ModelConfig(head="flatten"), (1, 32, 32), 10), "head.logits")
    gap = _layer(describe_model(ModelConfig(head="gap"), (1, 32, 32), 10), "head.logits")
    assert (gap.parameters - 10) * 8 * 8 == flatten.parameters - 10


def test_a_pool_adds_one_jump_to_the_receptive_field_and_doubles_the_jump():
    # conv3, conv3, pool2: r 5 to 6, jump 1 to 2
    layers = describe_model(ModelConfig(widths=(2, 2), pools=1), (1, 8, 8), 10).layers
    by_name = {layer.name: (layer.receptive_field, layer.jump) for layer in layers}
    assert (3, 1) == by_name["block1.conv"]
    assert (4, 2) == by_name["block1.pool"]
    assert (8, 2) == by_name["block2.conv"]


def _supports(config, size, expected, most=100):
    """Sides of the square that a value after two blocks depends on, over draws and weights.

    At least 8 draws, so that a support that is too large shows, and up to `most` until its sides
    are as expected.
    """
    read = torch.zeros(size, size, dtype=torch.bool)
    sides = (0, 0)
    for seed in range(most):
        body = build_model(config, (1, size, size), 10, seed=seed)[:2]
        # a positive bias keeps most ReLUs open, so that the gradient gets through
        for name, parameter in body.named_parameters():
            if name.endswith("bias"):
                parameter.data.fill_(1.0)
        torch.manual_seed(seed)
        x = torch.randn(8, 1, size, size).requires_grad_()
        y = body(x)
        middle = y.shape[2] // 2
        y[:, :, middle, middle].sum().backward()
        read |= (x.grad != 0).any(dim=0)[0]
        rows, columns = (read.any(dim=axis).nonzero().flatten() for axis in (1, 0))
        sides = (int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1)
        if seed >= 8 and min(sides) >= expected:
            break
    return sides


def _stated_field(config, size):
    """The receptive field that the last layer of the second block is said to have."""
    layers = describe_model(config, (1, size, size), 10).layers
    return [layer for layer in layers if layer.name.startswith("block2")][-1].receptive_field


@pytest.mark.parametrize("order", PoolOrder)
@pytest.mark.parametrize("window", [(2, 2), (3, 2), (4, 3)])
@pytest.mark.parametrize("pooling", POOLINGS)
def test_receptive_field_is_the_union_of_the_supports_of_the_input_gradient(pooling, window, order):
    config = _config(pooling, "gap", Padding.ZEROS, Norm.NONE, order, window, 0)
    size, expected = 48, _stated_field(config, 48)
    if not POOLINGS[pooling].whole_map:
        # as large as it takes for the middle value to read nothing beyond the border
        size = min(size, expected + 16)
        assert expected == _stated_field(config, size)
    if POOLINGS[pooling].whole_map:
        assert expected >= size
        assert min(_supports(config, size, size // 2 + 1)) > size / 2
    elif POOLINGS[pooling].regular_grid:
        assert (expected, expected) == _supports(config, size, expected)
    else:
        # what a pool that chooses its grid can reach is bounded by the stated field, which no draw
        # needs to fill
        assert max(_supports(config, size, expected, most=25)) <= expected


@pytest.mark.parametrize("padding", Padding)
@pytest.mark.parametrize(("body", "depth"), [("residual", 1), ("residual", 2), ("plain", 3)])
@pytest.mark.parametrize("pooling", ["max", "average", "none", "strided", "conv", "blur-strided"])
def test_the_field_of_branches_is_the_union_of_the_supports(pooling, body, depth, padding):
    order = PoolOrder.AFTER_ACTIVATION
    config = _config(pooling, "gap", padding, Norm.NONE, order, (2, 2), 0)
    config = config.model_copy(update={"body": body, "depth": depth})
    size = 60
    layers = describe_model(config, (1, size, size), 10).layers
    expected = [layer for layer in layers if layer.name.startswith("block2")][-1].receptive_field
    assert (expected, expected) == _supports(config, size, expected)


@pytest.mark.parametrize(
    ("window", "rows", "unread"),
    [
        (Window(2, 2), 8, 0),
        (Window(2, 2), 7, 1),
        (Window(3, 2), 8, 1),
        (Window(2, 3), 8, 2),
        (Window(3, 1, before=1, after=1), 5, 0),
        (Window(3, 2, before=1), 7, 1),
        (Window(3, 2, after=-1), 8, 1),
    ],
)
def test_rows_that_no_window_reads_are_counted(window, rows, unread):
    assert unread == window.unread(rows)


def test_a_layer_without_a_window_reads_every_row():
    layers = describe_model(ModelConfig(norm="batch", head="gap+gmp"), (1, 9, 9), 10).layers
    assert {(0, 0)} == {layer.dropped for layer in layers if layer.window is None}


@pytest.mark.parametrize("window", [(2, 2), (3, 2), (4, 4), (2, 3)])
@pytest.mark.parametrize("pooling", OPERATORS)
def test_rows_that_a_pool_drops_get_no_gradient_whatever_it_draws(pooling, window):
    size, stride = window
    config = ModelConfig(widths=(2,), pooling=pooling, pool_size=size, pool_stride=stride)
    layer = _layer(describe_model(config, (1, 11, 9), 2), "block1.pool")
    pool = build_model(config, (1, 11, 9), 2).block1.pool
    silent = torch.ones(11, 9, dtype=torch.bool)
    for seed in range(20):
        torch.manual_seed(seed)
        x = torch.randn(32, 2, 11, 9).requires_grad_()
        pool(x).sum().backward()
        silent &= (x.grad == 0).all(dim=(0, 1))
    assert layer.dropped == (int(silent.all(dim=1).sum()), int(silent.all(dim=0).sum()))


@pytest.mark.parametrize(
    ("pooling", "parameters", "macs", "operations"),
    [
        # a map of 7 x 7 with 4 channels gives 3 x 3: 36 values of windows of 2 x 2
        ("max", 0, 0, 36 * 3),
        ("average", 0, 0, 36 * 4),
        ("median", 0, 0, 36 * 6),
        ("lp", 0, 0, 36 * 8),
        ("lse", 0, 0, 36 * 14),
        ("soft", 0, 0, 36 * 15),
        ("stochastic", 0, 0, 36 * 15),
        ("fractional-max", 0, 0, 36 * 3),
        ("rank", 0, 0, 36 * 13),
        ("detail", 0, 0, 36 * 31),
        ("mixed", 1, 0, 36 * 10),
        ("gated", 4, 0, 36 * 19),
        ("gem", 1, 0, 36 * 13),
        # a 1x1 convolution and four operations per value of the map; ratios of sums of four
        ("lip", 20, 196 * 4, 196 * 4 + 36 * 7),
        # 6 x 6 places on the map, then 9 products and 8 additions
        ("blur-max", 0, 0, 144 * 3 + 36 * 17),
        ("blur-average", 0, 0, 144 * 4 + 36 * 17),
        # 7 x 7 places, each squared and added; then the largest of four norms
        ("aps", 0, 0, 196 * 5 + 3),
        ("conv", 148, 36 * 36, 0),
        # the convolution has stride 1
        ("conv-max", 148, 196 * 36, 36 * 3),
    ],
)
def test_the_costs_of_a_pool_are_those_counted_by_hand(pooling, parameters, macs, operations):
    config = ModelConfig(widths=(4,), pooling=pooling)
    layer = _layer(describe_model(config, (1, 7, 7), 10), "block1.pool")
    assert (parameters, macs, operations) == (layer.parameters, layer.macs, layer.pooling_ops)


@pytest.mark.parametrize(
    ("config", "layer"),
    [
        ({"widths": (2, 2, 2, 2)}, "block4.pool"),
        ({"widths": (2, 2), "padding": "valid"}, "block2.pool"),
        ({"widths": (2, 2, 2), "padding": "valid", "pooling": "strided"}, "block2.conv"),
    ],
)
def test_a_map_that_shrinks_away_is_refused_with_the_layer(config, layer):
    with pytest.raises(ConfigError, match=f"^{layer}: its map is "):
        describe_model(ModelConfig(**config), DIGITS, 10)


@pytest.mark.parametrize(
    ("position", "names"),
    [
        ("none", []),
        ("input", ["input.dropout"]),
        ("before-pool", ["block1.dropout", "block2.dropout"]),
        ("after-pool", ["block1.dropout", "block2.dropout"]),
        ("after-last-pool", ["block2.dropout"]),
        ("head", ["head.dropout"]),
    ],
)
@pytest.mark.parametrize("pooling", POOLINGS)
def test_dropout_sits_where_it_was_put(pooling, position, names):
    layers = describe_model(ModelConfig(pooling=pooling, dropout=position), DIGITS, 10).layers
    found = [layer.name for layer in layers if layer.kind is LayerKind.DROPOUT]
    assert names == found


def test_dropout_before_the_pool_comes_before_it():
    names = [
        layer.name
        for layer in describe_model(ModelConfig(dropout="before-pool"), DIGITS, 10).layers
    ]
    assert names.index("block1.dropout") + 1 == names.index("block1.pool")


def test_dropout_after_the_last_pool_follows_the_last_block_that_has_a_pool():
    config = ModelConfig(widths=(2, 2), pools=1, dropout="after-last-pool")
    names = [layer.name for layer in describe_model(config, DIGITS, 10).layers]
    assert names.index("block1.pool") + 1 == names.index("block1.dropout")
    assert "block2.dropout" not in names


def test_channel_dropout_drops_whole_channels_of_a_map():
    config = ModelConfig(dropout="after-pool", dropout_kind="channel", dropout_rate=0.5)
    dropout = build_model(config, DIGITS, 10).block1.dropout
    assert isinstance(dropout, nn.Dropout2d)
    torch.manual_seed(0)
    kept = dropout(torch.ones(8, 16, 4, 4)).flatten(2)
    assert torch.equal(kept.amin(dim=2), kept.amax(dim=2))
    assert {0.0, 2.0} == set(kept.unique().tolist())
