"""Runs the browser's engine: in node, where it is there, else in the browser of the tests."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from playwright.sync_api import Route, sync_playwright

from core.settings import PROJECT
from tests.conftest import BROWSERS

ENGINE = PROJECT / "pages" / "browser" / "engine"
RUNNER = Path(__file__).parent / "answers.mjs"
NODE = shutil.which("node")
SITE = "http://engine.test"


def run(what: str, folder: Path, cases: list[dict[str, Any]]) -> Any:
    """Call a function of tests/browser/answers.mjs.

    Args:
        what: its name.
        folder: for the file of the cases.
        cases: what it is asked about.
    """
    if not NODE:
        return in_browser(what, cases)
    file = folder / "cases.json"
    file.write_text(json.dumps(cases), encoding="utf-8")
    command = [NODE, str(RUNNER), what, ENGINE.as_uri(), str(file)]
    return json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def in_browser(what: str, cases: list[dict[str, Any]]) -> Any:
    """As `run`, in the browser whether node is there or not."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page()
        page.route(f"{SITE}/**", _served)
        page.goto(f"{SITE}/")
        program = """async ([what, cases]) => {
            const tests = await import("/answers.mjs");
            return tests[what]("/engine", cases);
        }"""
        result = page.evaluate(program, [what, cases])
        chromium.close()
    return result


def _served(route: Route) -> None:
    name = route.request.url.removeprefix(f"{SITE}/")
    if not name:
        route.fulfill(body="<!doctype html>", content_type="text/html")
        return
    path = RUNNER if name == RUNNER.name else ENGINE.parent / name
    route.fulfill(body=path.read_text(encoding="utf-8"), content_type="text/javascript")
