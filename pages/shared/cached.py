"""What pages keep between reruns: the store, its runs, charts and claims."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from time import monotonic
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import streamlit as st

from core import settings
from core.analyses import Request
from core.claims import CLAIMS, TIMED, ClaimResult, judge, keys_of
from core.comparison import Chance, Comparison, Results, estimate
from core.comparison.answers import with_answers
from core.comparison.bundled import BundledSet, bundled
from core.comparison.estimate import Rate
from core.comparison.nearest import Nearest
from core.comparison.nearest import nearest as find_nearest
from core.comparison.stock import Stock
from core.config import Experiment
from core.engine import stored
from core.figures import Chart, Look
from core.run import Run, RunSummary
from core.sentences.claims import verdict_sentence
from core.store import RunStore, Stamp
from pages.shared.plot import Drawn

P = ParamSpec("P")
Result = TypeVar("Result")
State = tuple[tuple[Stamp, ...], str]
"""of some runs: the stamp of what is bundled, and what one's own store has of them"""
BUNDLE_SECONDS = 1.0
"""time for which the bundle is taken to be as it was"""


@st.cache_resource
def store() -> RunStore:
    """The run store of this server, with the bundled gallery next to it."""
    chosen = settings.load()
    return RunStore(
        chosen.store,
        chosen.gallery,
        max_pages=chosen.max_pages,
        checkpoint_bytes=chosen.checkpoint_bytes,
    )


def results(comparison: Comparison) -> Results:
    """The runs of a comparison that are stored now."""
    return _results(comparison, _state(_keys(comparison)))


def compared(comparison: Comparison, chance: Chance, labels: bytes, unread: str = "") -> Results:
    """The same, with the right answers from which intervals over test images are computed.

    Args:
        comparison: what is compared.
        chance: what intervals cover.
        labels: class of each test image, one byte each; empty if they are not needed.
        unread: why they could not be read, as a clause; else empty.
    """
    return _compared(comparison, _state(_keys(comparison)), chance, labels, unread)


def summaries() -> tuple[RunSummary, ...]:
    """Every stored run, newest first."""
    return _summaries(_stamp())


def bundled_sets() -> list[BundledSet]:
    """The bundled runs by data set, most runs first."""
    return _bundled_sets(_bundle_stamp())


def run(key: str) -> Run | None:
    """A run, with its epochs; None if it is not stored."""
    return _run(key, store().path, _stamp())


def predictions(key: str) -> bytes | None:
    """The class given to each test image by a run, one byte each; None if it is not stored."""
    return _predictions(key, store().path, _stamp())


def steps(key: str) -> tuple[tuple[int, float], ...]:
    """Step and validation accuracy of each checkpoint of a run."""
    return _steps(key, store().path, _stamp())


def speed(dataset: str | None) -> float:
    """Seconds for a unit of work on one core: the rate of the estimate that pages show."""
    return _speed(dataset, store().path, _stamp())


def curves(keys: Iterable[str]) -> dict[str, list[float]]:
    """Validation accuracy after each epoch, in percent, by key of every stored run."""
    chosen = tuple(keys)
    return _curves(chosen, _state(chosen))


def nearest(chosen: Comparison) -> Nearest | None:
    """The stored comparison to show in place of one of which nothing is stored."""
    return _nearest(chosen, _stamp())


def readable(keys: Iterable[str]) -> set[str]:
    """Those of some stored runs that can still be read, and not only listed."""
    chosen = tuple(keys)
    return _readable(chosen, _state(chosen))


def rates() -> list[Rate]:
    """The training speed of the newest runs."""
    return _rates(_stamp())


def computed(request: Request[Result]) -> Result | None:
    """What the store has of a computation; None if it has not been computed."""
    result: Result | None = _computed(request, store().path, _stamp())
    return result


@lru_cache(maxsize=4096)
def _computed(request: Request[Any], path: Path, stamp: tuple[Stamp, ...]) -> Any:  # noqa: ARG001
    return stored(store(), request)


# Features asks for each network in several places of one rerun: a hundred reads of the store.
@lru_cache(maxsize=128)
def _run(key: str, path: Path, stamp: tuple[Stamp, ...]) -> Run | None:  # noqa: ARG001
    return store().runs([key]).get(key)


@lru_cache(maxsize=128)
def _predictions(key: str, path: Path, stamp: tuple[Stamp, ...]) -> bytes | None:  # noqa: ARG001
    return store().predictions(key)


@lru_cache(maxsize=128)
def _steps(
    key: str,
    path: Path,  # noqa: ARG001
    stamp: tuple[Stamp, ...],  # noqa: ARG001
) -> tuple[tuple[int, float], ...]:
    return store().checkpoint_steps([key]).get(key, ())


@lru_cache(maxsize=16)
def _speed(dataset: str | None, path: Path, stamp: tuple[Stamp, ...]) -> float:  # noqa: ARG001
    return estimate.speed(dataset, _rates(stamp))


def chart(make: Callable[P, Chart], *args: P.args, **how: P.kwargs) -> Chart:
    """A chart, cached for all visitors.

    Args:
        make: a function of `core.figures` that makes it.
        args: its positional arguments, all hashable.
        how: its keyword arguments, all hashable.
    """
    return _chart(make, *args, **how)  # type: ignore[arg-type]


