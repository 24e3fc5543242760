"""What is compared: arms, their seeds and results, statistics, costs, and how long it takes."""

from core.comparison.comparison import Arm, Comparison, Facet, Results

__all__ = ["Arm", "Comparison", "Facet", "Results"]
