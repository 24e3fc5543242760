"""Which network fits a budget? Those that meet it, the one to take, and the nearest if none does.

The rule is that of a test of non-inferiority. Of the networks that meet the budget, the most
accurate one is compared with all others (paired). A network is good enough if its interval, at its
level of Holm's procedure over these tests, excludes a loss of `MOST_LOSS` or more. Of these the one
with the fewest MACs is taken, and among equals the one with fewer weights, then the more accurate
one. A network that scatters so widely that nothing is shown about it is not good enough, only open:
that it cannot be told apart from the best is no merit. With one seed nothing is shown, so there the
most accurate network is taken. Networks with runs that have not learned are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from core.comparison.chance import unlearned_in
from core.comparison.comparison import Arm, Results
from core.comparison.families import Pair, corrected, difference
from core.comparison.ledger import architecture_of
from core.comparison.statistics import Difference, Interval, mean_interval
from core.network.work import weight_bytes

KILOBYTE = 1000
MOST_LOSS = 0.01
"""one point of test accuracy: what may be lost for a cheaper network must be shown to be less"""


class Need(StrEnum):
    """What a budget may limit."""

    MACS = "MACs"
    KILOBYTES = "kilobytes"
    MILLISECONDS = "milliseconds"
    ACCURACY = "accuracy"
    AGREEMENT = "agreement"


AT_LEAST = frozenset({Need.ACCURACY, Need.AGREEMENT})
"""what should be high; of the others, the less the better"""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a network may cost at most, and do at least; None where anything goes.

    Attributes:
        macs: most multiply-accumulate operations for one image.
        kilobytes: most kB of weights, as float32.
        milliseconds: most time for one image, at a batch of 1 on one thread.
        accuracy: least mean test accuracy (fraction).
        agreement: least share of predictions that a shift by one pixel leaves as they are.
    """

    macs: float | None = None
    kilobytes: float | None = None
    milliseconds: float | None = None
    accuracy: float | None = None
    agreement: float | None = None

    @property
    def limits(self) -> dict[Need, float]:
        """What is limited, and where."""
        given = {
            need: getattr(self, field.name) for need, field in zip(Need, fields(self), strict=True)
        }
        return {need: limit for need, limit in given.items() if limit is not None}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A trained network with what is known of it.

    Attributes:
        arm: the network.
        accuracy: on the test images, over the seeds.
        known: its values, by what a budget may limit; without what has not been measured.
    """

    arm: Arm
    accuracy: Interval
    known: Mapping[Need, float]

    def misses(self, budget: Budget) -> "tuple[Miss, ...]":
        """What of a budget it does not meet, as far as its values are known."""
        return tuple(
            Miss(need, self.known[need], limit)
            for need, limit in budget.limits.items()
            if need in self.known and not _meets(need, self.known[need], limit)
        )

    def unknown(self, budget: Budget) -> tuple[Need, ...]:
        """What a budget limits and nobody has measured of it."""
        return tuple(need for need in budget.limits if need not in self.known)


@dataclass(frozen=True, slots=True)
class Miss:
    """A value beyond the limit of a budget."""

    need: Need
    value: float
    limit: float

    @property
    def factor(self) -> float:
        """How many times the allowed value it is, or the least value is of it: above 1."""
        larger, smaller = max(self.value, self.limit), min(self.value, self.limit)
        return larger / smaller if smaller else float("inf")


def _meets(need: Need, value: float, limit: float) -> bool:
    return value >= limit if need in AT_LEAST else value <= limit


@dataclass(frozen=True, slots=True)
class Decision:
    """Which networks meet a budget, and which one to take.

    Attributes:
        candidates: all trained networks whose runs have learned.
        meeting: those that meet the budget, the most accurate first.
        unknown: those that may meet it: what it limits has not been measured for them, and they
            miss nothing that has.
        recommended: the network to take; None if none meets the budget.
        best: the most accurate of those that meet it.
        good_enough: networks that are shown to lose less than `MOST_LOSS` against the best, each
            with its difference from it.
        open: networks that may or may not lose less than that, each with its difference.
        nearest: if none meets the budget, the network that misses it by the smallest factor, with
            what it misses.
        unlearned: networks that are left out, because some of their runs have not learned.
        untrained: networks without a run.
    """

    candidates: tuple[Candidate, ...]
    meeting: tuple[Candidate, ...]
    unknown: tuple[Candidate, ...]
    recommended: Candidate | None
    best: Candidate | None
    good_enough: tuple[Pair, ...]
    open: tuple[Pair, ...]
    nearest: tuple[Candidate, tuple[Miss, ...]] | None
    unlearned: tuple[Arm, ...]
    untrained: tuple[Arm, ...]

    @property
    def difference(self) -> Pair | None:
        """The recommended network against the most accurate one; None if they are the same."""
        own = self.recommended.arm if self.recommended else None
        return next((pair for pair in self.good_enough if pair.arm == own), None)

    @property
    def open_and_cheaper(self) -> int:
        """How many networks would be taken instead, if they were shown to be good enough."""
        arms, own = {pair.arm for pair in self.open}, self.recommended
        return sum(
            own is not None and one.arm in arms and _cost(one) < _cost(own) for one in self.meeting
        )


def candidates(
    results: Results,
    milliseconds: Mapping[Arm, float] | None = None,
    agreement: Mapping[Arm, float] | None = None,
) -> tuple[Candidate, ...]:
    """The trained networks of a comparison.

    Args:
        results: has their runs.
        milliseconds: measured time for one image, where it is known.
        agreement: share of predictions that a shift by one pixel leaves, where it is known.
    """
    measured = ((Need.MILLISECONDS, milliseconds or {}), (Need.AGREEMENT, agreement or {}))
    trained = []
    for arm in results.comparison.arms:
        tested = list(results.test_accuracy(arm).values())
        if not tested:
            continue
        interval = mean_interval(tested)
        known: dict[Need, float] = {
            Need.MACS: architecture_of(arm).totals.macs,
            Need.KILOBYTES: weight_bytes(arm.experiment) / KILOBYTE,
            Need.ACCURACY: interval.mean,
            **{need: values[arm] for need, values in measured if arm in values},
        }
        trained.append(Candidate(arm, interval, known))
    return tuple(trained)


def decide(results: Results, every: Sequence[Candidate], budget: Budget) -> Decision:
    """Which network fits a budget, by the rule of this module."""
    failed = {network.arm for network in unlearned_in(results)}
    able = sorted(
        (one for one in every if one.arm not in failed), key=lambda one: -one.accuracy.mean
    )
    without_miss = [one for one in able if not one.misses(budget)]
    meeting = tuple(one for one in without_miss if not one.unknown(budget))
    pairs = _against_the_best(results, meeting)
    good_enough = tuple(pair for pair in pairs if pair.difference.low > -MOST_LOSS)
    allowed = {pair.arm for pair in good_enough}
    there = {one.arm for one in every}
    return Decision(
        candidates=tuple(able),
        meeting=meeting,
        unknown=tuple(one for one in without_miss if one.unknown(budget)),
        recommended=min(
            (one for place, one in enumerate(meeting) if place == 0 or one.arm in allowed),
            key=_cost,
            default=None,
        ),
        best=meeting[0] if meeting else None,
        good_enough=good_enough,
        open=tuple(
            pair for pair in pairs if pair.difference.low <= -MOST_LOSS < pair.difference.high
        ),
        nearest=None if without_miss else _nearest(able, budget),
        unlearned=tuple(one.arm for one in every if one.arm in failed),
        untrained=tuple(arm for arm in results.comparison.arms if arm not in there),
    )


def _against_the_best(results: Results, meeting: Sequence[Candidate]) -> tuple[Pair, ...]:
    """Each network that meets the budget, but the most accurate, minus that one.

    The intervals are at the levels of Holm's procedure for tests of a loss of `MOST_LOSS` or more:
    an interval excludes such a loss exactly if its test rejects it.
    """
    if not meeting:
        return ()
    best, *others = meeting
    pairs = [
        Pair(one.arm, compared, best.arm)
        for one in others
        if (compared := difference(results, one.arm, best.arm))
    ]
    return corrected(pairs, loss_p_value)


def loss_p_value(seen: Difference) -> float:
    """Of a loss of `MOST_LOSS` or more; twice that of one side, since intervals have two ends."""
    beyond = replace(seen, mean=seen.mean + MOST_LOSS)
    return beyond.p_value if beyond.mean > 0 else 1.0


def _cost(one: Candidate) -> tuple[float, float, float]:
    return one.known[Need.MACS], one.known[Need.KILOBYTES], -one.accuracy.mean


def _nearest(
    able: Sequence[Candidate], budget: Budget
) -> tuple[Candidate, tuple[Miss, ...]] | None:
    """The network whose worst miss is smallest, with its misses."""
    missing = [(one, one.misses(budget)) for one in able]
    return min(missing, key=lambda each: max(miss.factor for miss in each[1]), default=None)
