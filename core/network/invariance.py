"""Which circular shifts of the image can change nothing in what a network answers?

Arithmetic, for evaluation and any weights. A convolution with circular padding moves its output
with its input. So does a window with a stride, under shifts by multiples of the stride, if its
windows tile the map (`Window.tiles`): otherwise the border stays in its place and rows are left out
or read by windows that stand nowhere else. A cyclic pool (aps) that tiles the map moves with every
shift, except where two of its grids have the same norm. A head that reads no places then gives the
same vector. Batch norm, ReLU and dropout work value by value.
"""

from dataclasses import dataclass

from core.catalog import HEADS, POOLINGS, Padding
from core.config import ModelConfig
from core.network.layers import Architecture, LayerKind


@dataclass(frozen=True, slots=True)
class Invariance:
    """The shifts that change no logit, but for rounding.

    Attributes:
        step: px; circular shifts by multiples of it, down and to the right, change nothing.
        but_for_ties: whether a pool chooses its grid by the values: of two grids with equal norms
            it takes the first, which a shift may turn into the other.
    """

    step: int
    but_for_ties: bool = False

    def covers(self, down: int, right: int) -> bool:
        """Whether it holds for a shift."""
        return down % self.step == right % self.step == 0


def invariance(architecture: Architecture, model: ModelConfig) -> Invariance | None:
    """What theory promises about circular shifts of the image; None if nothing.

    The conditions are sufficient. A network without a promise may still happen to be steady.
    """
    blocks = [layer for layer in architecture.layers if layer.name.startswith("block")]
    if model.padding is not Padding.CIRCULAR or not _reads_no_places(model, blocks[-1].shape):
        return None
    entry = POOLINGS[model.pooling]
    step = 1
    for layer in blocks:
        if layer.window is None:
            continue
        if not all(layer.window.tiles(rows) for rows in layer.inputs[1:]):
            return None
        chosen = layer.kind is LayerKind.POOL and entry.cyclic
        if layer.kind is LayerKind.POOL and not (chosen or entry.regular_grid):
            return None
        step *= 1 if chosen else layer.window.stride
    return Invariance(step, but_for_ties=entry.cyclic and model.downsampling_blocks > 0)


def _reads_no_places(model: ModelConfig, last_map: tuple[int, ...]) -> bool:
    """Whether the head gives one vector wherever the values of the map stand."""
    return HEADS[model.head].is_global or last_map[1:] == (1, 1)
