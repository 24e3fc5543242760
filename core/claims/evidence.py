"""What the store knows about the arms of claims: one number for each seed, or what is missing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import log
from statistics import fmean
from typing import Any

from core.analyses import Fact, FactRequest, Request, ShiftMapRequest, Times, TimesRequest
from core.analyses.shift_map import ShiftMap, ShiftSettings
from core.claims.claim import (
    CHOOSING_SEEDS,
    VERDICT_SEEDS,
    Contrast,
    Metric,
    Recipe,
)
from core.comparison import Arm
from core.comparison.chance import Unlearned, unlearned
from core.config import Experiment
from core.run import Epoch, Run, RunSummary, Status
from core.store import RunStore

SMALL_IMAGE = 100
"""pixels up to which all test images are moved"""
FEW_IMAGES = 200
"""test images that are moved where they are larger"""

Values = dict[int, float]


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known about a contrast.

    Attributes:
        arm: seed -> value; logarithms where the metric is a ratio.
        control: likewise.
        chosen: the experiments that stand for the arms, after validation has chosen.
        runs: what has to be trained first.
        requests: what has to be computed then.
        unlearned: arms with runs that have not learned.
    """

    arm: Values
    control: Values
    chosen: tuple[Experiment, ...]
    runs: tuple[Experiment, ...]
    requests: tuple[Request[Any], ...]
    unlearned: tuple[Unlearned, ...] = ()


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
        self._times: Times | None = None

    def fact(self, name: str) -> Fact | None:
        """The result of an exact computation, if it was made."""
        request = FactRequest(name)
        content = self._content(request)
        return request.read(content) if content else None

    def measured(self, contrast: Contrast) -> Measured:
        """The values of both arms, and what is missing."""
        metric = contrast.metric
        if metric.is_timed:
            return self._clocked(contrast)
        runs: list[Experiment] = []
        chosen = tuple(self._choose(recipe, runs) for recipe in contrast.recipes)
        for experiment in chosen:
            wanted = (seeded(experiment, seed) for seed in VERDICT_SEEDS)
            runs += [each for each in wanted if each.key not in self._summaries]
        requests: list[Request[Any]] = []
        if metric in _OF_EPOCHS:
            values = self._from_epochs(chosen, _OF_EPOCHS[metric])
        elif metric.needs_maps:
            values = tuple(self._from_maps(each, metric, requests) for each in chosen)
        else:
            values = tuple(self._from_summaries(each, _OF_RUNS[metric]) for each in chosen)
        arm, control = self._pair(contrast, values)
        missing = tuple({each.key: each for each in runs}.values())
        return Measured(arm, control, chosen, missing, tuple(requests), self._unlearned(chosen))

    def _unlearned(self, chosen: tuple[Experiment, ...]) -> tuple[Unlearned, ...]:
        found = (
            unlearned(Arm(each), self._from_summaries(each, _OF_RUNS[Metric.TEST_ACCURACY]))
            for each in chosen
        )
        return tuple(each for each in found if each)

    @staticmethod
    def _pair(contrast: Contrast, values: tuple[Values, ...]) -> tuple[Values, Values]:
        if len(values) > 1:
            return values[0], values[1]
        return values[0], dict.fromkeys(values[0], contrast.level)

    def _choose(self, recipe: Recipe, missing: list[Experiment]) -> Experiment:
        """The candidate of highest validation accuracy; the first one until all are trained."""
        candidates = recipe.candidates
        if len(candidates) == 1:
            return candidates[0]
        scores = []
        for candidate in candidates:
            tried = [seeded(candidate, seed) for seed in CHOOSING_SEEDS]
            absent = [each for each in tried if each.key not in self._summaries]
            missing += absent
            if not absent:
                found = (self._summaries[each.key].validation_accuracy for each in tried)
                # one that diverged has learned nothing
                scores.append(fmean(value or 0.0 for value in found))
        if len(scores) < len(candidates):
            return candidates[0]
        return candidates[scores.index(max(scores))]

    def _from_summaries(
        self, experiment: Experiment, value: Callable[[RunSummary], float]
    ) -> Values:
        found = ((seed, self._done(seeded(experiment, seed))) for seed in VERDICT_SEEDS)
        return {seed: value(summary) for seed, summary in found if summary is not None}

    def _done(self, experiment: Experiment) -> RunSummary | None:
        summary = self._summaries.get(experiment.key)
        return summary if summary is not None and summary.status is Status.DONE else None

    def _from_epochs(
        self, chosen: tuple[Experiment, ...], value: Callable[[Iterable[Run], Run], float | None]
    ) -> tuple[Values, ...]:
        keys = {
            (number, seed): seeded(experiment, seed).key
            for number, experiment in enumerate(chosen)
            for seed in VERDICT_SEEDS
        }
        stored = self._store.runs(keys.values())
        runs = {
            place: run
            for place, key in keys.items()
            if (run := stored.get(key)) is not None and run.status is Status.DONE
        }
        found: tuple[Values, ...] = tuple({} for _ in chosen)
        for (number, seed), run in runs.items():
            reached = value(runs.values(), run)
            if reached is not None:
                found[number][seed] = reached
        return found

    def _from_maps(
        self, experiment: Experiment, metric: Metric, missing: list[Request[Any]]
    ) -> Values:
        found: Values = {}
        for seed in VERDICT_SEEDS:
            each = seeded(experiment, seed)
            if self._done(each) is None:
                continue
            request = ShiftMapRequest(each, moved(each))
            content = self._content(request)
            if content is None:
                missing.append(request)
            else:
                found[seed] = _OF_MAPS[metric](request.read(content))
        return found

    def _clocked(self, contrast: Contrast) -> Measured:
        chosen = tuple(recipe.candidates[0] for recipe in contrast.recipes)
        if self._times is None:
            content = self._content(self._timed)
            self._times = self._timed.read(content) if content else None
        if self._times is None:
            return Measured({}, {}, chosen, (), (self._timed,))
        values = tuple(_clock(self._times, each, contrast.metric) for each in chosen)
        arm, control = self._pair(contrast, values)
        return Measured(arm, control, chosen, (), ())

    def _content(self, request: Request[Any]) -> str | None:
        content = self._store.analysis(request.key, request.kind, request.settings)
        return None if content is None else content.decode()


