"""Which heads this version builds: how the last map (C, H, W) becomes a vector."""

from collections.abc import Callable
from dataclasses import dataclass

from core.catalog.names import Head


@dataclass(frozen=True, slots=True)
class HeadEntry:
    """Facts about one head.

    Attributes:
        name: the public name.
        label: how a page writes it.
        sentence: one sentence on what it does.
        reference: where it comes from.
        features: length of its vector, from channels, height and width.
        operations: elementary operations for the whole vector, likewise.
        is_global: whether it reduces every channel over the whole map, so that the first dense
            layer does not depend on the map's size.
    """

    name: Head
    label: str
    sentence: str
    reference: str
    features: Callable[[int, int, int], int]
    operations: Callable[[int, int, int], int]
    is_global: bool


_ENTRIES = (
    HeadEntry(
        name=Head.GAP,
        label="GAP",
        sentence="global average pooling: the mean of each channel over the whole map",
        reference="Lin, Chen, Yan 2013, Network in network",
        features=lambda channels, height, width: channels,
        # per channel H*W - 1 additions and one multiplication by 1/(H*W)
        operations=lambda channels, height, width: channels * height * width,
        is_global=True,
    ),
    HeadEntry(
        name=Head.FLATTEN,
        label="Flatten",
        sentence="every value of the map goes to the dense layer, with its place",
        reference="LeCun et al. 1998, Gradient-based learning applied to document recognition",
        features=lambda channels, height, width: channels * height * width,
        operations=lambda channels, height, width: 0,
        is_global=False,
    ),
    HeadEntry(
        name=Head.GMP,
        label="GMP",
        sentence="global max pooling: the largest value of each channel over the whole map",
        reference="Oquab et al. 2015, Is object localization for free?",
        features=lambda channels, height, width: channels,
        operations=lambda channels, height, width: channels * (height * width - 1),
        is_global=True,
    ),
)

HEADS: dict[Head, HeadEntry] = {entry.name: entry for entry in _ENTRIES}
