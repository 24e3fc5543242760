"""Work of seconds that is no training: in processes of their own, so that torch stays out of ours.

The labels of the test images, the maps of the shift map, receptive fields, times and exact facts.
Results are small and are kept by those who ask: labels in a cache, everything else in the store.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, TypeVar

from core.analyses import Request
from core.config import DataConfig, Experiment
from core.engine.cluster import WORKER_ENVIRONMENT
from core.errors import EngineError, PoolscopeError
from core.store import RunStore

Result = TypeVar("Result")


def labels_of_test(data: DataConfig) -> bytes:
    """The class of each test image, one byte each, in the order of stored predictions.

    Raises:
        DataError: the data set is not there, likewise ConfigError for a folder.
        EngineError: the process ended before it answered.
    """
    with _processes(1) as pool:
        found: bytes = _answer(pool.submit(_labels, data))
        return found


def stored(store: RunStore, request: Request[Result]) -> Result | None:
    """What was computed before; None if it was not."""
    content = store.analysis(request.key, request.kind, request.settings)
    return request.read(content.decode()) if content else None


def compute(
    store: RunStore,
    requests: Sequence[Request[Any]],
    workers: int,
    on_done: Callable[[int], None] | None = None,
) -> None:
    """Make computations and keep them in the store.

    What goes on the clock comes last and by itself, so that nothing else disturbs it.

    Args:
        store: has the runs with their weights.
        requests: what to compute.
        workers: processes side by side.
        on_done: called with the number of computations that are done.

    Raises:
        EngineError: a network has no weights, or a process ended before it answered.
    """
    timed = [request for request in requests if request.alone]
    others = [request for request in requests if not request.alone]
    done = 0
    for group, count in ((others, workers), (timed, 1)):
        if not group:
            continue
        with _processes(min(count, len(group))) as pool:
            waiting = {
                pool.submit(_compute, request, _weights(store, request)): request
                for request in group
            }
            for future in as_completed(waiting):
                request, text = waiting[future], _answer(future)
                store.put_analysis(request.key, request.kind, request.settings, text.encode())
                done += 1
                if on_done:
                    on_done(done)


def _weights(store: RunStore, request: Request[Any]) -> bytes:
    if request.run is None:
        return b""
    weights = store.weights(request.key)
    if not weights:
        raise EngineError(f"run {request.key} has no weights; train it again")
    return weights


@contextmanager
def _processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """One-thread processes that import what they need themselves."""
    before = {name: os.environ.get(name) for name in WORKER_ENVIRONMENT}
    os.environ.update({name: str(value) for name, value in WORKER_ENVIRONMENT.items()})
    try:
        with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
            yield pool
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _answer(future: "Future[Any]") -> Any:
    try:
        return future.result()
    except PoolscopeError:
        raise
    except Exception as error:
        raise EngineError(f"a worker process failed: {error}") from error


def _labels(data: DataConfig) -> bytes:
    from core.analyses.inspection import images_of_test

    return bytes(images_of_test(Experiment(data=data)).labels.tolist())


def _compute(request: Request[Any], weights: bytes) -> str:
    import torch

    torch.set_num_threads(1)
    return request.write(request.compute(weights))
