"""Parts of a network in which a layer may read another one than the layer before it."""

from collections import OrderedDict
from collections.abc import Mapping

from torch import Tensor, nn


class Addition(nn.Module):
    """y = x + shortcut, for two maps of the same shape."""

    def forward(self, x: Tensor, shortcut: Tensor) -> Tensor:
        """Both: (N, C, H, W)."""
        return x + shortcut


class Branches(nn.Sequential):
    """Layers of which each reads the one before it, unless `reads` names others.

    Attributes:
        reads: layer -> the layers whose outputs it reads, in order; "input" is the part's input.
    """

    def __init__(
        self, modules: OrderedDict[str, nn.Module], reads: Mapping[str, tuple[str, ...]]
    ) -> None:
        super().__init__(modules)
        self.reads = dict(reads)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        outputs = {"input": x}
        for name, module in self.named_children():
            read = [outputs[other] for other in self.reads[name]] if name in self.reads else [x]
            x = outputs[name] = module(*read)
        return x
