"""What does a trained network do with one image? Its maps, its answer, and the answer's origin.

A network is opened once and never changed, in evaluation mode; maps are read by calling its layers
one after the other, without hooks. Attribution needs hooks and gradients, so it works on a copy:
visitors share the network.

The names below need no torch. The modules that compute (`network`, `response`, `attribution`,
`patches`, `softening`) import it; pages reach them through `questions`, in another process.
"""

from core.analyses.inspection.captions import emptiness, ranking
from core.analyses.inspection.questions import images_of_test
from core.analyses.inspection.results import (
    INSPECTED_IMAGES,
    Floats,
    Method,
    Patch,
    Response,
    StoredNetwork,
    level,
    methods,
    silent,
    winners,
)

__all__ = [
    "INSPECTED_IMAGES",
    "Floats",
    "Method",
    "Patch",
    "Response",
    "StoredNetwork",
    "emptiness",
    "images_of_test",
    "level",
    "methods",
    "ranking",
    "silent",
    "winners",
]
