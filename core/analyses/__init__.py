"""What workers compute besides trainings, and what of it needs no worker: requests and results.

Importing this package needs no torch; the computations import it when they run.
"""

from core.analyses.effective_field import EffectiveField, EffectiveFieldRequest
from core.analyses.fact import Fact, FactRequest
from core.analyses.request import Request
from core.analyses.shift_map import ShiftMap, ShiftMapRequest, ShiftSettings
from core.analyses.times import LayerTime, StepTime, Times, TimesRequest

__all__ = [
    "EffectiveField",
    "EffectiveFieldRequest",
    "Fact",
    "FactRequest",
    "LayerTime",
    "Request",
    "ShiftMap",
    "ShiftMapRequest",
    "ShiftSettings",
    "StepTime",
    "Times",
    "TimesRequest",
]
