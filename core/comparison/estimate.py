"""How long will trainings take? Estimated from stored runs until the first one ends, then measured.

The work of a run is counted in multiply-accumulate operations (`core.network.work`). The time for a
unit of work is the median over runs: the ended runs of the same request, else stored runs of the
same data set, else all stored runs; only runs of this machine, if there are any. The fixed part
dominates the time of small runs, the rate that of large ones.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median

from core.config import Experiment
from core.errors import ConfigError
from core.network.work import BUILD_SECONDS, MAC_SECONDS, RUN_SECONDS, training_work
from core.run import RunSummary, Source
from core.words import MINUTE, duration

MOST_RATED_RUNS = 200
"""number of stored runs that are used; the machine may have changed since older ones"""

START_SECONDS = 5.0
"""time until workers have started and imported torch"""


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast one run was.

    Attributes:
        seconds: time for a unit of work.
        dataset: name of the data set it was trained on.
        here: whether this machine trained it; bundled runs were trained on another one.
    """

    seconds: float
    dataset: str
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
    return median(rate.seconds for rate in _like(dataset, known)) if known else MAC_SECONDS


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
    for experiment in missing:
        used = _like(experiment.data.dataset, known)
        rate = median(item.seconds for item in used)
        left = 1 - progress.get(experiment.key, 0.0)
        seconds.append(RUN_SECONDS + BUILD_SECONDS + work(experiment) * rate * left)
    # the last runs may not fill every worker, so the longest run is a lower bound
    together = max(sum(seconds) / workers, *seconds)
    return Estimate(
        start + together, sum(seconds) / len(seconds), len(used), all(rate.here for rate in used)
    )


def _like(dataset: str | None, known: Sequence[Rate]) -> Sequence[Rate]:
    """The rates to use: of the same data set, and of this machine, where there are any."""
    alike = [rate for rate in known if rate.dataset == dataset] or known
    return [rate for rate in alike if rate.here] or alike


def time_left(request: Sequence[Progress], known: Sequence[Rate], workers: int) -> Estimate | None:
    """Estimate the time until all runs of a request have ended.

    As soon as runs of the request have ended, their times are used instead of stored runs.

    Args:
        request: progress of every run of the request.
        known: rates of stored runs.
        workers: number of trainings that run in parallel.
    """
    own = [
        _rate(item.experiment, item.seconds, here=True)
        for item in request
        if item.fraction >= 1 and item.seconds is not None
    ]
    left = [item for item in request if item.fraction < 1]
    begun = any(item.fraction for item in request)
    return estimate(
        [item.experiment for item in left],
        own or known,
        workers,
        {item.experiment.key: item.fraction for item in left},
        0.0 if begun else START_SECONDS,
    )


def rates(stored: Iterable[RunSummary]) -> list[Rate]:
    """The rates of the newest stored runs that were trained on a CPU.

    Args:
        stored: runs, newest first.
    """
    rates_of_runs = []
    for summary in islice(stored, MOST_RATED_RUNS):
        if summary.device == "cpu" and summary.status == "done":
            try:
                experiment = Experiment.from_flat(summary.config)
            except ConfigError:
                # the run is from an older version of Poolscope
                continue
            here = summary.source is Source.HERE
            rates_of_runs.append(_rate(experiment, summary.seconds, here=here))
    return rates_of_runs


def _rate(experiment: Experiment, seconds: float, *, here: bool) -> Rate:
    # a lower bound, because the fixed part may exceed the time of a very short training
    trained = max(seconds - BUILD_SECONDS, seconds / 4)
    return Rate(trained / work(experiment), experiment.data.dataset, here)
