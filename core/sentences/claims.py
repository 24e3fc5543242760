"""Verdicts in words, computed from the data."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from core.catalog import HEADS, POOLINGS
from core.claims import (
    ClaimResult,
    ClaimVerdict,
    ComparedPart,
    ComputedPart,
    Hypothesis,
    PartResult,
    compared,
    computed,
)
from core.claims.claim import Expectation, Metric
from core.claims.dependence import Outcome, dependence, outcome
from core.comparison import Comparison
from core.comparison.chance import said_of
from core.sentences.dependence import alternatives, depends, span
from core.sentences.effects import UNITS, effect, in_unit
from core.words import capitalised, inside, join, number_word, plural, size

_WORDS = {
    ClaimVerdict.SUPPORTED: "Holds",
    ClaimVerdict.NUANCED: "Depends",
    ClaimVerdict.REFUTED: "Refuted",
    ClaimVerdict.ALIKE: "Alike",
    ClaimVerdict.TOO_SMALL: "Too small to matter",
    ClaimVerdict.UNDECIDED: "Undecided",
    ClaimVerdict.UNTESTED: "Not tested",
}
_VERBS = {
    ClaimVerdict.SUPPORTED: ("holds", "hold"),
    ClaimVerdict.NUANCED: ("depends", "depend"),
    ClaimVerdict.REFUTED: ("is refuted", "are refuted"),
    ClaimVerdict.ALIKE: ("is alike", "are alike"),
    ClaimVerdict.TOO_SMALL: ("is too small to matter", "are too small to matter"),
    ClaimVerdict.UNDECIDED: ("is undecided", "are undecided"),
    ClaimVerdict.UNTESTED: ("is not tested yet", "are not tested yet"),
}
"""verbs for one and for several claims or parts, in the order of a sentence"""
_AS_STATED = {**_VERBS, ClaimVerdict.SUPPORTED: ("holds as stated", "hold as stated")}


def verdict_word(verdict: ClaimVerdict) -> str:
    """The word on a badge."""
    return _WORDS[verdict]


def claims_headline(verdicts: Iterable[ClaimVerdict]) -> str:
    """How many claims there are with each verdict."""
    counts = Counter(verdicts)
    total = number_word(counts.total())
    if counts[ClaimVerdict.UNTESTED] == counts.total():
        return f"None of these {total} claims has been tested yet."
    return f"Of {total} claims about pooling, {join(_counted(counts, _AS_STATED))}."


def _counted(
    counts: Mapping[ClaimVerdict, int], verbs: Mapping[ClaimVerdict, tuple[str, str]]
) -> list[str]:
    """One clause for each verdict that occurs: "three hold", "one is refuted"."""
    return [
        f"{number_word(number)} {one if number == 1 else several}"
        for verdict, (one, several) in verbs.items()
        if (number := counts.get(verdict, 0))
    ]


def account(result: PartResult) -> tuple[str, ...]:
    """The result of a part, line by line."""
    match result:
        case ComputedPart(fact=fact):
            return (fact.sentence,) if fact else ()
        case ComparedPart(part=part, difference=difference):
            said = f"{effect(result)}, n = {difference.n}" if difference else None
            return tuple(filter(None, (*cautions(result), said, rule(part))))


def rule(part: Hypothesis) -> str:
    """When a hypothesis holds: "holds if the whole interval is above +0.5 points"."""
    low, high = in_unit(part, -part.margin), in_unit(part, part.margin)
    where = {
        Expectation.MORE: f"above {high}",
        Expectation.LESS: f"below {low}",
        Expectation.ALIKE: f"between {low} and {high}",
    }
    return f"holds if the whole interval is {where[part.expected]} {UNITS[part.unit]}"


def plain_answer(result: ClaimResult) -> str:
    """The claim's plain answer for the outcomes of its parts; empty if it has none for them."""
    outcomes: dict[Metric, set[Outcome]] = {}
    for part in compared(result.parts):
        outcomes.setdefault(part.part.metric, set()).add(outcome(part.verdict))

    def all_are(wanted: Outcome, measures: Collection[Metric]) -> bool:
        return all(outcomes.get(each, set()) - {Outcome.OPEN} == {wanted} for each in measures)

    for answer in result.claim.answers:
        if all_are(Outcome.YES, answer.holding) and all_are(Outcome.NO, answer.failing):
            return answer.says
    return ""


