"""Where trainings run: a local Dask cluster of one-thread processes, or an external scheduler.

Only this module and `worker` depend on Dask, which is imported when a cluster is opened.
"""

import logging
import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from core import settings
from core.engine.forked import WORKER_ENVIRONMENT, context_for, method_for
from core.engine.order import (
    ClusterSpec,
    Failure,
    OnEnd,
    OnProgress,
    OnState,
    Order,
    Outcome,
    Ticket,
    explain,
    first_line,
)
from core.engine.worker import PROGRESS_TOPIC, TrainingJob, dask_setup, train_in_worker, warm_up
from core.errors import EngineError
from core.run import Epoch, Run
from core.settings import Device

ANSWER_SECONDS = 5
"""how long a scheduler may take to answer the first call"""

COUNT_SECONDS = 5
"""time between two counts of the workers of an external cluster"""

RESULT_SECONDS = 60
"""how long the transfer of a result may take"""

LOST = "the connection to the Dask scheduler was lost"

SILENT = logging.CRITICAL + 1
"""above all that Dask logs: it calls a message critical that a closing connection lost"""
HERE = "127.0.0.1"

LOCAL_SETTINGS = {
    "distributed.nanny.pre-spawn-environ": WORKER_ENVIRONMENT,
    "distributed.worker.preload": [dask_setup.__module__],
    # no web pages, so that the packages that draw them are not needed
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # it keeps messages that nobody reads again, and those with networks are large
    "distributed.admin.low-level-log-length": 4,
    # Dask's profiler interrupts the training a hundred times a second
    "distributed.worker.profile.enabled": False,
    # at the default of 20 ms an idle worker uses 7.6 % of a core instead of 3
    "distributed.admin.tick.interval": "500ms",
    # Results are small and sent at once, so there is nothing to spill, and a worker that pauses
    # because its process has grown would never resume
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
}


