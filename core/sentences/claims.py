"""What a verdict says in words, computed from the data."""

from collections import Counter
from collections.abc import Iterable
from math import exp

from core.claims.claim import Contrast, Kind, Outcome
from core.claims.judge import Judged, Judgement
from core.comparison.chance import said_of
from core.words import join, number_word, percent, plural, points

_WORDS = {
    Outcome.SUPPORTED: "Holds",
    Outcome.NUANCED: "Depends",
    Outcome.REFUTED: "Refuted",
    Outcome.UNDECIDED: "Undecided",
    Outcome.UNTESTED: "Not tested",
}

_COUNTED = {
    Outcome.SUPPORTED: "holds",
    Outcome.REFUTED: "is refuted",
    Outcome.UNDECIDED: "is undecided",
    Outcome.UNTESTED: "is not tested yet",
}
_COUNTED_MANY = {
    Outcome.SUPPORTED: "hold",
    Outcome.REFUTED: "are refuted",
    Outcome.UNDECIDED: "are undecided",
    Outcome.UNTESTED: "are not tested yet",
}


def outcome_word(outcome: Outcome) -> str:
    """The word on a chip."""
    return _WORDS[outcome]


def claims_headline(outcomes: Iterable[Outcome]) -> str:
    """How many claims hold as told, and what became of the others."""
    counts = Counter(outcomes)
    total = counts.total()
    tested = total - counts[Outcome.UNTESTED]
    if not tested:
        return f"None of these {number_word(total)} claims is tested yet."
    parts = [
        f"{number_word(counts[outcome])} {verb if counts[outcome] == 1 else verbs}"
        for outcome, verb, verbs in _SUMMED
        if counts[outcome]
    ]
    return f"Of {number_word(total)} things said about pooling, {join(parts)}."


_SUMMED = (
    (Outcome.SUPPORTED, "holds as told", "hold as told"),
    (Outcome.NUANCED, "depends", "depend"),
    (Outcome.REFUTED, "is refuted", "are refuted"),
    (Outcome.UNDECIDED, "is undecided", "are undecided"),
    (Outcome.UNTESTED, "is not tested yet", "are not tested yet"),
)


def effect(judged: Judged) -> str | None:
    """What was measured or computed, in a few words: "+4.1 points [+3.2, +5.0]"."""
    if judged.fact:
        return judged.fact.sentence
    difference = judged.difference
    if difference is None or not isinstance(judged.part, Contrast):
        return None
    if judged.part.metric.is_ratio:
        mean, low, high = (f"{exp(each):.2f}" for each in _ends(judged))
        return f"{mean} times [{low}, {high}]"
    if judged.part.control is None:
        mean, low, high = (percent(each + judged.part.level) for each in _ends(judged))
        return f"{mean} % [{low}, {high}]"
    mean, low, high = (points(each) for each in _ends(judged))
    return f"{mean} points [{low}, {high}]"


def rule(part: Contrast) -> str:
    """Where the whole interval must lie: "holds if all of it is above +0.5 points"."""
    if part.metric.is_ratio:
        low, high, unit = f"{1 / (1 + part.least):.2f}", f"{1 + part.least:.2f}", "times"
    elif part.control is None:
        low, high, unit = percent(part.level - part.least), percent(part.level + part.least), "%"
    else:
        low, high, unit = points(-part.least), points(part.least), "points"
    if part.equivalent:
        return f"holds if all of it is between {low} and {high} {unit}"
    beyond = f"above {high}" if part.sign > 0 else f"below {low}"
    return f"holds if all of it is {beyond} {unit}"


def _ends(judged: Judged) -> tuple[float, float, float]:
    if judged.difference is None:
        raise ValueError("nothing was measured")
    return judged.difference.mean, judged.difference.low, judged.difference.high


def verdict_sentence(judgement: Judgement) -> str:
    """How many parts hold, are refuted or are open, and over what."""
    facts = [judged.fact for judged in judgement.parts]
    if all(facts):
        return " ".join(fact.sentence for fact in facts if fact)
    if len(judgement.parts) == 1:
        return _only(judgement)
    total = len(judgement.parts)
    counts = Counter(judged.outcome for judged in judgement.parts)
    if len(counts) == 1:
        (outcome,) = counts
        if outcome is Outcome.UNTESTED:
            return "None of its parts is tested yet."
        every = "Both" if total == 2 else f"All {number_word(total)}"  # noqa: PLR2004 (a pair)
        return f"{every} parts {_COUNTED_MANY[outcome]}{_over(judgement)}."
    parts: list[str] = []
    for outcome in (Outcome.SUPPORTED, Outcome.REFUTED, Outcome.UNDECIDED, Outcome.UNTESTED):
        number = counts[outcome]
        if number:
            words = _COUNTED if number == 1 else _COUNTED_MANY
            first = not parts
            of = f" of {number_word(total)} parts" if first else ""
            parts.append(f"{number_word(number)}{of} {words[outcome]}")
    text = join(parts)
    return f"{text[:1].upper()}{text[1:]}{_over(judgement)}."


def _only(judgement: Judgement) -> str:
    """What came out of the one part."""
    (judged,) = judgement.parts
    found = effect(judged)
    if found is None or not isinstance(judged.part, Contrast):
        return "Nothing is trained or computed for it yet."
    metric = str(judged.part.metric)
    return f"{metric[:1].upper()}{metric[1:]}: {found}{_over(judgement)}."


def _over(judgement: Judgement) -> str:
    """The scope of a measured verdict."""
    seeds = {judged.difference.n for judged in judgement.parts if judged.difference}
    if judgement.claim.kind is Kind.EXACT or not seeds:
        return ""
    timed = all(
        part.metric.is_timed for part in judgement.claim.contrasts if part in judgement.claim.parts
    )
    if timed:
        return f", over {number_word(min(seeds))} {plural('round', min(seeds))} on one machine"
    return f", on these test sets, over {number_word(min(seeds))} training seeds"


def cautions(judged: Judged) -> tuple[str, ...]:
    """Which runs of a part have not learned, a sentence for each network and way of failing."""
    if not isinstance(judged.part, Contrast):
        return ()
    names = dict(zip(judged.chosen, judged.part.recipes, strict=True))
    return tuple(
        "".join(said)
        for each in judged.unlearned
        for said in said_of(each, names[each.arm.experiment].name, f" ({judged.part.where})")
    )


def caution(judgement: Judgement) -> str:
    """In how many parts some runs have not learned; empty if in none."""
    number = sum(bool(judged.unlearned) for judged in judgement.parts)
    if not number:
        return ""
    return (
        f"In {number} of {len(judgement.parts)} {plural('part', len(judgement.parts))} some runs "
        f"are at chance or far below their other seeds."
    )
