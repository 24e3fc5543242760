"""The effect of one part of a claim as a number in its unit."""

from math import exp

from core.claims import ComparedPart, Hypothesis, Unit
from core.sentences.intervals import between
from core.words import percent, points

UNITS = {Unit.POINTS: "points", Unit.PERCENT: "%", Unit.TIMES: "times"}


def effect(result: ComparedPart) -> str | None:
    """The measured effect with its interval: "+4.1 points [+3.2, +5.0]"; None without one."""
    if result.difference is None:
        return None
    part, difference = result.part, result.difference
    ends = f"[{in_unit(part, difference.low)}, {in_unit(part, difference.high)}]"
    if part.unit is Unit.POINTS:
        ends = between(difference.low, difference.high)
    return f"{in_unit(part, difference.mean)} {UNITS[part.unit]} {ends}"


def in_unit(part: Hypothesis, difference: float) -> str:
    """A difference between the arm and its reference, as a number in the unit of the part."""
    match part.unit:
        case Unit.POINTS:
            return points(difference)
        case Unit.PERCENT:
            return percent(difference + part.against.zero)
        case Unit.TIMES:
            return f"{exp(difference):.2f}"
