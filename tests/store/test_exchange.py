"""Do runs go out as a file and come back in, whole, and does a hostile file do no harm?"""

import sqlite3
from contextlib import closing, suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import StoreError
from core.run import NO_RUN
from core.store import RunStore, Weights, absorb, write_copy
from tests.store.store_samples import a_run as unchecked
from tests.store.store_samples import a_trained_run as a_run


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs.db")


def other(tmp_path, *runs, name="other.db"):
    found = RunStore(tmp_path / name)
    for run in runs:
        found.put(run)
    return found


def test_new_runs_are_taken_in_and_known_ones_left(store, tmp_path):
    store.put(a_run(1))
    theirs = other(tmp_path, replace(a_run(1), seconds=99.0), a_run(2), a_run(3))
    found = absorb(store, theirs.path)
    assert (2, 1, 0) == (found.added, found.known, found.refused)
    assert a_run(1) == store.get(a_run(1).key)
    assert a_run(3) == store.get(a_run(3).key)
    again = absorb(store, theirs.path)
    assert (0, 3, 0) == (again.added, again.known, again.refused)


def test_the_file_is_only_read(store, tmp_path):
    theirs = other(tmp_path, a_run(1))
    with closing(sqlite3.connect(theirs.path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    before = theirs.path.read_bytes()
    absorb(store, theirs.path)
    assert before == theirs.path.read_bytes()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE weights SET content = zeroblob(99)",
        "UPDATE weights SET sha256 = 'x'",
        "UPDATE predictions SET content = x'00'",
        "DELETE FROM epochs",
        "UPDATE runs SET flat = '[]'",
        """UPDATE runs SET flat = '{"pooling": "banana"}'""",
        "UPDATE runs SET key = '0123456789abcdef'",
        "UPDATE runs SET status = 'glorious'",
    ],
)
def test_a_damaged_run_is_not_taken_in(store, tmp_path, damage):
    theirs = other(tmp_path, a_run(1))
    with closing(sqlite3.connect(theirs.path)) as connection:
        connection.execute(damage)
        connection.commit()
    added = refused = 0
    with suppress(StoreError):
        found = absorb(store, theirs.path)
        added, refused = found.added, found.refused
    assert (0, True) == (added, refused in {0, 1})
    assert [] == store.summaries()


@settings(max_examples=60)
@given(st.binary(max_size=4096))
def test_a_file_that_is_no_store_is_refused_in_a_sentence(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("hostile")
    path = folder / "runs.db"
    path.write_bytes(content)
    with pytest.raises(StoreError):
        absorb(RunStore(folder / "own.db"), path)


@settings(max_examples=60)
@given(st.data())
def test_a_store_with_flipped_bytes_does_no_harm(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("flipped")
    theirs = other(folder, a_run(1), a_run(2))
    with closing(sqlite3.connect(theirs.path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    content = bytearray(theirs.path.read_bytes())
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    theirs.path.write_bytes(bytes(content))
    store = RunStore(folder / "own.db")
    with suppress(StoreError):
        absorb(store, theirs.path)
    store.check()
    # what was taken in is one of the two, to the last bit
    originals = {run.key: run for run in (a_run(1), a_run(2))}
    for summary in store.summaries():
        assert originals[summary.key] == store.get(summary.key)


def test_a_missing_file_is_named(store, tmp_path):
    with pytest.raises(StoreError, match="does not exist"):
        absorb(store, tmp_path / "nothing.db")


def test_a_copy_carries_what_workers_computed_and_the_weights_that_are_asked_for(store, tmp_path):
    for seed in range(4):
        store.put(a_run(seed))
    store.put_analysis(a_run(1).key, "shift", "{}", b"one")
    store.put_analysis(a_run(3).key, "shift", "{}", b"three")
    store.put_analysis(NO_RUN, "fact", "{}", b"fact")
    target = tmp_path / "out.db"
    keys = [a_run(seed).key for seed in (0, 1, 2)]
    assert (3, ["missing"]) == write_copy(store, [*keys, "missing"], target, Weights(seeds=2))
    copied = RunStore(target)
    assert [True, True, False] == [bool(copied.weights(key)) for key in keys]
    assert copied.predictions(keys[2]) == a_run(2).predictions
    assert b"one" == copied.analysis(keys[1], "shift", "{}")
    assert b"fact" == copied.analysis(NO_RUN, "fact", "{}")
    assert copied.analysis(a_run(3).key, "shift", "{}") is None


def test_nothing_to_copy_is_refused(store, tmp_path):
    with pytest.raises(StoreError, match="no run to export"):
        write_copy(store, [], tmp_path / "out.db")


def test_weights_that_are_too_large_stay_behind(store, tmp_path):
    store.put(unchecked(1, weights_size=64))
    store.put(unchecked(2, weights_size=5_000))
    keys = [unchecked(1).key, unchecked(2).key]
    write_copy(store, keys, tmp_path / "out.db", Weights(size=1_000))
    copied = RunStore(tmp_path / "out.db")
    assert [True, False] == [bool(copied.weights(key)) for key in keys]
