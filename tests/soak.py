"""Kill trainings at random moments, again and again: is the store whole each time, with all in it?

`make soak` does it a hundred times; tests/test_soak.py a few times. Then a crowd of visitors clicks
through a dashboard (`tests.visitors`), and another one while hostile visitors press whatever costs
much.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from core.store import RunStore
from tests.e2e.dashboard import Server, serving
from tests.hosting.hostile import besiege
from tests.store.store_samples import a_run, with_checkpoints
from tests.store.test_store_crash import check_whole
from tests.visitors import EVERY_PAGE, Crowd, again, visit

KILLS = 100
VISITORS, CROWD_SECONDS, RERUNS = 50, 120.0, 500
HOSTILE, SIEGE_SECONDS, REST_SECONDS = 5, 180.0, 300.0
WARM_SECONDS = 60.0
"""in which the caches fill with what such visitors ask for, before memory is measured"""
SIEGE_BUDGET = 120.0
"""seconds of a core that all visitors may use while they besiege a dashboard"""
LOG_LETTERS = 5_000
"""of the server's log that are shown if an honest visitor met an error"""
MOST_GROWTH, WORKERS_START = 350, 15.0
"""megabytes of the server beyond the idle one, and seconds of a core until workers have started"""
STARTING_SECONDS, TRAINING_SECONDS = 5.0, 2.0
"""longest time from the start of a process, or from the first run that it reports, to its end"""

TRAINER = """
import sys
from pathlib import Path
from core.config import Experiment
from core.engine import Engine, JobState
from core.store import RunStore

def tell(jobs):
    for job in jobs:
        if job.state is JobState.DONE and job.key not in told:
            told.add(job.key)
            print(job.key, flush=True)

if __name__ == "__main__":
    store = RunStore(Path(sys.argv[1]))
    # what an earlier process trained is in the store: no news, and not trained again
    told = {summary.key for summary in store.summaries()}
    tiny = {"epochs": 1, "train_size": 30, "widths": "4"}
    experiments = [Experiment.from_flat({**tiny, "seed": seed}) for seed in range(5_000)]
    with Engine(store, 2) as engine:
        keys = [experiment.key for experiment in experiments]
        engine.wait(engine.submit(experiments, checkpoints=keys), tell)
"""


def soak(folder: Path, kills: int, seed: int) -> Iterator[int]:
    """Kill a training process and all of its workers `kills` times; yield the runs so far."""
    source = random.Random(seed)  # noqa: S311, nothing secret
    path, script = folder / "runs.db", folder / "trainer.py"
    script.write_text(TRAINER, encoding="utf-8")
    RunStore(path).put(with_checkpoints(a_run(0)))
    reported = {a_run(0).key}
    for kill in range(kills):
        # in turns while it starts and while it trains
        trains = bool(kill % 2)
        seconds = source.uniform(0, TRAINING_SECONDS if trains else STARTING_SECONDS)
        reported |= _killed_after(seconds, script, path, trains=trains)
        check_whole(path, reported, recorded=True)
        yield len(RunStore(path).summaries())


def _killed_after(seconds: float, script: Path, path: Path, *, trains: bool) -> set[str]:
    """The keys that a training process reported as done before it was killed."""
    trainer = subprocess.Popen(
        [sys.executable, script, path],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        # a group of its own, so that the workers are killed with it
        start_new_session=True,
    )
    text = trainer.stdout.readline() if trains and trainer.stdout else ""
    time.sleep(seconds)
    os.killpg(trainer.pid, signal.SIGKILL)
    with trainer:
        text += trainer.communicate()[0]
    if -signal.SIGKILL != trainer.returncode:
        raise AssertionError(f"the trainer ended by itself: {trainer.returncode}")
    # a line cut off by the kill is no report
    return {line.strip() for line in text.splitlines(keepends=True) if line.endswith("\n")}


def crowd(folder: Path) -> Iterator[str]:
    """Fifty visitors for two minutes, then one of them five hundred times; what they met."""
    with serving(folder) as server:
        port = int(server.url.rsplit(":", 1)[1])
        # what only the first visitor waits for
        visit(port, Crowd(1, 10.0, EVERY_PAGE, (0.0, 0.1)))
        seen = visit(port, Crowd(VISITORS, CROWD_SECONDS, EVERY_PAGE))
        yield f"{VISITORS} visitors: {seen}; the server takes {_megabytes(server)} MB"
        grown = []
        for hundred in range(RERUNS // 100):
            again(port, 100, EVERY_PAGE, seed=hundred)
            grown.append(_megabytes(server))
        slope = (grown[-1] - grown[0]) / (len(grown) - 1)
        yield f"{RERUNS} reruns: {grown} MB after each hundred, {slope:+.1f} MB per hundred"


def siege(folder: Path) -> Iterator[str]:
    """Fifty honest and five hostile visitors for three minutes; what came of it.

    Raises:
        AssertionError: an honest visitor met an error, or a bound was not kept.
    """
    bounds = {
        "POOLSCOPE_MODE": "hosted",
        "POOLSCOPE_DAILY_SECONDS": str(SIEGE_BUDGET),
        "POOLSCOPE_VISITOR_SECONDS": "30",
        "POOLSCOPE_ADDRESS_SECONDS": "40",
        "POOLSCOPE_ABSENCE_SECONDS": "3",
    }
    with serving(folder, **bounds) as server:
        # what they ask for stays in the caches: memory that comes back is that of a server in use
        first = besiege(server, Crowd(VISITORS, WARM_SECONDS, EVERY_PAGE), HOSTILE, WARM_SECONDS)
        yield f"the first {WARM_SECONDS:.0f} s: {first}"
        crowd = Crowd(VISITORS, SIEGE_SECONDS, EVERY_PAGE, seed=1)
        met = besiege(server, crowd, HOSTILE, REST_SECONDS)
        said = server.log.read_text()[-LOG_LETTERS:] if met.seen.errors else ""
    yield f"{VISITORS} honest and {HOSTILE} hostile visitors: {met}{said}"
    kept = {
        "no error for the honest": not met.seen.errors,
        "95 % of the reruns within 500 ms": met.seen.p95 < 0.5,
        "the budget and 10 %": met.used <= 1.1 * SIEGE_BUDGET,
        "no more taken than counted": met.worked <= 1.1 * SIEGE_BUDGET + WORKERS_START,
        "memory": met.memory[1] - first.memory[0] <= MOST_GROWTH,
        "memory at the end": met.memory[2] <= 1.1 * met.memory[0],
    }
    if broken := [bound for bound, held in kept.items() if not held]:
        raise AssertionError(f"not kept: {', '.join(broken)}")


def _megabytes(server: Server) -> int:
    return round(server.process.memory_info().rss / 1e6)


def main() -> None:
    """Kill a hundred times; then a crowd."""
    with tempfile.TemporaryDirectory() as folder:
        for kill, runs in enumerate(soak(Path(folder), KILLS, time.time_ns()), start=1):
            print(f"kill {kill} of {KILLS}: the store is whole, {runs} runs")
    with tempfile.TemporaryDirectory() as folder:
        for line in crowd(Path(folder)):
            print(line)
    with tempfile.TemporaryDirectory() as folder:
        for line in siege(Path(folder)):
            print(line)


if __name__ == "__main__":
    main()
