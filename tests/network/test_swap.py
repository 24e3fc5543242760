"""Does `swap` keep what it promises in the networks of others: shapes, weights, figures?"""

import pytest
import torch
import torch.nn.functional as F
import torchvision
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from core import swap
from core.catalog import POOLINGS, Downsampling, Pooling
from core.errors import ConfigError
from core.network.pooling.antialiased import Blur
from core.network.swapped import PooledConvolution, SwappedPool

NETWORKS = ("vgg11", "resnet18", "mobilenet_v3_small", "convnext_tiny")
IMAGE = (3, 64, 64)
POOLS = [name for name in Pooling if POOLINGS[name].downsampling is Downsampling.POOL]


@pytest.fixture(scope="module")
def networks():
    """The four networks with random weights, vgg11 with one small dense layer."""
    torch.manual_seed(0)
    made = {name: getattr(torchvision.models, name)() for name in NETWORKS[1:]}
    # drawing its dense layers would take longer than all tests
    made["vgg11"] = torchvision.models.vgg11(init_weights=False)
    made["vgg11"].classifier = nn.Sequential(nn.Flatten(), nn.Linear(512 * 49, 10))
    return {name: network.eval() for name, network in made.items()}


def counted(network, image):
    """MACs by torch's counter, without the fixed filters of blur, which are no learned work."""
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        network(image)
    blurs = [name for name, module in network.named_modules() if isinstance(module, Blur)]
    by_module = counter.get_flop_counts()
    root = type(network).__name__
    fixed = sum(sum(by_module.get(f"{root}.{name}", {}).values()) for name in blurs)
    return (counter.get_total_flops() - fixed) // 2


CASES = [
    ("vgg11", "blur-max", False, 5),
    ("vgg11", "conv", True, 5),
    ("resnet18", "lip", False, 1),
    ("resnet18", "blur-average", True, 8),
    ("resnet18", "aps", True, 8),
    ("mobilenet_v3_small", "conv-max", True, 5),
    ("convnext_tiny", "gem", True, 4),
]


@pytest.mark.parametrize(("name", "pooling", "convolutions", "count"), CASES)
def test_the_table_is_what_torch_counts_and_shapes_stay(
    networks, name, pooling, convolutions, count
):
    network = networks[name]
    before = {key: value.clone() for key, value in network.state_dict().items()}
    new, table = swap(network, pooling, input_shape=IMAGE, convolutions=convolutions)
    image = torch.randn(2, *IMAGE)
    with torch.no_grad():
        assert network(image).shape == new(image).shape
    assert count == len(table.replaced)
    parameters = [sum(p.numel() for p in each.parameters()) for each in (network, new)]
    assert parameters == [table.parameters.before, table.parameters.after]
    macs = [counted(each, torch.zeros(1, *IMAGE)) for each in (network, new)]
    assert macs == [table.macs.before, table.macs.after]
    for row in table.replaced:
        module = new.get_submodule(row.name)
        assert row.parameters.after == sum(p.numel() for p in module.parameters())
    # weights that exist stay, under their names, and the original is as it was
    after = new.state_dict()
    assert all(torch.equal(value, after[key]) for key, value in before.items())
    assert before.keys() == network.state_dict().keys()


@pytest.mark.parametrize("name", ["mobilenet_v3_small", "convnext_tiny"])
def test_a_network_with_strided_convolutions_alone_says_so(networks, name):
    with pytest.raises(ConfigError, match="replaced only where convolutions are asked for"):
        swap(networks[name], "max", input_shape=IMAGE)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_strided_convolution_is_one_at_stride_1_of_which_the_first_values_are_kept(
    networks, name
):
    new, _ = swap(networks[name], "max", input_shape=IMAGE, convolutions=True)
    for module in new.modules():
        if isinstance(module, PooledConvolution):
            module.pool = nn.MaxPool2d(1, module.pool.window.stride)
    image = torch.randn(1, *IMAGE)
    with torch.no_grad():
        expected, seen = networks[name](image), new(image)
    assert torch.allclose(expected, seen, atol=1e-5)


@pytest.mark.parametrize(("name", "side"), [("vgg11", 150), ("resnet18", 435)])
def test_receptive_fields_are_the_published_ones(networks, name, side):
    # Araujo, Norris, Sim 2019 (ResNet); VGG by the formula
    _, table = swap(networks[name], "max", input_shape=IMAGE)
    assert (side, side) == (table.receptive_field.before, table.receptive_field.after)


class Branches(nn.Module):
    """Two branches of windows that are not concentric, and a look at the whole map."""

    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool2d(2)
        self.left = nn.Conv2d(2, 2, 3, padding=1)
        self.right = nn.Conv2d(2, 2, (2, 5), padding=(0, 2))

    def forward(self, x):
        x = self.pool(x)
        # one row more below, as the right branch is one shorter
        y = self.left(x) + F.pad(self.right(x), (0, 0, 0, 1))
        return y * y.mean(dim=(2, 3), keepdim=True)


