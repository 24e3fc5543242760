"""The code that runs inside a worker process: one training, its progress, and its stopping."""

import atexit
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core import settings
from core.config import Experiment
from core.engine.forked import after_the_pages
from core.engine.limits import enforced
from core.engine.permit import Limit
from core.errors import EngineError
from core.run import Epoch, Run
from core.settings import Device

PROGRESS_TOPIC = "poolscope-progress"
"""Dask's event topic; a message is {"key": ..., "epoch": ...}, the fields of an `Epoch` that is
finished, or None where the training begins, or {"key": ..., "step": ..., "weights": ...}, the
network as it is at a step"""

NEWEST_SECONDS = 0.5
"""least time between two states of a network that are sent"""
NEWEST_BYTES = 8 * 2**20
"""the largest network that is sent; a page that shows larger ones waits for the end"""
NEWEST_BYTES_A_SECOND = 2 * 2**20
"""most that a training sends of its network, so that large ones are sent less often"""

STOP_POLL_SECONDS = 0.5
"""time between two queries to the scheduler whether the training should stop"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingJob:
    """A training as it is sent to a worker: names and numbers, never tensors.

    Attributes:
        flat: the experiment by flat names.
        key: the expected key; another version of this package might compute a different one.
        stop_name: name of the Dask event that asks for a stop.
        device: what to train on.
        limit: limit at which it is ended; None for no limit.
        checkpoints: whether its run keeps checkpoints.
        newest: whether the network is sent now and then while it is trained.
    """

    flat: Mapping[str, Any]
    key: str
    stop_name: str
    device: Device
    limit: Limit | None = None
    checkpoints: bool = False
    newest: bool = False


def train_in_worker(job: TrainingJob, version: str) -> Run | None:
    """Train an experiment in a Dask worker.

    Args:
        job: what to train, and on which device.
        version: version of this package in the process that sent the job.

    Returns:
        The run, or None if it was asked to stop.

    Raises:
        EngineError: the versions of this package differ, PyTorch or the device does not exist, or
            the training exceeded its limit.
        ConfigError: the network cannot be built.
        DataError: the data set cannot be loaded.
    """
    experiment = _experiment(job, version)
    import torch
    from distributed import get_worker

    from core.training import Cancelled, train

    torch.set_num_threads(1)
    worker = get_worker()

    reports = _Reports(worker, job.key)
    reports.begin()
    with enforced(job.limit) as within_limit:
        should_stop = _both(within_limit, _rarely(_stop_question(job.stop_name)))
        try:
            return train(
                experiment,
                reports.epoch,
                should_stop,
                job.device,
                checkpoints=job.checkpoints,
                on_state=_now_and_then(reports.state) if job.newest else None,
            )
        except Cancelled:
            return None


class _Reports:
    """What a worker says of its training while it runs, as messages of `PROGRESS_TOPIC`."""

    def __init__(self, worker: Any, key: str) -> None:
        self._worker = worker
        self._key = key

    def begin(self) -> None:
        """The training begins, perhaps once more."""
        self._send(epoch=None)

    def epoch(self, epoch: Epoch) -> None:
        """An epoch is finished."""
        self._send(epoch=asdict(epoch))

    def state(self, step: int, weights: bytes) -> None:
        """The network at a step."""
        self._send(step=step, weights=weights)

    def _send(self, **content: Any) -> None:
        self._worker.log_event(PROGRESS_TOPIC, {"key": self._key, **content})


def _now_and_then(
    send: Callable[[int, bytes], None],
) -> Callable[[int, Callable[[], bytes]], None]:
    """A listener that sends states now and then, large ones less often, and none too large."""
    due = float("-inf")

    def listen(step: int, save: Callable[[], bytes]) -> None:
        nonlocal due
        if time.monotonic() >= due:
            state = save()
            if len(state) <= NEWEST_BYTES:
                send(step, state)
            pause = max(NEWEST_SECONDS, len(state) / NEWEST_BYTES_A_SECOND)
            due = time.monotonic() + pause

    return listen


def _both(within_limit: Callable[[], None], question: Callable[[], bool]) -> Callable[[], bool]:
    """A question that first checks whether the time is over."""

    def asked() -> bool:
        within_limit()
        return question()

    return asked


def _experiment(job: TrainingJob, version: str) -> Experiment:
    """The experiment of a job.

    Raises:
        EngineError: another version of this package sent it, it gets another key here, or PyTorch
            is left out here.
    """
    if reason := settings.without_torch("training"):
        # a worker of somebody's cluster; local ones are not started then
        raise EngineError(reason)
    if version != settings.__version__:
        raise EngineError(
            f"the worker runs Poolscope {settings.__version__} and was asked by {version}; install "
            f"the same version on both sides"
        )
    experiment = Experiment.from_flat(job.flat)
    if experiment.key != job.key:
        raise EngineError(
            f"the worker computes key {experiment.key} where {job.key} was asked for: it runs "
            f"another version of Poolscope; install the same one on both sides"
        )
    return experiment


def warm_up() -> None:
    """Import what a training needs, so that the first one starts without delay."""
    import core.training  # noqa: F401


def dask_setup(_worker: object) -> None:
    """Prepare a local worker process; Dask calls this whenever one starts."""
    after_the_pages()
    # Ctrl-C reaches the whole process group; the engine ends its workers itself
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # skips the shutdown of torch's modules, which takes more than a second and achieves nothing
    atexit.register(os._exit, 0)


def _stop_question(name: str) -> Callable[[], bool]:
    """A question to the scheduler whether a stop event is set; a set event is cleared."""
    from distributed import Event

    event = Event(name)

    def asked() -> bool:
        if not event.is_set():
            return False
        event.clear()
        return True

    return asked


def _rarely(question: Callable[[], bool]) -> Callable[[], bool]:
    """A question that is passed on at most once per STOP_POLL_SECONDS and is False in between."""
    last = time.monotonic()

    def answer() -> bool:
        nonlocal last
        now = time.monotonic()
        if now - last < STOP_POLL_SECONDS:
            return False
        last = now
        return question()

    return answer
