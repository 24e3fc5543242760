"""The arms that claims share: three data sets, with the settings of the gallery."""

from typing import Any

from core.catalog import POOLINGS, Head, Pooling
from core.claims.claim import Choice, ClaimArm
from core.words import inside

GALLERY: dict[str, dict[str, Any]] = {
    "digits": {"dataset": "digits"},
    "shapes": {"dataset": "shapes"},
    "mnist": {"dataset": "mnist"},
}
"""data set -> settings of its bundled runs that differ from the defaults, to shorten training"""

RATES: dict[str, Choice] = {
    "digits": Choice("lr", (0.1, 0.05, 0.2)),
    "shapes": Choice("lr", (0.05, 0.1, 0.2)),
    "mnist": Choice("lr", (0.1, 0.05, 0.2)),
}
"""candidate learning rates by data set, the default first"""

LEAST_ACCURACY: dict[str, float] = {"digits": 0.01, "shapes": 0.01, "mnist": 0.005}
"""smallest interesting difference of accuracies, as a fraction: 3 of 300 test images, 30 of 3,000,
50 of 10,000"""


def arm(dataset: str, pooling: str, head: str = Head.GAP, **more: object) -> ClaimArm:
    """An arm with the settings of the gallery."""
    flat = {**GALLERY[dataset], "pooling": pooling, "head": head, **more}
    return ClaimArm(inside(POOLINGS[Pooling(pooling)].label), flat)


def tuned(dataset: str, pooling: str, head: str = Head.GAP, **more: object) -> ClaimArm:
    """An arm whose learning rate is chosen on the validation images."""
    plain = arm(dataset, pooling, head, **more)
    return ClaimArm(plain.name, plain.flat, RATES[dataset])
