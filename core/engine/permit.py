"""What somebody may have computed, and where it ends whatever it is doing.

A permit is given by `core.hosting`. Once a process demands permits, as the server of a hosted
dashboard does, its engine and its process pool compute nothing without one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event

from core.errors import EngineError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Where one computation ends.

    Attributes:
        seconds: of a core.
        memory: bytes that it may take beyond what its process has.
    """

    seconds: float
    memory: int


def _forget(_key: str, _seconds: float) -> None:
    """Nobody counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """What somebody may have computed.

    Attributes:
        limits: key of the computation -> where it ends.
        ranks: key -> its place in the queue: smaller ones go first.
        most_weights: bytes; larger weights are not kept with their run.
        on_end: called once for each key with the seconds that a worker spent on it.
    """

    limits: Mapping[str, Limit] = field(default_factory=dict)
    ranks: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    most_weights: int | None = None
    on_end: Callable[[str, float], None] = _forget


UNBOUNDED = Permit()
"""of whoever owns the machine"""

_demanded = Event()


def demand_permits() -> None:
    """From now on this process computes nothing without a permit."""
    _demanded.set()


def waive_permits() -> None:
    """Undo `demand_permits`."""
    _demanded.clear()


def checked(permit: Permit | None) -> Permit:
    """The permit to compute by.

    Raises:
        EngineError: there is none in a process that demands one.
    """
    if permit is None and _demanded.is_set():
        raise EngineError("nothing is computed on this server without a permit of its gate")
    return permit or UNBOUNDED
