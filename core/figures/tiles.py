"""Stored images as small pictures: not Plotly figures, they stay sharp and scale with the page.

Maps and filters of networks are drawn by the browser (pages/browser/sheets).
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.figures.palette import GREYS, rgb

PICTURE_SIDE_PIXELS = 256
"""of a picture, about; a cell is enlarged without smoothing, so that it stays a square"""

Pixels = NDArray[np.uint8]


def grey(image: NDArray[np.uint8], white: int, *, dark: bool = False) -> Pixels:
    """A stored image (C, H, W) as a picture (rows, columns, 3), its cells enlarged.

    Grey images run from the page's colour to its ink; colour images stay as they are.
    """
    channels, height, width = image.shape
    factor = max(1, PICTURE_SIDE_PIXELS // max(height, width))
    if channels > 1:
        picture = np.moveaxis(image, 0, 2)
    else:
        shown = (image[0].astype(np.float32) / white * 255).astype(np.uint8)
        picture = _table(GREYS[dark])[shown]
    return picture.repeat(factor, 0).repeat(factor, 1)


@lru_cache
def _table(colours: tuple[str, ...]) -> Pixels:
    """256 colours interpolated between the given ones."""
    anchors = np.array([rgb(colour) for colour in colours], dtype=float)
    places = np.linspace(0, 255, len(colours))
    every = np.arange(256)
    return np.stack([np.interp(every, places, anchors[:, i]) for i in range(3)], axis=1).astype(
        np.uint8
    )
