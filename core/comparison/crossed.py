"""How sure is a mean difference, over training seeds and test images at once?

Two networks are trained with the same seeds and answer the same test images, so their difference
is a table with a row for each seed and a column for each image: +1 where only the first is right,
-1 where only the second is, 0 elsewhere. Its rows and its columns are samples: of the seeds that
could have been drawn, and of the images that could have been taken. An interval over the rows alone
speaks of these images; one over both speaks of images like these.

The table is a crossed design without replication. Its mean squares give the variance of its mean
as (MS_seeds + MS_images - MS_residual) / (n m), by the two-way analysis of variance with both
factors random (Searle, Casella and McCulloch 1992, Variance components, section 4.3), and
Satterthwaite's (1946) approximation gives the degrees of freedom. Two corrections keep the coverage
where it should be; the simulation in tests/comparison/test_crossed.py holds them to it:

- The variance is never below that over the seeds or over the images alone. The difference of mean
  squares can be smaller, even negative, where a source adds nothing.
- In the degrees of freedom, but not in the variance, the mean square of the seeds counts (n + 1) /
  (n - 1) times: a small one by chance would otherwise give a narrow interval and the confidence to
  believe it. Without this, nominal 95 % are 92 % for three seeds.

The two-way bootstrap was tried as well (300 resamples, 300 tables of right and wrong answers of
each kind): with 3,000 images it covered 82 to 83 % for three seeds and 89 to 91 % for five, because
it redraws seeds whose spread it underestimates.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

import numpy as np
from numpy.typing import NDArray

LEAST_LEVELS = 2
"""fewest seeds, and fewest images, of which a spread is defined"""

Numbers = NDArray[np.float64]


class Source(StrEnum):
    """What an uncertain mean owes its uncertainty to, in the main."""

    SEEDS = "seeds"
    IMAGES = "images"
    BOTH = "both"
    """images on which seeds disagree: more of either helps"""


@dataclass(frozen=True, slots=True)
class Spread:
    """The uncertainty of the mean of a table of seeds by images.

    Attributes:
        seeds: number of rows.
        images: number of columns.
        error: standard error of the mean.
        freedom: degrees of freedom of the standard error.
        of_seeds: variance of the mean that more seeds would reduce and more images would not.
        of_images: variance that more images would reduce and more seeds would not.
        of_both: variance that either would reduce: images on which seeds disagree.
    """

    seeds: int
    images: int
    error: float
    freedom: float
    of_seeds: float
    of_images: float
    of_both: float

    @property
    def main(self) -> Source:
        """The source that contributes most."""
        parts = {
            Source.BOTH: self.of_both,
            Source.SEEDS: self.of_seeds,
            Source.IMAGES: self.of_images,
        }
        return max(parts, key=parts.__getitem__)

    def narrowed(self, *, seeds: float = 1, images: float = 1) -> float:
        """The standard error with so many times the seeds and images, as a share of this one.

        1.0 where there is no variance.
        """
        now = self.of_seeds + self.of_images + self.of_both
        if now == 0:
            return 1.0
        then = self.of_seeds / seeds + self.of_images / images + self.of_both / (seeds * images)
        return sqrt(then / now)


def spread(table: NDArray[np.integer]) -> Spread | None:
    """The uncertainty of the mean of a table.

    Args:
        table: (seeds, images), such as the differences of right answers: -1, 0 or 1.

    Returns:
        None for fewer than two seeds or two images.
    """
    n, m = table.shape
    if min(n, m) < LEAST_LEVELS:
        return None
    # whole numbers, so that equal rows have exactly no spread
    rows = table.sum(axis=1, dtype=np.int64).astype(np.float64)
    columns = table.sum(axis=0, dtype=np.int64).astype(np.float64)
    total = float(rows.sum())
    level = total * total / (n * m)
    squares = float(np.square(table, dtype=np.int64).sum()) - level
    between_rows = max(float(rows @ rows) / m - level, 0.0)
    between_columns = max(float(columns @ columns) / n - level, 0.0)
    rest = max(squares - between_rows - between_columns, 0.0)
    by_seed = between_rows / (n - 1)
    by_image = between_columns / (m - 1)
    residual = rest / ((n - 1) * (m - 1))
    mean_squares = [np.array([square]) for square in (by_seed, by_image, residual)]
    variance, freedom = variance_of_mean(mean_squares[0], mean_squares[1], mean_squares[2], n, m)
    cells = n * m
    return Spread(
        seeds=n,
        images=m,
        error=sqrt(float(variance[0])),
        freedom=float(freedom[0]),
        of_seeds=max(by_seed - residual, 0.0) / cells,
        of_images=max(by_image - residual, 0.0) / cells,
        of_both=residual / cells,
    )


def variance_of_mean(
    by_seed: Numbers, by_image: Numbers, residual: Numbers, n: int, m: int
) -> tuple[Numbers, Numbers]:
    """The variance of the means of many tables, and its degrees of freedom.

    Args:
        by_seed: (tables,), mean squares between seeds.
        by_image: (tables,), mean squares between images.
        residual: (tables,), mean squares of the rest.
        n: number of seeds, two or more.
        m: number of images, two or more.

    Returns:
        Both (tables,); the freedom of a table without any variance is n - 1.
    """
    of_seeds, of_images, of_rest = n - 1, m - 1, (n - 1) * (m - 1)
    variance = np.maximum(by_seed + by_image - residual, np.maximum(by_seed, by_image))
    cautious = by_seed * (n + 1) / (n - 1)
    whole = cautious + by_image - residual
    squares = cautious**2 / of_seeds + by_image**2 / of_images + residual**2 / of_rest
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = np.clip(whole**2 / squares, of_seeds, max(of_images, of_seeds))
    alone = whole < np.maximum(cautious, by_image)
    single = np.where(cautious >= by_image, of_seeds, of_images)
    freedom = np.where(alone, single, np.nan_to_num(freedom, nan=of_seeds))
    return variance / (n * m), freedom
