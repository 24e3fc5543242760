"""Margins of a map: rows and columns added or cropped before a window slides over it."""

from torch import nn

from core.catalog import Padding


def make_margins(before: int, after: int, mode: Padding) -> nn.Module:
    """A module that adds rows and columns around a map, or crops them where a number is negative.

    Args:
        before: rows above and columns to the left.
        after: rows below and columns to the right.
        mode: what is added; it does not matter for cropping.
    """
    if mode is Padding.CIRCULAR and max(before, after) > 0:
        return nn.CircularPad2d((before, after, before, after))
    return nn.ZeroPad2d((before, after, before, after))
