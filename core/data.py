"""From a data set to tensors: loading, splits, subsets, and what enters the network.

Images stay in memory as bytes; they become floats batch by batch. Every split is drawn with one
fixed seed, in an order in which each prefix is stratified: a smaller training set is a part of
every larger one, and the same for all training seeds.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core import settings
from core.catalog import DATASETS, Dataset, DatasetEntry, Polarity
from core.config import ALL, DataConfig
from core.errors import DataError

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

    @property
    def fingerprint(self) -> str:
        """SHA-256 of pixels and labels, in the order of the source."""
        digest = hashlib.sha256()
        for array in (self.images, self.labels, self.test_images, self.test_labels):
            if array is not None:
                digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def load(config: DataConfig) -> Splits:
    """Load the splits that a configuration asks for, the training part cut to its size.

    Raises:
        DataError: the data set is not there and cannot be downloaded, or is not what it was.
    """
    splits = load_splits(config.dataset, settings.load().data)
    if config.train_size == ALL:
        return splits
    return Splits(splits.train.first(config.train_size), splits.validation, splits.test)


@lru_cache(maxsize=2)
def load_splits(dataset: Dataset, root: Path) -> Splits:
    """Load a whole data set once per process.

    Args:
        dataset: which.
        root: folder of the torchvision data sets.

    Raises:
        DataError: as for `load`.
    """
    entry = DATASETS[dataset]
    raw = LOADERS[dataset](root)
    if raw.fingerprint != entry.fingerprint:
        raise DataError(
            f"{dataset}: the data found have fingerprint {raw.fingerprint[:12]}, expected "
            f"{entry.fingerprint[:12]}; delete the files under {root} and load them again"
        )
    return split(raw, entry)


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


def to_input(images: Tensor, config: DataConfig) -> Tensor:
    """Turn stored bytes into what the network sees.

    Args:
        images: (N, C, H, W), bytes.
        config: decides polarity.

    Returns:
        (N, C, H, W), float32, channels last, with mean 0 and standard deviation 1 over the
        training split.
    """
    entry = config.entry
    # one affine map: scale to 0..1, turn the polarity if asked (x -> 1 - x), standardise
    scale, shift = 1 / (entry.white * entry.std), -entry.mean / entry.std
    if config.polarity is not Polarity.STORED:
        scale, shift = -scale, -shift
    floats = images.to(torch.float32, memory_format=torch.channels_last)
    return floats.mul_(scale).add_(shift)


def translate(images: Tensor, shift: Tensor, fill: int = 0) -> Tensor:
    """Move each image by its own whole number of pixels; what comes in is `fill`.

    Args:
        images: (N, C, H, W).
        shift: (N, 2) whole numbers: rows down and columns right, negative for up and left.
        fill: stored value of the pixels that come in.
    """
    _, _, height, width = images.shape
    rows = torch.arange(height) - shift[:, :1]
    columns = torch.arange(width) - shift[:, 1:]
    inside = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[
        :, None, :
    ]
    picked = images[
        torch.arange(len(images))[:, None, None],
        :,
        rows.clamp(0, height - 1)[:, :, None],
        columns.clamp(0, width - 1)[:, None, :],
    ]
    return picked.permute(0, 3, 1, 2).where(inside[:, None], fill)


def _load_digits(_: Path) -> Raw:
    """The digits that ship with scikit-learn; nothing is read from the data folder."""
    # imported here: scikit-learn takes seconds and 180 MB
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return Raw(bunch.images.astype(np.uint8)[:, None], bunch.target.astype(np.int64))


def _load_mnist(root: Path) -> Raw:
    from torchvision.datasets import MNIST

    train, test = (_from_torchvision(MNIST, "mnist", root, train=train) for train in (True, False))
    return Raw(*train, *test)


def _from_torchvision(
    source: Callable[..., object], name: str, root: Path, *, train: bool
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images and labels of one part, downloaded into `root` if they are not there."""
    try:
        part = source(root, train=train, download=False)
    except RuntimeError:
        # torchvision's way of saying that the files are not there
        part = _download(source, name, root, train=train)
    except (OSError, ValueError, AssertionError) as error:
        raise DataError(f"{name}: the files under {root} cannot be read ({error})") from error
    return part.data.numpy()[:, None], part.targets.numpy()  # type: ignore[attr-defined]


def _download(source: Callable[..., object], name: str, root: Path, *, train: bool) -> object:
    try:
        return source(root, train=train, download=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise DataError(
            f"{name}: not found under {root}, and downloading it failed ({error}); connect to "
            f"the network once, or set POOLSCOPE_DATA to a folder that holds it"
        ) from error


LOADERS: dict[Dataset, Callable[[Path], Raw]] = {
    Dataset.DIGITS: _load_digits,
    Dataset.MNIST: _load_mnist,
}
"""data set -> the function that loads it from the data folder"""