@pytest.mark.parametrize("pooling", ["max", "average", "blur-average", "conv"])
def test_a_receptive_field_is_the_union_of_gradient_supports(pooling):
    class Local(Branches):
        def forward(self, x):
            x = self.pool(x)
            return self.left(x) + F.pad(self.right(x), (0, 0, 0, 1))

    new, table = swap(Local(), pooling, input_shape=(2, 40, 40))
    with torch.no_grad():
        for weight in new.parameters():
            weight.fill_(0.1)
    reached = torch.zeros(40, 40)
    # of max one value gets the gradient: several images reach them all
    for _ in range(40):
        x = torch.rand(1, 2, 40, 40, requires_grad=True)
        new(x)[0, :, 10, 10].sum().backward()
        reached += x.grad.abs().sum(dim=(0, 1))
    sides = [int((reached.sum(dim=axis) > 0).sum()) for axis in (0, 1)]
    assert table.receptive_field.after == max(sides)
    whole, whole_table = swap(Branches(), pooling, input_shape=(2, 40, 40))
    assert table.receptive_field == whole_table.receptive_field
    assert isinstance(whole.pool, SwappedPool)


POOL_SHAPES = [
    {"kernel_size": 2},
    {"kernel_size": 3, "stride": 2, "padding": 1},
    {"kernel_size": 3, "stride": 2, "ceil_mode": True},
    {"kernel_size": 2, "stride": 2, "padding": 1, "ceil_mode": True},
    {"kernel_size": 3, "stride": 1, "padding": 1},
    {"kernel_size": 2, "stride": 3, "ceil_mode": True},
]


@pytest.mark.parametrize("geometry", POOL_SHAPES, ids=str)
@pytest.mark.parametrize("side", [7, 8, 9])
def test_max_in_place_of_max_gives_the_same_bits(geometry, side):
    x = torch.randn(2, 3, side, side + 1)
    old = nn.MaxPool2d(**geometry)
    new, _ = swap(old, "max", input_shape=(3, 12, 12))
    assert torch.equal(old(x), new(x))
    assert torch.equal(old(x[0]), new(x[0]))


@pytest.mark.parametrize("geometry", POOL_SHAPES[:2] + POOL_SHAPES[4:5], ids=str)
def test_average_in_place_of_average_gives_the_same(geometry):
    x = torch.randn(2, 3, 8, 9)
    old = nn.AvgPool2d(**geometry)
    new, _ = swap(old, "average", input_shape=(3, 12, 12))
    assert torch.allclose(old(x), new(x), atol=1e-6)


@pytest.mark.parametrize("pooling", POOLS)
@pytest.mark.parametrize("side", [13, 16])
def test_every_strategy_keeps_the_shapes_of_every_pool(pooling, side):
    for geometry in POOL_SHAPES:
        old = nn.Sequential(nn.MaxPool2d(**geometry), nn.Conv2d(3, 4, 3, stride=3, padding=1))
        new, table = swap(old, pooling, input_shape=(3, 20, 20), convolutions=True)
        assert 2 == len(table.replaced)
        x = torch.randn(2, 3, side, side)
        assert old(x).shape == new(x).shape


def test_new_weights_depend_on_seed_and_place_and_training_reaches_them():
    network = nn.Sequential(nn.MaxPool2d(2), nn.ReLU(), nn.MaxPool2d(2))
    one, other, again = (
        swap(network, "conv", input_shape=(3, 16, 16), seed=seed)[0] for seed in (0, 1, 0)
    )
    assert torch.equal(one[0].pool.conv.weight, again[0].pool.conv.weight)
    assert not torch.equal(one[0].pool.conv.weight, other[0].pool.conv.weight)
    assert not torch.equal(one[0].pool.conv.weight, one[2].pool.conv.weight)
    one(torch.randn(1, 3, 16, 16)).sum().backward()
    assert all(weight.grad is not None for weight in one.parameters())


def test_mode_and_precision_of_the_network_are_kept():
    network = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2), nn.MaxPool2d(2)).double().train()
    new, _ = swap(network, "conv", input_shape=(3, 16, 16), convolutions=True)
    assert all(module.training for module in new.modules())
    assert {torch.float64} == {weight.dtype for weight in new.parameters()}


def test_one_module_in_two_places_is_replaced_in_both():
    pool = nn.MaxPool2d(2)
    network = nn.Sequential(pool, nn.Conv2d(3, 5, 1), pool)
    new, table = swap(network, "average", input_shape=(3, 16, 16))
    assert new[0] is new[2]
    assert 1 == len(table.replaced)
    x = torch.randn(1, 3, 16, 16)
    assert torch.allclose(F.avg_pool2d(network[1](F.avg_pool2d(x, 2)), 2), new(x), atol=1e-6)


