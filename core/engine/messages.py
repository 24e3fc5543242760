"""The messages to the dispatcher: from people, from workers, and from a cluster being opened."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event

from core.config import Experiment
from core.engine.cluster import Cluster
from core.engine.here import Here
from core.engine.order import Outcome, Ticket
from core.engine.permit import UNBOUNDED, Permit
from core.run import Epoch


@dataclass(frozen=True, slots=True)
class Submitted:
    """A request to train experiments.

    Attributes:
        experiments: what to train.
        with_weights: whether only stored runs that have weights are accepted.
        checkpoints: keys of the runs that keep checkpoints.
        with_checkpoints: whether only stored runs of these that have checkpoints are accepted.
        permit: limits and ranks.
        taken: set when the request is taken.
    """

    experiments: tuple[Experiment, ...]
    with_weights: bool = False
    checkpoints: frozenset[str] = frozenset()
    with_checkpoints: bool = False
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
class Reached:
    """A training has reached a step; the network as it is there, as safetensors bytes."""

    key: str
    step: int
    weights: bytes


@dataclass(frozen=True, slots=True)
class Ended:
    """A training has ended."""

    ticket: Ticket
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Opened:
    """The attempt to open a cluster has succeeded or failed."""

    result: Future[Cluster | Here]


@dataclass(frozen=True, slots=True)
class Warmed:
    """A request to start the workers, because something will be trained soon."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A request to end the dispatcher."""


Message = Submitted | Cancelled | Progressed | Reached | Ended | Opened | Warmed | Closed
