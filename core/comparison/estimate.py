"""How long will trainings take? Estimated from stored runs until the first one ends, then measured.

The work of a run is counted in multiply-accumulate operations (`core.network.work`). The time for a
unit of work is the median over runs: the ended runs of the same request, else stored runs of the
same data set, else all stored runs; only runs of this machine, if there are any, and of these only
those with the same norm and strategy, if there are any. The fixed part dominates the time of small
runs, the rate that of large ones.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median

from core.catalog import Norm
from core.config import Experiment
from core.errors import ConfigError
from core.network.work import BUILD_SECONDS, MAC_SECONDS, RUN_SECONDS, training_work
from core.run import RunSummary, Source
from core.words import MINUTE, duration

MOST_RATED_RUNS = 2_000
"""number of stored runs that are used; the machine may have changed since older ones"""
RATED_OF_A_RECIPE = 3
"""number of them that differ in the seed alone; the median is over many recipes"""

COMPARABLE_WORK = 0.1
"""least share of the work of what is left that an ended run of the request must have had"""

NORM_TIMES = 2.0
"""how much longer a network takes with batch norm, about: 1.0 to 4.2 times in the bundled runs"""

START_SECONDS = 5.0
"""time until workers have started and imported torch"""


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast one run was.

    Attributes:
        seconds: time for a unit of work.
        dataset: name of the data set it was trained on.
        pooling: name of its strategy.
        norm: name of its norm.
        here: whether this machine trained it; bundled runs were trained on another one.
    """

    seconds: float
    dataset: str
    pooling: str
    norm: str
    here: bool = True


