"""The content of the curves: means and intervals after each epoch, as lines, table and words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import mean

from core.comparison import Arm, Facet, Results
from core.comparison.statistics import Interval, curve, mean_interval
from core.figures.base import FULL, end_in_percent, in_percent, name
from core.figures.chart import NOTHING_TRAINED
from core.network import describe
from core.run import Epoch, Run
from core.words import number_word, percent, plural


class Against(StrEnum):
    """The quantity on the horizontal axis."""

    EPOCH = "epoch"
    SECONDS = "seconds"
    MACS = "MACs"


class Quantity(StrEnum):
    """The quantity on the vertical axis."""

    VALIDATION = "validation"
    TRAINING = "training"
    GAP = "training − validation"


VALUES: dict[Quantity, Callable[[Epoch], float]] = {
    Quantity.VALIDATION: lambda epoch: epoch.validation_accuracy,
    Quantity.TRAINING: lambda epoch: epoch.train_accuracy,
    Quantity.GAP: lambda epoch: epoch.train_accuracy - epoch.validation_accuracy,
}
QUANTITY_NAMES = {
    Quantity.VALIDATION: "Validation accuracy",
    Quantity.TRAINING: "Training accuracy",
    Quantity.GAP: "Training minus validation accuracy",
}
AGAINST_TITLES = {
    Against.EPOCH: "epoch",
    Against.SECONDS: "seconds of training",
    Against.MACS: "multiply-accumulates of training, forward and backward",
}


@dataclass(frozen=True, slots=True)
class View:
    """How to draw the curves.

    Attributes:
        quantity: the quantity on the vertical axis.
        against: the quantity on the horizontal axis.
        seeds: whether to draw a thin line for every seed.
        smoothing: weight of the past in an exponential moving average, 0 for none; the raw line
            stays visible.
    """

    quantity: Quantity = Quantity.VALIDATION
    against: Against = Against.EPOCH
    seeds: bool = False
    smoothing: float = 0.0


PLAIN_VIEW = View()

MOST_COLOURED = 8
"""with more strategies, only the reference and the extremes keep their colour"""
EXTREMES = 3
"""how many of the best, and of the worst, keep their colour"""
HIGHEST_START = 60.0
"""the highest start of an axis of accuracies, percent"""
AXIS_END = 102.0
"""the end of an axis of accuracies, percent, so that a line at 100 is not cut"""


@dataclass(frozen=True, slots=True)
class Growing:
    """A run that is being trained, or that ended after the results were read.

    Attributes:
        arm: its network.
        seed: its seed.
        epochs: those that are finished, from the first.
    """

    arm: Arm
    seed: int
    epochs: tuple[Epoch, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """The curve of one arm: an interval per epoch, its horizontal position, and the runs."""

    arm: Arm
    points: tuple[Interval, ...]
    places: tuple[float, ...]
    runs: tuple[Run, ...] = ()

    @property
    def last(self) -> float:
        """The mean after the last epoch."""
        return self.points[-1].mean


@dataclass(frozen=True, slots=True)
class Curves:
    """The curves of one facet.

    Attributes:
        lines: one per arm that has runs; for an arm whose first run is being trained, that run.
        named: the lines with colour and label: all, or the reference and the extremes.
        view: how to draw them.
        ends: of the vertical axis, percent or points.
        longest: the end of the horizontal axis.
        growing: one line for each run that is being trained.
    """

    lines: Sequence[Line]
    named: Sequence[Line]
    view: View
    ends: tuple[float, float]
    longest: float
    growing: Sequence[Line] = ()

    @property
    def banded(self) -> Sequence[Line]:
        """The lines with a band around them."""
        return self.lines if len(self.lines) <= MOST_COLOURED else ()


def curves_of(
    results: Results,
    facet: Facet,
    reference: Arm | None,
    view: View,
    growing: Sequence[Growing] = (),
) -> Curves:
    """The curves of the arms of a facet that have runs, finished or being trained."""
    grown = [_line_of(run, view) for run in growing if run.arm in facet.arms and run.epochs]
    lines = []
    for arm in facet.arms:
        runs = tuple(results.of(arm).values())
        points = curve(runs, VALUES[view.quantity])
        if points:
            lines.append(Line(arm, points, _places(arm, runs, len(points), view.against), runs))
        elif own := [line for line in grown if line.arm == arm]:
            lines.append(max(own, key=lambda line: len(line.points)))
    every = [*lines, *grown]
    ends = _gap_range(every) if view.quantity is Quantity.GAP else _accuracy_range(lines, grown)
    longest = max((line.places[-1] for line in every), default=1.0)
    if grown and view.against is Against.EPOCH:
        # the room into which they grow
        longest = max(longest, *(line.arm.experiment.hyperparameters.epochs for line in grown))
    return Curves(lines, _named(lines, reference), view, ends, longest, grown)


def _line_of(run: Growing, view: View) -> Line:
    value = VALUES[view.quantity]
    points = tuple(mean_interval([value(epoch)]) for epoch in run.epochs)
    return Line(run.arm, points, _places(run.arm, [run], len(points), view.against))


def _named(lines: Sequence[Line], reference: Arm | None) -> Sequence[Line]:
    if len(lines) <= MOST_COLOURED:
        return lines
    ordered = sorted(lines, key=lambda line: line.last)
    first = next((line for line in lines if line.arm == reference), lines[0])
    kept = [first, *ordered[:EXTREMES], *ordered[-EXTREMES:]]
    return [line for line in lines if line in kept]


def _accuracy_range(lines: Sequence[Line], grown: Sequence[Line]) -> tuple[float, float]:
    """An axis in percent that includes the upper part of the curves and all of their ends.

    Of curves that grow it includes their start, so that it does not change while they do.
    """
    if not lines:
        return 0.0, AXIS_END
    least = 100 * min(line.last for line in lines)
    # two and a half times the distance from the lowest end to 100, in steps of ten
    low = 10 * ((FULL - 2.5 * (FULL - least)) // 10)
    if grown:
        starts = [100 * min(point.mean for point in line.points) for line in grown]
        low = 10 * (min(least, *starts) // 10)
    return max(0.0, min(HIGHEST_START, low)), AXIS_END


def _gap_range(lines: Sequence[Line]) -> tuple[float, float]:
    """An axis in points that includes zero and every mean."""
    values = [100 * point.mean for line in lines for point in line.points]
    low, high = min([*values, 0.0]), max([*values, 0.0])
    pad = max(0.08 * (high - low), 0.5)
    return low - pad, high + pad


def _places(
    arm: Arm, runs: Sequence[Run | Growing], epochs: int, against: Against
) -> tuple[float, ...]:
    """The position of each epoch on the horizontal axis."""
    if against is Against.EPOCH:
        return tuple(float(number) for number in range(1, epochs + 1))
    if against is Against.SECONDS:
        longest = [run for run in runs if len(run.epochs) >= epochs]
        return tuple(mean(run.epochs[n].seconds for run in longest) for n in range(epochs))
    macs = describe(arm.experiment).totals.macs
    images = arm.experiment.data.training_images
    # forward and backward cost about three forward passes
    return tuple(3.0 * macs * images * number for number in range(1, epochs + 1))


def smoothed(line: Line, weight: float) -> Line:
    """A line with the exponential moving average of its means, corrected for the start's bias."""
    average, total, points = 0.0, 0.0, []
    for point in line.points:
        average = weight * average + (1 - weight) * point.mean
        total = weight * total + (1 - weight)
        points.append(replace(point, mean=average / total))
    return replace(line, points=tuple(points)) if weight else line


