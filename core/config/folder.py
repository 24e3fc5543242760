"""A folder of images as a data set: what is in it, found without decoding a single image.

The layout is that of torchvision's ImageFolder: one sub-folder per class, either directly in the
folder or in its `train` and `test`. Files are known by their content; a hash is kept beside the
run store, for as long as path, size and time of change stay what they were.
"""

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from PIL import Image, UnidentifiedImageError
from pydantic import BaseModel, ConfigDict

from core import settings
from core.catalog import Colour, DatasetEntry, Splits, TrainingDefaults
from core.errors import ConfigError

PREFIX = "folder:"

# as torchvision's ImageFolder, and GIF
ENDINGS = (*(".jpg", ".jpeg", ".png", ".ppm", ".pgm", ".bmp", ".tif", ".tiff", ".webp", ".gif"),)
FEWEST = 5
"""training images of a class; so few are enough for each split to get one"""
FEWEST_CLASSES = 2
MOST_CLASSES = 256
"""a prediction is stored as one byte"""
MOST_PIXELS = 64_000_000
"""of one image file; a small file can unpack to more than the memory holds"""
MOST_BYTES = 4 * 2**30
"""of all images at the chosen size, in memory"""
FRESH_SECONDS = 5
"""a folder is not looked at again within that time"""

RECIPE = TrainingDefaults(epochs=20, batch_size=32, lr=0.05, weight_decay=5e-4)


