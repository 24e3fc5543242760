"""What no test double shows: a disk that is really full, and clocks that jump."""

import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core import training
from core.config import Experiment
from core.engine import Engine
from core.store import RunStore
from tests.conftest import NO_MOUNTS
from tests.store.store_samples import a_run

ROOT = Path(__file__).parent.parent
MOUNTS = ["unshare", "--user", "--map-root-user", "--mount"]

FILLS_A_DISK = """
import sys
from pathlib import Path
from core.errors import StoreError
from core.store import RunStore
from tests.store.store_samples import a_run
store, kept = RunStore(Path(sys.argv[1]) / "runs.db"), []
try:
    for seed in range(40):
        run = a_run(seed, weights_size=80_000)
        store.put(run)
        kept.append(run)
except StoreError as error:
    print("StoreError:", error)
assert 2 < len(kept) < 40, len(kept)
store.check()
assert all(store.get(run.key) == run for run in kept)
assert len(store.summaries()) == len(kept)
print("whole")
"""


def _may_mount() -> bool:
    try:
        return 0 == subprocess.run([*MOUNTS, "true"], capture_output=True, check=False).returncode
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not _may_mount(), reason=NO_MOUNTS)
def test_on_a_disk_that_is_really_full_nothing_is_lost(tmp_path):
    script = 'mount -t tmpfs -o size=1536k none "$1" && exec "$2" -c "$3" "$1"'
    done = subprocess.run(
        [*MOUNTS, "sh", "-c", script, "sh", tmp_path, sys.executable, FILLS_A_DISK],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "" == done.stderr
    first, last = done.stdout.splitlines()
    assert re.match("StoreError: .*/runs.db cannot grow because the disk is full", first)
    assert "whole" == last


class _Jumping(datetime):
    """A wall clock that goes a year back at every look."""

    looks = 0

    @classmethod
    def now(cls, _tz=None):
        cls.looks += 1
        return datetime(2026, 1, 1, tzinfo=UTC) - timedelta(days=365 * cls.looks)


def test_a_training_does_not_mind_a_wall_clock_that_jumps(monkeypatch):
    experiment = Experiment.from_flat({"epochs": 2, "train_size": 30, "widths": "4"})
    before = training.train(experiment)
    monkeypatch.setattr(training, "datetime", _Jumping)
    after = training.train(experiment)
    assert _Jumping.looks
    assert after.created < before.created
    assert before.weights == after.weights
    for run in (before, after):
        assert 0 < run.epochs[0].seconds < run.epochs[1].seconds <= run.seconds < 60


def test_runs_of_the_future_and_of_the_past_are_listed_and_not_trained_again(tmp_path):
    store = RunStore(tmp_path / "runs.db")
    tiny = Experiment.from_flat({"epochs": 1, "train_size": 30, "widths": "4"})
    flat = {name: value for name, value in tiny.to_flat().items() if name != "seed"}
    for seed, year in enumerate(("2999", "1970")):
        run, created = a_run(seed, **flat), f"{year}-01-01T00:00:00.000+00:00"
        store.put(replace(run, created=created))
    with Engine(store, 1) as engine:
        jobs = engine.submit([tiny.with_flat(seed=seed) for seed in range(2)])
        assert ["done", "done"] == [str(job.state) for job in engine.wait(jobs)]
    assert {"2999", "1970"} == {summary.created[:4] for summary in store.summaries()}


def test_no_duration_is_taken_from_a_clock_that_can_be_set():
    takes = re.compile(r"\btime\.time\(")
    every = [*ROOT.glob("core/**/*.py"), *ROOT.glob("pages/**/*.py")]
    assert [] == [path.name for path in every if takes.search(path.read_text(encoding="utf-8"))]
