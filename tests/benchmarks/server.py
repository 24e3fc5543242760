"""How long until a visitor reads something, and how much memory does the server take?"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
from playwright.sync_api import Error, Page, sync_playwright

from core.settings import PROJECT
from tests.benchmarks.measure import Line
from tests.conftest import BROWSERS

SECONDS, MEGABYTES = 5.0, 300.0
"""the budgets: from the start of the server to the first headline, and its memory then"""

ROUNDS = 3


def lines() -> Iterator[Line]:
    """Both against their budgets, over several starts on a warm disk."""
    measured = sorted(_start() for _ in range(ROUNDS + 1))
    seconds, megabytes = measured[len(measured) // 2]
    yield _against("start of the server to the first headline in a browser", seconds, SECONDS)
    yield _against("memory of the server then, in MB", megabytes, MEGABYTES)


def _against(name: str, measured: float, budget: float) -> Line:
    return Line(
        name=f"{name}, against the budget",
        ratio=measured / budget,
        subject=measured,
        reference=budget,
        rounds=ROUNDS + 1,
    )


def _start() -> tuple[float, float]:
    """Seconds and megabytes of one start, with an empty store and the bundled runs."""
    with socket.socket() as free, tempfile.TemporaryDirectory() as home:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        browser = next(filter(None, map(shutil.which, BROWSERS)), None)
        with sync_playwright() as playwright:
            page = playwright.chromium.launch(
                executable_path=browser, args=["--no-sandbox"]
            ).new_page()
            began = time.perf_counter()
            server = subprocess.Popen(
                [
                    Path(sys.executable).with_name("streamlit"),
                    *("run", "app.py", "--server.headless", "true", "--server.port", str(port)),
                ],
                cwd=PROJECT,
                env={**os.environ, "POOLSCOPE_HOME": home},
                stdout=subprocess.DEVNULL,
            )
            try:
                _open(page, f"http://127.0.0.1:{port}")
                page.get_by_role("heading", level=1).wait_for()
                seconds = time.perf_counter() - began
                return seconds, psutil.Process(server.pid).memory_info().rss / 1e6
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait()


def _open(page: Page, address: str) -> None:
    """Go to the page as soon as the server listens."""
    deadline = time.monotonic() + 60
    while True:
        try:
            page.goto(address)
        except Error:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
