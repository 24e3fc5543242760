"""Which part of the image does one cell see? Receptive fields as intervals, layer by layer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.catalog import POOLINGS, Padding
from core.config import ModelConfig
from core.network.description import reading_window
from core.network.layers import Architecture, Layer, LayerKind, Window


@dataclass(frozen=True, slots=True)
class Field:
    """What one cell of a layer's output sees.

    Positions are those of the image continued endlessly, so that what lies beyond one border is
    numbered on: with circular padding position -1 is the last row.

    Attributes:
        layer: the name of the layer.
        rows: first and last position, before the border cuts any off.
        columns: likewise.
        side: number of rows by the formula, the receptive field.
        jump: input pixels between neighbours.
        positions: the positions of rows and of columns at which a pixel is read. Padding with
            zeros is none; circular padding reads the pixel on the other side.
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
        """Rows and columns of the image that are read, each once; it sees where they cross."""
        rows, columns = (
            tuple(sorted({place % size for place in places}))
            for places, size in zip(self.positions, self.image, strict=True)
        )
        return rows, columns

    @property
    def pixels(self) -> int:
        """How many pixels of the image it sees, each counted once."""
        rows, columns = self.seen
        return len(rows) * len(columns)

    @property
    def wraps(self) -> bool:
        """Whether it reads the other side of the image beyond a border."""
        return any(
            not 0 <= place < size
            for places, size in zip(self.positions, self.image, strict=True)
            for place in places
        )


def fields(architecture: Architecture, model: ModelConfig) -> tuple[Field, ...]:
    """The fields of the middle cell after each convolution and pool of the blocks.

    They are those of the theory, an upper bound: where a grid moves (aps, fractional-max) they
    hold every place that it can take, where a pool selects or dropout zeroes values the gradient
    reaches less.
    """
    layers = [layer for layer in architecture.layers if layer.name.startswith("block")]
    return tuple(
        _field(layers[: number + 1], model)
        for number, layer in enumerate(layers)
        if layer.kind in (LayerKind.CONVOLUTION, LayerKind.POOL)
    )


def seen_by(
    architecture: Architecture, model: ModelConfig, layer: str, cell: tuple[int, int]
) -> Field:
    """What one cell, row and column, of a layer of the blocks sees.

    Raises:
        KeyError: the blocks have no such layer.
    """
    layers = [each for each in architecture.layers if each.name.startswith("block")]
    names = [each.name for each in layers]
    if layer not in names:
        raise KeyError(layer)
    return _back(layers[: names.index(layer) + 1], model, cell)


def _field(layers: list[Layer], model: ModelConfig) -> Field:
    _, height, width = layers[-1].shape
    return _back(layers, model, (height // 2, width // 2))


def _back(layers: list[Layer], model: ModelConfig, cell: tuple[int, int]) -> Field:
    """Go back from a cell of the last layer to the image."""
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


def _along(
    layers: list[Layer], model: ModelConfig, axis: int, index: int
) -> tuple[tuple[int, int], tuple[int, ...]]:
    """First and last position on one axis, and the positions that are read."""
    ends, places = (index, index), {index}
    for layer in reversed(layers):
        if layer.window is not None:
            slide = _slide(layer, layer.window, model, axis)
            ends = slide.span(ends)
            places = {seen for place in places for seen in slide.read(place)}
    size = layers[0].inputs[1 + axis]
    if any(not 0 <= place < size for place in places):
        # round a border the tiles count: a map that drops rows repeats sooner than its image
        return (min(places), max(places)), tuple(sorted(places))
    return (min(ends[0], *places), max(ends[1], *places)), tuple(sorted(places))


@dataclass(frozen=True, slots=True)
class _Slide:
    """A window that slides along one axis of a map.

    Attributes:
        size: rows that it reads.
        first: index of a window -> the first row that it can read, on an endless map.
        inputs: rows of the map.
        outputs: rows of what comes out.
        wraps: whether it reads the other side beyond the border, and not zeros.
    """

    size: int
    first: Callable[[int], int]
    inputs: int
    outputs: int
    wraps: bool

    def span(self, ends: tuple[int, int]) -> tuple[int, int]:
        """The interval that an interval of the output reads, on an endless map."""
        return self.first(ends[0]), self.first(ends[1]) + self.size - 1

    def read(self, place: int) -> Iterator[int]:
        """The positions that one position of the output reads, of those that hold a value."""
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
    reading = reading_window(entry, window)
    return _Slide(
        reading.size,
        lambda i: entry.start(i, inputs, window.size, window.stride) - reading.before,
        inputs,
        outputs,
        entry.cyclic or (circular and entry.regular_grid),
    )
