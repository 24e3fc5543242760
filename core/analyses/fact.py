"""An exact statement and what a computation says of it.

The computations themselves are in `core.analyses.facts`, each under its name.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from core.analyses.request import Request
from core.network.work import MAC_SECONDS, ROW_BYTES, Work

FACTS_VERSION = 1
"""raised when the computations of facts change"""
SECONDS = {"gate-aps": 22.0, "gate-max": 7.0, "gate-none": 6.0}
"""on one core, of the facts that take longer than the others"""
MOST_SECONDS = 4.0
"""of all others, on one core"""
FACT_BYTES = 200_000_000
"""of memory, at most"""


@dataclass(frozen=True, slots=True)
class Fact:
    """What came out of an exact computation.

    Attributes:
        holds: whether the statement is true.
        sentence: what was found, with its numbers.
        rows: the numbers.
    """

    holds: bool
    sentence: str
    rows: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class FactRequest(Request[Fact]):
    """An exact computation by its name."""

    name: str
    kind: ClassVar[str] = "fact"
    result: ClassVar[type] = Fact

    @property
    def settings(self) -> str:
        """Its name and the version of the computations."""
        return json.dumps({"fact": self.name, "version": FACTS_VERSION})

    @property
    def work(self) -> Work:
        """As measured: it is the same for everybody."""
        seconds = SECONDS.get(self.name, MOST_SECONDS)
        return Work(macs=seconds / MAC_SECONDS, memory=FACT_BYTES, kept=ROW_BYTES)

    def compute(self, weights: bytes) -> Fact:  # noqa: ARG002 (it needs no training)
        """Compute it."""
        from core.analyses.facts import fact

        return fact(self.name)
