"""Do Home and Accuracy say what their intervals cover, and what they know of other data sets?"""

import re

import pytest

from core.analyses import Labels, LabelsRequest
from core.config import Experiment
from core.errors import DataError
from core.hosting.gate import RefusedError
from core.store import RunStore
from pages.cards import recipes as recipe_cards
from tests.comparison.fabricated import DIGITS, fabricated
from tests.comparison.test_recipes import of_grid
from tests.pages.dashboard import (
    ACCURACY,
    HOME,
    alts,
    fill,
    messages,
    opened,
    text,
    trained,
    without_marks,
)

LINK = {"dataset": "digits", "head": "gap", "pooling": ["max", "average", "min"]}
LIKE_THESE = "on images like these, over seeds and 300 test images"
STATED = re.compile(r" on (images like these|these [\d,]+ images) \(")
ALONE = "on these 300 test images, over seeds alone"
SEVERAL = {"max": 0.97, "average": 0.6, "min": 0.969}


def labels_request():
    return LabelsRequest(Experiment.from_flat({"dataset": "digits"}).data)


def keep_labels(home):
    request = labels_request()
    content = request.write(Labels(DIGITS.hex())).encode()
    RunStore(home / "runs.db").put_analysis(request.key, request.kind, request.settings, content)


@pytest.fixture
def runs(home, no_gallery):
    fill(home, *fabricated(SEVERAL, 5).runs.values())
    return home


@pytest.mark.parametrize("page", [HOME, ACCURACY])
def test_the_switch_decides_what_intervals_cover(runs, page):
    keep_labels(runs)
    assert LIKE_THESE in text(opened(page, **LINK))
    assert ALONE in text(opened(page, chance="seeds", **LINK))


def test_labels_are_read_once_and_kept(runs, monkeypatch):
    asked = []
    monkeypatch.setattr("core.hosting.gate.labels_of_test", lambda *_: asked.append(1) or DIGITS)
    assert LIKE_THESE in text(opened(ACCURACY, **LINK))
    request = labels_request()
    store = RunStore(runs / "runs.db")
    kept = store.analysis(request.key, request.kind, request.settings)
    assert DIGITS == request.read(kept.decode()).classes
    assert [1] == asked


@pytest.mark.parametrize("error", [DataError("the disk is gone"), RefusedError("too much")])
def test_labels_that_cannot_be_read_leave_the_seeds_and_say_so(runs, monkeypatch, error):
    def fail(*_):
        raise error

    monkeypatch.setattr("core.hosting.gate.labels_of_test", fail)
    said = text(opened(ACCURACY, **LINK))
    assert ALONE in said
    assert f"because the labels of the test images are not read ({error})" in said


def test_labels_that_do_not_fit_the_runs_leave_the_seeds_and_say_so(runs, monkeypatch):
    monkeypatch.setattr("core.hosting.gate.labels_of_test", lambda *_: DIGITS[::-1])
    assert "not all runs have usable predictions" in text(opened(ACCURACY, **LINK))


def test_accuracy_orders_every_pair(runs):
    keep_labels(runs)
    app = opened(ACCURACY, **LINK)
    assert "undecided between" in text(app)
    assert any("rank 3" in alt for alt in alts(app))


@pytest.mark.parametrize("count", [1, 2])
def test_two_strategies_or_one_seed_have_no_order(home, no_gallery, count):
    fill(home, *fabricated(SEVERAL, 1 if count == 1 else 3).runs.values())
    link = LINK if count == 1 else LINK | {"pooling": ["max", "average"]}
    assert "Which order is established?" not in [
        h.value for h in opened(ACCURACY, **link).subheader
    ]


def test_other_data_sets_need_runs(runs):
    keep_labels(runs)
    said = text(opened(ACCURACY, **LINK))
    assert "on two data sets, folders not counted; runs are on digits." in said


@pytest.mark.usefixtures("whole_gallery")
def test_accuracy_says_in_how_many_bundled_recipes_it_holds():
    app = opened(ACCURACY, **LINK | {"pooling": ["max", "average", "none"]})
    assert [] == messages(app)
    said = text(app)
    assert "In how many recipes does it hold?" in said
    assert "of 48 recipes" in said
    assert "What decides most: training images" in said
    other = opened(ACCURACY, recipes_of="none", **LINK | {"pooling": ["max", "average", "none"]})
    assert "What decides most: norm" in text(other)


def statement(app):
    """The sentence below the headline, as plain text; empty if there is none."""
    lines = (without_marks(line) for line in text(app).splitlines())
    return next(
        (line for line in lines if " images like these (" in line or " images (" in line), ""
    )


@pytest.mark.usefixtures("whole_gallery")
def test_one_sentence_says_what_is_known_of_the_pair_of_the_headline():
    said = statement(opened(ACCURACY, **LINK | {"pooling": ["max", "average"], "seeds": "10"}))
    assert said.startswith("Max is ahead of average by 2.4 points [+1.0, +3.7] on images like")
    assert " (10 seeds, 300 images), in 24 of 48 recipes (behind in 1); most often with " in said


@pytest.mark.usefixtures("whole_gallery")
@pytest.mark.parametrize(
    "change",
    [
        {"head": "flatten"},
        {"dropout": "head"},
        {"pooling": ["max", "soft", "conv"]},
        {"dataset": "shapes"},
    ],
)
def test_no_recipes_are_claimed_for_pairs_that_they_are_not_about(change):
    app = opened(ACCURACY, **LINK | {"pooling": ["max", "average"], "seeds": "5"} | change)
    assert [] == messages(app)
    assert "recipes" not in statement(app)


@pytest.mark.usefixtures("whole_gallery")
def test_recipes_are_counted_once_whatever_else_is_trained(home, monkeypatch):
    counted = []
    once = recipe_cards.recipes
    monkeypatch.setattr(recipe_cards, "recipes", lambda *how: counted.append(1) or once(*how))
    recipe_cards._recipes.cache_clear()
    app = opened(ACCURACY, **LINK | {"pooling": ["max", "average"]})
    assert [1] == counted
    fill(home, *trained(dataset="digits", pooling="soft", lr=0.33))
    app.run()
    assert [] == messages(app)
    assert [1] == counted


@pytest.mark.usefixtures("no_gallery")
def test_the_recipes_of_fashion_are_those_of_networks_on_fashion(home):
    fill(home, *of_grid("fashion", lambda flat: 0.03 * (flat["norm"] == "none")))
    # the network that the sidebar shows has all images and a rate of 0.1, as one of the recipes
    link = LINK | {"dataset": "fashion", "pooling": ["max", "average"], "chance": "seeds"}
    app = opened(ACCURACY, norm="none", **link)
    assert [] == messages(app)
    assert "In none of 12 recipes is average ahead of max; behind in 6" in without_marks(text(app))
    said = statement(app)
    assert "on these 3,000 images (5 seeds), in 6 of 12 recipes" in said
    assert said.endswith("most often with no norm (6 of 6), alike with batch norm.")


def test_without_bundled_recipes_nothing_is_said_of_them(runs):
    keep_labels(runs)
    said = statement(opened(ACCURACY, **LINK))
    assert said.startswith("Max is ahead of average by ")
    assert "recipes" not in said


@pytest.mark.usefixtures("whole_gallery")
@pytest.mark.parametrize(
    "change", [{"head": "flatten"}, {"dropout": "head"}, {"pooling": ["soft", "conv"]}]
)
def test_recipes_are_not_shown_beside_networks_that_they_are_not_about(change):
    assert "In how many recipes" not in text(opened(ACCURACY, **LINK | change))
