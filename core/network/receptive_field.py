"""Which part of the image does one cell see? Receptive fields, traced back layer by layer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.catalog import POOLINGS, Padding
from core.config import ModelConfig
from core.network.description import reading_window
from core.network.layers import Architecture, Layer, LayerKind, Window

Sight = tuple[tuple[int, int], tuple[int, ...]]
"""first and last position on one axis, and the positions at which a pixel is read"""


@dataclass(frozen=True, slots=True)
class Field:
    """The part of the image that one cell of a layer's output sees.

    Positions count rows and columns of an image that continues endlessly, so numbering goes on
    beyond a border: with circular padding, position -1 is the last row.

    Attributes:
        layer: name of the layer.
        rows: first and last row position, before the border cuts any off.
        columns: first and last column position, before the border cuts any off.
        side: number of rows by the formula, the receptive field.
        jump: input pixels between neighbouring cells.
        positions: the row positions and the column positions at which a pixel is read. Zero
            padding is not a pixel; circular padding reads the pixel on the opposite side.
        image: rows and columns of the image.
    """

    layer: str
    rows: tuple[int, int]
    columns: tuple[int, int]
    side: int
    jump: int
    positions: tuple[tuple[int, ...], tuple[int, ...]]
    image: tuple[int, int]

    @property
    def seen(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Rows and columns of the image that are read, each once; pixels are at their crossings."""
        rows, columns = (
            tuple(sorted({place % size for place in places}))
            for places, size in zip(self.positions, self.image, strict=True)
        )
        return rows, columns

    @property
    def pixels(self) -> int:
        """Number of pixels of the image that it sees, each counted once."""
        rows, columns = self.seen
        return len(rows) * len(columns)

    @property
    def wraps(self) -> bool:
        """Whether it reads the opposite side of the image beyond a border."""
        return any(
            not 0 <= place < size
            for places, size in zip(self.positions, self.image, strict=True)
            for place in places
        )


def fields(architecture: Architecture, model: ModelConfig) -> tuple[Field, ...]:
    """The receptive fields of the middle cell after each layer that `enlarging` names.

    They are upper bounds from theory: where a grid moves (aps, fractional-max), they cover every
    position it can take, and where a pool selects or dropout zeroes values, the gradient reaches
    fewer pixels.
    """
    layers = [layer for layer in architecture.layers if layer.name.startswith("block")]
    named = enlarging(architecture)
    return tuple(
        _field(layers[: number + 1], model)
        for number, layer in enumerate(layers)
        if layer.name in named
    )


def enlarging(architecture: Architecture) -> tuple[str, ...]:
    """Names of the layers of the blocks after which more is seen: convolutions, additions, pools.

    A shortcut is left out: what is added to it sees more.
    """
    kinds = (LayerKind.CONVOLUTION, LayerKind.ADDITION, LayerKind.POOL)
    return tuple(
        layer.name
        for layer in architecture.layers
        if layer.name.startswith("block") and layer.kind in kinds and not layer.is_shortcut
    )


def seen_by(
    architecture: Architecture, model: ModelConfig, layer: str, cell: tuple[int, int]
) -> Field:
    """The field of one cell (row, column) of a layer of the blocks.

    Raises:
        KeyError: the blocks have no such layer.
    """
    return _back(_until(architecture, layer), model, cell)


def sights(
    architecture: Architecture, model: ModelConfig, layer: str
) -> tuple[tuple[Sight, ...], tuple[Sight, ...]]:
    """What each row and each column of a layer of the blocks sees, as in the field of a cell.

    Raises:
        KeyError: the blocks have no such layer.
    """
    layers = _until(architecture, layer)
    rows, columns = (
        tuple(_along(layers, model, axis, index) for index in range(layers[-1].shape[1 + axis]))
        for axis in (0, 1)
    )
    return rows, columns


