"""What a network is described with: layers, windows, and their sums."""

from dataclasses import dataclass
from enum import StrEnum
from math import prod

FLOAT_BYTES = 4


class LayerKind(StrEnum):
    """What a layer does."""

    CONVOLUTION = "convolution"
    NORM = "batch-norm"
    ACTIVATION = "relu"
    POOL = "pool"
    DROPOUT = "dropout"
    HEAD = "head"
    DENSE = "dense"


@dataclass(frozen=True, slots=True)
class Window:
    """A sliding window: side, stride, and the rows added (or cut, if negative) on each side."""

    size: int
    stride: int = 1
    before: int = 0
    after: int = 0

    def outputs(self, rows: int) -> int:
        """Number of positions on `rows` rows; 0 or less if the window does not fit."""
        return (rows + self.before + self.after - self.size) // self.stride + 1

    def tiles(self, rows: int) -> bool:
        """Whether as many windows stand on `rows` rows as strides: round the border none is left.

        A window of a plain pool, without rows added, does so where `rows` is a multiple of the
        stride and the window is no larger than it.
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
        name: its path in the built model, "block1.conv".
        kind: what it does.
        inputs: shape of its input, (C, H, W) or (N,).
        shape: shape of its output.
        parameters: learned parameters.
        macs: multiply-accumulate operations.
        pooling_ops: elementary operations of pooling.
        receptive_field: in input pixels, on an endless image.
        jump: in input pixels.
        dropped: unread rows and columns of its input.
        window: its sliding window, if it has one.
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

    @property
    def activation_bytes(self) -> int:
        """Bytes of its output for one image, as float32."""
        return prod(self.shape) * FLOAT_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums over the layers."""

    parameters: int
    macs: int
    pooling_ops: int
    activation_bytes: int


@dataclass(frozen=True, slots=True)
class Architecture:
    """The layers of a network, in the order in which data passes them."""

    layers: tuple[Layer, ...]

    @property
    def totals(self) -> Totals:
        """Sums over the layers."""
        return Totals(
            parameters=sum(layer.parameters for layer in self.layers),
            macs=sum(layer.macs for layer in self.layers),
            pooling_ops=sum(layer.pooling_ops for layer in self.layers),
            activation_bytes=sum(layer.activation_bytes for layer in self.layers),
        )

    @property
    def head_parameters(self) -> int:
        """Learned parameters of everything after the last block."""
        return sum(layer.parameters for layer in self._head)

    @property
    def head_ratio(self) -> float:
        """Parameters of the head as a multiple of what a GAP head on the same map has.

        For flatten-matched: how close the match came; above 1.5 it counts as none.
        """
        channels = self._head[0].inputs[0]
        dense = [layer for layer in self._head if layer.kind is LayerKind.DENSE]
        # GAP learns nothing itself and hands one value per channel to the first dense layer
        first = dense[0].shape[0] * (channels + 1)
        return self.head_parameters / (first + sum(layer.parameters for layer in dense[1:]))

    @property
    def _head(self) -> tuple[Layer, ...]:
        return tuple(layer for layer in self.layers if layer.name.startswith("head."))
