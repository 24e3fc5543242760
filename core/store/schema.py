"""What is inside the file of a run store?

A row of `runs` is all that a list shows, so that listing never reads the other tables. The
version rises when the tables change in a way that an older program would misread.
"""

APPLICATION_ID = int.from_bytes(b"Pool")
"""marks the file as Poolscope's in bytes 68 to 71 of its header"""

SCHEMA_VERSION = 1

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

-- what a worker computed and a page shows; its key may be that of a bundled run, which has no
-- row in this file, so a trigger and no foreign key takes it away with its run
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

# "if not exists", because two processes may find the same empty file
SCHEMA = f"""
BEGIN IMMEDIATE;
{TABLES}
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
COMMIT;
"""
