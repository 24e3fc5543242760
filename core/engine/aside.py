"""Work of seconds that is no training: in processes of their own, so that torch stays out of ours.

The labels of the test images and the maps of the shift lab. Results are small and are kept by those
who ask: labels in a cache, maps in the store.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from core.config import DataConfig, Experiment
from core.consistency import Consistency, ShiftSettings
from core.engine.cluster import WORKER_ENVIRONMENT
from core.errors import EngineError, PoolscopeError
from core.store import RunStore

KIND = "shift"


def labels_of_test(data: DataConfig) -> bytes:
    """The class of each test image, one byte each, in the order of stored predictions.

    Raises:
        DataError: the data set is not there, likewise ConfigError for a folder.
        EngineError: the process ended before it answered.
    """
    with _processes(1) as pool:
        found: bytes = _answer(pool.submit(_labels, data))
        return found


def stored_map(store: RunStore, key: str, settings: ShiftSettings) -> Consistency | None:
    """A map that was computed before."""
    content = store.analysis(key, KIND, settings.text)
    return Consistency.from_json(content.decode()) if content else None


def compute_maps(
    store: RunStore,
    wanted: Sequence[tuple[Experiment, ShiftSettings]],
    workers: int,
    on_done: Callable[[int], None] | None = None,
) -> None:
    """Compute the maps of trained networks and keep them in the store.

    Args:
        store: has the runs with their weights.
        wanted: networks and how their images are moved.
        workers: processes side by side.
        on_done: called with the number of maps that are done.

    Raises:
        EngineError: a network has no weights, or a process ended before it answered.
    """
    with _processes(min(workers, len(wanted)) or 1) as pool:
        waiting = {}
        for experiment, settings in wanted:
            weights = store.weights(experiment.key)
            if not weights:
                raise EngineError(f"run {experiment.key} has no weights; train it again")
            waiting[pool.submit(_map, experiment, weights, settings)] = (experiment, settings)
        for number, future in enumerate(as_completed(waiting), start=1):
            experiment, settings = waiting[future]
            text: str = _answer(future)
            store.put_analysis(experiment.key, KIND, settings.text, text.encode())
            if on_done:
                on_done(number)


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
    from core.data import load

    return bytes(load(data).test.labels.tolist())


def _map(experiment: Experiment, weights: bytes, settings: ShiftSettings) -> str:
    from core.shift import consistency_of

    return consistency_of(experiment, weights, settings)
