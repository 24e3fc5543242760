"""Does a store keep what people note about runs, without a new version of its file?"""

import sqlite3
from contextlib import closing

import pytest

from core.errors import ConfigError, StoreError
from core.store import MOST_LETTERS, Note, RunStore
from tests.store.store_samples import a_run


@pytest.fixture
def store(tmp_path):
    store = RunStore(tmp_path / "runs.db")
    store.put(a_run(0))
    return store


def execute(store, statement):
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute(statement)


def test_a_note_is_kept_changed_and_taken_away(store):
    key = a_run(0).key
    assert {} == store.notes()
    store.note(key, Note(text="the one for the talk"))
    store.note("of a bundled run", Note(pinned=True))
    expected = {key: Note(text="the one for the talk"), "of a bundled run": Note(pinned=True)}
    assert expected == RunStore(store.path).notes()
    store.note(key, Note(pinned=True, text="a better one"))
    assert Note(pinned=True, text="a better one") == store.notes()[key]
    store.note(key, Note())
    assert {"of a bundled run"} == store.notes().keys()


def test_a_note_goes_with_its_run(store):
    store.note(a_run(0).key, Note(pinned=True))
    store.delete([a_run(0).key])
    assert {} == store.notes()


def test_a_store_without_the_table_is_read_and_gets_it_with_the_first_note(store):
    execute(store, "DROP TABLE notes")
    again = RunStore(store.path)
    assert {} == again.notes()
    assert again.get(a_run(0).key) == a_run(0)
    again.delete([a_run(0).key])
    again.note("a key", Note(text="something"))
    assert {"a key": Note(text="something")} == again.notes()
    again.check()


def test_a_store_that_is_not_there_has_no_notes(tmp_path):
    assert {} == RunStore(tmp_path / "nothing.db").notes()
    assert not (tmp_path / "nothing.db").exists()


def test_a_note_that_is_none_is_passed_over(store):
    store.note("good", Note(text="good"))
    execute(store, "INSERT INTO notes VALUES ('bad', 'x', x'00'), (x'00', 1, 'y')")
    execute(store, f"INSERT INTO notes VALUES ('long', 1, '{'z' * 500}')")
    assert {"good": Note(text="good"), "long": Note(pinned=True, text="z" * MOST_LETTERS)} == (
        store.notes()
    )


@pytest.mark.parametrize("text", ["x" * (MOST_LETTERS + 1), "two\nlines", "\x00"])
def test_a_note_is_one_short_line(store, text):
    with pytest.raises(ConfigError, match="one line of at most 200 letters"):
        store.note("a key", Note(text=text))
    assert {} == store.notes()


def test_a_table_of_that_name_of_somebody_else_is_no_store(store):
    execute(store, "DROP TABLE notes")
    execute(store, "CREATE VIEW notes AS SELECT 1 AS key, 1 AS pinned, 1 AS text")
    with pytest.raises(StoreError, match="under the names of a run store"):
        RunStore(store.path).notes()
