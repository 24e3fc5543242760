"""How consistent are a network's answers when the image moves? The results, as plain numbers.

Pure Python and numpy; the computation is in `core.analyses.shift`.
"""

import json
from dataclasses import asdict, dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from core.analyses.request import NUMBER_BYTES, Request
from core.config import Experiment
from core.network.work import Work, passes_work

MOST_SHIFTED_IMAGES = 1_000
"""most test images that are moved: the first ones"""
SHIFTED_BATCH = 64
FURTHEST_SHIFT = 8
"""in pixels; at most half the side of the image"""
NEAR_SHARE = 3
"""shifts by up to one part in so many of the side leave most of what is in an image"""


@dataclass(frozen=True, slots=True)
class ShiftSettings:
    """How the images are moved.

    Attributes:
        circular: whether pixels shifted out on one side come in on the other; otherwise the
            ground comes in.
        reach: largest shift in each direction, px.
        images: maximum number of test images.
    """

    circular: bool
    reach: int
    images: int = MOST_SHIFTED_IMAGES

    @classmethod
    def of(cls, shape: tuple[int, int, int], *, circular: bool) -> "ShiftSettings":
        """The default settings for images of a shape (C, H, W)."""
        return cls(circular, min(FURTHEST_SHIFT, min(shape[1:]) // 2))

    def near(self, shape: tuple[int, int, int]) -> int:
        """The largest shift, px, that leaves most of what is in images of a shape (C, H, W).

        A third of the side where the border is filled; circular shifts lose nothing.
        """
        return self.reach if self.circular else min(self.reach, min(shape[1:]) // NEAR_SHARE)

    @property
    def text(self) -> str:
        """The settings as JSON, which is part of the key of a stored result."""
        return json.dumps(asdict(self), sort_keys=True)


@dataclass(frozen=True, slots=True)
class ShiftMap:
    """How many answers stay the same under every shift of the image.

    Attributes:
        settings: how the images were moved.
        size: rows and columns of an image.
        images: number of images moved.
        same: (2R + 1, 2R + 1), share of images whose answer stays the same; shifts down by row
            and right by column, from -R to R.
        right: (2R + 1, 2R + 1), share of images whose answer stays the same and is correct.
        ties: over all shifts that were computed, largest number of images whose answer changed
            while the two best classes were within rounding error of each other.
    """

    settings: ShiftSettings
    size: tuple[int, int]
    images: int
    same: tuple[tuple[float, ...], ...]
    right: tuple[tuple[float, ...], ...]
    ties: int = 0

    @property
    def shifts(self) -> range:
        """The shifts along one axis, -R to R."""
        return range(-self.settings.reach, self.settings.reach + 1)

    def within(self, reach: int) -> "ShiftMap":
        """The part of the map with shifts of up to `reach` px; the map itself if it has no more."""
        cut = self.settings.reach - reach
        if cut <= 0:
            return self
        same, right = (
            tuple(row[cut:-cut] for row in shares[cut:-cut]) for shares in (self.same, self.right)
        )
        return replace(self, settings=replace(self.settings, reach=reach), same=same, right=right)

    def at(self, down: int, right: int) -> float:
        """Share of answers that stay the same at one shift."""
        reach = self.settings.reach
        return self.same[down + reach][right + reach]

    def mean_same(self) -> float:
        """Mean of `same` over all shifts but (0, 0), with circular duplicates counted once."""
        return float(np.array(self.same)[self._counted()].mean())

    def mean_right(self) -> float:
        """Mean of `right` over the same shifts as `mean_same`."""
        return float(np.array(self.right)[self._counted()].mean())

    def one_pixel(self) -> float:
        """Mean of `same` over the four shifts by one pixel."""
        return float(np.mean([self.at(*shift) for shift in ((0, 1), (1, 0), (0, -1), (-1, 0))]))

    def _counted(self) -> NDArray[np.bool_]:
        """Mask of the shifts that count: with circular shifts, -H/2 and H/2 are the same."""
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
    """A request for the shift map of a run.

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
        """How the images are moved, and the value shifted in if it is not black, as JSON."""
        fill = None if self.how.circular else self.experiment.data.fill
        if fill is None:
            return self.how.text
        return json.dumps({**asdict(self.how), "fill": fill}, sort_keys=True)

    @property
    def work(self) -> Work:
        """The work of passing every image once for each shift, and once unmoved."""
        images = min(self.how.images, self.experiment.data.entry.splits.test)
        shifts = (2 * self.how.reach + 1) ** 2
        kept = 2 * shifts * NUMBER_BYTES
        return passes_work(self.experiment, images * (shifts + 1), SHIFTED_BATCH, kept, maps=1)

    def compute(self, weights: bytes) -> ShiftMap:
        """Compute the shift map of the trained network."""
        from core.analyses.shift import shift_map
        from core.analyses.trained import Network

        return shift_map(Network.of(self.experiment, weights), self.how)
