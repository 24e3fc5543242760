"""What strangers may ask of a hosted dashboard: small trainings, one request each, a day's budget.

Pure: who asks, what is queued and what was trained come in as values.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.catalog import Dataset
from core.config import Experiment
from core.network import describe
from core.run import RunSummary
from core.words import count, duration, join

DATASETS = (Dataset.DIGITS, Dataset.SHAPES)
"""need no download"""
MOST_EPOCHS = 20
MOST_IMAGES = 4_000
MOST_MACS = 6_000_000
"""for one image, forward"""
MOST_RUNS = 40
"""in one request"""
MOST_QUEUED = 200
"""runs of all visitors together"""
DAY = timedelta(hours=24)


def too_large(experiment: Experiment) -> str | None:
    """Why a training is not offered here; None if it is."""
    data = experiment.data
    if data.dataset not in DATASETS:
        return f"this hosted dashboard trains on {join([str(name) for name in DATASETS])} only"
    images = data.training_images
    epochs = experiment.hyperparameters.epochs
    if images > MOST_IMAGES:
        return (
            f"this hosted dashboard trains on {count(MOST_IMAGES)} images at most; choose fewer "
            f"training images under Advanced"
        )
    if epochs > MOST_EPOCHS:
        return f"this hosted dashboard trains {MOST_EPOCHS} epochs at most"
    macs = describe(experiment).totals.macs
    if macs > MOST_MACS:
        return (
            f"this network takes {count(macs)} MACs for an image; this hosted dashboard allows "
            f"{count(MOST_MACS)}"
        )
    return None


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks. A browser tab is nobody: reloading a page makes no new visitor.

    Attributes:
        cookie: names a browser; signed by the server, and new for whoever sends none back.
        address: the network address; an IPv6 address counts with the other 2⁶⁴ of its network.
    """

    cookie: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFar:
    """What was asked for before.

    Attributes:
        own: runs that this visitor asked for and that have not ended.
        queued: runs of all visitors that have not ended.
        seconds: that all visitors together trained in the last 24 hours.
    """

    own: int
    queued: int
    seconds: float


def seconds_of_day(stored: Iterable[RunSummary], now: datetime | None = None) -> float:
    """How long the runs of the last 24 hours took."""
    since = (now or datetime.now(UTC)) - DAY
    return sum(run.seconds for run in stored if _when(run.created) > since)


def refusal(wanted: Sequence[Experiment], so_far: SoFar, budget: float) -> str | None:
    """Why a request is not taken, in a sentence; None if it is.

    Args:
        wanted: what the visitor asks for.
        so_far: what was asked for before.
        budget: seconds that all visitors together may train in 24 hours.
    """
    return next(_reasons(wanted, so_far, budget), None)


def _reasons(wanted: Sequence[Experiment], so_far: SoFar, budget: float) -> Iterator[str]:
    yield from (reason for e in wanted if (reason := too_large(e)))
    if len(wanted) > MOST_RUNS:
        yield (
            f"{len(wanted)} runs are missing; this hosted dashboard takes {MOST_RUNS} at once: "
            f"choose fewer strategies or seeds"
        )
    if so_far.own:
        yield f"{so_far.own} of your runs are waiting or training; one request at a time"
    if so_far.queued + len(wanted) > MOST_QUEUED:
        yield f"{so_far.queued} runs are waiting; try again in some minutes"
    if so_far.seconds >= budget:
        yield (
            f"visitors have trained for {duration(so_far.seconds)} in the last 24 hours, which is "
            f"all that this dashboard gives; try again tomorrow, or install Poolscope"
        )


def _when(created: str) -> datetime:
    """A time of the store; clocks that jumped or texts that are none count as long ago."""
    try:
        found = datetime.fromisoformat(created)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
