"""Does a sweep run on somebody's Dask cluster, and survive the death of one of its workers?"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from core import settings
from core.config import Experiment
from core.engine import Engine, JobState
from core.settings import PROJECT
from core.store import RunStore
from core.training import train
from tests.processes import until, workers_of

DASK = Path(sys.executable).with_name("dask")
GRID = """
train_size = 100
widths = "4"
epochs = 8
pooling = ["max", "average"]
seed = [%s]
"""
SEEDS = range(20)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a scheduler with two workers, each a process of its own."""
    folder = tmp_path_factory.mktemp("cluster")
    with ExitStack() as stack:
        file = folder / "scheduler.json"
        _start(
            stack, folder, "scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", file
        )
        until(lambda: file.exists() and file.read_text())
        address = json.loads(file.read_text())["address"]
        for _ in range(2):
            _start(stack, folder, "worker", address, "--nthreads", "1", "--no-dashboard")
        yield address


def _start(stack: ExitStack, folder: Path, *arguments: object) -> None:
    process = subprocess.Popen(
        [DASK, *map(str, arguments)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    stack.enter_context(process)
    stack.callback(process.terminate)


def test_a_sweep_on_a_cluster_survives_a_killed_worker_with_the_same_bits(
    scheduler: str, home: Path, tmp_path: Path
):
    grid = tmp_path / "grid.toml"
    grid.write_text(GRID % ", ".join(map(str, SEEDS)))
    store = RunStore(home / "runs.db")
    sweep = subprocess.Popen(
        [sys.executable, "-m", "core", "sweep", grid, "--scheduler", scheduler, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        env={**os.environ, "POOLSCOPE_GALLERY": str(home / "none.db")},
    )
    until(lambda: store.summaries() or sweep.poll() is not None, 300)
    assert len(store.summaries()) < 40
    workers_of(psutil.Process())[0].send_signal(signal.SIGKILL)
    out, err = sweep.communicate(timeout=120)

    answer = json.loads(out)
    assert (40, 0, 0) == (answer["trained"], answer["cached"], answer["failed"]), err
    assert set(answer["keys"]) == {run.key for run in store.summaries()}
    assert 40 == len(store.summaries())
    for summary in store.summaries()[::8]:
        stored = store.get(summary.key)
        assert train(stored.experiment).weights == stored.weights


def test_another_version_of_the_package_on_the_workers_is_named(
    scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(settings, "__version__", "99.0")
    with Engine(RunStore(tmp_path / "runs.db"), 1, scheduler) as engine:
        [job] = engine.wait(engine.submit([Experiment.from_flat({"train_size": 50, "epochs": 1})]))
    assert JobState.FAILED is job.state
    assert "was asked by 99.0; install the same version on both sides" in job.cause
