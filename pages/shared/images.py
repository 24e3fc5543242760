"""The first test images of a data set as a file that browsers fetch, kept while pages show them."""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from core.config import DataConfig
from core.words import MEGABYTE

INSPECTED_IMAGES = 1_000
"""test images, the first ones, that are searched or on which an accuracy is measured"""
MOST_IMAGE_BYTES = 4 * MEGABYTE
"""of the pixels of one file; of larger images there are fewer"""
MOST_IMAGE_FILES = 8
"""that the server keeps, those last asked for"""


@dataclass(frozen=True, slots=True)
class ImageFile:
    """A file of test images.

    Attributes:
        address: below that of the dashboard.
        held: number of images in it.
        count: number of images that are used, the first ones.
        shape: (C, H, W) of each.
    """

    address: str
    held: int
    count: int
    shape: tuple[int, int, int]


class ImageFiles:
    """Files by name, and the names by data set."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._names: OrderedDict[DataConfig, str] = OrderedDict()
        self._contents: dict[str, bytes] = {}

    def name(self, data: DataConfig) -> str | None:
        """The name of a data set's file, if it is kept."""
        with self._lock:
            if data in self._names:
                self._names.move_to_end(data)
            return self._names.get(data)

    def put(self, data: DataConfig, content: bytes) -> str:
        """Keep a file; its name, which is that of its content."""
        name = sha256(content).hexdigest()[:20]
        with self._lock:
            self._names[data] = name
            self._contents[name] = content
            while len(self._names) > MOST_IMAGE_FILES:
                self._names.popitem(last=False)
            names = set(self._names.values())
            self._contents = {key: each for key, each in self._contents.items() if key in names}
        return name

    def content(self, name: str) -> bytes | None:
        """A file by its name, packed by gzip; None if it is not kept."""
        return self._contents.get(name)


FILES = ImageFiles()
