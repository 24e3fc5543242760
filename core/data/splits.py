"""How a data set is cut: classes, splits, and an order in which every prefix is stratified."""

import hashlib
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.catalog import DatasetEntry

SPLIT_SEED = 0


@dataclass(frozen=True, slots=True)
class Labelled:
    """Images (N, C, H, W) as stored bytes, and their classes (N,) as int64."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, count: int) -> "Labelled":
        """The first `count` images."""
        return Labelled(self.images[:count], self.labels[:count])


@dataclass(frozen=True, slots=True)
class Splits:
    """A data set in its three parts."""

    train: Labelled
    validation: Labelled
    test: Labelled


@dataclass(frozen=True, slots=True)
class Raw:
    """A data set as loaded: bytes (N, C, H, W), classes (N,), and its own test part if any."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    test_images: NDArray[np.uint8] | None = None
    test_labels: NDArray[np.int64] | None = None
    known_as: str | None = None
    """fingerprint of a set that its source has checked; None: pixels and labels are hashed"""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of pixels and labels, in the order of the source; or what the set is known as."""
        if self.known_as is not None:
            return self.known_as
        digest = hashlib.sha256()
        for array in (self.images, self.labels, self.test_images, self.test_labels):
            if array is not None:
                digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def split(raw: Raw, entry: DatasetEntry) -> Splits:
    """Cut a data set into its splits; a test part of its own stays the test split."""
    order = stratified_order(raw.labels, SPLIT_SEED)
    sizes = entry.splits
    if raw.test_images is None or raw.test_labels is None:
        test_part, order = order[: sizes.test], order[sizes.test :]
        test = _labelled(raw.images[test_part], raw.labels[test_part])
    else:
        test = _labelled(raw.test_images, raw.test_labels)
    validation, train = order[: sizes.validation], order[sizes.validation :]
    return Splits(
        train=_labelled(raw.images[train], raw.labels[train]),
        validation=_labelled(raw.images[validation], raw.labels[validation]),
        test=test,
    )


def stratified_order(labels: NDArray[np.int64], seed: int) -> NDArray[np.intp]:
    """A random order in which every prefix holds the classes in their overall proportions.

    Each class is shuffled by itself; its i-th image of n gets the place (i + 1/2)/n on a common
    line, and the line is read from the left.
    """
    # RandomState, because its stream is promised never to change; Generator's may
    random = np.random.RandomState(seed)
    place = np.empty(len(labels))
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        place[random.permutation(members)] = (np.arange(len(members)) + 0.5) / len(members)
    return np.argsort(place, kind="stable")


def _labelled(images: NDArray[np.uint8], labels: NDArray[np.int64]) -> Labelled:
    return Labelled(torch.from_numpy(images), torch.from_numpy(labels.astype(np.int64)))
