"""What happens on a full disk, in a read-only folder, behind a lock, on an impossible path?"""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import StoreError
from core.run import Source
from core.settings import PROJECT
from core.store import RunStore
from tests.store.store_samples import a_run, reseal_within

AS_SOMEBODY = """
import os, sys
from pathlib import Path
from core.errors import StoreError
from core.store import RunStore
from tests.store.store_samples import a_run
if os.getuid() == 0:  # permissions do not bind root
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
store = RunStore(Path(sys.argv[1]))
try:
    print(eval(sys.argv[2]))
except StoreError as error:
    print("StoreError:", error)
"""


@pytest.fixture
def folder():
    """A folder that other users can reach, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="poolscope-"))
    path.chmod(0o755)
    yield path
    for inner in (path, *path.rglob("*")):
        inner.chmod(0o755)
    shutil.rmtree(path)


def as_somebody(path, expression):
    """What a user without special rights gets from a store: the printed value or the error."""
    done = subprocess.run(
        [sys.executable, "-c", AS_SOMEBODY, str(path), expression],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    return done.stdout.strip()


def read_only(path, run):
    """A store in a folder in which nobody may write."""
    RunStore(path).put(run)
    path.chmod(0o444)
    path.parent.chmod(0o555)


def test_a_full_disk_is_one_sentence_and_loses_nothing(tmp_path):
    store = RunStore(tmp_path / "runs.db", max_pages=60)
    kept = [a_run(seed, weights_size=80_000) for seed in range(2)]
    for run in kept:
        store.put(run)
    too_many = a_run(2, weights_size=80_000)
    with pytest.raises(
        StoreError, match=f"^{store.path} cannot grow because the disk is full[^\n]*$"
    ):
        store.put(too_many)
    for run in kept:
        assert run == store.get(run.key)
    assert {run.key for run in kept} == store.present(run.key for run in [*kept, too_many])
    store.check()


def test_after_a_full_disk_there_is_room_again_once_a_run_is_deleted(tmp_path):
    store = RunStore(tmp_path / "runs.db", max_pages=60)
    runs = [a_run(seed, weights_size=80_000) for seed in range(3)]
    assert store.put(runs[0])
    assert store.put(runs[1])
    with pytest.raises(StoreError):
        store.put(runs[2])
    assert store.delete([runs[0].key]) == 1
    assert store.put(runs[2])
    assert runs[2] == store.get(runs[2].key)


def test_a_disk_too_full_for_an_empty_store_is_one_sentence(tmp_path):
    store = RunStore(tmp_path / "runs.db", max_pages=2)
    with pytest.raises(StoreError, match="the disk is full"):
        store.put(a_run())
    assert [] == store.summaries()
    assert RunStore(store.path).put(a_run())


def test_a_store_in_a_read_only_folder_can_be_read(folder):
    run = a_run()
    read_only(folder / "runs.db", run)
    before = (folder / "runs.db").read_bytes()
    assert as_somebody(folder / "runs.db", "len(store.summaries())") == "1"
    assert as_somebody(folder / "runs.db", "store.get(a_run().key) == a_run()") == "True"
    assert before == (folder / "runs.db").read_bytes()
    assert ["runs.db"] == [path.name for path in folder.iterdir()]


@pytest.mark.parametrize("write", ["store.put(a_run(1))", "store.delete([a_run(0).key])"])
def test_writing_in_a_read_only_folder_is_one_sentence_and_loses_nothing(folder, write):
    path = folder / "runs.db"
    read_only(path, a_run(0))
    before = path.read_bytes()
    answer = as_somebody(path, write)
    assert answer.startswith(f"StoreError: {path} cannot be written because it or its folder")
    assert answer.count("\n") == 0
    assert before == path.read_bytes()


def test_a_damaged_run_in_a_read_only_folder_counts_as_absent(folder):
    path = folder / "runs.db"
    RunStore(path).put(a_run(1))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE weights SET sha256 = 'other'")
    read_only(path, a_run(0))
    assert as_somebody(path, "store.get(a_run(1).key)") == "None"
    assert as_somebody(path, "store.get(a_run(0).key) == a_run(0)") == "True"


def test_changes_that_are_only_in_the_log_are_not_overlooked_in_a_read_only_folder(folder):
    path = folder / "runs.db"
    RunStore(path).put(a_run(0))
    left = folder / "left"
    left.mkdir()
    # a copy of file and log, as a killed writer leaves them
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE runs SET seconds = 77")
        reseal_within(connection)
        for name in ("runs.db", "runs.db-wal"):
            shutil.copy(folder / name, left / name)
            (left / name).chmod(0o444)
    left.chmod(0o555)
    answer = as_somebody(left / "runs.db", "store.summaries()")
    assert answer.startswith(f"StoreError: {left / 'runs.db'} cannot be ")
    left.chmod(0o755)
    assert [77.0] == [row.seconds for row in RunStore(left / "runs.db").summaries()]


def test_a_new_store_in_a_read_only_folder_is_one_sentence(folder):
    folder.chmod(0o555)
    for path in (folder / "runs.db", folder / "new" / "runs.db"):
        assert as_somebody(path, "store.summaries()") == "[]"
        answer = as_somebody(path, "store.put(a_run())")
        assert answer.startswith(f"StoreError: {path} cannot be ")
        assert answer.count("\n") == 0


def test_a_file_that_may_not_be_read_is_one_sentence(folder):
    path = folder / "runs.db"
    RunStore(path).put(a_run())
    path.chmod(stat.S_IWUSR if os.getuid() else 0)
    answer = as_somebody(path, "store.summaries()")
    assert answer.startswith(f"StoreError: {path} cannot be opened because this user may not")


@pytest.mark.parametrize("operation", ["put", "summaries"])
def test_a_path_through_a_file_is_one_sentence(tmp_path, operation):
    (tmp_path / "file").write_text("kept")
    store = RunStore(tmp_path / "file" / "runs.db")
    with pytest.raises(StoreError, match=f"^{store.path} cannot be used as a run store: not a dir"):
        store.put(a_run()) if operation == "put" else store.summaries()
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize("operation", ["put", "summaries"])
def test_a_folder_in_place_of_the_file_is_one_sentence(tmp_path, operation):
    store = RunStore(tmp_path)
    with pytest.raises(StoreError, match=f"^{tmp_path} is not a file, so it is not a run store"):
        store.put(a_run()) if operation == "put" else store.summaries()


def test_a_store_that_stays_locked_is_one_sentence_and_can_still_be_read(tmp_path):
    store = RunStore(tmp_path / "runs.db", timeout=0.05)
    store.put(a_run(0))
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for write in (lambda: store.put(a_run(1)), lambda: store.delete([a_run(0).key])):
            with pytest.raises(StoreError, match=f"^{store.path} is locked by another program"):
                write()
        assert [0] == [row.seed for row in store.summaries()]
    assert store.put(a_run(1))


def test_a_store_that_is_locked_for_reading_too_is_one_sentence(tmp_path):
    store = RunStore(tmp_path / "runs.db", timeout=0.05)
    store.put(a_run())
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=f"^{store.path} is locked by another program"):
            store.summaries()
    assert [Source.HERE] == [row.source for row in store.summaries()]


def test_a_path_with_signs_that_mean_something_in_an_address_works(tmp_path):
    store = RunStore(tmp_path / "50% of? #all äö runs.db")
    store.put(a_run())
    assert a_run() == store.get(a_run().key)
    assert [store.path] == list(tmp_path.iterdir())


def test_a_relative_path_works(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = RunStore(Path("runs.db"))
    store.put(a_run())
    assert a_run() == store.get(a_run().key)
    assert Path("runs.db") == store.path
