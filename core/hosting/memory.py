"""Has the server grown beyond its memory budget?"""

import time
from functools import lru_cache

import psutil

from core import settings
from core.words import MEGABYTE


def over_memory() -> bool:
    """Whether this server takes more than its budget: it then lets nobody else in."""
    budget = settings.load().memory_megabytes
    # a server is asked often; a second is soon enough
    return _resident(int(time.monotonic())) > budget * MEGABYTE


@lru_cache(maxsize=1)
def _resident(_second: int) -> int:
    resident: int = psutil.Process().memory_info().rss
    return resident
