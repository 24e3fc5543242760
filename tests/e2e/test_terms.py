"""Does a press on a term of the trade open the list of words at its sentence?"""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e

# the last has most terms: its list is longer than the screen
WINDOWS = {"a telephone": (390, 844), "a low window": (1024, 500)}
PAGES = ("/", "/claims?claim=pooling-gives-invariance")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("by", ["finger", "key"])
@pytest.mark.parametrize("window", WINDOWS)
def test_a_press_on_a_term_shows_its_sentence(visitor, page, by, window):
    visitor.open(page)
    width, height = WINDOWS[window]
    visitor.page.set_viewport_size({"width": width, "height": height})
    visitor.page.wait_for_selector("body[data-words]", state="attached")
    for place in (0, -1):
        term = visitor.page.locator('a[href="#words"]:visible').nth(place)
        sentence = term.get_attribute("title")
        if by == "finger":
            term.click()
        else:
            term.press("Enter")
        expect(
            visitor.page.get_by_test_id("stPopoverBody").get_by_text(sentence)
        ).to_be_in_viewport()
        assert "#words" not in visitor.page.url
        visitor.page.keyboard.press("Escape")
        expect(visitor.page.get_by_test_id("stPopoverBody")).to_have_count(0)
