"""What does an operator do to a grid? Input, output and gradient as grids, and window by window."""

from core.figures.routing.grids import hand_gradient, hand_input, hand_output
from core.figures.routing.stepping import steps

__all__ = [
    "hand_gradient",
    "hand_input",
    "hand_output",
    "steps",
]
