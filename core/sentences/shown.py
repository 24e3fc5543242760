"""Which networks of a comparison does a page show, and what does it say about exactly these?

A page has room for a few networks. A sentence about these must not read as if it were about all
networks of the comparison.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import chain, zip_longest

from core.analyses.shift_map import ShiftMap
from core.catalog import DROPOUT_POSITIONS, HEADS, DropoutPosition, Head, Pooling
from core.comparison import Arm, Comparison
from core.sentences.headlines import Sentence
from core.words import number_word, percent

TWO_NETWORKS = 2


def in_turns(arms: Sequence[Arm], most: int) -> tuple[Arm, ...]:
    """Up to `most` arms in their order, the heads taking turns.

    No head is left out while another has two arms.
    """
    by_head: dict[Head, list[Arm]] = {}
    for arm in arms:
        by_head.setdefault(arm.head, []).append(arm)
    turns = [arm for arm in chain.from_iterable(zip_longest(*by_head.values())) if arm]
    return tuple(sorted(turns[:most], key=arms.index))


def picked(arms: Sequence[Arm], names: Collection[str], most: int) -> tuple[Arm, ...]:
    """Up to `most` arms with these names; if there are none, `most` arms in turns."""
    chosen = [arm for arm in arms if arm.name in names]
    return tuple(chosen[:most]) or in_turns(arms, most)


def answers_headline(
    answers: Mapping[Arm, int], comparison: Comparison, classes: Sequence[str]
) -> Sentence:
    """Whether the networks that are shown agree about an image.

    Args:
        answers: the class that each network predicts.
        comparison: the comparison that contains all of them, and maybe more.
        classes: names of the classes.
    """
    if not answers:
        return (f"No network shown has weights of seed {comparison.seeds[0]} yet.",)
    groups: dict[int, list[Arm]] = {}
    for arm, answer in answers.items():
        groups.setdefault(answer, []).append(arm)
    if len(answers) == 1:
        (arm,) = answers
        return (*_called(arm), f" says {classes[answers[arm]]}.")
    part = len(answers) < len(comparison.arms)
    both = len(answers) == TWO_NETWORKS
    if len(groups) == 1:
        said = f"say {classes[next(iter(groups))]}."
        if part:
            return (f"{_of_shown(len(answers))}{'both' if both else 'all'} {said}",)
        return (f"{'Both' if both else 'All'} networks {said}",)
    sentence: Sentence = (_of_shown(len(answers)) if part else "The networks disagree: ",)
    for number, (answer, arms) in enumerate(groups.items()):
        sentence += ("; ",) if number else ()
        for place, arm in enumerate(arms):
            sentence += (", ",) if place else ()
            sentence += _called(arm)
        sentence += (f" {'says' if len(arms) == 1 else 'say'} {classes[answer]}",)
    return (*sentence, ".")


def steadiness_headline(
    maps: Mapping[Arm, ShiftMap], comparison: Comparison, seed: int
) -> Sentence:
    """How many predictions one pixel changes, for the least and the most steady network shown.

    Args:
        maps: of the networks that are shown.
        comparison: the comparison that contains all of them, and maybe more.
        seed: the seed with which they were trained.
    """
    if not maps:
        return ("Shift maps for these networks have not been computed yet.",)
    ordered = sorted(maps, key=lambda arm: maps[arm].one_pixel())
    least, most = ordered[0], ordered[-1]
    changed, fewer = (f"{percent(1 - maps[arm].one_pixel())} %" for arm in (least, most))
    start = "One pixel changes "
    if 1 < len(maps) < len(comparison.arms):
        start = f"{_of_shown(len(maps))}one pixel changes "
    if len(maps) > TWO_NETWORKS and changed == fewer:
        return (f"{start}{changed} of the predictions with each network, for seed {seed}.",)
    sentence: Sentence = (f"{start}{changed} of the predictions with ", *_called(least, "and"))
    if len(maps) > TWO_NETWORKS:
        sentence += (f", the most, and {fewer} with ", *_called(most, "and"), ", the fewest")
    elif len(maps) == TWO_NETWORKS:
        sentence += (f", {fewer} with ", *_called(most, "and"))
    return (*sentence, f", for seed {seed}.")


def _of_shown(count: int) -> str:
    return f"Of the {number_word(count)} networks shown, "


def _called(arm: Arm, joint: str = "with") -> tuple[str | Pooling, ...]:
    """A network inside a sentence: "max with GAP", and its dropout if it has any."""
    text = f" {joint} {HEADS[arm.head].label}"
    if arm.dropout is not DropoutPosition.NONE:
        text += f" and {DROPOUT_POSITIONS[arm.dropout].label}"
    return arm.pooling, text
