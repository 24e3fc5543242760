"""Common claims about pooling, a fair test of each, and the verdicts.

A claim is data (`claim`, `tables`); its verdict follows from the store by a fixed rule (`verdict`,
`judge`). Nothing here needs torch: the engine computes what is missing.
"""

from core.claims.claim import (
    Claim,
    ClaimVerdict,
    ExactStatement,
    Hypothesis,
    Kind,
    Metric,
    Unit,
)
from core.claims.judge import judge, keys_of, timed_networks
from core.claims.results import (
    ClaimResult,
    ComparedPart,
    ComputedPart,
    PartResult,
    compared,
    computed,
)
from core.claims.tables import TABLE

CLAIMS = {claim.id: claim for claim in TABLE}

TIMED = timed_networks(TABLE)
"""the measurement of all networks that any claim times"""

__all__ = [
    "CLAIMS",
    "TIMED",
    "Claim",
    "ClaimResult",
    "ClaimVerdict",
    "ComparedPart",
    "ComputedPart",
    "ExactStatement",
    "Hypothesis",
    "Kind",
    "Metric",
    "PartResult",
    "Unit",
    "compared",
    "computed",
    "judge",
    "keys_of",
]
