"""What do all tests share?

No test touches the store of the person who runs it, chance repeats itself, and where all checks
run (CI=true) a test that is skipped without leave is a failure.
"""

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from tests.e2e.dashboard import Server

NO_MNIST, NO_MOUNTS = "MNIST is not under POOLSCOPE_DATA", "mounts are not permitted"
# MNIST is downloaded by those who want it; where the folder is named, it has to be in there
ALLOWED_SKIPS = (NO_MOUNTS,) if "POOLSCOPE_DATA" in os.environ else (NO_MNIST, NO_MOUNTS)
"""beginnings of the reasons for which a test may be skipped even where CI is set"""

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
"""names of a system's browser; where none is there, Playwright uses its own"""

# Workers side by side use a core each, and threads of several test runs that wait for each other
# spin; read when torch and NumPy are imported.
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

NO_PART_OF_A_TEST = (
    # every program that tests start would compile this package again
    "PYTHONDONTWRITEBYTECODE",
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *(
        "COLUMNS",
        "LINES",
        "NO_COLOR",
        "FORCE_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "TTY_COMPATIBLE",
    ),
)
"""variables of somebody's shell that change how programs start, where they connect, or how they
print"""

LONG = (
    *("e2e/", "hosting/test_attacks.py", "server/test_attacks.py", "engine/", "test_visitors.py"),
    *("test_results.py", "test_gallery.py", "test_soak.py"),
)
"""tests that take seconds each, most of them waiting for other processes"""

SKIPPED = pytest.StashKey[list[str]]()

# the examples of a property are the same in every run
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Places for the stores of all tests, not made beforehand: most tests need none."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in count())


@pytest.fixture(autouse=True)
def home(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the run store, not there yet, and no other setting but that of the data sets.

    Dashboards open with the digits, which train in a second; `test_first` opens them as they are.
    """
    for name in list(os.environ):
        if name.startswith("POOLSCOPE_") and name != "POOLSCOPE_DATA":
            monkeypatch.delenv(name)
    folder = next(homes)
    monkeypatch.setenv("POOLSCOPE_HOME", str(folder))
    monkeypatch.setenv("POOLSCOPE_DATASET", "digits")
    return folder


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Server"]:
    """A dashboard for all tests that leave it as it was, or use runs of their own."""
    from tests.e2e.dashboard import serving

    with serving(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="session")
def chromium() -> str | None:
    """Path of the system's browser; None for Playwright's own."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a test with a browser waits for a third of its time."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the long tests, so that no core waits for one of them at the end.

    Files that are named, as by `make quick`, keep their order.
    """
    if not all((config.rootpath / name).is_dir() for name in config.args):
        return
    here = Path(__file__).parent

    def is_short(item: pytest.Item) -> bool:
        inside = item.path.is_relative_to(here)
        return not (inside and item.path.relative_to(here).as_posix().startswith(LONG))

    items.sort(key=is_short)


def pytest_configure(config: pytest.Config) -> None:
    _forget_the_shell()
    config.stash[SKIPPED] = []
    config.pluginmanager.register(_SkipWatch(config), "skip-watch")


def _forget_the_shell() -> None:
    """Undo what tests, and the programs that they start, would inherit from whoever started them.

    `nohup`, and a script that runs the tests in its background, ignore the interrupt, and an
    ignored signal stays ignored in every child. Language, time zone and home folder are left as
    they are: Poolscope has to work under all of them.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.umask(0o022)
    sys.dont_write_bytecode = False
    for name in NO_PART_OF_A_TEST:
        os.environ.pop(name, None)
        os.environ.pop(name.upper(), None)


class _SkipWatch:
    """Collects skips without leave, and fails the session for them where CI is set."""

    def __init__(self, config: pytest.Config) -> None:
        self.skipped = config.stash[SKIPPED]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # an expected failure is reported as skipped too
        if report.skipped and not hasattr(report, "wasxfail"):
            self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        if not reason.startswith(ALLOWED_SKIPS):
            self.skipped.append(f"{report.nodeid}: {reason}")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._fails and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._fails:
            terminalreporter.section("skipped without leave: a failure where CI=true", red=True)
            for line in self.skipped:
                terminalreporter.line(line)

    @property
    def _fails(self) -> bool:
        return bool(self.skipped) and os.environ.get("CI") == "true"
