"""How a data set is cut into stratified splits and normalised."""

import hashlib
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from core.catalog import DatasetEntry
from core.pictures.stratified import SPLIT_SEED, stratified_order


@dataclass(frozen=True, slots=True)
class Normalisation:
    """How stored bytes become the input of the network: bytes * scale + shift."""

    scale: float
    shift: float

    @classmethod
    def of(cls, white: int, mean: float, std: float) -> "Normalisation":
        """The normalisation that divides by white, then sets mean 0 and standard deviation 1."""
        return cls(1 / (white * std), -mean / std)

    @property
    def negative(self) -> "Normalisation":
        """The normalisation for the negatives of the images, x -> 1 - x, whose mean is 1 - mean."""
        return Normalisation(-self.scale, -self.shift)


@dataclass(frozen=True, slots=True)
class LabelledImages:
    """Images (N, C, H, W) as stored bytes, their classes (N,) as int64, and their normalisation."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    normalisation: Normalisation

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, count: int) -> "LabelledImages":
        """The first `count` images."""
        return replace(self, images=self.images[:count], labels=self.labels[:count])

    @property
    def negative(self) -> "LabelledImages":
        """The same images, shown as their negatives."""
        return replace(self, normalisation=self.normalisation.negative)


@dataclass(frozen=True, slots=True)
class Splits:
    """The three splits of a data set."""

    train: LabelledImages
    validation: LabelledImages
    test: LabelledImages

    @property
    def negative(self) -> "Splits":
        """The same images, shown as their negatives."""
        return Splits(self.train.negative, self.validation.negative, self.test.negative)


@dataclass(frozen=True, slots=True)
class Raw:
    """A data set as loaded: bytes (N, C, H, W), classes (N,), and any other parts it comes with."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    test_images: NDArray[np.uint8] | None = None
    test_labels: NDArray[np.int64] | None = None
    validation_images: NDArray[np.uint8] | None = None
    validation_labels: NDArray[np.int64] | None = None
    known_as: str | None = None
    """fingerprint of a data set that its source has checked; None to hash pixels and labels"""

    @property
    def fingerprint(self) -> str:
        """`known_as` if set, else the SHA-256 of pixels and labels in the order of the source."""
        if self.known_as is not None:
            return self.known_as
        digest = hashlib.sha256()
        for array in (self.images, self.labels, self.test_images, self.test_labels):
            if array is not None:
                digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def split(raw: Raw, entry: DatasetEntry) -> Splits:
    """Cut a data set into its splits; parts that it comes with are kept as they are."""
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
    """Use the catalog's mean and standard deviation, or measure those of the training split."""
    if entry.mean is not None and entry.std is not None:
        return Normalisation.of(entry.white, entry.mean, entry.std)
    # from integer counts, so that every machine gets the same result
    counts = np.bincount(training.ravel(), minlength=256)
    values = np.arange(len(counts)) / entry.white
    mean = float((counts * values).sum() / counts.sum())
    variance = float((counts * (values - mean) ** 2).sum() / counts.sum())
    # the standard deviation of uniform pictures is 0, which cannot be divided by
    return Normalisation.of(entry.white, mean, sqrt(variance) or 1.0)


def _labelled(
    images: NDArray[np.uint8], labels: NDArray[np.int64], normalisation: Normalisation
) -> LabelledImages:
    return LabelledImages(images, labels.astype(np.int64), normalisation)
