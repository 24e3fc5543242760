"""Many small maps as one picture: tiles in rows, one colour scale, transparent gaps.

A picture, not a Plotly figure: eight to sixty-four maps stay sharp, are small to send, and scale
with the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.figures.palette import CROSS, DIVERGING, DOT, GREYS, SEQUENTIAL, rgb

TILES_IN_ROW = 8
TILE_SIDE, TILE_GAP = 128, 10
"""px; a tile is enlarged without smoothing, so that a cell stays a square"""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Scale:
    """The values at the ends of a colour scale, and whether it is the diverging one."""

    low: float
    high: float
    diverging: bool = False

    @classmethod
    def around(cls, values: NDArray[np.float32]) -> "Scale":
        """A scale from zero (or the smallest value, if negative) to the largest value."""
        low, high = min(0.0, float(values.min())), float(values.max())
        return cls(low, high if high > low else low + 1.0)

    @classmethod
    def even(cls, values: NDArray[np.float32]) -> "Scale":
        """A diverging scale that reaches equally far on both sides of zero."""
        reach = float(np.abs(values).max()) or 1.0
        return cls(-reach, reach, diverging=True)


def sheet(
    maps: NDArray[np.float32],
    scale: Scale,
    *,
    marked: NDArray[np.bool_] | None = None,
    dark: bool = False,
) -> Pixels:
    """Draw maps side by side, eight to a row.

    Args:
        maps: (C, H, W).
        scale: of the colours.
        marked: (C, H, W), cells to mark with a dot; None for none.
        dark: whether to draw for the dark theme.

    Returns:
        (rows, columns, 4), red, green, blue and opacity.
    """
    channels, height, width = maps.shape
    factor = max(1, TILE_SIDE // max(height, width))
    high, wide = height * factor, width * factor
    columns = min(TILES_IN_ROW, channels)
    rows = -(-channels // columns)
    size = rows * (high + TILE_GAP) + TILE_GAP, columns * (wide + TILE_GAP) + TILE_GAP
    page = np.zeros((*size, 4), dtype=np.uint8)
    for number in range(channels):
        row, column = divmod(number, columns)
        top, left = TILE_GAP + row * (high + TILE_GAP), TILE_GAP + column * (wide + TILE_GAP)
        tile = _tile(maps[number], scale, factor, dark=dark)
        if marked is not None:
            _dots(tile, marked[number], factor, rgb(DOT[dark]))
        page[top : top + high, left : left + wide, :3] = tile
        page[top : top + high, left : left + wide, 3] = 255
    return page


def _tile(values: NDArray[np.float32], scale: Scale, factor: int, *, dark: bool) -> Pixels:
    tile = coloured(values, scale, dark=dark).repeat(factor, 0).repeat(factor, 1)
    if not values.any():
        _cross(tile, rgb(CROSS[dark]))
    return tile


def side_by_side(pictures: Sequence[Pixels], *, dark: bool = False) -> Pixels:
    """Pictures of equal size (rows, columns, 3) in a row, framed, with gaps between them."""
    high, wide = pictures[0].shape[:2]
    step = max(high, wide) // 12 or 1
    page = np.zeros((high + 2 * step, len(pictures) * (wide + step) + step, 4), dtype=np.uint8)
    for number, picture in enumerate(pictures):
        left = step + number * (wide + step)
        line = max(1, step // 8)
        page[step - line : step + high + line, left - line : left + wide + line] = (
            *rgb(CROSS[dark]),
            255,
        )
        page[step : step + high, left : left + wide, :3] = picture
    return page


def coloured(values: NDArray[np.float32], scale: Scale, *, dark: bool = False) -> Pixels:
    """The colours (H, W, 3) of values (H, W) on a scale."""
    table = _table((DIVERGING if scale.diverging else SEQUENTIAL)[dark])
    share = (values - scale.low) / (scale.high - scale.low)
    colours: Pixels = table[(np.clip(share, 0, 1) * 255).astype(np.uint8)]
    return colours


def grey(image: NDArray[np.uint8], white: int, *, dark: bool = False) -> Pixels:
    """A stored image (C, H, W) as a picture (rows, columns, 3), its cells enlarged.

    Grey images run from the page's colour to its ink; colour images stay as they are.
    """
    channels, height, width = image.shape
    factor = max(1, 2 * TILE_SIDE // max(height, width))
    if channels > 1:
        picture = np.moveaxis(image, 0, 2)
    else:
        shown = (image[0].astype(np.float32) / white * 255).astype(np.uint8)
        picture = _table(GREYS[dark])[shown]
    return picture.repeat(factor, 0).repeat(factor, 1)


def _cross(tile: Pixels, colour: tuple[int, int, int]) -> None:
    """Cross out a tile, in place."""
    high, wide = tile.shape[:2]
    steps = np.arange(max(high, wide))
    down, right = steps * high // len(steps), steps * wide // len(steps)
    tile[down, right] = tile[down, wide - 1 - right] = colour


def _dots(
    tile: Pixels, cells: NDArray[np.bool_], factor: int, colour: tuple[int, int, int]
) -> None:
    """Draw a dot in the middle of some cells of a tile, in place."""
    reach = max(1, factor // 6)
    for row, column in np.argwhere(cells):
        middle = row * factor + factor // 2, column * factor + factor // 2
        tile[middle[0] - reach : middle[0] + reach, middle[1] - reach : middle[1] + reach] = colour


@lru_cache
def _table(colours: tuple[str, ...]) -> Pixels:
    """256 colours interpolated between the given ones."""
    anchors = np.array([rgb(colour) for colour in colours], dtype=float)
    places = np.linspace(0, 255, len(colours))
    every = np.arange(256)
    return np.stack([np.interp(every, places, anchors[:, i]) for i in range(3)], axis=1).astype(
        np.uint8
    )
