"""Where a computation ends, enforced in the process that makes it.

Memory by the kernel, which refuses to give more. Time first by a question that the computation
asks itself, then by a clock of the kernel's that ends the process: it needs no turn of Python's.
"""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.engine.permit import Limit
from core.errors import EngineError

HARD_FACTOR, HARD_SECONDS = 1.25, 2.0
"""how much later than the question the kernel's clock ends the process"""
STUCK_FACTOR, STUCK_SECONDS = 10.0, 60.0
"""of real time, how much longer than of a core's: other programs may have the cores"""


@contextmanager
def enforced(limit: Limit | None) -> Iterator[Callable[[], None]]:
    """Hold what runs inside to its limit; gives the question to ask now and then.

    Raises:
        EngineError: it needs more memory; the question raises it when the time is over.
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
            # torch reports it as a RuntimeError of its allocator
            if not isinstance(error, MemoryError) and "allocate memory" not in str(error):
                raise
            raise EngineError(
                f"it was ended: it needed more memory than the {limit.memory >> 20:,} MB "
                f"that this server allows"
            ) from error


def _never() -> None:
    """There is no limit."""


@contextmanager
def _clock(seconds: float) -> Iterator[None]:
    """End the process by a signal whose default action is just that."""
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
    """Let what the process has written grow by so many bytes and no more."""
    if sys.platform != "linux":
        yield
        return
    import resource

    import psutil

    # not the address space, of which libraries take gigabytes when they are loaded
    before = resource.getrlimit(resource.RLIMIT_DATA)
    most = psutil.Process().memory_info().data + memory
    resource.setrlimit(resource.RLIMIT_DATA, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)
