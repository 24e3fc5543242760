"""Are checkpoints kept with their run, within a budget, and only as they were put there?"""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from core.errors import StoreError
from core.run import Status
from core.store import RunStore, Weights, absorb, checkpoints, repair, write_copy
from tests.store.store_samples import STEPS, a_run, a_trained_run, some_weights, with_checkpoints

RUN = with_checkpoints(a_run(1))
LISTED = tuple((each.step, each.validation_accuracy) for each in RUN.checkpoints)
OF_ONE_RUN = sum(len(each.weights) for each in RUN.checkpoints)


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs.db")


def query(store, statement, *values):
    with closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        return connection.execute(statement, values).fetchall()


def test_a_run_comes_back_with_its_checkpoints(store):
    assert store.put(RUN)
    assert RUN == store.get(RUN.key)
    assert RUN.checkpoints == store.checkpoints(RUN.key)
    assert {RUN.key: LISTED} == store.checkpoint_steps([RUN.key, "0" * 16])
    store.check()


def test_a_run_without_checkpoints_has_none(store):
    store.put(a_run(1))
    assert () == store.checkpoints(RUN.key)
    assert {} == store.checkpoint_steps([RUN.key])
    assert () == store.checkpoints("0" * 16)


def test_checkpoints_are_deleted_with_their_run(store):
    store.put(RUN)
    store.delete([RUN.key])
    assert [] == query(store, "SELECT key FROM checkpoints")


def test_the_same_run_with_checkpoints_only_adds_them(store):
    store.put(replace(RUN, checkpoints=(), created="2020-01-01T00:00:00+00:00"))
    store.put_analysis(RUN.key, "shift", "{}", b"kept")
    assert store.put(RUN)
    assert b"kept" == store.analysis(RUN.key, "shift", "{}")
    assert ("2020-01-01T00:00:00+00:00", RUN.checkpoints) == (
        store.get(RUN.key).created,
        store.checkpoints(RUN.key),
    )
    assert not store.put(RUN)


def test_a_run_with_other_weights_and_checkpoints_takes_the_place_of_one_without(store):
    store.put(a_run(1))
    store.put_analysis(RUN.key, "shift", "{}", b"of other weights")
    assert store.put(RUN)
    assert RUN == store.get(RUN.key)
    assert store.analysis(RUN.key, "shift", "{}") is None


def test_one_without_checkpoints_changes_nothing(store):
    store.put(RUN)
    assert not store.put(a_run(1))
    assert RUN == store.get(RUN.key)


STRANGE = {
    "another network": with_checkpoints(RUN, 65).checkpoints,
    "no safetensors": (replace(RUN.checkpoints[0], weights=b"garbage"),),
    "no order": RUN.checkpoints[::-1],
    "a step twice": RUN.checkpoints[:1] * 2,
    "a step after the end": (replace(RUN.checkpoints[0], step=20 * 19),),
    "a negative step": (replace(RUN.checkpoints[0], step=-1),),
    "accuracy 1.5": (replace(RUN.checkpoints[0], validation_accuracy=1.5),),
}


@pytest.mark.parametrize("strange", STRANGE.values(), ids=STRANGE)
def test_what_cannot_be_of_the_run_is_refused(store, strange):
    with pytest.raises(StoreError, match="cannot be kept"):
        store.put(replace(RUN, checkpoints=strange))
    assert not store.path.exists()


def test_a_run_without_weights_or_end_has_no_checkpoints(store):
    bare = replace(RUN, weights=b"")
    diverged = replace(RUN, status=Status.DIVERGED, epochs=(), test_accuracy=None, predictions=b"")
    for run in (bare, diverged):
        with pytest.raises(StoreError, match="did not end well or has no weights"):
            store.put(run)


