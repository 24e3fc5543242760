"""Where the parts and classes of a folder of images are, recognised by their names.

The layout is that of torchvision's ImageFolder: one sub-folder per class, either directly in the
folder or in its training part. Parts have the names that published data sets use for them.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PIL import features

from core.errors import ConfigError

_JPEG = (".jpg", ".jpeg", ".jpe", ".jfif")
_AVIF = (".avif",) if features.check("avif") else ()
IMAGE_ENDINGS = (
    *(*_JPEG, ".png", ".ppm", ".pgm", ".pbm", ".pnm", ".bmp", ".tif", ".tiff", ".webp", ".gif"),
    *_AVIF,
)
"""extensions of image files that are read"""
UNREAD_ENDINGS = (
    *(".heic", ".heif", ".hif", ".avif", ".avifs", ".jxl", ".jp2", ".j2k", ".jpf", ".jpx"),
    *(".svg", ".svgz", ".psd", ".xcf", ".ai", ".eps", ".pdf", ".tga", ".dds", ".ico", ".icns"),
    *(".exr", ".hdr", ".pcx", ".sgi", ".apng", ".mpo", ".dib", ".dcm", ".nii", ".fits"),
    *(".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf", ".pef", ".srw", ".raw"),
)
"""extensions of image files that are reported and left out"""
MIN_CLASSES = 2
MAX_CLASSES = 256
"""a prediction is stored as one byte"""


class Part(StrEnum):
    """The split that images belong to."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


PART_NAMES = {
    "train": Part.TRAIN,
    "training": Part.TRAIN,
    "val": Part.VALIDATION,
    "valid": Part.VALIDATION,
    "validation": Part.VALIDATION,
    "test": Part.TEST,
    "testing": Part.TEST,
}
"""names of part folders, in lower case"""


@dataclass(frozen=True, slots=True)
class Layout:
    """The part folders of a data set.

    Attributes:
        root: the folder itself.
        parts: each part that has a folder, and that folder's name. Without a training part, the
            class folders are directly in `root`.
    """

    root: Path
    parts: tuple[tuple[Part, str], ...]

    def folder(self, part: Part) -> Path | None:
        """The folder that holds the class folders of a part; None if there is no such part."""
        names = dict(self.parts)
        if part in names:
            return self.root / names[part]
        return self.root if part is Part.TRAIN else None

    @property
    def note(self) -> str:
        """Text that a fingerprint covers besides the images; empty for the two oldest layouts."""
        if self.parts in ((), ((Part.TRAIN, "train"), (Part.TEST, "test"))):
            return ""
        return "".join(f"{part}\t{name}\n" for part, name in self.parts)


@dataclass(frozen=True, slots=True)
class ImageFile:
    """One image of a folder.

    Attributes:
        path: where it is.
        name: the same path relative to the folder, with forward slashes.
        label: number of its class.
        part: its split; TRAIN if the folder does not say.
    """

    path: Path
    name: str
    label: int
    part: Part = Part.TRAIN


def layout(path: str) -> Layout:
    """Find the parts of a folder.

    Raises:
        ConfigError: it cannot be read, or has two folders for one part.
    """
    root = Path(path)
    names: dict[Part, str] = {}
    for name in folders_in(root):
        part = PART_NAMES.get(name.lower())
        if part is None:
            continue
        if part in names:
            raise ConfigError(
                f"{root}: has two folders for {part}, {names[part]} and {name}; keep one"
            )
        names[part] = name
    validation = names.get(Part.VALIDATION)
    if validation and not any(_files_below(root / validation)):
        del names[Part.VALIDATION]
    return Layout(root, tuple((part, names[part]) for part in Part if part in names))


def class_names(layout: Layout) -> tuple[str, ...]:
    """Names of the class folders, sorted.

    Raises:
        ConfigError: the folder cannot be read, or has fewer than two classes.
    """
    training = layout.folder(Part.TRAIN) or layout.root
    names = tuple(name for name in folders_in(training) if name.lower() not in PART_NAMES)
    if len(names) < MIN_CLASSES:
        number = "only one" if names else "none"
        raise ConfigError(
            f"{layout.root}: one sub-folder of images for each of two or more classes is needed "
            f"(directly, or in train and test); found {number}"
        )
    if len(names) > MAX_CLASSES:
        raise ConfigError(
            f"{layout.root}: has {len(names)} class folders; at most {MAX_CLASSES} are allowed"
        )
    return names


def part_images(layout: Layout, part: Part, classes: tuple[str, ...]) -> Iterator[ImageFile]:
    """The images of a part that has a folder of its own, ordered by class and name."""
    folder = layout.folder(part)
    for label, name in enumerate(classes if folder else ()):
        for path in _files_below(folder / name):  # type: ignore[operator]
            yield ImageFile(path, path.relative_to(layout.root).as_posix(), label, part)


def unread(layout: Layout, classes: tuple[str, ...]) -> dict[str, int]:
    """Extension -> number of image files in class folders that Poolscope cannot read."""
    counts = Counter(
        path.suffix.lower()
        for part in Part
        if (folder := layout.folder(part))
        for name in classes
        for path in _files_below(folder / name, _NOT_READ)
    )
    return dict(sorted(counts.items()))


def loose(layout: Layout) -> int:
    """Number of image files that are next to the class folders instead of inside one."""
    folders = {layout.root, *(folder for part in Part if (folder := layout.folder(part)))}
    return sum(
        path.is_file() and _is_image(path.name, IMAGE_ENDINGS)
        for folder in folders
        for path in folder.iterdir()
    )


_NOT_READ = tuple(ending for ending in UNREAD_ENDINGS if ending not in IMAGE_ENDINGS)


def folders_in(path: Path) -> tuple[str, ...]:
    """Names of the folders in a folder, sorted, without hidden ones.

    Raises:
        ConfigError: it does not exist, is not a folder, or cannot be read.
    """
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


def _files_below(path: Path, endings: Iterable[str] = IMAGE_ENDINGS) -> list[Path]:
    """Image files in a folder and its sub-folders, sorted; hidden ones are left out."""

    def refuse(error: OSError) -> None:
        # a class may have no folder in the test part: it then has no images there
        if not isinstance(error, FileNotFoundError):
            raise ConfigError(f"{error.filename}: cannot be read ({error.strerror})") from error

    return sorted(
        Path(folder, name)
        for folder, _, names in os.walk(path, onerror=refuse)
        for name in names
        if _is_image(name, endings)
    )


def _is_image(name: str, endings: Iterable[str]) -> bool:
    return name.lower().endswith(tuple(endings)) and not name.startswith(".")
