"""An exact statement and what a computation says of it.

The computations themselves are in `core.analyses.facts`, each under its name.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from core.analyses.request import Request

FACTS_VERSION = 1
"""raised when the computations of facts change"""


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

    def compute(self, weights: bytes) -> Fact:  # noqa: ARG002 (it needs no training)
        """Compute it."""
        from core.analyses.facts import fact

        return fact(self.name)
