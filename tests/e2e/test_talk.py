"""Does a talk go on by the arrow keys, fit the screen, and reveal nothing too early?"""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from core.config.talk import Waits, read_talk
from core.settings import PROJECT

pytestmark = pytest.mark.e2e

TALK = read_talk(PROJECT / "assets" / "talk.toml")
LAST = len(TALK.scenes)
FIRST_OF_ALL = TALK.scenes[0].heading
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
    expect(page.get_by_text(f"2 / {LAST}")).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    press(page, "ArrowLeft")
    expect(page.get_by_role("heading", name=FIRST_OF_ALL)).to_be_visible()
    # what a presenter's remote sends
    press(page, "PageDown")
    expect(page.get_by_text(f"2 / {LAST}")).to_be_visible()
    press(page, "PageUp")
    expect(page.get_by_role("heading", name=FIRST_OF_ALL)).to_be_visible()
    assert {"localhost"} == {url.hostname for url in asked if url.scheme != "blob"}


def test_every_scene_fits_a_projector_before_and_after_the_reveal(visitor, server):
    page = visitor.page
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{server.url}/?view=talk")
    going_on = page.locator(".st-key-talk_next button")
    for number in range(1, LAST + 1):
        expect(page.get_by_text(f"{number} / {LAST}")).to_be_visible()
        rest(page)
        fits(page, number)
        if "Reveal" in going_on.inner_text():
            press(page, "ArrowRight")
            expect(going_on).to_contain_text("Next")
            rest(page)
            fits(page, number)
        if number < LAST:
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
    claim = 1 + [scene.heading for scene in TALK.scenes].index("“Pooling raises accuracy”")
    page.goto(f"{server.url}/?view=talk&scene={claim}")
    going_on = page.locator(".st-key-talk_next button")
    expect(going_on).to_contain_text("Reveal")
    press(page, "ArrowRight")
    expect(going_on).to_contain_text("Next")
    press(page, "ArrowRight")
    expect(page.get_by_text(f"{claim + 1} / {LAST}")).to_be_visible()
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


def presenter(visitor, server):
    """The presenter's view, in a second window of the same browser."""
    view = visitor.page.context.new_page()
    view.set_viewport_size({"width": 1280, "height": 720})
    view.goto(f"{server.url}/?view=presenter")
    expect(view.get_by_role("heading", level=1)).to_be_visible()
    return view


def pressed(view, name):
    return view.get_by_role("button", name=name, exact=True)


def test_the_presenters_view_follows_a_lecturer_through_all_scenes(visitor, server):
    page = visitor.page
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{server.url}/?view=talk")
    expect(page.get_by_role("heading", name=FIRST_OF_ALL)).to_be_visible()
    view = presenter(visitor, server)
    for number, scene in enumerate(TALK.scenes, start=1):
        expect(page.get_by_text(f"{number} / {LAST}")).to_be_visible()
        expect(view.get_by_text(f"{number} / {LAST}")).to_be_visible()
        expect(view.get_by_role("heading", level=1)).to_have_text(scene.heading)
        line = scene.notes.splitlines()[0]
        expect(view.get_by_text(line)).to_be_visible()
        rest(page)
        assert line not in page.locator("body").inner_text()
        following = view.locator(".following")
        if number < LAST:
            expect(following).to_contain_text(TALK.scenes[number].heading)
        else:
            expect(following).to_have_text("This is the last scene.")
        planned = f"Planned: {TALK.planned(number):g} min to the end of this scene"
        expect(view.locator(".plan")).to_contain_text(planned)
        if scene.waits is not Waits.NOTHING:
            expect(pressed(view, "Reveal")).to_be_enabled()
            press(page, "ArrowRight")
            expect(pressed(view, "Reveal")).to_have_count(0)
        if number < LAST:
            expect(pressed(view, "Next")).to_be_enabled()
            press(page, "ArrowRight")
    expect(pressed(view, "Next")).to_be_disabled()


def test_the_presenters_view_drives_the_other_window(visitor, server):
    page = visitor.page
    view = presenter(visitor, server)
    expect(view.get_by_role("link", name="Open the talk")).to_be_visible()
    expect(pressed(view, "Next")).to_be_disabled()
    page.goto(f"{server.url}/?view=talk&scene=2")
    rest(page)
    view.get_by_role("button", name="Reveal").click()
    expect(page.locator(".st-key-talk_next button")).to_contain_text("Next")
    expect(pressed(view, "Next")).to_be_enabled()
    # the same keys as in the talk
    view.keyboard.press("ArrowRight")
    expect(page.get_by_text(f"3 / {LAST}")).to_be_visible()
    expect(view.get_by_text(f"3 / {LAST}")).to_be_visible()
    pressed(view, "Previous").click()
    expect(page.get_by_text(f"2 / {LAST}")).to_be_visible()
    # the screen goes black, and both windows know
    view.keyboard.press("b")
    expect(page.locator("#talk-curtain")).to_be_visible()
    expect(view.get_by_text("The screen is black.")).to_be_visible()
    pressed(view, "Show the screen").click()
    expect(page.locator("#talk-curtain")).to_have_count(0)
    expect(view.get_by_text("The screen is black.")).to_be_hidden()
    # any scene
    view.get_by_role("button", name=f"4. {TALK.scenes[3].heading}").click()
    expect(page.get_by_role("heading", level=1, name=TALK.scenes[3].heading)).to_be_visible()
    expect(view.get_by_text(f"4 / {LAST}")).to_be_visible()
    # the clock
    view.wait_for_timeout(3000)
    pressed(view, "Restart the clock").click()
    expect(view.locator("time")).to_have_text(re.compile("^0:0[0-2]$"))
    # a narrow window
    view.set_viewport_size({"width": 390, "height": 844})
    assert 390 == view.evaluate("document.documentElement.scrollWidth")
    expect(view.get_by_text(TALK.scenes[3].notes.splitlines()[0])).to_be_in_viewport()
    page.goto("about:blank")
    expect(view.get_by_role("link", name="Open the talk")).to_be_visible()


def test_a_key_lists_all_scenes_and_another_opens_the_presenters_view(visitor, server):
    page = visitor.page
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{server.url}/?view=talk")
    press(page, "s")
    listed = page.get_by_role("dialog")
    last = listed.get_by_role("button", name=f"{LAST}. {TALK.scenes[-1].heading}")
    expect(last).to_be_in_viewport(ratio=1)
    listed.get_by_role("button", name=f"3. {TALK.scenes[2].heading}").press("Enter")
    expect(page.get_by_text(f"3 / {LAST}")).to_be_visible()
    expect(listed).to_have_count(0)
    rest(page)
    with page.context.expect_page() as opened:
        page.keyboard.press("p")
    expect(opened.value.get_by_role("heading", level=1)).to_have_text(TALK.scenes[2].heading)
