"""What does an interval cover, where does its width come from, and what would narrow it?"""

from collections.abc import Sequence
from statistics import median

from core.catalog import POOLINGS, Pooling
from core.comparison import Results
from core.comparison.crossed import Source
from core.comparison.families import Pair
from core.comparison.statistics import Difference
from core.words import inside, join, number_word

DOUBLE = 2
SOURCES = {
    Source.SEEDS: "the seeds",
    Source.IMAGES: "the test images",
    Source.BOTH: "images on which the seeds disagree",
}


def evidence(difference: Difference) -> str:
    """What a difference rests on: "5 seeds", or "5 seeds and 3,000 images"."""
    seeds = f"{difference.n} seeds"
    if difference.spread is None:
        return seeds
    return f"{seeds} and {difference.spread.images:,} images"


def covered(pairs: Sequence[Pair], results: Results) -> str:
    """What the intervals cover, to follow "95 % interval".

    "on images like these, over seeds and 300 test images", or "on these 300 test images, over
    seeds alone".
    """
    images = results.comparison.arms[0].experiment.data.entry.splits.test
    if any(pair.difference.spread for pair in pairs):
        return f"on images like these, over seeds and {images:,} test images"
    return f"on these {images:,} test images, over seeds alone"


def fallback(pairs: Sequence[Pair], results: Results) -> str:
    """Which intervals are over seeds alone although more was asked for, and why; else empty."""
    alone = [pair for pair in pairs if pair.difference.spread is None]
    if not alone or not results.asks_for_images:
        return ""
    if results.unread:
        return f"Over seeds alone, because {results.unread}."
    which = "" if len(alone) == len(pairs) else f" for {_names(alone)}"
    return f"Over seeds alone{which}: not all runs have usable predictions for the test images."


def source(pairs: Sequence[Pair]) -> str:
    """Which source of chance dominates, and what would narrow the intervals; else empty.

    "Most of the uncertainty comes from the test images: with twice the seeds the bars would be 93 %
    as wide, with twice the test images 74 %."
    """
    spreads = [pair.difference.spread for pair in pairs]
    known = [spread for spread in spreads if spread is not None and spread.error > 0]
    if not known:
        return ""
    by_seeds = _share(median(spread.narrowed(seeds=DOUBLE) for spread in known))
    by_images = _share(median(spread.narrowed(images=DOUBLE) for spread in known))
    main = {spread.main for spread in known}
    if len(main) > 1:
        start = "Seeds and test images both add uncertainty"
    else:
        start = f"Most of the uncertainty comes from {SOURCES[main.pop()]}"
    bars = "the bar" if len(known) == 1 else "the bars"
    return (
        f"{start}: with twice the seeds {bars} would be {by_seeds} as wide, with twice the test "
        f"images {by_images}."
    )


def _share(part: float) -> str:
    return f"{100 * part:.0f} %"


def only_alone(pairs: Sequence[Pair]) -> str:
    """Which differences would be established alone and are not beside the others; else empty."""
    missed = [pair for pair in pairs if pair.only_alone]
    if not missed:
        return ""
    shown = missed[0].difference.comparisons
    it = "it" if len(missed) == 1 else "they"
    return (
        f"{_names(missed)}: alone {it} would be established; {number_word(shown)} comparisons are "
        f"shown."
    )


def _names(pairs: Sequence[Pair]) -> str:
    """The strategies; with their heads where a head is compared with another."""
    across = any(pair.reference.clause != pair.arm.clause for pair in pairs)
    names = dict.fromkeys(
        f"{_name(pair.arm.pooling)}{f' + {pair.arm.head_label}' if across else ''}"
        for pair in pairs
    )
    return join(list(names))


def _name(pooling: Pooling) -> str:
    return inside(POOLINGS[pooling].label)
