"""What the store knows about the arms of claims: one number per seed, or what is missing."""

from collections.abc import Callable, Iterable, Mapping
from math import log
from statistics import fmean
from typing import Any, TypeVar

from core.analyses import FactRequest, Request, ShiftMapRequest, Times, TimesRequest
from core.analyses.shift_map import ShiftMap, ShiftSettings
from core.claims.claim import (
    CHOOSING_SEEDS,
    VERDICT_SEEDS,
    ClaimArm,
    ExactStatement,
    Hypothesis,
    Metric,
)
from core.claims.results import ComparedPart, ComputedPart
from core.comparison import Arm
from core.comparison.chance import Unlearned, unlearned
from core.comparison.statistics import paired_difference
from core.config import Experiment
from core.run import Epoch, Run, RunSummary, Status
from core.store import RunStore

SMALL_IMAGE_PIXELS = 100
"""up to this size all test images are moved"""
IMAGES_MOVED = 200
"""how many test images are moved where they are larger"""

Values = dict[int, float]
"""seed, or round of a measurement -> value; logarithms where the metric is a ratio"""
Experiments = tuple[Experiment, ...]
Requests = tuple[Request[Any], ...]
Result = TypeVar("Result")


class Evidence:
    """A view of a store, as it is when it is made.

    Args:
        store: the runs and analyses.
        timed: networks that are timed together, for the metrics of the clock.
    """

    def __init__(self, store: RunStore, timed: TimesRequest) -> None:
        self._store = store
        self._summaries = {summary.key: summary for summary in store.summaries()}
        self._timed = timed
        self._times = self._result(timed)

    def computed(self, statement: ExactStatement) -> ComputedPart:
        """The computation of an exact statement, if it was made."""
        return ComputedPart(statement, self._result(FactRequest(statement.fact)))

    def compared(self, hypothesis: Hypothesis) -> ComparedPart:
        """The values of the arms of a hypothesis, compared, and what is missing."""
        metric, arms = hypothesis.metric, hypothesis.arms
        chosen = tuple(self._choose(arm) for arm in arms)
        (arm, *others), requests = self._values(metric, chosen)
        against = others[0] if others else dict.fromkeys(arm, hypothesis.against.zero)
        return ComparedPart(
            part=hypothesis,
            chosen=chosen,
            difference=paired_difference(arm, against),
            requests=requests,
            runs=() if metric.is_timed else self._missing(arms, chosen),
            unlearned=() if metric.is_timed else self._unlearned(chosen),
        )

    def _choose(self, arm: ClaimArm) -> Experiment:
        """The candidate of highest validation accuracy; the first one until all are trained."""
        scores: dict[Experiment, float] = {}
        for candidate in arm.candidates if arm.choice else ():
            runs = [self._summaries.get(each.key) for each in seeded(candidate, CHOOSING_SEEDS)]
            known = [run.validation_accuracy for run in runs if run]
            if len(known) < len(CHOOSING_SEEDS):
                return arm.candidates[0]
            # a run that diverged has learned nothing
            scores[candidate] = fmean(accuracy or 0.0 for accuracy in known)
        return max(scores, key=scores.__getitem__) if scores else arm.candidates[0]

    def _missing(
        self, arms: Iterable[ClaimArm], chosen: Iterable[Experiment]
    ) -> tuple[Experiment, ...]:
        """Runs to choose by, then to judge by, that are not in the store."""
        candidates = (each for arm in arms if arm.choice for each in arm.candidates)
        needed = (
            *(run for candidate in candidates for run in seeded(candidate, CHOOSING_SEEDS)),
            *(run for experiment in chosen for run in seeded(experiment)),
        )
        return tuple({run.key: run for run in needed if run.key not in self._summaries}.values())

    def _values(self, metric: Metric, chosen: Experiments) -> tuple[list[Values], Requests]:
        """One number per seed for each network, and computations that are missing."""
        if metric.is_timed:
            if self._times is None:
                return [{} for _ in chosen], (self._timed,)
            return [_clock(self._times, each, metric) for each in chosen], ()
        if metric in _OF_EPOCHS:
            return self._from_epochs(chosen, _OF_EPOCHS[metric]), ()
        if metric in _OF_RUNS:
            return [self._from_summaries(each, _OF_RUNS[metric]) for each in chosen], ()
        return self._from_maps(chosen, _OF_MAPS[metric])

    def _unlearned(self, chosen: Experiments) -> tuple[Unlearned, ...]:
        accuracy = _OF_RUNS[Metric.TEST_ACCURACY]
        reports = (unlearned(Arm(each), self._from_summaries(each, accuracy)) for each in chosen)
        return tuple(report for report in reports if report)

    def _from_summaries(
        self, experiment: Experiment, value: Callable[[RunSummary], float | None]
    ) -> Values:
        ended = ((run.seed, self._done(run)) for run in seeded(experiment))
        return _known({seed: value(summary) for seed, summary in ended if summary})

    def _done(self, experiment: Experiment) -> RunSummary | None:
        summary = self._summaries.get(experiment.key)
        return summary if summary is not None and summary.status is Status.DONE else None

    def _from_epochs(
        self, chosen: Experiments, value: Callable[[Iterable[Run], Run], float | None]
    ) -> list[Values]:
        """Numbers that need the epochs of all runs of both arms."""
        experiments = [seeded(each) for each in chosen]
        stored = self._store.runs(run.key for runs in experiments for run in runs)
        done = {key: run for key, run in stored.items() if run.status is Status.DONE}
        return [
            _known({e.seed: value(done.values(), done[e.key]) for e in runs if e.key in done})
            for runs in experiments
        ]

    def _from_maps(
        self, chosen: Experiments, value: Callable[[ShiftMap], float]
    ) -> tuple[list[Values], Requests]:
        values: list[Values] = [{} for _ in chosen]
        missing: list[ShiftMapRequest] = []
        for known, experiment in zip(values, chosen, strict=True):
            for run in filter(self._done, seeded(experiment)):
                request = ShiftMapRequest(run, moved(run))
                shift_map = self._result(request)
                if shift_map is None:
                    missing.append(request)
                else:
                    known[run.seed] = value(shift_map)
        return values, tuple(missing)

    def _result(self, request: Request[Result]) -> Result | None:
        """The result of a computation, if it was made."""
        content = self._store.analysis(request.key, request.kind, request.settings)
        return None if content is None else request.read(content.decode())


