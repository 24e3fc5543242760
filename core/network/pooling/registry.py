"""Which class implements which strategy?"""

from collections.abc import Callable
from typing import TypeVar

from torch import nn

from core.catalog import Padding, Pooling

Operator = Callable[[int, int, int, Padding], nn.Module]

Entered = TypeVar("Entered", bound=Operator)

OPERATORS: dict[Pooling, Operator] = {}
"""strategy -> its class, called with channels, size, stride and padding mode"""


def operator(name: Pooling) -> Callable[[Entered], Entered]:
    """Register a class in the table of operators: `@operator(Pooling.MAX)`.

    Args:
        name: the strategy that the class implements; it also needs an entry in the catalog.
    """

    def enter(cls: Entered) -> Entered:
        OPERATORS[name] = cls
        return cls

    return enter
