"""Is every stored number protected: is a changed one noticed, named, and left out of every list?"""

import sqlite3
from contextlib import closing

import pytest

from core.store import RunStore
from core.store.digests import COLUMNS
from tests.store.store_samples import a_run

SPOILT, WHOLE = a_run(0), a_run(1)

CHANGES = {
    "a bit of the test accuracy": "UPDATE runs SET test_accuracy = test_accuracy - 1e-16",
    "train accuracy": "UPDATE runs SET train_accuracy = 0.1",
    "validation accuracy": "UPDATE runs SET validation_accuracy = NULL",
    "parameters": "UPDATE runs SET parameters = parameters + 1",
    "MACs": "UPDATE runs SET macs = -macs",
    "seconds": "UPDATE runs SET seconds = 1e999",
    "seed": "UPDATE runs SET seed = 7",
    "number of epochs": "UPDATE runs SET epochs = 2",
    "status": "UPDATE runs SET status = 'diverged'",
    "text in place of a number": "UPDATE runs SET parameters = 'many'",
    "bytes in place of a number": "UPDATE runs SET test_accuracy = x'00'",
    "bytes in place of a text": "UPDATE runs SET device = x'ff00'",
    "text that is none": "UPDATE runs SET capability = CAST(x'ff41' AS TEXT)",
    "time": "UPDATE runs SET created = '2031'",
    "versions": "UPDATE runs SET versions = '{}'",
    "configuration": """UPDATE runs SET flat = replace(flat, '"max"', '"min"')""",
    "no digest": "UPDATE runs SET sha256 = NULL",
    "an empty digest": "UPDATE runs SET sha256 = ''",
    "another run's figures": "UPDATE runs SET test_accuracy = 0.5, sha256 = 'x'",
}
PARTS = {
    "a loss": "UPDATE epochs SET train_loss = train_loss * 2",
    "an epoch's accuracy": "UPDATE epochs SET validation_accuracy = 0.5",
    "an epoch's number": "UPDATE epochs SET number = -number",
    "text in an epoch": "UPDATE epochs SET seconds = 'long'",
    "an epoch less": "DELETE FROM epochs",
    "predictions": "UPDATE predictions SET content = x'789c030000000001'",
    "no predictions": "DELETE FROM predictions",
    "weights": "UPDATE weights SET content = x'00', sha256 = "
    "'6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'",
    "no weights": "DELETE FROM weights",
}


@pytest.fixture
def store(tmp_path):
    store = RunStore(tmp_path / "runs.db")
    store.put(SPOILT)
    store.put(WHOLE)
    return store


def spoil(store, change):
    with closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
        connection.execute(f"{change} WHERE key = ?", (SPOILT.key,))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def set_aside(store):
    with closing(sqlite3.connect(store.path)) as connection:
        return [key for (key,) in connection.execute("SELECT key FROM quarantine")]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_figure_is_noticed_by_a_list_and_the_others_stay_readable(store, change):
    spoil(store, change)
    assert [WHOLE.key] == [row.key for row in store.summaries()]
    assert [SPOILT.key] == list(store.noticed) == set_aside(store)
    assert WHOLE == store.get(WHOLE.key)
    assert store.put(SPOILT)
    assert SPOILT == store.get(SPOILT.key)


@pytest.mark.parametrize("read", ["runs", "present", "get"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_figure_is_noticed_by_whatever_reads_it(store, change, read):
    spoil(store, change)
    keys = [SPOILT.key, WHOLE.key]
    found = (
        {key for key in keys if store.get(key)}
        if read == "get"
        else set(getattr(store, read)(keys))
    )
    assert {WHOLE.key} == found


@pytest.mark.parametrize("change", PARTS.values(), ids=PARTS)
def test_a_changed_part_is_noticed_when_it_is_read_and_by_a_check(store, change):
    spoil(store, change)
    assert [SPOILT.key] == list(store.damaged())
    assert store.get(SPOILT.key) is None
    assert [SPOILT.key] == list(store.noticed) == set_aside(store)
    assert {} == store.damaged()


def test_the_figures_of_a_list_are_those_of_its_epochs(store):
    # the accuracies of a row repeat those of its last epoch, and both are in one digest
    spoil(store, "UPDATE epochs SET validation_accuracy = 0.25")
    assert {WHOLE.key} == set(store.runs([SPOILT.key, WHOLE.key]))


def test_a_changed_figure_of_the_gallery_is_passed_over_and_named(store, tmp_path):
    spoil(store, "UPDATE runs SET test_accuracy = 0.5")
    beside = RunStore(tmp_path / "home" / "own.db", store.path)
    assert [WHOLE.key] == [row.key for row in beside.summaries()]
    assert [SPOILT.key] == list(beside.noticed)
    assert [] == set_aside(store)
    assert not beside.path.exists()


def test_what_was_computed_is_secured_too_and_computed_again(store):
    store.put_analysis(SPOILT.key, "shift", "{}", b"0.377")
    assert b"0.377" == store.analysis(SPOILT.key, "shift", "{}")
    spoil(store, "UPDATE analyses SET content = CAST('0.439' AS BLOB)")
    assert store.analysis(SPOILT.key, "shift", "{}") is None
    assert [] == list(store.analyses([SPOILT.key]))
    assert [SPOILT.key] == list(store.damaged())
    assert SPOILT == store.get(SPOILT.key)
    store.repair()
    assert {} == store.damaged()
    assert SPOILT == store.get(SPOILT.key)


def test_every_column_that_is_read_is_secured(store):
    with closing(sqlite3.connect(store.path)) as connection:
        names = {name for _, name, *_ in connection.execute("PRAGMA table_info(runs)")}
    # what follows from the configuration is computed anew wherever it is used
    assert {"canonical", "fingerprint"} == names - set(COLUMNS)
