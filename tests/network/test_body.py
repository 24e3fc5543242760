"""Are deeper and residual blocks what they are said to be, everywhere that reads a network?"""

import itertools

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torchvision.models.resnet import BasicBlock

from core.analyses.timing import times
from core.analyses.trained import Network, images_of_test
from core.catalog import POOLINGS, Body, Norm
from core.config import Experiment, ModelConfig
from core.data.tensors import to_input
from core.network import LayerKind, describe, describe_model
from core.network.build import build_model, steps
from core.training import train
from tests.inspection import INSPECTED_IMAGES, exciting, respond, softened_accuracy

SHAPE = (3, 16, 16)
BODIES = [{"body": "residual"}, {"body": "residual", "depth": 2}, {"depth": 2}, {"depth": 4}]


def names(**flat):
    return [layer.name for layer in describe_model(ModelConfig(**flat), SHAPE, 10).layers]


def test_a_plain_block_of_depth_three():
    assert names(widths=(4,), depth=3, norm="batch")[:10] == [
        *("block1.conv", "block1.norm", "block1.relu"),
        *("block1.conv2", "block1.norm2", "block1.relu2"),
        *("block1.conv3", "block1.norm3", "block1.relu3"),
        "block1.pool",
    ]


def test_a_residual_block_and_its_order():
    assert names(widths=(4,), body="residual", norm="batch", dropout="before-pool")[:-2] == [
        *("block1.conv", "block1.norm", "block1.relu", "block1.conv2", "block1.norm2"),
        *("block1.shortcut", "block1.shortcut_norm", "block1.add", "block1.relu2"),
        *("block1.dropout", "block1.pool"),
    ]
    before = names(widths=(4,), body="residual", pooling="average", pool_order="before-activation")
    assert ["block1.add", "block1.pool", "block1.relu2"] == before[4:7]


def test_a_shortcut_is_the_identity_where_the_width_stays():
    layers = describe_model(ModelConfig(widths=(3, 4), body="residual"), SHAPE, 10).layers
    by_name = {layer.name: layer for layer in layers}
    assert "block1.shortcut" not in by_name
    assert ("block1.conv2", "input") == by_name["block1.add"].reads
    assert ("block2.conv2", "block2.shortcut") == by_name["block2.add"].reads
    assert LayerKind.CONVOLUTION is by_name["block2.shortcut"].kind
    assert 3 * 4 + 4 == by_name["block2.shortcut"].parameters


def test_the_stride_is_taken_last_in_a_plain_block_and_as_in_a_resnet_in_a_residual_one():
    flat = {"widths": (4, 4), "pooling": "strided", "depth": 2}
    for body, strided in (
        ("plain", ["conv2"]),
        ("residual", ["conv3", "shortcut2"]),
    ):
        layers = describe_model(ModelConfig(**flat, body=body), SHAPE, 10).layers
        found = [layer.name for layer in layers if layer.window and layer.window.stride == 2]
        assert [f"block{n}.{name}" for n in (1, 2) for name in strided] == found


def reference(block, unit, inputs, width, stride, norm):
    """The basic block of torchvision, with the weights of a residual unit."""
    make = nn.BatchNorm2d if norm is Norm.BATCH else nn.Identity
    projects = stride > 1 or inputs != width
    aside = nn.Sequential(nn.Conv2d(inputs, width, 1, stride), make(width)) if projects else None
    theirs = BasicBlock(inputs, width, stride, aside, norm_layer=make)
    first, second = ("" if n == 1 else str(n) for n in (2 * unit - 1, 2 * unit))
    shortcut = "shortcut" if unit == 1 else f"shortcut{unit}"
    pairs = {
        f"conv{first}": theirs.conv1,
        f"conv{second}": theirs.conv2,
        f"norm{first}": theirs.bn1,
        f"norm{second}": theirs.bn2,
        **({shortcut: aside[0], f"{shortcut}_norm": aside[1]} if aside else {}),
    }
    for name, module in pairs.items():
        if isinstance(module, nn.Identity):
            continue
        ours = block.get_submodule(name)
        if isinstance(module, nn.Conv2d):
            module.bias = nn.Parameter(torch.zeros(width))
        module.load_state_dict(ours.state_dict())
    return theirs


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("norm", Norm)
@pytest.mark.parametrize("pooling", ["none", "strided"])
@pytest.mark.parametrize("width", [3, 5])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_residual_block_is_that_of_torchvision(depth, width, pooling, norm, training):
    config = ModelConfig(widths=(width,), body="residual", depth=depth, pooling=pooling, norm=norm)
    ours = build_model(config, SHAPE, 10).block1
    with torch.no_grad():
        for parameter in ours.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=torch.manual_seed(0)))
    units = []
    for unit in range(1, depth + 1):
        stride = 2 if pooling == "strided" and unit == depth else 1
        inputs = SHAPE[0] if unit == 1 else width
        units.append(reference(ours, unit, inputs, width, stride, norm))
    theirs = nn.Sequential(*units)
    ours.train(training)
    theirs.train(training)
    x = torch.randn(4, *SHAPE, generator=torch.manual_seed(1))
    mine, their = (x.clone().requires_grad_() for _ in range(2))
    y, expected = ours(mine), theirs(their)
    assert torch.allclose(expected, y, atol=1e-5)
    y.square().sum().backward()
    expected.square().sum().backward()
    assert torch.allclose(their.grad, mine.grad, rtol=1e-3, atol=1e-3)


