"""A folder of images as a data set: what is in it.

Files are known by their content; a hash is kept beside the run store, for as long as path, size
and time of change stay what they were. Only a sample is decoded, to measure the ground.
"""

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self

from PIL import Image, UnidentifiedImageError
from pydantic import BaseModel, ConfigDict

from core import settings
from core.catalog import Colour, DatasetEntry, Hyperparameters, Splits
from core.catalog.luminance import luminance
from core.config.findings import Findings, Ground, duplicates
from core.config.layout import (
    ENDINGS,
    ImageFile,
    Layout,
    Part,
    class_names,
    folders_in,
    layout,
    loose,
    part_images,
    unread,
)
from core.errors import ConfigError

PREFIX = "folder:"

MEASURED: Literal["measured"] = "measured"
"""the ground, unless somebody sets it"""

FEWEST = 5
"""training images of a class; so few are enough for each split to get one"""
WHITE = 255
GROUND = "/"
"""name of an entry among the hashes; no file has it"""
MOST_PIXELS = 64_000_000
"""of one image file; a small file can unpack to more than the memory holds"""
MOST_BYTES = 4 * 2**30
"""of all images at the chosen size, in memory"""
FRESH_SECONDS = 5
"""a folder is not looked at again within that time"""

HYPERPARAMETERS = Hyperparameters(epochs=20, batch_size=32, lr=0.05, weight_decay=5e-4)


class Folder(BaseModel):
    """What is known of a folder.

    Attributes:
        path: absolute.
        fingerprint: SHA-256 of the names and contents of its images.
        classes: names of its class folders, in label order.
        train: number of training images, likewise `validation` and `test`.
        ground: red, green and blue of what lies around the objects, 0 to 255; None if the images
            have no ground in common, or where nobody had measured it yet.
        brightness: mean over training images, 0 to 255; None where nobody had measured it yet.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    fingerprint: str
    classes: tuple[str, ...]
    train: int
    validation: int
    test: int
    ground: tuple[int, int, int] | None = None
    brightness: float | None = None

    def entry(
        self, image_size: int, colour: Colour, ground: int | Literal["measured"] = MEASURED
    ) -> DatasetEntry:
        """The facts about its images, resized to one size.

        Args:
            image_size: side of the squares in pixels.
            colour: one channel or three.
            ground: what lies around the objects, 0 to 255, if not what was measured.

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
        around = self.ground if ground == MEASURED else (ground,) * 3
        level = luminance(around or (0, 0, 0))
        return DatasetEntry(
            name=PREFIX + self.path,
            label=Path(self.path).name,
            shape=(channels, image_size, image_size),
            classes=self.classes,
            splits=Splits(self.train, self.validation, self.test),
            white=255,
            mean=None,
            std=None,
            light_on_dark=self._is_lighter_than(level),
            background=(around or (0, 0, 0)) if channels > 1 else (round(level),),
            training=HYPERPARAMETERS,
            fingerprint=self.fingerprint,
            source=self.path,
            licence="your own",
            photographs=around is None,
        )

    def _is_lighter_than(self, level: float) -> bool:
        return (WHITE / 2 if self.brightness is None else self.brightness) >= level


def absolute(path: str) -> str:
    """A path as it is kept: absolute, without ~ and without links."""
    return str(Path(path).expanduser().resolve())


def look(path: str) -> Folder:
    """Find out what is in a folder.

    Raises:
        ConfigError: it is not there, cannot be read, or is no data set.
    """
    # a clock among the arguments makes what is kept go stale
    return _look(path, int(time.monotonic() / FRESH_SECONDS))[0]


def findings(path: str) -> Findings:
    """What a person should know about the images of a folder.

    Raises:
        ConfigError: as for `look`.
    """
    return _look(path, int(time.monotonic() / FRESH_SECONDS))[1]


