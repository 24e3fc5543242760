"""What is wrong with a page on a screen: what its layout, its names and axe-core say."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import CDPSession, Page

LAYOUT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
LIMITS = {"slack": 1.5, "contrast": 4.5}
"""px by which boxes may meet, and the least contrast of a text"""
AXE = Axe()
SERIOUS = ("serious", "critical")

LEFT_TO_LAYOUT = ".main-svg"
"""inside of figures, whose texts LAYOUT reads with their fills; axe-core would read `color`"""
FOREIGN: dict[str, str] = {}
"""Streamlit's own markup that no page can change: selector -> why it is left out"""

AT_REST = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const app = document.querySelector("[data-testid=stApp]");
  return app.dataset.testScriptState === "notRunning"
    && !all("[data-testid=stSkeleton], [data-testid=stSpinner]").length
    && all("[data-figure]").every((figure) => !figure.clientWidth || !figure.checkVisibility()
      || figure.querySelector(".main-svg")?.clientWidth === figure.clientWidth)
    && all(".st-key-touch .touch").every((networks) => networks.querySelector(".one"))
    && [...document.images].every((image) => image.complete)
    && document.fonts.status === "loaded";
}"""
"""no script runs, and figures, the networks that can be touched, pictures and letters are there"""
TWICE = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
HEIGHT = "() => document.querySelector('[data-testid=stMain]').scrollHeight"
PATIENCE_SECONDS = 5.0
"""for what follows a new size step by step, as figures do, and for names, which are given later"""


@dataclass(frozen=True)
class Screen:
    """The window of a browser.

    Attributes:
        width: in CSS px.
        scale: px of the device for one of CSS; 2 where somebody has zoomed to 200 %.
    """

    width: int
    scale: int = 1

    def __str__(self) -> str:
        return f"{self.width} px" + (f" at scale {self.scale}" if self.scale > 1 else "")


SCREENS = (
    *(Screen(width) for width in (1920, 1440, 1280, 1024, 768)),
    Screen(1440 // 2, scale=2),
    *(Screen(width) for width in (390, 360)),
)
"""from wide to narrow, as a window is pulled smaller"""


def resize(devtools: CDPSession, screen: Screen, height: int = 900) -> None:
    """Give the window the size of a screen, or another height in CSS px."""
    size = {"width": screen.width, "height": height, "deviceScaleFactor": screen.scale}
    devtools.send("Emulation.setDeviceMetricsOverride", {**size, "mobile": False})


def unroll(page: Page, devtools: CDPSession, screen: Screen) -> None:
    """Make the window as high as the page: axe-core leaves out what is scrolled out of sight."""
    resize(devtools, screen, page.evaluate(HEIGHT))
    rest(page)


def rest(page: Page) -> None:
    """Wait until the page stands as it is to be seen."""
    page.evaluate(TWICE)
    page.wait_for_function(AT_REST)
    page.evaluate(TWICE)


def lasting(check: Callable[[], set[str]], known: set[str]) -> set[str]:
    """The faults that are still there after a while; those that are known are not waited for."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (faults := check()) - known and time.monotonic() < deadline:
        time.sleep(0.1)
    return faults


def faults_of_layout(page: Page) -> list[str]:
    """What sticks out, overlaps or is too faint in a figure."""
    return list(page.evaluate(LAYOUT, LIMITS))


def faults_of_names(devtools: CDPSession) -> Iterator[str]:
    """What a screen reader cannot tell: pictures and buttons without a name or with the same."""
    devtools.send("Accessibility.enable")
    nodes = devtools.send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}
    shown = [node for node in nodes if not node["ignored"]]
    buttons = Counter()
    level = 0
    for node in shown:
        role, name = _value(node, "role"), _value(node, "name")
        if role in ("image", "img", "figure", "button", "link") and not name.strip():
            yield f"a {role} without a name in {_place(node, by_id)}"
        if role == "button":
            buttons[_group(node, by_id), name] += 1
        if role == "heading":
            here = next(p["value"]["value"] for p in node["properties"] if p["name"] == "level")
            if here > level + 1:
                yield f'the heading "{name}" of level {here} follows level {level}'
            level = here
    for (group, name), count in buttons.items():
        if count > 1 and name:
            yield f'{count} buttons are called "{name}"' + (f" in {group}" if group else "")


def _value(node: dict[str, Any], what: str) -> str:
    return str(node.get(what, {}).get("value", ""))


def _above(node: dict[str, Any], by_id: dict[str, Any]) -> Iterator[dict[str, Any]]:
    while parent := by_id.get(node.get("parentId", "")):
        yield parent
        node = parent


GROUPS = ("toolbar", "radiogroup", "group", "row", "dialog", "region")
"""roles of groups whose name is read before that of a button in them"""


def _group(node: dict[str, Any], by_id: dict[str, Any]) -> str:
    for above in _above(node, by_id):
        if _value(above, "role") in GROUPS and _value(above, "name"):
            return _value(above, "name")
    return ""


def _place(node: dict[str, Any], by_id: dict[str, Any]) -> str:
    names = [_value(above, "name") for above in _above(node, by_id)]
    return next(filter(None, names), "the page")


def faults_by_axe(page: Page) -> list[str]:
    """Serious and critical findings of axe-core."""
    context = {"exclude": [[selector] for selector in (LEFT_TO_LAYOUT, *FOREIGN)]}
    found = AXE.run(page, context, {"resultTypes": ["violations"]})
    return [
        f"axe: {rule['id']}: {node['html'][:150]} {node['any'][:1] and node['any'][0]['message']}"
        for rule in found.response["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]
