"""How is the file of a store opened, and what is said when it cannot be?

Every operation opens a connection of its own and closes it: threads and processes then share
nothing but the file. The file is never opened except through SQLite, because closing any other
handle on it would drop the locks that SQLite holds in this process.
"""

import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from sqlite3 import Connection
from typing import Concatenate, ParamSpec, TypeVar

from core.errors import StoreError
from core.store.migration import is_older, migrate
from core.store.schema import APPLICATION_ID, SCHEMA, SCHEMA_VERSION, is_known

T = TypeVar("T")
P = ParamSpec("P")

_ELSEWHERE = "choose another file, or move this one away"

_SENTENCES = {
    sqlite3.SQLITE_FULL: "cannot grow because the disk is full; nothing was changed, "
    "free some space and try again",
    sqlite3.SQLITE_BUSY: "is locked by another program; nothing was changed, "
    "try again when that program has finished",
    sqlite3.SQLITE_READONLY: "cannot be written because it or its folder is read-only for this "
    "user; choose another file, or change the permissions",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened because this user may not use it or its folder; "
    "choose another file, or change the permissions",
    sqlite3.SQLITE_NOTADB: f"is not an SQLite file, so it is not a run store; {_ELSEWHERE}",
    sqlite3.SQLITE_CORRUPT: f"is damaged; `poolscope check --repair` keeps what can still be read "
    f"of your own store, or {_ELSEWHERE}",
    sqlite3.SQLITE_INTERRUPT: "takes longer to read than a run store may; export its runs again",
    sqlite3.SQLITE_TOOBIG: "holds larger values than a run store may; export its runs again",
}

_NEEDS_A_WRITABLE_FOLDER = (
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
)
"""how reading fails where the files that WAL mode puts beside the store cannot be made"""


class ReadOnlyStoreError(StoreError):
    """This user cannot write the store."""


class FullDiskError(StoreError):
    """The store cannot grow."""


_KINDS = {
    sqlite3.SQLITE_READONLY: ReadOnlyStoreError,
    sqlite3.SQLITE_CANTOPEN: ReadOnlyStoreError,
    sqlite3.SQLITE_FULL: FullDiskError,
}

SWITCH_PAUSE_SECONDS = 0.005

FOREIGN_SECONDS = 5.0
"""one reading of a file that comes from others; a store of 100,000 runs is listed in two"""
FOREIGN_BYTES = 70_000_000
"""of one value in such a file, the weights of a run above all"""
CLOCK_STEPS = 100_000
"""of SQLite's machine between two looks at the clock: less than a millisecond"""


Stamp = tuple[int, int]
"""of a file: time of its last change in nanoseconds, and size in bytes"""
NO_STAMP: Stamp = (0, 0)
MOST_CHECKED = 64
"""bundled files of which is remembered that they are a store's"""


def stamp(path: Path) -> Stamp:
    """A value that changes whenever the file does; of one that is gone or empty, zeros.

    Whoever reads a store has an empty log beside it meanwhile: reading changes nothing.
    """
    try:
        status = path.stat()
    except OSError:
        return NO_STAMP
    return (status.st_mtime_ns, status.st_size) if status.st_size else NO_STAMP


