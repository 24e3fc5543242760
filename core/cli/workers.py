"""How does a command train? It hands experiments to the engine and shows how far they are."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from core.cli.report import messages, say
from core.config import Experiment
from core.engine import Engine, Job, JobState
from core.errors import ConfigError
from core.settings import Settings
from core.store import RunStore
from core.words import duration

Watcher = Callable[[tuple[Job, ...]], None]

INTERRUPTED = 130
"""the exit status that shells give to a program stopped from the keyboard"""

QUIET_SECONDS = 1.0
"""between two lines of progress where there is no terminal"""

_ADDRESS = re.compile(r"(tcp|tls)://[^\s:/]+:\d{1,5}")


def train_all(
    experiments: Sequence[Experiment],
    store: RunStore,
    chosen: Settings,
    *,
    with_weights: bool = False,
) -> tuple[Job, ...]:
    """Train experiments with the workers of the settings, and wait for all of them.

    Interrupted from the keyboard, it cancels what has not ended; the runs that have are kept.

    Raises:
        ConfigError: the scheduler's address has another form.
        EngineError: the workers cannot be reached.
    """
    scheduler = chosen.scheduler
    if scheduler is not None and not _ADDRESS.fullmatch(scheduler):
        raise ConfigError(f"scheduler: tcp://HOST:PORT is allowed; received {scheduler!r}")
    engine = Engine(store, chosen.workers, scheduler, chosen.device)
    with engine, _watching() as watch:
        keys = engine.submit(experiments, with_weights=with_weights)
        try:
            return engine.wait(keys, watch)
        except KeyboardInterrupt:
            engine.cancel(keys)
            raise


def train_or_stop(
    experiments: Sequence[Experiment],
    store: RunStore,
    chosen: Settings,
    *,
    with_weights: bool = False,
) -> tuple[Job, ...]:
    """Train, or end the program with a word on what was kept if it is interrupted."""
    try:
        return train_all(experiments, store, chosen, with_weights=with_weights)
    except KeyboardInterrupt:
        kept = len(store.present(experiment.key for experiment in experiments))
        say(
            f"interrupted: {kept} of {len(experiments)} runs were finished and are kept in "
            f"{store.path}; the same command trains the rest"
        )
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def _watching() -> Iterator[Watcher]:
    """A bar for a terminal, lines for anything else."""
    console = messages()
    if not console.is_terminal:
        yield _Lines()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("epochs ·"),
        TimeElapsedColumn(),
        TextColumn("· left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting workers", total=None)

        def watch(jobs: tuple[Job, ...]) -> None:
            done = _epochs_done(jobs)
            description = f"{_ended(jobs)} of {len(jobs)} runs" if done else "starting workers"
            total = sum(job.epochs for job in jobs)
            progress.update(task, description=description, completed=done, total=total)

        yield watch


@dataclass(slots=True)
class _Lines:
    """Progress as lines: how many runs have ended, and the time left.

    Attributes:
        began: when the first training was seen to run, so that starting workers is not counted.
        told_at: time of the last line.
        told: number of ended runs that it told.
    """

    began: float | None = None
    told_at: float = 0.0
    told: int = 0

    def __call__(self, jobs: tuple[Job, ...]) -> None:
        ended, now = _ended(jobs), time.monotonic()
        if self.began is None and any(job.state is not JobState.QUEUED for job in jobs):
            self.began = now
        if ended == self.told or ended == len(jobs) or now - self.told_at < QUIET_SECONDS:
            return
        done, total = _epochs_done(jobs), sum(job.epochs for job in jobs)
        left = (now - (self.began or now)) * (total - done) / max(done, 1)
        say(f"{ended} of {len(jobs)} runs, about {duration(left)} left")
        self.told_at, self.told = now, ended


def _ended(jobs: tuple[Job, ...]) -> int:
    return sum(job.state.ended for job in jobs)


def _epochs_done(jobs: tuple[Job, ...]) -> int:
    """Epochs that are over; all of a run that has ended, however it ended."""
    return sum(job.epochs if job.state.ended else job.epoch for job in jobs)
