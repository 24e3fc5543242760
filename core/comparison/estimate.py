"""How long will trainings take? From stored runs before the first one ends, then from the clock.

The work of a run is counted in multiply-accumulate operations (`core.network.work`). The time for a
unit of work is the median over runs: those of the same request that have ended, else stored runs of
the same data set, else all; those of this machine where there are any. For small runs the fixed
part decides, for others the rate.
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
"""how many stored runs are looked at: the machine may have changed since the older ones"""

START_SECONDS = 5.0
"""until workers have started and imported torch"""


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast one run was.

    Attributes:
        seconds: for a unit of work.
        dataset: what it was trained on.
        here: whether this machine trained it; bundled runs come from another one.
    """

    seconds: float
    dataset: str
    here: bool = True


@dataclass(frozen=True, slots=True)
class Estimate:
    """Time for a list of runs.

    Attributes:
        seconds: on all workers together.
        per_run: mean time of one run, in seconds.
        measured: number of runs that the rate was taken from.
        here: whether these were trained on this machine.
    """

    seconds: float
    per_run: float
    measured: int
    here: bool

    @property
    def text(self) -> str:
        """How it is said: in seconds where this machine was measured, else no finer than minutes.

        "16 s", "less than a minute", "3 min".
        """
        if self.here:
            return duration(self.seconds)
        if self.seconds < MINUTE:
            return "less than a minute"
        return duration(MINUTE * round(self.seconds / MINUTE))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one run of a request is.

    Attributes:
        experiment: what is trained.
        fraction: of its epochs that is done; 1 once it has ended.
        seconds: that its training took, once it has ended; None if it was not trained here.
    """

    experiment: Experiment
    fraction: float
    seconds: float | None = None


def work(experiment: Experiment) -> float:
    """Units of work of one run, as MACs: training, evaluation after each epoch, and the test."""
    return training_work(experiment).macs


def speed(dataset: str | None, known: Sequence[Rate]) -> float:
    """Seconds for a unit of work on a data set, on one core; on none in particular if None."""
    return median(rate.seconds for rate in _like(dataset, known)) if known else MAC_SECONDS


def estimate(
    missing: Sequence[Experiment],
    known: Sequence[Rate],
    workers: int,
    progress: Mapping[str, float] | None = None,
    start: float = 0.0,
) -> Estimate | None:
    """Estimate the time for missing runs; None if no run says how fast this machine is.

    Args:
        missing: experiments without a run.
        known: of earlier runs, as `rates` gives them.
        workers: number of trainings that run side by side.
        progress: key -> fraction of that run which is done already.
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
    # the last runs do not fill every worker
    together = max(sum(seconds) / workers, *seconds)
    return Estimate(
        start + together, sum(seconds) / len(seconds), len(used), all(rate.here for rate in used)
    )


def _like(dataset: str | None, known: Sequence[Rate]) -> Sequence[Rate]:
    """The rates to use: of the same data set, and of this machine, where there are any."""
    alike = [rate for rate in known if rate.dataset == dataset] or known
    return [rate for rate in alike if rate.here] or alike


def time_left(request: Sequence[Progress], known: Sequence[Rate], workers: int) -> Estimate | None:
    """Estimate the time until a request that is being trained has ended.

    As soon as runs of the request have ended, their own times count and stored runs no more.

    Args:
        request: every run of it.
        known: of stored runs.
        workers: number of trainings that run side by side.
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
    """How fast the newest stored runs on a CPU were.

    Args:
        stored: runs whose time is known, newest first.
    """
    rates_of_runs = []
    for summary in islice(stored, MOST_RATED_RUNS):
        if summary.device == "cpu" and summary.status == "done":
            try:
                experiment = Experiment.from_flat(summary.config)
            except ConfigError:
                # a run of an older version of Poolscope
                continue
            here = summary.source is Source.HERE
            rates_of_runs.append(_rate(experiment, summary.seconds, here=here))
    return rates_of_runs


def _rate(experiment: Experiment, seconds: float, *, here: bool) -> Rate:
    # a training that took little more than its start tells little
    trained = max(seconds - BUILD_SECONDS, seconds / 4)
    return Rate(trained / work(experiment), experiment.data.dataset, here)
