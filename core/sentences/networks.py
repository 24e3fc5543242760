"""How do any two networks compare, whatever their strategies, heads and dropout?"""

from core.comparison import Arm, Results
from core.comparison.families import difference
from core.comparison.statistics import Verdict
from core.sentences.headlines import Sentence
from core.sentences.intervals import span
from core.sentences.uncertainty import evidence
from core.words import size_in_points


def two_networks(results: Results, arm: Arm, reference: Arm) -> Sentence:
    """Whether the accuracies of two networks differ, by how much, and on what evidence.

    The interval is that of this one difference, at 95 %. Empty for twice the same network.
    """
    if arm == reference:
        return ()
    first, second = (
        (arm.pooling, f" + {arm.head_label}"),
        (
            reference.pooling,
            f" + {reference.head_label}",
        ),
    )
    effect = difference(results, arm, reference)
    if effect is None:
        return ("This needs two seeds of both networks.",)
    rests = f"{span(effect)}, over {evidence(effect)}"
    if effect.verdict is Verdict.UNDECIDED:
        return ("It is undecided which of ", *first, " and ", *second, f" is ahead: {rests}.")
    side = "ahead of" if effect.verdict is Verdict.HIGHER else "behind"
    size = size_in_points(effect.mean)
    return (*first, f" is {side} ", *second, f" by {size} points {rests}.")
