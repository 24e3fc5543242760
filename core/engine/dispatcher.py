"""The single thread that changes jobs, sends trainings out and stores runs.

Everything arrives as a message: requests of people, reports of workers, results of connecting.
Nothing here blocks on a lock, on a worker or on a cluster that is starting.
"""

import atexit
import queue
import time
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Thread

from core.engine.cluster import Cluster
from core.engine.here import Here
from core.engine.jobs import Job, Jobs, JobState, Newest
from core.engine.locks import KeyLocks
from core.engine.messages import (
    Cancelled,
    Closed,
    Ended,
    Message,
    Opened,
    Progressed,
    Reached,
    Submitted,
    Warmed,
)
from core.engine.order import ClusterSpec, Failure, Order, Outcome, Ticket
from core.engine.permit import UNBOUNDED, Permit
from core.errors import EngineError, StoreError
from core.run import Run
from core.store import FullDiskError, ReadOnlyStoreError, RunStore

FIRST_RANK = 0, 0.0
"""the rank of keys that were given none"""

LOCKED_ELSEWHERE_SECONDS = 0.2
"""time until a key that another process is training is looked up again"""


class Dispatcher:
    """The actor behind an engine: one thread that runs from `start` to `close`."""

    def __init__(self, store: RunStore, spec: ClusterSpec, jobs: Jobs) -> None:
        # a daemon, so that a program that forgets to close can exit; atexit then closes it
        self._thread = Thread(target=self._run, name="poolscope-dispatcher", daemon=True)
        self.inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._store = store
        self._spec = spec
        self._jobs = jobs
        self._locks = KeyLocks(store.path.parent / "locks")
        self._waiting: deque[str] = deque()
        self._look_again: dict[str, float] = {}
        self._claimed: deque[str] = deque()
        self._out: dict[str, Ticket] = {}
        # keys whose runs must have weights
        self._whole: set[str] = set()
        # keys whose runs keep checkpoints, and those of them whose stored runs must have some
        self._recorded: set[str] = set()
        self._rerecorded: set[str] = set()
        self._permits: dict[str, Permit] = {}
        self._cluster: Cluster | Here | None = None
        self._opening: Future[Cluster | Here] | None = None
        # opening and closing a cluster takes seconds
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="poolscope-cluster")

    def start(self) -> None:
        """Start the thread, unless it has been started."""
        if not self._thread.ident:
            self._thread.start()
            atexit.register(self.close)

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    @property
    def ready(self) -> bool:
        """Whether the worker processes have been started."""
        return self._cluster is not None

    @property
    def works(self) -> bool:
        """Whether the thread runs, or will be started when there is something to do."""
        return self.alive or self._thread.ident is None

    def close(self) -> None:
        """Cancel jobs that have not ended, then end the worker processes and the thread."""
        atexit.unregister(self.close)
        if self.alive:
            self.inbox.put(Closed())
            self._thread.join()

    def _run(self) -> None:
        """Handle messages until `Closed`, then release everything."""
        orderly = False
        try:
            while not isinstance(message := self._next(), Closed):
                if message is not None:
                    self._handle(message)
                self._claim()
                self._send_out()
            orderly = True
        finally:
            self._give_back(orderly=orderly)

    def _next(self) -> Message | None:
        """The next message; None when it is time to look again at keys locked elsewhere."""
        pause = None
        if self._look_again:
            pause = max(0.0, min(self._look_again.values()) - time.monotonic())
        try:
            return self.inbox.get(timeout=pause)
        except queue.Empty:
            return None

    def _handle(self, message: Message) -> None:
        match message:
            case Submitted():
                self._submitted(message)
                message.taken.set()
            case Cancelled():
                self._cancelled(message.keys)
                message.taken.set()
            case Progressed() if message.key in self._out:
                self._jobs.progress(message.key, message.epoch)
            case Reached() if message.key in self._out:
                self._jobs.reach(message.key, Newest(message.step, message.weights))
            case Ended() if self._out.get(message.ticket.key) is message.ticket:
                self._ended(message.ticket, message.outcome)
            case Warmed() if self._cluster is None and not self._spec.scheduler:
                self._open()
            case Opened():
                self._opened(message.result)

    def _submitted(self, message: Submitted) -> None:
        active = set(self._jobs.active())
        asked = {each.key: Job(experiment=each) for each in message.experiments}
        for key in asked.keys() & active:
            # joining a training that somebody else pays for is free
            message.permit.on_end(key, 0.0)
        asked = {key: job for key, job in asked.items() if key not in active}
        if message.with_weights:
            self._whole |= asked.keys()
        self._recorded |= message.checkpoints & asked.keys()
        if message.with_checkpoints:
            self._rerecorded |= message.checkpoints & asked.keys()
        self._permits |= dict.fromkeys(asked, message.permit)
        try:
            present = self._there(asked)
        except StoreError as error:
            self._jobs.add(asked.values())
            for key in asked:
                self._end(key, JobState.FAILED, cause=str(error))
            return
        self._jobs.add(asked.values())
        for key, job in asked.items():
            if key in present:
                self._end(key, JobState.DONE, cached=True, epoch=job.epochs)
        self._waiting.extend(key for key in asked if key not in present)
        # a stable sort: keys of equal rank stay in the order in which they came
        self._waiting = deque(sorted(self._waiting, key=self._rank))

    def _rank(self, key: str) -> tuple[int, float]:
        return self._permits[key].ranks.get(key, FIRST_RANK)

    def _there(self, keys: Iterable[str]) -> set[str]:
        """The keys that need no training, because the store has their runs."""
        present = self._store.present(keys)
        if strict := present & self._whole:
            present = present - strict | self._store.with_weights(strict)
        if strict := present & self._rerecorded:
            present = present - strict | self._store.checkpoint_steps(strict).keys()
        return present

    def _cancelled(self, keys: frozenset[str] | None) -> None:
        for key in self._jobs.active():
            if keys is None or key in keys:
                self._end(key, JobState.CANCELLED)

    def _claim(self) -> None:
        """Lock the next keys, one for each worker; keys locked elsewhere go to the back."""
        for _ in range(len(self._waiting)):
            if len(self._claimed) + len(self._out) >= self._window:
                return
            key = self._waiting.popleft()
            if self._look_again.get(key, 0.0) > time.monotonic():
                self._waiting.append(key)
                continue
            self._look_again.pop(key, None)
            try:
                self._claim_one(key)
            except StoreError as error:
                self._end(key, JobState.FAILED, cause=str(error))

    def _claim_one(self, key: str) -> None:
        if not self._locks.acquire(key):
            self._look_again[key] = time.monotonic() + LOCKED_ELSEWHERE_SECONDS
            self._waiting.append(key)
        elif self._there([key]):
            # the process that held the lock has trained it
            self._end(key, JobState.DONE, elsewhere=True, epoch=self._job(key).epochs)
        else:
            self._claimed.append(key)

    @property
    def _window(self) -> int:
        # One training for each worker and none in reserve: Dask blames the death of a worker on
        # everything sent to it, and a key that waits here can be trained by another process
        return self._cluster.size if self._cluster else max(1, self._spec.workers)

    def _send_out(self) -> None:
        if not self._claimed:
            return
        if self._cluster is None:
            self._open()
            return
        while self._claimed:
            key = self._claimed[0]
            try:
                order = Order(
                    self._job(key).experiment,
                    self._permits[key].limits.get(key),
                    checkpoints=key in self._recorded,
                )
                ticket = self._cluster.train(order, self._on_end)
            except EngineError as error:
                self._end(key, JobState.FAILED, cause=str(error))
                self._leave_cluster()
                return
            self._out[self._claimed.popleft()] = ticket

    def _on_end(self, ticket: Ticket, outcome: Outcome) -> None:
        self.inbox.put(Ended(ticket, outcome))

    def _open(self) -> None:
        if self._opening is None:
            self._opening = self._aside.submit(
                Here.open if self._spec.here else Cluster.open,
                self._spec,
                lambda key, epoch: self.inbox.put(Progressed(key, epoch)),
                lambda key, step, weights: self.inbox.put(Reached(key, step, weights)),
            )
            self._opening.add_done_callback(lambda result: self.inbox.put(Opened(result)))

    def _opened(self, result: Future[Cluster | Here]) -> None:
        self._opening = None
        error = result.exception()
        if error is None:
            self._cluster = result.result()
            # registered again, after Dask's own handlers: what is registered last is called first
            atexit.unregister(self.close)
            atexit.register(self.close)
            return
        for key in self._jobs.active():
            self._end(key, JobState.FAILED, cause=str(error))

    def _ended(self, ticket: Ticket, outcome: Outcome) -> None:
        key = ticket.key
        if outcome is None:
            # stopped by another session that shares the scheduler, so it is still wanted here
            self._take_back(key)
            self._claimed.append(key)
        elif isinstance(outcome, Failure):
            self._end(key, JobState.FAILED, cause=outcome.cause)
            if outcome.lost:
                self._leave_cluster()
        else:
            self._keep(key, outcome)

    def _keep(self, key: str, run: Run) -> None:
        most = self._permits[key].most_weights
        if most is not None and len(run.weights) > most:
            run = replace(run, weights=b"", checkpoints=())
        try:
            self._store.put(run)
        except (FullDiskError, ReadOnlyStoreError) as error:
            # no other run could be stored either
            for each in self._jobs.active():
                self._take_back(each, stop=True)
                self._end(each, JobState.FAILED, cause=str(error))
            return
        except StoreError as error:
            self._end(key, JobState.FAILED, cause=str(error))
            return
        self._end(
            key,
            JobState.DONE,
            epoch=len(run.epochs),
            curve=run.epochs,
            seconds=run.seconds,
        )

    def _leave_cluster(self) -> None:
        """Abandon a scheduler that is gone; the next training tries to connect again."""
        if self._cluster is not None:
            self._aside.submit(self._cluster.close)
            self._cluster = None

    def _end(self, key: str, state: JobState, **changes: object) -> None:
        """End a job in whatever state it is, and release what it holds."""
        self._take_back(key, stop=state is JobState.CANCELLED)
        for line in (self._waiting, self._claimed):
            if key in line:
                line.remove(key)
        self._look_again.pop(key, None)
        for kept in (self._whole, self._recorded, self._rerecorded):
            kept.discard(key)
        self._locks.release(key)
        used = self._jobs.end(key, replace(self._job(key), state=state, **changes))  # type: ignore[arg-type]
        self._permits.pop(key, UNBOUNDED).on_end(key, used)

    def _take_back(self, key: str, *, stop: bool = False) -> None:
        """Release a training, if it was sent out."""
        ticket = self._out.pop(key, None)
        if ticket is None or self._cluster is None:
            return
        if stop:
            self._cluster.stop(ticket)
        else:
            self._cluster.release(ticket)

    def _job(self, key: str) -> Job:
        job = self._jobs.get(key)
        if job is None:
            raise KeyError(key)
        return job

    def _give_back(self, *, orderly: bool) -> None:
        if self._opening is not None and self._opening.exception() is None:
            self._cluster = self._opening.result()
        for key in self._jobs.active():
            if orderly:
                self._end(key, JobState.CANCELLED)
            else:
                self._end(key, JobState.FAILED, cause="the engine stopped by an error of its own")
        self._aside.shutdown()
        if self._cluster is not None:
            self._cluster.close()
        self._locks.release_all()
