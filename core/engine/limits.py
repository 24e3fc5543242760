"""Limits of a computation, enforced in the process that runs it.

Memory is limited by the kernel, which refuses to allocate more. Time is limited by a check that the
computation calls now and then, and after that by a kernel timer that ends the process, even while
Python code cannot run.
"""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.engine.permit import Limit
from core.errors import EngineError

HARD_FACTOR, HARD_SECONDS = 1.25, 2.0
"""how much later than the check the kernel timer ends the process"""
STUCK_FACTOR, STUCK_SECONDS = 10.0, 60.0
"""how much longer than the core time the wall time may be: other programs may occupy the cores"""


@contextmanager
def enforced(limit: Limit | None) -> Iterator[Callable[[], None]]:
    """Hold the code of a `with` block to a limit; yields the check to call now and then.

    Raises:
        EngineError: the code needs too much memory; the check raises it when the time is over.
    """
    if limit is None:
        yield _never
        return
    began = time.process_time()

    def question() -> None:
        if time.process_time() - began > limit.seconds:
            raise EngineError(
                f"it was ended after {limit.seconds:.0f} s of a core, twice what was predicted"
            )

    with _clock(limit.seconds), _ceiling(limit.memory):
        try:
            yield question
        except (MemoryError, RuntimeError) as error:
            # torch's allocator reports a lack of memory as a RuntimeError
            if not isinstance(error, MemoryError) and "allocate memory" not in str(error):
                raise
            raise EngineError(
                f"it was ended: it needed more memory than the {limit.memory >> 20:,} MB "
                f"that this server allows"
            ) from error


def _never() -> None:
    """The check where there is no limit."""


@contextmanager
def _clock(seconds: float) -> Iterator[None]:
    """Set timers whose signals end the process by their default action."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    hard = HARD_FACTOR * seconds + HARD_SECONDS
    signal.setitimer(signal.ITIMER_PROF, hard)
    signal.setitimer(signal.ITIMER_REAL, STUCK_FACTOR * hard + STUCK_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


@contextmanager
def _ceiling(memory: int) -> Iterator[None]:
    """Limit the growth of the process's data to a number of bytes."""
    if sys.platform != "linux":
        yield
        return
    import resource

    import psutil

    # data instead of address space, of which libraries reserve gigabytes when they are loaded
    before = resource.getrlimit(resource.RLIMIT_DATA)
    most = psutil.Process().memory_info().data + memory
    resource.setrlimit(resource.RLIMIT_DATA, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)