class Folder(BaseModel):
    """What is known of a folder.

    Attributes:
        path: absolute.
        fingerprint: SHA-256 of the names and contents of its images.
        classes: names of its class folders, in label order.
        train: number of training images, likewise `validation` and `test`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    fingerprint: str
    classes: tuple[str, ...]
    train: int
    validation: int
    test: int

    def entry(self, image_size: int, colour: Colour) -> DatasetEntry:
        """The facts about its images, resized to one size.

        Raises:
            ConfigError: they would not fit into memory.
        """
        channels = 3 if colour is Colour.RGB else 1
        count = self.train + self.validation + self.test
        if count * channels * image_size**2 > MOST_BYTES:
            raise ConfigError(
                f"image_size: {count:,} images with {image_size} × {image_size} pixels take "
                f"{count * channels * image_size**2 / 2**30:.1f} GiB, and {MOST_BYTES // 2**30} "
                f"GiB is allowed; received {image_size}"
            )
        return DatasetEntry(
            name=PREFIX + self.path,
            label=Path(self.path).name,
            shape=(channels, image_size, image_size),
            classes=self.classes,
            splits=Splits(self.train, self.validation, self.test),
            white=255,
            mean=None,
            std=None,
            light_on_dark=True,
            background=0,
            training=RECIPE,
            fingerprint=self.fingerprint,
            source=self.path,
            licence="your own",
        )


@dataclass(frozen=True, slots=True)
class ImageFile:
    """One image of a folder.

    Attributes:
        path: where it is.
        name: the same, relative to the folder, with / between.
        label: number of its class.
        test: whether it belongs to a test part that the folder brings along.
    """

    path: Path
    name: str
    label: int
    test: bool


def absolute(path: str) -> str:
    """A path as it is kept: absolute, without ~ and without links."""
    return str(Path(path).expanduser().resolve())


def look(path: str) -> Folder:
    """Find out what is in a folder.

    Raises:
        ConfigError: it is not there, cannot be read, or is no data set.
    """
    # a clock among the arguments makes what is kept go stale
    return _look(path, int(time.monotonic() / FRESH_SECONDS))


@lru_cache(maxsize=8)
def _look(path: str, _now: int) -> Folder:
    found = images(path)
    with _Hashes(path) as hashes:
        known_as = fingerprint((file, hashes.of(file)) for file in found)
    classes = class_names(path)
    own_test = sum(file.test for file in found)
    others = len(found) - own_test
    # a fifth for each part that the folder does not bring along
    fifth = max(len(classes), others // 5)
    return Folder(
        path=path,
        fingerprint=known_as,
        classes=classes,
        train=others - fifth if own_test else others - 2 * fifth,
        validation=fifth,
        test=own_test or fifth,
    )


def commonest(folder: Folder) -> int | None:
    """Test images of its most frequent class; None if its files are not what they were.

    Stored runs outlive their folder, and its description does not count classes.
    """
    try:
        if look(folder.path) != folder:
            return None
        return max(_test_counts(folder))
    except ConfigError:
        return None


@lru_cache(maxsize=8)
def _test_counts(folder: Folder) -> tuple[int, ...]:
    """Test images of each class, as `core.data.splits` cuts them: a stratified prefix."""
    found = images(folder.path)
    own = Counter(file.label for file in found if file.test)
    if own:
        return tuple(own[label] for label in range(len(folder.classes)))
    sizes = Counter(file.label for file in found)
    # the i-th of n images of a class has the place (i + 1/2)/n; ties go to the first class
    places = sorted(((i + 0.5) / n, label) for label, n in sizes.items() for i in range(n))
    tested = Counter(label for _, label in places[: folder.test])
    return tuple(tested[label] for label in range(len(folder.classes)))


def class_names(path: str) -> tuple[str, ...]:
    """Names of the class folders, sorted.

    Raises:
        ConfigError: the folder cannot be read, or has not two classes.
    """
    root = Path(path)
    names = _folders(_training_part(root))
    if len(names) < FEWEST_CLASSES:
        found = "only one" if names else "none"
        raise ConfigError(
            f"{path}: one sub-folder of images for each of two or more classes is needed "
            f"(directly, or in train and test); found {found}"
        )
    if len(names) > MOST_CLASSES:
        raise ConfigError(
            f"{path}: has {len(names)} class folders; at most {MOST_CLASSES} are allowed"
        )
    return names


def images(path: str) -> tuple[ImageFile, ...]:
    """The images of a folder, by part, class and name.

    Raises:
        ConfigError: the folder cannot be read, or a class has too few images.
    """
    root = Path(path)
    classes = class_names(path)
    training = _training_part(root)
    found = list(_of_part(root, training, classes, test=False))
    counts = [0] * len(classes)
    for file in found:
        counts[file.label] += 1
    for name, count in zip(classes, counts, strict=True):
        if count < FEWEST:
            raise ConfigError(
                f"{training / name}: has {count or 'no'} {'image' if count == 1 else 'images'} "
                f"({', '.join(ENDINGS)}); each class needs {FEWEST} or more"
            )
    if training != root:
        found += _test_part(root, classes)
    return tuple(found)


def fingerprint(files: Iterable[tuple[ImageFile, str]]) -> str:
    """SHA-256 over names and content hashes, in the order of `images`."""
    lines = (f"{file.name}\t{content}\n" for file, content in files)
    return hashlib.sha256("".join(lines).encode(errors="surrogateescape")).hexdigest()


def content_hash(content: bytes) -> str:
    """What a file is known by."""
    return hashlib.sha256(content).hexdigest()


def _training_part(root: Path) -> Path:
    return root / "train" if "train" in _folders(root) else root


def _test_part(root: Path, classes: tuple[str, ...]) -> list[ImageFile]:
    part = root / "test"
    if "test" not in _folders(root):
        raise ConfigError(
            f"{root}: has a train folder and no test folder; add one with the same classes, or "
            f"put the class folders directly into {root} to have them split here"
        )
    unknown = [name for name in _folders(part) if name not in classes]
    if unknown:
        raise ConfigError(f"{part}: {', '.join(unknown)} is not a class of {root / 'train'}")
    found = list(_of_part(root, part, classes, test=True))
    if not found:
        raise ConfigError(f"{part}: has no images ({', '.join(ENDINGS)})")
    return found


def _of_part(
    root: Path, part: Path, classes: tuple[str, ...], *, test: bool
) -> Iterator[ImageFile]:
    for label, name in enumerate(classes):
        for path in _files_below(part / name):
            yield ImageFile(path, path.relative_to(root).as_posix(), label, test)


def _folders(path: Path) -> tuple[str, ...]:
    """Names of the folders in a folder, sorted, without hidden ones."""
    try:
        with os.scandir(path) as items:
            names = [item.name for item in items if item.is_dir()]
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such folder") from None
    except NotADirectoryError:
        raise ConfigError(f"{path}: is a file, and a folder is needed") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    return tuple(sorted(name for name in names if not name.startswith(".")))


def _files_below(path: Path) -> list[Path]:
    """Image files in a folder and the folders in it, sorted; hidden ones are left out."""

    def refuse(error: OSError) -> None:
        # a class without a folder in the test part has no images there
        if not isinstance(error, FileNotFoundError):
            raise ConfigError(f"{error.filename}: cannot be read ({error.strerror})") from error

    return sorted(
        Path(folder, name)
        for folder, _, names in os.walk(path, onerror=refuse)
        for name in names
        if name.lower().endswith(ENDINGS) and not name.startswith(".")
    )


class _Hashes:
    """Content hashes of the files of one folder, kept in a file from one process to the next."""

    def __init__(self, path: str) -> None:
        name = hashlib.sha256(path.encode(errors="surrogateescape")).hexdigest()[:16]
        self._file = settings.load().home / "folders" / f"{name}.json"
        self._known: Mapping[str, Any] = {}
        self._found: dict[str, tuple[int, int, str]] = {}

    def __enter__(self) -> Self:
        with suppress(OSError, ValueError):
            known = json.loads(self._file.read_text(encoding="utf-8"))
            self._known = known if isinstance(known, dict) else {}
        return self

    def __exit__(self, *_: object) -> None:
        if self._found != self._known:
            # it only saves time, so a store that cannot be written is none of its business
            with suppress(OSError):
                self._file.parent.mkdir(parents=True, exist_ok=True)
                fresh = self._file.with_suffix(f".{os.getpid()}")
                fresh.write_text(json.dumps(self._found), encoding="utf-8")
                fresh.replace(self._file)

    def of(self, file: ImageFile) -> str:
        """The hash of a file; one that is not known yet is read, and its header checked.

        Raises:
            ConfigError: it cannot be read, or is no image that is allowed.
        """
        try:
            status = file.path.stat()
            stamp = [status.st_size, status.st_mtime_ns]
            match self._known.get(file.name):
                case [size, changed, str(known)] if [size, changed] == stamp:
                    content = known
                case _:
                    content = content_hash(file.path.read_bytes())
                    check_header(file.path)
        except OSError as error:
            raise ConfigError(f"{file.path}: cannot be read ({error.strerror})") from error
        self._found[file.name] = (status.st_size, status.st_mtime_ns, content)
        return content


def check_header(path: Path) -> None:
    """Refuse a file that is no image, or one that would unpack to too many pixels.

    Raises:
        ConfigError: it is.
    """
    try:
        with Image.open(path) as image:
            width, height = image.size
    except (UnidentifiedImageError, Image.DecompressionBombError, ValueError, SyntaxError) as error:
        raise ConfigError(f"{path}: is no image that can be read ({error})") from error
    if width * height > MOST_PIXELS:
        raise ConfigError(
            f"{path}: has {width:,} × {height:,} pixels; at most {MOST_PIXELS:,} are allowed"
        )
