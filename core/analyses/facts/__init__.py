"""The computations that decide exact claims, each by its name. They need no training and no data.

Every figure comes from the operators and networks that train, never from a second implementation;
where a formula is claimed, formula and operator are compared.
"""

from core.analyses import Fact
from core.analyses.facts import counts, fields, gradients, lines, translation, windows
from core.analyses.facts.registry import FACTS


def fact(name: str) -> Fact:
    """Make a computation.

    Raises:
        KeyError: there is none of this name.
    """
    return FACTS[name]()


__all__ = ["FACTS", "counts", "fact", "fields", "gradients", "lines", "translation", "windows"]
