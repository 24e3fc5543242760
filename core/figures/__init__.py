"""Results as charts: one function per question, which returns numbers, words and the drawing.

A figure has no title (its card has one) and no legend (lines carry their names). Each strategy's
colour comes from `core.figures.palette`.
"""

from core.figures.across import across_data_sets
from core.figures.base import Look
from core.figures.chart import Chart, as_dicts
from core.figures.confusion import confusion
from core.figures.curves import Against, Growing, Quantity, View, accuracy_curves, run_curves
from core.figures.effects import effects
from core.figures.field import field_squares
from core.figures.growth import growth
from core.figures.heads import accuracy_by_head
from core.figures.outcomes import outcomes
from core.figures.pairs import paired_differences
from core.figures.parameters import parameter_bars
from core.figures.ranking import every_pair, ranks
from core.figures.reading import Reading, reading
from core.figures.recipes import recipe_map
from core.figures.routing import hand_gradient, hand_input, hand_output, steps
from core.figures.shift import shift_map, shift_profile, two_shift_rows
from core.figures.thin_lines import thin_lines
from core.figures.tradeoff import Measure, tradeoff

__all__ = [
    "Against",
    "Chart",
    "Growing",
    "Look",
    "Measure",
    "Quantity",
    "Reading",
    "View",
    "accuracy_by_head",
    "accuracy_curves",
    "across_data_sets",
    "as_dicts",
    "confusion",
    "effects",
    "every_pair",
    "field_squares",
    "growth",
    "hand_gradient",
    "hand_input",
    "hand_output",
    "outcomes",
    "paired_differences",
    "parameter_bars",
    "ranks",
    "reading",
    "recipe_map",
    "run_curves",
    "shift_map",
    "shift_profile",
    "steps",
    "thin_lines",
    "tradeoff",
    "two_shift_rows",
]
