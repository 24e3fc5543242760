"""A browser, and dashboards to look at with it."""

import re
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.e2e.dashboard import ROOT, Server, Visitor, serving

LAUNCH = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATIENCE_MS = 60_000
FAILURES = ROOT / "test-results"
FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = report.failed
    return report


# ends with its module: in other tests, Playwright's event loop would be in the way
@pytest.fixture(scope="module")
def browser(chromium: str | None) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=LAUNCH)
        yield browser
        browser.close()


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[Server]:
    """A dashboard that nobody has looked at yet."""
    with serving(tmp_path) as server:
        yield server


@pytest.fixture
def enter(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Visitor]]:
    """Lets somebody in: another browser profile each time.

    If the test fails there are pictures of what all of them saw; if not, nobody saw a traceback
    or a page that its script had broken, and no page asked for anything that its
    Content-Security-Policy forbids.
    """
    pages: list[Page] = []
    forbidden: list[str] = []
    broken: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            forbidden.append(message.text)

    def enter(server: Server) -> Visitor:
        context = browser.new_context(viewport={"width": 1400, "height": 1000})
        context.set_default_timeout(PATIENCE_MS)
        pages.append(context.new_page())
        pages[-1].on("console", listen)
        pages[-1].on("pageerror", lambda error: broken.append(str(error)))
        return Visitor(pages[-1], server)

    yield enter
    failed = request.node.stash[FAILED]
    tracebacks = sum(page.get_by_test_id("stException").count() for page in pages)
    for number, page in enumerate(pages, start=1):
        if failed or tracebacks:
            name = re.sub(r"\W+", "-", request.node.name)
            page.screenshot(path=FAILURES / f"{name}-{number}.png", full_page=True)
        page.context.close()
    assert 0 == tracebacks
    assert [] == broken
    assert [] == forbidden


@pytest.fixture
def visitor(enter: Callable[..., Visitor], server: Server) -> Visitor:
    return enter(server)
