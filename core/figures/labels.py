"""Where can a label stand so that nobody mistakes it for the label of another mark?

The page decides how wide a figure is, so the distance between two marks is only known within
bounds. A place is used if it is right at every width between them: whatever moves sideways as the
figure widens sweeps a rectangle, which must stay clear. Lengths are px before scaling, and y
points down.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import hypot
from typing import Any, Literal

from core.figures.base import LETTER_WIDTH, Look, note, shape

NARROWEST, WIDEST = 320.0, 1900.0
"""widths of a figure: in a card on a phone, and alone on a large screen"""
HALF_LABEL_HEIGHT = 8.0
"""half the height of a label"""
MARK_AWAY = 11.0
"""distance from the middle of a mark to the label next to it"""
LEAST_CLEAR = 9.0
"""smallest distance from the middle of a mark to the label of another mark"""
CLEARLY_NEARER = 3.0
"""px by which a label should be nearer to its own mark than to any other"""
ON_EACH_OTHER = 2.0
"""distance up to which two marks count as the same place"""
WIDTH_SLACK = 6.0
"""px by which a label may be wider than estimated: the server cannot measure text"""
LEAST_APART = 2.0
"""smallest distance between two labels, and between a label and the edge of the figure"""
MOST_MOVED = 4.0
"""px by which a label may move without a line that leads to it"""
LABEL_STEPS = (18.0, 27.0, 38.0, 50.0, 64.0)
"""distances by which a label moves up or down if there is no room next to its mark"""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; x grows to the right, y downwards."""

    left: float
    right: float
    top: float
    bottom: float

    def distance(self, other: "Box") -> float:
        """The distance between the nearest points of both; 0 if they touch or overlap."""
        across = max(self.left - other.right, other.left - self.right, 0.0)
        down = max(self.top - other.bottom, other.top - self.bottom, 0.0)
        return hypot(across, down)

    def swept(self, first: float, last: float, down: float) -> "Box":
        """The rectangle that it covers while it moves sideways between two positions."""
        low, high = sorted((first, last))
        return Box(self.left + low, self.right + high, self.top + down, self.bottom + down)


