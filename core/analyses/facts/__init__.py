"""The computations that decide exact claims, by name. They need no training and no data.

All numbers come from the operators and networks used in training, never from a second
implementation; where a claim states a formula, the formula is compared with the operator.
"""

from core.analyses import Fact
from core.analyses.facts import counts, fields, gradients, lines, translation, windows
from core.analyses.facts.registry import FACTS


def fact(name: str) -> Fact:
    """Run the computation with a name.

    Raises:
        KeyError: there is no computation with this name.
    """
    return FACTS[name]()


__all__ = ["FACTS", "counts", "fact", "fields", "gradients", "lines", "translation", "windows"]
