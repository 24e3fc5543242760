"""A store as Poolscope wrote it before runs had digests, made from the tables of that time."""

import json
import sqlite3
import zlib
from contextlib import closing
from dataclasses import astuple
from hashlib import sha256
from pathlib import Path

from core.run import Run

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
    created             TEXT NOT NULL       -- UTC, ISO 8601
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
CREATE TABLE IF NOT EXISTS analyses (
    key      TEXT NOT NULL,
    kind     TEXT NOT NULL,
    settings TEXT NOT NULL,                 -- JSON
    content  BLOB NOT NULL,
    created  TEXT NOT NULL,                 -- UTC, ISO 8601
    PRIMARY KEY (key, kind, settings)
);
CREATE TRIGGER IF NOT EXISTS analyses_leave_with_their_run AFTER DELETE ON runs BEGIN
    DELETE FROM analyses WHERE key = OLD.key;
END;
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


def write_version_1(path: Path, *runs: Run) -> None:
    """Write a store of version 1, with something computed of its first run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(
            f"BEGIN; {TABLES} PRAGMA application_id = {int.from_bytes(b'Pool')};"
            "PRAGMA user_version = 1; COMMIT; PRAGMA journal_mode = WAL"
        )
        for run in runs:
            _insert(connection, run)
        connection.execute(
            "INSERT INTO analyses VALUES (?, 'shift', '{}', x'0102', '2026')", (runs[0].key,)
        )


def _insert(connection: sqlite3.Connection, run: Run) -> None:
    row = (
        run.key,
        json.dumps(run.experiment.to_flat()),
        run.experiment.canonical_json,
        run.experiment.data.entry.fingerprint,
        str(run.status),
        run.experiment.seed,
        run.train_accuracy,
        run.validation_accuracy,
        run.test_accuracy,
        run.parameters,
        run.macs,
        run.seconds,
        len(run.epochs),
        json.dumps(dict(run.machine.versions)),
        run.machine.device,
        run.machine.capability,
        run.created,
    )
    connection.execute(f"INSERT INTO runs VALUES ({', '.join('?' * len(row))})", row)
    for epoch in run.epochs:
        connection.execute(
            "INSERT INTO epochs VALUES (?, ?, ?, ?, ?, ?, ?)", (run.key, *astuple(epoch))
        )
    packed = zlib.compress(run.predictions)
    connection.execute("INSERT INTO predictions VALUES (?, ?)", (run.key, packed))
    known_as = sha256(run.weights).hexdigest()
    connection.execute("INSERT INTO weights VALUES (?, ?, ?)", (run.key, known_as, run.weights))
