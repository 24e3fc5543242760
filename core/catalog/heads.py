"""Which heads this version builds: how the last map (C, H, W) becomes a vector.

Operations are counted as in `core.catalog.poolings.entry`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod

from core.catalog.names import Head

PYRAMID = (1, 2, 4)
"""bins per side at each level of the spatial pyramid"""


@dataclass(frozen=True, slots=True)
class HeadEntry:
    """Facts about one head. Functions take channels, height and width of the map.

    Attributes:
        name: the public name.
        label: how a page writes it.
        sentence: one sentence on what it does.
        reference: where it comes from.
        features: length of its vector.
        operations: elementary operations for the whole vector, without those of dense layers.
        is_global: whether it reduces every channel over the whole map, so that neither the first
            dense layer nor its values depend on size and place.
        reads_whole_map: whether some value of its vector depends on the whole map.
        tensors: channels -> the learned tensors of the head itself, name -> shape.
        macs: multiply-accumulate operations of its dense layers.
        weight: number of multiply-accumulate operations of a convolution that take as long as one
            of its operations, forward and backward; for time estimates.
        vector_weight: the same for each value of its vector, if making it takes much longer than
            its operations do.
        map_copies: copies of its map that it holds, in addition to those that every layer holds;
            for memory estimates.
        vector_copies: the same of its vector.
        squeeze: channels that a 1x1 convolution leaves before the head, if it has one.
        keeps_one_cell: whether its vector is the map itself where that has one cell, as with GAP.
    """

    name: Head
    label: str
    sentence: str
    reference: str
    features: Callable[[int, int, int], int]
    operations: Callable[[int, int, int], int]
    is_global: bool
    reads_whole_map: bool
    tensors: Callable[[int], Mapping[str, tuple[int, ...]]] = lambda channels: {}
    macs: Callable[[int, int, int], int] = lambda channels, height, width: 0
    weight: float = 30.0
    vector_weight: float = 0.0
    map_copies: int = 0
    vector_copies: int = 0
    squeeze: Callable[[int, int, int], int] | None = None
    keeps_one_cell: bool = False

    def parameters(self, channels: int) -> int:
        """Number of learned parameters of the head itself."""
        return sum(map(prod, self.tensors(channels).values()))


def _mean(channels: int, height: int, width: int) -> int:
    """Per channel H*W - 1 additions and one multiplication by 1/(H*W)."""
    return channels * height * width


def _max(channels: int, height: int, width: int) -> int:
    """Per channel H*W - 1 comparisons."""
    return channels * (height * width - 1)


def _attention(channels: int, height: int, width: int) -> int:
    """Scores, their softmax, and a weighted sum per channel, over n = H*W positions.

    A score takes C products, C - 1 additions and a multiplication; the softmax n exponentials,
    n - 1 additions and n divisions; a sum n products and n - 1 additions.
    """
    positions = height * width
    return 2 * channels * positions + 3 * positions - 1 + channels * (2 * positions - 1)


def _simpool(channels: int, height: int, width: int) -> int:
    """The mean, what attention takes, and the values: a minimum over the map, powers and roots.

    Each value takes a subtraction, an addition of eps and a power; each channel a root.
    """
    values = channels * height * width
    powers = values - 1 + 3 * values + channels
    return _mean(channels, height, width) + _attention(channels, height, width) + powers


def channel_pairs(channels: int) -> int:
    """Unordered pairs of channels, a channel with itself included: C*(C + 1)/2."""
    return channels * (channels + 1) // 2


def _bilinear(channels: int, height: int, width: int) -> int:
    """A mean of products per pair, the sum of C*C absolute values, and the root of each share.

    A pair takes n products, n - 1 additions, a multiplication and an absolute value; a division by
    the sum, and for the root an absolute value, an addition, a root and a division. eps is added to
    the sum once.
    """
    pairs = channel_pairs(channels)
    return pairs * (2 * height * width + 1) + channels * channels + 5 * pairs


def pyramid_levels(height: int, width: int) -> tuple[int, ...]:
    """The levels that a map allows: those with at least one row and one column per bin."""
    return tuple(level for level in PYRAMID if level <= min(height, width))


def _pyramid_bins(height: int, width: int) -> int:
    return sum(level * level for level in pyramid_levels(height, width))


def _bin_rows(rows: int, level: int) -> int:
    """Rows of all bins of a level: bin i has floor(i*n/l) to ceil((i + 1)*n/l), so some share."""
    return sum(-(-(i + 1) * rows // level) - i * rows // level for i in range(level))


def _pyramid_comparisons(channels: int, height: int, width: int) -> int:
    """A bin of m values takes m - 1 comparisons."""
    levels = pyramid_levels(height, width)
    values = sum(_bin_rows(height, level) * _bin_rows(width, level) for level in levels)
    return channels * (values - _pyramid_bins(height, width))


def matched_channels(channels: int, height: int, width: int) -> int:
    """Channels c' = max(1, round(C/(H*W))), halves to even: Flatten then gives about C values."""
    return max(1, round(channels / (height * width)))