def test_a_cropped_shortcut_is_the_middle_of_what_the_convolutions_read():
    """With valid padding: two convolutions that copy the middle double what is added to it."""
    config = ModelConfig(widths=(3,), body="residual", pooling="none", padding="valid")
    block = build_model(config, SHAPE, 10).block1
    with torch.no_grad():
        for convolution in (block.conv, block.conv2):
            convolution.weight.zero_()
            for channel in range(3):
                convolution.weight[channel, channel, 1, 1] = 1
    x = torch.rand(2, *SHAPE)
    assert torch.equal(2 * x[:, :, 2:-2, 2:-2], block(x))


def test_bodies_and_depths_share_the_weights_that_they_have_in_common():
    seen = {}
    shared = 0
    for body, depth, norm in itertools.product(Body, range(1, 5), Norm):
        config = ModelConfig(body=body, depth=depth, norm=norm)
        for name, tensor in build_model(config, SHAPE, 10).state_dict().items():
            first = seen.setdefault((name, tensor.shape), tensor)
            assert torch.equal(first, tensor)
            shared += first is not tensor
    assert shared > 100


@pytest.mark.parametrize("flat", BODIES, ids=str)
@pytest.mark.parametrize("pooling", POOLINGS)
def test_its_steps_are_the_network_with_every_strategy(pooling, flat):
    config = ModelConfig(widths=(4, 4), pooling=pooling, norm="batch", **flat)
    model = build_model(config, SHAPE, 10).eval()
    x = torch.rand(2, *SHAPE)
    taken_apart = list(steps(model, x))
    described = describe_model(config, SHAPE, 10).layers
    assert [layer.name for layer in described] == [step.name for step in taken_apart]
    assert [layer.shape for layer in described] == [
        tuple(step.output.shape[1:]) for step in taken_apart
    ]
    assert torch.equal(model(x), taken_apart[-1].output)


@pytest.mark.parametrize("flat", BODIES, ids=str)
@pytest.mark.parametrize("pooling", ["max", "strided", "stochastic"])
def test_it_trains_and_gives_the_same_bits_again(pooling, flat):
    tiny = {"epochs": 8, "train_size": 100, "widths": "4,6", "norm": "batch", "augment_shift": 1}
    experiment = Experiment.from_flat({**tiny, "pooling": pooling, **flat})
    first, second = train(experiment), train(experiment)
    assert first.weights == second.weights
    assert first.predictions == second.predictions
    assert first.epochs[-1].train_loss < first.epochs[0].train_loss


@pytest.mark.parametrize("pooling", ["max", "strided"])
def test_every_tensor_of_a_deep_block_gets_a_gradient(pooling):
    config = ModelConfig(body="residual", depth=2, norm="batch", pooling=pooling)
    model = build_model(config, SHAPE, 10).train()
    x = torch.randn(16, *SHAPE, generator=torch.manual_seed(0))
    F.cross_entropy(model(x), torch.arange(16) % 10).backward()
    # batch norm cancels the bias of the convolution before it
    silent = [n for n, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    assert [] == [name for name in silent if not name.endswith("bias")]


@pytest.fixture(scope="module", params=BODIES, ids=str)
def opened(request):
    flat = {"widths": "4,6", "epochs": 1, "train_size": 50, **request.param}
    experiment = Experiment.from_flat(flat)
    return Network.of(experiment, train(experiment).weights)


def test_a_deep_network_shows_the_maps_of_all_its_layers(opened):
    x = torch.rand(1, *opened.experiment.input_shape)
    layers = describe(opened.experiment).layers
    maps = {layer.name: layer.shape for layer in layers if len(layer.shape) == 3}
    response = respond(opened, x)
    assert maps == {name: values.shape for name, values in response.maps.items()}
    with torch.inference_mode():
        expected = opened.model(x)[0].softmax(0)
    assert torch.equal(expected, torch.from_numpy(response.probabilities))


def test_a_deep_network_can_be_softened_and_searched(opened):
    data = images_of_test(opened.experiment)
    accuracies = softened_accuracy(opened, (0.0, float("inf")), data)
    part = data.first(INSPECTED_IMAGES)
    with torch.inference_mode():
        answers = opened.model(to_input(part.images, part.normalisation)).argmax(1)
    assert float((answers == part.labels).float().mean()) == accuracies[float("inf")]
    layers = describe(opened.experiment).layers
    blocks = [layer.name for layer in layers if layer.name.startswith("block")]
    for name in blocks:
        assert all(patch.value > 0 for patch in exciting(opened, name, 0, data, 2))


def test_every_layer_of_a_deep_network_is_timed(opened):
    measured = times([opened.experiment], 1).networks[opened.experiment.key]
    names_of = [layer.name for layer in describe(opened.experiment).layers]
    assert names_of == list(measured.layers)
