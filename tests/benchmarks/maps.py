"""How long does the map of the shift lab take, and how does it grow?"""

import time
from collections.abc import Iterator

from core.analyses import ShiftMapRequest, ShiftSettings
from core.config import Experiment
from core.engine.process_pool import _processes
from core.training import train
from tests.benchmarks.measure import Line, has_mnist

BUDGET = 25.0
"""seconds on one core, for 1,000 images of MNIST and 17 x 17 shifts"""
ROUNDS = 2


def lines() -> Iterator[Line]:
    """The whole map against its budget; half the images and half the reach against it."""
    if not has_mnist():
        return
    experiment = Experiment.from_flat({"dataset": "mnist", "train_size": 100, "epochs": 1})
    weights = train(experiment).weights
    whole = ShiftSettings(circular=False, reach=8, images=1_000)
    fewer = ShiftSettings(circular=False, reach=8, images=500)
    nearer = ShiftSettings(circular=False, reach=4, images=1_000)
    with _processes(1) as (pool, _):
        # imports torch and loads the images
        pool.submit(_seconds, experiment, weights, ShiftSettings(circular=False, reach=1)).result()
        measured = {
            settings: min(
                pool.submit(_seconds, experiment, weights, settings).result() for _ in range(ROUNDS)
            )
            for settings in (whole, fewer, nearer)
        }
    full = measured[whole]
    yield _line("shift map of 1,000 images, 17 x 17 shifts, against its budget", full, BUDGET)
    yield _line("500 images against 1,000 (linear: .5)", measured[fewer], full)
    yield _line("9 x 9 shifts against 17 x 17 (linear: .28)", measured[nearer], full)


def _line(name: str, subject: float, reference: float) -> Line:
    return Line(
        name=name,
        ratio=subject / reference,
        subject=subject,
        reference=reference,
        rounds=ROUNDS,
    )


def _seconds(experiment: Experiment, weights: bytes, settings: ShiftSettings) -> float:
    began = time.perf_counter()
    ShiftMapRequest(experiment, settings).compute(weights)
    return time.perf_counter() - began
