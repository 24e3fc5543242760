"""Has every figure with intervals a picture of how they are read?"""

import pytest

from tests.pages.dashboard import (
    ACCURACY,
    CLAIMS_PAGE,
    COST,
    HOME,
    alts,
    messages,
    opened,
)

LINK = {"dataset": "digits", "pooling": ["max", "average", "none"], "seeds": "5", "head": "gap"}
BUTTON = "How to read this"
PICTURES = {
    HOME: ("accuracy by head", "differences"),
    ACCURACY: ("curves GAP head", "differences", "ranks GAP head", "on sets"),
    COST: ("tradeoff",),
}
"""page -> keys of what the buttons are about"""


def keys_of_pictures(block):
    """The keys of the buttons, from the top."""
    for child in getattr(block, "children", {}).values():
        proto = getattr(child, "proto", None)
        if getattr(getattr(proto, "popover", None), "label", "") == BUTTON:
            yield proto.id.split("-reading ")[1]
        yield from keys_of_pictures(child)


@pytest.mark.usefixtures("whole_gallery")
@pytest.mark.parametrize("page", PICTURES)
def test_a_page_has_a_picture_for_each_kind_of_interval(page):
    app = opened(page, **LINK)
    assert [] == messages(app)
    assert PICTURES[page] == tuple(keys_of_pictures(app.main))


@pytest.mark.usefixtures("whole_gallery")
@pytest.mark.parametrize(
    ("page", "key", "says"),
    [
        (HOME, "accuracy by head", "Bars overlap: look at the difference"),
        (ACCURACY, "differences", "The bar excludes 0: established"),
        (ACCURACY, "ranks GAP head", "One place: established"),
        (COST, "tradeoff", "Bars overlap: look at the difference"),
    ],
)
def test_the_picture_is_of_that_kind(page, key, says):
    app = opened(page, **LINK)
    app.session_state[f"reading {key}"] = True
    assert says in " ".join(alts(app.run()))


@pytest.mark.usefixtures("whole_gallery")
def test_the_parts_of_a_claim_have_the_picture_of_their_rule():
    app = opened(CLAIMS_PAGE, claim="pooling-raises-accuracy")
    key, *_ = keys_of_pictures(app.main)
    app.session_state[f"reading {key}"] = True
    assert "Below the zone: too small to matter" in " ".join(alts(app.run()))


@pytest.mark.usefixtures("whole_gallery")
def test_under_two_heads_a_row_of_figures_has_one_picture():
    app = opened(ACCURACY, **LINK | {"head": "both"})
    assert 4 == len(list(keys_of_pictures(app.main)))
