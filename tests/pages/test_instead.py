"""Is the nearest comparison shown where the choice is not trained, and never in its name?"""

from dataclasses import replace

import pytest

from core.run import Status
from core.sentences.instead import NEAREST
from pages.shared import jobs, parameters
from tests.pages.dashboard import (
    ACCURACY,
    COST,
    FEATURES,
    HOME,
    SHIFT,
    alts,
    answer,
    figures,
    fill,
    keys,
    messages,
    missing,
    opened,
    text,
    trained,
    without_marks,
)

DRAWN = (HOME, ACCURACY, SHIFT, FEATURES)
"""pages that draw runs alone; Cost counts as well"""
SIDEBAR = {"dataset": "digits", "pooling": ["max", "soft"], "head": "gap", "seeds": "3"}


@pytest.fixture
def two_strategies(home, no_gallery):
    """Max and soft without dropout, and nothing else."""
    for pooling in ("max", "soft"):
        fill(home, *trained(dataset="digits", pooling=pooling))
    return home


def said(app):
    (line,) = [line for line in without_marks(text(app)).splitlines() if "Shown instead" in line]
    return line


@pytest.mark.usefixtures("two_strategies", "engine")
@pytest.mark.parametrize("page", DRAWN)
def test_the_nearest_comparison_is_shown_and_named(page):
    app = opened(page, **SIDEBAR, dropout=["head"])
    assert [] == messages(app)
    assert answer(app).startswith(NEAREST)
    assert (
        "**Not trained yet:** max and soft, dropout in the head. "
        "**Shown instead:** no dropout instead of dropout in the head." == said(app)
    )
    assert 6 == missing(app)
    assert {"train_missing", "choose_shown"} <= keys(app)
    assert "digits, 8 × 8" in text(app)


@pytest.mark.usefixtures("two_strategies", "engine")
@pytest.mark.parametrize("page", [HOME, ACCURACY])
def test_the_figures_are_those_of_the_comparison_that_is_shown(page):
    instead = opened(page, **SIDEBAR, dropout=["head"])
    itself = opened(page, **SIDEBAR, dropout=["none"])
    assert figures(itself)
    assert figures(itself) == figures(instead)
    assert alts(itself) == alts(instead)
    assert answer(itself) == answer(instead).removeprefix(NEAREST)


@pytest.mark.usefixtures("two_strategies", "engine")
def test_cost_counts_the_choice_and_names_what_its_accuracies_are_of():
    app = opened(COST, **SIDEBAR, dropout=["head"], widths="16,33")
    assert not answer(app).startswith(NEAREST)
    # above the decision and above accuracy against cost, which both rest on accuracies
    lines = [line for line in without_marks(text(app)).splitlines() if "Shown instead" in line]
    assert 2 == len(lines)
    assert all("widths 16,32 instead of 16,33" in line for line in lines)
    assert "choose_shown" not in keys(app)
    assert 6 == missing(app)


@pytest.mark.usefixtures("two_strategies", "engine")
@pytest.mark.parametrize("dataset", ["shapes", "cifar10"])
def test_nothing_is_recommended_because_of_other_images(dataset):
    app = opened(COST, **SIDEBAR | {"dataset": dataset})
    assert [] == messages(app)
    assert "No network of this comparison is trained, so none can be recommended." in text(app)
    assert "decision_weights" not in keys(app)
    # accuracy against cost names what it is of
    assert "digits instead of" in said(app)


@pytest.mark.usefixtures("two_strategies", "engine")
@pytest.mark.parametrize("page", DRAWN)
def test_one_press_makes_the_shown_comparison_the_chosen_one(page):
    app = opened(page, **{**SIDEBAR, "seeds": "7"}, dropout=["head"], lr="0.3", widths="8,8")
    assert answer(app).startswith(NEAREST)
    app.button(key="choose_shown").click().run()
    assert [] == messages(app)
    assert not answer(app).startswith(NEAREST)
    assert "Shown instead" not in text(app)
    assert not {"train_missing", "choose_shown"} & keys(app)
    state = app.session_state
    assert ("digits", ["max", "soft"], "gap", ["none"], 3, 0.1, "16,32") == tuple(
        state[name] for name in ("dataset", "pooling", "head", "dropout", "seeds", "lr", "widths")
    )


