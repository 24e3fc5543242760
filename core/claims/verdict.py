"""The rule that turns intervals into verdicts. It is applied to data, never by hand.

d is the smallest effect that would interest anybody. A hypothesis names a zone: beyond d if the arm
is said to have more, below -d if less, within (-d, d) if the two are said to be alike. It is
supported if the whole 95 % interval of the paired difference lies in its zone, refuted if the whole
interval lies outside, and undecided otherwise. From ten paired seeds on.

With the true effect exactly at the edge of a zone, each way of being wrong has a chance of 2.5 %
(the one-sided tails of the 95 % interval), so that a wrong verdict has a chance of 5 % at most; a
test simulates it.
"""

from collections.abc import Iterable

from core.claims.claim import VERDICT_SEEDS, ClaimVerdict, Expectation, Hypothesis
from core.comparison.statistics import Difference


def verdict_on(hypothesis: Hypothesis, difference: Difference | None) -> ClaimVerdict:
    """Apply the rule to a hypothesis.

    Args:
        hypothesis: what is said.
        difference: arm minus what it is compared with, of logarithms where it is a ratio; None
            with fewer than two pairs. With fewer pairs than a verdict needs there is none.
    """
    if difference is None or difference.n < len(VERDICT_SEEDS):
        return ClaimVerdict.UNDECIDED
    low, high = difference.low, difference.high
    if low == high:
        # no spread to judge by, unless both arms are equal in every seed
        tie = low == 0 and hypothesis.expected is Expectation.ALIKE
        return ClaimVerdict.SUPPORTED if tie else ClaimVerdict.UNDECIDED
    start, end = hypothesis.zone
    if start < low and high < end:
        return ClaimVerdict.SUPPORTED
    return ClaimVerdict.REFUTED if high < start or end < low else ClaimVerdict.UNDECIDED


def together(verdicts: Iterable[ClaimVerdict]) -> ClaimVerdict:
    """The verdict on a claim, from the verdicts on its parts.

    A claim is nuanced if some parts are supported and others refuted, whatever the rest. Otherwise
    a part without data leaves it untested, and an undecided part leaves it undecided: the claim
    asserts all of its parts.
    """
    distinct = set(verdicts)
    if {ClaimVerdict.SUPPORTED, ClaimVerdict.REFUTED} <= distinct:
        return ClaimVerdict.NUANCED
    for unsettled in (ClaimVerdict.UNTESTED, ClaimVerdict.UNDECIDED):
        if unsettled in distinct:
            return unsettled
    return distinct.pop() if distinct else ClaimVerdict.UNTESTED
