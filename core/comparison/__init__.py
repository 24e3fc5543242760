"""Comparisons: arms, their seeds and results, statistics, costs and training times."""

from core.comparison.comparison import (
    Arm,
    Chance,
    Comparison,
    Facet,
    Results,
    of_lowest_seed,
)

__all__ = ["Arm", "Chance", "Comparison", "Facet", "Results", "of_lowest_seed"]
