"""Does History list every run, your own first, and export and delete what it says?"""

import math
from dataclasses import replace

import pytest

import core.config.experiment
from core.run import Status
from core.store import Note, RunStore, rows, write_copy
from pages.cards import runs
from tests.bundled import bundled
from tests.pages.dashboard import (
    ACCURACY,
    BUNDLED,
    HISTORY,
    figures,
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
    assert f"Export CSV ({every:,} stored)" in labels(app)


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
    expected = ["Export CSV (623 stored)", "Export runs (603 stored, not bundled)"]
    assert expected == labels(opened(HISTORY, page="2"))


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
    assert ["Export CSV (3 stored)", "Export runs (2 stored, not bundled)"] == labels(app)
    assert "1 run of earlier training code can be listed, not exported." in text(app)
    listed = [row.key for row in store.summaries()]
    assert (2, [old]) == write_copy(store, listed, tmp_path / "copy.db")


@pytest.mark.usefixtures("no_gallery")
def test_one_page_needs_no_number(home):
    RunStore(home / "runs.db").put(a_run())
    app = opened(HISTORY)
    assert "Page" not in text(app)
    assert ["Export CSV (1 stored)", "Export runs (1 stored, not bundled)"] == labels(app)


def test_an_empty_store_lists_the_bundled_runs():
    app = opened(HISTORY)
    (table,) = app.dataframe
    assert BUNDLED == len(table.value)
    assert "dataset digits, done, bundled." in text(app)


@pytest.mark.usefixtures("no_gallery")
def test_without_any_run_history_says_so():
    app = opened(HISTORY)
    assert [] == messages(app)
    assert "Nothing is stored" in title(app)
    assert [] == list(app.dataframe)


@pytest.mark.usefixtures("no_gallery")
def test_history_lists_a_filled_store(home):
    fill(home, *trained(pooling="conv"), *trained(pooling="min", dropout="head"))
    app = opened(HISTORY)
    (table,) = app.dataframe
    assert {("none", "Conv"): 3, ("head", "Min"): 3} == table.value.groupby(
        ["dropout", "strategy"]
    ).size().to_dict()
    # what all of them share has no column
    assert not {"source", "status", "head", "dataset"} & set(table.value.columns)
    assert "All 6 runs:** dataset digits, head GAP, done, here." in text(app)


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


def chosen(app, *rows):
    """The page after a visitor ticked some rows of the list."""
    (table,) = app.dataframe
    app.session_state[table.key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    return app.run()


@pytest.mark.usefixtures("no_gallery")
def test_filters_keep_what_they_name_in_the_list_and_in_exports(home):
    fill(home, *trained(pooling="conv"), *trained(pooling="min"), *trained(lr=0.3))
    app = opened(HISTORY, run_pooling=["conv", "min"])
    assert ["Conv"] * 3 + ["Min"] * 3 == sorted(app.dataframe[0].value["strategy"])
    assert ["Export CSV (6 shown)", "Export runs (6 shown, not bundled)"] == labels(app)
    rest = opened(HISTORY, run_pooling="max")
    assert "strategy Max" in text(rest)
    assert "learning rate 0.3" in text(rest)
    # no pills where there is nothing to choose
    assert {"run_pooling"} == {
        row.key for row in app.sidebar.button_group if str(row.key).startswith("run_")
    }


@pytest.mark.usefixtures("no_gallery")
def test_filters_that_nothing_passes_say_so(home):
    fill(home, *trained(pooling="conv"), *trained(pooling="max", head="flatten"))
    app = opened(HISTORY, run_pooling="conv", run_head="flatten")
    assert [] == messages(app)
    assert [] == list(app.dataframe)
    assert ["No run passes all filters of the sidebar."] == [info.value for info in app.info]


@pytest.mark.usefixtures("no_gallery")
def test_a_setting_has_a_column_where_runs_differ_in_it(home):
    fill(home, a_run(0, lr=0.3), a_run(0, lr=0.2, norm="batch"))
    (table,) = opened(HISTORY).dataframe
    assert {"norm", "learning rate"} <= set(table.value.columns)
    assert {"batch", "none"} == set(table.value["norm"])
    assert "weight decay" not in table.value.columns


@pytest.mark.usefixtures("no_gallery")
def test_a_chosen_run_shows_its_settings_its_result_and_its_machine(home):
    fill(home, a_run(4, pooling="conv", lr=0.3))
    app = chosen(opened(HISTORY), 0)
    assert [] == messages(app)
    facts = {row[0]: row[1] for table in app.table for row in table.value.values.tolist()}
    assert {"strategy": "Conv", "learning rate": "0.3", "seed": "4"}.items() <= facts.items()
    assert {"test accuracy": "97.7 %", "epochs": "3 of 20"}.items() <= facts.items()
    assert {"device": "cpu (AVX2)", "torch": "2.14.0"}.items() <= facts.items()
    assert ["Export CSV (1 chosen)", "Export runs (1 chosen)"] == labels(app)


@pytest.mark.usefixtures("no_gallery")
def test_chosen_runs_stand_side_by_side_with_what_differs(home):
    fill(home, a_run(0, lr=0.3), a_run(1, lr=0.2), a_run(2, norm="batch", lr=0.1))
    app = chosen(opened(HISTORY), 0, 1, 2)
    assert [] == messages(app)
    beside = app.dataframe[1].value.set_index("")
    assert 3 == len(beside.columns)
    assert {"0.1", "0.2", "0.3"} == set(beside.loc["learning rate"])
    assert "weight decay" not in beside.index
    assert 1 == len(figures(app))
    # their recipes differ, so no comparison holds them
    assert not {"to accuracy"} & keys(app)
    assert "The sidebar cannot describe them together" in text(app)


@pytest.mark.usefixtures("no_gallery")
def test_runs_of_one_recipe_open_as_a_comparison(home):
    fill(home, a_run(3, pooling="conv", lr=0.3), a_run(1, pooling="min", head="flatten", lr=0.3))
    app = chosen(opened(HISTORY), 0, 1)
    app.button(key="to accuracy").click().run()
    assert [] == messages(app)
    state = app.session_state
    assert {"conv", "min"} == set(state["pooling"])
    assert ("both", 4, 0.3) == (state["head"], state["seeds"], state["lr"])
    assert "Accuracy: " in text(app)


@pytest.mark.usefixtures("no_gallery")
def test_too_many_chosen_runs_are_not_compared(home):
    fill(home, *(a_run(seed) for seed in range(6)))
    app = chosen(opened(HISTORY), *range(5))
    assert 1 == len(app.dataframe)
    assert "Choose one to 4 runs to see them side by side." in text(app)


@pytest.mark.usefixtures("no_gallery")
def test_a_file_names_every_setting_of_every_run(home):
    fill(home, a_run(0, lr=0.3), a_run(1, lr=0.2))
    app = opened(HISTORY)
    (download, *_) = app.get("download_button")
    assert "Export CSV (2 stored)" == download.proto.label
    lines = [runs.row(each, runs.EVERY_COLUMN) for each in RunStore(home / "runs.db").summaries()]
    assert {0.2, 0.3} == {line["learning rate"] for line in lines}
    assert {"strategy", "head", "dropout", "dataset", "norm", "widths", "key"} <= lines[0].keys()
    assert 97.667 == lines[0]["test %"]


def test_the_comparison_waits_folded_for_the_other_pages():
    app = opened(HISTORY, pooling="min", seeds="4")
    assert ["Comparison, for the other pages"] == [each.label for each in app.sidebar.expander]
    assert ["min"] == app.switch_page(ACCURACY).run().session_state["pooling"]
    assert 4 == app.session_state["seeds"]
    assert [] == list(app.sidebar.expander)


def test_a_run_is_pinned_and_noted_comes_first_and_can_be_found(home):
    fill(home, *(a_run(seed) for seed in range(3)))
    app = opened(HISTORY)
    (table,) = app.dataframe
    assert "pin" not in table.value
    assert "noted" not in {toggle.key for toggle in app.toggle}
    key = table.value["key"][1]
    chosen(app, 1)
    app.toggle(f"pin {key}").set_value(True).run()
    app.text_input(f"note {key}").set_value("  for <b>the</b>\t talk ").run()
    assert {key: Note(pinned=True, text="for <b>the</b> talk")} == (
        RunStore(home / "runs.db").notes()
    )
    app = opened(HISTORY)
    (table,) = app.dataframe
    assert (key, "pinned", "for <b>the</b> talk") == tuple(
        table.value[name][0] for name in ("key", "pin", "note")
    )
    assert ["", ""] == list(table.value["note"][1:3])
    app = opened(HISTORY, noted="true")
    assert [key] == list(app.dataframe[0].value["key"])
    assert [] == messages(app)


@pytest.mark.usefixtures("hosted")
def test_visitors_of_a_hosted_dashboard_note_nothing(home):
    fill(home, *(a_run(seed) for seed in range(3)))
    app = opened(HISTORY)
    chosen(app, 1)
    assert not any(toggle.key.startswith("pin") for toggle in app.toggle)
    assert [] == messages(app)


@pytest.mark.usefixtures("no_gallery")
def test_a_column_of_words_and_numbers_is_text(home, caplog):
    fill(home, a_run(0, train_size=300), a_run(0, train_size="all"), a_run(1, train_size=300))
    app = opened(HISTORY)
    assert {"300", "all"} == set(app.dataframe[0].value["training images"])
    assert "ArrowInvalid" not in caplog.text


def test_the_accuracy_stands_where_a_telephone_has_room_for_it(home):
    fill(home, *trained(pooling="max"), *trained(pooling="average", dropout="head"))
    (table,) = [each.value for each in opened(HISTORY).dataframe if "test %" in each.value]
    names = list(table.columns)
    assert names.index("test %") < names.index("dropout")
    # the box of a row's choice and five narrow columns fill 358 px
    assert names.index("test %") <= 4
