"""The messages to the dispatcher: from people, from workers, and from a cluster being opened."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event

from core.config import Experiment
from core.engine.cluster import Cluster, Outcome, Ticket
from core.engine.permit import UNBOUNDED, Permit
from core.run import Epoch


@dataclass(frozen=True, slots=True)
class Submitted:
    """A request to train experiments, perhaps only accepting stored runs that have weights."""

    experiments: tuple[Experiment, ...]
    with_weights: bool = False
    permit: Permit = UNBOUNDED
    taken: Event = field(default_factory=Event)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A request to cancel some keys, or all of them (None)."""

    keys: frozenset[str] | None
    taken: Event = field(default_factory=Event)


@dataclass(frozen=True, slots=True)
class Progressed:
    """A worker has started a training (None) or finished an epoch."""

    key: str
    epoch: Epoch | None


@dataclass(frozen=True, slots=True)
class Ended:
    """A training has ended."""

    ticket: Ticket
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Opened:
    """The attempt to open a cluster has succeeded or failed."""

    result: Future[Cluster]


@dataclass(frozen=True, slots=True)
class Closed:
    """A request to end the dispatcher."""


Message = Submitted | Cancelled | Progressed | Ended | Opened | Closed
