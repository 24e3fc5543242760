"""What does a trained network do with one image? Its maps, its answer, and what excites a channel.

A network is opened once and never changed, in evaluation mode; maps are read by calling its layers
one after the other, without hooks or gradients: visitors share the network. What an answer rests on
is computed in the browser (pages/browser/engine/attribution.js).

The names below need no torch. The modules that compute (`network`, `response`, `patches`,
`softening`) import it; pages reach them through `questions`, in another process.
"""

from core.analyses.inspection.captions import ranking
from core.analyses.inspection.results import (
    INSPECTED_IMAGES,
    Floats,
    Patch,
    Response,
    StoredNetwork,
    level,
    silent,
    winners,
)

__all__ = [
    "INSPECTED_IMAGES",
    "Floats",
    "Patch",
    "Response",
    "StoredNetwork",
    "level",
    "ranking",
    "silent",
    "winners",
]