def seeded(experiment: Experiment, seed: int) -> Experiment:
    """The same experiment with another seed."""
    return Arm(experiment).seeded(seed)


def moved(experiment: Experiment) -> ShiftSettings:
    """How images are moved for a claim: in zeros; fewer of them where they are large."""
    _, height, width = experiment.input_shape
    usual = ShiftSettings.of(experiment.input_shape, circular=False)
    if height * width <= SMALL_IMAGE:
        return usual
    return ShiftSettings(usual.circular, usual.reach, FEW_IMAGES)


def _known(value: float | None) -> float:
    if value is None:
        raise ValueError("a run that ended well has all of its figures")
    return value


_OF_RUNS: dict[Metric, Callable[[RunSummary], float]] = {
    Metric.TEST_ACCURACY: lambda run: _known(run.test_accuracy),
    Metric.TRAIN_ACCURACY: lambda run: _known(run.train_accuracy),
    Metric.FINAL_GAP: lambda run: _known(run.train_accuracy) - _known(run.test_accuracy),
}

_OF_MAPS: dict[Metric, Callable[[ShiftMap], float]] = {
    Metric.AGREEMENT: ShiftMap.mean_same,
    Metric.ONE_PIXEL: ShiftMap.one_pixel,
}


def _matched_gap(runs: Iterable[Run], run: Run) -> float | None:
    """At the first epoch whose training loss is as low as every run of both arms gets."""
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
    found = times.networks.get(experiment.key)
    if found is None:
        return {}
    if metric is Metric.STEP_TIME:
        return {number: log(seconds) for number, seconds in enumerate(found.step)}
    pools = tuple(name for name in found.layers if name.endswith(".pool"))
    return {number: found.share(pools, number) for number in range(len(found.step))}
