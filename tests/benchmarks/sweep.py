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
from core.network.build import build_model
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
    for name, sweep, loops in (
        (f"a sweep of {what}, workers' start counted,", cold, (before, between)),
        ("the same in steady state", warm, (between, after)),
    ):
        bare, reporting = (sum(seconds) / 2 for seconds in zip(*loops, strict=True))
        yield _line(
            f"{name} against a tutorial's loop that tests after each epoch", sweep, reporting
        )
        yield _line(f"{name} against that loop without its tests", sweep, bare)


def _line(name: str, subject: float, reference: float) -> Line:
    return Line(
        name=f"{name}, seconds per training image",
        ratio=subject / reference,
        subject=subject,
        reference=reference,
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


def _sweep(engine: Engine, seeds: Sequence[int]) -> float:
    """Seconds per training image, from the call to the last stored run."""
    experiments = [_experiment(seed) for seed in seeds]
    began = time.perf_counter()
    jobs = engine.wait(engine.submit(experiments))
    seconds = time.perf_counter() - began
    if any(job.cause for job in jobs):
        raise RuntimeError(jobs)
    return seconds / (len(seeds) * PASSED)


def _tutorial(root: Path) -> tuple[float, float]:
    """Seconds per training image of the usual loop, with torch's default threads.

    Returns:
        Without and with its test after each epoch: the test set's 10,000 images. A sweep looks at
        as many after each epoch, 5,000 training and 5,000 validation images.
    """
    experiment = _experiment(0)
    transform = transforms.Compose(
        [transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))]
    )
    images = Subset(MNIST(root, transform=transform), range(IMAGES))
    loader = DataLoader(images, batch_size=BATCH, shuffle=True)
    tests = DataLoader(MNIST(root, train=False, transform=transform), batch_size=1000)
    model = build_model(experiment.model, experiment.input_shape, experiment.classes)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    training = testing = 0.0
    for _ in range(EPOCHS):
        began = time.perf_counter()
        model.train()
        for x, y in loader:
            optimiser.zero_grad()
            F.cross_entropy(model(x), y).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        trained = time.perf_counter()
        model.eval()
        with torch.no_grad():
            sum(int((model(x).argmax(1) == y).sum()) for x, y in tests)
        training += trained - began
        testing += time.perf_counter() - trained
    return training / PASSED, (training + testing) / PASSED
