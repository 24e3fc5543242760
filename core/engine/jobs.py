"""The jobs of an engine: what was asked for, and the progress so far. Any thread may read them."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from threading import Condition

from core.config import Experiment
from core.run import Epoch


class JobState(StrEnum):
    """The state of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    """its run is in the store, even if it diverged"""
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to the job unless it is submitted again."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Newest:
    """A network in the midst of its training.

    Attributes:
        step: how many steps of the optimiser it has taken.
        weights: safetensors bytes.
    """

    step: int
    weights: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An immutable snapshot of a submitted experiment.

    Attributes:
        experiment: what was asked for.
        state: its state.
        epoch: number of finished epochs; all of them for a run that was only looked up.
        curve: losses and accuracies after each epoch, as far as this engine watched.
        cached: whether its run was in the store when it was submitted.
        elsewhere: whether another process trained it in the meantime.
        cause: why it failed, in one sentence; empty otherwise.
        seconds: wall time so far, or of the whole training; None if this engine did not train it.
        used: seconds that a worker has spent on it, whatever the outcome.
        newest: the network as it was last seen; None unless it is running and keeps checkpoints.
    """

    experiment: Experiment
    state: JobState = JobState.QUEUED
    epoch: int = 0
    curve: tuple[Epoch, ...] = ()
    cached: bool = False
    elsewhere: bool = False
    cause: str = ""
    seconds: float | None = None
    used: float = 0.0
    newest: Newest | None = None

    @property
    def key(self) -> str:
        """The key of its experiment."""
        return self.experiment.key

    @property
    def validation_accuracy(self) -> tuple[float, ...]:
        """The fraction after each epoch of its curve."""
        return tuple(epoch.validation_accuracy for epoch in self.curve)

    @property
    def epochs(self) -> int:
        """Number of epochs that were asked for."""
        return self.experiment.hyperparameters.epochs


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Jobs at one moment.

    Attributes:
        version: incremented with every change of any job.
        jobs: in the order of the keys asked for, or of submission.
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
        """Append jobs to the list; a job of the same key is removed first."""
        with self._changed:
            for job in jobs:
                self._jobs.pop(job.key, None)
                self._forgotten.discard(job.key)
                self._jobs[job.key] = job
            self._notify()

    def progress(self, key: str, epoch: Epoch | None) -> None:
        """Record that a training is running.

        Args:
            key: of its experiment.
            epoch: the one that it has finished; None if it begins, perhaps once more.
        """
        with self._changed:
            self._started.setdefault(key, time.monotonic())
            job = self._jobs[key]
            self._jobs[key] = replace(
                job,
                state=JobState.RUNNING,
                epoch=epoch.number if epoch else 0,
                curve=(*job.curve, epoch) if epoch else (),
                newest=job.newest if epoch else None,
            )
            self._notify()

    def reach(self, key: str, newest: Newest) -> None:
        """Record what a network looks like now."""
        with self._changed:
            self._jobs[key] = replace(self._jobs[key], newest=newest)
            self._notify()

    def end(self, key: str, job: Job) -> float:
        """Replace a job by its final state, and return the seconds a worker has spent on it."""
        with self._changed:
            used = self._spent(key)
            self._started.pop(key, None)
            self._jobs[key] = replace(job, used=used, newest=None)
            self._notify()
        return used

    def get(self, key: str) -> Job | None:
        """The job of a key, even if it has been forgotten; None if there is none."""
        with self._changed:
            return self._jobs.get(key)

    def snapshot(self) -> Snapshot:
        """All jobs that have not been forgotten, in order of submission."""
        with self._changed:
            listed = [key for key in self._jobs if key not in self._forgotten]
            return self._snapshot(listed)

    def of(self, keys: Iterable[str]) -> Snapshot:
        """The jobs of some keys, in the order of the keys.

        Raises:
            KeyError: a key was never submitted.
        """
        with self._changed:
            return self._snapshot(keys)

    def wait(self, version: int) -> None:
        """Wait until something has changed since a version, but no longer than a second."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != version, timeout=1.0)

    def active(self) -> tuple[str, ...]:
        """Keys of the jobs that are queued or running."""
        with self._changed:
            return tuple(key for key, job in self._jobs.items() if not job.state.ended)

    def forget_ended(self) -> None:
        """Remove ended jobs from the list; they can still be read by key."""
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
