"""Runs analyses, which take seconds, in separate processes, so that this one never imports torch.

They are the labels of the test images, shift maps, receptive fields, times and exact facts. Results
are small and kept by the callers: labels in a cache, everything else in the store.
"""

import os
import signal
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

from core import settings
from core.analyses import LabelsRequest, Request
from core.config import DataConfig
from core.engine.forked import (
    Recording,
    after_the_pages,
    context_for,
    uninterrupted,
    worker_environment,
)
from core.engine.limits import enforced
from core.engine.permit import Limit, Permit, checked
from core.errors import EngineError, PoolscopeError
from core.store import RunStore

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

WANTED_POLL_SECONDS = 0.25
"""time between two checks whether a computation is still wanted"""

Result = TypeVar("Result")


def labels_of_test(data: DataConfig, permit: Permit | None = None) -> bytes:
    """The class of each test image, one byte each, in the order of stored predictions.

    Args:
        data: the data set.
        permit: a permit with a single limit, that of reading the labels.

    Raises:
        DataError: the data set cannot be loaded.
        ConfigError: the folder is no longer a data set.
        EngineError: the process ended before it answered, or this one demands a permit.
    """
    limit = next(iter(checked(permit).limits.values()), None)
    with _processes(1) as (pool, _):
        labels: bytes = _answer(_sent(pool, _labels, data, limit))
        return labels


def stored(store: RunStore, request: Request[Result]) -> Result | None:
    """The stored result of a request; None if it has not been computed."""
    content = store.analysis(request.key, request.kind, request.settings)
    return request.read(content.decode()) if content else None


def compute(  # noqa: PLR0913 (what, where, by whose permit, and whom to notify)
    store: RunStore,
    requests: Sequence[Request[Any]],
    workers: int,
    on_done: Callable[[int], None] | None = None,
    *,
    permit: Permit | None = None,
    wanted: Callable[[], bool] = lambda: True,
) -> None:
    """Run computations and keep their results in the store.

    Computations that measure time run last and alone, so that nothing disturbs them.

    Args:
        store: holds the runs with their weights, and receives the results.
        requests: what to compute.
        workers: number of parallel processes.
        on_done: called with the number of computations that are done.
        permit: limits of the requests by their `id`.
        wanted: called now and then; if it returns False, everything being computed here is ended.

    Raises:
        EngineError: a network has no weights, a process ended before it answered, the results are
            no longer wanted, PyTorch is needed and left out, or this process demands a permit.
    """
    allowed = checked(permit)
    _demand_torch_for(requests)
    timed = [request for request in requests if request.alone]
    others = [request for request in requests if not request.alone]
    done = 0
    for group, count in ((others, workers), (timed, 1)):
        # closed at once even if `on_done` raises, so that nothing is computed in vain
        with closing(_computed(store, group, count, allowed, wanted)) as results:
            for request, text in results:
                store.put_analysis(request.key, request.kind, request.settings, text.encode())
                done += 1
                if on_done:
                    on_done(done)


def _demand_torch_for(requests: Sequence[Request[Any]]) -> None:
    if any(each.needs_torch for each in requests) and (
        reason := settings.without_torch("computing this")
    ):
        raise EngineError(reason)


def _computed(
    store: RunStore,
    group: Sequence[Request[Any]],
    workers: int,
    permit: Permit,
    wanted: Callable[[], bool],
) -> Generator[tuple[Request[Any], str]]:
    """Yield requests with their results as they are ready; closing this ends the processes."""
    if not group:
        return
    # by id, so that equal requests are computed once
    left = {request.id: request for request in group}
    began, spent = time.monotonic(), 0.0
    try:
        with _processes(min(workers, len(left))) as (pool, end):
            try:
                waiting = {
                    _sent(
                        *(pool, _compute, request, _weights(store, request)),
                        permit.limits.get(request.id),
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
        # the remaining time is charged to the requests that were not answered
        rest = max(0.0, (time.monotonic() - began) * min(workers, len(group)) - spent)
        for request_id in left:
            permit.on_end(request_id, rest / len(left))


def _sent(pool: ProcessPoolExecutor, function: Callable[..., Any], *asked: Any) -> "Future[Any]":
    """Send a computation to a process, which starts if none is free."""
    with uninterrupted():
        return pool.submit(function, *asked)


def _as_wanted(waiting: Iterable["Future[Any]"], wanted: Callable[[], bool]) -> Iterator[Any]:
    """Yield the futures as they are done.

    Raises:
        EngineError: they are no longer wanted.
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
    """A pool of one-thread processes, and a function that ends them at once."""
    context = Recording(context_for())

    def end() -> None:
        pool.shutdown(wait=False, cancel_futures=True)
        context.end()

    with (
        worker_environment(),
        ProcessPoolExecutor(
            count,
            mp_context=cast("BaseContext", context),
            initializer=_begin,
            initargs=(dict(os.environ),),
        ) as pool,
    ):
        yield pool, end


def _begin(environment: Mapping[str, str]) -> None:
    """Take over the parent's environment."""
    os.environ.update(environment)
    # Ctrl-C reaches the whole process group; the parent ends its processes itself
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    after_the_pages()


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
    with enforced(limit):
        return LabelsRequest(data).compute(b"").classes


_told = [0.0]
"""core seconds this process has reported so far; the first report includes its own start"""


def _compute(request: Request[Any], weights: bytes, limit: Limit | None) -> tuple[str, float]:
    """The result as text, and the core seconds since the last result."""
    if request.needs_torch:
        import torch

        torch.set_num_threads(1)
    with enforced(limit):
        text = request.write(request.compute(weights))
    before, _told[0] = _told[0], time.process_time()
    return text, _told[0] - before
