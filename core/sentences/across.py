"""What several data sets say about two strategies, in one sentence."""

from core.comparison.across import Across
from core.comparison.statistics import Verdict
from core.comparison.until_decided import SMALLEST_EFFECT
from core.sentences.headlines import Sentence
from core.sentences.intervals import between
from core.words import join, number_word, percent, points

DIRECTIONS = {Verdict.HIGHER: "higher", Verdict.LOWER: "lower"}


def over_data_sets(found: Across) -> Sentence:
    """How a strategy compares with another on several data sets.

    As in "On three data sets, average against max: lower in two and undecided in one. ...".
    """
    alike = found.alike(SMALLEST_EFFECT)
    undecided = found.count(Verdict.UNDECIDED) - alike
    counts = [(found.count(verdict), word) for verdict, word in DIRECTIONS.items()]
    within = points(SMALLEST_EFFECT).removeprefix("+")
    counts += [(alike, f"alike within ±{within} points"), (undecided, "undecided")]
    said = [f"{word} in {number_word(number)}" for number, word in counts if number]
    low, high = percent(found.improvement_low), percent(found.improvement_high)
    mean = f"{points(found.mean)} points {between(found.low, found.high)}"
    return (
        f"On {number_word(len(found.each))} data sets, ",
        found.strategy,
        " against ",
        found.reference,
        f": {join(said)}. The mean over these sets is {mean}; a run is better than one of ",
        found.reference,
        f" with a probability of {percent(found.improvement)} % [{low}, {high}].",
    )
