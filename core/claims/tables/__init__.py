"""The claims as data, by what they are about."""

from core.claims.claim import Claim
from core.claims.tables.accuracy import ACCURACY
from core.claims.tables.exact import EXACT
from core.claims.tables.overfitting import OVERFITTING
from core.claims.tables.speed import SPEED
from core.claims.tables.translation import TRANSLATION

TABLE: tuple[Claim, ...] = (*ACCURACY, *OVERFITTING, *TRANSLATION, *SPEED, *EXACT)

__all__ = ["TABLE"]
