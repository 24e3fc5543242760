"""Does the store stay whole when many write at once, and when a writer is killed?"""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from core.settings import PROJECT
from core.store import RunStore
from tests.store.store_samples import STEPS, a_run

WEIGHTS = 200_000
"""enough that a put takes a while, so that kills fall into the middle of one"""

WRITER = """
import sys
from pathlib import Path
from core.store import RunStore
from tests.store.store_samples import a_run, with_checkpoints
store = RunStore(Path(sys.argv[1]))
first, count, size = map(int, sys.argv[2:])
print("ready", flush=True)
sys.stdin.readline()
for seed in range(first, first + count):
    run = with_checkpoints(a_run(seed), size)
    if store.put(run):
        print(run.key, flush=True)
"""


def start_writer(path, first, count, size=64):
    """A process that waits for a line and then puts runs; it prints each key that it put."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(first), str(count), str(size)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        text=True,
    )
    assert writer.stdout.readline() == "ready\n"
    return writer


def go(writer):
    writer.stdin.write("\n")
    writer.stdin.flush()


def tables(path):
    """Table -> its keys."""
    names = ("runs", "epochs", "predictions", "weights", "checkpoints")
    with closing(sqlite3.connect(path)) as connection:
        assert [("ok",)] == connection.execute("PRAGMA integrity_check").fetchall()
        return {
            name: {key for (key,) in connection.execute(f"SELECT key FROM {name}")}
            for name in names
        }


def kill_after(path, first, delay, after_first_put):
    """Keys that a writer had reported when it was killed."""
    with start_writer(path, first, 10_000, WEIGHTS) as writer:
        go(writer)
        lines = [writer.stdout.readline()] if after_first_put else []
        time.sleep(delay)
        writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.read().splitlines(keepends=True)
        assert -signal.SIGKILL == writer.wait()
    # a line cut off by the kill is no report
    return {line.strip() for line in lines if line.endswith("\n")}


def delays(seed, count, longest):
    """Seconds until each kill: random, and the same on every day."""
    source = random.Random(seed)  # noqa: S311, nothing secret
    return [source.uniform(0, longest) for _ in range(count)]


def check_whole(path, reported, *, recorded=False):
    """Every run has all that belongs to it; its checkpoints too, if they were recorded."""
    found = tables(path)
    assert reported <= found["runs"]
    for name in ("epochs", "predictions", "weights"):
        assert found["runs"] == found[name]
    assert found["checkpoints"] <= found["runs"]
    if recorded:
        assert found["runs"] == found["checkpoints"]
    RunStore(path).check()


def test_a_killed_writer_leaves_a_whole_store_with_all_that_it_reported(tmp_path):
    path = tmp_path / "runs.db"
    reported = set()
    for kill, delay in enumerate(delays(20260101, 7, 0.1)):
        # checking reads the file, which recovers it; the next writer goes on from there
        reported |= kill_after(path, 10_000 * kill, delay, after_first_put=True)
        check_whole(path, reported, recorded=True)
        steps = RunStore(path).checkpoint_steps(reported)
        assert {STEPS} == {tuple(step for step, _ in each) for each in steps.values()}
    assert len(reported) >= 7


def test_a_writer_that_is_killed_while_it_makes_the_file_leaves_a_usable_store(tmp_path):
    for kill, delay in enumerate(delays(20260102, 5, 0.012)):
        path = tmp_path / f"{kill}.db"
        reported = kill_after(path, 0, delay, after_first_put=False)
        store = RunStore(path)
        assert reported <= {row.key for row in store.summaries()}
        store.put(a_run(99_999))
        assert a_run(99_999) == store.get(a_run(99_999).key)
        check_whole(path, reported)


def test_a_store_in_the_middle_of_a_checkpoint_is_no_damaged_store(tmp_path):
    store, halfway = RunStore(tmp_path / "runs.db"), tmp_path / "halfway.db"
    store.put(a_run(0))
    large = a_run(1, weights_size=WEIGHTS)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("SELECT * FROM runs").fetchall()  # keeps the log from being taken in
        store.put(large)
        for suffix in ("", "-wal"):
            shutil.copy(f"{store.path}{suffix}", f"{halfway}{suffix}")
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    # a checkpoint writes page 1 first, which names pages that the file does not have yet
    with halfway.open("r+b") as file:
        file.write(store.path.read_bytes()[:4096])
    assert halfway.stat().st_size < store.path.stat().st_size
    assert large == RunStore(halfway).get(large.key)
    check_whole(halfway, {a_run(0).key, large.key})


def test_a_commit_waits_for_the_disk(tmp_path):
    # no test can cut the power; FULL is 2
    with RunStore(tmp_path / "runs.db")._own.writing() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_several_processes_that_begin_at_once_put_every_run_once(tmp_path):
    path = tmp_path / "runs.db"
    # each seed from 10 on is put by two or three of them
    writers = [start_writer(path, first, 30) for first in (0, 10, 20)]
    for writer in writers:
        go(writer)
    reported = []
    for writer in writers:
        with writer:
            reported += writer.communicate()[0].split()
        assert writer.returncode == 0
    keys = {a_run(seed).key for seed in range(50)}
    assert len(reported) == len(keys)
    assert keys == set(reported)
    check_whole(path, keys)
    with closing(sqlite3.connect(path)) as connection:
        assert ("wal",) == connection.execute("PRAGMA journal_mode").fetchone()


def test_threads_share_a_store(tmp_path):
    store = RunStore(tmp_path / "runs.db")
    runs = [a_run(seed) for seed in range(40)]

    def work(run):
        assert store.put(run)
        assert run == store.get(run.key)
        return len(store.summaries())

    with ThreadPoolExecutor(8) as threads:
        counts = list(threads.map(work, runs))
    assert len(runs) == max(counts)
    check_whole(store.path, {run.key for run in runs})
