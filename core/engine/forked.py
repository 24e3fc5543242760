"""How worker processes start: on Linux from a server that has torch loaded already.

Importing torch takes seconds of a core, and a process that is forked from one that has it is ready
at once. Elsewhere, and where a graphics card is used, whose driver does not survive a fork, each
process imports torch itself.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, get_context
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from threading import current_thread, main_thread
from typing import Any

from core import settings
from core.settings import Device

# Set before a worker process starts, because the C library reads them once. Dask's default, a trim
# threshold of 64 KiB, makes every tensor a fresh mapping and halves the speed of training. 32 MiB
# is the largest mmap threshold that every 64-bit glibc accepts.
WORKER_ENVIRONMENT = {
    "OMP_NUM_THREADS": 1,
    "MKL_NUM_THREADS": 1,
    "OPENBLAS_NUM_THREADS": 1,
    "MALLOC_MMAP_THRESHOLD_": 32 * 2**20,
    "MALLOC_TRIM_THRESHOLD_": 2**30,
}

PRELOADED = ["torch", "distributed"]
"""what the server imports"""
BEHIND_PAGES = 10
"""how much nicer than the pages of a hosted dashboard its workers are"""


def method_for(device: Device = Device.CPU) -> str:
    """How processes for a device start, by the name that `multiprocessing` has for it."""
    return "forkserver" if sys.platform == "linux" and device is Device.CPU else "spawn"


def context_for(device: Device = Device.CPU) -> BaseContext:
    """The context in which processes for a device start; starts their server.

    What such a process inherits is the environment in which the server started.
    """
    method = method_for(device)
    if method == "forkserver":
        forkserver.set_forkserver_preload(PRELOADED)
        with worker_environment():
            forkserver.ensure_running()
    return get_context(method)


def after_the_pages() -> None:
    """Let the pages of a hosted dashboard have the cores before this process, which computes.

    What one visitor had computed would otherwise make all others wait for their pages.
    """
    if sys.platform != "win32" and settings.load().hosted:
        os.nice(BEHIND_PAGES)


class Recording:
    """A context that remembers the processes that it made, so that they can be ended at once."""

    def __init__(self, context: BaseContext) -> None:
        self._context = context
        self._made: list[BaseProcess] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def Process(self, *arguments: Any, **named: Any) -> BaseProcess:  # noqa: N802 (as in contexts)
        """A process of the context."""
        # typeshed leaves it to the subclasses of a context
        made: BaseProcess = self._context.Process(*arguments, **named)  # type: ignore[attr-defined]
        self._made.append(made)
        return made

    def end(self) -> None:
        """Kill all of them."""
        for process in self._made:
            if process.pid is not None:
                process.kill()


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold back SIGINT and SIGTERM, as the main thread gets them, until a block has ended.

    An interrupt in the middle of a process's start would leave a process that nobody knows, and the
    server that forks would write a traceback. A start takes two seconds at most.
    """
    if current_thread() is not main_thread():
        # only the main thread runs handlers of signals
        yield
        return
    held: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: held.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        if held:
            signal.raise_signal(held[0])


@contextmanager
def worker_environment() -> Iterator[None]:
    """Set `WORKER_ENVIRONMENT` for the processes that start meanwhile."""
    before = {name: os.environ.get(name) for name in WORKER_ENVIRONMENT}
    os.environ.update({name: str(value) for name, value in WORKER_ENVIRONMENT.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
