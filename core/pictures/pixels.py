"""The pixels of a picture: its depth, size, border, brightness and negative."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from core.catalog.luminance import luminance

PAPER = (255, 255, 255, 255)
"""what shows through transparent pixels: white, as on paper"""

WHITE_16 = 65_535

MIN_BETTER_FIT = 0.25
"""fraction of the range by which the negative must fit better before an upload is inverted"""


def fitted(image: Image.Image, shape: tuple[int, int, int], white: int) -> NDArray[np.uint8]:
    """Resize and crop a picture to the input size of a network.

    Args:
        image: as `uploaded` returns it.
        shape: (channels, height, width) of the network's input.
        white: the stored value that means white in the network's data set.

    Returns:
        Pixels (channels, height, width), in levels of that data set.
    """
    channels, height, width = shape
    plain = image.convert("RGB" if channels > 1 else "L")
    square = ImageOps.fit(plain, (width, height), Image.Resampling.BICUBIC)
    values = np.moveaxis(np.atleast_3d(np.asarray(square)), 2, 0)
    return (values.astype(np.uint16) * white / 255).round().astype(np.uint8)


def border(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Median of the outermost pixels of an image (C, H, W), for each channel."""
    ring = np.ones(image.shape[1:], dtype=bool)
    ring[1:-1, 1:-1] = False
    middle: NDArray[np.float64] = np.median(image[:, ring], axis=1)
    return middle


def brightness(image: NDArray[np.uint8]) -> float:
    """Mean brightness of an image (C, H, W), in the levels of the image."""
    return luminance(image.reshape(len(image), -1).mean(axis=1).tolist())


def is_negative(image: NDArray[np.uint8], background: Sequence[float], white: int) -> bool:
    """Whether the negative of an image would match images with this background better.

    Args:
        image: (C, H, W), as stored.
        background: the background of the other images, in the same levels.
        white: the level that means white.
    """
    if np.ptp(image) == 0:
        # in a uniform picture, background and object cannot be told apart
        return False
    level, ground = luminance(border(image).tolist()), luminance(background)
    # a grey border fits about equally well either way, which decides nothing
    return abs(level - ground) - abs(white - level - ground) > white * MIN_BETTER_FIT


def inverted(image: NDArray[np.uint8], white: int) -> NDArray[np.uint8]:
    """The negative of an image."""
    return (white - image).astype(np.uint8)


def to_eight_bits(image: Image.Image) -> Image.Image:
    """Convert an image of any mode to 8 bits per channel without transparency, keeping its colours.

    Pillow clips 16-bit values when it converts them, which turns nearly all of them white, and
    drops transparency, which reveals colours that were never meant to be seen.

    Raises:
        ValueError: its values are fractions or have 32 bits, so the level of white is unknown.
    """
    if image.mode.startswith("I"):
        # Pillow opens some 16-bit files as 32 bits
        values = np.asarray(image).astype(np.int64)
        if values.min() < 0 or values.max() > WHITE_16:
            raise ValueError("it has 32 bits per channel; save it with 8 or 16")
        step = WHITE_16 // 255
        return Image.fromarray(((values + step // 2) // step).astype(np.uint8))
    if image.mode == "F":
        raise ValueError("its values are fractions; save it with 8 or 16 bits per channel")
    if image.has_transparency_data:
        overlaid = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", overlaid.size, PAPER), overlaid)
    return image
