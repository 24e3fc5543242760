"""Which differences are established when several are shown together?

With many comparisons, some would come out by chance. Holm's procedure (1979, A simple sequentially
rejective multiple test procedure) keeps the risk of any wrong verdict at 5 %, however the
comparisons depend on each other, and decides at least as many as Bonferroni's correction.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np

from core.catalog import Pooling
from core.comparison import Arm, Facet, Results
from core.comparison.crossed import Spread, spread
from core.comparison.statistics import CONFIDENCE, Difference, Verdict, paired_difference


@dataclass(frozen=True, slots=True)
class Pair:
    """One arm and its difference from a reference."""

    arm: Arm
    difference: Difference
    reference: Arm

    @property
    def decided(self) -> bool:
        """Whether it is established beside the others that are shown."""
        return self.difference.verdict is not Verdict.UNDECIDED

    @property
    def only_alone(self) -> bool:
        """Whether it would be established alone, and is not beside the others."""
        alone = self.difference.alone.verdict is not Verdict.UNDECIDED
        return alone and not self.decided


def holm(p_values: Sequence[float], level: float = 1 - CONFIDENCE) -> list[float]:
    """The level at which each of several tests stands or falls.

    The k-th smallest of n p-values is held against level / (n - k + 1). From the first that is
    larger on, none is rejected, and all of those are held against the level of that first one: so
    an interval at its level excludes zero exactly if the test is rejected.

    Args:
        p_values: of the tests, in any order.
        level: the risk of rejecting any true hypothesis.
    """
    n = len(p_values)
    levels, failed = [level] * n, None
    for place, test in enumerate(sorted(range(n), key=p_values.__getitem__)):
        step = level / (n - place) if failed is None else failed
        levels[test] = step
        if failed is None and p_values[test] > step:
            failed = step
    return levels


def corrected(
    pairs: Sequence[Pair], p_value: Callable[[Difference], float] = lambda seen: seen.p_value
) -> tuple[Pair, ...]:
    """Pairs that are shown together, each at its level of Holm's procedure.

    Args:
        pairs: the comparisons.
        p_value: of the test that is made of each; by default, of no difference.
    """
    levels = holm([p_value(pair.difference) for pair in pairs])
    return tuple(
        Pair(pair.arm, pair.difference.at(level, len(pairs)), pair.reference)
        for pair, level in zip(pairs, levels, strict=True)
    )


def difference(results: Results, arm: Arm, reference: Arm) -> Difference | None:
    """Compare the test accuracies of two arms, by themselves.

    Over seeds and images if that is asked for and the right answers of all their common seeds are
    known; otherwise over seeds.

    Returns:
        None if they share fewer than two seeds that did not diverge.
    """
    return paired_difference(
        results.test_accuracy(arm),
        results.test_accuracy(reference),
        spread=_spread(results, [(1, arm), (-1, reference)]),
    )


def interaction(
    results: Results, first: tuple[Arm, Arm], second: tuple[Arm, Arm], comparisons: int
) -> Difference | None:
    """By how much a difference between two arms differs from that between two others.

    Args:
        results: has their runs.
        first: an arm and its reference.
        second: the other arm and its reference.
        comparisons: number of such interactions from which this one was chosen.
    """
    signed = [(1, first[0]), (-1, first[1]), (-1, second[0]), (1, second[1])]
    by_seed = [_by_seed(difference(results, *arms)) for arms in (first, second)]
    return paired_difference(
        by_seed[0], by_seed[1], comparisons=comparisons, spread=_spread(results, signed)
    )


def _by_seed(difference: Difference | None) -> dict[int, float]:
    if difference is None:
        return {}
    return dict(zip(difference.seeds, difference.differences, strict=True))


def _spread(results: Results, signed: Iterable[tuple[int, Arm]]) -> Spread | None:
    """The spread of a sum of right answers; None if it is not asked for or some are not known."""
    arms = list(signed)
    seeds = sorted(set.intersection(*(set(results.test_accuracy(arm)) for _, arm in arms)))
    tables = [(sign, results.right_answers(arm, seeds)) for sign, arm in arms]
    if any(table is None for _, table in tables):
        return None
    total = sum(sign * table.astype(np.int8) for sign, table in tables if table is not None)
    return spread(np.asarray(total))


@lru_cache(maxsize=64)
def compare_all(
    results: Results, preferred: Pooling | None = None
) -> Mapping[Facet, Sequence[Pair]]:
    """Every other arm of every facet against the facet's reference, corrected together.

    Args:
        results: what is compared.
        preferred: the strategy of the reference, where it has runs.
    """
    compared: list[tuple[Facet, Pair]] = []
    for facet in results.comparison.facets:
        reference = results.reference(facet, preferred)
        for arm in facet.arms:
            if reference and arm != reference:
                effect = difference(results, arm, reference)
                compared += [(facet, Pair(arm, effect, reference))] if effect else []
    return _grouped(results, compared)


@lru_cache(maxsize=64)
def against(results: Results, reference: Arm) -> tuple[Pair, ...]:
    """Every other arm against one, whatever their heads and dropout, corrected together."""
    pairs = [
        Pair(arm, effect, reference)
        for arm in results.comparison.arms
        if arm != reference and (effect := difference(results, arm, reference))
    ]
    return corrected(pairs)


def compare_facet(
    results: Results, facet: Facet, preferred: Pooling | None = None
) -> tuple[Pair, ...]:
    """Compare the test accuracy of every other arm of a facet with its reference, in order.

    Corrected for all comparisons that the results show: every arm but one in every facet, if it
    has enough runs to be compared.
    """
    return tuple(compare_all(results, preferred)[facet])


def every_pair(results: Results, facet: Facet) -> tuple[Pair, ...]:
    """Every arm of a facet against every one before it, corrected for all pairs of all facets."""
    return tuple(_every_pair(results)[facet])


@lru_cache(maxsize=64)
def _every_pair(results: Results) -> Mapping[Facet, Sequence[Pair]]:
    compared = [
        (facet, Pair(arm, effect, reference))
        for facet in results.comparison.facets
        for reference, arm in combinations(facet.arms, 2)
        if (effect := difference(results, arm, reference))
    ]
    return _grouped(results, compared)


def _grouped(
    results: Results, compared: Sequence[tuple[Facet, Pair]]
) -> Mapping[Facet, Sequence[Pair]]:
    """Pairs by facet, after all of them were corrected together."""
    grouped: dict[Facet, list[Pair]] = {facet: [] for facet in results.comparison.facets}
    together = corrected([pair for _, pair in compared])
    for (facet, _), pair in zip(compared, together, strict=True):
        grouped[facet].append(pair)
    return grouped
