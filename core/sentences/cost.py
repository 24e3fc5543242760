"""The sentence above the cost page: in what do the networks differ most, and what does a head add?

It names the largest factor among learned parameters, MACs, activation memory and training time.
The first three are counted; time is measured, so it counts only where no chance explains it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from statistics import fmean

from core.catalog import HEADS, Pooling
from core.comparison import Arm, Comparison, Results
from core.comparison.ledger import architecture_of
from core.sentences.headlines import Sentence
from core.sentences.networks import full_name
from core.words import count, join, number_word, significant

SAME_COST_RATIO = 1.05
"""costs within this factor count as the same"""
SAME_TIME_RATIO = 1.25
"""times within this factor count as the same: a busy machine explains that much"""
PARAMETERS = "has", "the parameters of"
OTHER_COUNTED = (("needs", "the MACs of"), ("needs", "the activation memory of"))
TRAINING_TIME = "takes", "the training time of"
"""how a sentence names a cost: its verb, and what there are so many times of"""


@dataclass(frozen=True, slots=True)
class Factor:
    """How far the networks lie apart in one cost.

    Attributes:
        words: how a sentence names the cost.
        most: the strategy that costs most.
        least: the one that costs least.
        ratio: of the two, 1 or more.
    """

    words: tuple[str, str]
    most: Pooling
    least: Pooling
    ratio: float


def cost_headline(results: Results) -> Sentence:
    """Compare the networks of the first head, then the heads where they differ most."""
    comparison = results.comparison
    first = comparison.facets[0]
    arms = {arm.pooling: arm for arm in first.arms}
    pools = _pools(list(arms.values()), results)
    several_heads = len({arm.head for arm in comparison.arms}) > 1
    head = _head(comparison, list(arms.values())) if several_heads else ()
    if len(arms) > 1 and several_heads:
        # the first half is about one head only
        pools = (f"With a {HEADS[first.head].label} head, ", *_inside(pools))
    return (*pools, *(("; ", *head) if head else ()), ".")


def _inside(sentence: Sentence) -> Sentence:
    """The start of a sentence, rewritten for the middle of one."""
    start, *rest = sentence
    return (start if isinstance(start, Pooling) else f"{start[:1].lower()}{start[1:]}", *rest)


def _pools(arms: list[Arm], results: Results) -> Sentence:
    parameters = {arm.pooling: architecture_of(arm).totals.parameters for arm in arms}
    if len(arms) == 1:
        return (arms[0].pooling, f" learns {count(parameters[arms[0].pooling])} parameters")
    learned, *others = factors(arms, results)
    # the first of equal factors, so parameters before MACs, and MACs before memory and time
    largest = max([learned, *others], key=lambda factor: round(factor.ratio, 2))
    same = learned.ratio <= SAME_COST_RATIO
    if largest.ratio <= SAME_COST_RATIO:
        return (f"{_same(parameters)} and need the same MACs",)
    verb, what = largest.words
    said = (largest.most, f" {verb} {_times(largest.ratio)} {what} ", largest.least)
    return (f"{_same(parameters)}, but ", *said) if same else said


def factors(arms: Sequence[Arm], results: Results) -> list[Factor]:
    """How far the networks of one head lie apart in parameters, MACs, memory and training time.

    Time is left out unless every network was trained on one model of machine, and every run of the
    slowest took longer than every run of the quickest, by `SAME_TIME_RATIO` in the mean.
    """
    totals = {arm.pooling: architecture_of(arm).totals for arm in arms}
    counted = [
        _factor(PARAMETERS, {pooling: each.parameters for pooling, each in totals.items()}),
        _factor(OTHER_COUNTED[0], {pooling: each.macs for pooling, each in totals.items()}),
        _factor(
            OTHER_COUNTED[1], {pooling: each.activation_bytes for pooling, each in totals.items()}
        ),
    ]
    time = _time(arms, results)
    return [*counted, time] if time else counted


def two_costs(arm: Arm, reference: Arm) -> Sentence:
    """How many times the parameters, MACs and activation memory of another network one needs.

    Costs within `SAME_COST_RATIO` count as the same. Empty for twice the same network.
    """
    if arm == reference:
        return ()
    own, other = (architecture_of(each).totals for each in (arm, reference))
    amounts = {
        "parameters": (own.parameters, other.parameters),
        "MACs": (own.macs, other.macs),
        "activation memory": (own.activation_bytes, other.activation_bytes),
    }
    apart = {what: one / another for what, (one, another) in amounts.items()}
    same = [what for what in amounts if abs(log(apart[what])) <= log(SAME_COST_RATIO)]
    # costs that are called the same may differ by less than that
    exact = all(apart[what] == 1 for what in same)
    ratios = [f"{significant(apart[w], 2)} times the {w}" for w in amounts if w not in same]
    if not ratios:
        about = "exactly" if exact else "about"
        said = f" has {about} the {join(same)} of "
        return (*full_name(arm), said, *full_name(reference), ".")
    verb = "is" if same == ["activation memory"] else "are"
    rest = f"; {join(same)} {verb} {'' if exact else 'about '}the same" if same else ""
    return (*full_name(arm), f" has {join(ratios)} of ", *full_name(reference), f"{rest}.")


def _factor(words: tuple[str, str], costs: Mapping[Pooling, float]) -> Factor:
    least, most = min(costs, key=lambda p: costs[p]), max(costs, key=lambda p: costs[p])
    return Factor(words, most, least, costs[most] / costs[least])


def _time(arms: Sequence[Arm], results: Results) -> Factor | None:
    """How far training times lie apart; None where that may be chance or the machine."""
    runs = {arm.pooling: list(results.of(arm).values()) for arm in arms}
    machines = {
        (run.machine.device, run.machine.capability, run.machine.versions.get("processor"))
        for each in runs.values()
        for run in each
    }
    if len(machines) != 1 or not all(runs.values()):
        return None
    seconds = {pooling: [run.seconds for run in each] for pooling, each in runs.items()}
    factor = _factor(TRAINING_TIME, {pooling: fmean(each) for pooling, each in seconds.items()})
    apart = max(seconds[factor.least]) < min(seconds[factor.most])
    return factor if apart and factor.ratio > SAME_TIME_RATIO else None


def _same(parameters: Mapping[Pooling, int]) -> str:
    several = {2: "Both"}.get(len(parameters), f"All {number_word(len(parameters))}")
    how_many = f"{several} networks"
    values = sorted(parameters.values())
    if values[0] == values[-1]:
        return f"{how_many} have {count(values[0])} parameters"
    return f"{how_many} have {count(values[0])} to {count(values[-1])} parameters"


def _head(comparison: Comparison, arms: Sequence[Arm]) -> Sentence:
    """Where another head changes the parameters of a strategy most, and by how much."""
    swaps = [
        (arm, other)
        for arm in arms
        for other in comparison.arms
        if other.pooling == arm.pooling and other.head != arm.head and other.dropout == arm.dropout
    ]
    if not swaps:
        return ()
    ratios = {swap: _ratio(*swap) for swap in swaps}
    arm, other = max(swaps, key=lambda swap: abs(log(ratios[swap])))
    ratio = ratios[arm, other]
    name, base = HEADS[other.head].label, HEADS[arm.head].label
    several = len(arms) > 1
    where: Sentence = (" for ", arm.pooling) if several else ()
    if ratio == 1:
        return (f"a {name} head has the same number as {base}",)
    if ratio > 2:  # noqa: PLR2004 (twice)
        as_many = f"the parameters of {base}" if several else "as many"
        return (f"a {name} head has {_times(ratio)} {as_many}", *where)
    change = f"{abs(ratio - 1):.0%}".replace("%", " %")
    more = f"{'adds' if ratio > 1 else 'saves'} {change}"
    if not several:
        return (f"a {name} head {more}",)
    return (f"a {name} head {more} {'to' if ratio > 1 else 'of'} the parameters of ", arm.pooling)


def _ratio(arm: Arm, other: Arm) -> float:
    """How many times the parameters of one network another has."""
    return architecture_of(other).totals.parameters / architecture_of(arm).totals.parameters


def _times(ratio: float) -> str:
    return f"{ratio:.1f} times" if ratio < 10 else f"{ratio:,.0f} times"  # noqa: PLR2004
