"""Does `check` name what is damaged, and does `--repair` keep all that can be read?"""

import json
import sqlite3
from contextlib import closing

import pytest

from core.cli import main
from core.store import RunStore
from tests.store.store_samples import a_run, a_trained_run
from tests.store.version_1 import write_version_1

SPOILT, WHOLE = a_run(0), a_run(1)


@pytest.fixture
def store(home, monkeypatch, tmp_path):
    monkeypatch.setenv("POOLSCOPE_GALLERY", str(tmp_path / "none.db"))
    store = RunStore(home / "runs.db")
    store.put(SPOILT)
    store.put(WHOLE)
    return store


def alter(path, statement):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def spoil(store):
    alter(store.path, f"UPDATE runs SET test_accuracy = 0.5 WHERE key = '{SPOILT.key}'")


def run(capsys, *arguments):
    status = main(arguments)
    answer = capsys.readouterr()
    return status, answer.out, answer.err


def test_a_whole_store_is_said_to_be_whole(capsys, store):
    status, out, err = run(capsys, "check", "--json")
    expected = {"file": str(store.path), "runs": 2, "damaged": {}, "repaired": False}
    assert (0, [expected], "") == (status, json.loads(out), err)


def test_a_damaged_run_is_named_and_left_where_it_is(capsys, store):
    spoil(store)
    before = store.path.read_bytes()
    status, out, err = run(capsys, "check", "--json")
    assert 1 == status
    assert [SPOILT.key] == list(json.loads(out)[0]["damaged"])
    assert f"{SPOILT.key} is damaged: the SHA-256 of its figures is not the recorded one" in err
    assert "`poolscope check --repair`" in err
    assert before == store.path.read_bytes()


def test_repair_sets_it_aside_and_keeps_the_others(capsys, store):
    spoil(store)
    status, out, err = run(capsys, "check", "--repair")
    assert (0, True) == (status, SPOILT.key in err)
    assert "1" == next(line for line in out.splitlines() if line.startswith("runs")).split()[-1]
    assert WHOLE == RunStore(store.path).get(WHOLE.key)
    assert 0 == run(capsys, "check")[0]


def test_a_store_that_does_not_exist_yet_is_whole(capsys, store, home, monkeypatch):
    monkeypatch.setenv("POOLSCOPE_HOME", str(home / "new"))
    for arguments in (["check"], ["check", "--repair"]):
        assert 0 == run(capsys, *arguments)[0]
    assert not (home / "new").exists()


def test_a_damaged_run_of_the_gallery_is_named_and_cannot_be_repaired(
    capsys, store, tmp_path, monkeypatch
):
    gallery = RunStore(tmp_path / "gallery.db")
    gallery.put(SPOILT)
    spoil(gallery)
    monkeypatch.setenv("POOLSCOPE_GALLERY", str(gallery.path))
    status, _, err = run(capsys, "check", "--repair")
    assert (1, True) == (status, f"{gallery.path}: {SPOILT.key} is damaged" in err)


@pytest.mark.parametrize(
    "arguments",
    [["runs"], ["export", "--all"], ["show", WHOLE.key], ["delete", WHOLE.key, "--yes"]],
)
def test_one_damaged_run_stops_no_command_and_each_names_it(capsys, store, arguments):
    alter(store.path, f"UPDATE runs SET flat = '{{oops' WHERE key = '{SPOILT.key}'")
    status, out, err = run(capsys, *arguments)
    assert (0, 1) == (status, len(err.splitlines()))
    assert f"run {SPOILT.key} is damaged" in err
    assert SPOILT.key not in out


def test_a_file_with_damaged_pages_keeps_what_can_be_read_next_to_the_old_one(capsys, store, home):
    for seed in range(2, 60):
        store.put(a_run(seed, weights_size=3_000))
    alter(store.path, "PRAGMA journal_mode = DELETE")
    content = bytearray(store.path.read_bytes())
    with closing(sqlite3.connect(store.path)) as connection:
        # a leaf of the table of weights
        (page,) = connection.execute(
            "SELECT pageno FROM dbstat WHERE name = 'weights' AND pagetype = 'leaf' LIMIT 1"
        ).fetchone()
    content[4096 * (page - 1) : 4096 * page] = b"\xff" * 4096
    store.path.write_bytes(bytes(content))
    assert 1 == run(capsys, "check")[0]
    status, _, err = run(capsys, "check", "--repair")
    assert 0 == status, err
    assert 1 <= len(err.splitlines())
    kept = RunStore(store.path)
    kept.check()
    assert len(kept.summaries()) >= 50
    for summary in kept.summaries():
        found = kept.get(summary.key)
        seed = found.experiment.seed
        assert found == a_run(seed, weights_size=3_000 if seed > 1 else 64)
    assert bytes(content) == (home / "runs.db.damaged").read_bytes()


def test_repair_brings_an_earlier_store_to_this_version(capsys, store, home, monkeypatch):
    path = home / "earlier" / "runs.db"
    write_version_1(path, a_run(5))
    monkeypatch.setenv("POOLSCOPE_HOME", str(path.parent))
    assert 0 == run(capsys, "check", "--repair")[0]
    with closing(sqlite3.connect(path)) as connection:
        assert [(None,)] != connection.execute("SELECT sha256 FROM runs").fetchall()
    assert a_run(5) == RunStore(path).get(a_run(5).key)


def test_import_says_a_sentence_for_each_refused_run(capsys, store, tmp_path):
    other = RunStore(tmp_path / "other.db")
    bad, good = a_trained_run(7), a_trained_run(8)
    other.put(bad)
    other.put(good)
    alter(other.path, f"UPDATE runs SET parameters = -5 WHERE key = '{bad.key}'")
    status, out, err = run(capsys, "import", str(other.path), "--json")
    assert (0, 1) == (status, len(err.splitlines()))
    assert f"{other.path}: run {bad.key} is refused: " in err
    (row,) = json.loads(out)
    assert (1, 0, 1) == (row["added"], row["known"], row["refused"])
    assert good == store.get(good.key)
