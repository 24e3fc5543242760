"""The arms that the claims share: three data sets, each with the recipe of the gallery."""

from typing import Any

from core.catalog import POOLINGS, Head, Pooling
from core.claims.claim import Recipe
from core.words import inside

GALLERY: dict[str, dict[str, Any]] = {
    "digits": {},
    "shapes": {"dataset": "shapes", "train_size": 4_000, "epochs": 8},
    "mnist": {"dataset": "mnist", "train_size": 12_000, "epochs": 3},
}
"""data set -> what the bundled runs change about its defaults: the larger ones are shortened"""

RATES: dict[str, tuple[float, ...]] = {
    "digits": (0.1, 0.05, 0.2),
    "shapes": (0.05, 0.1, 0.2),
    "mnist": (0.1, 0.05, 0.2),
}
"""learning rates to choose from, the default first: it wins a tie"""

MEASURE: dict[str, float] = {"digits": 0.01, "shapes": 0.01, "mnist": 0.005}
"""d for accuracies, as a fraction: three of 300 test images, thirty of 3,000, fifty of 10,000"""


def arm(dataset: str, pooling: str, head: str = Head.GAP, **more: object) -> Recipe:
    """An arm at the recipe of the gallery."""
    return Recipe(_name(pooling), {**GALLERY[dataset], "pooling": pooling, "head": head, **more})


def tuned(dataset: str, pooling: str, head: str = Head.GAP, **more: object) -> Recipe:
    """An arm whose learning rate is chosen on validation."""
    plain = arm(dataset, pooling, head, **more)
    return Recipe(plain.name, plain.flat, "lr", RATES[dataset])


def called(name: str, recipe: Recipe) -> Recipe:
    """The same arm under another name."""
    return Recipe(name, recipe.flat, recipe.field, recipe.values)


def _name(pooling: str) -> str:
    return inside(POOLINGS[Pooling(pooling)].label)
