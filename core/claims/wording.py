"""What a verdict says in words, computed from the data."""

from collections import Counter
from math import exp

from core.claims.claim import Contrast, Kind, Outcome
from core.claims.judge import Judged, Judgement
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


def _ends(judged: Judged) -> tuple[float, float, float]:
    if judged.difference is None:
        raise ValueError("nothing was measured")
    return judged.difference.mean, judged.difference.low, judged.difference.high


def verdict_sentence(judgement: Judgement) -> str:
    """How many parts hold, are refuted or are open, and over what."""
    if len(judgement.parts) == 1:
        judged = judgement.parts[0]
        said = effect(judged) or "Nothing is trained or computed for it yet."
        return said if said.endswith(".") else f"{said}{_over(judgement)}."
    total = len(judgement.parts)
    counts = Counter(judged.outcome for judged in judgement.parts)
    if len(counts) == 1:
        (outcome,) = counts
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
