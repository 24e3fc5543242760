"""The effect of one part of a claim as a number in its unit."""

from math import exp

from core.claims import ComparedPart, Hypothesis, Unit
from core.words import percent, points

UNITS = {Unit.POINTS: "points", Unit.PERCENT: "%", Unit.TIMES: "times"}


def effect(result: ComparedPart) -> str | None:
    """The measured effect with its interval: "+4.1 points [+3.2, +5.0]"; None without one."""
    if result.difference is None:
        return None
    ends = result.difference.mean, result.difference.low, result.difference.high
    mean, low, high = (in_unit(result.part, value) for value in ends)
    return f"{mean} {UNITS[result.part.unit]} [{low}, {high}]"


def in_unit(part: Hypothesis, difference: float) -> str:
    """A difference between the arm and its reference, as a number in the unit of the part."""
    match part.unit:
        case Unit.POINTS:
            return points(difference)
        case Unit.PERCENT:
            return percent(difference + part.against.zero)
        case Unit.TIMES:
            return f"{exp(difference):.2f}"
