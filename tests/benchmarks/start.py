"""How long does it take until a training begins, and how long is the shortest command that trains?

The first step is counted from the request: in an engine whose workers were warmed, as by a page
that offers to train, and in one that starts them.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from core.settings import PROJECT
from tests.benchmarks.measure import Line

ROUNDS = 3
MOST_SECONDS, MOST_COMMAND_SECONDS = 3.0, 4.0
"""from the click to the first step, and of `train` in all"""


FIRST_STEP = """
import sys, time
from pathlib import Path
from core.config import Experiment
from core.engine import Engine
from core.store import RunStore

if __name__ == "__main__":
    folder, number, how = sys.argv[1:]
    asked = Experiment.from_flat({"dataset": "digits", "epochs": 200, "seed": int(number)})
    with Engine(RunStore(Path(folder) / "runs.db"), 2) as engine:
        if how == "warm":
            engine.warm()
            while not engine.ready:
                time.sleep(0.05)
            # as a visitor reads before the click
            time.sleep(3)
        began = time.perf_counter()
        engine.submit([asked], checkpoints=[asked.key])
        while not any(job.newest for job in engine.jobs()):
            time.sleep(0.01)
        print(time.perf_counter() - began)
"""
"""prints the seconds from the request to the first step"""


def lines() -> Iterator[Line]:
    """Seconds, the middle of some rounds, against what they may be."""
    measured = {
        "the first step after the request, workers warmed": (_warm, MOST_SECONDS),
        "the first step after the request, workers not started": (_cold, MOST_SECONDS),
        "`train` of a run of digits in all": (_command, MOST_COMMAND_SECONDS),
    }
    for name, (once, most) in measured.items():
        taken = median(once(number) for number in range(ROUNDS))
        yield Line(
            name=f"{name}, s", ratio=taken / most, subject=taken, reference=most, rounds=ROUNDS
        )


def _warm(number: int) -> float:
    return _first_step(number, "warm")


def _cold(number: int) -> float:
    return _first_step(number, "cold")


def _first_step(number: int, how: str) -> float:
    """Seconds until the network is seen at its first step, in a program of its own."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "first.py"
        script.write_text(FIRST_STEP, encoding="utf-8")
        command = [sys.executable, str(script), folder, str(number), how]
        environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
        said = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)
        return float(said.stdout)


def _command(number: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "core", "train", "--dataset", "digits", "--seed", str(number)],
            env={**os.environ, "POOLSCOPE_HOME": folder, "POOLSCOPE_GALLERY": f"{folder}/none.db"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        return time.perf_counter() - began
