"""The computations besides training: their requests and results.

Importing this package does not import torch; the computations import it when they run.
"""

from core.analyses.effective_field import EffectiveField, EffectiveFieldRequest
from core.analyses.fact import Fact, FactRequest
from core.analyses.labels import Labels, LabelsRequest
from core.analyses.latency import Latencies, Latency, LatencyRequest
from core.analyses.request import Request
from core.analyses.shift_map import ShiftMap, ShiftMapRequest, ShiftSettings
from core.analyses.times import LayerTime, StepTime, Times, TimesRequest

__all__ = [
    "EffectiveField",
    "EffectiveFieldRequest",
    "Fact",
    "FactRequest",
    "Labels",
    "LabelsRequest",
    "Latencies",
    "Latency",
    "LatencyRequest",
    "LayerTime",
    "Request",
    "ShiftMap",
    "ShiftMapRequest",
    "ShiftSettings",
    "StepTime",
    "Times",
    "TimesRequest",
]