@lru_cache(maxsize=256)
def _chart(make: Callable[..., Chart], *args: Hashable, **how: Hashable) -> Chart:
    return make(*args, **how)


# weak keys, so that a drawing goes with its chart; charts made anew in every rerun do not pile up
_drawings: WeakKeyDictionary[Chart, dict[Look, Drawn]] = WeakKeyDictionary()


def drawing(chart: Chart, look: Look) -> Drawn:
    """The drawing of a chart, cached for all visitors, because drawing is slower than sending."""
    drawn = _drawings.setdefault(chart, {})
    if look not in drawn:
        drawn[look] = Drawn(chart.draw(look))
    return drawn[look]


def without_weights(experiments: Iterable[Experiment]) -> tuple[Experiment, ...]:
    """The experiments whose runs are stored without weights."""
    by_key = {experiment.key: experiment for experiment in experiments}
    bare = store().present(by_key) - store().with_weights(by_key)
    return tuple(experiment for key, experiment in by_key.items() if key in bare)


def claim_results() -> dict[str, ClaimResult]:
    """The verdict on every claim, by the claim's id."""
    return _claim_results(_state(_claims_keys()))


def verdict_sentences() -> dict[str, str]:
    """The verdict on every claim in words, by the claim's id."""
    return _verdict_sentences(_state(_claims_keys()))


def _stamp() -> tuple[Stamp, ...]:
    """A value that changes whenever what is stored does."""
    return (*store().own_stamp, *_bundle_stamp())


def _bundle_stamp() -> tuple[Stamp, ...]:
    """A value that changes, within a second, when what is bundled does.

    A rerun asks for it up to a hundred times, and the system is slow to list a folder.
    """
    return _stamp_of_bundle(store(), int(monotonic() / BUNDLE_SECONDS))


@lru_cache(maxsize=4)
def _stamp_of_bundle(opened: RunStore, moment: int) -> tuple[Stamp, ...]:  # noqa: ARG001
    return opened.bundle_stamp


def _keys(comparison: Comparison) -> tuple[str, ...]:
    return tuple(experiment.key for experiment in comparison.experiments)


def _state(keys: tuple[str, ...]) -> State:
    """A value that changes with these runs; others may be trained meanwhile."""
    return _bundle_stamp(), _own_state(keys, store().path, store().own_stamp)


@lru_cache(maxsize=256)
def _own_state(keys: tuple[str, ...], path: Path, stamp: tuple[Stamp, ...]) -> str:  # noqa: ARG001
    return store().own_state(keys)


# cache_resource, because sessions may share frozen results without pickling. Stamp and state are
# part of the cache's key, so their names must not start with _: Streamlit leaves such arguments
# out.
@st.cache_resource(max_entries=32)
def _results(comparison: Comparison, state: State) -> Results:  # noqa: ARG001
    return Results(comparison, store().runs(_keys(comparison)))


@st.cache_resource(max_entries=2)
def _bundled_sets(stamp: tuple[Stamp, ...]) -> list[BundledSet]:  # noqa: ARG001
    return bundled(store().bundled_summaries())


@st.cache_resource(max_entries=32)
def _compared(
    comparison: Comparison, state: State, chance: Chance, labels: bytes, unread: str
) -> Results:
    bare = replace(_results(comparison, state), chance=chance, unread=unread)
    return with_answers(bare, store().predictions_of(bare.runs), labels) if labels else bare


@st.cache_resource(max_entries=2)
def _summaries(stamp: tuple[Stamp, ...]) -> tuple[RunSummary, ...]:  # noqa: ARG001
    return tuple(store().summaries())


@st.cache_resource(max_entries=2)
def _curves(keys: tuple[str, ...], state: State) -> dict[str, list[float]]:  # noqa: ARG001
    return {
        key: [100 * epoch.validation_accuracy for epoch in run.epochs]
        for key, run in store().runs(keys).items()
    }


@st.cache_resource(max_entries=2)
def _stock(stamp: tuple[Stamp, ...]) -> Stock:
    return Stock(_summaries(stamp))


@st.cache_resource(max_entries=32)
def _nearest(chosen: Comparison, stamp: tuple[Stamp, ...]) -> Nearest | None:
    return find_nearest(chosen, _stock(stamp))


@st.cache_resource(max_entries=2)
def _readable(keys: tuple[str, ...], state: State) -> set[str]:  # noqa: ARG001
    return store().present(keys)


@st.cache_resource(max_entries=2)
def _rates(stamp: tuple[Stamp, ...]) -> list[Rate]:
    return estimate.rates(_summaries(stamp))


@lru_cache(maxsize=1)
def _claims_keys() -> tuple[str, ...]:
    return tuple(sorted(keys_of(CLAIMS.values(), TIMED)))


@st.cache_resource(max_entries=2, show_spinner="Judging the claims…")
def _claim_results(state: State) -> dict[str, ClaimResult]:  # noqa: ARG001
    return {result.claim.id: result for result in judge(CLAIMS.values(), store(), TIMED)}


@st.cache_resource(max_entries=2, show_spinner=False)
def _verdict_sentences(state: State) -> dict[str, str]:
    return {name: verdict_sentence(result) for name, result in _claim_results(state).items()}
