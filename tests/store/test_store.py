"""Does the store give back what was put into it, list it in order, and merge in the gallery?"""

import sqlite3
import subprocess
import sys
import zlib
from contextlib import closing
from dataclasses import fields, replace

import pytest

import core.config.experiment
from core.errors import ConfigError, StoreError
from core.run import RunSummary, Source, Status
from core.store import RunStore, rows
from tests.store.store_samples import a_run, reseal, some_weights


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "home" / "runs.db")


@pytest.fixture
def raw(store):
    """A connection that goes round the store."""
    store.put(a_run(999))
    with closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
        yield connection


def with_gallery(tmp_path, *runs):
    """A store, still without a file, beside a gallery of these runs."""
    bundled = RunStore(tmp_path / "gallery.db")
    for run in runs:
        bundled.put(run)
    return RunStore(tmp_path / "home" / "runs.db", tmp_path / "gallery.db")


def lean(run):
    return replace(run, predictions=b"", weights=b"")


def test_a_run_comes_back_as_it_was_put(store):
    run = a_run(7, widths="8,16,32", pooling="average", dropout="head", lr=1 / 3)
    assert store.put(run)
    assert run == store.get(run.key)


def test_a_diverged_run_comes_back_as_it_was_put(store):
    run = replace(
        a_run(), status=Status.DIVERGED, epochs=(), test_accuracy=None, predictions=b"", weights=b""
    )
    store.put(run)
    assert run == store.get(run.key)
    assert [(None, None, None)] == [
        (row.train_accuracy, row.validation_accuracy, row.test_accuracy)
        for row in store.summaries()
    ]


def test_predictions_and_weights_can_be_asked_for_alone(store):
    run = a_run()
    store.put(run)
    assert run.predictions == store.predictions(run.key)
    assert run.weights == store.weights(run.key)


def test_weights_that_were_not_kept_are_empty_and_not_missing(store):
    run = replace(a_run(), weights=b"")
    store.put(run)
    assert store.weights(run.key) == b""
    assert run == store.get(run.key)


def test_what_is_not_there_is_none(store):
    store.put(a_run(1))
    key = a_run(2).key
    assert (None, None, None) == (store.get(key), store.predictions(key), store.weights(key))
    assert {} == store.runs([key])
    assert set() == store.present([key])


def test_a_store_without_a_file_is_empty_and_reading_makes_none(store):
    key = a_run().key
    assert [] == store.summaries()
    assert store.get(key) is None
    assert set() == store.present([key])
    store.check()
    assert not store.path.parent.exists()


def test_putting_a_key_again_changes_nothing(store):
    first = a_run()
    again = replace(first, test_accuracy=0.5, created="2027-01-01T00:00:00.000+00:00")
    assert store.put(first)
    assert not store.put(again)
    assert first == store.get(first.key)


def test_runs_have_epochs_but_neither_predictions_nor_weights(store):
    runs = [a_run(seed) for seed in range(3)]
    for run in runs:
        store.put(run)
    keys = [runs[2].key, "0" * 16, runs[0].key]
    found = store.runs(keys)
    assert [runs[2].key, runs[0].key] == list(found)
    assert [lean(runs[2]), lean(runs[0])] == list(found.values())


def test_runs_and_presence_take_more_keys_than_sqlite_takes_parameters(store):
    run = a_run()
    store.put(run)
    keys = [f"{number:016x}" for number in range(40_000)] + [run.key]
    assert [run.key] == list(store.runs(keys))
    assert {run.key} == store.present(keys)


def test_keys_may_be_a_generator(tmp_path):
    own, bundled = a_run(1), a_run(2)
    store = with_gallery(tmp_path, bundled)
    store.put(own)
    keys = [own.key, bundled.key]
    assert set(keys) == store.present(key for key in keys)
    assert keys == list(store.runs(key for key in keys))


