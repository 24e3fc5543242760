"""Is a file built to exhaust time or memory abandoned early?"""

import sqlite3
import time
import tracemalloc
import zlib
from contextlib import closing

import pytest

from core.errors import StoreError
from core.store import RunStore, absorb, exchange
from core.store.schema import APPLICATION_ID
from tests.store.store_samples import a_trained_run

BAD, GOOD = a_trained_run(1), a_trained_run(2)
MOST_MEGABYTES, MOST_SECONDS = 150, 5.0

ENDLESS = """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
    SELECT hex(i) AS key, 'x' AS flat FROM n
"""
DISGUISES = {
    "a recursive view": f"DROP TABLE runs; CREATE VIEW runs AS {ENDLESS};",
    "a virtual table": "DROP TABLE runs; CREATE VIRTUAL TABLE runs USING fts5(key, flat);",
    "a generated column": "DROP TABLE epochs; CREATE TABLE epochs (key TEXT, number INTEGER, "
    "train_loss REAL AS (length(hex(zeroblob(900000000)))));",
    "an index on an expression": "CREATE INDEX i ON runs (hex(zeroblob(9000)) || key);",
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM runs; END;",
    "another trigger of the name": "DROP TRIGGER analyses_leave_with_their_run; CREATE TRIGGER "
    "analyses_leave_with_their_run AFTER DELETE ON runs BEGIN DELETE FROM weights; END;",
}


@pytest.fixture
def path(tmp_path):
    other = RunStore(tmp_path / "other.db")
    other.put(BAD)
    other.put(GOOD)
    return other.path


def alter(path, script):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(script)


def absorbed(path):
    """What comes in, within the limits of time and memory."""
    tracemalloc.start()
    began = time.monotonic()
    try:
        return absorb(RunStore(path.with_name("runs.db")), path)
    finally:
        seconds, (_, peak) = time.monotonic() - began, tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < MOST_MEGABYTES * 1e6
        assert seconds < MOST_SECONDS


@pytest.mark.parametrize("script", DISGUISES.values(), ids=DISGUISES)
def test_what_only_looks_like_a_table_is_refused_unread(path, script):
    alter(path, script)
    with pytest.raises(StoreError, match="other things under the names of a run store's tables"):
        absorbed(path)


@pytest.mark.parametrize("operation", ["put", "delete", "summaries"])
def test_ones_own_store_runs_no_trigger_of_others_either(path, operation):
    alter(path, DISGUISES["a trigger"])
    store = RunStore(path)
    with pytest.raises(StoreError, match="other things under the names"):
        {
            "put": lambda: store.put(a_trained_run(3)),
            "delete": lambda: store.delete([GOOD.key]),
            "summaries": store.summaries,
        }[operation]()


def test_predictions_are_not_unpacked_beyond_a_limit(path):
    packer = zlib.compressobj()
    chunks = [packer.compress(bytes(2**20)) for _ in range(300)]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        bomb = b"".join([*chunks, packer.flush()])
        connection.execute("UPDATE predictions SET content = ? WHERE key = ?", (bomb, BAD.key))
    found = absorbed(path)
    assert (1, [BAD.key]) == (found.added, list(found.reasons))
    assert "unpack to more than" in found.reasons[BAD.key]


@pytest.mark.parametrize(
    "script",
    [
        "UPDATE weights SET content = zeroblob(300000000)",
        "UPDATE weights SET content = zeroblob(69000000)",
        "UPDATE runs SET flat = CAST(zeroblob(69000000) AS TEXT)",
        "UPDATE runs SET device = hex(zeroblob(100000000))",
        "UPDATE predictions SET content = zeroblob(300000000)",
    ],
)
def test_a_run_with_a_huge_value_is_refused_and_the_others_come_in(path, script):
    alter(path, f"{script} WHERE key = '{BAD.key}'")
    found = absorbed(path)
    assert (1, [BAD.key]) == (found.added, list(found.reasons))


def test_a_run_with_endless_epochs_is_refused(path):
    counted = "WITH RECURSIVE n(i) AS (SELECT 9 UNION ALL SELECT i + 1 FROM n LIMIT 200000)"
    alter(path, f"INSERT INTO epochs {counted} SELECT '{BAD.key}', i, 1, 1, 1, 1, 1 FROM n")
    found = absorbed(path)
    assert (1, [BAD.key]) == (found.added, list(found.reasons))


def test_more_runs_than_a_file_may_hold_are_refused_before_they_are_read(path, monkeypatch):
    monkeypatch.setattr(exchange, "MOST_RUNS_OF_A_FILE", 1)
    with pytest.raises(StoreError, match="holds more than 1 runs"):
        absorbed(path)


def test_a_file_that_takes_long_to_read_is_given_up(path, monkeypatch):
    monkeypatch.setattr("core.store.file.FOREIGN_SECONDS", -1.0)
    monkeypatch.setattr("core.store.file.CLOCK_STEPS", 1)
    with pytest.raises(StoreError, match="takes longer to read"):
        absorbed(path)


def test_a_store_of_another_program_with_the_same_mark_is_refused(tmp_path):
    path = tmp_path / "other.db"
    alter(path, f"CREATE TABLE runs (key TEXT); PRAGMA application_id = {APPLICATION_ID};")
    with pytest.raises(StoreError):
        absorbed(path)
