"""Twenty sentences that are said about pooling, the fair test of each, and the verdict.

A claim is data (`claim`, `tables`); its verdict follows from the store by a
fixed rule (`verdict`, `judge`). Nothing here needs torch: computations are asked of the engine.
"""

from core.claims.claim import (
    Certainty,
    Claim,
    Contrast,
    Exact,
    Finding,
    Kind,
    Metric,
    Outcome,
    Part,
    Recipe,
)
from core.claims.judge import Judged, Judgement, judge, timed_networks
from core.claims.tables import TABLE

_ORDER = (
    "pooling-raises-accuracy",
    "which-pool-is-best",
    "max-keeps-edges",
    "pooling-gives-invariance",
    "pooling-reduces-overfitting",
    "pooling-can-underfit",
    "strided-conv-replaces-pooling",
    "gap-cuts-parameters",
    "flatten-explodes",
    "pooling-has-no-parameters",
    "conv-fewer-than-dense",
    "pooling-speeds-training",
    "pooling-is-slow",
    "gradient-routing",
    "average-pool-is-a-convolution",
    "pool-doubles-receptive-field",
    "depth-builds-hierarchy",
    "output-size",
    "dropout-after-last-pool",
    "dropout-reduces-overfitting",
)
"""as the page shows them: what pooling does to answers, then to costs, then how it works"""

_FOUND = {claim.id: claim for claim in TABLE}

CLAIMS: dict[str, Claim] = {name: _FOUND[name] for name in _ORDER}

TIMED = timed_networks(CLAIMS.values())
"""the networks on the clock"""

__all__ = [
    "CLAIMS",
    "TIMED",
    "Certainty",
    "Claim",
    "Contrast",
    "Exact",
    "Finding",
    "Judged",
    "Judgement",
    "Kind",
    "Metric",
    "Outcome",
    "Part",
    "Recipe",
    "judge",
]
