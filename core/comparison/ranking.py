"""In which order do the networks stand, as far as their pairs are decided?

If no verdict on a pair is wrong, which Holm's procedure promises with 95 %, a network that is
established below k others and above l others has a true rank between k + 1 and n - l. So these
intervals hold for all networks at once (Mohamad, Goeman and van Zwet 2019, Simultaneous confidence
intervals for ranks; the argument is theirs for Tukey's procedure).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from statistics import fmean

from core.comparison.comparison import Arm, Facet, Results
from core.comparison.families import Pair, every_pair
from core.comparison.statistics import LEAST_PAIRS, Verdict


@dataclass(frozen=True, slots=True)
class Rank:
    """The place of one network among others; the best has rank 1.

    Attributes:
        arm: the network.
        accuracy: its mean test accuracy (fraction).
        observed: its rank by mean accuracy; equal means share the better one.
        best: the lowest rank that it can have.
        worst: the highest.
    """

    arm: Arm
    accuracy: float
    observed: int
    best: int
    worst: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """The networks of a facet in order of their mean test accuracy.

    Attributes:
        ranks: the networks, best mean first.
        groups: the same networks; every one of a group is established above every one of all
            later groups.
        pairs: the differences that decide it.
    """

    ranks: tuple[Rank, ...]
    groups: tuple[tuple[Arm, ...], ...]
    pairs: tuple[Pair, ...]

    @property
    def undecided(self) -> tuple[Pair, ...]:
        """The pairs that are not decided."""
        return tuple(pair for pair in self.pairs if not pair.decided)


@lru_cache(maxsize=64)
def ranking(results: Results, facet: Facet) -> Ranking:
    """Rank the networks of a facet that have two runs or more."""
    means = {
        arm: fmean(values)
        for arm in facet.arms
        if len(values := results.test_accuracy(arm).values()) >= LEAST_PAIRS
    }
    arms = sorted(means, key=lambda arm: -means[arm])
    pairs = every_pair(results, facet)
    above = set(_above(pairs))
    ranks = tuple(
        Rank(
            arm=arm,
            accuracy=means[arm],
            observed=1 + sum(other > means[arm] for other in means.values()),
            best=1 + sum((other, arm) in above for other in arms),
            worst=len(arms) - sum((arm, other) in above for other in arms),
        )
        for arm in arms
    )
    return Ranking(ranks, _groups(arms, above), pairs)


def _above(pairs: Sequence[Pair]) -> list[tuple[Arm, Arm]]:
    """The higher and the lower arm of every decided pair."""
    return [
        (pair.arm, pair.reference)
        if pair.difference.verdict is Verdict.HIGHER
        else (pair.reference, pair.arm)
        for pair in pairs
        if pair.decided
    ]


def _groups(arms: Sequence[Arm], above: set[tuple[Arm, Arm]]) -> tuple[tuple[Arm, ...], ...]:
    groups: list[tuple[Arm, ...]] = []
    start = 0
    for cut in range(1, len(arms) + 1):
        if all(pair in above for pair in product(arms[:cut], arms[cut:])):
            groups.append(tuple(arms[start:cut]))
            start = cut
    return tuple(groups)
