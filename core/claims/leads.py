"""Which page also compares the networks of a claim, and what is different there?

A page gives all networks the same settings, whereas a claim may choose a learning rate for each or
compare what no page compares. A lead either leads to the same numbers or names every difference,
and says how many runs are missing there.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from core.analyses.shift_map import ShiftSettings
from core.catalog import HEADS, Page
from core.claims.claim import VERDICT_SEEDS, Hypothesis, Metric
from core.claims.evidence import moved
from core.claims.results import ComparedPart
from core.comparison import Chance, Comparison
from core.comparison.address import address
from core.comparison.stock import AXES
from core.config import Experiment
from core.config.fields import FIELDS
from core.words import inside, join, number_word

Present = Callable[[Collection[str]], Collection[str]]
"""returns those of some keys that the store has"""


@dataclass(frozen=True, slots=True)
class Lead:
    """A page that compares the networks of a part.

    Attributes:
        page: the page.
        comparison: the comparison that it shows.
        reference: the pooling with which it compares the others.
        differences: what is different there; empty if the numbers are the same.
        missing: how many of its runs are not stored.
    """

    page: Page
    comparison: Comparison
    reference: str
    differences: tuple[str, ...]
    missing: int

    @property
    def parameters(self) -> dict[str, Any]:
        """Every control of the comparison, explicitly, so that later defaults cannot change it."""
        return {
            **address(self.comparison),
            # as the claim's own interval
            "chance": str(Chance.SEEDS),
            "reference": self.reference,
            # the claim counts every shift; the page shows near ones unless it is asked
            **({"shift_reach": "all"} if self.page is Page.SHIFT else {}),
        }


def lead(result: ComparedPart, present: Present) -> Lead | None:
    """The comparison on a page that is most similar to a part of a claim.

    Args:
        result: a part.
        present: returns those of some keys that are stored.

    Returns:
        None if the part is timed, or no page can show its networks together.
    """
    if result.part.metric.is_timed:
        return None
    leads = (_lead(result, comparison, present) for comparison in _comparisons(result))
    # a page with its runs is more useful than one with equal settings
    return min(leads, key=lambda lead: (lead.missing, len(lead.differences)), default=None)


def _lead(result: ComparedPart, comparison: Comparison, present: Present) -> Lead:
    keys = [experiment.key for experiment in comparison.experiments]
    return Lead(
        page=Page.SHIFT if result.part.metric.needs_maps else Page.ACCURACY,
        comparison=comparison,
        reference=str(result.chosen[-1].model.pooling),
        differences=differences(result, comparison),
        missing=len(keys) - len(present(keys)),
    )


def _comparisons(result: ComparedPart) -> Iterator[Comparison]:
    """Comparisons of both networks under the same settings, for every setting of either."""
    # the control first, because a page compares with its first network
    networks = result.chosen[::-1]
    axes = {name: dict.fromkeys(_axes(network)[name] for network in networks) for name in AXES}
    # in the order of the sidebar
    axes["head"] = dict.fromkeys(str(head) for head in HEADS if head in axes["head"])
    combinations = [dict(zip(AXES, values, strict=True)) for values in product(*axes.values())]
    candidates = (candidate for arm in result.part.arms for candidate in arm.candidates)
    for base in dict.fromkeys((*networks, *candidates)):
        comparison = Comparison.of((base.with_flat(**c) for c in combinations), VERDICT_SEEDS)
        if _shows(comparison, result):
            yield comparison


def _axes(experiment: Experiment) -> dict[str, Any]:
    flat = experiment.to_flat()
    return {name: flat[name] for name in AXES}


def _shows(comparison: Comparison, result: ComparedPart) -> bool:
    """Whether it has all networks of a part, up to settings chosen on the validation images."""
    counterparts = [_counterpart(comparison, network) for network in result.chosen]
    tried = {arm.choice.field for arm in result.part.arms if arm.choice}
    alike = all(
        there and _differing(network, there).keys() <= tried
        for network, there in zip(result.chosen, counterparts, strict=True)
    )
    return alike and len({there.key for there in counterparts if there}) == len(counterparts)


def _counterpart(comparison: Comparison, network: Experiment) -> Experiment | None:
    """The network of a comparison with the same pooling, head and dropout."""
    shown = (arm.experiment for arm in comparison.arms)
    return next((other for other in shown if _axes(other) == _axes(network)), None)


def _differing(network: Experiment, there: Experiment) -> dict[str, tuple[Any, Any]]:
    """The values of both networks for every field that differs, except the seed."""
    one, other = network.to_flat(), there.to_flat()
    names = (name for name in one if one[name] != other[name] and name != "seed")
    return {name: (one[name], other[name]) for name in names}


def differences(result: ComparedPart, comparison: Comparison) -> tuple[str, ...]:
    """How the page that shows a comparison differs from a part of a claim.

    Args:
        result: a part with trained networks.
        comparison: the comparison that a link leads to.

    Returns:
        Clauses without a full stop; empty if the numbers are the same.
    """
    part = result.part
    return (
        *_of_networks(result, comparison),
        *_of_seeds(comparison),
        *(_of_maps(result) if part.metric.needs_maps else _of_accuracy(part, comparison)),
    )


def _of_networks(result: ComparedPart, comparison: Comparison) -> Iterator[str]:
    """Networks that the page lacks, and settings in which it differs from the claim."""
    shown: dict[str, Any] = {}
    claimed: dict[str, list[str]] = {}
    for network, arm in zip(result.chosen, result.part.arms, strict=True):
        there = _counterpart(comparison, network)
        if there is None:
            yield f"without {arm.name}"
            continue
        for name, (value, shown[name]) in sorted(_differing(network, there).items()):
            claimed.setdefault(name, []).append(f"{value} for {arm.name}")
    tried = {arm.choice.field: arm.choice for arm in result.part.arms if arm.choice}
    for name, values in claimed.items():
        if name in tried:
            yield (
                f"one {_in_words(name)} for all ({shown[name]}); the claim chose the best of "
                f"{number_word(len(tried[name].values))} for each network ({join(values)})"
            )
        else:
            yield f"{_in_words(name)} {shown[name]}; the claim has {join(values)}"


def _of_seeds(comparison: Comparison) -> Iterator[str]:
    if set(comparison.seeds) != set(VERDICT_SEEDS):
        seeds = number_word(len(comparison.seeds))
        yield f"{seeds} seeds; the claim has {number_word(len(VERDICT_SEEDS))}"


def _of_accuracy(part: Hypothesis, comparison: Comparison) -> Iterator[str]:
    """What Accuracy compares differently, and how it corrects its intervals."""
    if part.metric is not Metric.TEST_ACCURACY:
        yield f"test accuracies are compared there; the claim compares the {part.metric}"
    if all(len(facet.arms) == 1 for facet in comparison.facets):
        yield "each network is shown by itself there, without their difference"
    shown = sum(len(facet.arms) - 1 for facet in comparison.facets)
    if shown > 1:
        yield f"intervals are corrected there for {number_word(shown)} comparisons"


def _of_maps(result: ComparedPart) -> Iterator[str]:
    """What Shift shows differently: the share of each network, not paired over seeds."""
    if len(result.chosen) > 1:
        yield "maps there are of one seed; the claim compares the networks seed by seed"
    else:
        yield f"the claim has the mean of {number_word(len(VERDICT_SEEDS))} seeds"
    network = result.chosen[0]
    claimed = moved(network).images
    shown = ShiftSettings.of(network.input_shape, circular=False).images
    if shown != claimed:
        yield f"up to {shown:,} test images there, computed on demand; the claim moves {claimed}"


def _in_words(field: str) -> str:
    return inside(FIELDS[field].about.label)
