"""Can this server do its work? Asked by whoever sends visitors here."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryFile

BLOCK_BYTES = 4096


def store_problem(path: Path) -> str | None:
    """Why nothing can be stored, in a few words; None if it can.

    Args:
        path: of the store; a store that does not exist yet can be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=path.parent) as file:
            file.write(bytes(BLOCK_BYTES))
            file.flush()
        if path.exists():
            with closing(sqlite3.connect(path, timeout=0.0)) as store:
                _begin(store)
    except (OSError, sqlite3.Error) as error:
        return f"the store cannot be written: {error}"
    return None


def _begin(store: sqlite3.Connection) -> None:
    """Begin to write, and change nothing.

    Raises:
        sqlite3.Error: this cannot be written; that somebody else writes is none.
    """
    try:
        store.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
    else:
        with suppress(sqlite3.Error):
            store.rollback()
