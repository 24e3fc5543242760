"""A training as it is ordered, how it ends, and where it is done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.config import Experiment
from core.engine.permit import Limit
from core.errors import PoolscopeError
from core.run import Epoch, Run
from core.settings import Device

MOST_DEATHS = 3
"""default number of worker deaths at which a training has failed"""


@dataclass(frozen=True, slots=True)
class ClusterSpec:
    """The machines and devices that trainings run on.

    Attributes:
        workers: number of workers to start, 0 to train in this process; with a scheduler, the
            minimum number of trainings to send out.
        scheduler: address of an external Dask scheduler; None for local processes.
        device: device that workers train on.
        deaths: number of deaths of local workers at which a training has failed.
    """

    workers: int
    scheduler: str | None = None
    device: Device = Device.CPU
    deaths: int = MOST_DEATHS

    @property
    def here(self) -> bool:
        """Whether this process trains, one experiment at a time."""
        return self.scheduler is None and not self.workers


@dataclass(frozen=True, slots=True)
class Order:
    """A training to be done.

    Attributes:
        experiment: what to train.
        limit: limit at which it is ended; None for no limit.
        checkpoints: whether its run keeps checkpoints.
    """

    experiment: Experiment
    limit: Limit | None = None
    checkpoints: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """A training that ended without a run.

    Attributes:
        cause: why, in one sentence.
        lost: whether the connection to the scheduler was lost, and with it all that ran there.
    """

    cause: str
    lost: bool = False


Outcome = Run | Failure | None
"""how a training ended; None means that it was stopped"""


@dataclass(slots=True, eq=False)
class Ticket:
    """A training that was sent out.

    Attributes:
        key: key of its experiment.
        stop: what asks it to stop: the name of a Dask event, a new one each time, or an event of
            this process.
        future: what it runs in: a Dask future, None once it has been released, or a thread.
    """

    key: str
    stop: Any
    future: Any = None


OnProgress = Callable[[str, Epoch | None], None]
"""is told the key and the epoch that was finished; None when the training begins"""
OnState = Callable[[str, int, bytes], None]
"""is told the key, a step, and the network at this step as safetensors bytes"""
OnEnd = Callable[[Ticket, Outcome], None]
"""is told how a training has ended"""


def explain(error: BaseException) -> str:
    """Why a training failed, in one sentence."""
    from distributed import KilledWorker

    if isinstance(error, PoolscopeError):
        return str(error)
    if isinstance(error, KilledWorker):
        if not error.allowed_failures:
            return "its worker process was ended: it took too long, or ran out of memory"
        return (
            f"{error.allowed_failures + 1} worker processes died while training it: they were "
            f"killed, or ran out of memory"
        )
    if isinstance(error, MemoryError):
        return "the worker ran out of memory; use fewer workers, a smaller batch or narrower widths"
    return first_line(error)


def first_line(error: BaseException) -> str:
    """The kind of an error and the first line of its message."""
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
