"""Is damage noticed, is what is damaged set aside, and is a foreign file left alone?"""

import hashlib
import pickle
import sqlite3
from contextlib import closing

import pytest

from core.errors import StoreError
from core.run import Source
from core.store import RunStore
from core.store.schema import APPLICATION_ID, SCHEMA_VERSION
from tests.store.store_samples import a_run, some_weights

READS = {
    "summaries": lambda store: store.summaries(),
    "get": lambda store: store.get(a_run().key),
    "runs": lambda store: store.runs([a_run().key]),
    "present": lambda store: store.present([a_run().key]),
    "predictions": lambda store: store.predictions(a_run().key),
    "weights": lambda store: store.weights(a_run().key),
    "delete": lambda store: store.delete([a_run().key]),
    "check": lambda store: store.check(),
}
OPERATIONS = {**READS, "put": lambda store: store.put(a_run())}


class Bomb:
    """Unpickling this writes a file."""

    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return (open, (self.target, "w"))


@pytest.fixture
def store(tmp_path):
    store = RunStore(tmp_path / "runs.db")
    store.put(a_run(0))
    store.put(a_run(1))
    return store


def alter(store, statement, *values):
    with closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
        return connection.execute(statement, values).fetchall()


def set_weights(store, content, sha256=None):
    digest = sha256 or hashlib.sha256(content).hexdigest()
    alter(
        store,
        "UPDATE weights SET content = ?, sha256 = ? WHERE key = ?",
        content,
        digest,
        a_run().key,
    )


def spoil(store, kind, tmp_path):
    key = a_run().key
    if kind == "a changed byte":
        recorded = hashlib.sha256(a_run().weights).hexdigest()
        set_weights(store, some_weights(fill=77), recorded)
    elif kind == "a pickle with its hash":
        set_weights(store, pickle.dumps(Bomb(str(tmp_path / "exploded"))))
    elif kind == "text instead of bytes":
        alter(store, "UPDATE weights SET content = 'weights' WHERE key = ?", key)
    elif kind == "no row of weights":
        alter(store, "DELETE FROM weights WHERE key = ?", key)
    elif kind == "broken predictions":
        alter(store, "UPDATE predictions SET content = x'789c00' WHERE key = ?", key)
    elif kind == "a status that does not exist":
        alter(store, "UPDATE runs SET status = 'asleep' WHERE key = ?", key)


