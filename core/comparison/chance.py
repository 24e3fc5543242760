"""Which networks have not learned? They are named before anything is compared.

A run is *at chance* if its test accuracy is not significantly above the share of the most frequent
class, which is the accuracy of a network that always predicts that class. The test is the exact
binomial test on the run's own number of test images; with few images, guessing can score far above
one divided by the number of classes (Combrisson and Jerbi 2015, Exceeding chance level by chance).

A run has *collapsed* if it lies more than four interquartile ranges below the median of the seeds
of its network; Tukey's fences (1977, Exploratory data analysis) are 1.5 and 3 ranges beyond the
quartiles. The range is at least the one expected from the sampling of test images alone: otherwise
a single image could make an outlier where the seeds agree.
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
"""one-sided: one in twenty guessing networks is mistaken for one that has learned"""
OUTLIER_FENCE = 4.0
"""interquartile ranges below the median"""
NORMAL_RANGE = 1.349
"""interquartile range of a normal distribution, in standard deviations"""
MOST_NAMED_NETWORKS = 2
"""a sentence names up to this many networks and counts more"""

Sentence = tuple[str | Pooling, ...]
"""as in `core.sentences.headlines`"""


@dataclass(frozen=True, slots=True)
class Unlearned:
    """The runs of one network that have not learned.

    Attributes:
        arm: the network.
        chance: share of the most frequent class among the test images.
        median: median test accuracy of its seeds.
        at_chance: seed -> test accuracy, for the runs at chance.
        collapsed: seed -> test accuracy, for collapsed runs above chance.
        runs: number of its runs that did not diverge.
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

    For a folder whose classes have not been counted, one divided by the number of classes.
    """
    entry = data.entry
    if entry.commonest is None:
        return 1 / len(entry.classes)
    return entry.commonest / entry.splits.test


@lru_cache(maxsize=4096)
def is_chance(accuracy: float, images: int, share: float) -> bool:
    """Whether guessing can explain an accuracy.

    True if P(X >= k) > CHANCE_LEVEL for X ~ Binomial(images, share), with k right answers.

    Args:
        accuracy: test accuracy, a fraction.
        images: number of test images.
        share: share of the most frequent class.
    """
    right = round(accuracy * images)
    if right == 0:
        return True
    # importing scipy.special takes a tenth of the time of scipy.stats
    from scipy.special import bdtrc

    return float(bdtrc(right - 1, images, share)) > CHANCE_LEVEL


def fence(accuracies: Sequence[float], images: int) -> float:
    """The test accuracy below which a run has collapsed, given the accuracies of all seeds."""
    low, median, high = (float(q) for q in np.quantile(accuracies, (0.25, 0.5, 0.75)))
    counting = NORMAL_RANGE * sqrt(median * (1 - median) / images)
    return median - OUTLIER_FENCE * max(high - low, counting)


def unlearned(arm: Arm, accuracies: Mapping[int, float]) -> Unlearned | None:
    """The runs of a network that have not learned; None if all of them have.

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
    """The networks of a comparison with runs that have not learned, in the order of its arms."""
    checked = (unlearned(arm, results.test_accuracy(arm)) for arm in results.comparison.arms)
    return tuple(network for network in checked if network)


def cautions(results: Results) -> tuple[Sentence, ...]:
    """Warnings to be read before a comparison: sentences about each network that stands out.

    A single sentence if no network is better than guessing.
    """
    outliers = unlearned_in(results)
    if nothing_learned(results):
        by_guessing = percent(outliers[0].chance)
        return ((f"No network is better than guessing ({by_guessing} %): train longer.",),)
    several = len(results.comparison.facets) > 1
    return tuple(
        sentence
        for network in outliers
        for sentence in said_of(
            network, network.arm.pooling, f" {network.arm.clause}" if several else ""
        )
    )


def nothing_learned(results: Results) -> bool:
    """Whether no run of any network is better than guessing: there is nothing to compare."""
    outliers = unlearned_in(results)
    trained = [arm for arm in results.comparison.arms if results.test_accuracy(arm)]
    guessing = [network.arm for network in outliers if len(network.at_chance) == network.runs]
    return bool(outliers) and guessing == trained


def caution(results: Results) -> Sentence:
    """The warnings in one or two sentences, or a count if there are more; empty for none."""
    sentences = cautions(results)
    if len(sentences) <= MOST_NAMED_NETWORKS:
        return _joined(sentences)
    outliers = unlearned_in(results)
    guessing = sum(len(network.at_chance) for network in outliers)
    fallen = sum(len(network.collapsed) for network in outliers)
    kinds = ((guessing, "at chance"), (fallen, "far below their other seeds"))
    parts = [f"{number} {what}" for number, what in kinds if number]
    return (f"Runs of {number_word(len(outliers))} networks stand out: {join(parts)}.",)


def said_of(network: Unlearned, called: str | Pooling, where: str = "") -> tuple[Sentence, ...]:
    """Sentences on how many runs of a network are at chance or far below the others.

    Args:
        network: the network.
        called: its name.
        where: text after the name that tells it from other networks.
    """
    sentences: list[Sentence] = []
    name, runs = (called, where), network.runs
    if network.at_chance:
        span, guessing = _span(network.at_chance), percent(network.chance)
        what = f"at chance ({span}; guessing gives {guessing} %)."
        sentences.append(_counted(len(network.at_chance), runs, name, what))
    if network.collapsed:
        span, median = _span(network.collapsed), percent(network.median)
        what = f"far below the others ({span}; the median of its seeds is {median} %)."
        sentences.append(_counted(len(network.collapsed), runs, name, what))
    return tuple(sentences)


def _counted(number: int, runs: int, network: tuple[str | Pooling, str], what: str) -> Sentence:
    """A sentence about some of a network's runs: "1 of 10 runs of max is at chance."."""
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
