"""Which networks have not learned? They are named before anything is compared.

A run is *at chance* if its test accuracy is not significantly above the share of the most frequent
class: what a network gets that always names this class. The test is the exact binomial one, with
its own number of test images; with few of them chance reaches far above one in the number of
classes (Combrisson and Jerbi 2015, Exceeding chance level by chance).

A run has *collapsed* if it lies more than four interquartile ranges below the median of the seeds
of its network: Tukey's fences (1977, Exploratory data analysis) stand at 1.5 and 3 beyond the
quartiles. The range counts for no less than the one that the test images alone would give, or a
single image would be far away where the seeds agree.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import numpy as np

from core.catalog import Pooling
from core.comparison import Arm, Results
from core.config import DataConfig
from core.words import join, number_word, percent

CHANCE_LEVEL = 0.05
"""one-sided: of twenty networks that guess, one passes for having learned"""
OUTLIER_FENCE = 4.0
"""interquartile ranges below the median"""
NORMAL_RANGE = 1.349
"""interquartile range of a normal distribution, in standard deviations"""
MOST_NAMED_NETWORKS = 2
"""how many networks a sentence names before it counts them"""

Sentence = tuple[str | Pooling, ...]
"""as in `core.sentences.headlines`"""


@dataclass(frozen=True, slots=True)
class Unlearned:
    """The runs of one network that have not learned.

    Attributes:
        arm: the network.
        chance: share of the most frequent class among the test images.
        median: test accuracy of its seeds.
        at_chance: seed -> test accuracy.
        collapsed: seed -> test accuracy, of runs above chance.
        runs: how many of its runs ended well.
    """

    arm: Arm
    chance: float
    median: float
    at_chance: Mapping[int, float]
    collapsed: Mapping[int, float]
    runs: int

    @property
    def seeds(self) -> frozenset[int]:
        """The seeds of all these runs."""
        return frozenset((*self.at_chance, *self.collapsed))


def chance(data: DataConfig) -> float:
    """The share of the most frequent class among the test images.

    Of a folder whose images nobody has counted by class, one in the number of classes.
    """
    entry = data.entry
    if entry.commonest is None:
        return 1 / len(entry.classes)
    return entry.commonest / entry.splits.test


@lru_cache(maxsize=4096)
def is_chance(accuracy: float, images: int, share: float) -> bool:
    """Whether so many right answers may come from guessing.

    True if P(X >= k) > CHANCE_LEVEL for X ~ Binomial(images, share), with k right answers.

    Args:
        accuracy: a fraction.
        images: number of test images.
        share: of the most frequent class.
    """
    right = round(accuracy * images)
    if right == 0:
        return True
    # scipy.special costs a tenth of the start-up of scipy.stats
    from scipy.special import bdtrc

    return float(bdtrc(right - 1, images, share)) > CHANCE_LEVEL


def fence(accuracies: Sequence[float], images: int) -> float:
    """The test accuracy below which a run has collapsed, given those of all seeds."""
    low, median, high = (float(q) for q in np.quantile(accuracies, (0.25, 0.5, 0.75)))
    counting = NORMAL_RANGE * sqrt(median * (1 - median) / images)
    return median - OUTLIER_FENCE * max(high - low, counting)


def unlearned(arm: Arm, accuracies: Mapping[int, float]) -> Unlearned | None:
    """The runs of a network that have not learned; None if all have.

    Args:
        arm: the network.
        accuracies: seed -> test accuracy (fraction).
    """
    if not accuracies:
        return None
    data = arm.experiment.data
    images, share = data.entry.splits.test, chance(data)
    guessing = {s: a for s, a in accuracies.items() if is_chance(a, images, share)}
    values = list(accuracies.values())
    least = fence(values, images)
    fallen = {s: a for s, a in accuracies.items() if a < least and s not in guessing}
    if not guessing and not fallen:
        return None
    return Unlearned(
        arm=arm,
        chance=share,
        median=float(np.median(values)),
        at_chance=guessing,
        collapsed=fallen,
        runs=len(values),
    )


@lru_cache(maxsize=64)
def unlearned_in(results: Results) -> tuple[Unlearned, ...]:
    """The networks of a comparison with runs that have not learned, in order."""
    verdicts = (unlearned(arm, results.test_accuracy(arm)) for arm in results.comparison.arms)
    return tuple(each for each in verdicts if each)


def cautions(results: Results) -> tuple[Sentence, ...]:
    """What must be known before this comparison is read, a sentence for each network.

    One sentence alone if no network is better than guessing.
    """
    guessing = unlearned_in(results)
    if nothing_learned(results):
        by_guessing = percent(guessing[0].chance)
        return ((f"No network is better than guessing ({by_guessing} %): train longer.",),)
    several = len(results.comparison.facets) > 1
    return tuple(
        said
        for each in guessing
        for said in said_of(each, each.arm.pooling, f" {each.arm.clause}" if several else "")
    )


def nothing_learned(results: Results) -> bool:
    """Whether no run of any network is better than guessing: there is nothing to compare."""
    standing_out = unlearned_in(results)
    trained = [arm for arm in results.comparison.arms if results.test_accuracy(arm)]
    return (
        bool(standing_out)
        and [e.arm for e in standing_out if len(e.at_chance) == e.runs] == trained
    )


def caution(results: Results) -> Sentence:
    """The same in one or two sentences: more than two networks are counted; empty for none."""
    said = cautions(results)
    if len(said) <= MOST_NAMED_NETWORKS:
        return _joined(said)
    standing_out = unlearned_in(results)
    guessing = sum(len(each.at_chance) for each in standing_out)
    fallen = sum(len(each.collapsed) for each in standing_out)
    kinds = ((guessing, "at chance"), (fallen, "far below their other seeds"))
    parts = [f"{number} {what}" for number, what in kinds if number]
    return (f"Runs of {number_word(len(standing_out))} networks stand out: {join(parts)}.",)


def said_of(each: Unlearned, called: str | Pooling, where: str = "") -> tuple[Sentence, ...]:
    """How many runs of a network are at chance, and how many far below the others.

    Args:
        each: the network.
        called: its name.
        where: what else tells it from others, after its name.
    """
    sentences: list[Sentence] = []
    if each.at_chance:
        what = f"at chance ({_span(each.at_chance)}; guessing gives {percent(each.chance)} %)."
        sentences.append(_counted(len(each.at_chance), each.runs, (called, where), what))
    if each.collapsed:
        what = (
            f"far below the others ({_span(each.collapsed)}; the median of its seeds is "
            f"{percent(each.median)} %)."
        )
        sentences.append(_counted(len(each.collapsed), each.runs, (called, where), what))
    return tuple(sentences)


def _counted(number: int, runs: int, network: tuple[str | Pooling, str], what: str) -> Sentence:
    """A sentence on some runs of a network: "1 of 10 runs of max is at chance."."""
    called, where = network
    if number < runs:
        count = f"{number} of {runs} runs of "
    else:
        count = "The only run of " if number == 1 else f"All {number_word(number)} runs of "
    return (count, called, f"{where} {'is' if number == 1 else 'are'} {what}")


def _span(accuracies: Mapping[int, float]) -> str:
    """One accuracy, or the lowest and the highest: "10.3 %", "10.0 to 10.3 %"."""
    low, high = percent(min(accuracies.values())), percent(max(accuracies.values()))
    return f"{low} %" if low == high else f"{low} to {high} %"


def _joined(sentences: Iterable[Sentence]) -> Sentence:
    parts: list[str | Pooling] = []
    for sentence in sentences:
        parts += [*([" "] if parts else []), *sentence]
    return tuple(parts)
