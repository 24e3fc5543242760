"""Permits: what somebody may have computed, and the limits at which it is ended.

Permits are issued by `core.hosting`. Once a process demands permits, as the server of a hosted
dashboard does, its engine and its process pool compute nothing without one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event

from core.errors import EngineError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The limit at which one computation is ended.

    Attributes:
        seconds: core seconds that it may use.
        memory: bytes that it may take in addition to what its process already has.
    """

    seconds: float
    memory: int


def _forget(_key: str, _seconds: float) -> None:
    """Ignore the seconds used; the default of `Permit.on_end`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """What somebody may have computed.

    Attributes:
        limits: key of the computation -> its limit.
        ranks: key -> its rank in the queue; smaller ranks go first.
        most_weights: maximum size in bytes of weights that are kept with their run; None for any.
        on_end: called once for each key, with the seconds that a worker spent on it.
    """

    limits: Mapping[str, Limit] = field(default_factory=dict)
    ranks: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    most_weights: int | None = None
    on_end: Callable[[str, float], None] = _forget


UNBOUNDED = Permit()
"""the permit of the machine's owner, without limits"""

_demanded = Event()


def demand_permits() -> None:
    """Make this process refuse to compute anything without a permit."""
    _demanded.set()


def waive_permits() -> None:
    """Undo `demand_permits`."""
    _demanded.clear()


def checked(permit: Permit | None) -> Permit:
    """The permit, or `UNBOUNDED` if there is none and this process does not demand one.

    Raises:
        EngineError: there is none, and this process demands one.
    """
    if permit is None and _demanded.is_set():
        raise EngineError("nothing is computed on this server without a permit of its gate")
    return permit or UNBOUNDED
