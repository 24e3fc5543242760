"""How does a store of an older version become one of this version?"""

from datetime import UTC, datetime
from sqlite3 import Connection

from core.store import checkpoints, rows
from core.store.digests import DamagedError
from core.store.schema import CHECKPOINTS, NEW_COLUMNS, SCHEMA_VERSION


def is_older(connection: Connection) -> bool:
    """Whether the store lacks what this version has."""
    return not (rows.has_digests(connection) and checkpoints.exist(connection))


def migrate(connection: Connection) -> None:
    """Bring a store to this version, in one transaction.

    Every run and every analysis gets a digest, if they have none; a run that cannot be read is set
    aside then. Runs of an older version have no checkpoints.
    """
    connection.execute("BEGIN IMMEDIATE")
    # another process may have been faster
    if not rows.has_digests(connection):
        _add_digests(connection)
    connection.execute(CHECKPOINTS)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")


def _add_digests(connection: Connection) -> None:
    _set_unreadable_aside(connection)
    digests = [rows.digests(connection, key) for key in rows.keys(connection, most=-1)]
    for statement in NEW_COLUMNS:
        connection.execute(statement)
    rows.put_digests(connection, digests)
    rows.add_analysis_digests(connection)


def _set_unreadable_aside(connection: Connection) -> None:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    for key in rows.keys(connection, most=-1):
        try:
            rows.check_whole(connection, key)
        except DamagedError as damage:
            rows.set_aside(connection, key, str(damage), now)
