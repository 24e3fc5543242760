"""The claims as data, in files by subject."""

from core.claims.claim import Claim
from core.claims.tables import accuracy, exact, overfitting, speed, translation

TABLE: tuple[Claim, ...] = (
    # what pooling does to predictions
    accuracy.RAISES_ACCURACY,
    accuracy.BEST_POOL,
    exact.EDGES,
    translation.INVARIANCE,
    overfitting.PREVENTS_OVERFITTING,
    accuracy.UNDERFITS,
    accuracy.STRIDED_REPLACES,
    accuracy.GAP_CUTS,
    # what it costs
    exact.FLATTEN_EXPLODES,
    exact.NO_PARAMETERS,
    exact.FEWER_THAN_DENSE,
    speed.SPEEDS_TRAINING,
    speed.SLOW,
    # how it works
    exact.ROUTING,
    exact.CONVOLUTION,
    exact.DOUBLES_FIELD,
    exact.HIERARCHY,
    exact.OUTPUT_SIZE,
    # pooling and dropout
    overfitting.DROPOUT_PLACE,
    overfitting.DROPOUT_GENERALISES,
)
"""in order of display"""

__all__ = ["TABLE"]
