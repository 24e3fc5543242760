"""Can the outputs of By hand be touched, by pointer, finger and keyboard?"""

from contextlib import closing

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PATIENCE_MS

pytestmark = pytest.mark.e2e

THREE = "/by_hand?dataset=digits&pooling=max&pooling=average&pooling=none&grid=patch"
SAID = ".worked .formula"
SCREENS = {"1440": (1440, 900), "390": (390, 844)}
HINT = "Touch an output to see"


def figure(page, name):
    return page.locator(f"[data-figure='plot {name}']")


def place(page, name, across, down):
    """A place of a figure, in shares of its sides."""
    box = figure(page, name).bounding_box()
    return {"x": across * box["width"], "y": down * box["height"]}


def point(page):
    figure(page, "Output max").hover(position=place(page, "Output max", 0.75, 0.3))


def tap(page):
    figure(page, "Output max").tap(position=place(page, "Output max", 0.75, 0.3))


def walk(page):
    page.locator(".worked").first.focus()
    page.keyboard.press("ArrowRight")


@pytest.mark.parametrize("act", [point, tap, walk])
@pytest.mark.parametrize("screen", SCREENS)
def test_one_action_fills_the_formula_of_every_operator(browser, server, screen, act):
    width, height = SCREENS[screen]
    with closing(
        browser.new_context(viewport={"width": width, "height": height}, has_touch=act is tap)
    ) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{server.url}{THREE}")
        expect(page.locator(SAID)).to_contain_text([HINT] * 3)
        expect(figure(page, "Gradient average").locator(".main-svg").first).to_be_visible()
        act(page)
        expect(page.locator(SAID)).to_have_text(
            ["max(16, 4, 15, 3) = 16", "(16 + 4 + 15 + 3) / 4 = 9.5", ""]
        )
        # what was read, the output, and what it sends back: all to one cell, or a quarter to each
        assert 1 == figure(page, "Input max").locator(".window").count()
        assert 1 == figure(page, "Output average").locator(".here").count()
        assert ["1"] == figure(page, "Gradient max").locator(".share").all_inner_texts()
        assert ["0.25"] * 4 == figure(page, "Gradient average").locator(".share").all_inner_texts()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_window_is_framed_where_it_lies(visitor):
    visitor.open(THREE)
    page = visitor.page
    expect(figure(page, "Gradient average").locator(".main-svg").first).to_be_visible()
    point(page)
    window = figure(page, "Input max").locator(".window").bounding_box()
    cells = figure(page, "Input max").locator(".heatmaplayer").bounding_box()
    right, top = cells["x"] + cells["width"], cells["y"]
    assert pytest.approx(right, abs=3) == window["x"] + window["width"]
    assert pytest.approx(top, abs=3) == window["y"]
    assert pytest.approx(cells["width"] / 2, abs=4) == window["width"]


def test_a_press_holds_an_output_and_escape_lets_go(visitor):
    visitor.open(THREE)
    page = visitor.page
    expect(figure(page, "Gradient average").locator(".main-svg").first).to_be_visible()
    # by a number that it reads
    figure(page, "Input average").click(position=place(page, "Input average", 0.2, 0.2))
    expect(page.locator(SAID).first).to_have_text("max(10, 10, 4, 16) = 16")
    expect(page.locator(".worked").first).to_have_class("worked touched held")
    figure(page, "Output max").hover(position=place(page, "Output max", 0.75, 0.75))
    expect(page.locator(SAID).first).to_have_text("max(10, 10, 4, 16) = 16")
    page.keyboard.press("Escape")
    expect(page.locator(SAID)).to_contain_text([HINT] * 3)
    expect(page.locator(".touched-cells")).to_have_count(0)
    # a rerun with other numbers keeps nothing of the old ones
    figure(page, "Output max").click(position=place(page, "Output max", 0.3, 0.3))
    page.get_by_text("Swap light and dark").click()
    expect(page.locator(SAID).first).to_have_text("max(6, 6, 12, 0) = 12")


def test_what_the_keyboard_touches_is_spoken(visitor):
    visitor.open(THREE)
    page = visitor.page
    line = page.get_by_role("application", name="Average, output by output")
    line.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".worked + .spoken").nth(1)).to_have_text(
        "Average, output in row 2, column 1: (1 + 9 + 0 + 0) / 4 = 2.5"
    )
    page.keyboard.press("Escape")
    expect(page.locator(SAID)).to_contain_text([HINT] * 3)


def test_without_the_script_the_page_is_as_it_was(visitor):
    visitor.page.route("**/browser/**", lambda route: route.abort())
    visitor.open(THREE)
    expect(figure(visitor.page, "Gradient average").locator(".main-svg").first).to_be_visible()
    expect(visitor.page.locator(".worked")).to_have_count(0)
