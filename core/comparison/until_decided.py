"""How many seeds are enough? Add them in looks until every comparison is decided.

Looking again and again at growing data would find a difference sooner or later by chance. Here the
5 % are split in advance: with L looks and K comparisons, the interval of each comparison at each
look is one at 1 - 0.05 / (L K). All of these intervals contain their truths together with 95 %, by
Bonferroni's inequality, however looks and comparisons depend on each other; so every verdict that
is read off any of them is right with 95 %, and it does not matter when one stops. Boundaries that
use the correlation of looks (O'Brien and Fleming 1979) are a little narrower, but hold for known
variances only.

A comparison is higher or lower if its interval excludes zero, alike if the interval lies within the
smallest effect that matters, and open otherwise. What is decided at one look is final.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.catalog import Pooling
from core.comparison.comparison import Arm, Comparison, Results
from core.comparison.families import difference
from core.comparison.statistics import CONFIDENCE, Difference
from core.config import Experiment

LOOKS = (5, 10, 20, 40)
"""numbers of seeds at which the differences are looked at"""
SMALLEST_EFFECT = 0.005
"""half a point of test accuracy: a smaller difference rarely matters"""

Numbers = NDArray[np.float64]


class Outcome(StrEnum):
    """What is decided about an arm and its reference."""

    OPEN = "open"
    HIGHER = "higher"
    LOWER = "lower"
    ALIKE = "alike"


@dataclass(frozen=True, slots=True)
class Plan:
    """Which arms are compared with which, and when a comparison is decided.

    Attributes:
        pairs: every arm with its reference.
        smallest: the smallest difference that matters, as a fraction.
        looks: numbers of seeds, ascending.
    """

    pairs: tuple[tuple[Arm, Arm], ...]
    smallest: float = SMALLEST_EFFECT
    looks: tuple[int, ...] = LOOKS

    @classmethod
    def of(
        cls,
        comparison: Comparison,
        smallest: float = SMALLEST_EFFECT,
        preferred: Pooling | None = None,
    ) -> "Plan":
        """Every other arm of every facet against one of them.

        Args:
            comparison: whose facets; its seeds are not used.
            smallest: the smallest difference that matters, as a fraction.
            preferred: the strategy to compare with, where a facet has it; else its first.
        """
        pairs: list[tuple[Arm, Arm]] = []
        for facet in comparison.facets:
            alike = (arm for arm in facet.arms if arm.pooling == preferred)
            reference = next(alike, facet.arms[0])
            pairs += [(arm, reference) for arm in facet.arms if arm != reference]
        return cls(tuple(pairs), smallest)

    @property
    def level(self) -> float:
        """Two-sided level of one interval at one look."""
        return (1 - CONFIDENCE) / max(len(self.looks) * len(self.pairs), 1)

    @property
    def most(self) -> int:
        """Number of runs if nothing is decided before the last look."""
        return self.looks[-1] * len(self.arms)

    @property
    def least(self) -> int:
        """Number of runs if everything is decided at the first look."""
        return self.looks[0] * len(self.arms)

    @property
    def arms(self) -> tuple[Arm, ...]:
        """Every arm and reference, once."""
        return tuple(dict.fromkeys(arm for pair in self.pairs for arm in pair))


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one comparison is.

    Attributes:
        arm: what is compared.
        reference: what it is compared with.
        outcome: what is decided.
        seeds: number of seeds that its last complete look took; 0 before the first.
        difference: what that look saw; None before the first.
        missing: runs that its next look needs; empty if it is decided or seeds have run out.
    """

    arm: Arm
    reference: Arm
    outcome: Outcome
    seeds: int
    difference: Difference | None
    missing: tuple[Experiment, ...]


def standings(plan: Plan, results: Results) -> tuple[Standing, ...]:
    """How far each comparison of a plan is, given the runs that exist.

    Args:
        plan: what is compared.
        results: runs of its arms with seeds from 0; later ones than a look takes are not looked at.
    """
    return tuple(_standing(plan, results, arm, reference) for arm, reference in plan.pairs)


