"""Which processes belong to a program that computes?"""

import psutil

SPAWNED, SERVER = "spawn_main", "multiprocessing.forkserver"
"""what is in the command lines of processes that multiprocessing started"""


def workers_of(program: psutil.Process) -> list[psutil.Process]:
    """The processes that compute for a program.

    Neither multiprocessing's tracker nor the server that forks them is one of them.
    """
    children = program.children(recursive=True)
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
