"""The result of checking an exact statement, and the request that checks it.

The computations themselves are in `core.analyses.facts`, registered by name.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from core.analyses.request import Request
from core.network.work import MAC_SECONDS, ROW_BYTES, Work

FACTS_VERSION = 1
"""incremented when the computations of facts change"""
SECONDS = {"gate-aps": 22.0, "gate-max": 7.0, "gate-none": 6.0}
"""seconds on one core, for the facts that take longest"""
MOST_SECONDS = 4.0
"""upper bound of the seconds on one core, for all other facts"""
FACT_BYTES = 200_000_000
"""upper bound of the memory that a fact takes"""


@dataclass(frozen=True, slots=True)
class Fact:
    """The result of an exact computation.

    Attributes:
        holds: whether the statement is true.
        sentence: the result in words, with its numbers.
        rows: the numbers as rows of a table.
    """

    holds: bool
    sentence: str
    rows: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class FactRequest(Request[Fact]):
    """A request for an exact computation, by its name."""

    name: str
    kind: ClassVar[str] = "fact"
    result: ClassVar[type] = Fact

    @property
    def settings(self) -> str:
        """The name of the fact and the version of the computations, as JSON."""
        return json.dumps({"fact": self.name, "version": FACTS_VERSION})

    @property
    def work(self) -> Work:
        """The work as measured, because a fact depends on no configuration."""
        seconds = SECONDS.get(self.name, MOST_SECONDS)
        return Work(macs=seconds / MAC_SECONDS, memory=FACT_BYTES, kept=ROW_BYTES)

    def compute(self, weights: bytes) -> Fact:  # noqa: ARG002 (it needs no training)
        """Compute the fact."""
        from core.analyses.facts import fact

        return fact(self.name)
