"""The gate of this server, and the visitor who stands before it.

No other module of the dashboard asks the engine or the process pool for anything that takes time:
tests/test_import_rules.py watches that.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core import settings
from core.analyses import Request
from core.comparison.estimate import speed
from core.config import DataConfig, Experiment
from core.engine import demand_permits, shared_engine
from core.hosting import Visitor
from core.hosting.gate import Gate
from core.hosting.prediction import Prediction
from pages.shared import cached, visitor


class _Shared:
    """Holds the gate, and which session is whose."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.gate: Gate | None = None
        self.sessions: dict[str, Visitor] = {}


_shared = _Shared()


def enter() -> None:
    """Note who looks; a hosted server shows no details, and computes nothing past its gate."""
    if settings.load().hosted:
        st.set_option("client.showErrorDetails", "none")
        demand_permits()
    context = get_script_run_ctx()
    if context is not None:
        with _shared.lock:
            _shared.sessions[context.session_id] = visitor.current()


def refusal(wanted: Sequence[Experiment | Request[Any]]) -> str | None:
    """Why this visitor may not have something computed; None if it may be."""
    return _gate().refusal(wanted, visitor.current())


def predict(wanted: Experiment | Request[Any]) -> Prediction:
    """What a computation takes on this machine."""
    return _gate().predict(wanted)


def train(experiments: Sequence[Experiment], *, with_weights: bool = False) -> None:
    """Have experiments trained.

    Raises:
        RefusedError: that is too much.
    """
    _gate().train(experiments, visitor.current(), with_weights=with_weights)


def compute(requests: Sequence[Request[Any]], on_done: Callable[[int], None]) -> None:
    """Have requests computed and kept; returns at their end.

    Raises:
        RefusedError: that is too much.
        EngineError: a computation was ended, or failed.
    """
    _gate().compute(requests, visitor.current(), on_done)


def labels(data: DataConfig) -> bytes:
    """The class of each test image of a data set, one byte each.

    Raises:
        RefusedError: that is too much.
    """
    return _labels(data, visitor.current())


@st.cache_data(max_entries=16, show_spinner="Reading the labels of the test images…")
def _labels(data: DataConfig, _who: Visitor) -> bytes:
    return _gate().labels(data, _who)


@contextmanager
def looking(experiment: Experiment, passes: float, batch: int, who: Visitor) -> Iterator[None]:
    """Compute inside, in this thread: some passes of images through a trained network.

    Raises:
        RefusedError: that is too much.
    """
    with _gate().looking(experiment, passes, batch, who):
        yield


@contextmanager
def loading(data: DataConfig, who: Visitor) -> Iterator[None]:
    """Load a data set inside, in this thread.

    Raises:
        RefusedError: that is too much.
    """
    with _gate().loading(data, who):
        yield


def waited_for() -> frozenset[str]:
    """Keys that this visitor waits for, in whatever tab."""
    return _gate().waited_for(visitor.current())


def cancel() -> frozenset[str]:
    """This visitor waits for nothing any more; the keys of what ends by that."""
    return _gate().cancel(visitor.current())


def close() -> None:
    """Forget the gate; the next caller gets a new one."""
    with _shared.lock:
        gate, _shared.gate = _shared.gate, None
        _shared.sessions.clear()
    if gate is not None:
        gate.close()


def _gate() -> Gate:
    with _shared.lock:
        if _shared.gate is None:
            here = settings.load()
            _shared.gate = Gate(shared_engine, here, _speed, _present)
        return _shared.gate


def _speed(dataset: str | None) -> float:
    """Seconds for a unit of work: the rate of the estimate that pages show."""
    return speed(dataset, cached.rates())


def _present(who: Visitor) -> bool:
    """Whether a browser has a page open."""
    if not Runtime.exists():
        return True
    runtime = Runtime.instance()
    with _shared.lock:
        gone = [each for each in _shared.sessions if not runtime.is_active_session(each)]
        own = [each for each, whose in _shared.sessions.items() if whose.cookie == who.cookie]
        for each in gone:
            del _shared.sessions[each]
    return any(each not in gone for each in own)
