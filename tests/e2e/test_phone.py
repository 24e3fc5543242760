"""Does nothing lie over anything else under a finger, which no pointer can move away?"""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("name", ["", "cost", "shift", "history"])
def test_the_tools_of_a_table_cover_nothing_on_a_touch_screen(browser, server, name):
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(f"{server.url}/{name}")
    expect(
        page.get_by_test_id("stDataFrame").or_(page.get_by_test_id("stTable")).first
    ).to_be_visible()
    assert page.evaluate("matchMedia('(hover: none)').matches")
    tools = page.get_by_test_id("stElementToolbar")
    assert not any(each.is_visible() for each in tools.all())
    context.close()