@lru_cache(maxsize=8)
def _look(path: str, _now: int) -> tuple[Folder, Findings]:
    parts = layout(path)
    classes = class_names(parts)
    found = _images(parts, classes)
    with _Hashes(path) as hashes:
        contents = {file: hashes.of(file) for file in found}
        known_as = fingerprint(contents.items(), parts)
        cut = _cut(found, classes)
        ground = hashes.ground(known_as, lambda: _measured(cut[Part.TRAIN]))
    folder = Folder(
        path=path,
        fingerprint=known_as,
        classes=classes,
        **{part.value: len(files) for part, files in cut.items()},
        ground=ground.colour if ground else None,
        brightness=ground.brightness if ground else None,
    )
    seen = {part: [(contents[f], f.label) for f in files] for part, files in cut.items()}
    return folder, Findings(
        ground=ground,
        twins=tuple(duplicates(seen[Part.TRAIN], seen[part], part) for part in list(Part)[1:]),
        unread=unread(parts, classes),
        loose=loose(parts),
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
    """Test images of each class."""
    tested = Counter(file.label for file in _cut(images(folder.path), folder.classes)[Part.TEST])
    return tuple(tested[label] for label in range(len(folder.classes)))


def _measured(files: Sequence[ImageFile]) -> Ground | None:
    # numpy, which the store does without
    from core.config.ground import SAMPLE, measured, reduced

    squares = (reduced(file.path) for file in files[:SAMPLE])
    return measured(square for square in squares if square is not None)


def _cut(found: Sequence[ImageFile], classes: Sequence[str]) -> dict[Part, list[ImageFile]]:
    """The images of each split, as `core.data` draws those that the folder has no part for."""
    import numpy as np

    from core.config.stratified import SPLIT_SEED, stratified_order

    own = {part: [file for file in found if file.part is part] for part in Part}
    others = own[Part.TRAIN]
    labels = np.array([file.label for file in others], dtype=np.int64)
    order = [others[number] for number in stratified_order(labels, SPLIT_SEED)]
    # a fifth for each part that the folder does not bring along
    fifth = max(len(classes), len(others) // 5)
    for part in (Part.TEST, Part.VALIDATION):
        if not own[part]:
            own[part], order = order[:fifth], order[fifth:]
    return {**own, Part.TRAIN: order}


def images(path: str) -> tuple[ImageFile, ...]:
    """The images of a folder, by part, class and name.

    Raises:
        ConfigError: the folder cannot be read, or a class has too few images.
    """
    parts = layout(path)
    return _images(parts, class_names(parts))


def _images(parts: Layout, classes: tuple[str, ...]) -> tuple[ImageFile, ...]:
    found = list(part_images(parts, Part.TRAIN, classes))
    counts = [0] * len(classes)
    for file in found:
        counts[file.label] += 1
    for name, count in zip(classes, counts, strict=True):
        if count < FEWEST:
            raise ConfigError(
                f"{parts.folder(Part.TRAIN)}/{name}: has {count or 'no'} "
                f"{'image' if count == 1 else 'images'} ({', '.join(ENDINGS)}); each class needs "
                f"{FEWEST} or more{_not_read(parts, name)}"
            )
    for part in (Part.VALIDATION, Part.TEST):
        found += _own_part(parts, part, classes)
    if [part for part, _ in parts.parts] == [Part.TRAIN]:
        raise ConfigError(
            f"{parts.root}: has a {parts.parts[0][1]} folder and no test folder; add one with the "
            f"same classes, or put the class folders directly into {parts.root} to have them split "
            f"here"
        )
    return tuple(found)


def _not_read(parts: Layout, name: str) -> str:
    left_out = unread(parts, (name,))
    return f"; {sum(left_out.values())} in {', '.join(left_out)} are not read" if left_out else ""


def _own_part(parts: Layout, part: Part, classes: tuple[str, ...]) -> list[ImageFile]:
    folder = parts.folder(part)
    if folder is None:
        return []
    unknown = [name for name in folders_in(folder) if name not in classes]
    if unknown:
        raise ConfigError(
            f"{folder}: {', '.join(unknown)} is not a class of {parts.folder(Part.TRAIN)}"
        )
    found = list(part_images(parts, part, classes))
    if not found:
        raise ConfigError(f"{folder}: has no images ({', '.join(ENDINGS)})")
    return found


def fingerprint(files: Iterable[tuple[ImageFile, str]], parts: Layout) -> str:
    """SHA-256 over names and content hashes, in the order of `images`."""
    lines = (f"{file.name}\t{content}\n" for file, content in files)
    return hashlib.sha256(
        (parts.note + "".join(lines)).encode(errors="surrogateescape")
    ).hexdigest()


def content_hash(content: bytes) -> str:
    """What a file is known by."""
    return hashlib.sha256(content).hexdigest()


class _Hashes:
    """Content hashes of the files of one folder, kept in a file from one process to the next."""

    def __init__(self, path: str) -> None:
        name = hashlib.sha256(path.encode(errors="surrogateescape")).hexdigest()[:16]
        self._file = settings.load().home / "folders" / f"{name}.json"
        self._known: Mapping[str, Any] = {}
        self._found: dict[str, Any] = {}

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
        self._found[file.name] = [status.st_size, status.st_mtime_ns, content]
        return content

    def ground(self, known_as: str, measure: Callable[[], Ground | None]) -> Ground | None:
        """The ground of images with that fingerprint, measured once."""
        match self._known.get(GROUND):
            case [str(of), None] if of == known_as:
                found = None
            case [str(of), [[int(), int(), int()] | None as colour, float(light), int(count)]] if (
                of == known_as
            ):
                found = Ground(tuple(colour) if colour else None, light, count)
            case _:
                found = measure()
        kept = found and [found.colour and list(found.colour), found.brightness, found.images]
        self._found[GROUND] = [known_as, kept]
        return found


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
