"""The gate of this server, and the visitor who stands before it.

No other module of the dashboard asks the engine or the process pool for anything that takes time:
tests/test_import_rules.py watches that.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core import settings
from core.analyses import Request
from core.config import DataConfig, Experiment
from core.engine import Limit, Reader, demand_permits, shared_engine
from core.hosting import Visitor
from core.hosting.drawing import Drawing
from core.hosting.gate import Gate
from core.hosting.prediction import Prediction
from core.words import MEGABYTE
from pages.shared import cached, visitor

SMALL_LIMIT = Limit(seconds=5.0, memory=400 * MEGABYTE)
"""of what takes a few milliseconds on any data set that a page can show"""
LOADING_SECONDS = 600.0
"""time in which a data set is loaded, its download included"""

Answer = TypeVar("Answer")


class _Shared:
    """Holds the gate, which session is whose, and the process that reads images for pages."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.gate: Gate | None = None
        self.sessions: dict[str, Visitor] = {}
        self.reader = Reader()
        self.drawing = Drawing()


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


@contextmanager
def turn() -> Iterator[None]:
    """A turn to draw a page; on a hosted server nobody draws so much that all others wait."""
    if not settings.load().hosted:
        yield
        return
    with _shared.drawing.turn(visitor.current()):
        yield


def give_way() -> None:
    """Between two cards of a page, let visitors go first who had clearly less."""
    _shared.drawing.give_way()


def left_out(wanted: Sequence[Experiment | Request[Any]]) -> str | None:
    """Why this installation can compute none of this for anybody; None if it can."""
    return _gate().left_out(wanted)


def refusal(wanted: Sequence[Experiment | Request[Any]]) -> str | None:
    """Why this visitor may not have something computed; None if it may be."""
    return _gate().refusal(wanted, visitor.current())


def predict(wanted: Experiment | Request[Any]) -> Prediction:
    """What a computation takes on this machine."""
    return _gate().predict(wanted)


def train(
    experiments: Sequence[Experiment], *, with_weights: bool = False, with_checkpoints: bool = False
) -> None:
    """Have experiments trained; the first seed of each network keeps checkpoints.

    Args:
        experiments: what is trained.
        with_weights: whether runs that were kept without weights are trained again.
        with_checkpoints: whether runs of the first seed that have no checkpoints are.

    Raises:
        RefusedError: that is too much, or needs PyTorch.
    """
    # the seeds of a comparison count from 0
    first = [experiment.key for experiment in experiments if experiment.seed == 0]
    _gate().train(
        experiments,
        visitor.current(),
        with_weights=with_weights,
        checkpoints=first,
        with_checkpoints=with_checkpoints,
    )


def compute(requests: Sequence[Request[Any]], on_done: Callable[[int], None]) -> None:
    """Have requests computed and kept; returns at their end.

    Raises:
        RefusedError: that is too much, or needs PyTorch.
        EngineError: a computation was ended, or failed.
    """
    with _shared.drawing.aside():
        _gate().compute(requests, visitor.current(), on_done)


def labels(data: DataConfig) -> bytes:
    """The class of each test image of a data set, one byte each.

    Raises:
        RefusedError: that is too much.
    """
    with _shared.drawing.aside():
        return _labels(data, visitor.current())


@st.cache_data(max_entries=16, show_spinner="Reading the labels of the test images…")
def _labels(data: DataConfig, _who: Visitor) -> bytes:
    return _gate().labels(data, _who)


def glance(question: Callable[[], Answer]) -> Answer:
    """Have a question about a data set answered that takes next to nothing.

    Raises:
        EngineError: it was ended.
    """
    with _shared.drawing.aside():
        return _shared.reader.ask(question, SMALL_LIMIT)


def load(data: DataConfig, question: Callable[[], object]) -> None:
    """Have a data set loaded, unless the process that answers has it.

    Raises:
        RefusedError: that is too much.
        EngineError: it was ended.
    """
    with _shared.drawing.aside():
        _load(data, _shared.reader.start(), question, visitor.current())


@st.cache_resource(max_entries=2, show_spinner=False)
def _load(
    data: DataConfig,
    process: int,  # noqa: ARG001 (another process has to load it again)
    _question: Callable[[], object],
    _who: Visitor,
) -> bool:
    with _gate().loading(data, _who) as limit:
        _shared.reader.ask(_question, limit, LOADING_SECONDS)
    return True


def waited_for() -> frozenset[str]:
    """Keys that this visitor waits for, in whatever tab."""
    return _gate().waited_for(visitor.current())


def cancel() -> frozenset[str]:
    """This visitor waits for nothing any more; the keys of what ends by that."""
    return _gate().cancel(visitor.current())


def forget() -> None:
    """Forget the gate and who looks; the next caller gets a new gate."""
    with _shared.lock:
        gate, _shared.gate = _shared.gate, None
        _shared.sessions.clear()
    if gate is not None:
        gate.close()


def close() -> None:
    """Forget the gate and end its process; the next caller gets new ones."""
    forget()
    _shared.reader.close()


def _gate() -> Gate:
    with _shared.lock:
        if _shared.gate is None:
            here = settings.load()
            _shared.gate = Gate(shared_engine, here, cached.speed, _present)
        return _shared.gate


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
