"""How fast is a sweep, against the loop that tutorials show, for the same networks?"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, Subset
from torchvision import transforms
from torchvision.datasets import MNIST

from core import settings
from core.config import Experiment
from core.engine import Engine
from core.model import build_model
from core.store import RunStore
from tests.benchmarks.measure import Line, has_mnist

SEEDS, IMAGES, EPOCHS, BATCH = 8, 12_000, 3, 64
PASSED = IMAGES * EPOCHS


def lines() -> Iterator[Line]:
    """Seconds per training image of a sweep, its evaluations included, against the loop."""
    if not has_mnist():
        return
    here = settings.load()
    with tempfile.TemporaryDirectory() as folder:
        before = _tutorial(here.data)
        with Engine(RunStore(Path(folder) / "runs.db"), here.workers) as engine:
            cold = _sweep(engine, range(SEEDS))
            between = _tutorial(here.data)
            # the workers run by now, and hold the data
            warm = _sweep(engine, range(SEEDS, 2 * SEEDS))
        after = _tutorial(here.data)
    what = f"{SEEDS} seeds of {IMAGES} MNIST images, {EPOCHS} epochs"
    loop = "against the tutorial's loop, per image"
    yield _line(f"a sweep of {what}, workers' start counted, {loop}", cold, (before + between) / 2)
    yield _line(f"the same in steady state, {loop}", warm, (between + after) / 2)


def _line(name: str, subject: float, reference: float) -> Line:
    return Line(
        name=name, ratio=subject / reference, subject=subject, reference=reference, rounds=1
    )


def _experiment(seed: int) -> Experiment:
    return Experiment.from_flat(
        {
            "dataset": "mnist",
            "train_size": IMAGES,
            "widths": "16,32,64",
            "norm": "batch",
            "epochs": EPOCHS,
            "batch_size": BATCH,
            "seed": seed,
        }
    )


def _sweep(engine: Engine, seeds: Sequence[int]) -> float:
    """Seconds per training image, from the call to the last stored run."""
    experiments = [_experiment(seed) for seed in seeds]
    began = time.perf_counter()
    jobs = engine.wait(engine.submit(experiments))
    seconds = time.perf_counter() - began
    if any(job.cause for job in jobs):
        raise RuntimeError(jobs)
    return seconds / (len(seeds) * PASSED)


def _tutorial(root: Path) -> float:
    """Seconds per training image of the usual loop, with torch's default threads."""
    experiment = _experiment(0)
    images = MNIST(
        root,
        transform=transforms.Compose(
            [transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))]
        ),
    )
    loader = DataLoader(Subset(images, range(IMAGES)), batch_size=BATCH, shuffle=True)
    model = build_model(experiment.model, experiment.input_shape, experiment.classes)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    began = time.perf_counter()
    for _ in range(EPOCHS):
        for x, y in loader:
            optimiser.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimiser.step()
    return (time.perf_counter() - began) / PASSED
