"""What can be kept of a damaged store?"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from core.errors import StoreError
from core.store import rows
from core.store.digests import DamagedError
from core.store.file import StoreFile
from core.store.runstore import LOCK_SECONDS, RunStore

LOGS = ("-wal", "-shm", "-journal")
"""endings of the files that SQLite may keep next to a store"""


def repair(path: Path) -> dict[str, str]:
    """Set damaged runs aside, and bring the store to this version: key of a run -> the reason.

    Where the file itself is damaged, the runs that can be read go into a new one; the old one stays
    next to it, with the ending `.damaged`.

    Raises:
        StoreError: it is no run store, or the new file cannot be written.
    """
    store = RunStore(path)
    if not path.exists():
        return {}
    try:
        return store.repair()
    except StoreError as error:
        if not _is_damaged(path):
            raise
        reason = str(error)
    fresh = RunStore(path.with_name(f"{path.name}.repaired"))
    _remove(fresh.path)
    lost = _copy(StoreFile(path, LOCK_SECONDS), fresh, reason)
    _swap(path, fresh)
    return lost


def _is_damaged(path: Path) -> bool:
    """Whether SQLite itself finds fault with a file that is marked as a run store."""
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        ) as connection:
            report = connection.execute("PRAGMA integrity_check").fetchall()
    except UnicodeDecodeError:
        return True
    except sqlite3.DatabaseError as error:
        return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT
    return report != [("ok",)]


def _copy(damaged: StoreFile, fresh: RunStore, reason: str) -> dict[str, str]:
    """Put every run that can be read into a new store; those that cannot, and why."""
    lost: dict[str, str] = {}
    for key in dict.fromkeys(_keys(damaged)):
        try:
            with damaged.reading() as connection:
                run = connection and rows.whole(connection, key)
        except (DamagedError, StoreError) as error:
            lost[key] = str(error)
        else:
            if run:
                fresh.put(run)
    with suppress(StoreError), damaged.reading() as connection:
        for row in rows.analyses(connection) if connection else []:
            fresh.put_analysis(*row[:4])
    return lost or {"file": reason}


def _keys(damaged: StoreFile) -> Iterator[str]:
    """Keys as far as they can be read, from each end of the table and of its index."""
    for order in ("rowid", "rowid DESC", "key", "key DESC"):
        with suppress(StoreError), damaged.reading() as connection:
            if connection:
                statement = f"SELECT key FROM runs WHERE typeof(key) = 'text' ORDER BY {order}"  # noqa: S608
                for (key,) in connection.execute(statement):
                    yield key


def _swap(path: Path, fresh: RunStore) -> None:
    """Put the new file in the place of the damaged one, which is kept."""
    if not fresh.path.exists():
        raise StoreError(f"{path} is damaged, and no run in it can be read; move it away")
    try:
        for ending in LOGS:
            log = Path(f"{path}{ending}")
            if log.exists():
                log.replace(f"{path}.damaged{ending}")
        path.replace(f"{path}.damaged")
        with closing(sqlite3.connect(fresh.path)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
        fresh.path.replace(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be replaced: {error.strerror}") from error


def _remove(path: Path) -> None:
    """Delete what an earlier attempt has left."""
    for ending in ("", *LOGS):
        Path(f"{path}{ending}").unlink(missing_ok=True)
