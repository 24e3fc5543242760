"""What adding seeds until decided will take, has taken, and has left open, in words."""

from collections.abc import Sequence

from core.comparison.until_decided import Outcome, Plan, Standing, spent
from core.sentences.headlines import Sentence
from core.words import join, plural, size_in_points

STOPS = {
    Outcome.HIGHER: "ahead",
    Outcome.LOWER: "behind",
    Outcome.ALIKE: "alike",
    Outcome.OPEN: "open",
}
"""what is said of an arm and its reference"""


def announced(plan: Plan) -> str:
    """What the looks of a plan take, and what they decide."""
    arms, count = len(plan.arms), len(plan.pairs)
    looks = join([str(look) for look in plan.looks])
    return (
        f"{count} {plural('comparison', count)} of {arms} networks, looked at "
        f"after {looks} seeds: {plan.least} to {plan.most} runs. A comparison ends when one "
        f"network is ahead, or both are alike within ±{size_in_points(plan.smallest)} points; the "
        f"risk of any wrong verdict is at most 5 % over all looks."
    )


def so_far(now: Sequence[Standing], missing: int = 0) -> str:
    """What the looks so far have taken and decided, and what the next one needs, if anything."""
    decided = sum(one.outcome is not Outcome.OPEN for one in now)
    some = str(decided) if decided else "none"
    needs = f"; the next look needs {missing} more {plural('run', missing)}" if missing else ""
    return f"{spent(now)} runs looked at, {some} of {len(now)} decided{needs}"


def stopped(now: Sequence[Standing], plan: Plan) -> Sentence:
    """That nothing more is to be trained, and what stays open."""
    left = [one for one in now if one.outcome is Outcome.OPEN]
    if not left:
        return ("Every comparison is decided.",)
    parts: Sentence = (f"Still open after {plan.looks[-1]} seeds, the last look: ",)
    for place, one in enumerate(left):
        parts += (", ",) if place else ()
        parts += (one.arm.pooling, " and ", one.reference.pooling, f" {one.arm.clause}")
    return (*parts, ".")
