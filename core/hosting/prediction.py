"""How long will a computation take on this machine, and how much memory and room?"""

from dataclasses import dataclass

from core.engine import Limit
from core.network.work import BUILD_SECONDS, RUN_SECONDS, Work

LIMIT_FACTOR = 2
"""a computation ends at so many times what was predicted"""
LEAST_LIMIT_SECONDS = 5.0
"""a limit is no lower: what is short is predicted worst"""
FIRST_USE_BYTES = 400 * 2**20
"""of what a process loads when it first computes, and keeps"""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a computation will take on this machine.

    Attributes:
        seconds: of one core.
        memory: bytes beyond an idle worker, at most.
        kept: bytes that it leaves, at most.
    """

    seconds: float
    memory: int
    kept: int

    @property
    def limit(self) -> Limit:
        """Where it is ended."""
        return Limit(
            seconds=max(LEAST_LIMIT_SECONDS, LIMIT_FACTOR * self.seconds),
            memory=FIRST_USE_BYTES + LIMIT_FACTOR * self.memory,
        )


def predict(work: Work, mac_seconds: float) -> Prediction:
    """What some work takes on this machine, where a unit of it takes so many seconds."""
    seconds = (work.macs + work.setup) * mac_seconds
    return Prediction(RUN_SECONDS + BUILD_SECONDS + seconds, work.memory, work.kept)