POINT = Box(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark with its whisker.

    Attributes:
        part: its position on the horizontal axis, as a share of its length.
        y: px below the top of the plot.
        low: lower end of its whisker, px below the top.
        high: upper end of its whisker.
    """

    part: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Frame:
    """The height of a plot and the margins around it."""

    height: float
    left: float
    right: float
    top: float

    @property
    def widths(self) -> tuple[float, float]:
        """The widths of the plot in the narrowest and in the widest figure."""
        margins = self.left + self.right
        return NARROWEST - margins, WIDEST - margins


@dataclass(frozen=True, slots=True)
class Place:
    """The position of a label, relative to the middle of its mark.

    Attributes:
        x: of its anchor.
        y: of its middle.
        anchor: which side of the label `x` refers to.
        width: of the label.
    """

    x: float
    y: float
    anchor: Literal["left", "center", "right"]
    width: float

    @property
    def box(self) -> Box:
        """The rectangle that it covers."""
        left = self.x - {"left": 0.0, "center": 0.5, "right": 1.0}[self.anchor] * self.width
        return Box(left, left + self.width, self.y - HALF_LABEL_HEIGHT, self.y + HALF_LABEL_HEIGHT)

    @property
    def moved(self) -> bool:
        """Whether it is far enough away to need a line to its mark."""
        return self.box.distance(POINT) > MARK_AWAY + 1

    def annotation(self, x: float, y: float, text: str, look: Look) -> dict[str, Any]:
        """The label as a Plotly annotation, with a thin line to its mark if it was moved.

        Args:
            x: of the mark; on a logarithmic axis its logarithm.
            y: of the mark.
            text: what it says.
            look: of the page.
        """
        label = note(text, look, x=x, y=y, xanchor=self.anchor, yanchor="middle")
        if not self.moved:
            return {**label, "xshift": look.px(self.x), "yshift": look.px(-self.y)}
        return {
            **label,
            "ax": look.px(self.x),
            "ay": look.px(self.y),
            "showarrow": True,
            "arrowhead": 0,
            "arrowwidth": look.px(1),
            "arrowcolor": look.quiet,
            "standoff": look.px(MARK_AWAY - 3),
        }


def width_of(text: str) -> float:
    """The estimated width of a label: the server cannot measure text."""
    return LETTER_WIDTH * len(text) + WIDTH_SLACK


def place(marks: Sequence[Mark], texts: dict[int, str], frame: Frame) -> dict[int, Place]:
    """Places for labels, by index of the mark; a label without a clear place has none.

    Args:
        marks: all marks of the figure.
        texts: labels by index of the mark, the most important first.
        frame: the plot and its margins.
    """
    places: dict[int, Place] = {}
    for number, text in texts.items():
        others = _Others(marks, number, places, frame)
        fitting = [label for label in _candidates(width_of(text)) if others.leave_room_for(label)]
        if fitting:
            places[number] = max(fitting, key=others.preference)
    return places


def _candidates(width: float) -> Iterator[Place]:
    """Possible places: next to the mark, above and below it, then further away."""
    yield Place(MARK_AWAY, 0.0, "left", width)
    yield Place(-MARK_AWAY, 0.0, "right", width)
    for step in LABEL_STEPS:
        for y in (-step, step):
            yield Place(0.0, y, "center", width)
            yield Place(MARK_AWAY - 5, y, "left", width)
            yield Place(5 - MARK_AWAY, y, "right", width)
    for step in LABEL_STEPS:
        for y in (-step, step):
            yield Place(step, y, "left", width)
            yield Place(-step, y, "right", width)


class _Others:
    """The surroundings of one mark, at every width of the figure."""

    def __init__(
        self, marks: Sequence[Mark], number: int, placed: dict[int, Place], frame: Frame
    ) -> None:
        self._frame, self._own = frame, marks[number]
        # a label cannot be nearer to one of two marks in the same place
        there = (other for other in marks if not self._covers(other))
        self._marks = [self._sweep(POINT, other) for other in there]
        self._whiskers = [
            self._sweep(Box(0.0, 0.0, other.high - other.y, other.low - other.y), other)
            for other in marks
        ]
        self._labels = [self._sweep(label.box, marks[at]) for at, label in placed.items()]

    def _covers(self, other: Mark) -> bool:
        across = self._frame.widths[1] * abs(self._own.part - other.part)
        return hypot(across, self._own.y - other.y) < ON_EACH_OTHER

    def _sweep(self, box: Box, other: Mark) -> Box:
        """The area that a box at another mark covers at all widths, relative to this mark."""
        first, last = (width * (other.part - self._own.part) for width in self._frame.widths)
        return box.swept(first, last, other.y - self._own.y)

    def leave_room_for(self, label: Place) -> bool:
        """Whether the label is inside, nearest to its own mark, and clear of other labels."""
        box = label.box
        own = box.distance(POINT)
        line = Box(min(label.x, 0), max(label.x, 0), min(label.y, 0), max(label.y, 0))
        return (
            self._holds(box)
            and all(box.distance(mark) >= max(own, LEAST_CLEAR) for mark in self._marks)
            and all(box.distance(other) >= LEAST_APART for other in self._labels)
            and (not label.moved or self._clear(line))
        )

    def _clear(self, line: Box) -> bool:
        """Whether the line to a moved label is clear of other marks and labels."""
        return all(line.distance(mark) >= LEAST_CLEAR for mark in self._marks) and all(
            line.distance(label) >= LEAST_APART for label in self._labels
        )

    def _holds(self, box: Box) -> bool:
        frame = self._frame
        top, bottom = self._own.y + box.top, self._own.y + box.bottom
        if top < LEAST_APART - frame.top or bottom > frame.height:
            return False
        for width in frame.widths:
            middle = frame.left + width * self._own.part
            end = frame.left + width + frame.right
            # the numbers of the vertical axis stand left of the plot
            if middle + box.left < frame.left or middle + box.right > end - LEAST_APART:
                return False
        return True

    def preference(self, label: Place) -> tuple[bool, bool]:
        """Whether the label is clearly nearest to its own mark, and whether it avoids whiskers.

        Among equal preferences, `max` takes the first place.
        """
        own = label.box.distance(POINT)
        return (
            all(label.box.distance(mark) >= own + CLEARLY_NEARER for mark in self._marks),
            all(label.box.distance(whisker) > 0 for whisker in self._whiskers),
        )


def leaders(
    ends: Iterable[tuple[float, float]], look: Look, length: float, unit: float
) -> list[dict[str, Any]]:
    """Thin lines from the ends of curves at the right of a plot to labels that were moved.

    Args:
        ends: the end of a curve and the position of its label, on the vertical axis.
        look: of the page.
        length: px from the plot to the label.
        unit: the length of one px on the axis.
    """
    line = {"color": look.quiet, "width": look.px(1)}
    across = look.px(1), look.px(length)
    right = {"xref": "paper", "xsizemode": "pixel", "xanchor": 1}
    return [
        shape("line", across, (end, label), **right, line=line)
        for end, label in ends
        if abs(end - label) > MOST_MOVED * unit
    ]
