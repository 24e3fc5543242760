"""In how many recipes does a difference between two strategies hold, and what decides it?

A recipe is every setting of a network and its training but strategy and seed. In each, the two are
compared by themselves: its interval is not corrected for the other recipes, because the statement
is about how many, not about which.

The setting that decides is the one whose values explain most of the variance of the mean
differences between recipes: the sum of squares between its groups as a share of the whole (eta
squared, Fisher 1925). Which of several settings explains most is itself found by looking, so its
share is held against the largest share of all settings when the differences are permuted among the
recipes: the p-value is corrected for the look (Westfall and Young 1993, maxT).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.catalog import Pooling
from core.comparison.comparison import Arm, Results
from core.comparison.families import difference
from core.comparison.statistics import CONFIDENCE, Difference
from core.comparison.until_decided import SMALLEST_EFFECT, Outcome, outcome
from core.config import SECTION_OF
from core.config.fields import FIELDS

LEAST_RECIPES = 4
"""fewer say nothing about how many"""
PERMUTATIONS = 4_999
SEED_OF_PERMUTATIONS = 0
SHARE_ROUNDING = 1e-12
"""below it, two shares are the same"""
APART = ("pooling", "seed")
"""settings that are no part of a recipe"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Two strategies in one recipe.

    Attributes:
        settings: flat name -> value, of the settings in which the recipes differ.
        arm: the strategy.
        reference: what it is compared with.
        difference: the strategy minus the reference, by itself.
        outcome: what is decided about it.
    """

    settings: Mapping[str, object]
    arm: Arm
    reference: Arm
    difference: Difference
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Split:
    """The recipes, grouped by one setting.

    Attributes:
        setting: its flat name.
        groups: value -> recipes with it.
        share: of the variance of the mean differences that lies between the groups, 0 to 1.
        p_value: of so large a share by chance, corrected for looking at every setting.
    """

    setting: str
    groups: Mapping[object, tuple[Recipe, ...]]
    share: float
    p_value: float


@dataclass(frozen=True, slots=True, eq=False)
class Recipes:
    """Two strategies in many recipes.

    Attributes:
        strategy: what is compared.
        reference: what it is compared with.
        each: the recipes in which two seeds or more have runs of both.
        splits: one for each setting in which the recipes differ, the largest share first.
        smallest: the smallest difference that matters, as a fraction.
    """

    strategy: Pooling
    reference: Pooling
    each: tuple[Recipe, ...]
    splits: tuple[Split, ...]
    smallest: float

    def count(self, wanted: Outcome) -> int:
        """Number of recipes with an outcome."""
        return sum(recipe.outcome is wanted for recipe in self.each)

    @property
    def decides(self) -> Split | None:
        """The setting that decides; None if no share is larger than chance makes it."""
        first = self.splits[0] if self.splits else None
        return first if first and first.p_value <= 1 - CONFIDENCE else None


def setting_label(name: str) -> str:
    """What pages call a setting of a recipe."""
    return FIELDS[name].about.label


def recipes(
    results: Results, strategy: Pooling, reference: Pooling, smallest: float = SMALLEST_EFFECT
) -> Recipes | None:
    """Compare two strategies in every recipe among the arms of a comparison.

    Args:
        results: the runs of the arms.
        strategy: what is compared.
        reference: what it is compared with.
        smallest: the smallest difference that matters, as a fraction.

    Returns:
        None unless `LEAST_RECIPES` recipes have two pairs of runs or more.
    """
    pairs = [
        (by_pooling[strategy], by_pooling[reference])
        for by_pooling in _by_recipe(results.comparison.arms).values()
        if strategy in by_pooling and reference in by_pooling
    ]
    varying = _varying([arm for arm, _ in pairs])
    each = []
    for arm, base in pairs:
        effect = difference(results, arm, base)
        if effect is not None:
            flat = arm.experiment.to_flat()
            settings = {name: flat[name] for name in varying}
            each.append(Recipe(settings, arm, base, effect, outcome(effect, smallest)))
    if len(each) < LEAST_RECIPES:
        return None
    return Recipes(strategy, reference, tuple(each), _splits(each, varying), smallest)


def _by_recipe(arms: Sequence[Arm]) -> dict[tuple[tuple[str, object], ...], dict[Pooling, Arm]]:
    groups: dict[tuple[tuple[str, object], ...], dict[Pooling, Arm]] = {}
    for arm in arms:
        flat = arm.experiment.to_flat()
        recipe = tuple((name, flat[name]) for name in SECTION_OF if name not in APART)
        groups.setdefault(recipe, {})[arm.pooling] = arm
    return groups


def _varying(arms: Sequence[Arm]) -> tuple[str, ...]:
    """The settings in which arms of one strategy differ."""
    flats = [arm.experiment.to_flat() for arm in arms]
    names = (name for name in SECTION_OF if name not in APART)
    return tuple(name for name in names if len({flat[name] for flat in flats}) > 1)


def _splits(each: Sequence[Recipe], varying: Sequence[str]) -> tuple[Split, ...]:
    effects = np.array([recipe.difference.mean for recipe in each])
    groups = {name: _groups(each, name) for name in varying}
    groups = {name: by_value for name, by_value in groups.items() if len(by_value) > 1}
    members = {
        name: [np.array([each.index(recipe) for recipe in group]) for group in by_value.values()]
        for name, by_value in groups.items()
    }
    shares = {name: float(_share(effects[None], places)[0]) for name, places in members.items()}
    largest = _largest_by_chance(effects, list(members.values()))
    splits = [
        Split(name, groups[name], share, float((1 + (largest >= share).sum()) / (1 + len(largest))))
        for name, share in shares.items()
    ]
    return tuple(sorted(splits, key=lambda split: -split.share))


def _groups(each: Sequence[Recipe], name: str) -> dict[object, tuple[Recipe, ...]]:
    values = dict.fromkeys(recipe.settings[name] for recipe in each)
    return {
        value: tuple(recipe for recipe in each if recipe.settings[name] == value)
        for value in values
    }


def _share(
    effects: NDArray[np.float64], members: Sequence[NDArray[np.int64]]
) -> NDArray[np.float64]:
    """Eta squared of rows of effects, (rows, recipes); groups are given by places of recipes."""
    apart = effects - effects.mean(axis=1, keepdims=True)
    between = sum(len(group) * apart[:, group].mean(axis=1) ** 2 for group in members)
    whole = (apart**2).sum(axis=1)
    shares: NDArray[np.float64] = np.zeros(len(effects))
    np.divide(between, whole, out=shares, where=whole > 0)
    return shares


def _largest_by_chance(
    effects: NDArray[np.float64], settings: Sequence[Sequence[NDArray[np.int64]]]
) -> NDArray[np.float64]:
    """The largest share over all settings, for each of many permutations of the effects."""
    rng = np.random.default_rng(SEED_OF_PERMUTATIONS)
    permuted = rng.permuted(np.tile(effects, (PERMUTATIONS, 1)), axis=1)
    if not settings:
        return np.zeros(PERMUTATIONS)
    shares = np.stack([_share(permuted, members) for members in settings])
    largest: NDArray[np.float64] = shares.max(axis=0) + SHARE_ROUNDING
    return largest
