"""What is inside the file of a run store?

A row of `runs` is all that a list shows, so that listing never reads the other tables. The
version rises when the tables change in a way that an older program would misread.
"""

import re
import sqlite3
from contextlib import closing
from functools import lru_cache
from sqlite3 import Connection

from core.store.notes import NOTES

APPLICATION_ID = int.from_bytes(b"Pool")
"""marks the file as Poolscope's in bytes 68 to 71 of its header"""

SCHEMA_VERSION = 3
"""1 had no digests, 2 no checkpoints"""

CHECKPOINTS = """
CREATE TABLE IF NOT EXISTS checkpoints (
    key                 TEXT NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    step                INTEGER NOT NULL,   -- optimiser steps done; the end is in weights
    validation_accuracy REAL NOT NULL,
    sha256              TEXT NOT NULL,      -- of all this
    content             BLOB NOT NULL,      -- safetensors, of half or single precision
    PRIMARY KEY (key, step)
)
"""

TABLES = """
CREATE TABLE IF NOT EXISTS runs (
    key                 TEXT PRIMARY KEY,
    flat                TEXT NOT NULL,      -- JSON, flat name -> value; experiments come from it
    canonical           TEXT NOT NULL,      -- JSON, the text whose hash is the key
    fingerprint         TEXT NOT NULL,      -- of the data set
    status              TEXT NOT NULL,
    seed                INTEGER NOT NULL,
    train_accuracy      REAL,               -- fractions; NULL if the run diverged
    validation_accuracy REAL,
    test_accuracy       REAL,
    parameters          INTEGER NOT NULL,
    macs                INTEGER NOT NULL,
    seconds             REAL NOT NULL,
    epochs              INTEGER NOT NULL,   -- rows of this run in the table of that name
    versions            TEXT NOT NULL,      -- JSON, package -> version
    device              TEXT NOT NULL,
    capability          TEXT NOT NULL,
    created             TEXT NOT NULL,      -- UTC, ISO 8601
    epochs_sha256       TEXT,               -- digests: core/store/digests.py
    predictions_sha256  TEXT,
    weights_sha256      TEXT,
    sha256              TEXT                -- of the row, the three above included
);

CREATE TABLE IF NOT EXISTS epochs (
    key                 TEXT NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    number              INTEGER NOT NULL,
    train_loss          REAL NOT NULL,
    train_accuracy      REAL NOT NULL,
    validation_loss     REAL NOT NULL,
    validation_accuracy REAL NOT NULL,
    seconds             REAL NOT NULL,
    PRIMARY KEY (key, number)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS predictions (
    key     TEXT PRIMARY KEY REFERENCES runs (key) ON DELETE CASCADE,
    content BLOB NOT NULL                   -- zlib; the class given to each test image, one byte
);

CREATE TABLE IF NOT EXISTS weights (
    key     TEXT PRIMARY KEY REFERENCES runs (key) ON DELETE CASCADE,
    sha256  TEXT NOT NULL,                  -- of the content
    content BLOB NOT NULL                   -- safetensors; empty if they were not kept
);

-- what a worker computed and a page shows; its key may be that of a bundled run, which has no
-- row in this file, so a trigger and no foreign key takes it away with its run
CREATE TABLE IF NOT EXISTS analyses (
    key      TEXT NOT NULL,
    kind     TEXT NOT NULL,
    settings TEXT NOT NULL,                 -- JSON
    content  BLOB NOT NULL,
    created  TEXT NOT NULL,                 -- UTC, ISO 8601
    sha256   TEXT,                          -- of all this
    PRIMARY KEY (key, kind, settings)
);

CREATE TRIGGER IF NOT EXISTS analyses_leave_with_their_run AFTER DELETE ON runs BEGIN
    DELETE FROM analyses WHERE key = OLD.key;
END;

-- damaged weights and what was asked for; the run itself is gone, so that it is trained again
CREATE TABLE IF NOT EXISTS quarantine (
    id      INTEGER PRIMARY KEY,
    key     TEXT NOT NULL,
    reason  TEXT NOT NULL,
    flat    TEXT NOT NULL,                  -- JSON, as in runs
    sha256  TEXT,                           -- as it was recorded
    content BLOB,                           -- as it was found
    created TEXT NOT NULL                   -- when it was set aside: UTC, ISO 8601
);
"""

# to version 2; the digests themselves are computed afterwards
NEW_COLUMNS = (
    "ALTER TABLE runs ADD COLUMN epochs_sha256 TEXT",
    "ALTER TABLE runs ADD COLUMN predictions_sha256 TEXT",
    "ALTER TABLE runs ADD COLUMN weights_sha256 TEXT",
    "ALTER TABLE runs ADD COLUMN sha256 TEXT",
    "ALTER TABLE analyses ADD COLUMN sha256 TEXT",
)

_NEW = {(statement.split()[-2], "TEXT", 0) for statement in NEW_COLUMNS}

# "if not exists", because two processes may find the same empty file
SCHEMA = f"""
BEGIN IMMEDIATE;
{TABLES}{CHECKPOINTS};{NOTES};
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
COMMIT;
"""


def is_known(connection: Connection) -> bool:
    """Whether everything that is called as a table of a store is one.

    A view, a virtual table, a generated column or a trigger of somebody else would run what its
    author wrote as soon as the store is read or written.
    """
    entries = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
    return _is_known(tuple(tuple(entry) for entry in entries))


@lru_cache(maxsize=64)
def _is_known(entries: tuple[tuple[object, ...], ...]) -> bool:
    triggers, columns = _ours()
    tables = {}
    for kind, name, table, sql in entries:
        if table not in columns and name not in columns:
            continue
        if kind == "table" and name == table and _is_plain_table(str(sql)):
            tables[str(name)] = str(sql)
        elif not (kind == "index" and sql is None) and (kind, _squeezed(str(sql))) not in triggers:
            return False
    with closing(sqlite3.connect(":memory:")) as scratch:
        try:
            for sql in tables.values():
                scratch.execute(sql)
        except (sqlite3.Error, sqlite3.Warning):
            return False
        actual = {name: _columns(scratch, name) for name in tables}
    return all(columns[name] - _NEW <= actual[name] <= columns[name] for name in actual)


def _is_plain_table(sql: str) -> bool:
    return re.match(r"CREATE\s+TABLE\s+[\"'`\[]?\w+[\"'`\]]?\s*\(", sql, re.IGNORECASE) is not None


@lru_cache(maxsize=1)
def _ours() -> tuple[set[tuple[str, str]], dict[str, set[tuple[object, ...]]]]:
    """The trigger, and table -> its columns: name, type, hidden or not."""
    with closing(sqlite3.connect(":memory:")) as scratch:
        scratch.executescript(SCHEMA)
        entries = scratch.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        triggers = {(kind, _squeezed(sql)) for kind, _, sql in entries if kind == "trigger"}
        names = [name for kind, name, _ in entries if kind == "table"]
        return triggers, {name: _columns(scratch, name) for name in names}


def _columns(connection: Connection, table: str) -> set[tuple[object, ...]]:
    rows = connection.execute("SELECT name, type, hidden FROM pragma_table_xinfo(?)", (table,))
    return {tuple(row) for row in rows}


def _squeezed(sql: str) -> str:
    return " ".join(sql.split())
