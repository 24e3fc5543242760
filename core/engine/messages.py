"""What the dispatcher is told: by people, by workers, and by the cluster that opens."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event

from core.config import Experiment
from core.engine.cluster import Cluster, Outcome, Ticket
from core.engine.permit import UNBOUNDED, Permit


@dataclass(frozen=True, slots=True)
class Submitted:
    """Someone asks for experiments; perhaps runs that were kept without weights will not do."""

    experiments: tuple[Experiment, ...]
    with_weights: bool = False
    permit: Permit = UNBOUNDED
    taken: Event = field(default_factory=Event)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Someone asks to stop some keys, or all (None)."""

    keys: frozenset[str] | None
    taken: Event = field(default_factory=Event)


@dataclass(frozen=True, slots=True)
class Progressed:
    """A worker has started a training or finished an epoch."""

    key: str
    validation_accuracy: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """A training has come to its end."""

    ticket: Ticket
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Opened:
    """The attempt to open a cluster has ended, well or badly."""

    result: Future[Cluster]


@dataclass(frozen=True, slots=True)
class Closed:
    """Someone asks for the end."""


Message = Submitted | Cancelled | Progressed | Ended | Opened | Closed
