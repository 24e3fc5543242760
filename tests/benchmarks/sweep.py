"""How fast is a sweep, against the loop that tutorials show, for the same networks?"""

import tempfile
import time
from collections.abc import Iterator
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
from tests.benchmarks.measure import Line

SEEDS, IMAGES, EPOCHS, BATCH = 4, 12_000, 1, 64


def lines() -> Iterator[Line]:
    """Seconds per image of a sweep, start-up counted, against the tutorial's loop."""
    here = settings.load()
    if not (here.data / "MNIST" / "raw").is_dir():
        print("sweep: left out, as MNIST is not under POOLSCOPE_DATA")
        return
    tutorial = _tutorial(here.data)
    sweep = _sweep(here.workers)
    yield Line(
        name=f"a sweep of {SEEDS} seeds, {IMAGES} MNIST images, against a tutorial's loop",
        ratio=sweep / tutorial,
        subject=sweep,
        reference=tutorial,
        rounds=1,
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


def _sweep(workers: int) -> float:
    """Seconds per training image, from the call to the last stored run."""
    experiments = [_experiment(seed) for seed in range(SEEDS)]
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        with Engine(RunStore(Path(folder) / "runs.db"), workers) as engine:
            engine.wait(engine.submit(experiments))
        return (time.perf_counter() - started) / (SEEDS * IMAGES * EPOCHS)


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
    started = time.perf_counter()
    for _ in range(EPOCHS):
        for x, y in loader:
            optimiser.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimiser.step()
    return (time.perf_counter() - started) / (IMAGES * EPOCHS)
