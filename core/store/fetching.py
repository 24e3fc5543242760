"""How are rows read from a store that may be damaged, or made by somebody else?"""

import sqlite3
from collections.abc import Mapping, Sequence
from sqlite3 import Connection
from typing import Any

from core.store.digests import DamagedError

Row = tuple[Any, ...]
"""values in the order of the columns that were asked for"""


def fetched(
    connection: Connection, statement: str, values: Sequence[object] | Mapping[str, object]
) -> list[Row]:
    """Rows as tuples.

    Raises:
        DamagedError: a value is larger than the connection allows.
    """
    cursor = connection.cursor()
    cursor.row_factory = None
    try:
        return cursor.execute(statement, values).fetchall()
    except sqlite3.DataError as error:
        raise DamagedError(f"it holds too large a value ({error})") from error
    except sqlite3.OperationalError as error:
        if not str(error).startswith("Could not decode"):
            raise
    # once more, with bytes in place of the texts that are none: their digest is wrong anyway
    before, connection.text_factory = connection.text_factory, _text_or_bytes
    try:
        return cursor.execute(statement, values).fetchall()
    finally:
        connection.text_factory = before


def _text_or_bytes(content: bytes) -> str | bytes:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content
