"""Does the dashboard train what is missing, show progress, and stop when told to?"""

import re
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import expect

from core.run import Run, Source
from core.store import RunStore
from tests.e2e.dashboard import has_torch, stop, until
from tests.store.store_samples import a_trained_run, some_epochs

pytestmark = pytest.mark.e2e

TINY = "pooling=max&head=gap&widths=4&train_size=50"
SEEN = "pooling=max&head=gap&widths=4"
"""of all images: a fast machine, too, takes longer for a few hundred epochs of these than a browser
for a click and a look"""
ENDLESS = "pooling=max&head=gap&seeds=2&epochs=1000"
LONG = "head=gap&widths=64,128&epochs=1000"
"""minutes for each run, on machines that are several times faster as well"""


def trained(home: Path, **flat: object) -> list[int]:
    """The seeds whose runs are in the store, of those that have these flat values."""
    return sorted(
        summary.seed
        for summary in RunStore(home / "runs.db").summaries()
        if summary.source is Source.HERE and flat.items() <= dict(summary.config).items()
    )


def idle(processes: list[psutil.Process]) -> bool:
    return all(process.cpu_percent(0.2) < 30 for process in processes)


def test_missing_runs_are_trained_on_the_spot_and_kept(visitor, server):
    visitor.open(f"/train?{SEEN}&epochs=200&seeds=2&lr=0.11")
    expect(visitor.train_button).to_have_text(re.compile("Train the 2 missing runs"))
    visitor.train_button.click()
    expect(visitor.page.get_by_role("progressbar").first).to_be_visible()
    expect(visitor.cancel_button).to_be_visible()
    expect(visitor.train_button).to_have_count(0)

    expect(visitor.headline).to_have_text(
        re.compile("comparison (is|are) trained"), timeout=120_000
    )
    expect(visitor.cancel_button).to_have_count(0)
    assert [0, 1] == trained(server.home, lr=0.11)

    visitor.settle()
    visitor.go("Accuracy")
    expect(visitor.figures.first).to_be_visible()
    expect(visitor.train_button).to_have_count(0)
    visitor.page.reload()
    visitor.settle()
    expect(visitor.figures.first).to_be_visible()
    expect(visitor.train_button).to_have_count(0)
    expect(visitor.cancel_button).to_have_count(0)

    # the workers have what the server does without
    assert any(has_torch(worker) for worker in server.workers)
    assert not has_torch(server.process)


def test_a_second_visitor_sees_the_runs_of_the_first(enter, server):
    first, second = enter(server), enter(server)
    link = f"/train?{TINY}&epochs=2&seeds=1&lr=0.12"
    second.open(link)
    expect(second.train_button).to_be_visible()
    first.open(link)
    first.train_button.click()
    expect(first.headline).to_have_text(re.compile("comparison (is|are) trained"), timeout=120_000)
    second.page.reload()
    expect(second.headline).to_have_text(re.compile("comparison (is|are) trained"))


def test_a_training_goes_on_when_the_one_who_asked_is_gone(enter, server):
    visitor = enter(server)
    visitor.open(f"/train?{SEEN}&epochs=300&seeds=1&lr=0.014")
    visitor.train_button.click()
    expect(visitor.cancel_button).to_be_visible()
    visitor.page.goto("about:blank")
    until(lambda: [0] == trained(server.home, lr=0.014), 120)


def finished(seed: int, **flat: object) -> Run:
    """A run of many epochs that nobody trained."""
    run = a_trained_run(seed, **flat)
    return replace(run, epochs=some_epochs(run.experiment.hyperparameters.epochs))


def test_headline_and_tiles_follow_the_runs_as_they_are_stored(visitor, server):
    # the test stores the runs itself, so that it is on no race with the machine
    visitor.open(f"/train?{LONG}&pooling=max&seeds=6&lr=0.15")
    visitor.train_button.click()
    expect(visitor.headline).to_have_text(re.compile("^All six runs are still being trained"))
    tile = visitor.page.get_by_test_id("stMetric").filter(has_text="Trained")
    for count, word in ((1, "Five"), (2, "Four")):
        run = finished(6 - count, pooling="max", head="gap", widths="64,128", epochs=1000, lr=0.15)
        RunStore(server.home / "runs.db").put(run)
        expect(visitor.headline).to_have_text(re.compile(f"^{word} of six runs are still"))
        expect(tile).to_contain_text(re.compile(rf"{count}\s*of 6"))
    visitor.cancel_button.click()
    expect(
        visitor.page.get_by_text(re.compile("runs cancelled; none was finished"))
    ).to_be_visible()
    assert [4, 5] == trained(server.home, lr=0.15)


