"""What background do the objects of a set of images lie on, and are they lighter or darker?

Measured on the border: the outermost ring of pixels of an image cropped to a square.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from core.pictures.findings import Ground
from core.pictures.pixels import border, brightness, fitted, to_eight_bits

MEASURED_SIDE = 32
"""side in px to which an image is reduced before it is measured"""
MEASURED_IMAGES = 200
"""number of training images that are measured: the first ones of a stratified order"""
MAX_DISTANCE = 32
"""levels of 256; the borders of scans and of studio photographs differ by less"""
MIN_SHARE = 0.75
"""share of images that must have the same ground for the set to have it"""


def measured(images: Iterable[NDArray[np.uint8]]) -> Ground | None:
    """Ground and brightness of images (3, H, W); None if there are no images."""
    levels = [(border(image), brightness(image)) for image in images]
    if not levels:
        return None
    borders = np.stack([colour for colour, _ in levels])
    middle = np.median(borders, axis=0).round()
    share = (np.abs(borders - middle) <= MAX_DISTANCE).all(axis=1).mean()
    red, green, blue = map(int, middle)
    light = round(float(np.mean([level for _, level in levels])), 3)
    return Ground((red, green, blue) if share >= MIN_SHARE else None, light, len(levels))


def reduced(path: Path) -> NDArray[np.uint8] | None:
    """An image file as a small square (3, H, W); None if it cannot be decoded."""
    try:
        with Image.open(path) as image:
            # a large JPEG is decoded at a fraction of its size
            image.draft("RGB", (2 * MEASURED_SIDE, 2 * MEASURED_SIDE))
            plain = to_eight_bits(ImageOps.exif_transpose(image))
            return fitted(plain, (3, MEASURED_SIDE, MEASURED_SIDE), 255)
    except Exception:  # noqa: BLE001 (Pillow's decoders raise whatever; loading names the file)
        return None
