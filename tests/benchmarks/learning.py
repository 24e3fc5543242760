"""How fast does the slider on Features go through a training? Measured by the browser itself.

Every frame moves the slider to the next checkpoint of two bundled networks. Besides the time
on the clock, Chromium says how long its page computed, whatever else the machine does.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.measure import Line
from tests.conftest import BROWSERS
from tests.e2e.dashboard import serving

TWO = "pooling=max&pooling=average&seeds=1&image=0"
FRAME_MS = 1000 / 30
ROUNDS = 4
PLAYED = """async (rounds) => {
    const range = document.querySelector(".touch .learning input");
    const frame = () => new Promise(requestAnimationFrame);
    const to = async (place) => {
        range.value = place;
        range.dispatchEvent(new Event("input"));
        await frame();
        // after all that the frame does, so that the next one draws again
        await new Promise((resolve) => setTimeout(resolve));
    };
    performance.clearMeasures();
    const began = performance.now();
    for (let round = 0; round < rounds; round++)
        for (let place = 0; place <= range.max; place++) await to(place);
    return [performance.getEntriesByName("touch").length, performance.now() - began];
}"""


def lines() -> Iterator[Line]:
    """A step of the slider with all that is drawn of it: on the clock, and as work of the page."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for name, head in (("digits", "gap"), ("fashion", "gap"), ("fashion", "flatten")):
            page = chromium.new_page()
            page.goto(f"{server.url}/features?dataset={name}&head={head}&{TWO}&step=0")
            page.wait_for_selector(".touch .learning input", timeout=120_000)
            page.wait_for_timeout(3000)
            # what is computed only once
            page.evaluate(PLAYED, 1)
            for how, taken in _measured(page).items():
                yield Line(
                    name=f"a step of the slider, {name}, {head}, {how}, ms, of a 30th of a second",
                    ratio=taken / FRAME_MS,
                    subject=taken,
                    reference=FRAME_MS,
                    rounds=ROUNDS,
                )
            page.close()


def _measured(page: Page) -> dict[str, float]:
    """Milliseconds of a step: on the clock, and as work of the page."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = _work(session)
    steps, milliseconds = page.evaluate(PLAYED, ROUNDS)
    return {
        "on the clock": milliseconds / steps,
        "work of the page": 1000 * (_work(session) - before) / steps,
    }


def _work(session: object) -> float:
    """Seconds that the page's thread has computed."""
    metrics = session.send("Performance.getMetrics")["metrics"]  # type: ignore[attr-defined]
    return next(float(each["value"]) for each in metrics if each["name"] == "TaskDuration")
