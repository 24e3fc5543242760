"""A map of numbers under sliding windows, and the way back from it for gradients."""

from dataclasses import dataclass

import numpy as np

from core.analyses import rules
from core.analyses.hand import Numbers
from core.analyses.reading import Places
from core.analyses.rules import Rule
from core.catalog import Padding
from core.catalog.poolings import CONV_SIZE

OUTSIDE = -1
"""the place of a zero beyond the border"""


@dataclass(frozen=True, slots=True)
class Shape:
    """The window of a pool: its side, its stride, and what lies beyond the border of the map."""

    size: int
    stride: int
    mode: Padding = Padding.ZEROS

    @property
    def wraps(self) -> bool:
        """Whether the map continues on its opposite side."""
        return self.mode is Padding.CIRCULAR

    def starts(self, rows: int) -> Places:
        """First rows of the windows on a map: (h,)."""
        return np.arange((rows - self.size) // self.stride + 1) * self.stride

    def margins(self) -> tuple[int, int]:
        """Rows before and after a map on which a 3 x 3 window has as many positions as this one."""
        extra = CONV_SIZE - self.size
        before = -(-extra // 2)
        return before, extra - before


class Trace:
    """A map, and the way back from it to the numbers that it was computed from.

    Attributes:
        map: (h, w).
    """

    def __init__(self, numbers: Numbers) -> None:
        self.map = numbers
        self._steps: list[tuple[Places, Numbers, tuple[int, int]]] = []

    def slide(self, rule: Rule, rows: Places, columns: Places) -> "Trace":
        """Replace the map by what a rule makes of its windows.

        Args:
            rule: of the window's values, row by row.
            rows: (h, reach), rows of the map that each row of results reads; -1 for zeros.
            columns: (w, reach), columns, as the rows.
        """
        width = self.map.shape[1]
        cells = rows[:, None, :, None] * width + columns[None, :, None, :]
        outside = (rows == OUTSIDE)[:, None, :, None] | (columns == OUTSIDE)[None, :, None, :]
        # the last of the values is the zero
        cells = np.where(outside, self.map.size, cells).reshape(len(rows) * len(columns), -1)
        results, slopes = rule(np.append(self.map, 0.0)[cells])
        self._steps.append((cells, slopes, (self.map.shape[0], width)))
        self.map = results.reshape(len(rows), len(columns))
        return self

    def back(self, gradient: Numbers) -> Numbers:
        """The gradient (H, W) of the numbers, by that of the map (h, w)."""
        for cells, slopes, (height, width) in reversed(self._steps):
            shares = gradient.reshape(-1, 1) * slopes
            sums = np.bincount(cells.ravel(), shares.ravel(), height * width + 1)
            gradient = sums[:-1].astype(np.float64).reshape((height, width))
        return gradient

    def shares(self) -> Numbers:
        """The gradient of every cell of the map by itself, row by row: (h * w, H * W)."""
        shares: Numbers = np.eye(self.map.size)
        for cells, slopes, (height, width) in reversed(self._steps):
            values = height * width + 1
            places = np.arange(len(cells))[:, None] * values + cells
            step = np.bincount(places.ravel(), slopes.ravel(), len(cells) * values)
            shares = shares @ step.reshape(len(cells), values)[:, :-1]
        return shares


def padded(trace: Trace, padding: int, shape: Shape) -> Trace:
    """Rows and columns added on each side."""
    return trace.slide(
        rules.first,
        *(around(rows, padding, padding, wraps=shape.wraps)[:, None] for rows in trace.map.shape),
    )


def around(rows: int, before: int, after: int, *, wraps: bool) -> Places:
    """Rows of a map with others on each side, or fewer, which wrap or are zeros."""
    places = np.arange(-before, rows + after)
    if wraps:
        return places % rows
    return np.where((places < 0) | (places >= rows), OUTSIDE, places)


def mirrored(rows: int, before: int, after: int, *, wraps: bool) -> Places:
    """As `around`, but mirrored about the border; a single row is repeated."""
    if wraps:
        return around(rows, before, after, wraps=True)
    places = rows - 1 - np.abs(rows - 1 - np.abs(np.arange(-before, rows + after)))
    inside: Places = np.maximum(places, 0)
    return inside
