"""Which processes belong to a program that computes?"""

import time
from collections.abc import Callable

import psutil

SPAWNED, SERVER, DASHBOARD = "spawn_main", "multiprocessing.forkserver", "streamlit"
"""what is in the command lines of processes that multiprocessing started"""


def until(truth: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for something that other processes bring about."""
    deadline = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def workers_of(program: psutil.Process) -> list[psutil.Process]:
    """The processes that compute for a program.

    Neither multiprocessing's tracker nor the server that forks them is one of them, nor are those
    of dashboards that the program started.
    """
    dashboards = [child for child in program.children() if _is(child, DASHBOARD)]
    others = {child.pid for each in dashboards for child in each.children(recursive=True)}
    children = [child for child in program.children(recursive=True) if child.pid not in others]
    servers = {child.pid for child in children if _is(child, SERVER) and not _forked(child)}
    return [
        child
        for child in children
        if child.pid not in servers and (_is(child, SERVER) or _is(child, SPAWNED))
    ]


def _forked(process: psutil.Process) -> bool:
    """Whether the server forked it: it has the command line of the server."""
    parent = process.parent()
    return parent is not None and _is(parent, SERVER)


def _is(process: psutil.Process, kind: str) -> bool:
    try:
        return any(kind in part for part in process.cmdline())
    except psutil.NoSuchProcess:
        return False
