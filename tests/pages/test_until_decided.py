"""Does Accuracy train look after look, only what is open, and say what was spent and decided?"""

from dataclasses import replace

import pytest

from core.engine import JobState
from core.store import RunStore
from tests.comparison.fabricated import fabricated
from tests.pages.dashboard import ACCURACY, fill, keys, messages, opened, text, without_marks
from tests.pages.test_evidence import keep_labels

LINK = {"dataset": "digits", "head": "gap", "pooling": ["max", "average", "min"], "seeds": "5"}
CLOSE = {"max": 0.97, "average": 0.6, "min": 0.969}


def look(app):
    """The same page with the card open."""
    app.session_state["until decided"] = True
    return app.run()


def table(app):
    (rows,) = [each.value for each in app.dataframe if "outcome" in each.value]
    return {row["network"]: (row["outcome"], row["seeds"]) for _, row in rows.iterrows()}


@pytest.fixture
def five_seeds(home, no_gallery):
    keep_labels(home)
    fill(home, *fabricated(CLOSE, 5).runs.values())
    return home


def test_nothing_is_read_until_the_card_is_opened(five_seeds, engine):
    app = opened(ACCURACY, **LINK)
    assert "train_look" not in keys(app)
    assert "train_look" in keys(look(app))


def test_it_says_what_it_will_do_what_was_spent_and_what_is_open(five_seeds, engine):
    app = look(opened(ACCURACY, **LINK))
    assert [] == messages(app)
    said = text(app)
    assert "2 comparisons of 3 networks, looked at after 5, 10, 20 and 40 seeds" in said
    assert "15 to 120 runs" in said
    assert "15 runs looked at, 1 of 2 decided." in said
    # 35 more seeds of two networks: the third is decided
    assert "**Next look:** 10 runs, " in said
    assert "70 runs, " in said
    assert {"Average + GAP": ("behind", 5), "Min + GAP": ("open", 5)} == table(app)


def test_a_press_trains_the_next_look_of_what_is_open_and_then_the_one_after(five_seeds, engine):
    app = look(opened(ACCURACY, **LINK))
    app.button(key="train_look").click().run()
    (asked,) = engine.submitted
    assert {("max", seed) for seed in range(5, 10)} | {("min", seed) for seed in range(5, 10)} == {
        (str(each.model.pooling), each.seed) for each in asked
    }
    assert "train_look" not in keys(app)
    assert "The next look is being trained." in text(app)

    every = fabricated(CLOSE, 10).runs
    store = RunStore(five_seeds / "runs.db")
    for each in asked:
        store.put(every[each.key])
    engine.listed = tuple(replace(job, state=JobState.DONE) for job in engine.listed)
    app.run()
    assert [] == messages(app)
    assert "25 runs looked at" in text(app)
    assert ("open", 10) == table(app)["Min + GAP"]
    app.button(key="train_look").click().run()
    assert {10, 19} <= {each.seed for each in engine.submitted[1]}
    assert {"max", "min"} == {str(each.model.pooling) for each in engine.submitted[1]}


def test_what_is_decided_trains_no_more(home, no_gallery, engine):
    keep_labels(home)
    fill(home, *fabricated({"max": 0.97, "average": 0.6}, 5).runs.values())
    app = look(opened(ACCURACY, **LINK | {"pooling": ["max", "average"]}))
    assert "Every comparison is decided." in text(app)
    assert "train_look" not in keys(app)


def test_the_last_look_leaves_open_what_it_cannot_tell(home, no_gallery, engine):
    keep_labels(home)
    fill(home, *fabricated({"max": 0.6, "min": 0.597}, 40).runs.values())
    app = look(opened(ACCURACY, **LINK | {"pooling": ["max", "min"]}))
    assert {"Min + GAP": ("open", 40)} == table(app)
    left = "Still open after 40 seeds, the last look: min and max with a GAP head."
    assert left in without_marks(text(app))
    assert "train_look" not in keys(app)


def test_it_is_about_the_strategy_that_is_chosen_to_compare_with(five_seeds, engine):
    app = look(opened(ACCURACY, reference="average", **LINK))
    assert {"Max + GAP", "Min + GAP"} == table(app).keys()


def test_one_network_has_nothing_to_decide(five_seeds, engine):
    app = look(opened(ACCURACY, **LINK | {"pooling": ["max"]}))
    assert "looked at after" not in text(app)


@pytest.mark.usefixtures("hosted")
def test_a_hosted_dashboard_bounds_a_look_as_any_training(five_seeds, monkeypatch):
    monkeypatch.setenv("POOLSCOPE_VISITOR_PLACES", "9")
    app = look(opened(ACCURACY, **LINK))
    assert app.button(key="train_look").disabled
    assert "10 are missing; this dashboard takes 9 at once from one visitor" in text(app)
