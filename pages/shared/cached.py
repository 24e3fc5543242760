"""What pages keep between reruns: the store, and the runs of a comparison."""

from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import ParamSpec
from weakref import WeakKeyDictionary

import streamlit as st

from core import settings
from core.claims import CLAIMS, TIMED, ClaimResult, judge
from core.comparison import Comparison, Results, estimate
from core.comparison.estimate import Rate
from core.config import Experiment
from core.figures import Chart, Look
from core.run import RunSummary
from core.store import RunStore
from pages.shared.plot import Drawn

Stamp = tuple[tuple[int, int], ...]
P = ParamSpec("P")


@st.cache_resource
def store() -> RunStore:
    """The run store of this server, with the bundled gallery next to it."""
    here = settings.load()
    return RunStore(here.store, here.gallery, max_pages=here.max_pages)


def results(comparison: Comparison) -> Results:
    """The runs of a comparison that exist now."""
    return _results(comparison, _stamp())


def summaries() -> tuple[RunSummary, ...]:
    """Every stored run, newest first."""
    return _summaries(_stamp())


def curves(keys: Iterable[str]) -> dict[str, list[float]]:
    """Validation accuracy after each epoch, percent, of every stored run among the keys."""
    return _curves(tuple(keys), _stamp())


def rates() -> list[Rate]:
    """How fast the newest runs were trained."""
    return _rates(_stamp())


def chart(make: Callable[P, Chart], *args: P.args, **how: P.kwargs) -> Chart:
    """A chart that was made before, for anybody.

    Args:
        make: one of `core.figures`.
        args: what it takes; all can be hashed.
        how: its keyword arguments.
    """
    return _chart(make, *args, **how)  # type: ignore[arg-type]


@lru_cache(maxsize=256)
def _chart(make: Callable[..., Chart], *args: Hashable, **how: Hashable) -> Chart:
    return make(*args, **how)


# as long as their charts: those that are made anew in every run take no room here
_drawings: WeakKeyDictionary[Chart, dict[Look, Drawn]] = WeakKeyDictionary()


def drawing(chart: Chart, look: Look) -> Drawn:
    """A chart that was drawn before, for anybody: drawing takes longer than sending."""
    drawn = _drawings.setdefault(chart, {})
    if look not in drawn:
        drawn[look] = Drawn(chart.draw(look))
    return drawn[look]


def without_weights(experiments: Iterable[Experiment]) -> tuple[Experiment, ...]:
    """Those that are trained and were kept without their weights."""
    wanted = {experiment.key: experiment for experiment in experiments}
    bare = store().present(wanted) - store().with_weights(wanted)
    return tuple(experiment for key, experiment in wanted.items() if key in bare)


def claim_results() -> dict[str, ClaimResult]:
    """The verdict on every claim, by its name."""
    return _claim_results(_stamp())


def _stamp() -> Stamp:
    """Changes whenever the store file or its write-ahead log does."""
    path = store().path
    return tuple(_change(file) for file in (path, path.with_name(path.name + "-wal")))


def _change(file: Path) -> tuple[int, int]:
    try:
        status = file.stat()
    except FileNotFoundError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


# Frozen results may be shared by sessions, so they are kept as they are and not pickled. The stamp
# is a part of the cache's key, and must not be called _: Streamlit leaves such arguments out.
@st.cache_resource(max_entries=32)
def _results(comparison: Comparison, stamp: Stamp) -> Results:  # noqa: ARG001
    keys = [experiment.key for experiment in comparison.experiments]
    return Results(comparison, store().runs(keys))


@st.cache_resource(max_entries=2)
def _summaries(stamp: Stamp) -> tuple[RunSummary, ...]:  # noqa: ARG001
    return tuple(store().summaries())


@st.cache_resource(max_entries=2)
def _curves(keys: tuple[str, ...], stamp: Stamp) -> dict[str, list[float]]:  # noqa: ARG001
    return {
        key: [100 * epoch.validation_accuracy for epoch in run.epochs]
        for key, run in store().runs(keys).items()
    }


@st.cache_resource(max_entries=2)
def _rates(stamp: Stamp) -> list[Rate]:
    return estimate.rates(_summaries(stamp))


@st.cache_resource(max_entries=2, show_spinner="Judging the claims…")
def _claim_results(stamp: Stamp) -> dict[str, ClaimResult]:  # noqa: ARG001
    return {result.claim.id: result for result in judge(CLAIMS.values(), store(), TIMED)}