KINDS = [
    "a changed byte",
    "a pickle with its hash",
    "text instead of bytes",
    "no row of weights",
    "broken predictions",
    "a status that does not exist",
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_run_is_set_aside_and_can_be_trained_again(store, tmp_path, kind):
    damaged, whole = a_run(0), a_run(1)
    spoil(store, kind, tmp_path)
    assert store.get(damaged.key) is None
    assert [whole.key] == [row.key for row in store.summaries()]
    assert whole == store.get(whole.key)
    assert [(damaged.key,)] == alter(store, "SELECT key FROM quarantine")
    assert store.put(damaged)
    assert damaged == store.get(damaged.key)
    store.check()
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_check_names_the_damaged_run_and_changes_nothing(store, tmp_path, kind):
    spoil(store, kind, tmp_path)
    before = store.path.read_bytes()
    with pytest.raises(StoreError, match=f"{store.path} holds damaged runs: {a_run().key}$"):
        store.check()
    assert before == store.path.read_bytes()


def test_a_check_finds_a_run_without_all_its_epochs(store):
    alter(store, "DELETE FROM epochs WHERE key = ? AND number = 2", a_run().key)
    with pytest.raises(StoreError, match=f"holds damaged runs: {a_run().key}$"):
        store.check()


def test_damaged_weights_are_noticed_when_only_weights_are_asked_for(store, tmp_path):
    spoil(store, "a changed byte", tmp_path)
    assert store.weights(a_run().key) is None
    assert set() == store.present([a_run().key])


def test_the_quarantine_keeps_what_was_found_and_what_was_asked_for(store, tmp_path):
    spoil(store, "a changed byte", tmp_path)
    store.get(a_run().key)
    [(reason, content, sha256, flat)] = alter(
        store, "SELECT reason, content, sha256, flat FROM quarantine"
    )
    assert reason == "the SHA-256 of its weights is not the recorded one"
    assert some_weights(fill=77) == content
    assert hashlib.sha256(a_run().weights).hexdigest() == sha256
    assert '"pooling": "max"' in flat


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_run_of_the_gallery_counts_as_absent(store, tmp_path, kind):
    spoil(store, kind, tmp_path)
    before = store.path.read_bytes()
    beside = RunStore(tmp_path / "home" / "own.db", store.path)
    assert beside.get(a_run(0).key) is None
    assert a_run(1) == beside.get(a_run(1).key)
    assert before == store.path.read_bytes()
    assert not beside.path.exists()


def test_a_damaged_run_is_replaced_by_the_bundled_one(store, tmp_path):
    bundled = RunStore(tmp_path / "gallery.db")
    bundled.put(a_run())
    spoil(store, "a changed byte", tmp_path)
    beside = RunStore(store.path, bundled.path)
    assert a_run() == beside.get(a_run().key)
    assert [Source.BUNDLED] == [r.source for r in beside.summaries() if r.key == a_run().key]


def test_a_configuration_that_is_no_json_is_set_aside_and_the_others_stay_readable(store):
    alter(store, "UPDATE runs SET flat = '{oops' WHERE key = ?", a_run(0).key)
    assert [a_run(1).key] == [row.key for row in store.summaries()]
    assert [a_run(0).key] == list(store.noticed)
    assert [(a_run(0).key,)] == alter(store, "SELECT key FROM quarantine")
    store.check()


def not_sqlite(path):
    path.write_bytes(b"accuracy,epoch\n" * 400)


def another_program(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE runs (key TEXT)")


def another_program_in_wal_mode(path):
    another_program(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def newer_version(path):
    RunStore(path).put(a_run())
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")


def cut_short(path):
    RunStore(path).put(a_run())
    path.write_bytes(path.read_bytes()[:5000])


def without_tables(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(
            f"PRAGMA application_id = {APPLICATION_ID}; CREATE TABLE other (x)"
        )


FOREIGN = {
    not_sqlite: "is not an SQLite file, so it is not a run store",
    another_program: "is an SQLite file of another program, not a run store",
    another_program_in_wal_mode: "is an SQLite file of another program, not a run store",
    newer_version: f"was written by a newer Poolscope .its format is {SCHEMA_VERSION + 1}",
    cut_short: "is damaged",
    without_tables: "is an SQLite file of another program, not a run store",
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("make", FOREIGN, ids=lambda make: make.__name__)
def test_a_foreign_file_is_refused_in_a_sentence_and_left_untouched(tmp_path, make, operation):
    path = tmp_path / "runs.db"
    make(path)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=f"^{path} {FOREIGN[make]}[^\n]*$"):
        OPERATIONS[operation](RunStore(path))
    assert before == path.read_bytes()
    assert ["runs.db"] == [found.name for found in tmp_path.iterdir()]


@pytest.mark.parametrize("operation", [name for name in READS if name != "check"])
@pytest.mark.parametrize("make", FOREIGN, ids=lambda make: make.__name__)
def test_a_gallery_that_cannot_be_read_is_refused_in_a_sentence(tmp_path, make, operation):
    path = tmp_path / "gallery.db"
    make(path)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=f"^{path} {FOREIGN[make]}[^\n]*$"):
        OPERATIONS[operation](RunStore(tmp_path / "runs.db", path))
    assert before == path.read_bytes()


def test_the_log_of_a_foreign_file_in_use_is_left_untouched(tmp_path):
    path = tmp_path / "runs.db"
    another_program_in_wal_mode(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO runs VALUES ('theirs')")
        log = (tmp_path / "runs.db-wal").read_bytes()
        with pytest.raises(StoreError, match="another program"):
            RunStore(path).put(a_run())
        assert log == (tmp_path / "runs.db-wal").read_bytes()


def test_an_empty_file_becomes_a_store(tmp_path):
    store = RunStore(tmp_path / "runs.db")
    store.path.touch()
    assert [] == store.summaries()
    assert b"" == store.path.read_bytes()
    assert store.put(a_run())
    assert a_run() == store.get(a_run().key)


def test_an_empty_gallery_is_refused(tmp_path):
    (tmp_path / "gallery.db").touch()
    with pytest.raises(StoreError, match=r"gallery\.db is an SQLite file of another program"):
        RunStore(tmp_path / "runs.db", tmp_path / "gallery.db").summaries()


def test_a_missing_gallery_is_no_error(tmp_path):
    store = RunStore(tmp_path / "runs.db", tmp_path / "nowhere" / "gallery.db")
    assert [] == store.summaries()
    assert store.put(a_run())
    assert a_run() == store.get(a_run().key)