def test_cancel_keeps_what_was_finished_and_says_so_to_all(enter, server):
    patient, hasty = enter(server), enter(server)
    # one worker has enough to do for minutes, the other trains what is short
    patient.open(f"/train?{LONG}&pooling=max&seeds=1&lr=0.16")
    patient.train_button.click()
    expect(patient.cancel_button).to_be_visible()
    hasty.open(f"/train?{TINY}&epochs=2&seeds=2&lr=0.17")
    hasty.train_button.click()
    expect(hasty.headline).to_have_text(re.compile("comparison are trained"), timeout=120_000)
    expect(patient.page.get_by_text("2 of 3 done")).to_be_visible()
    hasty.cancel_button.click()
    said = "1 run cancelled; 2 were finished before and are kept."
    for visitor in (hasty, patient):
        expect(visitor.page.get_by_text(said)).to_be_visible()
        expect(visitor.cancel_button).to_have_count(0)
    assert [] == trained(server.home, lr=0.16)
    assert [0, 1] == trained(server.home, lr=0.17)
    hasty.page.get_by_role("link", name="See them on Accuracy").click()
    expect(hasty.figures.first).to_be_visible()


def test_cancel_stops_the_training_and_leaves_no_run(visitor, server):
    visitor.open(f"/train?{ENDLESS}&lr=0.013")
    visitor.train_button.click()
    expect(visitor.page.get_by_text(re.compile(r"0 of 2 done"))).to_be_visible()
    # the table of what is running
    expect(visitor.page.get_by_test_id("stDataFrame")).to_be_visible(timeout=60_000)
    visitor.cancel_button.click()
    expect(visitor.train_button).to_have_text(re.compile("Train the 2 missing runs"))
    expect(visitor.cancel_button).to_have_count(0)
    until(lambda: idle(server.workers))
    assert [] == trained(server.home, lr=0.013)


def test_neither_a_double_click_nor_reruns_train_anything_twice(visitor, server):
    visitor.open(f"/train?{SEEN}&seeds=2&epochs=120&lr=0.14")
    visitor.train_button.dblclick()
    expect(visitor.cancel_button).to_be_visible()
    for _ in range(5):
        visitor.pill("Dropout", "none").click()
        visitor.pill("Dropout", "none").click()
    expect(visitor.headline).to_have_text(
        re.compile("comparison (is|are) trained"), timeout=120_000
    )
    assert [0, 1] == trained(server.home, lr=0.14)


def test_a_server_that_stops_takes_its_workers_along_and_stores_nothing_half(enter, fresh_server):
    visitor = enter(fresh_server)
    visitor.open(f"/train?{ENDLESS}")
    visitor.train_button.click()
    expect(visitor.page.get_by_test_id("stDataFrame")).to_be_visible(timeout=60_000)
    workers = fresh_server.workers
    assert 2 == len(workers)
    assert [] == stop(fresh_server)
    assert not [worker for worker in workers if worker.is_running()]
    assert [] == trained(fresh_server.home)


def test_a_store_that_goes_bad_during_training_is_explained(enter, fresh_server):
    visitor = enter(fresh_server)
    visitor.open(f"/train?{ENDLESS}")
    visitor.train_button.click()
    expect(visitor.cancel_button).to_be_visible()
    fresh_server.home.mkdir(exist_ok=True)
    (fresh_server.home / "runs.db").write_text("something else")
    expect(visitor.page.get_by_text("is not an SQLite file").first).to_be_visible()
    expect(visitor.page.get_by_test_id("stException")).to_have_count(0)


def test_networks_that_are_being_trained_are_seen_on_features_for_all_and_go_on_by_themselves(
    enter, server
):
    first, second = enter(server), enter(server)
    link = "head=gap&epochs=1000&seeds=1&lr=0.019&pooling=max&pooling=average"
    first.open(f"/features?{link}")
    first.train_button.click()
    second.open(f"/features?{link}")
    for visitor in (first, second):
        steps = visitor.page.locator(".touch .moment")
        expect(steps).to_have_count(2, timeout=90_000)
        before = steps.all_inner_texts()
        until(lambda steps=steps, before=before: before != steps.all_inner_texts())
        expect(steps.first).to_have_text(re.compile(r"step [\d,]+ of 19,000"))
    first.cancel_button.click()
    for visitor in (first, second):
        expect(visitor.page.locator(".touch .moment")).to_have_count(0)
        expect(visitor.train_button).to_be_visible()


def test_a_look_is_trained_and_what_it_decides_is_said_where_it_was_asked_for(visitor, server):
    visitor.open(
        "/accuracy?pooling=max&pooling=min&head=gap&widths=4&train_size=50&epochs=1&lr=0.2"
    )
    card = visitor.page.get_by_test_id("stExpander").filter(has_text="Train until decided")
    card.get_by_text("Train until decided").click()
    expect(card).to_contain_text("0 runs looked at, none of 1 decided")
    card.get_by_role("button", name="Train the next look (10 runs").click()
    # by itself, in the card that is still open
    expect(card).to_contain_text("10 runs looked at", timeout=120_000)
    assert sorted([*range(5)] * 2) == trained(server.home, lr=0.2)
