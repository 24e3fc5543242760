"""Which circular shifts of the image cannot change the output of a network?

Arithmetic, for evaluation and any weights. The output of a convolution with circular padding moves
with its input. So does the output of a window with a stride, under shifts by multiples of the
stride, if its windows tile the map (`Window.tiles`); otherwise the border does not move, and rows
are skipped or read by windows that have no counterpart. The output of a cyclic pool (aps) that
tiles the map moves with every shift, unless two of its grids have the same norm. A head that
ignores position then produces the same vector. Batch norm, ReLU, dropout and
additions are elementwise.
"""

from dataclasses import dataclass

from core.catalog import HEADS, POOLINGS, Padding
from core.config import ModelConfig
from core.network.layers import Architecture, LayerKind


@dataclass(frozen=True, slots=True)
class Invariance:
    """The shifts that change no logit, except by rounding.

    Attributes:
        step: in px; circular shifts by multiples of it, down and to the right, change nothing.
        but_for_ties: whether a pool chooses its grid by the values. Of two grids with equal norms
            it takes the first, and a shift may exchange the two.
    """

    step: int
    but_for_ties: bool = False

    def covers(self, down: int, right: int) -> bool:
        """Whether a shift changes nothing."""
        return down % self.step == right % self.step == 0


def invariance(architecture: Architecture, model: ModelConfig) -> Invariance | None:
    """The circular shifts of the image that theory guarantees to change nothing; None if none.

    The conditions are sufficient, not necessary: without a guarantee, a network may still happen to
    be invariant.
    """
    blocks = [layer for layer in architecture.layers if layer.name.startswith("block")]
    if model.padding is not Padding.CIRCULAR or not _reads_no_places(model, blocks[-1].shape):
        return None
    entry = POOLINGS[model.pooling]
    step = 1
    for layer in blocks:
        # a shortcut takes the steps of the convolutions that it is added to
        if layer.window is None or layer.is_shortcut:
            continue
        if not all(layer.window.tiles(rows) for rows in layer.inputs[1:]):
            return None
        chosen = layer.kind is LayerKind.POOL and entry.cyclic
        if layer.kind is LayerKind.POOL and not (chosen or entry.regular_grid):
            return None
        step *= 1 if chosen else layer.window.stride
    return Invariance(step, but_for_ties=entry.cyclic and model.downsampling_blocks > 0)


def _reads_no_places(model: ModelConfig, last_map: tuple[int, ...]) -> bool:
    """Whether the output of the head does not depend on where in the map values are."""
    return HEADS[model.head].is_global or last_map[1:] == (1, 1)
