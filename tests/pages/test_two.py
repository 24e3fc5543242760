"""Can any network be the reference of any other, on every page that compares, and in its link?"""

import pytest

from tests.pages.dashboard import (
    ACCURACY,
    COST,
    HOME,
    SHIFT,
    figures,
    messages,
    opened,
    text,
    without_marks,
)

DIGITS = {"dataset": "digits", "pooling": ["max", "average"], "seeds": "3"}
TWO = {"one_network": "average gap", "other_network": "max flatten"}


@pytest.mark.usefixtures("whole_gallery")
@pytest.mark.parametrize(
    ("page", "said"),
    [
        (ACCURACY, "Average + GAP is behind max + Flatten by "),
        (COST, "Average + GAP has 0.84 times the parameters of max + Flatten"),
        (SHIFT, "one pixel leaves 54.4\xa0% of the predictions as they are with average + GAP"),
    ],
)
def test_a_link_names_any_two_networks(page, said):
    app = opened(page, **DIGITS, **TWO)
    assert [] == messages(app)
    assert "Left out of" not in text(app)
    assert ["average gap", "max flatten"] == [app.selectbox(key=key).value for key in TWO]
    assert said in without_marks(text(app))


def test_the_two_networks_stay_the_same_from_page_to_page():
    app = opened(COST, **DIGITS)
    app.selectbox(key="one_network").set_value("average flatten").run()
    assert "Average + Flatten has 1.2 times the parameters of max + GAP" in without_marks(text(app))
    app.switch_page(SHIFT).run()
    assert "average flatten" == app.selectbox(key="one_network").value


def test_the_figure_on_cost_names_the_two_that_are_compared():
    app = opened(COST, **DIGITS, **TWO)
    (chart,) = [figure for figure in figures(app) if "multiply-accumulates" in figure]
    assert "Average</b> + GAP" in chart or "Average + GAP" in chart


def test_home_compares_every_network_with_the_one_that_a_link_names():
    app = opened(HOME, **DIGITS, against_of="average flatten")
    assert [] == messages(app)
    written = [without_marks(each.value) for each in app.main.markdown]
    (start,) = [place for place, line in enumerate(written) if line.startswith(":gray[against]")]
    assert written[start].endswith("average + Flatten")
    others = [line.partition(" **")[0] for line in written[start + 1 :] if "** points" in line]
    assert ["max + GAP", "average + GAP", "max + Flatten"] == others
    assert "corrected for 3 comparisons" in text(app)
    # two strategies of one name would not be told apart without their heads
    assert "Max + GAP: alone it would be established" in text(app)


def test_home_compares_heads_where_one_strategy_is_chosen():
    app = opened(HOME, **{**DIGITS, "pooling": "max"})
    assert "max + Flatten **" in without_marks(text(app))
