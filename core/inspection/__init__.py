"""What does a trained network do with one image? Its maps, its answer, where that comes from.

A network is opened once and stays as it is, in evaluation mode; maps are read by calling
its layers one after the other, without hooks. Attribution needs hooks and gradients for a
moment; a lock keeps visitors who share a network apart.
"""

from core.inspection.attribution import Method, attribution, methods
from core.inspection.network import TESTED, Floats, Network, images_of_test, prepared
from core.inspection.patches import Patch, exciting
from core.inspection.response import Response, filters, respond, silent, winners
from core.inspection.softening import softened_accuracy

__all__ = [
    "TESTED",
    "Floats",
    "Method",
    "Network",
    "Patch",
    "Response",
    "attribution",
    "exciting",
    "filters",
    "images_of_test",
    "methods",
    "prepared",
    "respond",
    "silent",
    "softened_accuracy",
    "winners",
]
