"""How steady are a network's answers when the image moves? The results, as plain numbers.

Pure Python and numpy; what computes it is in `core.analyses.shift`.
"""

import json
from dataclasses import asdict, dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from core.analyses.request import NUMBER_BYTES, Request
from core.config import Experiment
from core.network.work import Work, passes_work

MOST_SHIFTED_IMAGES = 1_000
"""test images that are moved: the first ones"""
SHIFTED_BATCH = 64
FURTHEST_SHIFT = 8
"""pixels; less on an image whose half is less"""


@dataclass(frozen=True, slots=True)
class ShiftSettings:
    """How the images are moved.

    Attributes:
        circular: what leaves on one side comes in on the other; otherwise the ground comes in.
        reach: largest shift in each direction, px.
        images: how many test images at most.
    """

    circular: bool
    reach: int
    images: int = MOST_SHIFTED_IMAGES

    @classmethod
    def of(cls, shape: tuple[int, int, int], *, circular: bool) -> "ShiftSettings":
        """The usual ones for images (C, H, W)."""
        return cls(circular, min(FURTHEST_SHIFT, min(shape[1:]) // 2))

    @property
    def text(self) -> str:
        """The key of a stored result."""
        return json.dumps(asdict(self), sort_keys=True)


@dataclass(frozen=True, slots=True)
class ShiftMap:
    """Answers under every shift, against those for the unmoved image.

    Attributes:
        settings: how the images were moved.
        size: rows and columns of an image.
        images: how many were moved.
        same: (2R + 1, 2R + 1), share of images whose answer stays; rows down, columns right,
            from -R to R.
        right: likewise, share whose answer stays and is correct.
        ties: largest number of images per shift whose two best classes came within rounding.
    """

    settings: ShiftSettings
    size: tuple[int, int]
    images: int
    same: tuple[tuple[float, ...], ...]
    right: tuple[tuple[float, ...], ...]
    ties: int = 0

    @property
    def shifts(self) -> range:
        """-R to R."""
        return range(-self.settings.reach, self.settings.reach + 1)

    def at(self, down: int, right: int) -> float:
        """Share of answers that stay at one shift."""
        reach = self.settings.reach
        return self.same[down + reach][right + reach]

    def mean_same(self) -> float:
        """Mean over all shifts but (0, 0), circular duplicates counted once."""
        return float(np.array(self.same)[self._counted()].mean())

    def mean_right(self) -> float:
        """Likewise for answers that stay and are correct."""
        return float(np.array(self.right)[self._counted()].mean())

    def one_pixel(self) -> float:
        """Mean over the four shifts by one pixel."""
        return float(np.mean([self.at(*shift) for shift in ((0, 1), (1, 0), (0, -1), (-1, 0))]))

    def _counted(self) -> NDArray[np.bool_]:
        """Which shifts count: with circular ones, -H/2 and H/2 are the same."""
        seen: set[tuple[int, int]] = {(0, 0)}
        mask = np.zeros((len(self.shifts),) * 2, dtype=bool)
        for i, down in enumerate(self.shifts):
            for j, right in enumerate(self.shifts):
                key = (down, right)
                if self.settings.circular:
                    key = down % self.size[0], right % self.size[1]
                if key not in seen:
                    seen.add(key)
                    mask[i, j] = True
        return mask


@dataclass(frozen=True)
class ShiftMapRequest(Request[ShiftMap]):
    """The shift map of a run.

    Attributes:
        experiment: the trained network.
        how: how the images are moved.
    """

    experiment: Experiment
    how: ShiftSettings
    kind: ClassVar[str] = "shift"
    result: ClassVar[type] = ShiftMap

    @property
    def run(self) -> Experiment:
        """The trained network."""
        return self.experiment

    @property
    def settings(self) -> str:
        """How the images are moved, and what comes in where that is not black."""
        fill = None if self.how.circular else self.experiment.data.fill
        if fill is None:
            return self.how.text
        return json.dumps({**asdict(self.how), "fill": fill}, sort_keys=True)

    @property
    def work(self) -> Work:
        """Every image once for each shift, and once where it is."""
        images = min(self.how.images, self.experiment.data.entry.splits.test)
        shifts = (2 * self.how.reach + 1) ** 2
        kept = 2 * shifts * NUMBER_BYTES
        return passes_work(self.experiment, images * (shifts + 1), SHIFTED_BATCH, kept, maps=1)

    def compute(self, weights: bytes) -> ShiftMap:
        """Move the test images."""
        from core.analyses.inspection import Network
        from core.analyses.shift import shift_map

        return shift_map(Network.of(self.experiment, weights), self.how)
