"""The public interface of the engine: submit experiments, read jobs, wait, cancel."""

from collections.abc import Callable, Collection, Iterable
from threading import Event, Lock
from types import TracebackType
from typing import Self

from core.config import Experiment
from core.engine.dispatcher import Dispatcher
from core.engine.jobs import Job, Jobs
from core.engine.messages import Cancelled, Submitted, Warmed
from core.engine.order import MOST_DEATHS, ClusterSpec
from core.engine.permit import Permit, checked
from core.errors import EngineError
from core.settings import Device
from core.store import RunStore


class Engine:
    """Trains experiments in worker processes, each one once, and stores the runs.

    Any thread may use it. Creating an engine starts nothing; worker processes start when the first
    experiment has to be trained. They import the main script again, so a script that uses an
    engine needs `if __name__ == "__main__":`.

    Args:
        store: where runs are looked up and kept.
        workers: number of one-thread processes to start; 0 trains in this process, one experiment
            at a time, which is quickest for a single one.
        scheduler: address of a Dask scheduler to use instead, such as tcp://host:8786.
        device: device that the workers train on.
        deaths: number of deaths of local workers at which a training has failed.
    """

    def __init__(
        self,
        store: RunStore,
        workers: int,
        scheduler: str | None = None,
        device: Device = Device.CPU,
        *,
        deaths: int = MOST_DEATHS,
    ) -> None:
        self.store = store
        self._jobs = Jobs()
        spec = ClusterSpec(workers, scheduler, device, deaths)
        self._dispatcher = Dispatcher(store, spec, self._jobs)
        self._opening = Lock()
        self._closed = False

    def submit(
        self,
        experiments: Iterable[Experiment],
        *,
        with_weights: bool = False,
        checkpoints: Collection[str] = (),
        with_checkpoints: bool = False,
        permit: Permit | None = None,
    ) -> tuple[str, ...]:
        """Ask for experiments to be trained.

        An experiment that is queued or running is joined. One that has ended is looked up in the
        store again, and trained if it is not there.

        Args:
            experiments: what to train.
            with_weights: whether a run that was kept without its weights is trained again.
            checkpoints: keys of the runs that keep checkpoints, if they are trained.
            with_checkpoints: whether those of them that were kept without are trained again.
            permit: limits and ranks in the queue; experiments that are joined keep their own.

        Returns:
            The keys, in order, each once.

        Raises:
            EngineError: the engine is closed, or this process demands a permit.
        """
        allowed = checked(permit)
        unique = {experiment.key: experiment for experiment in experiments}
        kept = frozenset(checkpoints)
        message = Submitted(tuple(unique.values()), with_weights, kept, with_checkpoints, allowed)
        with self._opening:
            if self._closed:
                raise EngineError("the engine is closed; make a new one")
            self._dispatcher.start()
            self._dispatcher.inbox.put(message)
        self._await(message.taken)
        return tuple(unique)

    def warm(self) -> None:
        """Start the worker processes, if none run, before anything has to be trained.

        A scheduler is not asked before that.
        """
        with self._opening:
            if not self._closed and not self._dispatcher.ready:
                self._dispatcher.start()
                self._dispatcher.inbox.put(Warmed())

    def jobs(self) -> tuple[Job, ...]:
        """All jobs that have not been forgotten, in order of submission."""
        return self._jobs.snapshot().jobs

    @property
    def active(self) -> bool:
        """Whether anything is queued or running."""
        return bool(self._jobs.active())

    @property
    def ready(self) -> bool:
        """Whether worker processes have been started, so that a run can begin at once."""
        return self._dispatcher.ready

    @property
    def problem(self) -> str | None:
        """Why the engine cannot train anything, in a sentence; None if it can."""
        return None if self._dispatcher.works else "the engine has stopped; start the server again"

    def cancel(self, keys: Iterable[str] | None = None) -> None:
        """Cancel the jobs of some keys, or all jobs; they end as cancelled and leave no run."""
        if self._dispatcher.alive:
            message = Cancelled(None if keys is None else frozenset(keys))
            self._dispatcher.inbox.put(message)
            self._await(message.taken)

    def wait(
        self,
        keys: Iterable[str],
        on_change: Callable[[tuple[Job, ...]], None] | None = None,
    ) -> tuple[Job, ...]:
        """Block until all jobs have ended.

        Args:
            keys: as returned by `submit`.
            on_change: called in this thread with the jobs of all the keys: at once, after every
                change, and every second.

        Returns:
            The jobs, in the order of the keys.

        Raises:
            KeyError: a key was never submitted.
        """
        awaited = tuple(keys)
        while True:
            snapshot = self._jobs.of(awaited)
            if on_change:
                on_change(snapshot.jobs)
            if all(job.state.ended for job in snapshot.jobs):
                return snapshot.jobs
            self._jobs.wait(snapshot.version)

    def forget_ended(self) -> None:
        """Remove ended jobs from the list."""
        self._jobs.forget_ended()

    def close(self) -> None:
        """Cancel jobs that have not ended and end the worker processes; may be called twice."""
        with self._opening:
            self._closed = True
        self._dispatcher.close()

    def _await(self, taken: Event) -> None:
        while not taken.wait(timeout=1.0) and self._dispatcher.alive:
            pass

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
