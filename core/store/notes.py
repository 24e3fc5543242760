"""What did people note about runs? A pin, and a line of text.

Every function takes an open connection. A store gets the table with its first note, so that an
older program reads the store as before. A note is about a key: its run may be a bundled one.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from sqlite3 import Connection

from core.store.fetching import fetched

MOST_LETTERS = 200
"""of a note"""

NOTES = """
CREATE TABLE IF NOT EXISTS notes (
    key    TEXT PRIMARY KEY,
    pinned INTEGER NOT NULL,            -- 1 or 0
    text   TEXT NOT NULL
)
"""


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody noted about a run.

    Attributes:
        pinned: whether it comes first in lists, and stays when a hosted dashboard makes room.
        text: one line; empty for none.
    """

    pinned: bool = False
    text: str = ""


def notes(connection: Connection) -> dict[str, Note]:
    """All notes by the key of their run; one that is damaged is passed over."""
    table = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'notes'")
    if table.fetchone() is None:
        return {}
    listed = fetched(connection, "SELECT key, pinned, text FROM notes", ())
    return {
        key: Note(bool(pinned), text[:MOST_LETTERS])
        for key, pinned, text in listed
        if isinstance(key, str) and isinstance(pinned, int) and isinstance(text, str)
    }


def put(connection: Connection, key: str, note: Note) -> None:
    """Write a note in the place of the one before; an empty one is none."""
    connection.execute(NOTES)
    remove(connection, [key])
    if note != Note():
        connection.execute("INSERT INTO notes VALUES (?, ?, ?)", (key, note.pinned, note.text))


def remove(connection: Connection, keys: Iterable[str]) -> None:
    """Delete what was noted about some runs."""
    connection.execute(NOTES)
    connection.execute(
        "DELETE FROM notes WHERE key IN (SELECT value FROM json_each(?))", (json.dumps(list(keys)),)
    )
