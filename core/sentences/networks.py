"""How do any two networks compare, whatever their strategies, heads and dropout?"""

from collections.abc import Mapping

from core.analyses.shift_map import ShiftMap
from core.comparison import Arm, Results
from core.comparison.families import difference
from core.comparison.statistics import Verdict, paired_difference
from core.sentences.headlines import Sentence
from core.sentences.intervals import span
from core.sentences.uncertainty import evidence
from core.words import percent, size_in_points


def full_name(arm: Arm) -> Sentence:
    """A network by its strategy, head and dropout."""
    return arm.pooling, f" + {arm.head_label}"


def two_networks(results: Results, arm: Arm, reference: Arm) -> Sentence:
    """Whether the accuracies of two networks differ, by how much, and on what evidence.

    The interval is that of this one difference, at 95 %. Empty for twice the same network.
    """
    if arm == reference:
        return ()
    first, second = full_name(arm), full_name(reference)
    effect = difference(results, arm, reference)
    if effect is None:
        return ("This needs two seeds of both networks.",)
    rests = f"{span(effect)}, over {evidence(effect)}"
    if effect.verdict is Verdict.UNDECIDED:
        return ("It is undecided which of ", *first, " and ", *second, f" is ahead: {rests}.")
    side = "ahead of" if effect.verdict is Verdict.HIGHER else "behind"
    size = size_in_points(effect.mean)
    return (*first, f" is {side} ", *second, f" by {size} points {rests}.")


def two_under_shift(
    arm: Arm,
    reference: Arm,
    own: Mapping[int, ShiftMap],
    other: Mapping[int, ShiftMap],
) -> Sentence:
    """Which of two networks keeps more of its answers when the image moves by one pixel.

    Paired by seed, with the interval of this one difference; without one where only one seed has
    maps of both. Empty for twice the same network, and without a common seed.

    Args:
        arm: the network.
        reference: what it is compared with.
        own: seed -> map of the network.
        other: seed -> map of the reference.
    """
    seeds = sorted(own.keys() & other.keys())
    if arm == reference or not seeds:
        return ()
    first, second = full_name(arm), full_name(reference)
    kept, others = ({seed: maps[seed].one_pixel() for seed in seeds} for maps in (own, other))
    effect = paired_difference(kept, others)
    if effect is None:
        shares = [f"{percent(each[seeds[0]])} % of the predictions" for each in (kept, others)]
        return (
            f"For seed {seeds[0]}, one pixel leaves {shares[0]} as they are with ",
            *first,
            f", {shares[1]} with ",
            *second,
            ". One seed has no interval.",
        )
    rests = f"{span(effect)}, over {effect.n} seeds"
    if effect.verdict is Verdict.UNDECIDED:
        which = "It is undecided which of "
        return (which, *first, " and ", *second, f" is steadier under one pixel: {rests}.")
    side = "steadier" if effect.verdict is Verdict.HIGHER else "less steady"
    by = f" by {size_in_points(effect.mean)} points {rests}."
    return (*first, f" is {side} under one pixel than ", *second, by)
