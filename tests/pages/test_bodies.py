"""Do the pages show deeper and residual networks layer by layer, and compute what they offer?"""

import pytest

from core.config import Experiment
from core.training import train
from tests.pages.dashboard import (
    ACCURACY,
    COST,
    FEATURES,
    SHIFT,
    fill,
    given,
    messages,
    opened,
    text,
)

RESIDUAL = {"body": "residual", "depth": "2", "norm": "batch", "widths": "4,6", "epochs": "1"}


@pytest.fixture
def link(home):
    """To two trained networks."""
    poolings = ["max", "strided"]
    flats = [{**RESIDUAL, "train_size": "50", "pooling": pooling} for pooling in poolings]
    fill(home, *(train(Experiment.from_flat(flat)) for flat in flats))
    return {**flats[0], "pooling": poolings, "head": "gap", "seeds": "1"}


@pytest.mark.parametrize("page", [ACCURACY, COST, SHIFT, FEATURES])
def test_every_page_of_the_comparison_opens(link, page):
    app = opened(page, **link)
    assert [] == messages(app)
    assert "not trained" not in text(app)


def test_features_offers_every_layer_and_marks_what_the_pool_passes_on(link):
    app = opened(FEATURES, winners="true", **link)
    pills = app.pills(key="layer")
    assert {"block1.shortcut", "block1.add", "block1.add2", "block2.relu4"} <= set(pills.options)
    for layer, seen in (("block1.relu4", True), ("block1.add2", False), ("block2.shortcut", False)):
        app.pills(key="layer").set_value(layer).run()
        assert [] == messages(app)
        maps = given(app, "maps")
        assert seen == ("Dots: passed on by max." in maps["dots"])
        assert layer in {each["layer"] for each in maps["networks"]}


def test_cost_draws_the_field_of_every_sum_and_computes_what_is_used_of_it(link):
    app = opened(COST, field="effective", **link)
    app.button(key="compute_field").click().run(timeout=60)
    assert [] == messages(app)
    assert "Nine tenths of its gradient come from" in text(app)
    (layers,) = [pills for pills in app.pills if pills.label == "Layer"]
    assert "block1.add" in layers.options
    assert not [name for name in layers.options if "shortcut" in name]


def test_cost_times_every_layer(link):
    app = opened(COST, ledger="measured time, ms", **link)
    app.button(key="measure_times").click().run(timeout=60)
    assert [] == messages(app)
    (table,) = [table.value for table in app.dataframe if "layer" in table.value]
    assert {"block2.shortcut", "block2.add2", "whole step"} <= set(table["layer"])
