"""What pages look up of a data set's test images, in a process that keeps the images for them.

Importing this module and calling its functions imports no torch, but for data sets that
torchvision reads.
"""

import gzip
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.config import DataConfig
from core.data.loading import load
from core.data.splits import LabelledImages

MOST_IMAGE_SETS = 2
"""data sets whose test images a process keeps in memory"""


def load_images(data: DataConfig) -> int:
    """Load the test images of a data set; their number.

    Raises:
        DataError: they cannot be loaded.
    """
    return len(_images(_of_test(data)))


def test_image(data: DataConfig, number: int) -> tuple[NDArray[np.uint8], int]:
    """A test image (C, H, W) as stored, the last if there are fewer, and its class."""
    images = _images(_of_test(data))
    index = min(number, len(images) - 1)
    return images.images[index], int(images.labels[index])


def test_images(data: DataConfig, numbers: Sequence[int]) -> NDArray[np.uint8]:
    """Test images (N, C, H, W) as stored, by their numbers."""
    images: NDArray[np.uint8] = _images(_of_test(data)).images[list(numbers)]
    return images


def first_images(data: DataConfig, count: int) -> bytes:
    """The first test images in one file, packed by gzip; pages/browser/sheets/images.js reads it.

    The classes of the images in one byte each, then the images as stored, channel by channel.
    """
    few = _images(_of_test(data)).first(count)
    return gzip.compress(few.labels.astype(np.uint8).tobytes() + few.images.tobytes(), mtime=0)


def scaling(data: DataConfig) -> tuple[float, float]:
    """What stored bytes are multiplied with, and what is added, to make a network's input."""
    normalisation = _images(_of_test(data)).normalisation
    return normalisation.scale, normalisation.shift


def _of_test(data: DataConfig) -> DataConfig:
    """The data set without what does not concern its test images, so that they are kept once."""
    return data.model_copy(update={"train_size": "all", "augment_shift": 0})


@lru_cache(maxsize=MOST_IMAGE_SETS)
def _images(data: DataConfig) -> LabelledImages:
    return load(data).test
