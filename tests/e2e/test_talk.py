"""Does a talk go on by the arrow keys, fit the screen, and reveal nothing too early?"""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e

FIRST_OF_ALL = "What pooling really does"
LEAST_ZOOM = 0.6
"""smaller text could not be read from the last row"""
SIZES = """() => {
  const main = document.querySelector("[data-testid=stMain]");
  const box = document.querySelector("[data-testid=stMainBlockContainer]");
  return [main.scrollHeight, main.clientHeight, Number(box.style.zoom || 1)];
}"""


def rest(page):
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    for name in ("talk_previous", "talk_next"):
        expect(page.locator(f".st-key-{name} button")).to_be_visible()


def press(page, key):
    """Press a key when the page is at rest and its buttons are there, as a presenter would."""
    rest(page)
    page.keyboard.press(key)


def test_arrow_keys_go_from_scene_to_scene_and_nobody_else_is_asked(visitor, server):
    page = visitor.page
    asked = []
    page.on("request", lambda request: asked.append(urlsplit(request.url)))
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{server.url}/?view=talk")
    expect(page.get_by_role("heading", name=FIRST_OF_ALL)).to_be_visible()
    expect(page.locator("html")).to_have_css("font-size", re.compile("2[45]"))
    press(page, "ArrowRight")
    expect(page.get_by_text("2 / 12")).to_be_visible()
    # the first numbers worked by hand wait for a process with torch
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=60_000)
    press(page, "ArrowLeft")
    expect(page.get_by_role("heading", name=FIRST_OF_ALL)).to_be_visible()
    # what a presenter's remote sends
    press(page, "PageDown")
    expect(page.get_by_text("2 / 12")).to_be_visible()
    press(page, "PageUp")
    expect(page.get_by_role("heading", name=FIRST_OF_ALL)).to_be_visible()
    assert {"localhost"} == {url.hostname for url in asked if url.scheme != "blob"}


def test_every_scene_fits_a_projector_before_and_after_the_reveal(visitor, server):
    page = visitor.page
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{server.url}/?view=talk")
    going_on = page.locator(".st-key-talk_next button")
    for number in range(1, 13):
        expect(page.get_by_text(f"{number} / 12")).to_be_visible()
        rest(page)
        fits(page, number)
        if "Reveal" in going_on.inner_text():
            press(page, "ArrowRight")
            expect(going_on).to_contain_text("Next")
            rest(page)
            fits(page, number)
        if number < 12:
            press(page, "ArrowRight")
    expect(page.get_by_test_id("stHeader")).to_be_hidden()


def fits(page, scene):
    """Wait until the scene has found its size; it must be readable, and leave nothing to scroll."""
    before: list[float] = []
    for _ in range(40):
        page.wait_for_timeout(300)
        height, free, zoom = now = page.evaluate(SIZES)
        if now == before and height <= free:
            break
        before = now
    assert height <= free, scene
    assert zoom >= LEAST_ZOOM, scene


def test_the_browsers_back_reveals_nothing(visitor, server):
    page = visitor.page
    page.goto(f"{server.url}/?view=talk&scene=7")
    going_on = page.locator(".st-key-talk_next button")
    expect(going_on).to_contain_text("Reveal")
    press(page, "ArrowRight")
    expect(going_on).to_contain_text("Next")
    press(page, "ArrowRight")
    expect(page.get_by_text("8 / 12")).to_be_visible()
    rest(page)
    # a change of scene leaves more than one step in the history
    for _ in range(3):
        page.go_back()
        page.wait_for_timeout(1000)
        rest(page)
        expect(going_on).to_contain_text("Reveal")
        heading = page.get_by_role("heading", level=1).inner_text()
        assert ("/claims" in page.url) == ("Pooling raises accuracy" in heading)
        if "/claims" in page.url:
            expect(page.get_by_text("The experiment")).to_be_visible()
            expect(page.locator(".js-plotly-plot")).to_have_count(0)


def test_the_screen_goes_black_and_comes_back(visitor, server):
    page = visitor.page
    page.goto(f"{server.url}/?view=talk")
    expect(page.locator("time")).to_have_text(re.compile(r"^\d+:\d\d of 1.5 min$"))
    press(page, "b")
    expect(page.locator("#talk-curtain")).to_be_visible()
    press(page, "b")
    expect(page.locator("#talk-curtain")).to_have_count(0)
