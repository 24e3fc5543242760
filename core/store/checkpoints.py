"""How are the checkpoints of runs kept: as rows next to the run's, within a budget?

Every function takes an open connection. A store of version 2 has no such table, and a run of it no
checkpoints. Checkpoints can go while their run stays, so each has a digest of its own, and one that
is damaged is passed over.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from sqlite3 import Connection
from typing import Any, cast

from core.run import Checkpoint
from core.store.digests import DamagedError, checkpoint_digest
from core.store.fetching import fetched

_AMONG = "WHERE key IN (SELECT value FROM json_each(?))"
_OF_RUN = """
    SELECT step, validation_accuracy, sha256, CAST(content AS BLOB) FROM checkpoints
    WHERE key = ? ORDER BY step
"""
_AT = """
    SELECT key, step, validation_accuracy, sha256, CAST(content AS BLOB) FROM checkpoints
    WHERE rowid = ?
"""
_STEPS = f"SELECT key, step, validation_accuracy FROM checkpoints {_AMONG} ORDER BY key, step"  # noqa: S608
# what was stored first goes first
_SIZES = """
    SELECT key, sum(length(content)) FROM checkpoints GROUP BY key ORDER BY max(rowid) DESC
"""


@dataclass(frozen=True, slots=True)
class Space:
    """The space that checkpoints take.

    Attributes:
        runs: runs that have checkpoints.
        taken: bytes of all of them.
        budget: bytes that they may take; None for no limit.
    """

    runs: int
    taken: int
    budget: int | None


def exist(connection: Connection) -> bool:
    """Whether the store is of a version that can hold checkpoints."""
    table = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'checkpoints'")
    return table.fetchone() is not None


def insert(connection: Connection, key: str, checkpoints: Iterable[Checkpoint]) -> None:
    """Write the checkpoints of a run."""
    connection.executemany(
        "INSERT INTO checkpoints VALUES (?, ?, ?, ?, ?)",
        [
            (
                key,
                each.step,
                each.validation_accuracy,
                checkpoint_digest(key, each.step, each.validation_accuracy, each.weights),
                each.weights,
            )
            for each in checkpoints
        ],
    )


def whole(connection: Connection, key: str) -> tuple[Checkpoint, ...]:
    """The checkpoints of a run that are as they were put there, by step."""
    return tuple(each for each in _of_run(connection, key) if isinstance(each, Checkpoint))


def of_stored_run(connection: Connection, key: str) -> tuple[Checkpoint, ...] | None:
    """The same of a run that is stored here; None without such a run."""
    there = connection.execute("SELECT 1 FROM runs WHERE key = ?", (key,)).fetchone()
    return whole(connection, key) if there else None


def check(connection: Connection, key: str) -> None:
    """Look at all checkpoints of a run.

    Raises:
        DamagedError: one is not what was put there.
    """
    if damaged := [each for each in _of_run(connection, key) if not isinstance(each, Checkpoint)]:
        raise DamagedError(f"its checkpoint at step {damaged[0]} is not what was put there")


def steps(connection: Connection, keys: Iterable[str]) -> dict[str, tuple[tuple[int, float], ...]]:
    """Step and validation accuracy of the checkpoints of some runs, by key; nothing is checked."""
    listed: dict[str, tuple[tuple[int, float], ...]] = {}
    if exist(connection):
        for key, *figures in fetched(connection, _STEPS, (json.dumps(list(keys)),)):
            if _are_numbers(figures):
                listed[key] = (*listed.get(key, ()), (figures[0], figures[1]))
    return listed


def remove(connection: Connection, key: str) -> None:
    """Delete the checkpoints of a run, which stays."""
    connection.execute("DELETE FROM checkpoints WHERE key = ?", (key,))


def remove_damaged(connection: Connection) -> None:
    """Delete every checkpoint that is not what was put there."""
    # by its place in the table: a key that is no text equals nothing
    for (place,) in fetched(connection, "SELECT rowid FROM checkpoints", ()):
        for key, *row in fetched(connection, _AT, (place,)):
            if not isinstance(key, str) or not isinstance(_read(key, row), Checkpoint):
                connection.execute("DELETE FROM checkpoints WHERE rowid = ?", (place,))


def space(connection: Connection) -> tuple[int, int]:
    """Runs that have checkpoints, and the bytes of these."""
    sizes = fetched(connection, _SIZES, ()) if exist(connection) else []
    return len(sizes), sum(size for _, size in sizes)


def keep_within(connection: Connection, budget: int) -> None:
    """Delete the checkpoints that were stored first, run by run, until the rest fits.

    Args:
        connection: to a store that can hold checkpoints.
        budget: bytes that all checkpoints together may take.
    """
    taken = 0
    for key, size in fetched(connection, _SIZES, ()):
        taken += size
        if taken > budget:
            remove(connection, key)


def check_sizes(connection: Connection, key: str, most: int, most_bytes: int) -> None:
    """Look at the sizes of a run's checkpoints, before any is read.

    Args:
        connection: to the store.
        key: of the run.
        most: checkpoints of a run.
        most_bytes: of all of them.

    Raises:
        DamagedError: no run has so many, or so large ones.
    """
    if not exist(connection):
        return
    statement = "SELECT count(*), sum(length(content)) FROM checkpoints WHERE key = ?"
    ((number, size),) = fetched(connection, statement, (key,))
    if number > most:
        raise DamagedError(f"it has {number:,} checkpoints; at most {most} are allowed")
    if (size or 0) > most_bytes:
        raise DamagedError(
            f"its checkpoints take more than {most_bytes // 2**20} MiB; export it with "
            f"--checkpoints-of 0"
        )


def _of_run(connection: Connection, key: str) -> list[Checkpoint | object]:
    """Each checkpoint of a run; the step of one that is not what was put there."""
    rows = fetched(connection, _OF_RUN, (key,)) if exist(connection) else []
    return [_read(key, row) for row in rows]


def _read(key: str, row: Sequence[Any]) -> Checkpoint | object:
    step, accuracy, recorded, content = row
    if not _are_numbers(row[:2]) or recorded != checkpoint_digest(key, step, accuracy, content):
        return cast("object", step)
    return Checkpoint(step=step, validation_accuracy=accuracy, weights=content)


def _are_numbers(figures: Sequence[object]) -> bool:
    step, accuracy = figures
    return type(step) is int and type(accuracy) is float
