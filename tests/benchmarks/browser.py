"""How fast does Accuracy follow a toggle, how much is sent for it, how fast is Features?

Measured in a browser on this machine, with the bundled runs; milliseconds and kilobytes are set
against their budgets.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Page, sync_playwright

from core.catalog import POOLINGS
from tests.benchmarks.measure import Line
from tests.conftest import BROWSERS
from tests.e2e.dashboard import serving

# the 95th percentile of twenty is the slowest of them
TOGGLES, PAGES, CHANGES = 60, 6, 40
PILL_SECONDS, DATASET_SECONDS = 0.25, 0.5
TWENTY = list(POOLINGS)[:20]
DATASETS_IN_TURN = ("fashion", "shapes", "mnist", "digits")
TOGGLE_SECONDS, PAGE_SECONDS, PAGE_KILOBYTES = 0.3, 1.0, 1000.0
LOOK_SECONDS, LOOK_KILOBYTES = 1.0, 500.0
TEN = list(POOLINGS)[:10]

# addresses of the input and of the four sheets, once they are loaded
SHEETS = """
() => [...document.querySelectorAll('[data-testid=stImage] img')]
    .slice(0, 5).filter((image) => image.complete).map((image) => image.src).join()
"""

FIGURE = ".js-plotly-plot .scatterlayer"

# from the press of a button to the frame in which the first figure has other lines than before
WATCH = """
() => {
    const drawn = () => document.querySelector('.js-plotly-plot')
        ?.querySelectorAll('.scatterlayer .trace').length;
    window.redrawn = new Promise((done) => addEventListener('pointerdown', (press) => {
        const before = drawn();
        const look = () => drawn() && drawn() !== before
            ? done(performance.now() - press.timeStamp)
            : requestAnimationFrame(look);
        look();
    }, { once: true, capture: true }));
}
"""

# from the press on a choice of a list to the frame in which the first figure shows other numbers
WATCH_NUMBERS = """
() => {
    const numbers = () => {
        const graph = document.querySelector('.js-plotly-plot');
        return JSON.stringify((graph?.data ?? []).map(({x, y}) => [x, y]));
    };
    window.redrawn = new Promise((done) => addEventListener('pointerdown', (press) => {
        const before = numbers();
        const look = () => numbers() !== before
            ? done(performance.now() - press.timeStamp)
            : requestAnimationFrame(look);
        look();
    }, { once: true, capture: true }));
}
"""

# settles when the first figure has a line for each strategy
DRAWN_ALL = """
(wanted) => {
    const graph = document.querySelector('.js-plotly-plot');
    return graph && graph.data && graph.data.length === wanted;
}
"""


def lines() -> Iterator[Line]:
    """Everything against its budget, and against a bare Streamlit page in the same browser."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as other,
        serving(Path(folder)) as server,
        serving(Path(other), "tests/benchmarks/bare.py") as bare,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        yield from _toggles(chromium.new_page(), server.url, chromium.new_page(), bare.url)
        yield from _pills(chromium.new_page(), server.url)
        for name, path in (("Home", ""), ("Accuracy", "accuracy")):
            yield from _data_sets(chromium.new_page(), f"{server.url}/{path}", name)
        yield from _everything(chromium.new_page(), server.url)
        yield from _loads(chromium.new_page(), server.url, bare.url)
        yield from _features(chromium.new_page(), server.url)


def _toggles(page: Page, url: str, floor: Page, bare: str) -> Iterator[Line]:
    """Two hundred cached runs: ten strategies, two heads, ten seeds; in turns with a bare page."""
    link = "&".join(f"pooling={name}" for name in TEN)
    page.goto(f"{url}/accuracy?{link}&head=both&seeds=10")
    floor.goto(bare)
    for each in (page, floor):
        each.wait_for_selector(FIGURE)
    time.sleep(3)
    for each in (page, floor):
        # both states have been seen before
        _toggle(each), _toggle(each)
    measured = [(_toggle(page), _toggle(floor)) for _ in range(TOGGLES)]
    seconds, least = zip(*measured, strict=True)
    p95 = quantiles(seconds, n=20)[-1]
    yield _against("a toggle with 200 cached runs to the redrawn figure, p95", p95, TOGGLE_SECONDS)
    yield _against("the same, median", median(seconds), TOGGLE_SECONDS)
    yield _against("a toggle of a bare page, p95", quantiles(least, n=20)[-1], TOGGLE_SECONDS)
    yield _compared("a toggle with 200 cached runs against a toggle of a bare page", measured)


