"""Results as Plotly figures: pure functions, one question each, with their numbers and alt text.

A figure has no title (its card has one) and no legend (lines carry their names). Colours come by
strategy from `core.palette`.
"""

from core.figures.curves import (
    accuracy_curves,
    accuracy_curves_alt,
    accuracy_curves_table,
)
from core.figures.heads import (
    accuracy_by_head,
    accuracy_by_head_alt,
    accuracy_by_head_table,
)
from core.figures.pairs import (
    paired_differences,
    paired_differences_alt,
    paired_differences_table,
)

__all__ = [
    "accuracy_by_head",
    "accuracy_by_head_alt",
    "accuracy_by_head_table",
    "accuracy_curves",
    "accuracy_curves_alt",
    "accuracy_curves_table",
    "paired_differences",
    "paired_differences_alt",
    "paired_differences_table",
]