def _standing(plan: Plan, results: Results, arm: Arm, reference: Arm) -> Standing:
    now = Standing(arm, reference, Outcome.OPEN, 0, None, ())
    for look in plan.looks:
        needed = [each.seeded(seed) for each in (arm, reference) for seed in range(look)]
        missing = tuple(each for each in needed if each.key not in results.runs)
        if missing:
            return replace(now, missing=missing)
        seen = _first(results, look, arm, reference)
        now = Standing(arm, reference, _outcome(seen, plan), look, seen, ())
        if now.outcome is not Outcome.OPEN:
            break
    return now


def _first(results: Results, seeds: int, arm: Arm, reference: Arm) -> Difference | None:
    """The difference over the first seeds; None if fewer than two pairs ended well."""
    comparison = replace(results.comparison, seeds=tuple(range(seeds)))
    return difference(replace(results, comparison=comparison), arm, reference)


def _outcome(seen: Difference | None, plan: Plan) -> Outcome:
    if seen is None:
        return Outcome.OPEN
    return outcome(seen.at(plan.level, len(plan.pairs)), plan.smallest)


def outcome(seen: Difference, smallest: float) -> Outcome:
    """What is decided by the interval of one difference, at its level."""
    ends = (np.array([seen.low]), np.array([seen.high]))
    return OUTCOMES[int(decided(*ends, smallest)[0])]


OUTCOMES = (Outcome.OPEN, Outcome.HIGHER, Outcome.LOWER, Outcome.ALIKE)
"""by the number that `decided` gives them"""


def decided(low: Numbers, high: Numbers, smallest: float) -> NDArray[np.int64]:
    """The outcomes of many intervals, as places in `OUTCOMES`.

    Intervals without any width are open: there is no spread to judge by.

    Args:
        low: (comparisons,), lower ends.
        high: (comparisons,), upper ends.
        smallest: the smallest difference that matters.
    """
    conditions = [low == high, low > 0, high < 0, (low > -smallest) & (high < smallest)]
    return np.select(conditions, [0, 1, 2, 3], 0)


def needed(standing: Sequence[Standing]) -> tuple[Experiment, ...]:
    """Every run that the next looks of open comparisons need, without duplicates."""
    return tuple(dict.fromkeys(each for one in standing for each in one.missing))


def still_possible(
    plan: Plan, standing: Sequence[Standing], results: Results
) -> tuple[Experiment, ...]:
    """Every run that is missing for the last look of comparisons that are open."""
    left = [one for one in standing if one.missing]
    arms = dict.fromkeys(arm for one in left for arm in (one.reference, one.arm))
    every = (arm.seeded(seed) for arm in arms for seed in range(plan.looks[-1]))
    return tuple(each for each in every if each.key not in results.runs)


def spent(standing: Sequence[Standing]) -> int:
    """Number of runs that all looks so far took; a reference counts once."""
    seeds: dict[Arm, int] = {}
    for one in standing:
        for arm in (one.arm, one.reference):
            seeds[arm] = max(seeds.get(arm, 0), one.seeds)
    return sum(seeds.values())


@dataclass(frozen=True, slots=True)
class Replay:
    """What adding seeds until decided would have taken, by runs that are stored.

    Attributes:
        standings: where each comparison stopped.
        fixed: verdict of each with all seeds, at 95 % for all of them together, without looks.
        spent: runs that the looks took.
        whole: runs that all seeds took.
    """

    standings: tuple[Standing, ...]
    fixed: Mapping[Arm, Outcome]
    spent: int
    whole: int

    @property
    def contradicted(self) -> tuple[Standing, ...]:
        """Comparisons decided here one way and with all seeds the other."""
        signs = {Outcome.HIGHER, Outcome.LOWER}
        return tuple(
            one for one in self.standings if {one.outcome, self.fixed.get(one.arm)} == signs
        )


def replay(plan: Plan, results: Results) -> Replay:
    """Go through stored runs as if they were trained look by look.

    Args:
        plan: its last look takes all seeds.
        results: all runs of the plan.

    Raises:
        ValueError: runs are missing.
    """
    reached = standings(plan, results)
    seeds = plan.looks[-1]
    arms = plan.arms
    gone = [
        a.seeded(s).key for a in arms for s in range(seeds) if a.seeded(s).key not in results.runs
    ]
    if gone:
        raise ValueError(
            f"a replay needs all runs; {len(gone)} are missing, the first is {gone[0]}"
        )
    once = replace(plan, looks=(seeds,))
    whole = {one.arm: one.outcome for one in standings(once, results)}
    return Replay(reached, whole, spent(reached), seeds * len(arms))
