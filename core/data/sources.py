"""Where the images come from: scikit-learn's digits, torchvision's sets, a part of one.

scikit-learn and torchvision are imported on use, because importing them takes seconds.
"""

import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zipfile import BadZipFile
from zlib import error as ZlibError

import numpy as np
from numpy.typing import NDArray

from core.catalog import Dataset
from core.data.splits import Raw
from core.errors import DataError
from core.settings import PROJECT

Part = tuple[NDArray[np.uint8], NDArray[np.int64]]
"""images (N, C, H, W) and classes (N,)"""

SHIPPED = (Dataset.DIGITS, Dataset.FASHION)
"""data sets whose files come with the installation; torchvision reads the others"""

BUNDLED_DATA = (PROJECT / "assets" / "data", Path(__file__).parent)
"""where files that ship with Poolscope lie: in a checkout, and in an installed package"""


def _load_digits(_: Path) -> Raw:
    """Load the digits that ship with scikit-learn; nothing is read from the data folder."""
    # importing scikit-learn takes longer than a training, and the file can be read without it
    installed = find_spec("sklearn")
    packages = (installed.submodule_search_locations if installed else None) or ["nowhere"]
    path = Path(packages[0], "datasets", "data", "digits.csv.gz")
    if path.is_file():
        # 64 pixels and the class per row, as scikit-learn's loader reads it
        table = np.loadtxt(path, delimiter=",").astype(np.int64)
        return Raw(table[:, :-1].reshape(-1, 1, 8, 8).astype(np.uint8), table[:, -1])
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return Raw(bunch.images.astype(np.uint8)[:, None], bunch.target.astype(np.int64))


def _load_fashion(_: Path) -> Raw:
    """The part of Fashion-MNIST that ships with Poolscope; written by assets/data/write_fashion.py.

    Raises:
        DataError: the file is missing or damaged.
    """
    places = [folder / "fashion.npz" for folder in BUNDLED_DATA]
    path = next(filter(Path.is_file, places), places[0])
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        parts = [
            (arrays[f"{part}_images"][:, None], arrays[f"{part}_labels"].astype(np.int64))
            for part in ("train", "test")
        ]
    except (OSError, ValueError, EOFError, KeyError, IndexError, BadZipFile, ZlibError) as error:
        reason = " ".join(str(error).split())
        raise DataError(
            f"{Dataset.FASHION}: {path} cannot be read ({reason}); take the file from Poolscope's "
            f"repository again"
        ) from error
    return Raw(*parts[0], *parts[1])


def _load_mnist(root: Path) -> Raw:
    from torchvision.datasets import MNIST

    train, test = (_grey(MNIST, Dataset.MNIST, root, train=train) for train in (True, False))
    return Raw(*train, *test)


def _load_fashion_mnist(root: Path) -> Raw:
    from torchvision.datasets import FashionMNIST as Source

    train, test = (_grey(Source, Dataset.FASHION_MNIST, root, train=t) for t in (True, False))
    return Raw(*train, *test, known_as=known_by(Source.resources))


def _load_kmnist(root: Path) -> Raw:
    from torchvision.datasets import KMNIST

    train, test = (_grey(KMNIST, Dataset.KMNIST, root, train=train) for train in (True, False))
    return Raw(*train, *test, known_as=known_by(KMNIST.resources))


def _load_cifar10(root: Path) -> Raw:
    from torchvision.datasets import CIFAR10

    def part(*, train: bool) -> Part:
        loaded = _from_torchvision(CIFAR10, Dataset.CIFAR10, root, train=train)
        images = np.ascontiguousarray(loaded.data.transpose(0, 3, 1, 2))
        return images, np.asarray(loaded.targets, dtype=np.int64)

    archives = CIFAR10.train_list + CIFAR10.test_list
    return Raw(*part(train=True), *part(train=False), known_as=known_by(archives))


def _load_svhn(root: Path) -> Raw:
    from torchvision.datasets import SVHN

    def part(name: str) -> Part:
        loaded = _from_torchvision(SVHN, Dataset.SVHN, root, split=name)
        return np.ascontiguousarray(loaded.data), loaded.labels

    archives = [SVHN.split_list[name] for name in ("train", "test")]
    return Raw(*part("train"), *part("test"), known_as=known_by(archives))


def _grey(source: Callable[..., Any], name: Dataset, root: Path, *, train: bool) -> Part:
    """Images and classes of one part of a data set in the format of MNIST."""
    loaded = _from_torchvision(source, name, root, train=train)
    return loaded.data.numpy()[:, None], loaded.targets.numpy()


def known_by(archives: Iterable[Sequence[str]]) -> str:
    """Fingerprint of a set, from the checksums in the last column of torchvision's file list."""
    text = "\n".join(row[-1] for row in archives)
    return hashlib.sha256(text.encode()).hexdigest()


def _from_torchvision(source: Callable[..., Any], name: Dataset, root: Path, **part: object) -> Any:
    """One part of a data set, downloaded into `root` if it is missing.

    Raises:
        DataError: it cannot be read or downloaded.
    """
    try:
        return source(root, download=False, **part)
    except RuntimeError:
        # torchvision raises it if the files are missing or their checksums differ
        return _download(source, name, root, **part)
    except (OSError, ValueError, AssertionError) as error:
        raise DataError(f"{name}: the files under {root} cannot be read ({error})") from error


def _download(source: Callable[..., Any], name: Dataset, root: Path, **part: object) -> Any:
    try:
        return source(root, download=True, **part)
    except (OSError, RuntimeError, ValueError) as error:
        # torchvision lists the addresses that it tried on separate lines
        reason = " ".join(str(error).split())
        raise DataError(
            f"{name}: not found under {root}, and downloading it failed ({reason}); connect to "
            f"the network once, or set POOLSCOPE_DATA to a folder that holds it"
        ) from error


LOADERS: dict[Dataset, Callable[[Path], Raw]] = {
    Dataset.DIGITS: _load_digits,
    Dataset.MNIST: _load_mnist,
    Dataset.FASHION_MNIST: _load_fashion_mnist,
    Dataset.KMNIST: _load_kmnist,
    Dataset.CIFAR10: _load_cifar10,
    Dataset.SVHN: _load_svhn,
    Dataset.FASHION: _load_fashion,
}
"""data set -> the function that loads it from the data folder"""