class Functional(nn.Module):
    def forward(self, x):
        return F.max_pool2d(x, 2)


class Unused(nn.Sequential):
    def forward(self, x):
        return x


class Pair(nn.Module):
    def forward(self, x, y):
        return x + y


class Stubborn(nn.MaxPool2d):
    def __deepcopy__(self, memo):
        raise RuntimeError("there is one of me")


def hooked():
    pool = nn.MaxPool2d(2)
    pool.register_forward_hook(lambda *_: None)
    return pool


def shared():
    pool = nn.MaxPool2d(2)
    return nn.Sequential(pool, nn.Conv2d(3, 5, 1), pool)


class OwnPool(nn.MaxPool2d):
    pass


WRONG = {
    "unknown strategy": (nn.MaxPool2d(2), "big", {}, "pooling: 'big' is not known"),
    "none": (nn.MaxPool2d(2), "none", {}, "none is no pool"),
    "strided": (nn.MaxPool2d(2), "strided", {}, "strided is no pool"),
    "class": (nn.MaxPool2d, "max", {}, "MaxPool2d is a class"),
    "function": (torch.relu, "max", {}, "an nn.Module is needed"),
    "name": ("resnet18", "max", {}, "an nn.Module is needed; received str"),
    "one number": (nn.MaxPool2d(2), "max", {"input_shape": 64}, "input_shape: three whole"),
    "two numbers": (nn.MaxPool2d(2), "max", {"input_shape": (64, 64)}, "input_shape: three whole"),
    "no rows": (nn.MaxPool2d(2), "max", {"input_shape": (3, 0, 8)}, "input_shape: three whole"),
    "seed": (nn.MaxPool2d(2), "max", {"seed": "one"}, "seed: a whole number"),
    "channels": (
        nn.Sequential(nn.Conv2d(1, 2, 3), nn.MaxPool2d(2)),
        *("max", {}, r"takes no image of this shape, \(3, 16, 16\)"),
    ),
    "small image": (nn.MaxPool2d(3), "max", {"input_shape": (3, 2, 2)}, "takes no image"),
    "two inputs": (Pair(), "max", {}, "takes no image"),
    "dense": (nn.Sequential(nn.Flatten(), nn.Linear(768, 2)), "max", {}, "nothing to replace"),
    "adaptive": (nn.AdaptiveMaxPool2d(2), "max", {}, "adaptive"),
    "global": (nn.AvgPool2d(16), "max", {}, "global"),
    "strided convolution": (nn.Conv2d(3, 4, 3, 2), "max", {}, "where convolutions are asked for"),
    "function inside": (Functional(), "max", {}, "max_pool2d|called as a function"),
    "dilated": (nn.MaxPool2d(2, dilation=2), "max", {}, "dilated"),
    "oblong": (nn.MaxPool2d((2, 1)), "max", {}, "not square"),
    "indices": (nn.MaxPool2d(2, return_indices=True), "max", {}, "returns indices"),
    "divisor": (nn.AvgPool2d(2, divisor_override=3), "max", {}, "divides by a number"),
    "unused": (Unused(nn.MaxPool2d(2)), "max", {}, "never called"),
    "hook": (hooked(), "max", {}, "hooks"),
    "different channels": (shared(), "conv", {}, "called with different channels"),
    "own class": (OwnPool(2), "max", {}, "OwnPool has a forward of its own"),
    "no copy": (Stubborn(2), "max", {}, r"cannot be copied \(there is one of me\)"),
    "lazy": (nn.Sequential(nn.LazyConv2d(2, 3), nn.MaxPool2d(2)), "max", {}, "lazy layers"),
    "meta": (nn.Conv2d(3, 3, 3, device="meta"), "max", {}, "meta device"),
}


@pytest.mark.parametrize(("module", "pooling", "arguments", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_use_is_refused_in_a_sentence(module, pooling, arguments, said):
    with pytest.raises(ConfigError, match=said) as refused:
        swap(module, pooling, **{"input_shape": (3, 16, 16), **arguments})
    assert "\n" not in str(refused.value)


def test_a_second_swap_finds_the_first():
    once, _ = swap(nn.Sequential(nn.MaxPool2d(2)), "max", input_shape=(3, 16, 16))
    with pytest.raises(ConfigError, match="0: a strategy of Poolscope already"):
        swap(once, "average", input_shape=(3, 16, 16))


def test_what_is_left_is_listed_with_its_reason(networks):
    _, table = swap(networks["resnet18"], "blur-max", input_shape=IMAGE)
    reasons = {each.name: each.reason for each in table.left}
    assert "adaptive" == reasons["avgpool"]
    assert "strided convolution" in reasons["layer2.0.downsample.0"]
    said = str(table)
    assert "maxpool: MaxPool2d 3 × 3, stride 2, padding 1 → blur-max 3 × 3, stride 2" in said
    assert "left avgpool: adaptive" in said
    assert "receptive field: 435 → 439" in said
