"""Does every choice of the sidebar's three toggles get an answer from the bundle, without torch?

Every combination is walked through the functions that pages call; a selection in which every value
occurs, through the pages themselves.
"""

from itertools import cycle, product

import pytest

from core.analyses import lookup
from core.catalog import HEADS, POOLINGS
from core.comparison import Comparison
from core.comparison.nearest import nearest
from core.comparison.stock import Stock
from core.config import Experiment
from core.config.fields import FIELDS
from tests.bundled import FILES, bundled
from tests.pages.dashboard import (
    ACCURACY,
    COST,
    FEATURES,
    HOME,
    SHIFT,
    figures,
    messages,
    opened,
    text,
    title,
    touched,
)

DATA_SETS = [file.stem for file in FILES]
HEADS_CHOSEN = {"gap": ("gap",), "flatten": ("flatten",), "both": ("gap", "flatten")}
POSITIONS = FIELDS["dropout"].words
SEEDS = 5


@pytest.fixture(scope="module")
def stock():
    return Stock(bundled().summaries())


def answer(chosen, stock):
    """The comparison that pages show: the chosen one if two networks of a facet are stored."""
    seeds = {arm: stock.seeds(arm.experiment.to_flat()) for arm in chosen.arms}
    facets = (sum(bool(seeds[arm]) for arm in facet.arms) for facet in chosen.facets)
    if max(facets) > 1:
        return chosen, ()
    found = nearest(chosen, stock)
    return found.comparison, found.changes


@pytest.mark.parametrize("dataset", DATA_SETS)
def test_every_combination_of_the_toggles_is_answered_from_the_bundle(dataset, stock):
    """Each strategy beside the headline's first, under every head and at every dropout position."""
    experiments = {
        (pooling, head, position): Experiment.from_flat(
            {"dataset": dataset, "pooling": pooling, "head": head, "dropout": position}
        )
        for pooling, head, position in product(POOLINGS, ("gap", "flatten"), POSITIONS)
    }
    others = [name for name in POOLINGS if name != "max"]
    instead = 0
    for pooling, heads, position in product(others, HEADS_CHOSEN.values(), POSITIONS):
        chosen = Comparison.of(
            [experiments[name, head, position] for head in heads for name in ("max", pooling)],
            range(SEEDS),
        )
        shown, changes = answer(chosen, stock)
        where = (dataset, pooling, heads, position)
        wanted = {"max", pooling} & stock.poolings
        assert wanted == {arm.pooling for arm in shown.arms}, where
        assert (shown == chosen) == (not changes), where
        if changes:
            instead += 1
            assert {each.key for each in shown.experiments} <= stock.keys, where
    # no bundle has everything
    assert instead > 0


WALKED = (HOME, ACCURACY, COST, SHIFT, FEATURES)


def a_selection():
    """Each page with each data set, and every head, position and headline strategy somewhere."""
    headline = [str(name) for name, entry in POOLINGS.items() if entry.headline and name != "max"]
    values = zip(cycle(headline), cycle(HEADS_CHOSEN), cycle(POSITIONS), strict=False)
    return [
        (
            page,
            {"dataset": dataset, "pooling": ["max", pooling], "head": head, "dropout": [position]},
        )
        for (dataset, page), (pooling, head, position) in zip(
            product(DATA_SETS, WALKED), values, strict=False
        )
    ]


OF_IMAGES = {each for each in vars(lookup).values() if callable(each)}
"""questions about images"""


@pytest.fixture
def no_torch(monkeypatch):
    """Nothing is computed; the process that reads images is asked for images alone."""

    def refused(*_, **__):
        raise AssertionError("something was computed")

    def only_images(_, question, *__):
        assert question.func in OF_IMAGES
        return question()

    monkeypatch.setattr("core.engine.reader.Reader.ask", only_images)
    monkeypatch.setattr("core.engine.compute", refused)


@pytest.mark.usefixtures("whole_gallery", "no_torch")
@pytest.mark.parametrize(("page", "link"), a_selection())
def test_a_page_answers_from_the_bundle_and_asks_for_no_training(engine, page, link):
    app = opened(page, **link, seeds=str(SEEDS), show_all="true")
    assert [] == messages(app)
    assert touched(app) if page == FEATURES else figures(app), text(app)
    assert "not been trained yet" not in title(app)
    assert "not been computed yet" not in title(app)
    assert [] == engine.submitted


def test_the_selection_has_every_page_data_set_head_and_position():
    selection = a_selection()
    assert {(page, name) for page in WALKED for name in DATA_SETS} == {
        (page, link["dataset"]) for page, link in selection
    }
    assert set(HEADS_CHOSEN) == {link["head"] for _, link in selection}
    assert set(POSITIONS) == {link["dropout"][0] for _, link in selection}
    assert HEADS_CHOSEN.keys() - {"both"} < {str(head) for head in HEADS}
