"""Does a slider show where it ends before anybody touches it?"""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e


def test_a_slider_shows_its_ends(visitor):
    page = visitor.page
    page.goto(f"{visitor.url}/by_hand")
    for key, ends in (("seeds", ["1", "20"]), ("temperature", ["0.00", "3.00"])):
        bar = page.locator(f".st-key-{key} [data-testid=stSliderTickBar]")
        expect(bar).to_be_visible(timeout=90_000)
        expect(bar).to_have_css("opacity", "1")
        assert ends == bar.locator("p").all_inner_texts()
        # and nothing else of the page on them
        box, slider = bar.bounding_box(), page.locator(f".st-key-{key}").bounding_box()
        assert box["y"] + box["height"] <= slider["y"] + slider["height"] + 1
