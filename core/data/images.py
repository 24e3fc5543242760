"""What enters the network: stored bytes as standardised floats, moved if that was asked for."""

from collections.abc import Sequence

import torch
from torch import Tensor

from core.data.splits import Normalisation


def to_input(images: Tensor, normalisation: Normalisation) -> Tensor:
    """Turn stored bytes into what the network sees.

    Args:
        images: (N, C, H, W), bytes.
        normalisation: of the split that they belong to; it decides polarity as well.

    Returns:
        (N, C, H, W), float32, channels last, with mean 0 and standard deviation 1 over the
        training split.
    """
    floats = images.to(torch.float32, memory_format=torch.channels_last)
    return floats.mul_(normalisation.scale).add_(normalisation.shift)


def translate(images: Tensor, shift: Tensor, fill: int | Sequence[int]) -> Tensor:
    """Move each image by its own whole number of pixels; what comes in is `fill`.

    Args:
        images: (N, C, H, W).
        shift: (N, 2) whole numbers: rows down and columns right, negative for up and left.
        fill: stored value of the pixels that come in, for all channels or for each.
    """
    _, _, height, width = images.shape
    here = images.device
    rows = torch.arange(height, device=here) - shift[:, :1]
    columns = torch.arange(width, device=here) - shift[:, 1:]
    inside = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[
        :, None, :
    ]
    picked = images[
        torch.arange(len(images), device=here)[:, None, None],
        :,
        rows.clamp(0, height - 1)[:, :, None],
        columns.clamp(0, width - 1)[:, None, :],
    ]
    value = torch.tensor(fill, dtype=images.dtype, device=here).reshape(-1, 1, 1)
    return picked.permute(0, 3, 1, 2).where(inside[:, None], value)
