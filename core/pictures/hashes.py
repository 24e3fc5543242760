"""Content hashes of the files of a folder, cached on disk next to the run store.

A hash stays valid as long as path, size and modification time of the file are unchanged.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from PIL import Image, UnidentifiedImageError

from core import settings
from core.errors import ConfigError
from core.pictures.findings import Ground
from core.pictures.layout import ImageFile

GROUND_ENTRY = "/"
"""name under which the ground is kept among the hashes; no file can have it"""
MAX_FILE_PIXELS = 64_000_000
"""most pixels of one image file; a small file can unpack to more than fits into memory"""


def content_hash(content: bytes) -> str:
    """SHA-256 of the bytes of a file, in hex."""
    return hashlib.sha256(content).hexdigest()


class Hashes:
    """Content hashes of the files of one folder, shared between processes in a JSON file."""

    def __init__(self, path: str) -> None:
        name = hashlib.sha256(path.encode(errors="surrogateescape")).hexdigest()[:16]
        self._file = settings.load().home / "folders" / f"{name}.json"
        self._known: Mapping[str, Any] = {}
        self._current: dict[str, Any] = {}

    def __enter__(self) -> Self:
        with suppress(OSError, ValueError):
            known = json.loads(self._file.read_text(encoding="utf-8"))
            self._known = known if isinstance(known, dict) else {}
        return self

    def __exit__(self, *_: object) -> None:
        if self._current != self._known:
            # the file only saves time: a home that cannot be written to is reported elsewhere
            with suppress(OSError):
                self._file.parent.mkdir(parents=True, exist_ok=True)
                fresh = self._file.with_suffix(f".{os.getpid()}")
                fresh.write_text(json.dumps(self._current), encoding="utf-8")
                fresh.replace(self._file)

    def of(self, file: ImageFile) -> str:
        """The hash of a file; a file that is not known yet is read and its header checked.

        Raises:
            ConfigError: it cannot be read, is not an image, or is too large.
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
        self._current[file.name] = [status.st_size, status.st_mtime_ns, content]
        return content

    def ground(self, known_as: str, measure: Callable[[], Ground | None]) -> Ground | None:
        """The ground of the images with this fingerprint; `measure` is called if it is unknown."""
        match self._known.get(GROUND_ENTRY):
            case [str(of), None] if of == known_as:
                ground = None
            case [str(of), [[int(), int(), int()] | None as colour, float(light), int(count)]] if (
                of == known_as
            ):
                ground = Ground(tuple(colour) if colour else None, light, count)
            case _:
                ground = measure()
        kept = ground and [ground.colour and list(ground.colour), ground.brightness, ground.images]
        self._current[GROUND_ENTRY] = [known_as, kept]
        return ground


def check_header(path: Path) -> None:
    """Check that a file is an image that does not unpack to too many pixels.

    Raises:
        ConfigError: it is not.
    """
    try:
        with Image.open(path) as image:
            width, height = image.size
    except (UnidentifiedImageError, Image.DecompressionBombError, ValueError, SyntaxError) as error:
        raise ConfigError(f"{path}: is not an image that can be read ({error})") from error
    if width * height > MAX_FILE_PIXELS:
        raise ConfigError(
            f"{path}: has {width:,} × {height:,} pixels; at most {MAX_FILE_PIXELS:,} are allowed"
        )
