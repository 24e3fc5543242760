"""What an inspection works with and what it finds, without torch: pages read it."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from core.config import Experiment

Floats = NDArray[np.float32]

INSPECTED_IMAGES = 1_000
"""number of test images, the first ones, that are searched or on which accuracy is measured"""
PATCH_ROUNDING = 1e-6
"""relative difference of equal values that were summed in a different order"""


@dataclass(frozen=True, slots=True)
class StoredNetwork:
    """A trained network as the store has it.

    Attributes:
        experiment: how it was trained.
        weights: as safetensors bytes.
    """

    experiment: Experiment
    weights: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """The output of every layer of a network for one image.

    Attributes:
        maps: layer name -> map (C, H, W) after it; vectors are left out.
        probabilities: (classes,), softmax of the logits.
    """

    maps: dict[str, Floats]
    probabilities: Floats

    @property
    def answer(self) -> int:
        """The class with the largest probability."""
        return int(self.probabilities.argmax())


@dataclass(frozen=True, slots=True)
class Patch:
    """A part of a test image that excites a channel.

    Attributes:
        image: number of the test image.
        value: activation of the cell, the largest in its image.
        pixels: (C, rows, columns) as stored. With circular padding the patch continues on the
            other side of the image; pixels that the cell does not read have the ground's value.
        tied: number of searched images whose largest value this is, including this image.
    """

    image: int
    value: float
    pixels: NDArray[np.uint8]
    tied: int = 1


def silent(maps: Floats) -> NDArray[np.bool_]:
    """Which channels (C,) are zero everywhere on this image."""
    zero: NDArray[np.bool_] = np.logical_not(maps.any(axis=(1, 2)))
    return zero


def level(maps: Floats) -> NDArray[np.bool_]:
    """Which channels (C,) have the same nonzero value everywhere; never for maps of one cell."""
    if maps[0].size == 1:
        return np.zeros(len(maps), dtype=bool)
    constant: NDArray[np.bool_] = (np.ptp(maps, axis=(1, 2)) == 0) & np.logical_not(silent(maps))
    return constant


def winners(maps: Floats, size: int, stride: int) -> NDArray[np.bool_]:
    """Which cells (C, H, W) a max pool selects; of equal values, the first."""
    windows = sliding_window_view(maps, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    channels, rows, columns = windows.shape[:3]
    down, right = np.divmod(windows.reshape(channels, rows, columns, -1).argmax(axis=3), size)
    chosen = np.zeros(maps.shape, dtype=bool)
    channel, row, column = np.ogrid[:channels, :rows, :columns]
    chosen[channel, row * stride + down, column * stride + right] = True
    return chosen
