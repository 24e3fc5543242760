"""Do the files of a folder serve as one bundle, and is each opened only for what it holds?"""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from core.cli import main
from core.run import NO_RUN, Source
from core.store import RunStore, bundled_files, file
from tests.store.store_samples import a_run

DIGITS, SHAPES = a_run(1), a_run(2, dataset="shapes")


@pytest.fixture
def folder(tmp_path):
    """One file for each data set, and nothing else."""
    for run in (DIGITS, SHAPES):
        made = RunStore(tmp_path / "gallery" / f"{run.experiment.data.dataset}.db")
        made.put(run)
        made.put_analysis(run.key, "shift", "{}", run.experiment.data.dataset.encode())
        made.put_analysis(NO_RUN, "fact", run.experiment.data.dataset, b"fact")
        with closing(sqlite3.connect(made.path)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    return tmp_path / "gallery"


@pytest.fixture
def store(tmp_path, folder):
    return RunStore(tmp_path / "home" / "runs.db", folder)


@pytest.fixture
def opened(monkeypatch):
    """Names of the files that are opened, in order."""
    names = []
    connect = file.StoreFile._connect

    def noted(self, query):
        names.append(self.path.name)
        return connect(self, query)

    monkeypatch.setattr(file.StoreFile, "_connect", noted)
    return names


def test_the_files_of_a_folder_are_listed_as_one(store, folder):
    assert [folder / "digits.db", folder / "shapes.db"] == bundled_files(folder)
    keys = {DIGITS.key, SHAPES.key}
    summaries = store.summaries()
    assert keys == {row.key for row in summaries}
    assert {Source.BUNDLED} == {row.source for row in summaries}
    assert keys == set(store.runs(keys)) == store.present(keys) == store.with_weights(keys)


@pytest.mark.parametrize("run", [DIGITS, SHAPES], ids=["digits", "shapes"])
def test_what_belongs_to_a_run_comes_from_the_file_that_has_it(store, run):
    assert run == store.get(run.key)
    assert (run.predictions, run.weights) == (store.predictions(run.key), store.weights(run.key))
    name = run.experiment.data.dataset
    assert name.encode() == store.analysis(run.key, "shift", "{}")
    assert b"fact" == store.analysis(NO_RUN, "fact", name)
    assert {name.encode()} == {row[3] for row in store.analyses([run.key])}


def test_what_was_computed_of_a_bundled_run_says_nothing_of_one_with_other_weights(store):
    assert store.put(DIGITS)
    assert store.analysis(DIGITS.key, "shift", "{}") == b"digits"
    store.delete([DIGITS.key])
    otherwise = bytes(9 - given for given in DIGITS.predictions)
    assert store.put(replace(DIGITS, predictions=otherwise))
    assert store.analysis(DIGITS.key, "shift", "{}") is None
    assert [] == list(store.analyses([DIGITS.key]))
    store.put_analysis(DIGITS.key, "shift", "{}", b"own")
    assert b"own" == store.analysis(DIGITS.key, "shift", "{}")
    assert b"shapes" == store.analysis(SHAPES.key, "shift", "{}")


def test_a_question_about_runs_opens_only_the_file_that_knows_them(store, opened):
    store.present([DIGITS.key])
    opened.clear()
    assert [SHAPES.key] == list(store.runs([SHAPES.key]))
    assert store.weights(SHAPES.key)
    assert store.analysis(SHAPES.key, "shift", "{}")
    assert {"shapes.db"} == set(opened)


def test_a_question_about_ones_own_runs_opens_no_bundled_file(store, opened):
    own = a_run(3)
    store.put(own)
    store.present([DIGITS.key])
    opened.clear()
    assert {own.key} == set(store.runs([own.key])) == store.present([own.key])
    assert own.weights == store.weights(own.key)
    assert {"runs.db"} == set(opened)


def test_a_file_that_is_deleted_takes_its_runs_along(store, folder):
    before = store.stamp
    store.summaries()
    (folder / "shapes.db").unlink()
    assert before != store.stamp
    assert [DIGITS.key] == [row.key for row in store.summaries()]
    assert {DIGITS.key} == set(store.runs([DIGITS.key, SHAPES.key]))


def test_a_file_that_is_replaced_is_read_anew(store, folder):
    assert {DIGITS.key} == store.present([DIGITS.key])
    before = store.stamp
    (folder / "shapes.db").replace(folder / "digits.db")
    assert before != store.stamp
    assert set() == store.present([DIGITS.key])
    assert {SHAPES.key} == store.present([SHAPES.key])


def test_an_empty_folder_is_a_bundle_without_runs(tmp_path):
    (tmp_path / "gallery").mkdir()
    store = RunStore(tmp_path / "runs.db", tmp_path / "gallery")
    assert [] == store.summaries()
    assert set() == store.present([DIGITS.key])
    assert {} == store.unreadable


def not_sqlite(path):
    path.write_bytes(b"accuracy,epoch\n" * 400)


def cut_short(path):
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize("spoil", [not_sqlite, cut_short])
def test_a_file_that_cannot_be_read_is_named_and_the_others_serve(store, folder, spoil):
    spoil(folder / "shapes.db")
    assert {DIGITS.key: DIGITS}.keys() == store.runs([SHAPES.key, DIGITS.key]).keys()
    assert [DIGITS.key] == [row.key for row in store.summaries()]
    assert None is store.get(SHAPES.key)
    ((path, reason),) = store.unreadable.items()
    assert folder / "shapes.db" == path
    assert reason.startswith(f"{path} is ")
    assert 1 == len(reason.splitlines())


def test_commands_name_a_bundled_file_that_cannot_be_read(capsys, home, folder, monkeypatch):
    not_sqlite(folder / "shapes.db")
    monkeypatch.setenv("POOLSCOPE_GALLERY", str(folder))
    assert 0 == main(["runs"])
    said = capsys.readouterr()
    assert DIGITS.key in said.out
    assert 1 == len(said.err.splitlines())
    assert f"left out: {folder / 'shapes.db'} is not an SQLite file" in said.err
    assert 1 == main(["check"])
    said = capsys.readouterr()
    assert f"{folder / 'digits.db'}" in said.out
    assert f"{folder / 'shapes.db'}: file is damaged" in said.err


def test_reading_changes_no_stamp(store):
    """Else every visitor who reads would empty the caches of all others."""
    store.put(a_run(3))
    before = store.stamp
    with store._own.reading():
        # SQLite has a log beside the store while anybody reads
        assert store.path.with_name("runs.db-wal").exists()
        assert before == store.stamp
    assert before == store.stamp
    store.put(a_run(4))
    assert before != store.stamp


def test_a_bundled_file_is_checked_once_for_as_long_as_it_stays_what_it_is(store, opened):
    store.runs([DIGITS.key])
    opened.clear()
    store.runs([DIGITS.key])
    assert ["digits.db"] == opened


def test_summaries_of_bundled_files_are_read_once(store, folder, opened):
    first = store.summaries()
    opened.clear()
    assert first == store.summaries()
    assert [] == opened
    (folder / "shapes.db").unlink()
    assert [DIGITS.key] == [row.key for row in store.summaries()]


def test_the_state_of_runs_changes_with_them_and_with_what_is_computed_about_them(store):
    run, other = a_run(3), a_run(4)
    states = [store.own_state([run.key, DIGITS.key])]
    store.put(other)
    assert states == [store.own_state([run.key, DIGITS.key])]
    store.put(run)
    states.append(store.own_state([run.key, DIGITS.key]))
    # of a bundled run, too
    store.put_analysis(DIGITS.key, "shift", "{}", b"1")
    states.append(store.own_state([run.key, DIGITS.key]))
    store.put_analysis(DIGITS.key, "shift", "{}", b"2")
    states.append(store.own_state([run.key, DIGITS.key]))
    store.delete([run.key])
    states.append(store.own_state([run.key, DIGITS.key]))
    assert len(states) == len(set(states))
