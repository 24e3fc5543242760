"""The parts of a network's description: layers, windows and totals."""

from dataclasses import dataclass
from enum import StrEnum
from math import prod

FLOAT_BYTES = 4
PART_INPUT = "input"
"""stands for what a part of a network reads, among the names of the part's layers"""
MARGINS = "margins"
"""end of the name of a module that pads or crops a map; it belongs to the convolution after it"""


class LayerKind(StrEnum):
    """The kinds of layers."""

    CONVOLUTION = "convolution"
    NORM = "batch-norm"
    ACTIVATION = "relu"
    POOL = "pool"
    DROPOUT = "dropout"
    HEAD = "head"
    DENSE = "dense"
    IDENTITY = "identity"
    """a shortcut that is cropped to the size of what it is added to"""
    ADDITION = "addition"


@dataclass(frozen=True, slots=True)
class Window:
    """A sliding window: side, stride, and the rows added (or cut, if negative) on each side."""

    size: int
    stride: int = 1
    before: int = 0
    after: int = 0

    def outputs(self, rows: int) -> int:
        """Number of window positions on `rows` rows; 0 or less if the window does not fit."""
        return (rows + self.before + self.after - self.size) // self.stride + 1

    def tiles(self, rows: int) -> bool:
        """Whether the number of windows times the stride is exactly `rows`.

        Windows then repeat around a circular border without a gap. For a plain pool, without added
        rows, this holds if `rows` is a multiple of the stride and the window is no larger than the
        stride.
        """
        return self.outputs(rows) * self.stride == rows

    def unread(self, rows: int) -> int:
        """Number of rows that no position of the window covers."""
        starts = (i * self.stride - self.before for i in range(self.outputs(rows)))
        covered = {row for start in starts for row in range(start, start + self.size)}
        return len(set(range(rows)) - covered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer.

    Attributes:
        name: its path in the built model, such as "block1.conv".
        kind: its kind.
        inputs: shape of its input, (C, H, W) or (N,).
        shape: shape of its output.
        parameters: number of learned parameters.
        macs: multiply-accumulate operations for one image.
        pooling_ops: elementary operations of pooling for one image.
        receptive_field: in input pixels, on an endless image.
        jump: distance between neighbouring output cells, in input pixels.
        dropped: number of rows and of columns of its input that are not read.
        window: its sliding window, if it has one.
        reads: names of the layers whose outputs it reads, if not just the one before it.
    """

    name: str
    kind: LayerKind
    inputs: tuple[int, ...]
    shape: tuple[int, ...]
    receptive_field: int
    jump: int
    parameters: int = 0
    macs: int = 0
    pooling_ops: int = 0
    dropped: tuple[int, int] = (0, 0)
    window: Window | None = None
    reads: tuple[str, ...] = ()

    @property
    def margins(self) -> tuple[int, int]:
        """Rows added (or cropped, if negative) before and after its input."""
        if self.window is None:
            raise ValueError(f"{self.name}: it has no window, so no margins")
        return self.window.before, self.window.after

    @property
    def is_shortcut(self) -> bool:
        """Whether a shortcut begins here, which reads what the layers before it read."""
        return len(self.reads) == 1

    @property
    def reads_within(self) -> tuple[str, ...]:
        """`reads` as names within its part; PART_INPUT stands for what the part reads."""
        part, _, _ = self.name.partition(".")
        return tuple(
            name.removeprefix(f"{part}.") if name.startswith(f"{part}.") else PART_INPUT
            for name in self.reads
        )

    @property
    def activation_bytes(self) -> int:
        """Size of its output for one image in bytes, as float32."""
        return prod(self.shape) * FLOAT_BYTES


def margins_name(convolution: str) -> str:
    """Name of the module that pads or crops the map that a convolution reads."""
    return MARGINS if convolution == "conv" else f"{convolution}_{MARGINS}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums of the costs of all layers."""

    parameters: int
    macs: int
    pooling_ops: int
    activation_bytes: int


@dataclass(frozen=True, slots=True)
class Architecture:
    """The layers of a network, in an order in which each follows those that it reads."""

    layers: tuple[Layer, ...]

    @property
    def totals(self) -> Totals:
        """Sums of the costs of all layers."""
        return Totals(
            parameters=sum(layer.parameters for layer in self.layers),
            macs=sum(layer.macs for layer in self.layers),
            pooling_ops=sum(layer.pooling_ops for layer in self.layers),
            activation_bytes=sum(layer.activation_bytes for layer in self.layers),
        )

    @property
    def head_parameters(self) -> int:
        """Number of learned parameters after the last block."""
        return sum(layer.parameters for layer in self._head)

    @property
    def head_ratio(self) -> float:
        """Parameters of the head divided by those of a GAP head on the same map.

        It tells how close flatten-matched comes to a match; above 1.5 it does not count as one.
        """
        channels = self._head[0].inputs[0]
        dense = [layer for layer in self._head if layer.kind is LayerKind.DENSE]
        # GAP has no parameters and passes one value per channel to the first dense layer
        first = dense[0].shape[0] * (channels + 1)
        return self.head_parameters / (first + sum(layer.parameters for layer in dense[1:]))

    @property
    def _head(self) -> tuple[Layer, ...]:
        return tuple(layer for layer in self.layers if layer.name.startswith("head."))
