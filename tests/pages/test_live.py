"""Do pages show networks while they are being trained, and say when that is over?"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.comparison import Comparison, Results
from core.config import Experiment
from core.engine import Job, JobState, Newest
from core.words import moment
from pages.shared import live, progress
from tests.pages.dashboard import (
    ACCURACY,
    BY_HAND,
    FEATURES,
    HISTORY,
    HOME,
    PAGES,
    TRAIN,
    alts,
    figures,
    fill,
    keys,
    messages,
    opened,
    text,
    title,
    touched,
)
from tests.store.store_samples import a_run, some_epochs

LINK = {"dataset": "digits", "pooling": ["max", "conv"], "head": "gap", "seeds": "2", "lr": "0.33"}


def wanted(pooling="max", seed=0):
    flat = {"dataset": "digits", "pooling": pooling, "head": "gap", "lr": 0.33, "seed": seed}
    return Experiment.from_flat(flat)


def running(count, pooling="max", seed=0, **how):
    return Job(
        experiment=wanted(pooling, seed),
        state=JobState.RUNNING,
        epoch=count,
        curve=some_epochs(count),
        **how,
    )


def ended(job, state=JobState.DONE, used=1.0):
    return replace(job, state=state, used=used, seconds=used)


def points(app):
    """How many points the lines of networks in training have."""
    return [
        len(trace["x"])
        for spec in figures(app)
        for trace in json.loads(spec)["data"]
        if trace.get("mode") == "lines+markers" and "name" not in trace
    ]


@pytest.mark.parametrize("page", [ACCURACY, TRAIN])
def test_curves_grow_for_whoever_looks(engine, page):
    engine.listed = running(0), Job(experiment=wanted("conv"))
    first, second = opened(page, **LINK), opened(page, **LINK)
    assert [] == points(first)
    assert live.FIRST_POINT in text(first)
    for count in (1, 2, 5):
        engine.listed = running(count), running(count - 1, "conv")
        expected = [count for count in (count, count - 1) if count]
        for app in (first.run(), second.run()):
            assert [] == messages(app)
            assert expected == points(app)
            assert f"the furthest after epoch {count}." in "".join(alts(app))


@pytest.mark.usefixtures("no_gallery")
def test_before_anything_can_be_compared_accuracy_says_that_networks_learn(engine):
    engine.listed = (running(3),)
    assert "Two networks are being trained: watch them learn." == title(opened(ACCURACY, **LINK))


def test_what_is_chosen_and_trained_is_not_replaced_by_what_is_near(engine):
    assert "Shown instead" in text(opened(ACCURACY, **LINK))
    engine.listed = (running(3),)
    assert "Shown instead" not in text(opened(ACCURACY, **LINK))


def test_a_run_that_ended_since_the_page_was_drawn_is_drawn_in_full(engine):
    engine.listed = running(4), ended(running(6, "conv"))
    assert {4, 6} == set(points(opened(ACCURACY, **LINK)))


def test_a_run_that_is_stored_is_drawn_once(engine, home):
    fill(home, a_run(0, dataset="digits", pooling="max", head="gap", lr=0.33))
    engine.listed = ended(running(3)), running(2, "conv")
    assert [2] == points(opened(ACCURACY, **LINK))


def test_a_curve_that_lacks_its_start_is_left_out(engine):
    comparison = Comparison.of([wanted()], [0])
    engine.listed = (replace(running(5), curve=some_epochs(5)[2:]),)
    assert () == live.growing(Results(comparison))
    engine.listed = (running(5),)
    assert [5] == [len(run.epochs) for run in live.growing(Results(comparison))]


@pytest.mark.usefixtures("no_gallery")
def test_features_shows_networks_as_they_are_now_and_waits_for_those_that_have_not_begun(engine):
    engine.listed = Job(experiment=wanted()), Job(experiment=wanted("conv"))
    app = opened(FEATURES, **LINK)
    assert [] == messages(app)
    assert "Two networks are being trained: watch them learn." == title(app)
    assert "The networks appear as soon as a worker has begun" in text(app)
    engine.listed = running(3, newest=Newest(40, b"")), Job(experiment=wanted("conv"))
    (drawn,) = touched(app.run())
    assert f"newest/{wanted().key}/40" == drawn["weights"]
    assert "step 40 of 380" == drawn["now"]
    assert not drawn["ended"]
    engine.listed = running(3, newest=Newest(40, b"")), running(1, "conv", newest=Newest(0, b""))
    assert ["step 40 of 380", "before the first of 380 steps"] == [
        each["now"] for each in touched(app.run())
    ]


@pytest.mark.usefixtures("no_gallery")
def test_features_says_which_networks_it_shows_only_when_they_have_learned(engine):
    large = {**LINK, "pooling": "max", "widths": "256,1024"}
    flat = {name: value for name, value in large.items() if name != "seeds"} | {"seed": 0}
    engine.listed = (Job(experiment=Experiment.from_flat(flat), state=JobState.RUNNING),)
    said = text(opened(FEATURES, **large))
    assert "those of more than 8 MiB are not shown while they learn" in said


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_how_far_the_training_is(engine, page):
    engine.listed = (
        ended(running(3)),
        running(12, "conv"),
        Job(experiment=wanted("max", 1)),
        Job(experiment=wanted("conv", 1)),
    )
    app = opened(page, **LINK)
    assert [] == messages(app)
    (said,) = [line for line in text(app).splitlines() if line.startswith("**Training**")]
    assert "1 of 4 done" in said
    assert "left: ready at " in said
    assert "cancel_training" in keys(app)
    assert [40] == [bar.value for bar in app.get("progress")]
    assert "40% · Poolscope" == progress.title()


@pytest.mark.parametrize("page", [BY_HAND, HISTORY])
def test_without_training_there_is_no_line_and_a_plain_title(engine, page):
    engine.listed = (ended(running(3)),)
    app = opened(page)
    assert "cancel_training" not in keys(app)
    assert "**Training**" not in text(app)
    assert "Poolscope" == progress.title()


@pytest.mark.parametrize(("used", "told"), [(500.0, 1), (20.0, 0)])
def test_the_end_of_a_long_request_is_told(engine, used, told):
    engine.listed = (running(3),)
    app = opened(HOME, **LINK)
    assert 0 == len(app.toast)
    engine.listed = (
        ended(running(9), used=used),
        ended(running(9, "conv"), JobState.FAILED, used=used),
    )
    app.run()
    said = [toast.value for toast in app.toast]
    assert told == len(said)
    assert all(line.startswith("Training has ended: 1 run done, 1 failed, in ") for line in said)
    assert 0 == len(app.run().toast)


def test_a_second_visitor_is_told_what_a_cancel_has_kept(engine):
    engine.listed = running(3), ended(running(3, "conv"))
    first, second = opened(TRAIN, **LINK), opened(ACCURACY, **LINK)
    first.button(key="cancel_training").click().run()
    said = "1 run cancelled; 1 was finished before and is kept."
    assert [said] == [info.value for info in first.info]
    assert [said] == [info.value for info in second.run().info]
    # who comes later has seen nothing of it
    assert [] == [info.value for info in opened(TRAIN, **LINK).info]
    first.button(key="train_missing").click().run()
    assert [] == [info.value for info in second.run().info]


def test_train_counts_what_is_trained_and_leads_to_it(engine, home):
    engine.listed = (running(3),)
    app = opened(TRAIN, **LINK)
    assert {"Trained": "0", "Queue": None} == {
        "Trained": app.metric[0].value,
        "Queue": next((m.value for m in app.metric if m.label == "Queue"), None),
    }
    fill(home, *(a_run(0, dataset="digits", pooling=p, head="gap", lr=0.33) for p in ("max",)))
    engine.listed = ended(running(3)), running(2, "conv"), Job(experiment=wanted("max", 1))
    app = opened(TRAIN, **LINK)
    assert ["1", "of 4"] == [app.metric[0].value, app.metric[0].delta]
    assert ["1"] == [metric.value for metric in app.metric if metric.label == "Queue"]
    labels = [link.proto.label for link in app.get("page_link")]
    assert "See what is trained on Accuracy" in labels


def test_train_explains_its_words_again_when_its_top_is_drawn_again(engine):
    engine.listed = (running(3),)
    app = opened(TRAIN, **LINK)
    before = [each.value for each in app.main.markdown]
    assert before == [each.value for each in app.run().main.markdown]


@pytest.mark.parametrize(
    ("hours", "said"),
    [(1, "19:30"), (7, "01:30 tomorrow"), (35, "05:30 on 29 November")],
)
def test_the_time_at_which_it_is_ready(hours, said):
    now = datetime(2026, 11, 27, 18, 30, tzinfo=UTC)
    assert said == moment(now + timedelta(hours=hours), now)