@dataclass(frozen=True, slots=True)
class StoreFile:
    """The file of a store.

    Attributes:
        path: the file; it and its folder need not exist yet.
        timeout: seconds to wait for another program that has locked it.
        max_pages: largest size in pages of 4096 bytes; None for no limit.
        bundled: whether it is only read and never changes.
        foreign: whether it comes from others, so that time and sizes are limited.
    """

    path: Path
    timeout: float
    max_pages: int | None = None
    bundled: bool = False
    foreign: bool = False

    @contextmanager
    def reading(self) -> Iterator[Connection | None]:
        """A snapshot to read from; None if there is no store yet.

        Raises:
            StoreError: the file is no store, or cannot be read.
        """
        with self._explained():
            connection = self._reader() if self._exists() else None
            if connection is None:
                yield None
                return
            with closing(connection):
                yield connection

    def ask(
        self,
        question: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **how: P.kwargs,
    ) -> T | None:
        """What a question, such as a function of `rows`, finds; None if there is no store yet.

        Raises:
            StoreError: the file is no store, or cannot be read.
        """
        with self.reading() as connection:
            return None if connection is None else question(connection, *args, **how)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, kept if the block ends well; the file is made if need be.

        Raises:
            StoreError: the file is no store, or cannot be written. Nothing has changed then.
        """
        with self._explained():
            if not self._exists():
                self._make_folder()
            with closing(self._connect("mode=rwc")) as connection:
                self._prepare(connection)
                if is_older(connection):
                    migrate(connection)
                connection.execute("BEGIN IMMEDIATE")
                # closing without a commit rolls back
                yield connection
                connection.execute("COMMIT")

    def _connect(self, query: str) -> Connection:
        uri = f"{self.path.absolute().as_uri()}?{query}"
        # no isolation level: transactions begin and end where this module says so
        connection = sqlite3.connect(uri, uri=True, timeout=self.timeout, isolation_level=None)
        connection.execute("PRAGMA trusted_schema = OFF")
        if self.foreign:
            _limit(connection)
        return connection

    def _exists(self) -> bool:
        """Whether a store is there, found out without changing what is there.

        An empty file is a store that another process is about to make.
        """
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._refused(error) from error
        if not stat.S_ISREG(status.st_mode):
            raise StoreError(f"{self.path} is not a file, so it is not a run store; {_ELSEWHERE}")
        if status.st_size == 0 and not self.bundled:
            return False
        if not self._trusted:
            self._check_owner()
        return True

    @property
    def _trusted(self) -> bool:
        """Whether it is enough to look once at what the file is."""
        return self.bundled and not self.foreign

    def _check_owner(self) -> None:
        """Refuse the file of another program or of a newer version."""
        with closing(self._frozen()) as connection:
            # page 1 can name pages that a checkpoint in another process is still to write;
            # without this SQLite calls that damage
            connection.execute("PRAGMA writable_schema = ON")
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            version = connection.execute("PRAGMA user_version").fetchone()[0]
        if application != APPLICATION_ID:
            raise self._foreign()
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"{self.path} was written by a newer Poolscope (its format is {version}, this "
                f"one reads up to {SCHEMA_VERSION}); update Poolscope, or choose another file"
            )

    def _foreign(self) -> StoreError:
        return StoreError(
            f"{self.path} is an SQLite file of another program, not a run store; {_ELSEWHERE}"
        )

    def _has_tables(self, connection: Connection) -> bool:
        """False for a store that was never finished; refuses other tables than a store's."""
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        if names and "runs" not in names:
            raise self._foreign()
        if names and not is_known(connection):
            raise StoreError(
                f"{self.path} holds other things under the names of a run store's tables, which "
                f"could run what somebody else wrote; {_ELSEWHERE}"
            )
        return bool(names)

    def _frozen(self) -> Connection:
        """A connection that takes no locks and makes no files: for what does not change."""
        return self._connect("mode=ro&immutable=1")

    def _reader(self) -> Connection | None:
        """A connection within a read transaction; None if the store was never finished."""
        if self._trusted:
            return self._begun(self._frozen()) if _is_store(self, stamp(self.path)) else None
        if self.bundled:
            return self._snapshot(self._frozen())
        try:
            return self._snapshot(self._connect("mode=rw"))
        except sqlite3.OperationalError as error:
            if _code(error) not in _NEEDS_A_WRITABLE_FOLDER or self._has_unsettled_changes():
                raise
        return self._snapshot(self._frozen())

    def _snapshot(self, connection: Connection) -> Connection | None:
        """Begin to read; closes the connection unless it is returned."""
        whole = False
        try:
            whole = self._has_tables(self._begun(connection))
        finally:
            if not whole:
                connection.close()
        return connection if whole else None

    @staticmethod
    def _begun(connection: Connection) -> Connection:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        return connection

    def _has_unsettled_changes(self) -> bool:
        """Whether a log lies beside the store without which its file is not the whole truth."""
        logs = (Path(f"{self.path}{suffix}") for suffix in ("-wal", "-journal"))
        return any(log.exists() and log.stat().st_size > 0 for log in logs)

    def _prepare(self, connection: Connection) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        # FULL waits for the disk at each commit, so that a run once reported survives a power
        # cut too; NORMAL would save a few milliseconds of a training that takes seconds
        connection.execute("PRAGMA synchronous = FULL")
        if self.max_pages is not None:
            connection.execute(f"PRAGMA max_page_count = {self.max_pages:d}")
        # before WAL mode, so that the owner's mark is in the file itself and never only in a log
        if not self._has_tables(connection):
            connection.executescript(SCHEMA)
        self._switch_to_wal(connection)

    def _switch_to_wal(self, connection: Connection) -> None:
        """Switch once, also while others make the same file.

        SQLite does not wait here: it answers "locked" at once if another connection is switching.
        """
        deadline = time.monotonic() + self.timeout
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(SWITCH_PAUSE_SECONDS)
            else:
                return

    def _make_folder(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> StoreError:
        reason = (error.strerror or str(error)).lower()
        kind = ReadOnlyStoreError if isinstance(error, PermissionError) else StoreError
        return kind(f"{self.path} cannot be used as a run store: {reason}; choose another file")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say in words for a person what SQLite says."""
        try:
            yield
        except UnicodeDecodeError as error:
            raise StoreError(f"{self.path} is damaged; {_ELSEWHERE}") from error
        except sqlite3.Error as error:
            code = _code(error)
            sentence = _SENTENCES.get(code, f"cannot be used as a run store: {error}")
            raise _KINDS.get(code, StoreError)(f"{self.path} {sentence}") from error


@lru_cache(maxsize=MOST_CHECKED)
def _is_store(file: StoreFile, changed: Stamp) -> bool:  # noqa: ARG001 (the key)
    """Whether a file that never changes is a finished store.

    Raises:
        StoreError: it is another program's, or holds other tables than a store's.
    """
    file._check_owner()  # noqa: SLF001 (kept outside the class for the cache)
    with closing(file._begun(file._frozen())) as connection:  # noqa: SLF001
        return file._has_tables(connection)  # noqa: SLF001


def _limit(connection: Connection) -> None:
    """Give up on a file that was made to take time or memory."""
    deadline = time.monotonic() + FOREIGN_SECONDS
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, FOREIGN_BYTES)
    connection.set_progress_handler(lambda: time.monotonic() > deadline, CLOCK_STEPS)
    connection.execute("PRAGMA cell_size_check = ON")


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary code; 0 for what Python's module raises itself."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
