"""Does Shift show what was computed, of the networks that it names?"""

import base64
import json

import numpy as np
import pytest

from tests.pages.dashboard import HEADLINE, SHIFT, figures, keys, messages, opened, text, title


def test_shift_offers_the_maps_that_are_missing_and_shows_them_when_they_are_there():
    app = opened(SHIFT, head="gap", seeds="2", shift_border="circular")
    assert "have not been computed yet" in title(app)
    assert "2 maps are not computed" in text(app)
    app.button(key="compute_maps").click().run(timeout=60)
    assert [] == messages(app)
    assert title(app).startswith("One pixel changes ")
    assert 3 == len(figures(app))
    assert "compute_maps" not in keys(app)


@pytest.mark.usefixtures("whole_gallery")
def test_shift_shows_networks_of_every_head_and_says_of_how_many_it_speaks():
    app = opened(SHIFT, pooling=HEADLINE, seeds="1")
    placeholder = app.multiselect(key="networks").proto.placeholder.split(", ")
    assert 8 == len(placeholder)
    assert 4 == sum(name.endswith(" flatten") for name in placeholder)
    app.multiselect(key="networks").set_value(["blur-max gap", "max gap", "average gap"]).run()
    assert [] == messages(app)
    assert title(app).startswith("Of the three networks shown, one pixel changes ")
    assert 4 == len(figures(app))


def numbers(written):
    """An array as Plotly writes it."""
    values = np.frombuffer(base64.b64decode(written["bdata"]), written["dtype"])
    return values.reshape([int(side) for side in written["shape"].split(",")])


@pytest.mark.usefixtures("whole_gallery")
@pytest.mark.parametrize(("link", "reach"), [({}, 2), ({"shift_reach": "all"}, 4)])
def test_all_of_the_page_is_computed_from_the_shifts_that_are_shown(link, reach):
    app = opened(SHIFT, dataset="digits", pooling=["max", "none"], seeds="2", head="gap", **link)
    assert [] == messages(app)
    assert f"columns: pixels to the right, up to {reach} each way" in text(app)
    first, second, profile = map(json.loads, figures(app))
    for number, each in enumerate((first, second)):
        (heat,) = [trace for trace in each["data"] if trace["type"] == "heatmap"]
        places = list(range(-reach, reach + 1))
        assert places == heat["x"] == heat["y"]
        shares = numbers(heat["z"])
        assert (2 * reach + 1,) * 2 == shares.shape
        # the mean below the map, the row in the profile and the table are of the same shifts
        mean = f"{np.nanmean(shares):.1f}"
        assert f"Unchanged: **{mean} %**" in text(app).replace("\xa0", " ")
        (table,) = [table.value for table in app.dataframe if "predictions" in table.value]
        named = ("Max + GAP, %", "None + GAP, %")[number]
        both_seeds = table[named][list(table["predictions"]).index("unchanged by one pixel")]
        assert 0 < float(both_seeds) < 100
        row = profile["data"][number]
        assert places == row["x"]
        drawn = np.delete(np.array(row["y"], dtype=float), reach)
        assert pytest.approx(np.delete(shares[reach], reach), abs=0.01) == drawn


@pytest.mark.usefixtures("whole_gallery")
def test_the_first_sentence_does_not_depend_on_the_shifts_that_are_shown():
    link = {"dataset": "digits", "pooling": ["max", "none"], "seeds": "1"}
    assert title(opened(SHIFT, **link)) == title(opened(SHIFT, **link, shift_reach="all"))


@pytest.mark.usefixtures("whole_gallery")
def test_nothing_is_left_out_where_all_shifts_are_near():
    app = opened(SHIFT, dataset="shapes", pooling=["max", "average"], seeds="1", head="gap")
    assert "up to 8 each way" in text(app)
    assert "shift_reach" not in {group.key for group in app.button_group}
