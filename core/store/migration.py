"""How does a store of an older version become one of this version?"""

from datetime import UTC, datetime
from sqlite3 import Connection

from core.store import rows
from core.store.digests import DamagedError
from core.store.schema import NEW_COLUMNS, SCHEMA_VERSION


def is_older(connection: Connection) -> bool:
    """Whether the store lacks what this version has."""
    return not rows.has_digests(connection)


def migrate(connection: Connection) -> None:
    """Give every run and every analysis its digest, in one transaction.

    A run that cannot be read is set aside.
    """
    connection.execute("BEGIN IMMEDIATE")
    # another process may have been faster
    if is_older(connection):
        _set_unreadable_aside(connection)
        digests = [rows.digests(connection, key) for key in rows.keys(connection, most=-1)]
        for statement in NEW_COLUMNS:
            connection.execute(statement)
        rows.put_digests(connection, digests)
        rows.add_analysis_digests(connection)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")


def _set_unreadable_aside(connection: Connection) -> None:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    for key in rows.keys(connection, most=-1):
        try:
            rows.check_whole(connection, key)
        except DamagedError as damage:
            rows.set_aside(connection, key, str(damage), now)
