"""How each strategy computes its output: the pooling operators as modules.

Symbols: a window W of n = k*k values x_i of one channel; y is the output value at that window.
Every operator maps (N, C, H, W) to (N, C, floor((H - k)/s) + 1, floor((W - k)/s) + 1).
"""

from torch import nn

from core.catalog import POOLINGS, Downsampling, Padding
from core.errors import ConfigError
from core.network.pooling import antialiased, convolution, fixed, learned, sampled, spectral
from core.network.pooling.margins import make_margins
from core.network.pooling.registry import OPERATORS, operator

__all__ = [
    "FAMILIES",
    "OPERATORS",
    "make_margins",
    "make_pooling",
    "operator",
]

FAMILIES = (fixed, sampled, learned, antialiased, spectral, convolution)
"""the files of the operators; importing one registers its classes in `OPERATORS`"""


def make_pooling(  # noqa: PLR0913, PLR0917 (the arguments of torch's own pools, with a name first)
    kind: str,
    channels: int,
    size: int = 2,
    stride: int = 2,
    padding: int = 0,
    padding_mode: str = "zeros",
) -> nn.Module:
    """Build a pooling operator.

    Args:
        kind: a name in the catalog. `none` and `strided` return an identity: they are properties
            of a block, not operators.
        channels: number of channels C of the input.
        size: side k of the window.
        stride: distance s between windows.
        padding: rows and columns added on each side before pooling, for every operator alike, so
            that a padded zero can be the largest value of a window.
        padding_mode: "zeros" or "circular": what is added, also where an operator itself reads
            beyond the border (blur, conv). aps is always circular.

    Returns:
        A module from (N, C, H, W) to
        (N, C, floor((H + 2p - k)/s) + 1, floor((W + 2p - k)/s) + 1).

    Raises:
        ConfigError: the name is not in the catalog or a number is out of range.
    """
    entry = next((entry for entry in POOLINGS.values() if entry.name == kind), None)
    if entry is None:
        raise ConfigError(f"kind: {kind!r} is not known; allowed: {', '.join(POOLINGS)}")
    numbers = {"channels": channels, "size": size, "stride": stride, "padding": padding}
    for name, value in numbers.items():
        least = 0 if name == "padding" else 1
        if value < least:
            raise ConfigError(f"{name}: {least} or more is allowed; received {value}")
    if padding_mode not in (Padding.ZEROS, Padding.CIRCULAR):
        raise ConfigError(f"padding_mode: zeros or circular is allowed; received {padding_mode!r}")
    if entry.downsampling is not Downsampling.POOL:
        return nn.Identity()
    mode = Padding(padding_mode)
    pool = OPERATORS[entry.name](channels, size, stride, mode)
    return nn.Sequential(make_margins(padding, padding, mode), pool) if padding else pool