@dataclass(frozen=True, slots=True)
class Estimate:
    """Estimated time for a list of runs.

    Attributes:
        seconds: wall time on all workers.
        per_run: mean time of one run, in seconds.
        measured: number of runs that the rate is based on.
        here: whether these were trained on this machine.
    """

    seconds: float
    per_run: float
    measured: int
    here: bool

    @property
    def text(self) -> str:
        """The time in words: "16 s", or "less than a minute" and "3 min".

        Seconds are given only if this machine was measured.
        """
        if self.here:
            return duration(self.seconds)
        if self.seconds < MINUTE:
            return "less than a minute"
        return duration(MINUTE * round(self.seconds / MINUTE))


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of one run of a request.

    Attributes:
        experiment: what is trained.
        fraction: fraction of its epochs that is done; 1 once it has ended.
        seconds: duration of its training, once it has ended; None if it was not trained here.
    """

    experiment: Experiment
    fraction: float
    seconds: float | None = None


def work(experiment: Experiment) -> float:
    """The work of one run, in MACs: training, evaluation after each epoch, and the test."""
    return training_work(experiment).macs


def speed(dataset: str | None, known: Sequence[Rate]) -> float:
    """Seconds for a unit of work on one core, for a data set; for any data set if None."""
    if not known:
        return MAC_SECONDS
    return median(rate.seconds for rate in _of_this_machine(dataset, known))


def estimate(
    missing: Sequence[Experiment],
    known: Sequence[Rate],
    workers: int,
    progress: Mapping[str, float] | None = None,
    start: float = 0.0,
) -> Estimate | None:
    """Estimate the time for missing runs; None if none are missing or no rate is known.

    Args:
        missing: experiments without a run.
        known: rates of earlier runs, as `rates` returns them.
        workers: number of trainings that run in parallel.
        progress: key -> fraction of that run that is already done.
        start: seconds until the first of them begins.
    """
    progress = progress or {}
    if not missing or not known:
        return None
    seconds = []
    used: Sequence[Rate] = known
    # the seeds of a network have the same rates, of which there may be two thousand
    alike: dict[tuple[str, ...], tuple[Sequence[Rate], float]] = {}
    for experiment in missing:
        model = experiment.model
        kind = experiment.data.dataset, model.norm, model.pooling
        if kind not in alike:
            used = _like(experiment, known)
            alike[kind] = used, median(item.seconds for item in used) * _times(experiment, used)
        used, rate = alike[kind]
        left = 1 - progress.get(experiment.key, 0.0)
        seconds.append(RUN_SECONDS + BUILD_SECONDS + work(experiment) * rate * left)
    # the last runs may not fill every worker, so the longest run is a lower bound
    together = max(sum(seconds) / workers, *seconds)
    return Estimate(
        start + together, sum(seconds) / len(seconds), len(used), all(rate.here for rate in used)
    )


def _of_this_machine(dataset: str | None, known: Sequence[Rate]) -> Sequence[Rate]:
    """The rates of the same data set, and of this machine, where there are any."""
    alike = [rate for rate in known if rate.dataset == dataset] or known
    return [rate for rate in alike if rate.here] or alike


def _like(experiment: Experiment, known: Sequence[Rate]) -> Sequence[Rate]:
    """Of these, the rates of networks with the same norm and the same strategy, if there are any.

    By more than a factor of two, networks differ in how long a MAC of theirs takes in fact.
    """
    model, alike = experiment.model, _of_this_machine(experiment.data.dataset, known)
    alike = [rate for rate in alike if rate.norm == model.norm] or alike
    return [rate for rate in alike if rate.pooling == model.pooling] or alike


def _times(experiment: Experiment, used: Sequence[Rate]) -> float:
    """How much longer a MAC takes than by these rates, where their networks have another norm."""
    plain = [norm == Norm.NONE for norm in (experiment.model.norm, used[0].norm)]
    return 1.0 if plain[0] is plain[1] else 1 / NORM_TIMES if plain[0] else NORM_TIMES


def time_left(
    request: Sequence[Progress],
    known: Sequence[Rate],
    workers: int,
    start: float = START_SECONDS,
) -> Estimate | None:
    """Estimate the time until all runs of a request have ended.

    As soon as runs of the request have ended, their times are used instead of stored runs.

    Args:
        request: progress of every run of the request.
        known: rates of stored runs.
        workers: number of trainings that run in parallel.
        start: seconds until the first of them begins, if none has.
    """
    left = [item for item in request if item.fraction < 1]
    # what hardly takes longer than its start says little of a run with much more work
    least = COMPARABLE_WORK * max((work(item.experiment) for item in left), default=0.0)
    own = [
        _rate(item.experiment, work(item.experiment), item.seconds, here=True)
        for item in request
        if item.fraction >= 1 and item.seconds is not None and work(item.experiment) >= least
    ]
    begun = any(item.fraction for item in request)
    return estimate(
        [item.experiment for item in left],
        own or known,
        workers,
        {item.experiment.key: item.fraction for item in left},
        0.0 if begun else start,
    )


def rates(stored: Iterable[RunSummary]) -> list[Rate]:
    """The rates of the newest stored runs that were trained on a CPU.

    Args:
        stored: runs, newest first.
    """
    found: list[Rate] = []
    recipes: Counter[str] = Counter()
    for summary in stored:
        if len(found) == MOST_RATED_RUNS:
            break
        if summary.device == "cpu" and summary.status == "done":
            recipe = json.dumps({**summary.config, "seed": 0})
            recipes[recipe] += 1
            known = _with_work(recipe) if recipes[recipe] <= RATED_OF_A_RECIPE else None
            if known is not None:
                here = summary.source is Source.HERE
                found.append(_rate(*known, summary.seconds, here=here))
    return found


# these two take longer than all else, and a page asks again whenever a run is stored
@lru_cache(maxsize=4096)
def _with_work(recipe: str) -> tuple[Experiment, float] | None:
    """The experiment of a configuration and its work; None if another version wrote it."""
    try:
        experiment = Experiment.from_flat(json.loads(recipe))
    except ConfigError:
        return None
    return experiment, work(experiment)


def _rate(experiment: Experiment, amount: float, seconds: float, *, here: bool) -> Rate:
    # a lower bound, because the fixed part may exceed the time of a very short training
    trained = max(seconds - BUILD_SECONDS, seconds / 4)
    model, dataset = experiment.model, experiment.data.dataset
    return Rate(trained / amount, dataset, model.pooling, model.norm, here)
