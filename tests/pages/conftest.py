"""Stores, galleries and engines for the tests of pages."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from PIL import Image

from core.claims import CLAIMS, TIMED, Claim, ClaimResult, judge
from core.config import Experiment
from core.engine import close_shared_engine, waive_permits
from core.store import RunStore, write_copy
from pages.shared import gate
from tests.bundled import bundled
from tests.pages.dashboard import StandIn


@pytest.fixture(autouse=True)
def nothing_kept(home: Path) -> Iterator[None]:
    """No store and no engine of another test."""
    _forget()
    yield
    _forget()


@pytest.fixture(scope="module", autouse=True)
def processes_that_answer() -> Iterator[None]:
    """One for the tests of a module: what it answers depends on nothing but the question."""
    yield
    gate.close()


def _forget() -> None:
    st.cache_resource.clear()
    st.cache_data.clear()
    gate.forget()
    waive_permits()
    close_shared_engine()


@pytest.fixture(autouse=True)
def no_components(monkeypatch: pytest.MonkeyPatch) -> None:
    """No search for components in all installed packages, three quarters of a page's time."""
    search = "component_manager.BidiComponentManager.discover_and_register_components"
    monkeypatch.setattr(f"streamlit.components.v2.{search}", lambda *_, **__: None)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """No moment for a browser to draw in: there is none."""
    monkeypatch.setattr("pages.shared.plot.PAUSE_SECONDS", 0.0)


@pytest.fixture(autouse=True)
def labels_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The labels of the digits, without the process that reads them; test_engine runs that."""
    monkeypatch.setattr(
        "core.hosting.gate.labels_of_test", lambda *_: bytes(n % 10 for n in range(300))
    )


@pytest.fixture(scope="session")
def few_bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gallery of the runs that Home opens with, and no more."""
    path = tmp_path_factory.mktemp("gallery") / "gallery.db"
    arms = {"pooling": ["max", "average"], "head": ["gap", "flatten"]}
    experiments = [
        Experiment.from_flat({"pooling": pooling, "head": head, "seed": seed})
        for pooling in arms["pooling"]
        for head in arms["head"]
        for seed in range(5)
    ]
    write_copy(bundled(), [experiment.key for experiment in experiments], path)
    with closing(sqlite3.connect(path)) as connection:
        # what workers computed is computed in tests
        connection.execute("DELETE FROM analyses")
        connection.commit()
    return path


@pytest.fixture(autouse=True)
def small_gallery(home: Path, few_bundled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that tests know what is missing."""
    monkeypatch.setenv("POOLSCOPE_GALLERY", str(few_bundled))


@pytest.fixture
def whole_gallery(small_gallery: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POOLSCOPE_GALLERY")
    monkeypatch.setattr("pages.shared.cached.judge", _judged)


def _judged(claims: Iterable[Claim], store: RunStore, timed: Any) -> Sequence[ClaimResult]:
    """As `judge` does, but once for all tests with nothing beside the bundled runs."""
    return judge(claims, store, timed) if store.path.exists() else _of_the_bundle()


@cache
def _of_the_bundle() -> Sequence[ClaimResult]:
    return tuple(judge(CLAIMS.values(), bundled(), TIMED))


@pytest.fixture
def no_gallery(home: Path, small_gallery: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOLSCOPE_GALLERY", str(home / "nowhere.db"))


@pytest.fixture
def two_classes(tmp_path: Path) -> Path:
    """A folder with ten images in two classes."""
    noise = np.random.default_rng(0).integers(0, 256, (10, 8, 8), dtype=np.uint8)
    for number, pixels in enumerate(noise):
        name = tmp_path / "pictures" / ("odd" if number % 2 else "even") / f"{number}.png"
        name.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(name)
    return tmp_path / "pictures"


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    engine = StandIn()
    # the page first: importing it under a patched core would keep the stand-in
    for place in (
        *("pages.shared.jobs", "pages.shared.gate", "pages.shared.live", "pages.shared.progress"),
        "core.engine",
    ):
        monkeypatch.setattr(f"{place}.shared_engine", lambda: engine)
    return engine


@pytest.fixture
def hosted(monkeypatch):
    monkeypatch.setenv("POOLSCOPE_MODE", "hosted")
    yield
    st.set_option("client.showErrorDetails", "full")
