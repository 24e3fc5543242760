"""How fast does Accuracy follow a toggle, how much is sent for it, how fast is Features?

Measured in a browser on this machine, with the bundled runs; milliseconds and kilobytes are set
against their budgets.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Page, sync_playwright

from core.catalog import POOLINGS
from tests.benchmarks.measure import Line
from tests.conftest import BROWSERS
from tests.e2e.dashboard import serving

TOGGLES = 20
TOGGLE_SECONDS, PAGE_SECONDS, PAGE_KILOBYTES = 0.3, 1.0, 1000.0
LOOK_SECONDS, LOOK_KILOBYTES = 1.0, 500.0
TEN = list(POOLINGS)[:10]

# addresses of the input and of the four sheets, once they are loaded
SHEETS = """
() => [...document.querySelectorAll('[data-testid=stImage] img')]
    .slice(0, 5).filter((image) => image.complete).map((image) => image.src).join()
"""

# settles when the first figure has drawn as many lines as before, or not
DRAWN = """
(wanted) => {
    const graph = document.querySelector('.js-plotly-plot');
    return graph && graph.data && graph.data.length !== wanted;
}
"""


def lines() -> Iterator[Line]:
    """Everything against its budget."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        yield from _toggles(chromium.new_page(), server.url)
        yield from _everything(chromium.new_page(), server.url)
        yield from _features(chromium.new_page(), server.url)


def _toggles(page: Page, url: str) -> Iterator[Line]:
    """Two hundred cached runs: ten strategies, two heads, ten seeds."""
    link = "&".join(f"pooling={name}" for name in TEN)
    page.goto(f"{url}/accuracy?{link}&head=both&seeds=10")
    page.wait_for_selector(".js-plotly-plot .scatterlayer")
    time.sleep(3)
    pill = page.get_by_role("toolbar", name="Pooling").get_by_role("button", name="soft")
    seconds = []
    for _ in range(TOGGLES):
        before = page.evaluate("() => document.querySelector('.js-plotly-plot').data.length")
        began = time.perf_counter()
        pill.click()
        page.wait_for_function(DRAWN, arg=before, polling="raf")
        seconds.append(time.perf_counter() - began)
        time.sleep(1)
    p95 = quantiles(seconds, n=20)[-1]
    yield _against("a toggle with 200 cached runs to the redrawn figure, p95", p95, TOGGLE_SECONDS)
    yield _against("the same, median", median(seconds), TOGGLE_SECONDS)


def _everything(page: Page, url: str) -> Iterator[Line]:
    """All strategies with ten seeds each, opened in a browser that has been here before."""
    sent = _counted(page)
    link = "&".join(f"pooling={name}" for name in POOLINGS)
    page.goto(f"{url}/?pooling=max&head=gap")
    page.wait_for_selector(".js-plotly-plot .scatterlayer")
    time.sleep(2)
    sent.clear()
    began = time.perf_counter()
    page.goto(f"{url}/accuracy?{link}&head=gap&seeds=10&show_all=true")
    page.wait_for_selector(".js-plotly-plot .scatterlayer")
    seconds = time.perf_counter() - began
    time.sleep(3)
    yield _against(
        "Accuracy with all strategies and ten seeds, to its figure", seconds, PAGE_SECONDS
    )
    yield _against("kilobytes sent for it", sum(sent) / 1000, PAGE_KILOBYTES)


def _features(page: Page, url: str) -> Iterator[Line]:
    """The next image through four networks, once torch is loaded and the networks are open."""
    sent = _counted(page)
    page.goto(f"{url}/features")
    page.get_by_text("Feature maps").wait_for(timeout=60_000)
    time.sleep(5)
    seconds, kilobytes = [], []
    for number in range(1, 8):
        sent.clear()
        box = page.get_by_role("spinbutton", name="Test image")
        before = page.evaluate(SHEETS)
        box.fill(str(number * 7))
        began = time.perf_counter()
        box.press("Enter")
        page.wait_for_function(f"(before) => ({SHEETS})() !== before", arg=before, polling="raf")
        seconds.append(time.perf_counter() - began)
        time.sleep(1)
        kilobytes.append(sum(sent) / 1000)
    yield _against("Features: the next image through four networks", median(seconds), LOOK_SECONDS)
    yield _against("kilobytes sent for it", median(kilobytes), LOOK_KILOBYTES)


def _counted(page: Page) -> list[int]:
    """Bytes of every message and of every picture that the page receives, from here on."""
    sent: list[int] = []

    def message(payload: str | bytes) -> None:
        sent.append(len(payload))

    page.on("websocket", lambda socket: socket.on("framereceived", message))
    page.on(
        "response",
        lambda response: (
            sent.append(int(response.headers.get("content-length", 0)))
            if "/media/" in response.url
            else None
        ),
    )
    return sent


def _against(name: str, measured: float, budget: float) -> Line:
    return Line(
        name=f"{name}, against the budget",
        ratio=measured / budget,
        subject=measured,
        reference=budget,
        rounds=TOGGLES,
    )
