"""The rule that turns intervals into verdicts. It is applied to data, never written by hand.

d is the smallest effect that would interest anybody. A directional part is supported if the whole
95 % interval of the paired difference lies beyond d, refuted if the whole interval lies below d,
and undecided otherwise. A part that says "alike" is supported if the interval lies within (-d, d),
refuted if it lies wholly outside, and undecided otherwise. From ten paired seeds on.

With the true effect exactly at a boundary, either way of being wrong has a chance of 2.5 %
(one-sided tails of the 95 % interval), so that a wrong verdict has one of 5 % at most; a test
simulates it.
"""

from collections.abc import Iterable

from core.claims.claim import Outcome
from core.comparison.statistics import Difference

LEAST_SEEDS = 10


def directional(difference: Difference, least: float, sign: int) -> Outcome:
    """Judge whether an arm has more (sign +1) or less (sign -1) than its control, by d at least."""
    if difference.low == difference.high:
        # no spread: nothing to judge it by
        return Outcome.UNDECIDED
    low, high = sorted((sign * difference.low, sign * difference.high))
    if low > least:
        return Outcome.SUPPORTED
    return Outcome.REFUTED if high < least else Outcome.UNDECIDED


def equivalence(difference: Difference, least: float) -> Outcome:
    """Judge whether two arms are alike, within d. An exact tie in every seed is alike."""
    low, high = difference.low, difference.high
    if low == high:
        return Outcome.SUPPORTED if low == 0 else Outcome.UNDECIDED
    if -least < low and high < least:
        return Outcome.SUPPORTED
    return Outcome.REFUTED if low > least or high < -least else Outcome.UNDECIDED


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """The verdict on a claim from those on its parts.

    Parts that are supported beside parts that are refuted make it nuanced, whatever the others
    say. Otherwise a part without data leaves it untested, and an undecided one undecided: the
    claim says all of its parts.
    """
    found = set(outcomes)
    if {Outcome.SUPPORTED, Outcome.REFUTED} <= found:
        return Outcome.NUANCED
    for open_ in (Outcome.UNTESTED, Outcome.UNDECIDED):
        if open_ in found:
            return open_
    return found.pop() if found else Outcome.UNTESTED
