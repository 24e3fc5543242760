"""How fast do four networks follow the pen on Features? Measured by the browser itself."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.measure import Line
from tests.conftest import BROWSERS
from tests.e2e.dashboard import serving

FOUR = "pooling=max&pooling=average&pooling=blur-max&pooling=conv&head=gap&seeds=1"
LARGER = f"dataset=fashion&{FOUR}"
"""the same on 28 x 28 pixels, in networks of three blocks"""
STROKES, STEPS = 8, 25
PEN = "a movement of the pen"
STROKE_MS, SLICE_MS = 50.0, 50.0
FORWARD_MS, LARGER_FORWARD_MS = 3.0, 20.0


def lines() -> Iterator[Line]:
    """From a movement of the pen to the answers, the computing in it, and occlusion in slices.

    On digits and on 28 x 28 pixels, where saliency follows the pen as well.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page()
        _open(page, f"{server.url}/features?{FOUR}")
        _draw(page, STROKES)
        yield _line(page, "touch", STROKE_MS, f"{PEN} to the drawn answers")
        yield _line(page, "forward", FORWARD_MS, "all maps")
        page.get_by_role("button", name="occlusion").click()
        page.wait_for_selector(".touch .why")
        page.locator(".touch .why", has_text="Computing").first.wait_for(state="hidden")
        yield _line(page, "occlusion", SLICE_MS, "a slice of occlusion between two frames")
        _open(page, f"{server.url}/features?{LARGER}")
        _draw(page, STROKES)
        yield _line(page, "touch", STROKE_MS, f"{PEN} to the drawn answers on 28 x 28 pixels")
        yield _line(page, "forward", LARGER_FORWARD_MS, "all maps on 28 x 28 pixels")
        page.get_by_role("button", name="saliency").click()
        page.wait_for_selector(".touch .why")
        page.evaluate("performance.clearMeasures()")
        _draw(page, STROKES)
        what = f"{PEN} to the drawn answers and saliencies on 28 x 28 pixels"
        yield _line(page, "touch", STROKE_MS, what)


def _open(page: Page, link: str) -> None:
    """Follow a link, and draw once, which does not count."""
    page.goto(link)
    page.wait_for_selector(".touch .lens .one", timeout=60_000)
    page.wait_for_timeout(3000)
    _draw(page, 1)
    page.evaluate("performance.clearMeasures()")


def _line(page: Page, measure: str, budget: float, what: str) -> Line:
    """What the browser has measured under a name."""
    taken = page.evaluate(
        "(name) => performance.getEntriesByName(name).map(({ duration }) => duration)", measure
    )
    p95 = quantiles(taken, n=20)[-1]
    return Line(
        name=f"{what} of four networks, ms, p95, against the budget",
        ratio=p95 / budget,
        subject=p95,
        reference=budget,
        rounds=len(taken),
    )


def _draw(page: Page, strokes: int) -> None:
    box = page.locator(".touch .surface").bounding_box()
    assert box, "there is nothing to draw on"
    for number in range(strokes):
        row = box["y"] + box["height"] * (number + 1) / (strokes + 1)
        page.mouse.move(box["x"] + 5, row)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 5, row, steps=STEPS)
        page.mouse.up()
