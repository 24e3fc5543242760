"""What a folder of images holds: read once, where a person names it, and passed on as data.

Only a sample of the images is decoded, to measure their background.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from core.catalog import Polarity
from core.config import DataConfig
from core.config.folder import FOLDER_PREFIX, Folder
from core.errors import ConfigError
from core.pictures.findings import Findings, Ground, duplicates
from core.pictures.ground import MEASURED_IMAGES, measured, reduced
from core.pictures.hashes import Hashes
from core.pictures.layout import (
    IMAGE_ENDINGS,
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
from core.pictures.stratified import SPLIT_SEED, stratified_order

MIN_CLASS_IMAGES = 5
"""fewest training images of a class, so that each split gets one"""
FRESH_SECONDS = 5
"""time within which a folder is not read again"""


def with_folder(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Add the contents of a folder of images to an experiment's flat names.

    `Experiment.from_flat` does not read the disk; this function does, wherever a person names a
    folder. Names of an experiment without a folder are returned unchanged.

    Args:
        flat: flat name -> value. An existing `folder` is kept.

    Raises:
        ConfigError: the folder does not exist, cannot be read, or is not a data set.
    """
    named = flat.get("dataset")
    path = named.removeprefix(FOLDER_PREFIX) if isinstance(named, str) else ""
    if path in ("", named) or flat.get("folder"):
        return dict(flat)
    folder = look(absolute(path))
    return {**flat, "dataset": FOLDER_PREFIX + folder.path, "folder": folder}


def remeasured(data: DataConfig) -> DataConfig:
    """The same data with the ground measured now, for a run stored before grounds were measured.

    Raises:
        ConfigError: the folder no longer exists, or is no longer a data set.
    """
    known = data.folder is None or data.folder.brightness is not None
    # with random shifts the run was trained on images whose shifted-in pixels were black
    if data.folder is None or known or data.augment_shift:
        return data
    folder = look(data.folder.path)
    if folder.fingerprint != data.folder.fingerprint:
        return data
    fresh = data.model_copy(update={"folder": folder, "polarity": Polarity.STORED})
    other = Polarity.DARK_ON_LIGHT if fresh.entry.light_on_dark else Polarity.LIGHT_ON_DARK
    return fresh.model_copy(update={"polarity": other}) if data.negative else fresh


def absolute(path: str) -> str:
    """A path in the form in which it is stored: absolute, with ~ and symbolic links resolved.

    Raises:
        ConfigError: it is not a valid path.
    """
    try:
        return str(Path(path).expanduser().resolve())
    except (OSError, RuntimeError, ValueError) as error:
        raise ConfigError(f"dataset: {path!r} cannot be a folder ({error})") from error


def look(path: str) -> Folder:
    """Read what a folder holds, as plain data.

    Args:
        path: absolute.

    Raises:
        ConfigError: it does not exist, cannot be read, or is not a data set.
    """
    return _look(path, _period())[0]


def findings(path: str) -> Findings:
    """What a person should know about the images of a folder.

    Raises:
        ConfigError: as for `look`.
    """
    return _look(path, _period())[1]


def _period() -> int:
    """Number of the current period of FRESH_SECONDS; as a cache key, it makes entries expire."""
    return int(time.monotonic() / FRESH_SECONDS)


@lru_cache(maxsize=8)
def _look(path: str, _period: int) -> tuple[Folder, Findings]:
    parts = layout(path)
    classes = class_names(parts)
    files = _images(parts, classes)
    with Hashes(path) as hashes:
        contents = {file: hashes.of(file) for file in files}
        known_as = fingerprint(contents.items(), parts)
        cut = _cut(files, classes)
        ground = hashes.ground(known_as, lambda: _measured(cut[Part.TRAIN]))
    folder = Folder(
        path=path,
        fingerprint=known_as,
        classes=classes,
        **{part.value: len(of_part) for part, of_part in cut.items()},
        ground=ground.colour if ground else None,
        brightness=ground.brightness if ground else None,
        commonest=max(Counter(file.label for file in cut[Part.TEST]).values()),
    )
    seen = {part: [(contents[f], f.label) for f in of_part] for part, of_part in cut.items()}
    return folder, Findings(
        ground=ground,
        twins=tuple(duplicates(seen[Part.TRAIN], seen[part], part) for part in list(Part)[1:]),
        unread=unread(parts, classes),
        loose=loose(parts),
    )


def _measured(files: Sequence[ImageFile]) -> Ground | None:
    squares = (reduced(file.path) for file in files[:MEASURED_IMAGES])
    return measured(square for square in squares if square is not None)


def _cut(files: Sequence[ImageFile], classes: Sequence[str]) -> dict[Part, list[ImageFile]]:
    """The images of each split; splits without a folder are drawn as `core.data` draws them."""
    own = {part: [file for file in files if file.part is part] for part in Part}
    others = own[Part.TRAIN]
    labels = np.array([file.label for file in others], dtype=np.int64)
    order = [others[number] for number in stratified_order(labels, SPLIT_SEED)]
    # a fifth for each part that the folder lacks
    fifth = max(len(classes), len(others) // 5)
    for part in (Part.TEST, Part.VALIDATION):
        if not own[part]:
            own[part], order = order[:fifth], order[fifth:]
    return {**own, Part.TRAIN: order}


def images(path: str) -> tuple[ImageFile, ...]:
    """The images of a folder, ordered by part, class and name.

    Raises:
        ConfigError: the folder cannot be read, or a class has too few images.
    """
    parts = layout(path)
    return _images(parts, class_names(parts))


def _images(parts: Layout, classes: tuple[str, ...]) -> tuple[ImageFile, ...]:
    files = list(part_images(parts, Part.TRAIN, classes))
    counts = Counter(file.label for file in files)
    for label, name in enumerate(classes):
        if (count := counts[label]) < MIN_CLASS_IMAGES:
            raise ConfigError(
                f"{parts.folder(Part.TRAIN)}/{name}: has {count or 'no'} "
                f"{'image' if count == 1 else 'images'} ({', '.join(IMAGE_ENDINGS)}); each class "
                f"needs {MIN_CLASS_IMAGES} or more{_not_read(parts, name)}"
            )
    for part in (Part.VALIDATION, Part.TEST):
        files += _own_part(parts, part, classes)
    if [part for part, _ in parts.parts] == [Part.TRAIN]:
        raise ConfigError(
            f"{parts.root}: has a {parts.parts[0][1]} folder and no test folder; add one with the "
            f"same classes, or put the class folders directly into {parts.root} to have them split "
            f"here"
        )
    return tuple(files)


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
    files = list(part_images(parts, part, classes))
    if not files:
        raise ConfigError(f"{folder}: has no images ({', '.join(IMAGE_ENDINGS)})")
    return files


def fingerprint(files: Iterable[tuple[ImageFile, str]], parts: Layout) -> str:
    """SHA-256 over names and content hashes of files, in the order of `images`."""
    lines = (f"{file.name}\t{content}\n" for file, content in files)
    return hashlib.sha256(
        (parts.note + "".join(lines)).encode(errors="surrogateescape")
    ).hexdigest()
