"""The order in which a data set is cut into its splits: every prefix is stratified."""

import numpy as np
from numpy.typing import NDArray

SPLIT_SEED = 0


def stratified_order(labels: NDArray[np.int64], seed: int) -> NDArray[np.intp]:
    """A random order in which every prefix holds the classes in their overall proportions.

    Each class is shuffled separately; the i-th of its n images gets the position (i + 1/2)/n, and
    the images of all classes are sorted by position.
    """
    # RandomState, because numpy guarantees that its stream never changes; Generator's may
    random = np.random.RandomState(seed)
    place = np.empty(len(labels))
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        place[random.permutation(members)] = (np.arange(len(members)) + 0.5) / len(members)
    return np.argsort(place, kind="stable")
