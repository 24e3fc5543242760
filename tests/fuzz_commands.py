"""What do the commands say of a damaged store? No traceback, and nothing but what is true.

What a command says of a store is held against what it says of an undamaged store in which are the
runs that can still be read.
"""

import io
import json
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from core.cli import main
from core.errors import StoreError
from core.run import Run
from core.store import RunStore

LISTS = (["runs"], ["runs", "--json"], ["export", "--all", "--format", "csv"])
EXPORT = ["export", "--all", "--format", "json"]
REPORT = ["export", "--all", "--format", "html"]
STATUSES = {0, 1, 2}
MADE_ANEW = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""the name of a figure within a report"""
OF_THE_REST = {"versions": {}, "epochs": []}
"""what is exported of a run of which the row alone can be read"""


NOTHING = "[]"
"""the list of a store in which no run can be read"""


class Commands:
    """The commands over one file, and over whole stores to compare with.

    Args:
        folder: for the whole stores.
        runs: what was put into the store before it was damaged.
        most_seconds: longest time of a command.
    """

    def __init__(self, folder: Path, runs: Mapping[str, Run], most_seconds: float) -> None:
        self._folder = folder
        self._runs = runs
        self._most_seconds = most_seconds
        self._reports: dict[frozenset[str], str] = {}

    def check(self, home: Path, *, report: bool) -> None:
        """Run all commands over the store of a home folder.

        Args:
            home: its folder.
            report: whether the report is written as well, which takes longer than all the others.

        Raises:
            AssertionError: a command says something that is not so, or takes too long.
        """
        for command in LISTS:
            self._lines(command, self._said(home, command), self._whole[tuple(command)])
        for key, document in self._documents.items():
            said = self._said(home, ["show", key, "--json"])
            if said:
                self._document(json.loads(said), document)
            self._lines(["show"], self._said(home, ["show", key]), self._shown[key])
        for document in json.loads(self._said(home, EXPORT) or "[]"):
            self._document(document, self._documents[document["key"]])
        self._said(home, ["check", "--json"])
        if report:
            self._report(home)

    def _report(self, home: Path) -> None:
        said = self._said(home, REPORT)
        if said:
            read = _readable(home / "runs.db", self._runs)
            if _digest(said) != self._report_of(read):
                raise AssertionError(f"another report of the runs {sorted(read)}")

    def _report_of(self, keys: frozenset[str]) -> str:
        """The digest of the report of undamaged runs."""
        if keys not in self._reports:
            self._reports[keys] = _digest(self._said(self._home_of(keys), REPORT))
        return self._reports[keys]

    def _lines(self, command: list[str], said: str, whole: set[str]) -> None:
        if wrong := _lines_of(said) - whole:
            raise AssertionError(f"{command} says {wrong}")

    def _document(self, said: dict[str, Any], whole: dict[str, Any]) -> None:
        if said not in (whole, whole | OF_THE_REST):
            raise AssertionError(f"in place of {whole}: {said}")

    def _said(self, home: Path, command: list[str]) -> str:
        """What a command writes to stdout; a traceback passes through."""
        began = time.process_time()
        out, err = io.StringIO(), io.StringIO()
        with self._at(home), redirect_stdout(out), redirect_stderr(err):
            status = main(command)
        if status not in STATUSES or "Traceback" in err.getvalue():
            raise AssertionError(f"{command}: {status}, {err.getvalue()}")
        if time.process_time() - began > self._most_seconds:
            raise AssertionError(f"{command} took longer than {self._most_seconds} s")
        said = out.getvalue()
        # click keeps every stream that it has written to
        out.truncate(0)
        return said

    @contextmanager
    def _at(self, home: Path) -> Iterator[None]:
        here = {"POOLSCOPE_HOME": str(home), "POOLSCOPE_GALLERY": str(home / "none.db")}
        before = {name: os.environ.get(name) for name in here}
        os.environ.update(here)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value

    def _home_of(self, keys: frozenset[str]) -> Path:
        """A folder with an undamaged store of these runs."""
        home = self._folder / "-".join(sorted(keys))
        if not home.exists():
            home.mkdir()
            store = RunStore(home / "runs.db")
            for key in self._runs:
                if key in keys:
                    store.put(self._runs[key])
        return home

    @property
    def _all(self) -> Path:
        return self._home_of(frozenset(self._runs))

    @cached_property
    def _whole(self) -> dict[tuple[str, ...], set[str]]:
        return {tuple(each): _lines_of(self._said(self._all, each)) for each in LISTS}

    @cached_property
    def _documents(self) -> dict[str, dict[str, Any]]:
        return {each["key"]: each for each in json.loads(self._said(self._all, EXPORT))}

    @cached_property
    def _shown(self) -> dict[str, set[str]]:
        """What is shown of each run; of a row alone also that it has no versions."""
        said = {key: _lines_of(self._said(self._all, ["show", key])) for key in self._runs}
        return {key: {*lines, "versions"} for key, lines in said.items()}


def _digest(report: str) -> str:
    """The SHA-256 of a report without the names that its figures get anew."""
    return sha256(MADE_ANEW.sub("", report).encode()).hexdigest()


def _readable(path: Path, keys: Iterable[str]) -> frozenset[str]:
    """The runs that can be read one by one: of some damaged files not even their list can be."""
    readable = set()
    for key in keys:
        with suppress(StoreError):
            readable |= RunStore(path).runs([key]).keys()
    return frozenset(readable)


def _lines_of(text: str) -> set[str]:
    """The lines of a text without the spaces that align them; an empty list has none."""
    return {" ".join(line.split()) for line in text.splitlines() if line != NOTHING}
