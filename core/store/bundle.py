"""Which runs came with Poolscope? A folder with a store file for each data set, read only.

A file may be left out, and one that cannot be read is named while the others serve. The keys of
each file are kept in memory, so that a question about runs opens only the files that know them,
and so are the summaries of its runs.
"""

import os
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from pathlib import Path
from sqlite3 import Connection
from typing import Concatenate, ParamSpec, TypeVar

from core.errors import StoreError
from core.run import RunSummary, Source
from core.store import rows
from core.store.file import Stamp, StoreFile, stamp

T = TypeVar("T")
P = ParamSpec("P")

ENDING = ".db"
MOST_FILES = 64
"""of which keys and summaries are kept in memory"""


def bundled_files(path: Path) -> list[Path]:
    """The files of a bundle: those in its folder, by name, or the one file that it is, if there."""
    try:
        # asked for in every rerun of a page, and several times as fast as `Path.glob`
        names = os.listdir(path)  # noqa: PTH208
    except OSError:
        return [path] if path.exists() else []
    return [path / name for name in sorted(names) if name.endswith(ENDING)]


class Bundle:
    """The files of the bundled runs.

    Args:
        path: their folder, or a single file; it need not exist. None for no bundle.
        timeout: seconds to wait while another program has locked a file.

    Attributes:
        unreadable: path of a file of the folder that was passed over -> why, in a sentence.
    """

    def __init__(self, path: Path | None, timeout: float) -> None:
        self._path = path
        self._timeout = timeout
        self.unreadable: dict[Path, str] = {}

    @property
    def files(self) -> Iterator[StoreFile]:
        """Every file, in the order of their names."""
        for path in bundled_files(self._path) if self._path else []:
            yield StoreFile(path, self._timeout, bundled=True)

    def knowing(self, keys: Collection[str]) -> Iterator[StoreFile]:
        """The files that hold a run of these keys, or what was computed about one."""
        if keys:
            yield from (file for file in self.files if not self._keys(file).isdisjoint(keys))

    def ask(
        self,
        file: StoreFile,
        question: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **how: P.kwargs,
    ) -> T | None:
        """The answer of one file; None if it holds nothing, or cannot be read and is one of many.

        Raises:
            StoreError: the bundle is this single file, and it cannot be read.
        """
        return self._passing_over(file, lambda: file.ask(question, *args, **how))

    def summaries(self, file: StoreFile) -> rows.Read[list[RunSummary]] | None:
        """The runs of one file, read once for as long as it stays what it is."""
        return self._passing_over(file, lambda: _summaries_of(file, stamp(file.path)))

    def _keys(self, file: StoreFile) -> frozenset[str]:
        return self._passing_over(file, lambda: _keys_of(file, stamp(file.path))) or frozenset()

    def _passing_over(self, file: StoreFile, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except StoreError as error:
            if file.path == self._path:
                raise
            self.unreadable[file.path] = str(error)
            return None


@lru_cache(maxsize=MOST_FILES)
def _keys_of(file: StoreFile, changed: Stamp) -> frozenset[str]:  # noqa: ARG001 (the key)
    return frozenset(file.ask(rows.known_keys) or ())


@lru_cache(maxsize=MOST_FILES)
def _summaries_of(file: StoreFile, changed: Stamp) -> rows.Read[list[RunSummary]] | None:  # noqa: ARG001
    return file.ask(rows.summaries, Source.BUNDLED)
