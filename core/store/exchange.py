"""How do runs go from one store to another? As a file of their own, and back in."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import StoreError
from core.run import NO_RUN, Run
from core.store.runstore import RunStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorbed:
    """What another store's file added.

    Attributes:
        added: runs that are new here.
        known: runs that were here before.
        refused: runs that are damaged or of an older code version.
    """

    added: int
    known: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Which weights a copy carries.

    Attributes:
        seeds: those of seeds below it; None for all.
        size: those of so many bytes at most; None for all.
    """

    seeds: int | None = None
    size: int | None = None

    def of(self, run: Run) -> bytes:
        """The weights of a run, or none."""
        many = self.seeds is not None and run.experiment.seed >= self.seeds
        large = self.size is not None and len(run.weights) > self.size
        return b"" if many or large else run.weights


ALL_WEIGHTS = Weights()


def absorb(store: RunStore, path: Path) -> Absorbed:
    """Take in the runs of another store's file, which is only read.

    A run of which this store has the key already is left as it is. Every run is checked as if it
    were our own: what is damaged, or of an older code version, is left out. What workers computed
    is not taken in: it is computed again from the weights.

    Raises:
        StoreError: the file is no store of this version, or cannot be read.
    """
    if not path.is_file():
        raise StoreError(f"{path} does not exist or is not a file")
    other = RunStore.only_read(path)
    keys = [summary.key for summary in other.summaries()]
    known = store.present(keys)
    added = refused = 0
    for key in keys:
        if key in known:
            continue
        run = other.get(key)
        if run is None:
            refused += 1
        else:
            added += store.put(run)
    return Absorbed(added=added, known=len(known), refused=refused)


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
        written += collected.put(replace(run, weights=kept.of(run)))
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