def test_a_summary_says_what_its_run_says(store):
    run = a_run(5, head="flatten")
    store.put(run)
    expected = RunSummary(
        key=run.key,
        config=run.experiment.to_flat(),
        status=Status.DONE,
        seed=5,
        train_accuracy=run.epochs[-1].train_accuracy,
        validation_accuracy=run.epochs[-1].validation_accuracy,
        test_accuracy=run.test_accuracy,
        parameters=run.parameters,
        macs=run.macs,
        seconds=run.seconds,
        device=run.machine.device,
        capability=run.machine.capability,
        created=run.created,
        source=Source.HERE,
    )
    assert [expected] == store.summaries()


def test_summaries_are_newest_first_across_store_and_gallery(tmp_path):
    store = with_gallery(tmp_path, a_run(1), a_run(4))
    for seed in (3, 0, 2):
        store.put(a_run(seed))
    listed = [(row.seed, row.source) for row in store.summaries()]
    here, bundled = Source.HERE, Source.BUNDLED
    assert [(4, bundled), (3, here), (2, here), (1, bundled), (0, here)] == listed


def test_summaries_do_not_touch_epochs_predictions_or_weights(store, raw):
    raw.executescript("DROP TABLE epochs; DROP TABLE predictions; DROP TABLE weights;")
    assert [999] == [row.seed for row in store.summaries()]
    with pytest.raises(StoreError):
        store.get(a_run(999).key)


def test_a_store_without_a_file_gives_what_the_gallery_has(tmp_path):
    run = a_run()
    store = with_gallery(tmp_path, run)
    assert run == store.get(run.key)
    assert {run.key: lean(run)} == store.runs([run.key])
    assert {run.key} == store.present([run.key])
    assert run.predictions == store.predictions(run.key)
    assert run.weights == store.weights(run.key)
    assert [Source.BUNDLED] == [row.source for row in store.summaries()]
    assert not store.path.exists()


def test_a_run_in_store_and_gallery_appears_once_as_ones_own(tmp_path):
    bundled = a_run()
    own = replace(bundled, seconds=99.0)
    store = with_gallery(tmp_path, bundled)
    assert store.put(own)
    assert [(Source.HERE, 99.0)] == [(row.source, row.seconds) for row in store.summaries()]
    assert own == store.get(own.key)
    assert lean(own) == store.runs([own.key])[own.key]


def test_the_gallery_is_left_as_it_is(tmp_path):
    run = a_run(1)
    store = with_gallery(tmp_path, run)
    before = (tmp_path / "gallery.db").read_bytes()
    store.put(a_run(2))
    store.get(run.key)
    store.summaries()
    assert before == (tmp_path / "gallery.db").read_bytes()
    assert {"gallery.db", "home"} == {path.name for path in tmp_path.iterdir()}


def test_deleting_takes_all_that_belongs_to_a_run_and_nothing_else(store, raw):
    kept, gone = a_run(999), a_run(1)
    store.put(gone)
    for run in (kept, gone):
        store.put_analysis(run.key, "shift", "{}", b"\0")
    assert store.delete([gone.key, gone.key]) == 1
    assert store.get(gone.key) is None
    assert kept == store.get(kept.key)
    for table in ("runs", "epochs", "predictions", "weights", "analyses"):
        keys = raw.execute(f"SELECT DISTINCT key FROM {table}").fetchall()
        assert [(kept.key,)] == keys, table


def test_an_unknown_key_cannot_be_deleted_and_stops_the_rest(store):
    store.put(a_run())
    with pytest.raises(ConfigError, match=r"^0123456789abcdef: no run has this key$"):
        store.delete([a_run().key, "0123456789abcdef"])
    assert {a_run().key} == store.present([a_run().key])


def test_a_bundled_run_cannot_be_deleted_and_stops_the_rest(tmp_path):
    own, bundled = a_run(1), a_run(2)
    store = with_gallery(tmp_path, bundled)
    store.put(own)
    with pytest.raises(ConfigError, match=f"^{bundled.key}: bundled with Poolscope"):
        store.delete([own.key, bundled.key])
    assert {own.key, bundled.key} == store.present([own.key, bundled.key])


def test_ones_own_copy_of_a_bundled_run_can_be_deleted(tmp_path):
    run = a_run()
    store = with_gallery(tmp_path, run)
    store.put(run)
    assert store.delete([run.key]) == 1
    assert [Source.BUNDLED] == [row.source for row in store.summaries()]


