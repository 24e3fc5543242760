"""A dashboard server of the tests' own, and what a visitor sees and does in the browser."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import psutil
from playwright.sync_api import Locator, Page, expect

from tests.processes import workers_of

ROOT = Path(__file__).parent.parent.parent
OWN_FILTERS = ("claims", "history")
"""pages that have filters in the place of the sidebar"""
START_SECONDS = 120
STOP_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A running dashboard.

    Attributes:
        url: its address, without a slash at the end.
        home: the folder of its store.
        process: the server itself; its workers are its children.
        log: the file with what it said.
    """

    url: str
    home: Path
    process: psutil.Process
    log: Path

    @property
    def workers(self) -> list[psutil.Process]:
        """The processes that compute for it."""
        return workers_of(self.process)


@contextmanager
def serving(folder: Path, script: str = "app.py", **variables: str) -> Iterator[Server]:
    """Start a dashboard with an empty store and the bundled runs, and end it.

    Args:
        folder: for its store and its log.
        script: what Streamlit runs.
        variables: of its environment, besides those that every test sets.

    Raises:
        AssertionError: it does not start, or leaves processes behind.
    """
    port, home = _free_port(), folder / "home"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("POOLSCOPE_")}
    said = folder / "server.log"
    with said.open("wb") as log:
        started = subprocess.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", script),
                *("--server.port", str(port), "--server.headless", "true"),
            ],
            cwd=ROOT,
            env={
                **kept,
                "POOLSCOPE_HOME": str(home),
                "POOLSCOPE_WORKERS": "2",
                # which train in a second
                "POOLSCOPE_DATASET": "digits",
                **variables,
            },
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    server = Server(f"http://localhost:{port}", home, psutil.Process(started.pid), said)
    try:
        _wait_until_up(server)
        yield server
    finally:
        left = stop(server)
        started.wait()
    assert [] == left


def stop(server: Server) -> list[psutil.Process]:
    """End a server as a terminal does; the processes that it left behind, killed by now."""
    try:
        family = [server.process, *server.process.children(recursive=True)]
        server.process.terminate()
    except psutil.NoSuchProcess:
        return []
    _, left = psutil.wait_procs(family, STOP_SECONDS)
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    return left


def has_torch(process: psutil.Process) -> bool:
    """Whether a process has loaded torch's library."""
    return any("libtorch" in mapped.path for mapped in process.memory_maps())


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_until_up(server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with suppress(URLError, OSError):
            urlopen(f"{server.url}/_stcore/health", timeout=1).close()  # noqa: S310 (http)
            return
        assert server.process.is_running()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def until(truth: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something that no page shows."""
    deadline = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < deadline
        time.sleep(0.1)


class Visitor:
    """Somebody who looks at the dashboard, by what is written on it."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self._server = server

    @property
    def url(self) -> str:
        """Address of the dashboard."""
        return self._server.url

    def open(self, link: str) -> None:
        """Follow a link such as /accuracy?seeds=3, and wait for what it shows."""
        self.page.goto(f"{self._server.url}{link}")
        self.settle()

    def settle(self) -> None:
        """Wait until the script has run and the page and its controls are there."""
        app = self.page.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-script-state", "notRunning")
        # the first ones are for telephones
        written = self.page.get_by_test_id("stMain").get_by_test_id("stMarkdown")
        expect(written.filter(visible=True).first).to_be_visible()
        # the code of each kind of control is loaded by itself: one that comes after the next run
        # of the script would show its default
        controls = (("toolbar", "Pooling"), ("radiogroup", "Head"), ("group", "Seeds"))
        if urlsplit(self.page.url).path.lstrip("/") in OWN_FILTERS:
            # the comparison is folded
            controls = ()
            expect(self.page.get_by_text("Comparison, for the other pages")).to_be_visible()
        for role, name in controls:
            expect(self.page.get_by_role(role, name=name, exact=True)).to_be_visible()

    def go(self, name: str) -> None:
        """Choose a page from the navigation."""
        self.page.get_by_role("link", name=name, exact=True).first.click()

    @property
    def headline(self) -> Locator:
        """The answer at the top of the page."""
        return self.page.get_by_role("heading", level=1)

    @property
    def figures(self) -> Locator:
        """The figures that are drawn."""
        return self.page.locator(".js-plotly-plot")

    @property
    def train_button(self) -> Locator:
        """Trains what is missing."""
        return self.page.get_by_role("button", name="missing run")

    @property
    def cancel_button(self) -> Locator:
        """Stops what is being trained."""
        return self.page.get_by_role("button", name="Cancel")

    def pill(self, group: str, name: str) -> Locator:
        """One choice of several, such as a pooling."""
        return self.page.get_by_role("toolbar", name=group, exact=True).get_by_role(
            "button", name=name, exact=True
        )

    def segment(self, group: str, name: str) -> Locator:
        """One choice out of several, such as a head."""
        return self.page.get_by_role("radiogroup", name=group, exact=True).get_by_role(
            "radio", name=name, exact=True
        )

    def slider(self, name: str) -> Locator:
        """A number to choose."""
        return self.page.get_by_role("group", name=name, exact=True).get_by_role("slider")

    def chosen(self, group: str) -> Locator:
        """The pills of a group that are switched on."""
        return self.page.get_by_role("toolbar", name=group, exact=True).get_by_role(
            "button", pressed=True
        )

    @property
    def parameters(self) -> dict[str, list[str]]:
        """What the address says."""
        return parse_qs(urlsplit(self.page.url).query, keep_blank_values=True)

    def expect_parameters(self, **expected: list[str]) -> None:
        """Wait until the address says exactly this."""
        self.page.wait_for_url(
            lambda url: expected == parse_qs(urlsplit(url).query, keep_blank_values=True)
        )
