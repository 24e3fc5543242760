"""The measured parts of a claim as rows: their groups, places and labels."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.claims import ComparedPart, Hypothesis, Unit
from core.claims.dependence import arranged
from core.sentences.dependence import phrase
from core.sentences.effects import effect
from core.words import MINUS, capitalised

HEADING = 0.7
"""height of the heading of a group, in rows"""

Guessed = tuple[ComparedPart, float]
"""a part, and the effect that a visitor expected there: a difference, of logarithms for ratios"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One part as drawn: its mean and interval in the unit of the axis."""

    result: ComparedPart
    mean: float
    low: float
    high: float
    pairs: int
    heading: str
    """of its group; empty without groups"""
    guess: float | None
    """what the visitor expected, if they were asked about this part"""

    @property
    def says(self) -> str:
        """The text under the pointer."""
        return f"{self.result.part.says}<br>{effect(self.result)}"


def bars_of(results: Sequence[ComparedPart], unit: Unit, guess: Guessed | None = None) -> list[Bar]:
    """The measured parts with one unit as rows, group by group."""
    drawn = [each for each in results if each.difference and each.part.unit is unit]
    attribute, groups = arranged(drawn)
    bars = []
    for group in groups:
        heading = capitalised(phrase(attribute, group.values)) if attribute else ""
        for result in group.results:
            if difference := result.difference:
                ends = (difference.mean, difference.low, difference.high)
                mean, low, high = (on_axis(result.part, end) for end in ends)
                mine = on_axis(guess[0].part, guess[1]) if guess and guess[0] is result else None
                bars.append(Bar(result, mean, low, high, difference.n, heading, mine))
    return bars


def places_of(bars: Sequence[Bar]) -> tuple[list[float], dict[str, float]]:
    """Where rows and headings of groups stand on the axis, from the top down, in rows."""
    places: list[float] = []
    headings: dict[str, float] = {}
    row = 0.0
    for bar in bars:
        if bar.heading and bar.heading not in headings:
            headings[bar.heading] = row - 0.5 + HEADING / 2
            row += HEADING
        places.append(row)
        row += 1
    return places, headings


def on_axis(part: Hypothesis, difference: float) -> float:
    """The position of a difference on the axis: percent or points, or a logarithm for ratios."""
    if part.unit is Unit.TIMES:
        return difference
    return 100 * (difference + part.against.zero)


def label(bar: Bar) -> tuple[str, str]:
    """The two lines of a label: what is compared, and where, as far as its heading has not said."""
    part = bar.result.part
    heading = bar.heading.lower()

    def rest(text: str) -> str:
        return ", ".join(each for each in text.split(", ") if each.lower() not in heading)

    if part.unit is Unit.PERCENT:
        return part.arm.name, rest(part.where)
    sign = "÷" if part.unit is Unit.TIMES else MINUS
    return f"{rest(part.arm.name)} {sign} {rest(part.against.name)}", rest(part.where)
