"""How does accuracy grow with the epochs, and how far do the seeds agree?"""

from core.figures.curves.drawing import accuracy_curves
from core.figures.curves.few import run_curves
from core.figures.curves.lines import Against, Growing, Quantity, View

__all__ = ["Against", "Growing", "Quantity", "View", "accuracy_curves", "run_curves"]