def _known(values: Mapping[int, float | None]) -> Values:
    return {seed: value for seed, value in values.items() if value is not None}


def seeded(experiment: Experiment, seeds: Iterable[int] = VERDICT_SEEDS) -> Experiments:
    """The same experiment with each of these seeds."""
    return tuple(Arm(experiment).seeded(seed) for seed in seeds)


def moved(experiment: Experiment) -> ShiftSettings:
    """How images are moved for a claim: filled with the background; fewer where they are large."""
    _, height, width = experiment.input_shape
    usual = ShiftSettings.of(experiment.input_shape, circular=False)
    if height * width <= SMALL_IMAGE_PIXELS:
        return usual
    return ShiftSettings(usual.circular, usual.reach, IMAGES_MOVED)


def _final_gap(run: RunSummary) -> float | None:
    train, test = run.train_accuracy, run.test_accuracy
    return None if train is None or test is None else train - test


_OF_RUNS: dict[Metric, Callable[[RunSummary], float | None]] = {
    Metric.TEST_ACCURACY: lambda run: run.test_accuracy,
    Metric.TRAIN_ACCURACY: lambda run: run.train_accuracy,
    Metric.FINAL_GAP: _final_gap,
}

_OF_MAPS: dict[Metric, Callable[[ShiftMap], float]] = {
    Metric.AGREEMENT: ShiftMap.mean_same,
    Metric.ONE_PIXEL: ShiftMap.one_pixel,
}


def _matched_gap(runs: Iterable[Run], run: Run) -> float | None:
    """The gap at the first epoch whose training loss every run of both arms reaches."""
    common = max(min(epoch.train_loss for epoch in each.epochs) for each in runs)
    epoch = _first(run, lambda epoch: epoch.train_loss <= common)
    return None if epoch is None else epoch.train_accuracy - epoch.validation_accuracy


def _time_to_accuracy(runs: Iterable[Run], run: Run) -> float | None:
    """Logarithm of the seconds until the validation accuracy that every run reaches."""
    common = min(max(epoch.validation_accuracy for epoch in each.epochs) for each in runs)
    epoch = _first(run, lambda epoch: epoch.validation_accuracy >= common)
    return None if epoch is None else log(epoch.seconds)


def _first(run: Run, reached: Callable[[Epoch], bool]) -> Epoch | None:
    return next((epoch for epoch in run.epochs if reached(epoch)), None)


_OF_EPOCHS: dict[Metric, Callable[[Iterable[Run], Run], float | None]] = {
    Metric.MATCHED_GAP: _matched_gap,
    Metric.TIME_TO_ACCURACY: _time_to_accuracy,
}


def _clock(times: Times, experiment: Experiment, metric: Metric) -> Values:
    """Round -> logarithm of a step's seconds, or share of the pools."""
    network = times.networks.get(experiment.key)
    if network is None:
        return {}
    if metric is Metric.STEP_TIME:
        return {number: log(seconds) for number, seconds in enumerate(network.step)}
    pools = tuple(name for name in network.layers if name.endswith(".pool"))
    return {number: network.share(pools, number) for number in range(len(network.step))}
