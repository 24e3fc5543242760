"""Evidence for claims from the store: one number per seed and arm, or what is missing."""

from collections.abc import Callable, Collection, Iterable, Mapping
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
"""up to this many pixels per image, all test images are shifted"""
IMAGES_MOVED = 200
"""test images to shift if they are larger"""

Values = dict[int, float]
"""seed, or round of a measurement -> value; logarithms if the metric is a ratio"""
Experiments = tuple[Experiment, ...]
Requests = tuple[Request[Any], ...]
Result = TypeVar("Result")


class Evidence:
    """A snapshot of what a store holds about claims.

    Args:
        store: the runs and analyses.
        keys: of the runs that are looked at, and of what else something was computed about.
        timed: the networks that are timed together.
    """

    def __init__(self, store: RunStore, keys: Collection[str], timed: TimesRequest) -> None:
        self._store = store
        self._summaries = {summary.key: summary for summary in store.summaries()}
        self._computed: dict[tuple[str, ...], bytes] = {}
        # all at once: opening the files takes longer than reading them, once for each of hundreds
        for *place, content in store.analyses(keys):
            # one's own come before those that are bundled
            self._computed.setdefault(tuple(place), content)
        self._timed = timed
        self._times = self._result(timed)

    def computed(self, statement: ExactStatement) -> ComputedPart:
        """An exact statement with its computation, if that is stored."""
        return ComputedPart(statement, self._result(FactRequest(statement.fact)))

    def compared(self, hypothesis: Hypothesis) -> ComparedPart:
        """A hypothesis with the paired difference of its arms, and what is missing for it."""
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
        """The candidate with the highest validation accuracy; the first until all are trained."""
        scores: dict[Experiment, float] = {}
        for candidate in arm.candidates if arm.choice else ():
            runs = [self._summaries.get(run.key) for run in seeded(candidate, CHOOSING_SEEDS)]
            known = [run.validation_accuracy for run in runs if run]
            if len(known) < len(CHOOSING_SEEDS):
                return arm.candidates[0]
            # a run that diverged has no accuracy and has learned nothing
            scores[candidate] = fmean(accuracy or 0.0 for accuracy in known)
        return max(scores, key=scores.__getitem__) if scores else arm.candidates[0]

    def _missing(
        self, arms: Iterable[ClaimArm], chosen: Iterable[Experiment]
    ) -> tuple[Experiment, ...]:
        """Missing runs: those that decide settings first, then those that decide the verdict."""
        candidates = (candidate for arm in arms if arm.choice for candidate in arm.candidates)
        needed = (
            *(run for candidate in candidates for run in seeded(candidate, CHOOSING_SEEDS)),
            *(run for experiment in chosen for run in seeded(experiment)),
        )
        return tuple({run.key: run for run in needed if run.key not in self._summaries}.values())

    def _values(self, metric: Metric, chosen: Experiments) -> tuple[list[Values], Requests]:
        """One number per seed for each network, and the missing computations."""
        if metric.is_timed:
            if self._times is None:
                return [{} for _ in chosen], (self._timed,)
            return [_clock(self._times, network, metric) for network in chosen], ()
        if metric in _OF_EPOCHS:
            return self._from_epochs(chosen, _OF_EPOCHS[metric]), ()
        if metric in _OF_RUNS:
            return [self._from_summaries(network, _OF_RUNS[metric]) for network in chosen], ()
        return self._from_maps(chosen, _OF_MAPS[metric])

    def _unlearned(self, chosen: Experiments) -> tuple[Unlearned, ...]:
        accuracy = _OF_RUNS[Metric.TEST_ACCURACY]
        values = ((network, self._from_summaries(network, accuracy)) for network in chosen)
        reports = (unlearned(Arm(network), by_seed) for network, by_seed in values)
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
        """Numbers that depend on the epochs of all runs of both arms."""
        experiments = [seeded(network) for network in chosen]
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
        """The result of a computation, or None if it is not stored."""
        content = self._computed.get((request.key, request.kind, request.settings))
        return None if content is None else request.read(content.decode())


def _known(values: Mapping[int, float | None]) -> Values:
    return {seed: value for seed, value in values.items() if value is not None}


def seeded(experiment: Experiment, seeds: Iterable[int] = VERDICT_SEEDS) -> Experiments:
    """An experiment with each of these seeds."""
    return tuple(Arm(experiment).seeded(seed) for seed in seeds)


def moved(experiment: Experiment) -> ShiftSettings:
    """How a claim shifts images: filled with the background, and fewer if they are large."""
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
    """The gap at the first epoch with a training loss that every run of both arms reaches."""
    common = max(min(epoch.train_loss for epoch in other.epochs) for other in runs)
    epoch = _first(run, lambda epoch: epoch.train_loss <= common)
    return None if epoch is None else epoch.train_accuracy - epoch.validation_accuracy


def _time_to_accuracy(runs: Iterable[Run], run: Run) -> float | None:
    """The logarithm of the seconds until a validation accuracy that every run reaches."""
    common = min(max(epoch.validation_accuracy for epoch in other.epochs) for other in runs)
    epoch = _first(run, lambda epoch: epoch.validation_accuracy >= common)
    return None if epoch is None else log(epoch.seconds)


def _first(run: Run, reached: Callable[[Epoch], bool]) -> Epoch | None:
    return next((epoch for epoch in run.epochs if reached(epoch)), None)


_OF_EPOCHS: dict[Metric, Callable[[Iterable[Run], Run], float | None]] = {
    Metric.MATCHED_GAP: _matched_gap,
    Metric.TIME_TO_ACCURACY: _time_to_accuracy,
}


def _clock(times: Times, experiment: Experiment, metric: Metric) -> Values:
    """The logarithm of a step's seconds, or the share of the pools, by round."""
    network = times.networks.get(experiment.key)
    if network is None:
        return {}
    if metric is Metric.STEP_TIME:
        return {number: log(seconds) for number, seconds in enumerate(network.step)}
    pools = tuple(name for name in network.layers if name.endswith(".pool"))
    return {number: network.share(pools, number) for number in range(len(network.step))}
