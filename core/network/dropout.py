"""The dropout modules, which zero single values or whole channels during training.

The remaining values are divided by 1 - p, so that the expected input of the next layer is the same
in training and in evaluation. Srivastava et al. 2014; Tompson et al. 2015 for channels.
"""

from torch import nn

from core.catalog import DropoutKind


def make_dropout(kind: DropoutKind, rate: float, *, spatial: bool) -> nn.Module:
    """Build dropout.

    Args:
        kind: element or channel.
        rate: probability p of dropping.
        spatial: whether the input is a map (N, C, H, W); a vector (N, F) has no channels that
            could be dropped as a whole.
    """
    if kind is DropoutKind.CHANNEL and spatial:
        return nn.Dropout2d(rate)
    return nn.Dropout(rate)
