"""Does a hosted dashboard work in a browser behind its headers, bounds and cookies?"""

import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from core.catalog import PAGES
from core.hosting.server.visitor import COOKIE
from tests.e2e.dashboard import serving

pytestmark = pytest.mark.e2e

FEATURES = "/features?pooling=max&head=gap&seeds=1"


@pytest.fixture(scope="module")
def hosted(tmp_path_factory):
    with serving(
        tmp_path_factory.mktemp("hosted"), POOLSCOPE_MODE="hosted", POOLSCOPE_IMPORTS="true"
    ) as server:
        yield server


def test_every_page_opens_and_downloads_and_asks_for_nothing_that_is_forbidden(enter, hosted):
    visitor = enter(hosted)
    visitor.open("/")
    for page, entry in list(PAGES.items())[1:]:
        visitor.go(entry.title)
        expect(visitor.page).to_have_url(re.compile(f"/{page}"))
        visitor.settle()
    with visitor.page.expect_download() as waiting:
        visitor.page.get_by_role("button", name="Export CSV").click()
    assert waiting.value.path().read_text().startswith("dataset")


def test_an_upload_is_taken_and_given_back(enter, hosted, tmp_path):
    visitor = enter(hosted)
    visitor.open(FEATURES)
    Image.new("L", (8, 8), 40).save(tmp_path / "grey.png")
    visitor.page.get_by_role("button", name="Upload").first.click()
    visitor.page.locator("input[type=file]").set_input_files(tmp_path / "grey.png")
    back = visitor.page.get_by_role("button", name="Back to test image")
    expect(back).to_be_visible()
    back.evaluate("button => button.click()")
    expect(back).to_have_count(0)


def test_a_reload_is_the_same_visitor_and_scripts_cannot_read_the_cookie(enter, hosted):
    visitor = enter(hosted)
    visitor.open("/")
    cookies = [{each["name"]: each["value"] for each in visitor.page.context.cookies()}]
    visitor.page.reload()
    visitor.settle()
    cookies += [{each["name"]: each["value"] for each in visitor.page.context.cookies()}]
    assert cookies[0][COOKIE] == cookies[1][COOKIE]
    assert COOKIE not in visitor.page.evaluate("document.cookie")


def test_a_page_that_nobody_touches_says_so_and_leads_back(enter, tmp_path):
    with serving(tmp_path, POOLSCOPE_MODE="hosted", POOLSCOPE_IDLE_SECONDS="15") as server:
        visitor = enter(server)
        visitor.open("/accuracy?pooling=max&head=gap")
        page = visitor.page
        expect(page.get_by_role("heading", name="This page was closed")).to_be_visible()
        page.get_by_role("link", name="Open it again").click()
        visitor.settle()
        assert page.url.startswith(f"{server.url}/accuracy?")
        visitor.expect_parameters(pooling=["max"], head=["gap"])
