"""The input of the network: stored bytes as tensors, translated, and as standardised floats.

The one module of this package that imports torch.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.data.splits import LabelledImages, Normalisation


@dataclass(frozen=True, slots=True)
class LabelledTensors:
    """Images (N, C, H, W) as bytes and their classes (N,) as int64, both on one device."""

    images: Tensor
    labels: Tensor
    normalisation: Normalisation

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, count: int) -> "LabelledTensors":
        """The first `count` images."""
        return replace(self, images=self.images[:count], labels=self.labels[:count])


def as_tensors(data: LabelledImages, device: torch.device | None = None) -> LabelledTensors:
    """The same images for torch; on the CPU, the default, they share the memory."""
    images, labels = (torch.from_numpy(each).to(device) for each in (data.images, data.labels))
    return LabelledTensors(images, labels, data.normalisation)


def to_input(images: Tensor, normalisation: Normalisation) -> Tensor:
    """Turn stored bytes into the input of the network.

    Args:
        images: (N, C, H, W), bytes.
        normalisation: that of the split they belong to; it also sets the polarity.

    Returns:
        (N, C, H, W), float32, channels last, with mean 0 and standard deviation 1 over the
        training split.
    """
    floats = images.to(torch.float32, memory_format=torch.channels_last)
    return floats.mul_(normalisation.scale).add_(normalisation.shift)


def translate(images: Tensor, shift: Tensor, fill: int | Sequence[int]) -> Tensor:
    """Move each image by its own whole number of pixels and pad it with `fill`.

    Args:
        images: (N, C, H, W).
        shift: (N, 2) whole numbers: rows down and columns right, negative for up and left.
        fill: stored value of the pixels shifted in: one for all channels, or one per channel.

    Returns:
        (N, C, H, W).
    """
    _, _, height, width = images.shape
    device = images.device
    rows = torch.arange(height, device=device) - shift[:, :1]
    columns = torch.arange(width, device=device) - shift[:, 1:]
    inside = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[
        :, None, :
    ]
    picked = images[
        torch.arange(len(images), device=device)[:, None, None],
        :,
        rows.clamp(0, height - 1)[:, :, None],
        columns.clamp(0, width - 1)[:, None, :],
    ]
    value = torch.tensor(fill, dtype=images.dtype, device=device).reshape(-1, 1, 1)
    return picked.permute(0, 3, 1, 2).where(inside[:, None], value)