@dataclass(frozen=True, slots=True)
class CurveRow:
    """One point of the curves, as table and CSV; accuracies in percent."""

    pooling: str
    head: str
    dropout: str
    quantity: str
    epoch: int
    mean_percent: float
    low_percent: float | None
    high_percent: float | None
    seeds: int


def rows_of(curves: Curves) -> list[CurveRow]:
    """Every point of the curves."""
    return [
        CurveRow(
            pooling=str(line.arm.pooling),
            head=str(line.arm.head),
            dropout=str(line.arm.dropout),
            quantity=str(curves.view.quantity),
            epoch=number,
            mean_percent=in_percent(point.mean),
            low_percent=end_in_percent(point.low),
            high_percent=end_in_percent(point.high),
            seeds=point.n,
        )
        for line in curves.lines
        for number, point in enumerate(line.points, start=1)
    ]


def alt_of(curves: Curves, facet: Facet) -> str:
    """The curves in words."""
    if not curves.lines:
        return "No curves yet: this comparison has not been trained."
    lines = sorted(curves.lines, key=lambda line: -line.last)
    ends = ", ".join(f"{name(line.arm.pooling)} {percent(line.last)} %" for line in lines)
    what = QUANTITY_NAMES[curves.view.quantity]
    told = f"{what} by {curves.view.against} {facet.clause}. After the last epoch: {ends}."
    if not curves.growing:
        return told
    count = len(curves.growing)
    furthest = max(len(line.points) for line in curves.growing)
    runs = f"{number_word(count)} {plural('run', count)}"
    return f"{told} In training: {runs}, the furthest after epoch {furthest}."


def caption_of(curves: Curves, seeds: int) -> str:
    """What lines and bands mean, and where the axis starts.

    Args:
        curves: the curves.
        seeds: the number of seeds of the comparison.
    """
    if not curves.lines:
        return NOTHING_TRAINED
    start = max(curves.ends[0], 0.0)
    axis = f" The axis starts at {start:.0f} %." if start else ""
    if curves.growing:
        return f"Thin, with a mark at its end: one run, as far as it is trained.{axis}"
    if seeds == 1:
        return f"One seed, so no interval.{axis}"
    if curves.view.quantity is Quantity.GAP:
        axis = " Above zero: more accurate on training images."
    if not curves.banded:
        return f"Mean of {seeds} seeds; thin and grey: the other strategies.{axis}"
    if all(point.low is None for line in curves.lines for point in line.points):
        return f"Mean of {seeds} seeds.{axis}"
    return f"Mean of {seeds} seeds; band: 95 % interval of that mean.{axis}"
