"""Does a talk go on by the arrow keys, larger than usual, without a word to any other host?"""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e

FIRST_OF_ALL = "What pooling really does"


def press(page, key):
    """Press a key when the page is at rest and its buttons are there, as a presenter would."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    for name in ("talk_previous", "talk_next"):
        expect(page.locator(f".st-key-{name} button")).to_be_visible()
    page.keyboard.press(key)


def test_arrow_keys_go_from_scene_to_scene_and_nobody_else_is_asked(visitor, server):
    page = visitor.page
    asked = []
    page.on("request", lambda request: asked.append(urlsplit(request.url)))
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{server.url}/?view=talk")
    expect(page.get_by_text(FIRST_OF_ALL)).to_be_visible()
    expect(page.locator("html")).to_have_css("font-size", re.compile("20"))
    press(page, "ArrowRight")
    expect(page.get_by_text("2 / 12")).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    press(page, "ArrowLeft")
    expect(page.get_by_text(FIRST_OF_ALL)).to_be_visible()
    # what a presenter's remote sends
    press(page, "PageDown")
    expect(page.get_by_text("2 / 12")).to_be_visible()
    press(page, "PageUp")
    expect(page.get_by_text(FIRST_OF_ALL)).to_be_visible()
    assert {"localhost"} == {url.hostname for url in asked if url.scheme != "blob"}


def test_a_scene_turns_off_what_the_one_before_has_turned_on(visitor, server):
    page = visitor.page
    page.goto(f"{server.url}/?view=talk&scene=11")
    switch = page.get_by_role("switch", name="Predict before reveal")
    expect(switch).to_be_checked()
    press(page, "ArrowRight")
    expect(page.get_by_text("12 / 12")).to_be_visible()
    expect(switch).not_to_be_checked()