def _pills(page: Page, url: str) -> Iterator[Line]:
    """Four hundred cached runs: twenty strategies, two heads, ten seeds."""
    link = "&".join(f"pooling={name}" for name in TWENTY)
    page.goto(f"{url}/accuracy?{link}&dataset=digits&head=both&seeds=10&show_all=true")
    page.wait_for_selector(FIGURE)
    time.sleep(3)
    _toggle(page), _toggle(page)
    p95 = quantiles([_toggle(page) for _ in range(CHANGES)], n=20)[-1]
    yield _against("a pill with 400 cached runs to the redrawn figure, p95", p95, PILL_SECONDS)


def _data_sets(page: Page, address: str, name: str) -> Iterator[Line]:
    """From one data set to the next in turn, after each has been seen once."""
    page.goto(f"{address}?dataset=digits")
    page.wait_for_selector(FIGURE)
    time.sleep(3)
    for dataset in DATASETS_IN_TURN:
        _change(page, dataset)
    turns = cycle(DATASETS_IN_TURN)
    p95 = quantiles([_change(page, next(turns)) for _ in range(CHANGES)], n=20)[-1]
    yield _against(f"{name}: another data set to the redrawn figure, p95", p95, DATASET_SECONDS)


def _change(page: Page, dataset: str) -> float:
    """Seconds from the press on a data set to the redrawn first figure, by the browser's clock."""
    page.bring_to_front()
    time.sleep(0.5)
    page.get_by_role("combobox", name="Dataset").click()
    choice = page.get_by_role("option", name=dataset, exact=True)
    choice.wait_for()
    page.evaluate(WATCH_NUMBERS)
    choice.click()
    seconds = float(page.evaluate("() => window.redrawn")) / 1000
    time.sleep(1)
    return seconds


def _toggle(page: Page) -> float:
    """Seconds from the press of a pill to the redrawn first figure, by the browser's clock."""
    page.bring_to_front()
    # a page that comes to the front wakes up first
    time.sleep(0.5)
    pill = page.get_by_role("toolbar", name="Pooling").get_by_role("button", name="soft")
    page.evaluate(WATCH)
    pill.click()
    seconds = float(page.evaluate("() => window.redrawn")) / 1000
    time.sleep(1)
    return seconds


def _everything(page: Page, url: str) -> Iterator[Line]:
    """All strategies with ten seeds each, come to from another page."""
    link = "&".join(f"pooling={name}" for name in POOLINGS)
    seconds, kilobytes = [], []
    sent = _counted(page, url)
    for _ in range(PAGES):
        page.goto(f"{url}/cost?{link}&head=gap&seeds=10&show_all=true")
        page.wait_for_selector(".js-plotly-plot .barlayer")
        time.sleep(3)
        sent.clear()
        began = time.perf_counter()
        page.get_by_role("link", name="Accuracy").first.click()
        page.wait_for_function(DRAWN_ALL, arg=len(POOLINGS), polling="raf")
        seconds.append(time.perf_counter() - began)
        page.wait_for_timeout(2000)
        kilobytes.append(sum(sent) / 1000)
    # what the first visitor waits for is not the page
    page_seconds = median(seconds[1:])
    yield _against(
        "Accuracy with all strategies and ten seeds, to its figure", page_seconds, PAGE_SECONDS
    )
    yield _against("kilobytes sent for it", max(kilobytes), PAGE_KILOBYTES)


def _loads(page: Page, url: str, bare: str) -> Iterator[Line]:
    """A link opened in a browser that has been here before, in turns with the bare page."""
    link = "&".join(f"pooling={name}" for name in POOLINGS)
    addresses = f"{url}/accuracy?{link}&head=gap&seeds=10&show_all=true", bare
    _loaded(page, addresses[0]), _loaded(page, addresses[1])
    measured = [(_loaded(page, addresses[0]), _loaded(page, addresses[1])) for _ in range(PAGES)]
    yield _compared("loading that page from a link against loading a bare page", measured)


def _loaded(page: Page, address: str) -> float:
    began = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(FIGURE)
    seconds = time.perf_counter() - began
    time.sleep(2)
    return seconds


def _features(page: Page, url: str) -> Iterator[Line]:
    """The next image through four networks, once torch is loaded and the networks are open."""
    sent = _counted(page, url)
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


def _counted(page: Page, url: str) -> list[int]:
    """Bytes of every message and of every picture that the page receives, from here on.

    Streamlit's own fonts and scripts, under /static, stay in the browser's cache.
    """
    sent: list[int] = []

    def message(payload: str | bytes) -> None:
        sent.append(len(payload))

    page.on("websocket", lambda socket: socket.on("framereceived", message))
    page.on(
        "response",
        lambda response: (
            sent.append(int(response.headers.get("content-length", 0)))
            if response.url.startswith(f"{url}/media/")
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


def _compared(name: str, measured: list[tuple[float, float]]) -> Line:
    return Line(
        name=name,
        ratio=median(first / second for first, second in measured),
        subject=median(first for first, _ in measured),
        reference=median(second for _, second in measured),
        rounds=len(measured),
    )
