"""Do stores and grids that were damaged at random do no harm?

`make soak` takes 2,000 stores and 500 grids; tests/test_fuzz.py a few. No traceback, no wrong
figure, at most 300 MB and 5 s of a core each.
"""

import random
import resource
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from core.comparison.grids import read_grid
from core.errors import PoolscopeError
from core.settings import PROJECT
from core.store import RunStore, absorb, repair
from tests.fuzz_commands import Commands
from tests.store.store_samples import a_trained_run, labels, with_checkpoints

STORES, GRIDS = 2_000, 500
REPORTED = 10
"""of so many stores a report is written for one: it takes longer than all other commands"""
MOST_SECONDS, MOST_MEGABYTES = 5.0, 300

RUNS = {run.key: run for run in (*map(a_trained_run, range(2)), with_checkpoints(a_trained_run(2)))}
COLUMNS = {
    "runs": "flat status seed train_accuracy validation_accuracy test_accuracy parameters macs "
    "seconds epochs versions device capability created sha256 epochs_sha256 key",
    "epochs": "number train_loss train_accuracy validation_loss validation_accuracy seconds key",
    "predictions": "content key",
    "weights": "content sha256 key",
    "checkpoints": "step validation_accuracy content sha256 key",
}
VALUES = (
    *("NULL", "-5", "17.5", "9e999", "'text'", "''", "x'00ff'", "zeroblob(100000)", "1e-300"),
    *("hex(zeroblob(100000))", "0", "'[]'", "'{}'", "CAST(x'ff' AS TEXT)", "9223372036854775807"),
)
TOKENS = [
    *("seed = ", "[", "]", "1", ",", "\n", "[[grids]]\n", "lr = ", "0.1", "'max'", "pooling = "),
    *('"""', "#", "9" * 5_000, "[" * 3_000, "-", "nan", "inf", "{", "}", ".", "widths = "),
    *("'8,16'", f"{list(range(200))}", "hidden = ", "\x00", "\udcff", "é", "epochs = "),
]


def damaged_stores(count: int, seed: int) -> Iterator[str]:
    """Damage a store, then import, list, show, export, read and repair it; what came of each."""
    source = random.Random(seed)  # noqa: S311, nothing secret
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = RunStore(folder / "whole.db")
        for run in RUNS.values():
            whole.put(run)
        with closing(sqlite3.connect(whole.path)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
        content = whole.path.read_bytes()
        commands = Commands(folder, RUNS, MOST_SECONDS)
        for number in range(count):
            path = folder / f"{number}" / "runs.db"
            path.parent.mkdir()
            path.write_bytes(content)
            kind = source.choice([_flip, _alter, _cut])
            kind(path, source)
            try:
                commands.check(path.parent, report=number % REPORTED == 0)
            except AssertionError as error:
                raise AssertionError(f"store {number} of seed {seed}: {error}") from error
            began = time.process_time()
            yield _used(path)
            if time.process_time() - began > MOST_SECONDS:
                raise AssertionError(f"store {number} of seed {seed} took longer")


def _flip(path: Path, source: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(source.choice([1, 1, 5, 50])):
        content[source.randrange(len(content))] ^= 1 << source.randrange(8)
    path.write_bytes(bytes(content))


def _cut(path: Path, source: random.Random) -> None:
    content = path.read_bytes()
    begin = source.randrange(len(content))
    end = min(len(content), begin + source.randrange(1, 9_000))
    path.write_bytes(content[:begin] + source.choice([b"", b"\0" * (end - begin)]) + content[end:])


def _alter(path: Path, source: random.Random) -> None:
    table = source.choice(list(COLUMNS))
    column = source.choice(COLUMNS[table].split())
    of_another = f"(SELECT {column} FROM {table} WHERE key <> ?1 LIMIT 1)"
    value = source.choice([*VALUES, of_another, of_another])
    key = source.choice(list(RUNS))
    with closing(sqlite3.connect(path)) as connection, connection, suppress(sqlite3.Error):
        if source.random() < 1 / 2:
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute("UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '')")
        statements = [
            f"UPDATE {table} SET {column} = {value} WHERE key = ?1",
            f"DELETE FROM {table} WHERE key = ?1",
        ]
        connection.execute(source.choice([statements[0], *statements]), (key,))


def _used(path: Path) -> str:
    """What people do with a store; every run that is given is one that was put there."""
    here = RunStore(path.with_name("here.db"))
    outcome = "imported"
    try:
        absorb(here, path, labels)
    except PoolscopeError:
        outcome = "refused"
    _check(here)
    with suppress(PoolscopeError):
        _check(RunStore(path.with_name("none.db"), path))
        _check(RunStore(path))
    with suppress(PoolscopeError):
        repair(path)
        _check(RunStore(path))
    return outcome


def _check(store: RunStore) -> None:
    """Hold every figure that a store gives against those that were put there."""
    for summary in store.summaries():
        run = RUNS[summary.key]
        expected = (run.test_accuracy, run.train_accuracy, run.parameters, run.macs, run.seconds)
        given = (
            *(summary.test_accuracy, summary.train_accuracy),
            *(summary.parameters, summary.macs, summary.seconds),
        )
        if given != expected:
            raise AssertionError(f"a wrong figure: {given} in place of {expected}")
        whole = store.get(summary.key)
        # a damaged checkpoint is passed over, and its run stays
        if whole and not (
            set(whole.checkpoints) <= set(run.checkpoints)
            and replace(whole, checkpoints=run.checkpoints) == run
        ):
            raise AssertionError(f"a wrong run: {summary.key}")


def random_grids(count: int, seed: int) -> Iterator[str]:
    """Read grids of random tokens, and bundled ones with a few changes; what came of each."""
    source = random.Random(seed)  # noqa: S311, nothing secret
    bundled = [path.read_text() for path in sorted((PROJECT / "assets" / "gallery").glob("*.toml"))]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "grid.toml"
        for number in range(count):
            text = "".join(source.choices(TOKENS, k=source.randrange(1, 40)))
            if number % 2:
                text = _changed(source.choice(bundled), source)
            path.write_bytes(text.encode("utf-8", "surrogateescape"))
            began = time.process_time()
            try:
                read_grid(path)
                yield "read"
            except PoolscopeError:
                yield "refused"
            if time.process_time() - began > MOST_SECONDS:
                raise AssertionError(f"grid {number} of seed {seed} took longer")


def _changed(text: str, source: random.Random) -> str:
    """A text some of whose parts are gone, doubled, or give way to a token."""
    for _ in range(source.choice([1, 1, 2, 5])):
        begin = source.randrange(len(text) + 1)
        end = begin + source.randrange(20)
        part = source.choice(["", 2 * text[begin:end], source.choice(TOKENS)])
        text = text[:begin] + part + text[end:]
    return text


def fuzz(stores: int, grids: int, seed: int) -> str:
    """Both; a sentence about what came of them."""
    began = time.process_time()
    came = Counter(damaged_stores(stores, seed)), Counter(random_grids(grids, seed))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return (
        f"{stores} stores {dict(came[0])}, {grids} grids {dict(came[1])}: no traceback, no wrong "
        f"figure, {megabytes:.0f} MB at most, {time.process_time() - began:.0f} s"
    )


def main() -> None:
    """All of them, and their memory."""
    print(fuzz(STORES, GRIDS, seed=1))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    if megabytes > MOST_MEGABYTES:
        raise AssertionError(f"{megabytes:.0f} MB")


if __name__ == "__main__":
    main()