class Cluster:
    """Workers that train experiments, reached through a Dask client."""

    def __init__(self, client: Any, local: Any, spec: ClusterSpec, quiet: ExitStack) -> None:
        self._client = client
        self._local = local
        self._device = spec.device
        self._quiet = quiet
        self._size = self._least = spec.workers
        self._counted = time.monotonic() if local is not None else float("-inf")

    @property
    def size(self) -> int:
        """Number of trainings to send out at once: one for each thread of the workers."""
        if self._local is None and time.monotonic() - self._counted > COUNT_SECONDS:
            # workers of an external cluster come and go
            with suppress(EngineError), self._reaching():
                self._size = max(self._least, sum(self._client.nthreads().values()))
            self._counted = time.monotonic()
        return self._size

    @classmethod
    def open(
        cls,
        spec: ClusterSpec,
        on_progress: OnProgress,
        on_state: OnState,
    ) -> "Cluster":
        """Start local workers, or connect to a scheduler.

        Args:
            spec: how many workers, or which scheduler.
            on_progress: called in one of Dask's threads.
            on_state: called likewise.

        Raises:
            EngineError: the workers cannot be started, because PyTorch is left out or otherwise, or
                the scheduler does not answer.
        """
        if not spec.scheduler:
            if reason := settings.without_torch("training"):
                raise EngineError(reason)
            # it imports torch while this process imports Dask
            context_for(spec.device)
        from distributed.utils import silence_logging_cmgr

        with ExitStack() as stack:
            # jobs report failures in a sentence, so Dask's log would only repeat them
            stack.enter_context(silence_logging_cmgr(SILENT))
            if not spec.scheduler:
                stack.enter_context(_starting_for(spec.device))
            local = None if spec.scheduler else _start(spec)
            client = _reach(spec.scheduler) if spec.scheduler else _connect(local)
            quiet = stack.pop_all()

        client.subscribe_topic(PROGRESS_TOPIC, _listener(on_progress, on_state))
        return cls(client, local, spec, quiet)

    def train(self, order: Order, on_end: OnEnd) -> Ticket:
        """Send a training to a worker.

        Args:
            order: what to train; the worker ends it at its limit.
            on_end: called in one of Dask's threads when the training has ended.

        Raises:
            EngineError: the scheduler is gone.
        """
        experiment = order.experiment
        ticket = Ticket(experiment.key, f"poolscope-stop-{uuid.uuid4().hex}")
        with self._reaching():
            ticket.future = future = self._client.submit(
                train_in_worker,
                TrainingJob(
                    flat=experiment.to_flat(),
                    key=experiment.key,
                    stop_name=ticket.stop,
                    device=self._device,
                    limit=order.limit,
                    checkpoints=order.checkpoints,
                    # an external scheduler would keep them
                    newest=order.checkpoints and self._local is not None,
                ),
                settings.__version__,
                # one key per experiment, so that sessions that share a scheduler share trainings
                key=f"poolscope-{experiment.key}",
            )
        future.add_done_callback(lambda ended: self._ended(ticket, ended, on_end))
        return ticket

    def _ended(self, ticket: Ticket, future: Any, on_end: OnEnd) -> None:
        outcome: Outcome = Failure("its result could not be read: see the log of the worker")
        try:
            outcome = _outcome(future)
        finally:
            # even if reading the result raised an unexpected exception
            on_end(ticket, outcome)

    def release(self, ticket: Ticket) -> None:
        """Release a training, so that its key can be sent out again; a queued one is dropped."""
        future, ticket.future = ticket.future, None
        # if the scheduler is gone, there is nothing to release
        with suppress(EngineError), self._reaching():
            future.release()
            # Dask releases in its own thread; a key sent out before that would get the old result
            self._client.sync(_nothing)

    def stop(self, ticket: Ticket) -> None:
        """Ask a training to stop, and release it."""
        from distributed import Event

        with suppress(EngineError), self._reaching():
            Event(ticket.stop, client=self._client).set()
        self.release(ticket)

    def close(self) -> None:
        """Disconnect from the scheduler and end local workers."""
        self._client.close()
        if self._local is not None:
            self._local.close()
        self._quiet.close()

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Turn the exceptions that Dask raises if the scheduler is gone into an EngineError."""
        from distributed.client import ClosedClientError

        try:
            yield
        except (ClosedClientError, OSError, RuntimeError) as error:
            raise EngineError(f"{LOST} ({first_line(error)})") from error


def _listener(
    on_progress: OnProgress, on_state: OnState
) -> Callable[[tuple[float, Mapping[str, Any]]], None]:
    """What passes the messages of workers on."""

    def listen(event: tuple[float, Mapping[str, Any]]) -> None:
        _, message = event
        if "weights" in message:
            on_state(message["key"], message["step"], message["weights"])
            return
        epoch = message["epoch"]
        on_progress(message["key"], None if epoch is None else Epoch(**epoch))

    return listen


@contextmanager
def _starting_for(device: Device) -> Iterator[None]:
    """Have Dask start processes, and start those that died again, as `context_for` says."""
    import dask
    from distributed.utils import get_mp_context

    method = "distributed.worker.multiprocessing-method"
    with dask.config.set({method: method_for(device)}):
        # at its first call Dask names packages for the server that are not torch
        get_mp_context()
        context_for(device)
        yield


def _start(spec: ClusterSpec) -> Any:
    """Start a local cluster of one-thread processes, which use TLS with a temporary key."""
    import dask
    from distributed import LocalCluster
    from distributed.security import Security

    try:
        with dask.config.set(LOCAL_SETTINGS):
            return LocalCluster(
                n_workers=spec.workers,
                threads_per_worker=1,
                processes=True,
                # The endpoints run arbitrary code, and every user of this machine can reach them;
                # the key, made here in memory, keeps others out.
                host=HERE,
                security=Security.temporary(),
                env=dict(os.environ),
                # any free port: without an address Dask tries 8787 and warns if it is in use
                dashboard_address=f"{HERE}:0",
                silence_logs=SILENT,
                scheduler_kwargs={"allowed_failures": spec.deaths - 1, "dashboard": False},
            )
    except (OSError, RuntimeError) as error:
        raise EngineError(
            f"the worker processes could not be started: {first_line(error)}"
        ) from error


def _connect(scheduler: Any) -> Any:
    """Connect a client to the local cluster and let its workers import what a training needs."""
    from distributed import Client

    client = Client(scheduler, set_as_default=False)
    for address in client.nthreads():
        warm = client.submit(warm_up, key=f"poolscope-warm-up-{address}", workers=[address])
        warm.add_done_callback(lambda ended: ended.release())
    return client


def _reach(scheduler: str) -> Any:
    """Connect a client to an external scheduler."""
    from distributed import Client

    try:
        return Client(scheduler, timeout=ANSWER_SECONDS, set_as_default=False)
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        raise EngineError(
            f"the Dask scheduler at {scheduler} cannot be reached ({first_line(error)}); start it, "
            f"or correct --scheduler or POOLSCOPE_SCHEDULER"
        ) from error


def _outcome(future: Any) -> Outcome:
    """The outcome of a future that is done."""
    if future.status == "error":
        return Failure(explain(future.exception()))
    if future.status == "cancelled":
        return Failure(f"{LOST} while this was training", lost=True)
    run: Run | None = future.result(timeout=RESULT_SECONDS)
    return run


async def _nothing() -> None:
    """Do nothing in Dask's thread; when it returns, everything queued there before is done."""