def test_deleting_nothing_makes_no_file(store):
    assert store.delete([]) == 0
    assert not store.path.exists()


def test_a_run_of_an_older_code_version_is_listed_and_can_be_deleted_but_is_not_given(
    store, monkeypatch
):
    monkeypatch.setattr(core.config.experiment, "CODE_VERSION", 0)
    old = a_run()
    old_key = old.key
    store.put(old)
    rows._from_flat.cache_clear()  # as a new process would begin
    monkeypatch.undo()
    new_key = a_run().key
    assert old_key != new_key
    assert [old_key] == [row.key for row in store.summaries()]
    for key in (old_key, new_key):
        assert store.get(key) is None
    assert {} == store.runs([old_key, new_key])
    assert set() == store.present([old_key, new_key])
    assert store.put(a_run())
    assert store.delete([old_key]) == 1
    assert [new_key] == [row.key for row in store.summaries()]


def test_a_configuration_that_this_version_does_not_know_is_passed_over(store, raw):
    raw.execute("""UPDATE runs SET flat = '{"pooling": "teleport"}'""")
    reseal(store.path)
    assert store.get(a_run(999).key) is None
    assert [{"pooling": "teleport"}] == [row.config for row in store.summaries()]


def test_a_row_that_contradicts_its_key_gives_way_to_the_run_of_that_key(store, raw):
    run = a_run(999)
    raw.execute("""UPDATE runs SET flat = '{"seed": 998}'""")
    reseal(store.path)
    assert set() == store.present([run.key])
    assert store.put(run)
    assert run == store.get(run.key)


def test_weights_that_are_no_safetensors_are_not_kept(store):
    run = replace(a_run(), weights=b"\x80\x04\x95 a pickle")
    with pytest.raises(StoreError, match=f"^run {run.key} cannot be kept: .*safetensors"):
        store.put(run)
    assert [] == store.summaries()


def test_the_tables_hold_what_a_person_with_sqlite_would_look_for(store, raw):
    run = a_run(999)
    (canonical, fingerprint, epochs) = raw.execute(
        "SELECT canonical, fingerprint, epochs FROM runs"
    ).fetchone()
    assert run.experiment.canonical_json == canonical
    assert run.experiment.data.entry.fingerprint == fingerprint
    assert len(run.epochs) == epochs
    (content,) = raw.execute("SELECT content FROM predictions").fetchone()
    assert run.predictions == zlib.decompress(content)
    assert ("wal",) == raw.execute("PRAGMA journal_mode").fetchone()


def test_every_field_of_a_run_is_stored():
    # a field added to Run or Epoch needs a column, or the round trips above say nothing about it
    run = a_run()
    assert {
        "experiment", "status", "epochs", "test_accuracy", "parameters", "macs", "seconds",
        "machine", "created", "predictions", "weights", "checkpoints",
    } == {field.name for field in fields(run)}  # fmt: skip
    assert {"device", "capability", "versions"} == {field.name for field in fields(run.machine)}


def test_the_store_needs_neither_torch_nor_streamlit():
    program = (
        "import sys, core.store\n"
        "print([name for name in ('torch', 'streamlit', 'sklearn', 'distributed', 'numpy')"
        " if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_sample_weights_differ():
    assert some_weights(fill=1) != some_weights(fill=2)


def test_a_run_with_weights_replaces_one_that_was_kept_without(tmp_path):
    store = with_gallery(tmp_path, replace(a_run(1), weights=b""))
    keys = [a_run(1).key]
    assert store.present(keys)
    assert set() == store.with_weights(keys)
    assert store.put(replace(a_run(2), weights=b""))
    assert not store.put(replace(a_run(2), weights=b""))
    assert store.put(a_run(2))
    assert not store.put(replace(a_run(2), weights=b""))
    assert a_run(2) == store.get(a_run(2).key)
    # one's own is looked at before the bundled one
    assert store.put(a_run(1))
    assert a_run(1).weights == store.weights(a_run(1).key)
    assert set(keys) == store.with_weights(keys)
