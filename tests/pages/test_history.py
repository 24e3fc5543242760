"""Does History list every run, your own first, and export and delete what it says?"""

import math
from dataclasses import replace

import pytest

import core.config.experiment
from core.run import Status
from core.store import RunStore, rows, write_copy
from tests.bundled import bundled
from tests.pages.dashboard import (
    BUNDLED,
    HISTORY,
    fill,
    keys,
    messages,
    opened,
    text,
    title,
    trained,
)
from tests.store.store_samples import a_run

OWN = 603


@pytest.fixture
def many(home):
    """More runs of one's own than one page holds, all older than the bundled ones."""
    store = RunStore(home / "runs.db")
    for seed in range(OWN):
        store.put(a_run(seed, lr=0.3))


def labels(app):
    """What the buttons for downloads say."""
    return [button.proto.label for button in app.get("download_button")]


@pytest.mark.usefixtures("many", "whole_gallery")
def test_runs_of_ones_own_come_first_however_old_they_are():
    app = opened(HISTORY)
    every = OWN + len(bundled().summaries())
    assert [] == messages(app)
    (table,) = app.dataframe
    assert ({"here"}, 250) == (set(table.value["source"]), len(table.value))
    assert f"Page 1 of {math.ceil(every / 250)}: runs 1 to 250 of {every:,}, your own" in text(app)
    assert f"Export CSV ({every:,})" in labels(app)


@pytest.mark.usefixtures("many")
def test_every_run_is_on_some_page_once():
    listed = []
    for number in range(1, 4):
        (table,) = opened(HISTORY, page=str(number)).dataframe
        listed += list(zip(table.value["source"], table.value["key"], strict=True))
    assert len(listed) == len(set(listed)) == OWN + BUNDLED
    assert ["here"] * OWN == [source for source, _ in listed[:OWN]]


@pytest.mark.usefixtures("many")
def test_exports_take_all_pages_and_say_how_many_runs_that_are():
    assert ["Export CSV (623)", "Export runs (603)"] == labels(opened(HISTORY, page="2"))


@pytest.mark.usefixtures("no_gallery")
def test_an_export_counts_no_run_that_can_only_be_listed(home, tmp_path, monkeypatch):
    store = RunStore(home / "runs.db")
    with monkeypatch.context() as earlier:
        earlier.setattr(core.config.experiment, "CODE_VERSION", 0)
        old = a_run(seed=7).key
        store.put(a_run(seed=7))
    rows._from_flat.cache_clear()  # as a new process would begin
    for seed in range(2):
        store.put(a_run(seed))
    app = opened(HISTORY)
    assert [] == messages(app)
    assert ["Export CSV (3)", "Export runs (2)"] == labels(app)
    assert "1 run of earlier training code can be listed, not exported." in text(app)
    listed = [row.key for row in store.summaries()]
    assert (2, [old]) == write_copy(store, listed, tmp_path / "copy.db")


@pytest.mark.usefixtures("no_gallery")
def test_one_page_needs_no_number(home):
    RunStore(home / "runs.db").put(a_run())
    app = opened(HISTORY)
    assert "Page" not in text(app)
    assert ["Export CSV (1)", "Export runs (1)"] == labels(app)


def test_an_empty_store_lists_the_bundled_runs():
    (table,) = opened(HISTORY).dataframe
    assert BUNDLED == len(table.value)
    assert {"bundled"} == set(table.value["source"])


@pytest.mark.usefixtures("no_gallery")
def test_without_any_run_history_says_so():
    app = opened(HISTORY)
    assert [] == messages(app)
    assert "Nothing is stored" in title(app)
    assert [] == list(app.dataframe)


@pytest.mark.usefixtures("no_gallery")
def test_history_lists_a_filled_store(home):
    fill(home, *trained(pooling="conv"), *trained(pooling="min", dropout="head"))
    (table,) = opened(HISTORY).dataframe
    assert {("here", "conv"): 3, ("here", "min"): 3} == table.value.groupby(
        ["source", table.value["strategy"].str.lower()]
    ).size().to_dict()


def test_history_lists_a_diverged_run_without_accuracy(home):
    run = a_run(pooling="conv", lr=5.0)
    fill(home, replace(run, status=Status.DIVERGED, test_accuracy=None, predictions=b""))
    app = opened(HISTORY)
    assert [] == messages(app)
    (row,) = app.dataframe[0].value.query("source == 'here'").to_dict("records")
    assert "diverged" == row["status"]
    assert math.isnan(row["test %"])


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("dataset", "imagenet", "digits, shapes"),
        ("pooling", "banana", "max, average, "),
        ("head", "banana", "gap, flatten, both"),
        ("dropout", "everywhere", "none, input, "),
        ("seeds", "abc", "1 to 20"),
        ("seeds", "99", "1 to 20"),
        ("seeds", "2.5", "1 to 20"),
        ("epochs", "0", "1 to 1000"),
        ("lr", "nan", "0.000001 to 10"),
        ("reference", "banana", "max, average, "),
    ],
)
def test_a_link_that_asks_for_the_impossible_is_answered(name, value, allowed):
    app = opened(HISTORY, **{name: value})
    assert [] == messages(app)
    (said,) = [line for line in text(app).splitlines() if line.startswith("Left out of the link:")]
    assert f"{name} `{value}` (allowed: {allowed}" in said


@pytest.mark.usefixtures("hosted")
def test_strangers_neither_delete_nor_import(home):
    fill(home, a_run())
    app = opened(HISTORY)
    assert not {"delete", "open_import"} & keys(app)
