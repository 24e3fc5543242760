"""Does a store of an earlier version open unchanged, and do its runs get their digests?"""

import sqlite3
from contextlib import closing
from dataclasses import replace
from shutil import copyfile

import pytest

from core.run import Source, Status
from core.store import RunStore, absorb, repair
from core.store.schema import SCHEMA_VERSION
from tests.bundled import FILES
from tests.store.store_samples import a_run, a_trained_run, with_checkpoints
from tests.store.version_1 import write_version_1

DIVERGED = replace(
    a_run(3), status=Status.DIVERGED, epochs=(), test_accuracy=None, predictions=b"", weights=b""
)
RUNS = (a_run(1), a_run(2, pooling="average", lr=1 / 3), DIVERGED)


@pytest.fixture
def store(tmp_path):
    write_version_1(tmp_path / "runs.db", *RUNS)
    return RunStore(tmp_path / "runs.db")


def query(store, statement, *values):
    with closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
        return connection.execute(statement, values).fetchall()


def as_they_were(store):
    assert {run.key for run in RUNS} == {row.key for row in store.summaries()}
    for run in RUNS:
        assert run == store.get(run.key)
    assert b"\1\2" == store.analysis(RUNS[0].key, "shift", "{}")
    assert {} == store.noticed
    store.check()


def test_an_earlier_store_reads_as_it_did_and_is_not_written_by_reading(store):
    before = store.path.read_bytes()
    as_they_were(store)
    assert before == store.path.read_bytes()
    assert [(1,)] == query(store, "PRAGMA user_version")


def test_the_first_write_gives_every_run_its_digest(store):
    store.put(a_run(4))
    as_they_were(RunStore(store.path)) if store.delete([a_run(4).key]) else None
    assert [(SCHEMA_VERSION,)] == query(store, "PRAGMA user_version")
    (missing,) = query(store, "SELECT count(*) FROM runs WHERE sha256 IS NULL")
    assert (0,) == missing
    assert [] == query(store, "SELECT key FROM quarantine")


def test_repair_gives_digests_too(store):
    assert {} == repair(store.path)
    assert [(SCHEMA_VERSION,)] == query(store, "PRAGMA user_version")
    as_they_were(store)


def test_after_that_a_changed_figure_is_noticed(store):
    repair(store.path)
    query(store, "UPDATE runs SET test_accuracy = 0.5 WHERE key = ?", RUNS[0].key)
    assert RUNS[0].key not in {row.key for row in store.summaries()}
    assert [RUNS[0].key] == list(store.noticed)


def test_a_damaged_run_of_an_earlier_store_is_set_aside_when_digests_come(store):
    query(store, "DELETE FROM epochs WHERE key = ? AND number = 2", RUNS[0].key)
    store.put(a_run(4))
    assert [(RUNS[0].key,)] == query(store, "SELECT key FROM quarantine")
    assert a_run(2, pooling="average", lr=1 / 3) == store.get(RUNS[1].key)


def test_a_digest_that_is_taken_away_is_damage(store):
    repair(store.path)
    for column in ("sha256", "epochs_sha256", "predictions_sha256", "weights_sha256"):
        query(store, f"UPDATE runs SET {column} = NULL WHERE key = ?", RUNS[0].key)
    assert store.get(RUNS[0].key) is None


def test_a_store_of_an_earlier_version_can_be_bundled_and_imported(tmp_path):
    run = a_trained_run(1)
    write_version_1(tmp_path / "earlier.db", run)
    query(RunStore(tmp_path / "earlier.db"), "PRAGMA journal_mode = DELETE")
    before = (tmp_path / "earlier.db").read_bytes()
    beside = RunStore(tmp_path / "home" / "runs.db", tmp_path / "earlier.db")
    assert run == beside.get(run.key)
    assert [Source.BUNDLED] == [row.source for row in beside.summaries()]
    found = absorb(RunStore(tmp_path / "runs.db"), tmp_path / "earlier.db")
    assert (1, {}) == (found.added, found.reasons)
    assert before == (tmp_path / "earlier.db").read_bytes()


def version_2(path, *runs):
    """A store as version 2 made it: without the table of checkpoints."""
    store = RunStore(path)
    for run in runs:
        store.put(run)
    query(store, "DROP TABLE checkpoints")
    query(store, "PRAGMA user_version = 2")
    query(store, "PRAGMA journal_mode = DELETE")
    return RunStore(path)


def test_a_store_of_version_2_is_read_as_it_is_and_gets_room_for_checkpoints_when_written(tmp_path):
    store = version_2(tmp_path / "runs.db", *RUNS)
    store.put_analysis(RUNS[0].key, "shift", "{}", b"\1\2")
    query(store, "DROP TABLE checkpoints")
    query(store, "PRAGMA user_version = 2")
    before = query(store, "SELECT * FROM runs")
    as_they_were(store)
    assert {} == store.checkpoint_steps(run.key for run in RUNS)
    assert 0 == store.checkpoint_space().taken
    assert [(2,)] == query(store, "PRAGMA user_version")
    new = with_checkpoints(a_run(4))
    assert store.put(new)
    assert new == store.get(new.key)
    assert [(SCHEMA_VERSION,)] == query(store, "PRAGMA user_version")
    store.delete([new.key])
    as_they_were(store)
    assert before == query(store, "SELECT * FROM runs")


def test_a_store_of_version_2_can_be_bundled_imported_and_checked(tmp_path):
    run = a_trained_run(1)
    earlier = version_2(tmp_path / "earlier.db", run)
    before = earlier.path.read_bytes()
    bundled = RunStore(tmp_path / "home" / "runs.db", earlier.path)
    assert (run, ()) == (bundled.get(run.key), bundled.checkpoints(run.key))
    assert 1 == absorb(RunStore(tmp_path / "runs.db"), earlier.path).added
    RunStore.only_read(earlier.path).check()
    assert before == earlier.path.read_bytes()


def test_a_copy_of_bundled_runs_becomes_a_store_of_this_version(tmp_path):
    smallest = min(FILES, key=lambda file: file.stat().st_size)
    store = RunStore(tmp_path / "runs.db")
    copyfile(smallest, store.path)
    before = {row.key: store.get(row.key) for row in store.summaries()}
    new = with_checkpoints(a_run(4))
    store.put(new)
    assert [(SCHEMA_VERSION,)] == query(store, "PRAGMA user_version")
    assert before | {new.key: new} == {row.key: store.get(row.key) for row in store.summaries()}
    assert {} == store.noticed
    store.check()


@pytest.mark.parametrize("gallery", FILES, ids=lambda file: file.name)
def test_the_bundled_runs_have_digests(gallery):
    with closing(
        sqlite3.connect(f"{gallery.as_uri()}?mode=ro&immutable=1", uri=True)
    ) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    assert 2 <= version <= SCHEMA_VERSION
