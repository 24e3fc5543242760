"""From a configuration to the layers of its network, in order."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from math import prod

from core.catalog import (
    HEADS,
    POOLINGS,
    Body,
    Downsampling,
    DropoutPosition,
    Norm,
    Padding,
    PoolingEntry,
    PoolOrder,
    PoolShape,
)
from core.catalog.poolings import CONV_SIZE
from core.config import Experiment, ModelConfig
from core.config.sections import UNIT_CONVOLUTIONS
from core.errors import ConfigError
from core.network.layers import Architecture, Layer, LayerKind, Window


def describe(experiment: Experiment) -> Architecture:
    """The description of an experiment's network.

    Raises:
        ConfigError: the map becomes smaller than a window; the message names the layer.
    """
    return describe_model(experiment.model, experiment.input_shape, experiment.classes)


@lru_cache(maxsize=4096)
def describe_model(
    model: ModelConfig, input_shape: tuple[int, int, int], classes: int
) -> Architecture:
    """The description of the network that a configuration builds.

    Args:
        model: the configuration.
        input_shape: (C, H, W) of an image.
        classes: number of logits.

    Raises:
        ConfigError: the map becomes smaller than a window; the message names the layer.
    """
    return Architecture(tuple(_layers(model, input_shape, classes)))


def _layers(model: ModelConfig, input_shape: tuple[int, int, int], classes: int) -> Iterator[Layer]:
    start = Layer(
        name="input",
        kind=LayerKind.DROPOUT,
        inputs=input_shape,
        shape=input_shape,
        receptive_field=1,
        jump=1,
    )
    last = start
    if model.dropout is DropoutPosition.INPUT:
        last = _same_shape(last, "input.dropout", LayerKind.DROPOUT)
        yield last
    for index, width in enumerate(model.widths):
        for layer in _block(model, index, width, last):
            yield layer
            last = layer
    yield from _head(model, last, classes)


def _block(model: ModelConfig, index: int, width: int, last: Layer) -> Iterator[Layer]:
    """Body, activation, pool and dropout of one block, in the chosen order."""
    prefix = f"block{index + 1}"
    shrinks = index < model.downsampling_blocks
    strides = POOLINGS[model.pooling].downsampling is Downsampling.STRIDE
    body = _residual_units if model.body is Body.RESIDUAL else _convolutions
    for layer in body(model, prefix, width, last, strided=shrinks and strides):
        yield layer
        last = layer
    relu = f"{prefix}.{_numbered('relu', model.convolutions)}"
    after_activation = model.pool_order is PoolOrder.AFTER_ACTIVATION
    if after_activation:
        last = _same_shape(last, relu, LayerKind.ACTIVATION)
        yield last
    if model.dropout is DropoutPosition.BEFORE_POOL:
        last = _same_shape(last, f"{prefix}.dropout", LayerKind.DROPOUT)
        yield last
    if shrinks and not strides:
        last = _pool(model, f"{prefix}.pool", last)
        yield last
    if not after_activation:
        last = _same_shape(last, relu, LayerKind.ACTIVATION)
        yield last
    if _drops_after(model, index):
        yield _same_shape(last, f"{prefix}.dropout", LayerKind.DROPOUT)


def _numbered(name: str, number: int) -> str:
    """The first layer of a kind has no number, so that networks of any depth share its weights."""
    return name if number == 1 else f"{name}{number}"


def _convolutions(
    model: ModelConfig, prefix: str, width: int, last: Layer, *, strided: bool
) -> Iterator[Layer]:
    """The plain body without its last activation; the last convolution takes a stride."""
    numbers = range(1, model.depth + 1)
    return _chain(model, prefix, width, last, numbers, strided=numbers[-1] if strided else None)


def _chain(  # noqa: PLR0913 (what is built, and where)
    model: ModelConfig,
    prefix: str,
    width: int,
    last: Layer,
    numbers: range,
    *,
    strided: int | None,
) -> Iterator[Layer]:
    """Convolutions with norm, and with activations between them.

    Args:
        model: the configuration.
        prefix: name of the block.
        width: number of channels.
        last: the layer before them.
        numbers: of the convolutions in their block.
        strided: number of the convolution that takes the stride; None if none does.
    """
    for number in numbers:
        if number > numbers[0]:
            relu = f"{prefix}.{_numbered('relu', number - 1)}"
            last = _same_shape(last, relu, LayerKind.ACTIVATION)
            yield last
        name = f"{prefix}.{_numbered('conv', number)}"
        last = _convolution(model, name, width, last, strided=number == strided)
        yield last
        if model.norm is Norm.BATCH:
            last = _norm(f"{prefix}.{_numbered('norm', number)}", last)
            yield last


def _residual_units(
    model: ModelConfig, prefix: str, width: int, last: Layer, *, strided: bool
) -> Iterator[Layer]:
    """The residual body without its last activation: `depth` basic blocks of He et al. 2016.

    A stride is taken, in the last unit, by the first convolution and by the shortcut.
    """
    for unit in range(1, model.depth + 1):
        numbers = range(UNIT_CONVOLUTIONS * (unit - 1) + 1, UNIT_CONVOLUTIONS * unit + 1)
        if unit > 1:
            relu = f"{prefix}.{_numbered('relu', numbers[0] - 1)}"
            last = _same_shape(last, relu, LayerKind.ACTIVATION)
            yield last
        start, strides = last, strided and unit == model.depth
        takes = numbers[0] if strides else None
        for layer in _chain(model, prefix, width, last, numbers, strided=takes):
            yield layer
            last = layer
        added = start
        shortcut = f"{prefix}.{_numbered('shortcut', unit)}"
        for layer in _shortcut(model, shortcut, start, last, strided=strides):
            yield layer
            added = layer
        name = f"{prefix}.{_numbered('add', unit)}"
        # the receptive field is that of the convolutions: the shortcut reads their middle
        last = _same_shape(last, name, LayerKind.ADDITION, reads=(last.name, added.name))
        yield last


def _shortcut(
    model: ModelConfig, name: str, start: Layer, end: Layer, *, strided: bool
) -> Iterator[Layer]:
    """What the input of a residual unit passes before it is added: nothing, where shapes agree.

    A 1x1 convolution where the width changes or the stride is above 1, else a crop.
    """
    window = shortcut_window(model.padding, model.pool_stride if strided else None)
    inputs, width = start.shape[0], end.shape[0]
    projects = inputs != width or window.stride > 1
    if not projects and start.shape == end.shape:
        return
    layer = Layer(
        name=name,
        kind=LayerKind.CONVOLUTION if projects else LayerKind.IDENTITY,
        inputs=start.shape,
        shape=end.shape,
        parameters=width * inputs + width if projects else 0,
        macs=prod(end.shape) * inputs if projects else 0,
        receptive_field=start.receptive_field,
        jump=end.jump,
        # rows between its windows are read by the convolutions
        window=window,
        reads=(start.name,),
    )
    yield layer
    if projects and model.norm is Norm.BATCH:
        yield _norm(f"{name}_norm", layer)


def _norm(name: str, before: Layer) -> Layer:
    # a learned scale and shift per channel; the running statistics are not learned
    return replace(_same_shape(before, name, LayerKind.NORM), parameters=2 * before.shape[0])


def _drops_after(model: ModelConfig, index: int) -> bool:
    if model.dropout is DropoutPosition.AFTER_LAST_POOL:
        return index == model.last_pool_block
    return model.dropout is DropoutPosition.AFTER_POOL


def _head(model: ModelConfig, here: Layer, classes: int) -> Iterator[Layer]:
    entry = HEADS[model.head]
    if entry.squeeze:
        here = _squeeze("head.squeeze", entry.squeeze(*here.shape), here)
        yield here
    channels, height, width = here.shape
    here = Layer(
        name=f"head.{entry.name}",
        kind=LayerKind.HEAD,
        inputs=here.shape,
        shape=(entry.features(channels, height, width),),
        parameters=entry.parameters(channels),
        macs=entry.macs(channels, height, width),
        pooling_ops=entry.operations(channels, height, width),
        # what the head leaves unread, the dense layer after it reads
        receptive_field=here.receptive_field
        + ((max(height, width) - 1) * here.jump if entry.reads_whole_map else 0),
        jump=here.jump,
    )
    yield here
    if model.hidden:
        here = _dense(
            "head.hidden", model.hidden, here, (height, width), seen=entry.reads_whole_map
        )
        yield here
        here = _same_shape(here, "head.relu", LayerKind.ACTIVATION)
        yield here
    if model.dropout is DropoutPosition.HEAD:
        here = _same_shape(here, "head.dropout", LayerKind.DROPOUT)
        yield here
    whole_map = entry.reads_whole_map or model.hidden > 0
    yield _dense("head.logits", classes, here, (height, width), seen=whole_map)


def _same_shape(before: Layer, name: str, kind: LayerKind, reads: tuple[str, ...] = ()) -> Layer:
    """An elementwise layer."""
    return Layer(
        name=name,
        kind=kind,
        inputs=before.shape,
        shape=before.shape,
        receptive_field=before.receptive_field,
        jump=before.jump,
        reads=reads,
    )


def convolution_window(padding: Padding, stride: int | None = None) -> Window:
    """The window of a block's convolution.

    Without a stride, the map keeps its size (or loses two rows with valid padding). With a stride,
    the output has the size that a convolution and a pool of window 2 would produce: of the m
    positions of the convolution, it keeps floor((m - 2)/stride) + 1, at multiples of the stride.
    """
    same = 0 if padding is Padding.VALID else 1
    if stride is None:
        return Window(CONV_SIZE, before=same, after=same)
    return Window(CONV_SIZE, stride, before=same, after=same - 1)


def shortcut_window(padding: Padding, stride: int | None = None) -> Window:
    """The window of a shortcut: the middle of what the two convolutions of its unit read.

    Args:
        padding: of the convolutions.
        stride: of the first convolution, as in `convolution_window`.
    """
    first, second = convolution_window(padding, stride), convolution_window(padding)
    middle = CONV_SIZE // 2
    return Window(
        1,
        first.stride,
        before=first.before - middle + (second.before - middle) * first.stride,
        after=first.after - middle + (second.after - middle) * first.stride,
    )


def _convolution(
    model: ModelConfig, name: str, width: int, before: Layer, *, strided: bool
) -> Layer:
    window = convolution_window(model.padding, model.pool_stride if strided else None)
    channels = before.shape[0]
    shape = (width, *_slide(name, window, before))
    return Layer(
        name=name,
        kind=LayerKind.CONVOLUTION,
        inputs=before.shape,
        shape=shape,
        parameters=width * channels * window.size**2 + width,
        macs=prod(shape) * channels * window.size**2,
        receptive_field=before.receptive_field + (window.size - 1) * before.jump,
        jump=before.jump * window.stride,
        dropped=_unread(window, before),
        window=window,
    )


def _squeeze(name: str, channels: int, before: Layer) -> Layer:
    """A 1x1 convolution that reduces the map to a number of channels."""
    inputs, height, width = before.shape
    return Layer(
        name=name,
        kind=LayerKind.CONVOLUTION,
        inputs=before.shape,
        shape=(channels, height, width),
        parameters=channels * inputs + channels,
        macs=channels * inputs * height * width,
        receptive_field=before.receptive_field,
        jump=before.jump,
        window=Window(1),
    )


def _pool(model: ModelConfig, name: str, before: Layer) -> Layer:
    entry = POOLINGS[model.pooling]
    window = Window(model.pool_size, model.pool_stride)
    channels, height, width = before.shape
    rows, columns = _slide(name, window, before)
    shape = PoolShape(
        channels=channels,
        size=window.size,
        stride=window.stride,
        inputs=(height, width),
        outputs=(rows, columns),
    )
    reach = max(before.shape[1:]) if entry.whole_map else entry.reach(window.size, window.stride)
    leaves_out = entry.regular_grid and not entry.whole_map
    return Layer(
        name=name,
        kind=LayerKind.POOL,
        inputs=before.shape,
        shape=(channels, rows, columns),
        parameters=entry.parameters(channels, window.size),
        macs=entry.macs(shape),
        pooling_ops=entry.operations(shape),
        receptive_field=before.receptive_field + (reach - 1) * before.jump,
        jump=before.jump * window.stride,
        dropped=_unread(reading_window(entry, window), before) if leaves_out else (0, 0),
        window=window,
    )


def reading_window(entry: PoolingEntry, window: Window) -> Window:
    """The rows that an operator really reads where its window stands, at as many positions.

    Not of one that reads the whole map.
    """
    reach, lead = (of(window.size, window.stride) for of in (entry.reach, entry.lead))
    return Window(reach, window.stride, before=lead, after=reach - window.size - lead)


def _dense(name: str, units: int, before: Layer, grid: tuple[int, int], *, seen: bool) -> Layer:
    features = prod(before.shape)
    spread = 0 if seen else (max(grid) - 1) * before.jump
    return Layer(
        name=name,
        kind=LayerKind.DENSE,
        inputs=before.shape,
        shape=(units,),
        parameters=units * features + units,
        macs=units * features,
        receptive_field=before.receptive_field + spread,
        jump=before.jump,
    )


def _slide(name: str, window: Window, before: Layer) -> tuple[int, int]:
    """Rows and columns of the output.

    Raises:
        ConfigError: there are none.
    """
    _, height, width = before.shape
    rows, columns = window.outputs(height), window.outputs(width)
    if rows < 1 or columns < 1:
        raise ConfigError(
            f"{name}: its map is {height} x {width}, too small for a window of "
            f"{window.size} x {window.size}; use fewer blocks (widths) or pools, "
            f"a smaller depth or pool_size, or padding other than valid"
        )
    return rows, columns


def _unread(window: Window, before: Layer) -> tuple[int, int]:
    _, height, width = before.shape
    return window.unread(height), window.unread(width)
