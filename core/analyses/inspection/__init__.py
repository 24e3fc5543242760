"""What does a trained network do with one image? Its maps, its answer, and the answer's origin.

A network is opened once and never changed, in evaluation mode; maps are read by calling its layers
one after the other, without hooks. Attribution needs hooks and gradients, so it works on a copy:
visitors share the network.
"""

from core.analyses.inspection.attribution import Method, attribution, methods
from core.analyses.inspection.captions import emptiness, ranking
from core.analyses.inspection.network import (
    INSPECTED_IMAGES,
    Floats,
    Network,
    images_of_test,
    prepared,
)
from core.analyses.inspection.patches import Patch, exciting
from core.analyses.inspection.response import Response, filters, level, respond, silent, winners
from core.analyses.inspection.softening import softened_accuracy
from core.data import LabelledImages

__all__ = [
    "INSPECTED_IMAGES",
    "Floats",
    "LabelledImages",
    "Method",
    "Network",
    "Patch",
    "Response",
    "attribution",
    "emptiness",
    "exciting",
    "filters",
    "images_of_test",
    "level",
    "methods",
    "prepared",
    "ranking",
    "respond",
    "silent",
    "softened_accuracy",
    "winners",
]
