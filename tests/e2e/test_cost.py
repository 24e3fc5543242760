"""Do the table and the code on Cost use the room that their cards have?"""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e

LINES_SEEN = 20


def test_the_table_is_as_wide_as_its_card_and_many_lines_of_code_are_seen(visitor):
    page = visitor.page
    page.goto(f"{visitor.url}/cost?dataset=digits&head=gap")
    code = page.locator("[data-testid=stCode] pre")
    expect(code).to_be_visible(timeout=90_000)
    card = page.locator("[class*='st-key-card-ledger']")
    table = card.locator("[data-testid=stDataFrame]")
    expect(table).to_be_visible()
    assert table.bounding_box()["width"] > 0.9 * card.bounding_box()["width"]
    # all layers at once: nothing to scroll within the table
    scroller = table.locator(".dvn-scroller")
    assert scroller.evaluate("(box) => box.scrollHeight <= box.clientHeight + 1")
    line = code.evaluate("(box) => parseFloat(getComputedStyle(box).lineHeight)")
    assert code.bounding_box()["height"] > LINES_SEEN * line