def verdict_sentence(result: ClaimResult) -> str:
    """The plain answer, if there is one, then the verdict by rule."""
    return " ".join(filter(None, (plain_answer(result), _by_rule(result))))


def _by_rule(result: ClaimResult) -> str:
    """On what the verdict depends, or how many parts hold; and what was computed."""
    facts = [part.fact.sentence for part in computed(result.parts) if part.fact]
    measured = compared(result.parts)
    dependent = dependence(measured)
    if dependent:
        said = f"{depends(dependent, measured)}{_over(result, sets=False)}."
        return " ".join(filter(None, (said, alternatives(dependent), *facts)))
    if len(facts) == len(result.parts):
        return " ".join(facts)
    if len(result.parts) == 1:
        return _only(result)
    return _counts(result)


def _counts(result: ClaimResult) -> str:
    """How many parts hold, are against it or are open, with the effects of those that hold."""
    total = number_word(len(result.parts))
    counts = Counter(part.verdict for part in result.parts)
    holding = [r for r in compared(result.parts) if r.verdict is ClaimVerdict.SUPPORTED]
    if len(counts) > 1:
        first, *others = _counted(counts, _VERBS)
        number, verb = first.split(" ", 1)
        effects = f" ({said})" if (said := span(holding)) else ""
        text = join([f"{number} of {total} parts {verb}{effects}", *others])
        return f"{capitalised(text)}{_over(result)}."
    (verdict,) = counts
    if verdict is ClaimVerdict.UNTESTED:
        return "None of its parts has been tested yet."
    every = "Both" if total == "two" else f"All {total}"
    return f"{every} parts {_VERBS[verdict][1]}{_over(result)}."


def _only(result: ClaimResult) -> str:
    """The result of a claim with one part."""
    for part in compared(result.parts):
        if said := effect(part):
            metric = str(part.part.metric)
            return f"{capitalised(metric)}: {said}{_over(result)}."
    return "Nothing has been trained or computed for it yet."


def _over(result: ClaimResult, *, sets: bool = True) -> str:
    """The scope of a measured verdict; empty without measurements.

    Args:
        result: of the claim.
        sets: whether to say that it is valid for these test sets.
    """
    parts = compared(result.parts)
    seeds = [part.difference.n for part in parts if part.difference]
    if not seeds:
        return ""
    least = number_word(min(seeds))
    if all(part.part.metric.is_timed for part in parts):
        return f", over {least} {plural('round', min(seeds))} on one machine"
    return f"{', on these test sets' if sets else ''}, over {least} training seeds"


def tuning(result: ClaimResult) -> str:
    """How a setting was chosen for each network; empty if every network has the same."""
    chosen = {
        (arm.choice.label, len(arm.choice.values))
        for part in compared(result.parts)
        for arm in part.part.arms
        if arm.choice
    }
    said = [f"the best of {number_word(count)} values of the {name}" for name, count in chosen]
    return (
        f"Each network has {join(sorted(said))}, chosen on the validation images." if said else ""
    )


def cautions(result: ComparedPart) -> tuple[str, ...]:
    """Which runs of a part have not learned: one sentence per network and way of failing."""
    names = dict(zip(result.chosen, result.part.arms, strict=True))
    return tuple(
        "".join(said)
        for network in result.unlearned
        for said in said_of(network, names[network.arm.experiment].name, f" ({result.part.where})")
    )


def caution(result: ClaimResult) -> str:
    """A sentence on how many parts have runs that have not learned; empty if none have."""
    number = sum(bool(part.unlearned) for part in compared(result.parts))
    if not number:
        return ""
    return (
        f"In {number} of {len(result.parts)} {plural('part', len(result.parts))} some runs "
        f"are at chance or far below their other seeds."
    )


def networks(comparison: Comparison) -> str:
    """The networks of a page: "max and none, GAP head, 8 × 8 images, 16 and 32 channels"."""
    experiment = comparison.arms[0].experiment
    poolings = list(dict.fromkeys(inside(POOLINGS[arm.pooling].label) for arm in comparison.arms))
    heads = list(dict.fromkeys(HEADS[arm.head].label for arm in comparison.arms))
    _, height, width = experiment.input_shape
    widths = " and ".join(map(str, experiment.model.widths))
    return (
        f"{join(poolings)}, {join(heads)} {plural('head', len(heads))}, "
        f"{size(height, width)} images, {widths} channels"
    )
