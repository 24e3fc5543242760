"""Where else do the networks of a claim stand beside each other, and what is different there?

A page gives all networks one recipe; a claim may have chosen a learning rate for each, or compare
what no page compares. A lead promises the same numbers or names every difference, and says how
many runs are missing there.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from core.analyses.shift_map import ShiftSettings
from core.catalog import HEADS, POOLINGS, Head, Page
from core.claims.claim import VERDICT_SEEDS, Contrast, Metric, Recipe
from core.claims.evidence import moved
from core.claims.judge import Judged
from core.comparison import Comparison
from core.config import Experiment
from core.words import inside, join, number_word, size

CHOICES = ("pooling", "head", "dropout")
"""flat fields in which the networks of one comparison may differ"""
CHOSEN = {"lr": "learning rate", "dropout_rate": "dropout rate"}
"""flat fields that validation chooses in claims, in words"""
LINK_VERSION = "1"

Present = Callable[[Collection[str]], Collection[str]]
"""of some keys those that the store has"""


@dataclass(frozen=True, slots=True)
class Lead:
    """Where the networks of a part are compared.

    Attributes:
        page: its path.
        comparison: of the arm and its control, if there is one.
        reference: what the others are compared with there.
        differences: what is different there; empty if the numbers are the same.
        missing: how many of its runs are not there.
    """

    page: Page
    comparison: Comparison
    reference: str
    differences: tuple[str, ...]
    missing: int

    @property
    def parameters(self) -> dict[str, Any]:
        """Every control of the comparison, as a link writes it, so that it stays what it is."""
        arms = self.comparison.arms
        heads = list(dict.fromkeys(str(arm.head) for arm in arms))
        usual = [head for head in heads if head in (Head.GAP, Head.FLATTEN)]
        return {
            **_shared([arm.experiment for arm in arms]),
            "pooling": list(dict.fromkeys(str(arm.pooling) for arm in arms)),
            "head": "both" if len(usual) > 1 else usual[0],
            # what is chosen not at all is said by an empty value
            "more_heads": [head for head in heads if head not in usual] or "",
            "dropout": list(dict.fromkeys(str(arm.dropout) for arm in arms)),
            "seeds": len(self.comparison.seeds),
            "reference": self.reference,
            "v": LINK_VERSION,
        }


def _shared(experiments: Sequence[Experiment]) -> dict[str, Any]:
    """The flat fields that all have, but for those that have no effect on some of them.

    These are at their default where they have none: without dropout there is no rate.
    """
    every = [each.to_flat() for each in experiments]
    usual = Experiment.from_flat({"dataset": every[0]["dataset"]}).to_flat()
    return {
        name: next((flat[name] for flat in every if flat[name] != value), value)
        for name, value in usual.items()
        if name not in (*CHOICES, "seed")
    }


def lead(judged: Judged, present: Present) -> Lead | None:
    """The comparison on a page that is nearest to a part of a claim.

    Args:
        judged: a part.
        present: of some keys of runs those that are there.

    Returns:
        None if the part has no trained networks, or no page can show them beside each other.
    """
    part = judged.part
    if not isinstance(part, Contrast) or part.metric.is_timed or not judged.chosen:
        return None
    found = [_of(judged, part, comparison, present) for comparison in _comparisons(judged, part)]
    # the runs first, then how much is the same
    return min(found, key=lambda each: (each.missing, len(each.differences)), default=None)


def _of(judged: Judged, part: Contrast, comparison: Comparison, present: Present) -> Lead:
    keys = [experiment.key for experiment in comparison.experiments]
    return Lead(
        page=Page.SHIFT if part.metric.needs_maps else Page.ACCURACY,
        comparison=comparison,
        reference=str(judged.chosen[-1].model.pooling),
        differences=differences(judged, comparison),
        missing=len(keys) - len(present(keys)),
    )


def _comparisons(judged: Judged, part: Contrast) -> Iterator[Comparison]:
    """Both networks under one recipe, for each recipe that one of them may have."""
    # the control first: a page compares with it
    networks = judged.chosen[::-1]
    axes = [dict.fromkeys(_choices(each)[name] for each in networks) for name in CHOICES]
    # as the controls have them
    axes[1] = dict.fromkeys(str(head) for head in HEADS if head in axes[1])
    recipes = [*networks, *(each for recipe in part.recipes for each in recipe.candidates)]
    for recipe in dict.fromkeys(recipes):
        every = (dict(zip(CHOICES, each, strict=True)) for each in product(*axes))
        comparison = Comparison.of((recipe.with_flat(**each) for each in every), VERDICT_SEEDS)
        if _shows(comparison, judged, part):
            yield comparison


def _choices(experiment: Experiment) -> dict[str, Any]:
    flat = experiment.to_flat()
    return {name: flat[name] for name in CHOICES}


def _shows(comparison: Comparison, judged: Judged, part: Contrast) -> bool:
    """Whether it holds both networks, up to what validation has chosen."""
    counterparts = [_counterpart(comparison, each) for each in judged.chosen]
    for network, there, recipe in zip(judged.chosen, counterparts, part.recipes, strict=True):
        if there is None or not _differing(network, there) <= {recipe.field, *_fields(part)}:
            return False
    return len({each.key for each in counterparts if each}) == len(counterparts)


def _fields(part: Contrast) -> set[str]:
    return {recipe.field for recipe in part.recipes if recipe.field}


def _counterpart(comparison: Comparison, network: Experiment) -> Experiment | None:
    """The network of a comparison with the same pool, head and dropout."""
    alike = (a.experiment for a in comparison.arms if _choices(a.experiment) == _choices(network))
    return next(alike, None)


def _differing(network: Experiment, there: Experiment) -> set[str]:
    one, other = network.to_flat(), there.to_flat()
    return {name for name in one if one[name] != other[name] and name != "seed"}


def differences(judged: Judged, comparison: Comparison) -> tuple[str, ...]:
    """What a page that shows a comparison has different from a part of a claim.

    Args:
        judged: a part with trained networks.
        comparison: that a link leads to.

    Returns:
        Clauses without a full stop; none if the numbers are the same.
    """
    part = judged.part
    if not isinstance(part, Contrast):
        raise TypeError("an exact part has no networks")
    return (
        *_of_networks(judged, part, comparison),
        *_of_seeds(comparison),
        *(_of_maps(judged, part) if part.metric.needs_maps else _of_accuracy(part, comparison)),
    )


def _of_networks(judged: Judged, part: Contrast, comparison: Comparison) -> Iterator[str]:
    """Networks that are not there, and fields in which they are not what they are in the claim."""
    own: dict[str, list[tuple[Recipe, Any, Any]]] = {}
    for network, recipe in zip(judged.chosen, part.recipes, strict=True):
        there = _counterpart(comparison, network)
        if there is None:
            yield f"without {recipe.name}"
            continue
        one, other = network.to_flat(), there.to_flat()
        for name in sorted(_differing(network, there)):
            own.setdefault(name, []).append((recipe, one[name], other[name]))
    for name, found in own.items():
        here = found[0][2]
        if name not in CHOSEN:
            values = join([f"{value} for {recipe.name}" for recipe, value, _ in found])
            yield f"{name.replace('_', ' ')} {here}; the claim has {values}"
            continue
        tried = len(next((r.values for r in part.recipes if r.field == name), ()))
        values = join([f"{value:g} for {recipe.name}" for recipe, value, _ in found])
        yield (
            f"one {CHOSEN[name]} for all ({here:g}); the claim chose the best of "
            f"{number_word(tried)} for each network ({values})"
        )


def _of_seeds(comparison: Comparison) -> Iterator[str]:
    if set(comparison.seeds) != set(VERDICT_SEEDS):
        seeds = number_word(len(comparison.seeds))
        yield f"{seeds} seeds; the claim has {number_word(len(VERDICT_SEEDS))}"


def _of_accuracy(part: Contrast, comparison: Comparison) -> Iterator[str]:
    """What Accuracy compares, and how its intervals are corrected."""
    if part.metric is not Metric.TEST_ACCURACY:
        yield f"test accuracies are compared there; the claim compares the {part.metric}"
    if all(len(facet.arms) == 1 for facet in comparison.facets):
        yield "each network is shown by itself there, without their difference"
    shown = sum(len(facet.arms) - 1 for facet in comparison.facets)
    if shown > 1:
        yield f"intervals are corrected there for {number_word(shown)} comparisons"


def _of_maps(judged: Judged, part: Contrast) -> Iterator[str]:
    """What Shift shows: the share of each network, not paired over the seeds."""
    if part.control:
        yield "each network is shown by itself there; the claim compares them seed by seed"
    else:
        yield f"the claim has the mean of {number_word(len(VERDICT_SEEDS))} seeds"
    network = judged.chosen[0]
    here = moved(network)
    there = ShiftSettings.of(network.input_shape, circular=False)
    if there.images != here.images:
        yield (
            f"up to {there.images:,} test images there, computed on demand; the claim moves "
            f"{here.images}"
        )


def networks(comparison: Comparison) -> str:
    """Which networks a page shows: "max and none, GAP head, 8 × 8 images, 16 and 32 channels"."""
    arms = comparison.arms
    poolings = dict.fromkeys(inside(POOLINGS[arm.pooling].label) for arm in arms)
    heads = dict.fromkeys(HEADS[arm.head].label for arm in arms)
    _, height, width = arms[0].experiment.input_shape
    widths = arms[0].experiment.to_flat()["widths"].replace(",", " and ")
    return (
        f"{join(list(poolings))}, {join(list(heads))} head{'s' if len(heads) > 1 else ''}, "
        f"{size(height, width)} images, {widths} channels"
    )
