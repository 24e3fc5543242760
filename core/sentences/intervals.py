"""Write a mean with its interval, and a paired difference, as text."""

from core.comparison.statistics import Difference, Interval, Verdict
from core.sentences.uncertainty import evidence
from core.words import end_in_points, percent, points, size_in_points


def accuracy(interval: Interval) -> str:
    """A mean accuracy with half the width of its interval: "97.8 ± 0.3 %"."""
    if interval.high is None:
        return f"{percent(interval.mean)} %"
    return f"{percent(interval.mean)} ± {percent(interval.high - interval.mean)} %"


def span(difference: Difference) -> str:
    """The interval of a difference: "[−4.7, −3.7]"."""
    return between(difference.low, difference.high)


def between(low: float, high: float) -> str:
    """An interval in points, from its ends: "[−4.7, −3.7]"."""
    return f"[{end_in_points(low)}, {end_in_points(high)}]"


def difference(compared: Difference) -> str:
    """A difference with its interval; if undecided, also why."""
    measured = f"{points(compared.mean)} points {span(compared)}"
    if compared.verdict is not Verdict.UNDECIDED:
        return measured
    if compared.error == 0:
        where = f"in each of {compared.n} seeds"
        return f"Undecided: {points(compared.mean)} points {where}, no spread to judge it by."
    alone = compared.alone.verdict
    if alone is not Verdict.UNDECIDED:
        return (
            f"Undecided: {measured}; alone it would be {alone}, but {compared.comparisons} "
            f"comparisons are shown."
        )
    least = compared.detectable
    # two shares differ by 100 points at most
    missed = "any difference" if least >= 1 else f"less than {size_in_points(least)}"
    return f"Undecided: {measured}; {evidence(compared)} would usually miss {missed}."
