"""From a description to a network, with weights that depend only on seed and tensor name.

Each tensor is drawn from a generator seeded by the seed and the tensor's name. Two networks
that share a tensor (same name, same shape) therefore start from the same values, whatever else
differs between them. Fair comparisons rest on this pairing.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from math import prod, sqrt

import torch
from torch import Tensor, nn

from core.catalog import Padding
from core.config import ModelConfig
from core.network import Architecture, Layer, LayerKind, describe_model
from core.network.branches import Addition, Branches
from core.network.dropout import make_dropout
from core.network.heads import HEAD_MODULES
from core.network.layers import MARGINS, PART_INPUT, margins_name
from core.network.pooling import make_margins, make_pooling
from core.network.seeding import stream


def build_model(
    model_config: ModelConfig, input_shape: tuple[int, int, int], classes: int, seed: int = 0
) -> nn.Sequential:
    """Build a network.

    Args:
        model_config: the network to build.
        input_shape: (C, H, W) of an image.
        classes: number of logits.
        seed: determines the initial weights.

    Returns:
        A module from (N, C, H, W) to logits (N, classes). Its parts have the names used by
        `describe_model(...)`: "block1.conv" is `model.block1.conv`.

    Raises:
        ConfigError: the map becomes smaller than a window.
    """
    architecture = describe_model(model_config, input_shape, classes)
    model = _assemble(architecture, model_config)
    initialise(model, seed)
    return model


def _assemble(architecture: Architecture, config: ModelConfig) -> nn.Sequential:
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    for part, layers in groupby(architecture.layers, key=lambda layer: layer.name.split(".")[0]):
        modules: OrderedDict[str, nn.Module] = OrderedDict()
        reads = {}
        for layer in layers:
            own = _modules(layer, layer.name.split(".")[1], config)
            modules |= own
            if layer.reads:
                reads[next(iter(own))] = layer.reads_within
        parts[part] = Branches(modules, reads) if reads else nn.Sequential(modules)
    return nn.Sequential(parts)


def _modules(layer: Layer, name: str, config: ModelConfig) -> OrderedDict[str, nn.Module]:
    """The module of a layer by name, preceded by its margins if its padding is asymmetric."""
    match layer.kind:
        case LayerKind.CONVOLUTION:
            return _convolution(layer, name, config)
        case LayerKind.IDENTITY:
            module = make_margins(*layer.margins, config.padding)
        case LayerKind.ADDITION:
            module = Addition()
        case _:
            module = _module(layer, config)
    return OrderedDict([(name, module)])


def _module(layer: Layer, config: ModelConfig) -> nn.Module:
    match layer.kind:
        case LayerKind.NORM:
            return nn.BatchNorm2d(layer.inputs[0])
        case LayerKind.ACTIVATION:
            return nn.ReLU()
        case LayerKind.POOL:
            # with valid padding, a pool that needs margins gets zeros, so that all sizes agree
            mode = Padding.ZEROS if config.padding is Padding.VALID else config.padding
            return make_pooling(
                config.pooling,
                layer.inputs[0],
                config.pool_size,
                config.pool_stride,
                padding_mode=mode,
            )
        case LayerKind.DROPOUT:
            spatial = len(layer.inputs) > 1
            return make_dropout(config.dropout_kind, config.dropout_rate, spatial=spatial)
        case LayerKind.HEAD:
            return HEAD_MODULES[config.head](layer.inputs[0])
        case _:
            return nn.Linear(layer.inputs[0], layer.shape[0])


def _convolution(layer: Layer, name: str, config: ModelConfig) -> OrderedDict[str, nn.Module]:
    window, (before, after) = layer.window, layer.margins
    if window is None:
        raise ValueError(f"{layer.name}: a convolution needs a window")
    even = before == after >= 0
    convolution = nn.Conv2d(
        layer.inputs[0],
        layer.shape[0],
        window.size,
        window.stride,
        padding=before if even else 0,
        padding_mode="circular" if config.padding is Padding.CIRCULAR else "zeros",
    )
    if even:
        return OrderedDict([(name, convolution)])
    margins = make_margins(before, after, config.padding)
    return OrderedDict([(margins_name(name), margins), (name, convolution)])


@dataclass(frozen=True, slots=True)
class Step:
    """One layer at work.

    Attributes:
        name: of the layer.
        layer: its module, with its margins if it has any.
        inputs: what it reads; two maps, if it adds a shortcut.
        output: what it gives.
    """

    name: str
    layer: nn.Module
    inputs: tuple[Tensor, ...]
    output: Tensor


def steps(model: nn.Sequential, x: Tensor, **instead: nn.Module) -> Iterator[Step]:
    """Pass an input through a network, layer by layer; the last step's output is the network's.

    Args:
        model: the network.
        x: (N, C, H, W).
        instead: modules to use in place of all layers of a name within their parts, such as `pool`.
    """
    for part_name, part in model.named_children():
        outputs = {PART_INPUT: x}
        for name, layer, reads in _layers(part):
            inputs = tuple(outputs[read] for read in reads) or (x,)
            module = instead.get(name, layer)
            x = outputs[name] = module(*inputs)
            yield Step(f"{part_name}.{name}", module, inputs, x)


def _layers(part: nn.Module) -> Iterator[tuple[str, nn.Module, tuple[str, ...]]]:
    """Yield name, module and reads (empty for the layer before it) of the layers of a part."""
    reads = part.reads if isinstance(part, Branches) else {}
    margins: list[tuple[str, nn.Module]] = []
    for name, module in part.named_children():
        if name.endswith(MARGINS):
            margins = [(name, module)]
            continue
        first = margins[0][0] if margins else name
        whole = nn.Sequential(margins[0][1], module) if margins else module
        yield name, whole, reads.get(first, ())
        margins = []


def initialise(model: nn.Module, seed: int, prefix: str = "") -> None:
    """Draw the weights of every convolution and dense layer; set their biases to zero.

    Uniform in +-1/sqrt(fan_in), the scale of LeCun et al. 1998 (Efficient backprop). A bias has
    the same shape whatever the fan-in, so drawing it on that scale would give different values to
    two networks that share it. Norm layers and operators keep the values they are built with.
    `prefix` is put before the tensor names if the module is part of a network.
    """
    with torch.no_grad():
        for name, module in model.named_modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                bound = 1 / sqrt(prod(module.weight.shape[1:]))
                drawn = generator(seed, f"{prefix}{name}.weight")
                module.weight.uniform_(-bound, bound, generator=drawn)
                if module.bias is not None:
                    module.bias.zero_()


def generator(seed: int, name: str) -> torch.Generator:
    """A separate random generator for one purpose, determined by seed and name."""
    return torch.Generator().manual_seed(stream(seed, name))
