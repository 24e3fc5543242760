"""How a data set is cut: classes, splits, and an order in which every prefix is stratified."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.catalog import DatasetEntry
from core.pictures.stratified import SPLIT_SEED, stratified_order


@dataclass(frozen=True, slots=True)
class Normalisation:
    """How stored bytes become what the network sees: bytes * scale + shift."""

    scale: float
    shift: float

    @classmethod
    def of(cls, white: int, mean: float, std: float) -> "Normalisation":
        """Scale to 0..1 by the value of white, then to mean 0 and standard deviation 1."""
        return cls(1 / (white * std), -mean / std)

    @property
    def negative(self) -> "Normalisation":
        """The same for the negative of the images, x -> 1 - x, whose mean is 1 - mean."""
        return Normalisation(-self.scale, -self.shift)


@dataclass(frozen=True, slots=True)
class LabelledImages:
    """Images (N, C, H, W) as stored bytes, their classes (N,) as int64, and how to show them."""

    images: Tensor
    labels: Tensor
    normalisation: Normalisation

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, count: int) -> "LabelledImages":
        """The first `count` images."""
        return replace(self, images=self.images[:count], labels=self.labels[:count])


@dataclass(frozen=True, slots=True)
class Splits:
    """A data set in its three parts."""

    train: LabelledImages
    validation: LabelledImages
    test: LabelledImages

    @property
    def negative(self) -> "Splits":
        """The same images, shown as their negatives."""
        return self._each(lambda part: replace(part, normalisation=part.normalisation.negative))

    def to(self, device: torch.device) -> "Splits":
        """The same on a device."""
        return self._each(
            lambda part: replace(part, images=part.images.to(device), labels=part.labels.to(device))
        )

    def _each(self, change: Callable[[LabelledImages], LabelledImages]) -> "Splits":
        return Splits(*map(change, (self.train, self.validation, self.test)))


@dataclass(frozen=True, slots=True)
class Raw:
    """A data set as loaded: bytes (N, C, H, W), classes (N,), and its own other parts if any."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    test_images: NDArray[np.uint8] | None = None
    test_labels: NDArray[np.int64] | None = None
    validation_images: NDArray[np.uint8] | None = None
    validation_labels: NDArray[np.int64] | None = None
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
    """Cut a data set into its splits; a test or validation part of its own stays that split."""
    order = stratified_order(raw.labels, SPLIT_SEED)
    sizes = entry.splits
    if raw.test_images is None or raw.test_labels is None:
        test_part, order = order[: sizes.test], order[sizes.test :]
        test = raw.images[test_part], raw.labels[test_part]
    else:
        test = raw.test_images, raw.test_labels
    if raw.validation_images is None or raw.validation_labels is None:
        validation_part, train = order[: sizes.validation], order[sizes.validation :]
        validation = raw.images[validation_part], raw.labels[validation_part]
    else:
        validation, train = (raw.validation_images, raw.validation_labels), order
    normalisation = _normalisation(entry, raw.images[train])
    return Splits(
        train=_labelled(raw.images[train], raw.labels[train], normalisation),
        validation=_labelled(*validation, normalisation),
        test=_labelled(*test, normalisation),
    )


def _normalisation(entry: DatasetEntry, training: NDArray[np.uint8]) -> Normalisation:
    """From the catalog's mean and deviation, or from those of the training split."""
    if entry.mean is not None and entry.std is not None:
        return Normalisation.of(entry.white, entry.mean, entry.std)
    # from whole numbers, so that every machine gets the same
    counts = np.bincount(training.ravel(), minlength=256)
    values = np.arange(len(counts)) / entry.white
    mean = float((counts * values).sum() / counts.sum())
    variance = float((counts * (values - mean) ** 2).sum() / counts.sum())
    # pictures of one colour have nothing to divide by
    return Normalisation.of(entry.white, mean, sqrt(variance) or 1.0)


def _labelled(
    images: NDArray[np.uint8], labels: NDArray[np.int64], normalisation: Normalisation
) -> LabelledImages:
    return LabelledImages(
        torch.from_numpy(images), torch.from_numpy(labels.astype(np.int64)), normalisation
    )
