"""Training from a command: hand experiments to the engine and show progress."""

import re
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import current_thread, main_thread

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

from core import settings
from core.cli.report import messages, say
from core.comparison.estimate import START_SECONDS, Estimate, Rate, estimate, rates, time_left
from core.comparison.estimate import Progress as RunProgress
from core.config import Experiment
from core.engine import Engine, Job, JobState, Permit
from core.errors import ConfigError, EngineError
from core.settings import Settings
from core.store import RunStore
from core.words import about, plural

Watcher = Callable[[tuple[Job, ...]], None]


class Terminated(KeyboardInterrupt):
    """Somebody has sent SIGTERM."""


INTERRUPTED, TERMINATED = 130, 143
"""the exit statuses that shells give to a program stopped from the keyboard, or by SIGTERM"""

QUIET_SECONDS = 1.0
"""shortest time between two lines of progress without a terminal"""

_ADDRESS = re.compile(r"(tcp|tls)://[^\s:/]+:\d{1,5}")


@dataclass(frozen=True, slots=True)
class Recording:
    """What runs keep besides their figures.

    Attributes:
        keys: of the runs that keep checkpoints.
        again: whether those of them that are stored without are trained again.
        weights: whether runs keep their weights.
    """

    keys: frozenset[str] = frozenset()
    again: bool = False
    weights: bool = True


NOTHING_RECORDED = Recording()


def train_all(
    experiments: Sequence[Experiment],
    store: RunStore,
    chosen: Settings,
    *,
    with_weights: bool = False,
    recording: Recording = NOTHING_RECORDED,
) -> tuple[Job, ...]:
    """Train experiments with the workers of the settings, and wait for all of them.

    An interrupt from the keyboard cancels unfinished runs; finished ones are kept.

    Raises:
        ConfigError: the scheduler's address is malformed.
        EngineError: the workers cannot be reached, or PyTorch is left out.
    """
    scheduler = chosen.scheduler
    if scheduler is not None and not _ADDRESS.fullmatch(scheduler):
        raise ConfigError(f"scheduler: tcp://HOST:PORT is allowed; received {scheduler!r}")
    if scheduler is None and (reason := settings.without_torch("training")):
        # said once, not by every job
        raise EngineError(reason)
    workers = _workers_for(experiments, chosen)
    with (
        Engine(store, workers, scheduler, chosen.device) as engine,
        _watching(rates(store.summaries()), max(1, workers)) as watch,
    ):
        keys = engine.submit(
            experiments,
            with_weights=with_weights,
            checkpoints=recording.keys,
            with_checkpoints=recording.again,
            permit=None if recording.weights else Permit(most_weights=0),
        )
        try:
            return engine.wait(keys, watch)
        except KeyboardInterrupt:
            engine.cancel(keys)
            raise


def how_long(missing: Sequence[Experiment], store: RunStore, chosen: Settings) -> Estimate | None:
    """Time for some runs, workers' start included; None if nothing tells."""
    return estimate(missing, rates(store.summaries()), chosen.workers, start=START_SECONDS)


def say_work(missing: Sequence[Experiment], store: RunStore, chosen: Settings) -> None:
    """Say how many runs are to be trained, if any can be, and how long it takes, if known."""
    if not missing or (chosen.scheduler is None and not settings.has_torch()):
        return
    known = how_long(missing, store, chosen)
    time_needed = f", {about(known.text)}" if known else ""
    say(f"{len(missing)} {plural('run', len(missing))} to train{time_needed}")


def _workers_for(experiments: Sequence[Experiment], chosen: Settings) -> int:
    """How many workers are started: no more than there are runs, and none for a single one.

    This process has trained a single run before a worker would have begun.
    """
    if len(experiments) == 1 and chosen.scheduler is None:
        return 0
    return min(chosen.workers, len(experiments))


def train_or_stop(
    experiments: Sequence[Experiment],
    store: RunStore,
    chosen: Settings,
    *,
    with_weights: bool = False,
    recording: Recording = NOTHING_RECORDED,
) -> tuple[Job, ...]:
    """Train; if interrupted, say what was kept and exit."""

    def kept() -> str:
        finished = len(store.present(experiment.key for experiment in experiments))
        return (
            f"{finished} of {len(experiments)} runs were finished and are kept in {store.path}; "
            f"the same command trains the rest"
        )

    with stoppable(kept):
        return train_all(experiments, store, chosen, with_weights=with_weights, recording=recording)


@contextmanager
def stoppable(kept: Callable[[], str]) -> Iterator[None]:
    """Let SIGINT and SIGTERM end a computation with a sentence and the status of shells.

    Args:
        kept: says what is kept and what to do about the rest.
    """
    try:
        with _terminable():
            yield
    except KeyboardInterrupt as stop:
        terminated = isinstance(stop, Terminated)
        say(f"{'terminated' if terminated else 'interrupted'}: {kept()}")
        raise typer.Exit(TERMINATED if terminated else INTERRUPTED) from None


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end a computation as the keyboard does; only the main thread is asked."""

    def terminate(*_: object) -> None:
        raise Terminated

    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _watching(known: Sequence[Rate], workers: int) -> Iterator[Watcher]:
    """Show progress: a bar on a terminal, lines elsewhere."""
    console = messages()
    if not console.is_terminal:
        yield _Lines(known, workers)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("epochs ·"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting workers", total=None, left="")

        def watch(jobs: tuple[Job, ...]) -> None:
            done = _epochs_done(jobs)
            description = f"{_ended(jobs)} of {len(jobs)} runs" if done else "starting workers"
            total = sum(job.epochs for job in jobs)
            left = _left(jobs, known, workers)
            progress.update(
                task,
                description=description,
                completed=done,
                total=total,
                left=f"· {left}" if left else "",
            )

        yield watch


def _left(jobs: tuple[Job, ...], known: Sequence[Rate], workers: int) -> str:
    """The time left, such as "about 2 min left"; empty if it cannot be estimated."""
    request = [
        RunProgress(
            job.experiment,
            1.0 if job.state.ended else job.epoch / job.epochs,
            job.seconds if job.state is JobState.DONE else None,
        )
        for job in jobs
    ]
    remaining = time_left(request, known, workers)
    return f"{about(remaining.text)} left" if remaining else ""


@dataclass(slots=True)
class _Lines:
    """Progress as lines: how many runs have ended, and the time left.

    Attributes:
        known: the speed of stored runs.
        workers: parallel trainings.
        told_at: time of the last line.
        told: number of ended runs in the last line.
    """

    known: Sequence[Rate]
    workers: int
    told_at: float = 0.0
    told: int = 0

    def __call__(self, jobs: tuple[Job, ...]) -> None:
        ended, now = _ended(jobs), time.monotonic()
        if ended == self.told or ended == len(jobs) or now - self.told_at < QUIET_SECONDS:
            return
        left = _left(jobs, self.known, self.workers)
        say(f"{ended} of {len(jobs)} runs" + (f", {left}" if left else ""))
        self.told_at, self.told = now, ended


def _ended(jobs: tuple[Job, ...]) -> int:
    return sum(job.state.ended for job in jobs)


def _epochs_done(jobs: tuple[Job, ...]) -> int:
    """The number of finished epochs; every epoch counts of a run that ended, however it ended."""
    return sum(job.epochs if job.state.ended else job.epoch for job in jobs)
