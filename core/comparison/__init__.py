"""Comparisons: arms, their seeds and results, statistics, costs and training times."""

from core.comparison.comparison import Arm, Comparison, Facet, Results

__all__ = ["Arm", "Comparison", "Facet", "Results"]
