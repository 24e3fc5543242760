"""From a configuration to the splits it asks for: loaded once per process, and checked."""

from functools import lru_cache
from pathlib import Path

from core import settings
from core.catalog import DATASETS, Dataset
from core.config import ALL, DataConfig
from core.data.sources import LOADERS
from core.data.splits import Splits, split
from core.errors import DataError


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
