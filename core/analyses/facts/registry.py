"""The table of computations by name, and helpers shared by several of them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from core.analyses import Fact

FACTS: dict[str, Callable[[], Fact]] = {}
"""name -> computation"""

FACT_CLASSES = 10
FACT_CHANNELS = 64
LOGIT_ROUNDING = 1e-4
"""logits of magnitude one that differ by less are equal up to rounding in single precision"""


def exact(name: str) -> Callable[[Callable[[], Fact]], Callable[[], Fact]]:
    """Register a computation under the name by which claims ask for it."""

    def register(compute: Callable[[], Fact]) -> Callable[[], Fact]:
        FACTS[name] = compute
        return compute

    return register


def whole(share: float) -> str:
    """A fraction as a whole percentage, for a sentence."""
    return f"{100 * share:.0f} %"


def distinct(side: int = 8) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A grid in which no two numbers are equal."""
    return np.random.RandomState(0).permutation(side * side).reshape(side, side).astype(float)
