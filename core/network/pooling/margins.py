"""What surrounds a map: rows and columns added or cut before a window slides over it."""

from torch import nn

from core.catalog import Padding


def make_margins(before: int, after: int, mode: Padding) -> nn.Module:
    """Add rows and columns around a map, or cut them where a number is negative.

    Args:
        before: rows above and columns to the left.
        after: rows below and columns to the right.
        mode: what is added; cutting needs no mode.
    """
    if mode is Padding.CIRCULAR and max(before, after) > 0:
        return nn.CircularPad2d((before, after, before, after))
    return nn.ZeroPad2d((before, after, before, after))
