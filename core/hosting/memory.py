"""What a server keeps of the memory that visitors needed, and whether it has grown too large."""

import asyncio
import ctypes
import gc
import time
from contextlib import suppress
from functools import lru_cache
from itertools import count

import psutil

from core import settings
from core.words import MEGABYTE

ARENAS = 2
"""pools of the C library that threads allocate from"""
ARENA_MAX = -8
"""M_ARENA_MAX of glibc's malloc.h"""
GIVING_BACK_SECONDS = 20.0
"""between two times at which freed memory goes back"""
ROUNDS_OF_ALL = 12
"""after as many of those times, objects that were spared are looked through as well"""


def over_memory() -> bool:
    """Whether this server takes more than its budget: it then lets nobody else in."""
    budget = settings.load().memory_megabytes
    # a server is asked often; a second is soon enough
    return _resident(int(time.monotonic())) > budget * MEGABYTE


@lru_cache(maxsize=1)
def _resident(_second: int) -> int:
    resident: int = psutil.Process().memory_info().rss
    return resident


def few_arenas() -> None:
    """Let the threads of this process share some pools of memory.

    Every script of a page runs in a thread of its own. glibc would give each a pool, eight for each
    core, and what is freed in one is of no use to the others.
    """
    _of_glibc("mallopt", ARENA_MAX, ARENAS)


async def give_back() -> None:
    """Return to the system what was freed, again and again, until this is cancelled.

    glibc keeps freed memory unless it lies at the end of a pool, and so a server would stay as
    large as its most crowded minute.
    """
    for times in count(1):
        await asyncio.sleep(GIVING_BACK_SECONDS)
        await asyncio.to_thread(collect, everything=times % ROUNDS_OF_ALL == 0)
        await asyncio.to_thread(_of_glibc, "malloc_trim", 0)


def collect(*, everything: bool) -> None:
    """Free what nobody uses, and spare the collector what is left.

    Modules and cached comparisons are some 400,000 objects that stay. To look through them all
    takes the collector a quarter of a second, in which no page of any visitor moves, and it would
    do so several times a minute.

    Args:
        everything: whether what was spared so far is looked through as well.
    """
    if everything:
        gc.unfreeze()
    gc.collect()
    gc.freeze()


def _of_glibc(name: str, *arguments: int) -> None:
    """Call a function that other C libraries lack; there it does nothing."""
    with suppress(AttributeError, OSError, TypeError):
        getattr(ctypes.CDLL(None), name)(*arguments)
