"""The tests of what changed since the last commit, nearest first, for a minute: `make quick`.

A test file is near a change if it is the change, bears its name, or imports it. What does not fit
into the minute, and everything in a browser, is left for `make test`; the last line says how much.
"""

import ast
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SECONDS = 50
"""after which no test is started any more"""
ALWAYS = ("tests/test_import_rules.py", "tests/test_project.py")


def main() -> int:
    """Run them; the exit status is pytest's, and 0 where there is nothing to test."""
    changes = list(changed(ROOT))
    files = near(ROOT, changes)
    print(f"{len(changes)} changed files, {len(files)} test files: {', '.join(files) or 'none'}")
    if not files:
        return 0
    limit = Limit(SECONDS)
    status = pytest.main(["-q", "-n", "logical", "-m", "not e2e", *files], plugins=[limit])
    if limit.reached and not limit.failed:
        print(f"Stopped after {SECONDS} s without a failure; `make test` runs the rest.")
        return 0
    return status


class Limit:
    """Ends a session of pytest when its time is up."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self.reached = self.failed = False

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a failure, or that the time is up."""
        self.failed = self.failed or report.failed
        self.reached = self.reached or time.monotonic() > self._end

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Iterator[None]:
        """Let the session be ended between two tests."""
        self._session = session
        return (yield)

    def pytest_runtest_logfinish(self) -> None:
        """End it."""
        if self.reached:
            self._session.shouldstop = f"{SECONDS} s are over"


def changed(root: Path) -> Iterator[str]:
    """Files that differ from the last commit, new ones included."""
    ask = ["git", "-c", "core.quotepath=off"]
    for question in (["diff", "--name-only", "HEAD"], ["ls-files", "-o", "--exclude-standard"]):
        answer = subprocess.run(
            [*ask, *question], cwd=root, capture_output=True, text=True, check=True
        )
        yield from answer.stdout.splitlines()


def near(root: Path, changes: list[str]) -> list[str]:
    """The test files to run for some changed files, nearest first."""
    if not changes:
        return []
    tests = sorted(
        path.relative_to(root).as_posix()
        for path in root.glob("tests/**/test_*.py")
        if "e2e" not in path.parts
    )
    own = [test for test in tests if test in changes]
    closest = {test: max(closeness(test, change) for change in changes) for test in tests}
    named = sorted((test for test in tests if closest[test]), key=lambda test: -closest[test])
    modules = {module_of(change) for change in changes if change.endswith(".py")}
    importing = [test for test in tests if imports(root / test) & modules]
    return list(dict.fromkeys([*own, *named, *importing, *ALWAYS]))


def closeness(test: str, change: str) -> int:
    """0 unless a test file has the place of a module; 1 for its room's name, 2 for its own."""
    module, of_test = Path(change), Path(test)
    if module.suffix != ".py" or module.parts[0] not in ("core", "pages"):
        return 0
    room = module.parts[1] if module.parts[0] == "core" else "pages"
    # a room of one file, as words.py, is tested by a file without a folder
    if of_test.parts[1] not in (room, f"test_{module.stem}.py"):
        return 0
    stem = of_test.stem.removeprefix("test_")
    return 2 if stem == module.stem else int(stem in module.parts)


def module_of(path: str) -> str:
    """Dotted name of a file."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@lru_cache(maxsize=1024)
def imports(path: Path) -> frozenset[str]:
    """Every module that a file imports, and what packages hand on for the names it takes."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
            names.update(_handed_on(node.module, {alias.name for alias in node.names}))
    return frozenset(names)


def _handed_on(package: str, names: set[str]) -> Iterator[str]:
    """The modules from which a package takes names that others import from it."""
    face = ROOT.joinpath(*package.split("."), "__init__.py")
    if not face.is_file():
        return
    for node in ast.parse(face.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            given = {alias.asname or alias.name for alias in node.names}
            yield from [node.module] if names & given else []


if __name__ == "__main__":
    sys.exit(main())