def _until(architecture: Architecture, layer: str) -> list[Layer]:
    """The layers of the blocks up to and including this one."""
    layers = [item for item in architecture.layers if item.name.startswith("block")]
    names = [item.name for item in layers]
    if layer not in names:
        raise KeyError(layer)
    return layers[: names.index(layer) + 1]


def _field(layers: list[Layer], model: ModelConfig) -> Field:
    _, height, width = layers[-1].shape
    return _back(layers, model, (height // 2, width // 2))


def _back(layers: list[Layer], model: ModelConfig, cell: tuple[int, int]) -> Field:
    """Trace a cell of the last layer back to the image."""
    last, (_, height, width) = layers[-1], layers[0].inputs
    rows, columns = (_along(layers, model, axis, cell[axis]) for axis in (0, 1))
    return Field(
        layer=last.name,
        rows=rows[0],
        columns=columns[0],
        side=last.receptive_field,
        jump=last.jump,
        positions=(rows[1], columns[1]),
        image=(height, width),
    )


def _along(layers: list[Layer], model: ModelConfig, axis: int, index: int) -> Sight:
    """First and last position on one axis, and the positions that are read, on all branches."""
    branches = {layers[-1].name: ((index, index), {index})}
    before = [layer.name for layer in layers]
    image = ""
    for number, layer in reversed(list(enumerate(layers))):
        if layer.name not in branches:
            continue
        ends, places = branches.pop(layer.name)
        if layer.window is not None:
            slide = _slide(layer, layer.window, model, axis)
            ends = slide.span(ends)
            places = {seen for place in places for seen in slide.read(place)}
        for name in layer.reads or (before[number - 1] if number else image,):
            known = name if name in before else image
            (first, last), seen = branches.get(known, (ends, set()))
            branches[known] = (min(first, ends[0]), max(last, ends[1])), seen | places
    ends, places = branches[image]
    size = layers[0].inputs[1 + axis]
    if any(not 0 <= place < size for place in places):
        # across a border only `places` are right: a map that drops rows repeats before its image
        return (min(places), max(places)), tuple(sorted(places))
    return (min(ends[0], *places), max(ends[1], *places)), tuple(sorted(places))


@dataclass(frozen=True, slots=True)
class _Slide:
    """A window that slides along one axis of a map.

    Attributes:
        size: number of rows that it reads.
        first: index of a window -> first row that it can read, on an endless map.
        inputs: rows of the map.
        outputs: rows of the output.
        wraps: whether it reads the opposite side beyond a border, instead of zeros.
    """

    size: int
    first: Callable[[int], int]
    inputs: int
    outputs: int
    wraps: bool

    def span(self, ends: tuple[int, int]) -> tuple[int, int]:
        """The interval of the map that an interval of the output reads, on an endless map."""
        return self.first(ends[0]), self.first(ends[1]) + self.size - 1

    def read(self, place: int) -> Iterator[int]:
        """Yield the positions that one position of the output reads, without zero padding."""
        tile, index = divmod(place, self.outputs)
        first = self.first(index)
        for row in range(first, first + self.size):
            if self.wraps or 0 <= row < self.inputs:
                yield tile * self.inputs + row


def _slide(layer: Layer, window: Window, model: ModelConfig, axis: int) -> _Slide:
    inputs, outputs = layer.inputs[1 + axis], layer.shape[1 + axis]
    circular = model.padding is Padding.CIRCULAR
    if layer.kind is not LayerKind.POOL:
        return _Slide(
            window.size, lambda i: i * window.stride - window.before, inputs, outputs, circular
        )
    entry = POOLINGS[model.pooling]
    if entry.whole_map:
        return _Slide(inputs, lambda _: 0, inputs, outputs, wraps=False)
    reading = reading_window(entry, window)
    return _Slide(
        reading.size,
        lambda i: entry.start(i, inputs, window.size, window.stride) - reading.before,
        inputs,
        outputs,
        entry.cyclic or (circular and entry.regular_grid),
    )
