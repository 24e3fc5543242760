"""Is every imported run checked against everything that can be known about it?"""

import sqlite3
import zlib
from contextlib import closing
from dataclasses import replace

import pytest

from core.config import DataConfig
from core.engine import labels_of_test
from core.errors import StoreError
from core.store import RunStore, absorb
from tests.store import store_samples
from tests.store.store_samples import DIGITS, a_trained_run, labels, reseal, some_weights

BAD, GOOD = a_trained_run(1), a_trained_run(2)
PACKED = zlib.compress(bytes(7)).hex()
OTHER_CLASS = zlib.compress(b"\x63" * 300).hex()

REFUSED = {
    "accuracy 17.5": ("UPDATE runs SET test_accuracy = 17.5", "less than or equal to 1"),
    "negative accuracy": ("UPDATE runs SET test_accuracy = -0.5", "greater than or equal to 0"),
    "another accuracy": ("UPDATE runs SET test_accuracy = 0.99", "0.9767, and it states 0.9900"),
    "no accuracy": ("UPDATE runs SET test_accuracy = NULL", "test accuracy is None"),
    "negative parameters": ("UPDATE runs SET parameters = -5", "parameters"),
    "other parameters": ("UPDATE runs SET parameters = 77", "states 77 parameters"),
    "other MACs": ("UPDATE runs SET macs = 77", "states 77 macs"),
    "infinite seconds": ("UPDATE runs SET seconds = 9e999", "seconds"),
    "negative seconds": ("UPDATE runs SET seconds = -1.0", "seconds"),
    "seconds before the epochs": ("UPDATE runs SET seconds = 0.0", "order"),
    "a time that is none": ("UPDATE runs SET created = 'noon'", "its time is 'noon'"),
    "a time without a zone": ("UPDATE runs SET created = '2026-01-01'", "its time is"),
    "a long time": ("UPDATE runs SET created = hex(zeroblob(300))", "created"),
    "diverged with figures": ("UPDATE runs SET status = 'diverged'", "diverged"),
    "an unknown status": ("UPDATE runs SET status = 'glorious'", "glorious"),
    "a long device": ("UPDATE runs SET device = hex(zeroblob(300))", "machine.device"),
    "versions that are a list": ("UPDATE runs SET versions = '[]'", "no JSON object"),
    "versions that are no texts": ("""UPDATE runs SET versions = '{"a": 1}'""", "versions.a"),
    "epoch accuracy 99": ("UPDATE epochs SET train_accuracy = 99.0", "train_accuracy"),
    "infinite loss": ("UPDATE epochs SET train_loss = 9e999", "train_loss"),
    "negative epochs": ("UPDATE epochs SET number = -number", "number"),
    "epochs from 2 on": ("UPDATE epochs SET number = number + 3", "numbered from 1"),
    "an epoch too few": (
        "UPDATE runs SET epochs = 2; DELETE FROM epochs WHERE number = 3",
        "after 2 of 3 epochs",
    ),
    "7 predictions": (f"UPDATE predictions SET content = x'{PACKED}'", "7 predictions for 300"),
    "class 99": (f"UPDATE predictions SET content = x'{OTHER_CLASS}'", "class 99 of 10"),
    "heavy weights": ("UPDATE weights SET content = zeroblob(200000)", "weights"),
    "another key": ("""UPDATE runs SET flat = '{"epochs": 3}'""", "another key"),
    "an unknown name": ("""UPDATE runs SET flat = '{"magic": 3}'""", "another key"),
    "a configuration in a list": ("UPDATE runs SET flat = '[]'", "another key"),
    "a folder without its facts": (
        """UPDATE runs SET flat = '{"dataset": "folder:/etc"}'""",
        "another key",
    ),
}


def theirs(tmp_path, *runs):
    other = RunStore(tmp_path / "other.db")
    for run in runs:
        other.put(run)
    return other.path


def alter(path, script):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in script.split("; "):
            where = "AND" if "WHERE" in statement else "WHERE"
            connection.execute(f"{statement} {where} key = ?", (BAD.key,))


@pytest.mark.parametrize(("change", "said"), REFUSED.values(), ids=REFUSED)
def test_a_run_that_nothing_can_have_trained_is_refused_by_name_and_the_others_come_in(
    tmp_path, change, said
):
    path = theirs(tmp_path, BAD, GOOD)
    alter(path, change)
    reseal(path)
    store = RunStore(tmp_path / "runs.db")
    found = absorb(store, path, labels)
    assert (1, [BAD.key]) == (found.added, list(found.reasons))
    assert said in found.reasons[BAD.key]
    assert [GOOD.key] == [row.key for row in store.summaries()]
    assert GOOD == store.get(GOOD.key)


@pytest.mark.parametrize("column", ["test_accuracy", "parameters", "seconds", "status", "flat"])
@pytest.mark.parametrize("value", ["x'00ff'", "'text'", "NULL", "9e999", "'9' || hex(zeroblob(9))"])
def test_a_value_of_another_kind_is_refused_whatever_its_column(tmp_path, column, value):
    path = theirs(tmp_path, BAD, GOOD)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '')")
    alter(path, f"UPDATE runs SET {column} = {value}")
    found = absorb(RunStore(tmp_path / "runs.db"), path)
    assert (1, [BAD.key]) == (found.added, list(found.reasons))


def test_without_labels_the_accuracy_has_to_be_a_share_of_the_images(tmp_path):
    path = theirs(tmp_path, BAD, GOOD)
    alter(path, "UPDATE runs SET test_accuracy = 0.5001")
    reseal(path)
    assert [BAD.key] == list(absorb(RunStore(tmp_path / "runs.db"), path).reasons)


def test_a_folder_that_somebody_else_names_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("os.scandir", None)
    path = theirs(tmp_path, BAD)
    alter(path, """UPDATE runs SET flat = '{"dataset": "folder:/"}'""")
    reseal(path)
    assert [BAD.key] == list(absorb(RunStore(tmp_path / "runs.db"), path).reasons)


@pytest.mark.parametrize(
    "figures",
    [{"test_accuracy": 17.5}, {"parameters": -5}, {"seconds": float("inf")}, {"created": 3}],
    ids=str,
)
def test_a_store_keeps_no_figure_that_no_run_has(tmp_path, figures):
    store = RunStore(tmp_path / "runs.db")
    with pytest.raises(StoreError, match=f"^run {GOOD.key} cannot be kept: {next(iter(figures))}"):
        store.put(replace(GOOD, **figures))
    assert [] == store.summaries()


def test_weights_of_a_known_run_come_in_with_the_same_checks(tmp_path):
    store = RunStore(tmp_path / "runs.db")
    store.put(replace(GOOD, weights=b""))
    path = theirs(tmp_path, replace(GOOD, weights=some_weights()))
    found = absorb(store, path, labels)
    assert (0, 1) == (found.added, found.known)


def test_the_samples_have_the_classes_of_the_digits():
    assert DIGITS == labels_of_test(DataConfig())
    assert store_samples.labels(DataConfig()) == DIGITS


def test_shapes_have_the_same_classes_at_every_size_and_difficulty():
    small, hard = (
        labels_of_test(DataConfig(dataset="shapes", image_size=8, difficulty=difficulty))
        for difficulty in ("easy", "hard")
    )
    assert small == hard
