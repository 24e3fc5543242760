"""Does every page stand on every screen, and can it be read aloud?

Each page is opened once in each theme, and its window is then pulled smaller.
"""

from collections.abc import Iterator

import pytest

from core.catalog import Page
from core.settings import Settings
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
