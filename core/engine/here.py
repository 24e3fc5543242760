"""One training at a time in this process, for a command that has only one.

It needs no worker, so nothing is started and nothing is sent: the command ends sooner by what a
worker takes to begin. What ends the process ends the training with it.
"""

from collections.abc import Callable
from functools import partial
from threading import Event, Thread

from core import settings
from core.config import Experiment
from core.engine.cluster import ClusterSpec, Failure, Outcome, Ticket, explain
from core.engine.permit import Limit
from core.errors import EngineError
from core.run import Epoch, Run

FAREWELL_SECONDS = 5.0
"""how long closing waits for a training that was asked to stop; it looks at every batch"""


class Here:
    """The one worker of an engine: a thread of this process. It is used like a `Cluster`."""

    size = 1

    def __init__(self, spec: ClusterSpec, on_progress: Callable[[str, Epoch | None], None]) -> None:
        self._spec = spec
        self._on_progress = on_progress
        self._stops: dict[str, Event] = {}
        self._threads: list[Thread] = []

    @classmethod
    def open(
        cls,
        spec: ClusterSpec,
        on_progress: Callable[[str, Epoch | None], None],
        _on_state: Callable[[str, int, bytes], None],
    ) -> "Here":
        """Start nothing; the arguments are those of `Cluster.open`.

        Raises:
            EngineError: PyTorch is left out.
        """
        if reason := settings.without_torch("training"):
            raise EngineError(reason)
        return cls(spec, on_progress)

    def train(
        self,
        experiment: Experiment,
        on_end: Callable[[Ticket, Outcome], None],
        limit: Limit | None = None,
        *,
        checkpoints: bool = False,
    ) -> Ticket:
        """Train an experiment in a thread; the arguments are those of `Cluster.train`.

        Raises:
            EngineError: a limit is given, which only a worker can be held to.
        """
        if limit is not None:
            raise EngineError("a training in this process cannot be held to a limit")
        ticket = Ticket(experiment.key, experiment.key)
        stop = self._stops[ticket.key] = Event()

        def run() -> None:
            try:
                outcome: Outcome = self._trained(experiment, stop, checkpoints=checkpoints)
            except Exception as error:  # noqa: BLE001 (a worker would report it as well)
                outcome = Failure(explain(error))
            on_end(ticket, outcome)

        # a daemon: a training that hangs does not keep the command from ending
        thread = Thread(target=run, name="poolscope-training", daemon=True)
        self._threads.append(thread)
        thread.start()
        return ticket

    def _trained(self, experiment: Experiment, stop: Event, *, checkpoints: bool) -> Run | None:
        """The run; None if it was asked to stop."""
        from core.training import Cancelled, train

        self._on_progress(experiment.key, None)
        try:
            return train(
                experiment,
                partial(self._on_progress, experiment.key),
                stop.is_set,
                self._spec.device,
                checkpoints=checkpoints,
            )
        except Cancelled:
            return None

    def release(self, ticket: Ticket) -> None:
        """Forget a training that has ended."""
        self._stops.pop(ticket.key, None)

    def stop(self, ticket: Ticket) -> None:
        """Ask a training to stop."""
        self._stops.pop(ticket.key).set()

    def close(self) -> None:
        """Stop what is left, and wait for it a moment."""
        for stop in self._stops.values():
            stop.set()
        for thread in self._threads:
            thread.join(FAREWELL_SECONDS)
