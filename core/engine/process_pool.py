"""Work of seconds that is no training: in processes of their own, so that torch stays out of ours.

The labels of the test images, the maps of the shift map, receptive fields, times and exact facts.
Results are small and are kept by those who ask: labels in a cache, everything else in the store.
"""

import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager, suppress
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, TypeVar

import psutil

from core.analyses import Request
from core.config import DataConfig, Experiment
from core.engine.cluster import WORKER_ENVIRONMENT
from core.engine.limits import enforced
from core.engine.permit import Limit, Permit, checked
from core.errors import EngineError, PoolscopeError
from core.store import RunStore

if TYPE_CHECKING:
    from multiprocessing.queues import SimpleQueue

WANTED_POLL_SECONDS = 0.25
"""between two questions whether a computation is still wanted"""

Result = TypeVar("Result")


def labels_of_test(data: DataConfig, permit: Permit | None = None) -> bytes:
    """The class of each test image, one byte each, in the order of stored predictions.

    Args:
        data: which images.
        permit: its only limit is that of the labels.

    Raises:
        DataError: the data set is not there, likewise ConfigError for a folder.
        EngineError: the process ended before it answered, or this one demands a permit.
    """
    limit = next(iter(checked(permit).limits.values()), None)
    with _processes(1) as (pool, _):
        labels: bytes = _answer(pool.submit(_labels, data, limit))
        return labels


def stored(store: RunStore, request: Request[Result]) -> Result | None:
    """What was computed before; None if it was not."""
    content = store.analysis(request.key, request.kind, request.settings)
    return request.read(content.decode()) if content else None


def compute(  # noqa: PLR0913 (what, where, by whose leave, and whom to tell)
    store: RunStore,
    requests: Sequence[Request[Any]],
    workers: int,
    on_done: Callable[[int], None] | None = None,
    *,
    permit: Permit | None = None,
    wanted: Callable[[], bool] = lambda: True,
) -> None:
    """Make computations and keep them in the store.

    What goes on the clock comes last and by itself, so that nothing else disturbs it.

    Args:
        store: has the runs with their weights.
        requests: what to compute.
        workers: processes side by side.
        on_done: called with the number of computations that are done.
        permit: the limits of each by its `id`.
        wanted: asked now and then; where it says no, everything that is computed here ends.

    Raises:
        EngineError: a network has no weights, a process ended before it answered, nobody wants
            it any more, or this process demands a permit.
    """
    allowed = checked(permit)
    timed = [request for request in requests if request.alone]
    others = [request for request in requests if not request.alone]
    done = 0
    for group, count in ((others, workers), (timed, 1)):
        # closed at once also where `on_done` breaks off: nothing is computed for nobody
        with closing(_computed(store, group, count, allowed, wanted)) as results:
            for request, text in results:
                store.put_analysis(request.key, request.kind, request.settings, text.encode())
                done += 1
                if on_done:
                    on_done(done)


def _computed(
    store: RunStore,
    group: Sequence[Request[Any]],
    workers: int,
    permit: Permit,
    wanted: Callable[[], bool],
) -> Generator[tuple[Request[Any], str]]:
    """Each request with its result, as they come; whoever stops reading ends the processes."""
    if not group:
        return
    # by id: what is not told apart is computed once
    left = {request.id: request for request in group}
    began, spent = time.monotonic(), 0.0
    try:
        with _processes(min(workers, len(left))) as (pool, end):
            try:
                waiting = {
                    pool.submit(
                        _compute, request, _weights(store, request), permit.limits.get(request.id)
                    ): request
                    for request in left.values()
                }
                for future in _as_wanted(waiting, wanted):
                    request, (text, seconds) = waiting[future], _answer(future)
                    del left[request.id]
                    spent += seconds
                    permit.on_end(request.id, seconds)
                    yield request, text
            finally:
                end()
    finally:
        # what did not answer had the rest of the time
        rest = max(0.0, (time.monotonic() - began) * min(workers, len(group)) - spent)
        for request_id in left:
            permit.on_end(request_id, rest / len(left))


def _as_wanted(waiting: Iterable["Future[Any]"], wanted: Callable[[], bool]) -> Iterator[Any]:
    """The futures as they are done.

    Raises:
        EngineError: nobody wants them any more.
    """
    pending = set(waiting)
    while pending:
        done, pending = wait(pending, timeout=WANTED_POLL_SECONDS, return_when=FIRST_COMPLETED)
        yield from done
        if pending and not wanted():
            raise EngineError("nobody waits for this computation any more")


def _weights(store: RunStore, request: Request[Any]) -> bytes:
    if request.run is None:
        return b""
    weights = store.weights(request.key)
    if not weights:
        raise EngineError(f"run {request.key} has no weights; train it again")
    return weights


@contextmanager
def _processes(count: int) -> Iterator[tuple[ProcessPoolExecutor, Callable[[], None]]]:
    """One-thread processes that import what they need themselves, and what ends them at once."""
    before = {name: os.environ.get(name) for name in WORKER_ENVIRONMENT}
    os.environ.update({name: str(value) for name, value in WORKER_ENVIRONMENT.items()})
    context = get_context("spawn")
    started = context.SimpleQueue()

    def end() -> None:
        pool.shutdown(wait=False, cancel_futures=True)
        while not started.empty():
            with suppress(psutil.NoSuchProcess):
                psutil.Process(started.get()).kill()

    try:
        with ProcessPoolExecutor(
            count, mp_context=context, initializer=_announce, initargs=(started,)
        ) as pool:
            yield pool, end
    finally:
        started.close()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _announce(started: "SimpleQueue[int]") -> None:
    """Tell the process that waits for this one which it is."""
    started.put(os.getpid())


def _answer(future: "Future[Any]") -> Any:
    try:
        return future.result()
    except PoolscopeError:
        raise
    except BrokenProcessPool as error:
        raise EngineError(
            "the process that computed it was ended: it took too long, or ran out of memory"
        ) from error
    except Exception as error:
        raise EngineError(f"a worker process failed: {error}") from error


def _labels(data: DataConfig, limit: Limit | None) -> bytes:
    from core.analyses.inspection import images_of_test

    with enforced(limit):
        return bytes(images_of_test(Experiment(data=data)).labels.tolist())


_told = [0.0]
"""seconds of a core that this process has told of; the first time, its own start counts too"""


def _compute(request: Request[Any], weights: bytes, limit: Limit | None) -> tuple[str, float]:
    """The result as text, and the seconds of a core since the last one."""
    import torch

    torch.set_num_threads(1)
    with enforced(limit):
        text = request.write(request.compute(weights))
    before, _told[0] = _told[0], time.process_time()
    return text, _told[0] - before
