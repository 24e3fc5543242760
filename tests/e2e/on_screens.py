"""Does every page stand on every screen, and can it be read aloud? `make screens`.

Not part of `make test`: the pages are not free of findings yet, and reading one takes a minute.
"""

import pytest
from playwright.sync_api import expect

from core.catalog import Page
from tests.e2e import screens
from tests.e2e.screens import SCREENS, Screen

pytestmark = pytest.mark.e2e

READ_WIDTHS = (1440, 390)
"""at which axe-core reads a page in both themes"""


def faults(visitor, link):
    """Screen and sentence of everything that is wrong with a page."""
    page = visitor.page
    devtools = page.context.new_cdp_session(page)
    page.emulate_media(color_scheme="light")
    visitor.open(link)
    said = {}
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        # a switch of the theme asks for a run of the script
        page.wait_for_timeout(500)
        # not `settle`: on a narrow screen the sidebar is folded
        app = page.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-script-state", "notRunning")
        for screen in SCREENS:
            read = screen.scale == 1 and screen.width in READ_WIDTHS
            if theme == "dark" and not read:
                continue
            screens.show(page, devtools, screen)
            wrong = [*screens.faults_of_layout(page), *screens.faults_of_names(devtools)]
            if read:
                wrong += screens.faults_by_axe(page)
            for each in wrong:
                said.setdefault(each, f"{theme}, {screen}")
    return [f"{where}: {each}" for each, where in said.items()]


@pytest.mark.parametrize("name", Page)
def test_a_page_stands_on_every_screen(visitor, name):
    assert [] == faults(visitor, "/" if name is Page.HOME else f"/{name}")


SPOILT = """<h1>One</h1><h3>Three</h3><button>Twin</button><button>Twin</button><button></button>
<img src="x.png" width="9" height="9"><div style="width: 3000px; height: 9px"></div>
<p style="color: #ccc; background: #fff">faint</p>
<p style="margin: 0; height: 20px">below</p><p style="margin: -20px 0 0">above</p>"""


def test_the_checks_see_what_is_wrong(visitor):
    page = visitor.page
    page.set_content(
        f"<html lang='en'><body><div data-testid='stMain'>{SPOILT}</div></body></html>"
    )
    devtools = page.context.new_cdp_session(page)
    screens.show(page, devtools, Screen(390))
    said = "\n".join(
        [
            *screens.faults_of_layout(page),
            *screens.faults_of_names(devtools),
            *screens.faults_by_axe(page),
        ]
    )
    for part in (
        "px wider than the window",
        '"below" and "above" overlap',
        '2 buttons are called "Twin"',
        "a button without a name",
        "a image without a name",
        'the heading "Three" of level 3 follows level 1',
        "axe: color-contrast",
    ):
        assert part in said, said
