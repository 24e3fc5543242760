"""How do runs go from one store to another? As a file of their own, and back in."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import StoreError
from core.run import NO_RUN, Run
from core.store import checkpoints, rows
from core.store.checks import Labels, check_facts
from core.store.digests import DamagedError
from core.store.file import StoreFile
from core.store.runstore import LOCK_SECONDS, RunStore

MOST_RUNS_OF_A_FILE = 100_000
"""of one file"""
MOST_FOREIGN_CHECKPOINTS, MOST_FOREIGN_BYTES = 100, 64 * 2**20
"""checkpoints of a run, and bytes of all of them, that are taken in"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorbed:
    """What another store's file added.

    Attributes:
        added: runs that are new here.
        known: runs that were here before.
        reasons: key of a run that was refused -> why.
    """

    added: int
    known: int
    reasons: Mapping[str, str]

    @property
    def refused(self) -> int:
        """Runs that are damaged, no result of a training, or of an older code version."""
        return len(self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Which weights a copy carries.

    Attributes:
        seeds: those of seeds below it; None for all.
        size: those of so many bytes at most; None for all.
        checkpoints: of these runs, the checkpoints of seeds below it; None for all.
    """

    seeds: int | None = None
    size: int | None = None
    checkpoints: int | None = None

    def of(self, run: Run) -> Run:
        """A run with what is carried of it."""
        many = self.seeds is not None and run.experiment.seed >= self.seeds
        large = self.size is not None and len(run.weights) > self.size
        if many or large:
            return replace(run, weights=b"", checkpoints=())
        bare = self.checkpoints is not None and run.experiment.seed >= self.checkpoints
        return replace(run, checkpoints=()) if bare else run


ALL_WEIGHTS = Weights()


def absorb(store: RunStore, path: Path, labels: Labels = lambda _: None) -> Absorbed:
    """Take in the runs of another store's file, which is only read.

    A run of which this store has the key already is left as it is. Every other is held against
    its digest, and against what follows from its configuration; what cannot be the result of a
    training is left out. What workers computed is not taken in: it is computed again from the
    weights.

    Args:
        store: takes them in.
        path: the file.
        labels: gives the classes of test images, from which accuracies are computed again.

    Raises:
        StoreError: the file is no store of this version, or cannot be read.
    """
    if not path.is_file():
        raise StoreError(f"{path} does not exist or is not a file")
    other = StoreFile(path, LOCK_SECONDS, bundled=True, foreign=True)
    keys = _keys(other)
    known = store.present(keys)
    added, reasons = 0, {}
    for key in keys:
        if key not in known:
            try:
                added += store.put(_checked(other, key, labels))
            except DamagedError as damage:
                reasons[key] = str(damage)
    return Absorbed(added=added, known=len(known), reasons=reasons)


def _keys(other: StoreFile) -> list[str]:
    with other.reading() as connection:
        keys = [] if connection is None else rows.keys(connection, MOST_RUNS_OF_A_FILE + 1)
    if len(keys) > MOST_RUNS_OF_A_FILE:
        raise StoreError(
            f"{other.path} holds more than {MOST_RUNS_OF_A_FILE:,} runs; export fewer at a time"
        )
    return keys


def _checked(other: StoreFile, key: str, labels: Labels) -> Run:
    """One run, as far as it could have been trained here.

    Raises:
        DamagedError: it could not.
    """
    with other.reading() as connection:
        if connection is None:
            raise DamagedError("it is gone")
        rows.check_sizes(connection, key)
        checkpoints.check_sizes(connection, key, MOST_FOREIGN_CHECKPOINTS, MOST_FOREIGN_BYTES)
        checkpoints.check(connection, key)
        run = rows.whole(connection, key)
    if run is None:
        raise DamagedError(
            "it is of another version of the code: its configuration has another key"
        )
    check_facts(run, labels)
    return run


def write_copy(
    store: RunStore, keys: Iterable[str], target: Path, kept: Weights = ALL_WEIGHTS
) -> tuple[int, list[str]]:
    """Put runs into a new store and copy it with SQLite's backup.

    What workers computed comes along: about these runs, and what belongs to no run.

    Args:
        store: has the runs.
        keys: which runs.
        target: the file to write, in a folder where another one can be made beside it.
        kept: which weights come along.

    Returns:
        The number of runs written, and the keys of those that cannot be read any more.

    Raises:
        StoreError: there is no run to write, or the new store cannot be written.
    """
    wanted = list(keys)
    collected = RunStore(target.with_name("collected"))
    written, left_out = 0, []
    for key in wanted:
        run = store.get(key)
        if run is None:
            left_out.append(key)
            continue
        written += collected.put(kept.of(run))
    if not written:
        raise StoreError("there is no run to export")
    # of two results the first, which is our own, counts
    computed = {row[:3]: row for row in reversed(list(store.analyses([*wanted, NO_RUN])))}
    for row in computed.values():
        collected.put_analysis(*row)
    backup(collected.path, target)
    return written, left_out


def backup(source: Path, target: Path) -> None:
    """Copy a store with SQLite's backup, which is right also while others write to it.

    Raises:
        StoreError: SQLite cannot read the one or write the other.
    """
    try:
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
            # one file without a log beside it, which a read-only folder can hold
            new.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise StoreError(f"{target} cannot be written as a run store: {error}") from error
