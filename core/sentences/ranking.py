"""In which order do the strategies stand, in one sentence that marks what is undecided?"""

from collections.abc import Sequence

from core.comparison import Arm
from core.comparison.families import Pair
from core.comparison.ranking import Ranking
from core.sentences.headlines import Sentence
from core.words import number_word

MOST_PAIRS_NAMED = 3
"""undecided pairs that a sentence names before it only counts them"""


def ordering(ranking: Ranking) -> Sentence:
    """The order with ties, as in "max, blur-max > average; undecided between max and blur-max".

    Empty for fewer than two networks.
    """
    if len(ranking.ranks) < 2:  # noqa: PLR2004 (nothing to order)
        return ()
    parts: Sentence = ()
    for place, group in enumerate(ranking.groups):
        parts += (" > ",) if place else ()
        parts += _listed(group)
    return (*parts, *_open(ranking.undecided, len(ranking.pairs)), ".")


def _listed(arms: Sequence[Arm]) -> Sentence:
    parts: Sentence = ()
    for place, arm in enumerate(arms):
        parts += (", ", arm.pooling) if place else (arm.pooling,)
    return parts


def _open(undecided: Sequence[Pair], total: int) -> Sentence:
    if not undecided:
        return ()
    if len(undecided) > MOST_PAIRS_NAMED:
        some = f"{number_word(len(undecided))} of {number_word(total)}"
        return (f"; {'all' if len(undecided) == total else some} pairs are undecided",)
    parts: Sentence = ("; undecided between ",)
    for place, pair in enumerate(undecided):
        parts += ("; between ",) if place else ()
        parts += (pair.reference.pooling, " and ", pair.arm.pooling)
    return parts


def explained(ranking: Ranking) -> str:
    """What the order means, for a caption."""
    if len(ranking.groups) > 1:
        return "Everything before a > is established above everything after it."
    return "Commas: in order of the mean; no strategy is established above all that follow."