_ENTRIES = (
    HeadEntry(
        name=Head.GAP,
        label="GAP",
        sentence="global average pooling: the mean of each channel over the whole map",
        reference="Lin, Chen, Yan 2013, Network in network",
        features=lambda channels, height, width: channels,
        operations=_mean,
        is_global=True,
        reads_whole_map=True,
        keeps_one_cell=True,
    ),
    HeadEntry(
        name=Head.FLATTEN,
        label="Flatten",
        sentence="every value of the map goes to the dense layer, with its place",
        reference="LeCun et al. 1998, Gradient-based learning applied to document recognition",
        features=lambda channels, height, width: channels * height * width,
        operations=lambda channels, height, width: 0,
        is_global=False,
        reads_whole_map=False,
        keeps_one_cell=True,
    ),
    HeadEntry(
        name=Head.GMP,
        label="GMP",
        sentence="global max pooling: the largest value of each channel over the whole map",
        reference="Oquab et al. 2015, Is object localization for free?",
        features=lambda channels, height, width: channels,
        operations=_max,
        is_global=True,
        reads_whole_map=True,
        keeps_one_cell=True,
    ),
    HeadEntry(
        name=Head.GAP_GMP,
        label="GAP + GMP",
        sentence="mean and largest value of each channel, side by side",
        reference="the two global pools, concatenated as in fastai",
        features=lambda channels, height, width: 2 * channels,
        operations=lambda channels, height, width: (
            _mean(channels, height, width) + _max(channels, height, width)
        ),
        is_global=True,
        reads_whole_map=True,
        map_copies=1,
    ),
    HeadEntry(
        name=Head.GEM,
        label="GeM",
        sentence="a power mean of each channel over the whole map, its exponent learned",
        reference="Radenovic, Tolias, Chum 2019, Fine-tuning CNN image retrieval with no human "
        "annotation",
        features=lambda channels, height, width: channels,
        # n comparisons with eps, n powers, n - 1 additions, times 1/n, a root
        operations=lambda channels, height, width: channels * (3 * height * width + 1),
        is_global=True,
        reads_whole_map=True,
        tensors=lambda channels: {"log_p": ()},
        weight=40,
        map_copies=4,
    ),
    HeadEntry(
        name=Head.SPP,
        label="SPP",
        sentence="the largest value of each channel in 1, 4 and 16 parts of the map",
        reference="He et al. 2015, Spatial pyramid pooling in deep convolutional networks",
        features=lambda channels, height, width: channels * _pyramid_bins(height, width),
        operations=_pyramid_comparisons,
        is_global=False,
        reads_whole_map=True,
        map_copies=1,
        keeps_one_cell=True,
    ),
    HeadEntry(
        name=Head.FLATTEN_MATCHED,
        label="Flatten, matched",
        sentence="a 1x1 convolution leaves so few channels that Flatten costs once to twice what "
        "GAP does",
        reference="control: a Flatten head with the parameter budget of a GAP head",
        features=lambda channels, height, width: channels * height * width,
        operations=lambda channels, height, width: 0,
        is_global=False,
        reads_whole_map=False,
        squeeze=matched_channels,
    ),
    HeadEntry(
        name=Head.ATTENTION,
        label="Attention",
        sentence="a weighted mean over the positions, those that match a learned query counting "
        "more",
        reference="Lee et al. 2019, Set transformer (pooling by multihead attention); Zhai et al. "
        "2022, Scaling vision transformers (MAP)",
        features=lambda channels, height, width: channels,
        operations=_attention,
        is_global=True,
        reads_whole_map=True,
        tensors=lambda channels: {"query": (channels,)},
        weight=35,
        map_copies=2,
    ),
    HeadEntry(
        name=Head.SIMPOOL,
        label="SimPool",
        sentence="a weighted power mean over the positions, those that match the map's own mean "
        "counting more",
        reference="Psomas et al. 2023, Keep it SimPool: who said supervised transformers suffer "
        "from attention deficit?",
        features=lambda channels, height, width: channels,
        operations=_simpool,
        is_global=True,
        reads_whole_map=True,
        # without biases: the query once, a key per position
        tensors=lambda channels: {
            "query.weight": (channels, channels),
            "key.weight": (channels, channels),
        },
        macs=lambda channels, height, width: channels * channels * (1 + height * width),
        weight=20,
        map_copies=5,
    ),
    HeadEntry(
        name=Head.LSE,
        label="LSE",
        sentence="the logarithm of each channel's mean exponential, its sharpness learned",
        reference="Pinheiro & Collobert 2015, From image-level to pixel-level labeling with "
        "convolutional networks",
        features=lambda channels, height, width: channels,
        # n products, n exponentials, n - 1 additions, times 1/n, a logarithm, times 1/r
        operations=lambda channels, height, width: channels * (3 * height * width + 2),
        is_global=True,
        reads_whole_map=True,
        tensors=lambda channels: {"log_r": ()},
        map_copies=3,
    ),
    HeadEntry(
        name=Head.AVG_MAX,
        label="Avg-max",
        sentence="halfway between the mean and the largest value of each channel",
        reference="the two global pools, averaged as in timm's AdaptiveAvgMaxPool2d",
        features=lambda channels, height, width: channels,
        operations=lambda channels, height, width: (
            _mean(channels, height, width) + _max(channels, height, width) + 2 * channels
        ),
        is_global=True,
        reads_whole_map=True,
        weight=50,
        map_copies=1,
        keeps_one_cell=True,
    ),
    HeadEntry(
        name=Head.BILINEAR,
        label="Bilinear",
        sentence="the mean product of every pair of channels over the map, rooted and normalised",
        reference="Lin, RoyChowdhury, Maji 2015, Bilinear CNN models for fine-grained visual "
        "recognition",
        features=lambda channels, height, width: channel_pairs(channels),
        operations=_bilinear,
        is_global=True,
        reads_whole_map=True,
        # its products are those of matrices; its roots go through all values several times
        weight=2,
        vector_weight=300,
        map_copies=2,
        vector_copies=8,
    ),
)

HEADS: dict[Head, HeadEntry] = {entry.name: entry for entry in _ENTRIES}


def on_one_cell(head: Head) -> Head:
    """The head that gives the same vector for a map of one cell: GAP, for those that keep it."""
    return Head.GAP if HEADS[head].keeps_one_cell else head
