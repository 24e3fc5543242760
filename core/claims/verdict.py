"""The rule that turns intervals into verdicts. Code applies it, never a person.

d is the smallest interesting effect. A hypothesis defines a zone: above d if the arm is said to
have more, below -d if less, within (-d, d) if the two are said to be alike. It is supported if the
whole 95 % interval of the paired difference lies in its zone, refuted if the whole interval lies
outside, and undecided otherwise. A verdict needs at least ten paired seeds.

If the true effect lies exactly at the edge of a zone, each kind of error has a probability of 2.5 %
(the one-sided tails of the 95 % interval), so a wrong verdict has a probability of at most 5 %; a
test simulates it.
"""

from collections.abc import Iterable

from core.claims.claim import VERDICT_SEEDS, ClaimVerdict, Expectation, Hypothesis
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
    return ClaimVerdict.REFUTED if high < start or end < low else ClaimVerdict.UNDECIDED


def together(verdicts: Iterable[ClaimVerdict]) -> ClaimVerdict:
    """The verdict on a claim, from the verdicts on its parts.

    A claim is nuanced if some parts are supported and others refuted, whatever the rest. Otherwise,
    because a claim asserts all of its parts, one untested part makes it untested, and one undecided
    part makes it undecided.
    """
    distinct = set(verdicts)
    if {ClaimVerdict.SUPPORTED, ClaimVerdict.REFUTED} <= distinct:
        return ClaimVerdict.NUANCED
    for unsettled in (ClaimVerdict.UNTESTED, ClaimVerdict.UNDECIDED):
        if unsettled in distinct:
            return unsettled
    return distinct.pop() if distinct else ClaimVerdict.UNTESTED
