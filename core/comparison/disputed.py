"""On which test images do networks part? Counted over all seeds, from the stored predictions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.comparison.comparison import Arm, Results


@dataclass(frozen=True, slots=True)
class Disputed:
    """A test image that one network gets right more often than all others.

    Attributes:
        image: its number.
        right: number of seeds that classify it correctly, network by network.
    """

    image: int
    right: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Gallery:
    """What one network knows and the others do not.

    Attributes:
        arm: the network.
        images: those that it gets right more often than every other network, largest margin first.
    """

    arm: Arm
    images: tuple[Disputed, ...]


@dataclass(frozen=True, slots=True)
class Dispute:
    """The images on which networks part.

    Attributes:
        galleries: one for each network.
        seeds: number of seeds that all networks have.
        all_right: number of images that every seed of every network gets right.
        all_wrong: number of images that none gets right.
        images: number of test images.
    """

    galleries: tuple[Gallery, ...]
    seeds: int
    all_right: int
    all_wrong: int
    images: int


def dispute(results: Results, arms: Sequence[Arm]) -> Dispute | None:
    """Sort the test images by the network that gets them right, over the seeds that all have.

    Args:
        results: with right answers.
        arms: two networks or more on one data set.

    Returns:
        None with fewer than two networks, or without a seed whose answers all of them have.
    """
    answers = [
        {
            seed: results.right[run.key]
            for seed, run in results.of(arm).items()
            if run.key in results.right
        }
        for arm in arms
    ]
    seeds = sorted(set.intersection(*map(set, answers))) if answers else []
    if len(answers) < 2 or not seeds:  # noqa: PLR2004
        return None
    tables = [np.array([known[seed] for seed in seeds]) for known in answers]
    # (networks, images): how many seeds are right
    right = np.stack([table.sum(axis=0) for table in tables])
    return Dispute(
        tuple(Gallery(arm, _known_by(row, right)) for row, arm in enumerate(arms)),
        len(seeds),
        int((right.min(axis=0) == len(seeds)).sum()),
        int((right.max(axis=0) == 0).sum()),
        right.shape[1],
    )


def _known_by(row: int, right: NDArray[np.int_]) -> tuple[Disputed, ...]:
    """The images that the network of a row gets right more often than every other network."""
    margin = right[row] - np.delete(right, row, axis=0).max(axis=0)
    # a stable sort, so that equal margins follow the numbers of the images
    order = np.argsort(-margin, kind="stable")
    return tuple(
        Disputed(int(image), tuple(map(int, right[:, image])))
        for image in order[: int((margin > 0).sum())]
    )
