"""What is asked for and how far it is: the jobs of an engine, as anyone may read them."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from threading import Condition

from core.config import Experiment


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    """its run is in the store, also if it diverged"""
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to the job unless it is asked for again."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One experiment that was submitted, at one moment.

    Attributes:
        experiment: what was asked for.
        state: where it stands.
        epoch: finished epochs; all of them for a run that was only looked up.
        validation_accuracy: after each epoch, as far as this engine watched; fractions.
        cached: it was in the store when it was submitted.
        elsewhere: another process trained it meanwhile.
        cause: why it failed, in one sentence; empty otherwise.
        seconds: of wall time: so far, or of the whole training; None if this engine did not
            train it.
        used: seconds that a worker has spent on it, whatever came of it.
    """

    experiment: Experiment
    state: JobState = JobState.QUEUED
    epoch: int = 0
    validation_accuracy: tuple[float, ...] = ()
    cached: bool = False
    elsewhere: bool = False
    cause: str = ""
    seconds: float | None = None
    used: float = 0.0

    @property
    def key(self) -> str:
        """The key of its experiment."""
        return self.experiment.key

    @property
    def epochs(self) -> int:
        """How many epochs were asked for."""
        return self.experiment.hyperparameters.epochs


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Jobs at one moment.

    Attributes:
        version: grows with every change of any job.
        jobs: in the order asked for, or of submission.
    """

    version: int
    jobs: tuple[Job, ...]


class Jobs:
    """The list of jobs: one thread writes, any thread reads and waits."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._jobs: dict[str, Job] = {}
        self._started: dict[str, float] = {}
        self._forgotten: set[str] = set()
        self._version = 0

    def add(self, jobs: Iterable[Job]) -> None:
        """Put jobs at the end of the list; one that is there is replaced by the new one."""
        with self._changed:
            for job in jobs:
                self._jobs.pop(job.key, None)
                self._forgotten.discard(job.key)
                self._jobs[job.key] = job
            self._notify()

    def progress(self, key: str, validation_accuracy: tuple[float, ...]) -> None:
        """Note that a training runs and which epochs are behind it."""
        with self._changed:
            self._started.setdefault(key, time.monotonic())
            self._jobs[key] = replace(
                self._jobs[key],
                state=JobState.RUNNING,
                epoch=len(validation_accuracy),
                validation_accuracy=validation_accuracy,
            )
            self._notify()

    def end(self, key: str, job: Job) -> float:
        """Replace a job by its ended form; the seconds that a worker has spent on it."""
        with self._changed:
            used = self._spent(key)
            self._started.pop(key, None)
            self._jobs[key] = replace(job, used=used)
            self._notify()
        return used

    def get(self, key: str) -> Job | None:
        """The job of a key, forgotten ones too."""
        with self._changed:
            return self._jobs.get(key)

    def snapshot(self) -> Snapshot:
        """All jobs that are not forgotten, in order of submission."""
        with self._changed:
            listed = [key for key in self._jobs if key not in self._forgotten]
            return self._snapshot(listed)

    def of(self, keys: Iterable[str]) -> Snapshot:
        """The jobs of some keys, in their order.

        Raises:
            KeyError: a key was never submitted.
        """
        with self._changed:
            return self._snapshot(keys)

    def wait(self, version: int) -> None:
        """Return when something changed since that version, or after a second."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != version, timeout=1.0)

    def active(self) -> tuple[str, ...]:
        """Keys of the jobs that are queued or running."""
        with self._changed:
            return tuple(key for key, job in self._jobs.items() if not job.state.ended)

    def forget_ended(self) -> None:
        """Take ended jobs off the list; those who wait for them still find them."""
        with self._changed:
            self._forgotten |= {key for key, job in self._jobs.items() if job.state.ended}
            self._notify()

    def _snapshot(self, keys: Iterable[str]) -> Snapshot:
        return Snapshot(self._version, tuple(self._timed(self._jobs[key]) for key in keys))

    def _timed(self, job: Job) -> Job:
        if job.state is not JobState.RUNNING:
            return job
        spent = self._spent(job.key)
        return replace(job, seconds=spent, used=spent)

    def _spent(self, key: str) -> float:
        started = self._started.get(key)
        return 0.0 if started is None else time.monotonic() - started

    def _notify(self) -> None:
        self._version += 1
        self._changed.notify_all()