DAMAGE = {
    "content": "UPDATE checkpoints SET content = zeroblob(90) WHERE step = 4",
    "a text": "UPDATE checkpoints SET content = 'text' WHERE step = 4",
    "digest": "UPDATE checkpoints SET sha256 = 'x' WHERE step = 4",
    "step": "UPDATE checkpoints SET step = 5 WHERE step = 4",
    "accuracy": "UPDATE checkpoints SET validation_accuracy = 0.5 WHERE step = 4",
    "accuracy in words": "UPDATE checkpoints SET validation_accuracy = 'good' WHERE step = 4",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_checkpoint_is_passed_over_named_and_removed_and_its_run_stays(store, damage):
    store.put(RUN)
    query(store, damage)
    left = tuple(each for each in RUN.checkpoints if each.step != 4)
    assert replace(RUN, checkpoints=left) == store.get(RUN.key)
    assert left == store.checkpoints(RUN.key)
    with pytest.raises(StoreError, match=RUN.key):
        store.check()
    assert [RUN.key] == list(repair(store.path))
    store.check()
    assert replace(RUN, checkpoints=left) == store.get(RUN.key)
    assert [(len(left),)] == query(store, "SELECT count(*) FROM checkpoints")


def test_a_checkpoint_of_another_run_is_damage(store):
    other = with_checkpoints(a_run(2))
    store.put(RUN)
    store.put(replace(other, checkpoints=()))
    query(store, "UPDATE checkpoints SET key = ? WHERE step = 4", other.key)
    assert () == store.checkpoints(other.key)


def test_the_checkpoints_that_were_stored_first_go_first_and_no_weights(tmp_path):
    runs = [with_checkpoints(a_run(seed)) for seed in (3, 1, 2)]
    store = RunStore(tmp_path / "runs.db", checkpoint_bytes=2 * OF_ONE_RUN + 1)
    for run in runs:
        store.put(run)
    assert replace(runs[0], checkpoints=()) == store.get(runs[0].key)
    assert runs[1:] == [store.get(run.key) for run in runs[1:]]
    space = store.checkpoint_space()
    assert (2, 2 * OF_ONE_RUN, 2 * OF_ONE_RUN + 1) == (space.runs, space.taken, space.budget)
    # what is given again is the newest
    assert store.put(runs[0])
    assert {runs[0].key, runs[2].key} == set(store.checkpoint_steps(run.key for run in runs))


def test_a_run_whose_checkpoints_exceed_the_budget_is_kept_without(tmp_path):
    store = RunStore(tmp_path / "runs.db", checkpoint_bytes=OF_ONE_RUN - 1)
    assert store.put(RUN)
    assert replace(RUN, checkpoints=()) == store.get(RUN.key)


def test_an_empty_store_has_room(tmp_path):
    space = RunStore(tmp_path / "runs.db", checkpoint_bytes=5).checkpoint_space()
    assert (0, 0, 5) == (space.runs, space.taken, space.budget)


def trained(seed, **flat):
    return with_checkpoints(a_trained_run(seed, **flat))


def test_a_copy_carries_checkpoints_as_it_is_asked_to(store, tmp_path):
    runs = [trained(seed) for seed in (0, 1)]
    for run in runs:
        store.put(run)
    carried = {}
    for name, kept in {
        "all": Weights(),
        "lowest": Weights(checkpoints=1),
        "none": Weights(checkpoints=0),
        "of the weights": Weights(seeds=1),
    }.items():
        folder = tmp_path / name
        folder.mkdir()
        write_copy(store, [run.key for run in runs], folder / "copy.db", kept)
        copy = RunStore.only_read(folder / "copy.db")
        carried[name] = [bool(copy.checkpoints(run.key)) for run in runs]
    assert {
        "all": [True, True],
        "lowest": [True, False],
        "none": [False, False],
        "of the weights": [True, False],
    } == carried


def test_an_imported_run_brings_its_checkpoints(store, tmp_path):
    store.put(trained(1))
    write_copy(store, [trained(1).key], tmp_path / "copy.db")
    here = RunStore(tmp_path / "here" / "runs.db")
    assert 1 == absorb(here, tmp_path / "copy.db").added
    assert trained(1) == here.get(trained(1).key)


MANY = f"json_each('{list(range(100, 301))}')"
FOREIGN = {
    **{name: (damage, "step") for name, damage in DAMAGE.items() if name != "accuracy in words"},
    "many": (
        f"INSERT INTO checkpoints SELECT runs.key, value, 0.5, '', x'' FROM runs, {MANY}",
        "206 checkpoints; at most 100 are allowed",
    ),
    "large": ("UPDATE checkpoints SET content = zeroblob(69000000) WHERE step = 4", "64 MiB"),
}


@pytest.mark.parametrize(("damage", "reason"), FOREIGN.values(), ids=FOREIGN)
def test_a_foreign_run_with_strange_checkpoints_is_refused_and_others_come_in(
    store, tmp_path, damage, reason
):
    other = RunStore(tmp_path / "other" / "runs.db")
    other.put(trained(1))
    query(other, damage)
    other.put(a_trained_run(2))
    absorbed = absorb(store, other.path)
    assert 1 == absorbed.added
    assert reason in absorbed.reasons[trained(1).key]


def test_a_foreign_checkpoint_of_another_network_is_refused(store, tmp_path):
    other = RunStore(tmp_path / "other" / "runs.db")
    run = trained(1)
    other.put(run)
    with other._own.writing() as connection:
        checkpoints.remove(connection, run.key)
        strange = replace(run.checkpoints[0], weights=some_weights(65))
        checkpoints.insert(connection, run.key, [strange])
    assert "of another network" in absorb(store, other.path).reasons[run.key]


def test_a_bundled_run_has_checkpoints_and_ones_own_comes_first(tmp_path):
    gallery = RunStore(tmp_path / "gallery.db")
    gallery.put(RUN)
    query(gallery, "PRAGMA journal_mode = DELETE")
    store = RunStore(tmp_path / "home" / "runs.db", gallery.path)
    assert RUN.checkpoints == store.checkpoints(RUN.key)
    assert [STEPS] == [
        tuple(step for step, _ in each) for each in store.checkpoint_steps([RUN.key]).values()
    ]
    store.put(a_run(1))
    # its weights are others than those of the bundled checkpoints
    assert () == store.checkpoints(RUN.key)
    assert {} == store.checkpoint_steps([RUN.key])


@pytest.mark.parametrize("key", ["x'ff'", "CAST(x'ff' AS TEXT)", "7"])
def test_a_checkpoint_whose_key_is_no_text_is_removed(store, key):
    store.put(RUN)
    with closing(sqlite3.connect(store.path)) as connection, connection:
        # without foreign keys, as damage does not ask for them
        connection.execute(f"UPDATE checkpoints SET key = {key} WHERE step = {STEPS[1]}")
    assert {} == repair(store.path)
    assert len(STEPS) - 1 == len(store.checkpoints(RUN.key))
    assert [(len(STEPS) - 1,)] == query(store, "SELECT count(*) FROM checkpoints")
    store.check()
