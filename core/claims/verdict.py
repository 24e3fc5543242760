"""The rule that turns intervals into verdicts. Code applies it, never a person.

d is the smallest interesting effect. A hypothesis defines a zone: above d if the arm is said to
have more, below -d if less, within (-d, d) if the two are said to be alike. It is supported if the
whole 95 % interval of the paired difference lies in its zone, and undecided if the interval crosses
the edge of the zone. If the whole interval lies outside, what is said is not so, and where it lies
says why, for a part that expects more (for one that expects less, with the signs changed):

- too small to matter: between 0 and d, so the direction is there, but below the smallest effect;
- alike: between -d and d, with 0 inside;
- refuted: anywhere else.

A verdict needs at least ten paired seeds.

If the true effect lies exactly at the edge of a zone, each kind of error has a probability of 2.5 %
(the one-sided tails of the 95 % interval), so a wrong verdict has a probability of at most 5 %; a
test simulates it.
"""

from collections.abc import Iterable

from core.claims.claim import AGAINST, VERDICT_SEEDS, ClaimVerdict, Expectation, Hypothesis
from core.comparison.statistics import Difference


def verdict_on(hypothesis: Hypothesis, difference: Difference | None) -> ClaimVerdict:
    """The verdict on a hypothesis, by the rule.

    Args:
        hypothesis: the hypothesis to judge.
        difference: arm minus its reference, of logarithms if the metric is a ratio; None with
            fewer than two pairs. With fewer pairs than `VERDICT_SEEDS`, the verdict is UNDECIDED.
    """
    if difference is None or difference.n < len(VERDICT_SEEDS):
        return ClaimVerdict.UNDECIDED
    low, high = difference.low, difference.high
    if low == high:
        # without spread, only equality in every seed decides
        tie = low == 0 and hypothesis.expected is Expectation.ALIKE
        return ClaimVerdict.SUPPORTED if tie else ClaimVerdict.UNDECIDED
    start, end = hypothesis.zone
    if start < low and high < end:
        return ClaimVerdict.SUPPORTED
    if start <= high and low <= end:
        return ClaimVerdict.UNDECIDED
    return _against(hypothesis, low, high)


def _against(hypothesis: Hypothesis, low: float, high: float) -> ClaimVerdict:
    """Why a hypothesis is not so, from an interval that lies outside its zone."""
    if hypothesis.expected is Expectation.ALIKE:
        return ClaimVerdict.REFUTED
    # seen from what is expected: positive is the direction of the claim
    if hypothesis.expected is Expectation.LESS:
        low, high = -high, -low
    if low > 0:
        return ClaimVerdict.TOO_SMALL
    return ClaimVerdict.ALIKE if -hypothesis.margin < low and high >= 0 else ClaimVerdict.REFUTED


def together(verdicts: Iterable[ClaimVerdict]) -> ClaimVerdict:
    """The verdict on a claim, from the verdicts on its parts.

    A claim is nuanced if some parts are supported and others are refuted, alike or too small to
    matter, whatever the rest. Otherwise, because a claim asserts all of its parts, one untested
    part makes it untested, and one undecided part makes it undecided. If all parts have one
    verdict, that is the claim's; if they speak against it for different reasons, it is refuted.
    """
    distinct = set(verdicts)
    if ClaimVerdict.SUPPORTED in distinct and distinct & AGAINST:
        return ClaimVerdict.NUANCED
    for unsettled in (ClaimVerdict.UNTESTED, ClaimVerdict.UNDECIDED):
        if unsettled in distinct:
            return unsettled
    if not distinct:
        return ClaimVerdict.UNTESTED
    return distinct.pop() if len(distinct) == 1 else ClaimVerdict.REFUTED
