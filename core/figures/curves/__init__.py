"""How does accuracy grow with the epochs, and how far do the seeds agree?"""

from core.figures.curves.drawing import accuracy_curves
from core.figures.curves.lines import (
    PLAIN,
    Against,
    CurveRow,
    Quantity,
    View,
    accuracy_curves_alt,
    accuracy_curves_table,
)

__all__ = [
    "PLAIN",
    "Against",
    "CurveRow",
    "Quantity",
    "View",
    "accuracy_curves",
    "accuracy_curves_alt",
    "accuracy_curves_table",
]
