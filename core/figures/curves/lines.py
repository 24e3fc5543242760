"""What the curves show: means and intervals after each epoch, as lines, table and words."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import mean

from core.comparison import Arm, Facet, Results
from core.comparison.statistics import Interval, curve
from core.figures.base import (
    name,
)
from core.network import describe
from core.run import Epoch
from core.words import percent


class Against(StrEnum):
    """What stands on the horizontal axis."""

    EPOCH = "epoch"
    SECONDS = "seconds"
    MACS = "MACs"


class Quantity(StrEnum):
    """What the curves show."""

    VALIDATION = "validation"
    TRAINING = "training"
    GAP = "training − validation"


VALUES: dict[Quantity, Callable[[Epoch], float]] = {
    Quantity.VALIDATION: lambda epoch: epoch.validation_accuracy,
    Quantity.TRAINING: lambda epoch: epoch.train_accuracy,
    Quantity.GAP: lambda epoch: epoch.train_accuracy - epoch.validation_accuracy,
}
AXES = {
    Against.EPOCH: "epoch",
    Against.SECONDS: "seconds of training",
    Against.MACS: "multiply-accumulates of training, forward and backward",
}


@dataclass(frozen=True, slots=True)
class View:
    """How the curves are drawn.

    Attributes:
        quantity: what is drawn.
        against: what it is drawn against.
        seeds: whether every seed has a thin line of its own.
        smoothing: weight of the past in an exponential moving average, 0 for none; the raw line
            stays visible.
    """

    quantity: Quantity = Quantity.VALIDATION
    against: Against = Against.EPOCH
    seeds: bool = False
    smoothing: float = 0.0


PLAIN = View()


@dataclass(frozen=True, slots=True)
class Line:
    """One arm's curve: mean and interval after each epoch, and where these stand."""

    arm: Arm
    points: tuple[Interval, ...]
    places: tuple[float, ...]

    @property
    def last(self) -> float:
        """Mean after the last epoch."""
        return self.points[-1].mean


def lines_of(results: Results, facet: Facet, view: View = PLAIN) -> list[Line]:
    """The curves of a facet, of arms that have runs."""
    found = ((arm, curve(results.of(arm).values(), VALUES[view.quantity])) for arm in facet.arms)
    return [
        Line(arm, points, _places(results, arm, len(points), view.against))
        for arm, points in found
        if points
    ]


def _places(results: Results, arm: Arm, epochs: int, against: Against) -> tuple[float, ...]:
    """Where the figures of each epoch stand on the horizontal axis."""
    if against is Against.EPOCH:
        return tuple(float(number) for number in range(1, epochs + 1))
    if against is Against.SECONDS:
        runs = [run for run in results.of(arm).values() if len(run.epochs) >= epochs]
        return tuple(mean(run.epochs[n].seconds for run in runs) for n in range(epochs))
    experiment = arm.experiment
    macs = describe(experiment).totals.macs
    images = experiment.data.training_images
    # forward and backward cost about three forward passes
    return tuple(3.0 * macs * images * number for number in range(1, epochs + 1))


def smoothed(line: Line, weight: float) -> Line:
    """The exponential moving average of the means, without the bias of its start."""
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


def accuracy_curves_table(results: Results, facet: Facet, view: View = PLAIN) -> list[CurveRow]:
    """List every point of the curves."""
    return [
        CurveRow(
            pooling=str(line.arm.pooling),
            head=str(line.arm.head),
            dropout=str(line.arm.dropout),
            quantity=str(view.quantity),
            epoch=number,
            mean_percent=round(100 * point.mean, 3),
            low_percent=None if point.low is None else round(100 * point.low, 3),
            high_percent=None if point.high is None else round(100 * point.high, 3),
            seeds=point.n,
        )
        for line in lines_of(results, facet, view)
        for number, point in enumerate(line.points, start=1)
    ]


def accuracy_curves_alt(results: Results, facet: Facet, view: View = PLAIN) -> str:
    """Say in words what the curves show."""
    lines = sorted(lines_of(results, facet, view), key=lambda line: -line.last)
    if not lines:
        return "No curves yet: nothing of this comparison is trained."
    ends = ", ".join(f"{name(line.arm.pooling)} {percent(line.last)} %" for line in lines)
    what = {
        Quantity.VALIDATION: "Validation accuracy",
        Quantity.TRAINING: "Training accuracy",
        Quantity.GAP: "Training minus validation accuracy",
    }[view.quantity]
    return f"{what} by {view.against} {facet.clause}. After the last epoch: {ends}."
