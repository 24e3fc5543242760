"""Does every page stand on every screen, and can it be read aloud?

Each page is opened once in each theme, and its window is then pulled smaller.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from core.catalog import Page
from core.config.talk import read_talk
from core.settings import PROJECT, Settings
from tests.e2e import screens
from tests.e2e.dashboard import Server, serving
from tests.e2e.screens import SCREENS, Screen

pytestmark = pytest.mark.e2e

READ = (Screen(1440), Screen(390))
"""on which names and axe-core read a page; the dark theme, with the same boxes, on the first"""
LINKS = {
    **{str(page): f"/{page}" for page in Page},
    Page.HOME: "/",
    # its images need no download
    Page.FEATURES: "/features?dataset=shapes",
    "a claim": "/claims?claim=pooling-raises-accuracy",
    "a claim by arithmetic": "/claims?claim=max-keeps-edges",
}
"""what is read -> its address"""


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dashboard where nobody trains, on the data set that visitors meet first."""
    first = str(Settings.model_fields["dataset"].default)
    with serving(tmp_path_factory.mktemp("screens"), POOLSCOPE_DATASET=first) as server:
        yield server


def faults(visitor, link):
    """What is wrong with a page, and on which screen it is seen first."""
    page = visitor.page
    devtools = page.context.new_cdp_session(page)
    said = {}
    for theme, shown in (("light", SCREENS), ("dark", READ[:1])):
        page.emulate_media(color_scheme=theme)
        screens.resize(devtools, SCREENS[0])
        # anew, since a switch of the theme draws the figures twice
        visitor.open(link)
        for screen in shown:
            screens.resize(devtools, screen)
            screens.rest(page)
            for each in faults_here(page, devtools, screen, set(said)):
                said.setdefault(each, f"{theme}, {screen}")
    return sorted(f"{where}: {each}" for each, where in said.items())


def faults_here(page, devtools, screen, known):
    """What is wrong with a page as it stands."""
    if screen not in READ:
        return screens.lasting(lambda: set(screens.faults_of_layout(page)), known)
    seen = screens.lasting(
        lambda: {*screens.faults_of_layout(page), *screens.faults_of_names(devtools)}, known
    )
    screens.unroll(page, devtools, screen)
    return {*seen, *screens.faults_by_axe(page)}


@pytest.mark.parametrize("name", LINKS)
def test_a_page_stands_on_every_screen(enter, unchanged, name):
    assert [] == faults(enter(unchanged), LINKS[name])


PROJECTORS = (Screen(1280), Screen(1920))
"""screens on which a talk is given, each 16 : 9"""
SCENES = len(read_talk(PROJECT / "assets" / "talk.toml").scenes)


def enter_talk(page, server, scene):
    page.goto(f"{server.url}/?view=talk&scene={scene}")
    expect(page.get_by_text(f"{scene} / {SCENES}")).to_be_visible()
    screens.rest(page)


def test_every_scene_of_the_talk_stands_on_a_projector(enter, unchanged):
    """Before the reveal and after it; test_talk.py holds that nothing has to be scrolled."""
    visitor = enter(unchanged)
    page = visitor.page
    devtools = page.context.new_cdp_session(page)
    said = []
    for scene in range(1, SCENES + 1):
        screens.resize(devtools, PROJECTORS[0], height=720)
        enter_talk(page, unchanged, scene)
        going_on = page.locator(".st-key-talk_next button")
        revealed = ["before", "after"] if "Reveal" in going_on.inner_text() else ["alone"]
        for state in revealed:
            if state == "after":
                page.keyboard.press("ArrowRight")
                expect(going_on).to_contain_text("Next")
            for screen in PROJECTORS:
                screens.resize(devtools, screen, height=screen.width * 9 // 16)
                screens.rest(page)
                seen = screens.lasting(lambda: set(screens.faults_of_layout(page)), set())
                said += [f"scene {scene}, {state}, {screen}: {each}" for each in sorted(seen)]
        # a figure that was just revealed gets its name when it is drawn
        names = screens.lasting(lambda: set(screens.faults_of_names(devtools)), set())
        names |= set(screens.faults_by_axe(page))
        said += [f"scene {scene}: {each}" for each in sorted(names)]
    assert [] == said


def test_the_presenters_view_stands_on_every_screen(enter, unchanged):
    visitor = enter(unchanged)
    enter_talk(visitor.page, unchanged, 2)
    page = visitor.page.context.new_page()
    page.goto(f"{unchanged.url}/?view=presenter")
    expect(page.get_by_text(f"2 / {SCENES}")).to_be_visible()
    devtools = page.context.new_cdp_session(page)
    said: dict[str, str] = {}
    for theme, shown in (("light", SCREENS), ("dark", READ[:1])):
        page.emulate_media(color_scheme=theme)
        for screen in shown:
            screens.resize(devtools, screen)
            screens.rest(page)
            for each in faults_here(page, devtools, screen, set(said)):
                said.setdefault(each, f"{theme}, {screen}")
    assert {} == said


SPOILT = """<h1>One</h1><h3>Three</h3><button>Twin</button><button>Twin</button><button></button>
<img src="x.png" width="9" height="9"><div style="width: 3000px; height: 9px"></div>
<p style="color: #ccc; background: #fff">faint</p>
<p style="margin: 0; height: 20px">below</p><p style="margin: -20px 0 0">above</p>
<div style="height: 2000px"></div><p style="color: #bbb; background: #fff">far down</p>"""
FRAME = """<html lang="en"><body data-testid="stApp" data-test-script-state="notRunning">
<div data-testid="stMain" style="height: 100vh; overflow-y: auto">{}</div></body></html>"""


def test_the_checks_see_what_is_wrong(visitor):
    page = visitor.page
    page.set_content(FRAME.format(SPOILT))
    devtools = page.context.new_cdp_session(page)
    screen = READ[-1]
    screens.resize(devtools, screen)
    screens.rest(page)
    said = "\n".join(faults_here(page, devtools, screen, set()))
    for part in (
        "px wider than the window",
        '"below" and "above" overlap',
        '2 buttons are called "Twin"',
        "a button without a name",
        "a image without a name",
        'the heading "Three" of level 3 follows level 1',
        ">faint</p>",
        ">far down</p>",
    ):
        assert part in said, said
