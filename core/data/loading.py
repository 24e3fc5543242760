"""From a configuration to its splits, which are loaded once per process and checked."""

from functools import lru_cache
from pathlib import Path

from core import settings
from core.catalog import Dataset
from core.config import ALL, DataConfig
from core.data.folder import read_folder
from core.data.shapes import generate
from core.data.sources import LOADERS, SHIPPED
from core.data.splits import Raw, Splits, split
from core.errors import DataError


def load(config: DataConfig) -> Splits:
    """Load the splits of a configuration, with the training split cut to the configured size.

    Raises:
        DataError: the data set is missing and cannot be downloaded, its contents have changed, or
            torchvision reads it and is left out with PyTorch.
        ConfigError: a folder is no longer a data set.
    """
    splits = load_splits(config.source, settings.load().data)
    if config.train_size != ALL:
        splits = Splits(splits.train.first(config.train_size), splits.validation, splits.test)
    return splits.negative if config.negative else splits


@lru_cache(maxsize=2)
def load_splits(source: DataConfig, root: Path) -> Splits:
    """Load all splits of a data set; the two last used stay in memory.

    Args:
        source: the data set before `load` modifies it (`DataConfig.source`).
        root: folder of the torchvision data sets.

    Raises:
        DataError: as for `load`.
        ConfigError: as for `load`.
    """
    entry = source.entry
    raw = _read(source, root)
    if raw.fingerprint != entry.fingerprint:
        raise DataError(
            f"{entry.name}: the data found have fingerprint {raw.fingerprint[:12]}, expected "
            f"{entry.fingerprint[:12]}; {_advice(source, root)}"
        )
    return split(raw, entry)


def _advice(source: DataConfig, root: Path) -> str:
    """What to do about data whose fingerprint has changed."""
    if source.folder:
        return "the files have changed since; ask again"
    if source.dataset == Dataset.FASHION:
        return "take assets/data/fashion.npz from Poolscope's repository again"
    return f"delete the files under {root} and load them again"


def _read(source: DataConfig, root: Path) -> Raw:
    if source.folder:
        return read_folder(source.folder, source.image_size, source.colour)
    if source.dataset is Dataset.SHAPES:
        return generate(source.image_size, source.difficulty)
    name = Dataset(source.dataset)
    if name not in SHIPPED and (reason := settings.without_torch(f"reading the images of {name}")):
        raise DataError(reason)
    return LOADERS[name](root)
