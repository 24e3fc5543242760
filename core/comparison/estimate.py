"""How long will the missing runs take? From the runs of the store, before anything is trained.

The work of a run is its multiply-accumulate operations times the images it passes; the time per
unit of work is the median over stored runs, of the same data set where there are any.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median

from core.config import ALL, Experiment
from core.errors import ConfigError
from core.network import describe
from core.run import RunSummary

NEWEST = 200
"""how many stored runs are looked at: the machine may have changed since the older ones"""

# forward and backward cost about three forward passes
BACKWARD_FACTOR = 3
FIXED_MACS = 60_000
"""work per image that does not grow with the network (loop, loss, optimiser), as MACs; fitted so
that one rate serves the small digits networks and the larger ones of MNIST"""


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast one stored run was.

    Attributes:
        seconds: for a unit of work.
        dataset: what it was trained on.
    """

    seconds: float
    dataset: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """Time for a list of runs.

    Attributes:
        seconds: on all workers together.
        per_run: mean time of one run, in seconds.
        measured: number of stored runs that the rate was taken from.
    """

    seconds: float
    per_run: float
    measured: int


def work(experiment: Experiment) -> float:
    """Units of work of one run: MACs times images passed, forward and backward."""
    entry = experiment.data.entry
    size = experiment.data.train_size
    images = entry.splits.train if size == ALL else size
    totals = describe(experiment.model, experiment.input_shape, experiment.classes).totals
    per_image = totals.macs + totals.pooling_ops + FIXED_MACS
    training = BACKWARD_FACTOR * per_image * images
    evaluation = totals.macs * (min(images, 5_000) + entry.splits.validation)
    return experiment.recipe.epochs * (training + evaluation)


def estimate(
    missing: Sequence[Experiment],
    known: Sequence[Rate],
    workers: int,
    progress: Mapping[str, float] | None = None,
) -> Estimate | None:
    """Estimate the time for missing runs; None if no stored run says how fast this machine is.

    Args:
        missing: experiments without a run.
        known: of stored runs, as `rates` gives them.
        workers: number of trainings that run side by side.
        progress: key -> fraction of that run which is done already.
    """
    progress = progress or {}
    if not missing or not known:
        return None
    seconds = []
    measured = 0
    for experiment in missing:
        own = [rate.seconds for rate in known if rate.dataset == experiment.data.dataset]
        used = own or [rate.seconds for rate in known]
        measured = max(measured, len(used))
        left = 1 - progress.get(experiment.key, 0.0)
        seconds.append(work(experiment) * median(used) * left)
    # the last runs do not fill every worker
    together = max(sum(seconds) / workers, *seconds)
    return Estimate(together, sum(seconds) / len(seconds), measured)


def rates(stored: Iterable[RunSummary]) -> list[Rate]:
    """How long the newest stored runs on a CPU took.

    Args:
        stored: runs whose time is known, newest first.
    """
    found = []
    for summary in islice(stored, NEWEST):
        if summary.device == "cpu" and summary.status == "done":
            try:
                experiment = Experiment.from_flat(summary.config)
            except ConfigError:
                # a run of an older version of Poolscope
                continue
            found.append(Rate(summary.seconds / work(experiment), experiment.data.dataset))
    return found
