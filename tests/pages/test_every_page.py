"""Does every page say something true and useful, whatever is in the store?"""

from dataclasses import replace

import pytest

from core.catalog import POOLINGS
from core.run import Status
from tests.pages.dashboard import (
    ACCURACY,
    BUNDLED,
    COMPARING,
    COST,
    HISTORY,
    HOME,
    PAGES,
    PAGES_FOLDER,
    TRAIN,
    figures,
    fill,
    messages,
    missing,
    opened,
    text,
    title,
    trained,
)
from tests.store.store_samples import a_run


def test_these_are_all_pages():
    there = {path.name for path in PAGES_FOLDER.glob("*.py")}
    assert set(PAGES) == there - {"main.py", "router.py"}


@pytest.mark.parametrize(
    ("page", "count"), [(HOME, 1), (ACCURACY, 5), (COST, 4), (TRAIN, 0), (HISTORY, 0)]
)
def test_an_empty_store_shows_the_bundled_runs(page, count):
    app = opened(page)
    assert [] == messages(app)
    assert count == len(figures(app))
    assert 0 == missing(app)


@pytest.mark.usefixtures("no_gallery")
@pytest.mark.parametrize("page", COMPARING)
def test_without_any_run_a_page_names_what_is_missing(page):
    app = opened(page)
    assert [] == messages(app)
    # what a network costs is known before it is trained
    assert (3 if page == COST else 0) == len(figures(app))
    assert title(app)
    assert BUNDLED == missing(app)


@pytest.mark.usefixtures("no_gallery")
@pytest.mark.parametrize(("page", "count"), [(HOME, 1), (ACCURACY, 3), (COST, 4), (TRAIN, 0)])
def test_a_filled_store_shows_its_runs(home, page, count):
    fill(home, *trained(pooling="conv"), *trained(pooling="min"))
    app = opened(page, pooling=["conv", "min"], head="gap", seeds="3")
    assert [] == messages(app)
    assert count == len(figures(app))
    assert 0 == missing(app)


@pytest.mark.usefixtures("no_gallery")
@pytest.mark.parametrize(
    ("count", "said"), [(8, "band: 95 % interval"), (9, "thin and grey: the other strategies")]
)
def test_a_caption_explains_the_lines_that_are_drawn(home, count, said):
    names = [str(name) for name in POOLINGS][:count]
    fill(home, *(run for name in names for run in trained(pooling=name)))
    app = opened(ACCURACY, pooling=names, head="gap", seeds="3", show_all="true")
    assert said in text(app)
    assert ("band" in said) == ('"fill":' in figures(app)[0])


@pytest.mark.parametrize("page", COMPARING)
def test_a_run_that_is_stored_later_is_seen_without_a_new_session(home, page):
    app = opened(page, pooling=["max", "conv"], head="gap", seeds="3")
    assert 3 == missing(app)
    fill(home, *trained(pooling="conv"))
    assert 0 == missing(app.run())


@pytest.mark.parametrize("page", COMPARING)
def test_a_diverged_run_is_named_with_what_helps(home, page):
    run = a_run(pooling="conv", lr=5.0)
    fill(home, replace(run, status=Status.DIVERGED, test_accuracy=None, predictions=b""))
    (said,) = messages(opened(page, pooling="conv", head="gap", seeds="1", lr="5"))
    assert "learning rate 5" in said
    assert "Lower the rate" in said
