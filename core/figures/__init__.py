"""Results as Plotly figures: pure functions, one question each, with their numbers and alt text.

A figure has no title (its card has one) and no legend (lines carry their names). Colours come by
strategy from `core.figures.palette`.
"""

from core.figures.base import Look, goes_beyond
from core.figures.chart import Chart, as_dicts
from core.figures.confusion import (
    Counts,
    confusion,
    confusion_alt,
    confusion_counts,
    confusion_table,
)
from core.figures.curves import (
    Against,
    Quantity,
    View,
    accuracy_curves,
    accuracy_curves_alt,
    accuracy_curves_table,
)
from core.figures.effects import effects
from core.figures.field import field_alt, field_reach, field_squares
from core.figures.growth import growth, growth_alt, growth_table
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
from core.figures.parameters import (
    parameter_bars,
    parameter_bars_alt,
    parameter_bars_table,
)
from core.figures.routing import (
    hand_gradient,
    hand_gradient_alt,
    hand_input,
    hand_input_alt,
    hand_output,
    hand_output_alt,
    steps,
)
from core.figures.shift import shift_alt, shift_map, shift_profile, shift_promise, shift_table
from core.figures.tradeoff import Measure, tradeoff, tradeoff_alt, tradeoff_caption, tradeoff_table

__all__ = [
    "Against",
    "Chart",
    "Counts",
    "Look",
    "Measure",
    "Quantity",
    "View",
    "accuracy_by_head",
    "accuracy_by_head_alt",
    "accuracy_by_head_table",
    "accuracy_curves",
    "accuracy_curves_alt",
    "accuracy_curves_table",
    "as_dicts",
    "confusion",
    "confusion_alt",
    "confusion_counts",
    "confusion_table",
    "effects",
    "field_alt",
    "field_reach",
    "field_squares",
    "goes_beyond",
    "growth",
    "growth_alt",
    "growth_table",
    "hand_gradient",
    "hand_gradient_alt",
    "hand_input",
    "hand_input_alt",
    "hand_output",
    "hand_output_alt",
    "paired_differences",
    "paired_differences_alt",
    "paired_differences_table",
    "parameter_bars",
    "parameter_bars_alt",
    "parameter_bars_table",
    "shift_alt",
    "shift_map",
    "shift_profile",
    "shift_promise",
    "shift_table",
    "steps",
    "tradeoff",
    "tradeoff_alt",
    "tradeoff_caption",
    "tradeoff_table",
]
