"""The sentence above the cost page: which network costs more, and how much the head adds."""

from core.catalog import HEADS, Pooling
from core.comparison import Arm, Comparison
from core.comparison.ledger import architecture_of
from core.sentences.headlines import Sentence
from core.words import count, number_word

SAME_COST_RATIO = 1.05
"""costs within this factor count as the same"""


def cost_headline(comparison: Comparison) -> Sentence:
    """Compare the networks of the first head, then the heads of the first strategy."""
    first = comparison.facets[0]
    arms = {arm.pooling: arm for arm in first.arms}
    pools = _pools(list(arms.values()))
    head = _head(comparison, first.arms[0])
    if len(arms) > 1 and len({arm.head for arm in comparison.arms}) > 1:
        # the first half is about one head only, the second about one strategy only
        pools = (f"With a {HEADS[first.head].label} head, ", *_inside(pools))
        head = (*head, " for ", first.arms[0].pooling) if head else ()
    return (*pools, *(("; ", *head) if head else ()), ".")


def _inside(sentence: Sentence) -> Sentence:
    """The start of a sentence, rewritten for the middle of one."""
    start, *rest = sentence
    return (start if isinstance(start, Pooling) else f"{start[:1].lower()}{start[1:]}", *rest)


def _pools(arms: list[Arm]) -> Sentence:
    parameters = {arm.pooling: architecture_of(arm).totals.parameters for arm in arms}
    if len(arms) == 1:
        arm = arms[0]
        return (arm.pooling, f" learns {count(parameters[arm.pooling])} parameters")
    least, most = (
        min(parameters, key=lambda p: parameters[p]),
        max(parameters, key=lambda p: parameters[p]),
    )
    if parameters[most] > SAME_COST_RATIO * parameters[least]:
        ratio = parameters[most] / parameters[least]
        return (most, f" has {_times(ratio)} the parameters of ", least)
    work = {arm.pooling: architecture_of(arm).totals.macs for arm in arms}
    idle, busy = min(work, key=lambda p: work[p]), max(work, key=lambda p: work[p])
    same = _same(list(parameters), parameters)
    if work[busy] > SAME_COST_RATIO * work[idle]:
        return (
            f"{same}, but ",
            busy,
            f" needs {_times(work[busy] / work[idle])} the MACs of ",
            idle,
        )
    return (f"{same} and need the same MACs",)


def _same(poolings: list[Pooling], parameters: dict[Pooling, int]) -> str:
    several = {2: "Both"}.get(len(poolings), f"All {number_word(len(poolings))}")
    how_many = f"{several} networks"
    values = sorted(parameters.values())
    if values[0] == values[-1]:
        return f"{how_many} have {count(values[0])} parameters"
    return f"{how_many} have {count(values[0])} to {count(values[-1])} parameters"


def _head(comparison: Comparison, arm: Arm) -> Sentence:
    """How many parameters the largest other head adds to the same strategy."""
    others = [
        other
        for other in comparison.arms
        if other.pooling == arm.pooling and other.head != arm.head and other.dropout == arm.dropout
    ]
    if not others:
        return ()
    own = architecture_of(arm).totals.parameters
    other = max(others, key=lambda arm: architecture_of(arm).totals.parameters)
    others_own = architecture_of(other).totals.parameters
    name, base = HEADS[other.head].label, HEADS[arm.head].label
    if others_own == own:
        return (f"a {name} head has the same number as {base}",)
    if others_own > 2 * own:
        return (f"a {name} head has {_times(others_own / own)} as many",)
    more = "adds" if others_own > own else "saves"
    return (f"a {name} head {more} {abs(others_own / own - 1):.0%}".replace("%", " %"),)


def _times(ratio: float) -> str:
    return f"{ratio:.1f} times" if ratio < 10 else f"{ratio:,.0f} times"  # noqa: PLR2004
