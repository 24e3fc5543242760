"""Does Train name what is missing, train it, and show progress?"""

from dataclasses import replace

import pytest

from core.comparison.estimate import START_SECONDS
from core.config import Experiment
from core.engine import Job, JobState
from pages.shared import jobs
from tests.pages.dashboard import COMPARING, HOME, TRAIN, keys, messages, missing, opened, text


@pytest.mark.parametrize("page", COMPARING)
def test_the_button_asks_for_exactly_the_missing_runs(engine, page):
    app = opened(page, pooling=["max", "conv"], head="gap", seeds="2")
    app.button(key="train_missing").click().run()
    assert [] == messages(app)
    (asked,) = engine.submitted
    assert [("conv", "gap", 0), ("conv", "gap", 1)] == [
        (each.model.pooling, each.model.head, each.seed) for each in asked
    ]


def test_reruns_while_training_submit_nothing_twice(engine):
    app = opened(TRAIN, pooling=["max", "conv"], head="gap", seeds="2")
    app.button(key="train_missing").click().run()
    for _ in range(10):
        app.run()
    assert 1 == len(engine.submitted)


@pytest.mark.parametrize("page", COMPARING)
def test_while_training_there_is_progress_and_no_second_train_button(engine, page):
    app = opened(page, pooling=["max", "conv"], head="gap", seeds="2")
    app.button(key="train_missing").click().run()
    first, second = engine.listed
    engine.listed = replace(first, state=JobState.RUNNING, epoch=3), second
    app.run()
    assert [] == messages(app)
    assert {"cancel_training"} <= keys(app)
    assert not {"train_missing"} & keys(app)
    assert "Training :gray[0 of 2 done" in text(app).replace("**", "")
    if page == TRAIN:
        assert f"3 / {first.epochs}" in str(app.dataframe[0].value)


@pytest.mark.parametrize("page", COMPARING)
def test_cancel_reaches_the_engine_and_offers_the_runs_again(engine, page):
    app = opened(page, pooling=["max", "conv"], head="gap", seeds="2")
    app.button(key="train_missing").click().run()
    app.button(key="cancel_training").click().run()
    assert 1 == engine.cancelled
    assert 2 == missing(app)
    assert not {"cancel_training"} & keys(app)


@pytest.mark.parametrize(
    ("done", "said"),
    [
        (0, "4 runs cancelled; none was finished before."),
        (1, "3 runs cancelled; 1 was finished before and is kept."),
        (3, "1 run cancelled; 3 were finished before and are kept."),
    ],
)
def test_after_cancelling_it_is_said_what_is_kept(engine, done, said):
    app = opened(TRAIN, pooling=["max", "conv"], head="gap", seeds="4")
    app.button(key="train_missing").click().run()
    engine.listed = tuple(
        replace(job, state=JobState.DONE) if place < done else job
        for place, job in enumerate(engine.listed)
    )
    app.button(key="cancel_training").click().run()
    assert [said] == [info.value for info in app.info]
    app.button(key="train_missing").click().run()
    assert [] == [info.value for info in app.info]


def test_a_failure_is_told_once_per_cause(engine):
    failed = [Job(experiment=Experiment(seed=s), state=JobState.FAILED) for s in range(3)]
    engine.listed = (
        replace(failed[0], cause="the disk is full"),
        replace(failed[1], cause="the disk is full"),
        replace(failed[2], cause="the worker died"),
    )
    app = opened(TRAIN)
    assert ["2 runs failed: the disk is full", "1 run failed: the worker died"] == messages(app)


def test_a_new_training_forgets_the_failures_of_the_last(engine):
    engine.listed = (Job(experiment=Experiment(), state=JobState.FAILED, cause="out of luck"),)
    app = opened(TRAIN, pooling=["conv"], head="gap", seeds="1")
    assert 1 == len(messages(app))
    app.button(key="train_missing").click().run()
    assert [] == messages(app)
    assert 1 == len(engine.listed)


def test_workers_that_have_started_take_no_time_to_start(engine):
    wanted = (Experiment.from_flat({"dataset": "digits", "pooling": "conv"}),)
    cold = jobs.expected(wanted)
    engine.ready = True
    assert cold.seconds - START_SECONDS == pytest.approx(jobs.expected(wanted).seconds)


def test_a_broken_page_would_be_noticed(monkeypatch):
    def broken(*_: object) -> None:
        raise ValueError("a defect")

    monkeypatch.setattr("pages.shared.controls.comparison", broken)
    with pytest.raises(AssertionError):
        messages(opened(HOME))
