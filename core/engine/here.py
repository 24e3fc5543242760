"""One training at a time in this process, for a command that has only one.

It needs no worker, so nothing is started and nothing is sent: the command ends sooner by what a
worker takes to begin. What ends the process ends the training with it.
"""

from functools import partial
from threading import Event, Thread

from core import settings
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
)
from core.errors import EngineError
from core.run import Run

FAREWELL_SECONDS = 5.0
"""how long closing waits for a training that was asked to stop; it looks at every batch"""


class Here:
    """The one worker of an engine: a thread of this process. It is used like a `Cluster`."""

    size = 1

    def __init__(self, spec: ClusterSpec, on_progress: OnProgress) -> None:
        self._spec = spec
        self._on_progress = on_progress
        self._tickets: list[Ticket] = []

    @classmethod
    def open(cls, spec: ClusterSpec, on_progress: OnProgress, _on_state: OnState) -> "Here":
        """Start nothing; the arguments are those of `Cluster.open`.

        Raises:
            EngineError: PyTorch is left out.
        """
        if reason := settings.without_torch("training"):
            raise EngineError(reason)
        return cls(spec, on_progress)

    def train(self, order: Order, on_end: OnEnd) -> Ticket:
        """Train in a thread, which calls `on_end`.

        Raises:
            EngineError: a limit is given, which only a worker can be held to.
        """
        if order.limit is not None:
            raise EngineError("a training in this process cannot be held to a limit")
        ticket = Ticket(order.experiment.key, Event())

        def run() -> None:
            try:
                outcome: Outcome = self._trained(order, ticket)
            except Exception as error:  # noqa: BLE001 (a worker would report it as well)
                outcome = Failure(explain(error))
            on_end(ticket, outcome)

        # a daemon: a training that hangs does not keep the command from ending
        ticket.future = Thread(target=run, name="poolscope-training", daemon=True)
        self._tickets.append(ticket)
        ticket.future.start()
        return ticket

    def _trained(self, order: Order, ticket: Ticket) -> Run | None:
        """The run; None if it was asked to stop."""
        from core.training import Cancelled, train

        self._on_progress(ticket.key, None)
        try:
            return train(
                order.experiment,
                partial(self._on_progress, ticket.key),
                ticket.stop.is_set,
                self._spec.device,
                checkpoints=order.checkpoints,
            )
        except Cancelled:
            return None

    def release(self, ticket: Ticket) -> None:
        """Do nothing: a thread that has ended holds nothing."""

    def stop(self, ticket: Ticket) -> None:
        """Ask a training to stop."""
        ticket.stop.set()

    def close(self) -> None:
        """Stop what is left, and wait for it a moment."""
        for ticket in self._tickets:
            ticket.stop.set()
        for ticket in self._tickets:
            ticket.future.join(FAREWELL_SECONDS)
