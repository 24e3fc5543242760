"""Which part of the image does one cell see? Receptive fields as intervals, layer by layer."""

from dataclasses import dataclass

from core.catalog import POOLINGS
from core.config import ModelConfig
from core.network.description import reading_window
from core.network.layers import Architecture, Layer, LayerKind, Window


@dataclass(frozen=True, slots=True)
class Field:
    """What the middle cell of a layer's output sees.

    Attributes:
        layer: the name of the layer.
        rows: first and last row of the image, before the border cuts any off.
        columns: likewise.
        side: number of rows, the receptive field.
        jump: input pixels between neighbours.
    """

    layer: str
    rows: tuple[int, int]
    columns: tuple[int, int]
    side: int
    jump: int


def fields(architecture: Architecture, model: ModelConfig) -> tuple[Field, ...]:
    """The fields of the middle cell after each convolution and pool of the blocks.

    The intervals are those of the theory: where a grid moves with the image (aps, fractional-max)
    or dropout zeroes values, the gradient reaches no further than this for the plain grid.
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
    last = layers[-1]
    rows, columns = (cell[0],) * 2, (cell[1],) * 2
    for layer in reversed(layers):
        window = _window(layer, model)
        if window is not None:
            rows, columns = _before(window, rows), _before(window, columns)
    return Field(last.name, rows, columns, rows[1] - rows[0] + 1, last.jump)


def _window(layer: Layer, model: ModelConfig) -> Window | None:
    if layer.window is None or layer.kind is not LayerKind.POOL:
        return layer.window
    return reading_window(POOLINGS[model.pooling], layer.window)


def _before(window: Window, cells: tuple[int, int]) -> tuple[int, int]:
    """The cells of a window's input that an interval of its output reads."""
    first, last = cells
    start = first * window.stride - window.before
    return start, last * window.stride - window.before + window.size - 1
