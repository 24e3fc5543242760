"""What workers compute besides trainings, and what of it needs no worker: requests and results.

Importing this package needs no torch; the computations are in its modules.
"""

from core.analyses.requests import (
    AnyRequest,
    Fact,
    FactRequest,
    LayerTime,
    MapRequest,
    Request,
    Sight,
    SightRequest,
    StepTime,
    Times,
    TimesRequest,
    as_text,
)

__all__ = [
    "AnyRequest",
    "Fact",
    "FactRequest",
    "LayerTime",
    "MapRequest",
    "Request",
    "Sight",
    "SightRequest",
    "StepTime",
    "Times",
    "TimesRequest",
    "as_text",
]