@pytest.mark.usefixtures("two_strategies", "engine")
def test_one_press_leads_back_from_another_data_set():
    app = opened(ACCURACY, **{**SIDEBAR, "dataset": "shapes"})
    assert "Shown instead:** digits instead of shapes" in said(app)
    app.button(key="choose_shown").click().run()
    assert [] == messages(app)
    assert "Shown instead" not in text(app)
    assert ("digits", 20) == (app.session_state["dataset"], app.session_state["epochs"])


@pytest.mark.usefixtures("two_strategies")
def test_the_train_button_trains_the_choice(engine):
    app = opened(HOME, **SIDEBAR, dropout=["head"])
    app.button(key="train_missing").click().run()
    (asked,) = engine.submitted
    assert {"head"} == {experiment.model.dropout for experiment in asked}
    assert 6 == len(asked)


@pytest.mark.usefixtures("engine")
def test_as_soon_as_two_networks_can_be_compared_the_choice_is_shown(two_strategies):
    fill(two_strategies, *trained(dataset="digits", pooling="max", dropout="head")[:1])
    app = opened(HOME, **SIDEBAR, dropout=["head"])
    assert "Trained only in part" in said(app)
    fill(two_strategies, *trained(dataset="digits", pooling="soft", dropout="head")[:1])
    app = opened(HOME, **SIDEBAR, dropout=["head"])
    assert "Shown instead" not in text(app)
    assert not answer(app).startswith(NEAREST)
    assert 4 == missing(app)


@pytest.mark.usefixtures("engine")
def test_a_strategy_that_is_stored_nowhere_hides_none_that_is(two_strategies):
    app = opened(HOME, **{**SIDEBAR, "pooling": ["max", "lip"]})
    assert "Shown instead" not in text(app)
    assert 3 == missing(app)


@pytest.mark.usefixtures("engine")
def test_runs_that_diverged_are_told_and_replaced_by_nothing(two_strategies):
    for pooling in ("max", "soft"):
        for run in trained(dataset="digits", pooling=pooling, lr=0.7):
            fill(
                two_strategies,
                replace(
                    run, status=Status.DIVERGED, epochs=(), test_accuracy=None, predictions=b""
                ),
            )
    app = opened(HOME, **SIDEBAR, lr="0.7")
    assert 6 == len(messages(app))
    assert "Shown instead" not in text(app)


@pytest.mark.usefixtures("no_gallery", "engine")
@pytest.mark.parametrize("page", [*DRAWN, COST])
def test_where_nothing_is_stored_nothing_is_shown_instead(page):
    app = opened(page, **SIDEBAR)
    assert [] == messages(app)
    assert "Shown instead" not in text(app)
    assert 6 == missing(app)


def test_the_page_is_drawn_again_with_the_first_run_and_whenever_they_have_doubled():
    drawn, draws = 0, []
    for done in range(41):
        if jobs.fills_in(done, drawn):
            draws.append(done)
            drawn = done
    assert [1, 2, 4, 8, 16, 32] == draws


@pytest.mark.usefixtures("two_strategies", "engine")
def test_every_control_gets_the_kind_of_value_that_it_holds():
    app = opened(HOME, **SIDEBAR, dropout=["head"])
    before = {name: app.session_state[name] for name in parameters.SHARED_SETTINGS}
    app.button(key="choose_shown").click().run()
    after = {name: app.session_state[name] for name in parameters.SHARED_SETTINGS}
    assert {name: type(value) for name, value in before.items()} == {
        name: type(value) for name, value in after.items()
    }
