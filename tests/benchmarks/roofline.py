"""Which share of a training's time do its convolutions need by themselves, on one core?"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median

import torch
from torch import nn

from core.config import Experiment
from core.engine.forked import WORKER_ENVIRONMENT
from core.network import LayerKind, describe
from core.network.work import EVALUATION_BATCH
from core.training import train
from tests.benchmarks.measure import Line, has_mnist

IMAGES, EPOCHS, ROUNDS = 12_000, 1, 3


def lines() -> Iterator[Line]:
    """A whole training, evaluation included, against its bare convolutions."""
    if not has_mnist():
        return
    # as in a worker: the C library reads these once, when a process starts
    environment = {name: str(value) for name, value in WORKER_ENVIRONMENT.items()}
    answer = subprocess.run(
        [sys.executable, "-m", __name__],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        check=True,
    )
    for fields in json.loads(answer.stdout):
        yield Line(**fields)


def _measure() -> Iterator[Line]:
    torch.set_num_threads(1)
    experiment = Experiment.from_flat(
        {
            "dataset": "mnist",
            "train_size": IMAGES,
            "widths": "16,32,64",
            "norm": "batch",
            "epochs": EPOCHS,
            "batch_size": 64,
        }
    )
    train(experiment.with_flat(train_size=1000))
    whole, bare = [], []
    for _ in range(ROUNDS):
        trained = EPOCHS * IMAGES * _per_image(experiment, 64, backward=True)
        # a sample of training images and the validation split after each epoch; the test split
        evaluated = 10_000 * EPOCHS + 10_000
        trained += evaluated * _per_image(experiment, EVALUATION_BATCH, backward=False)
        bare.append(trained)
        whole.append(train(experiment).seconds)
    yield Line(
        name="a training on one core, evaluation included, against its bare convolutions",
        ratio=median(first / second for first, second in zip(whole, bare, strict=True)),
        subject=median(whole),
        reference=median(bare),
        rounds=ROUNDS,
    )


def _per_image(experiment: Experiment, batch: int, *, backward: bool) -> float:
    """Seconds that the convolutions of a network need for one image."""
    steps: list[tuple[nn.Conv2d, torch.Tensor, torch.Tensor]] = []
    for layer in describe(experiment).layers:
        if layer.kind is LayerKind.CONVOLUTION:
            inputs, outputs = layer.inputs[0], layer.shape[0]
            convolution = nn.Conv2d(inputs, outputs, 3, padding=1)
            convolution.to(memory_format=torch.channels_last)
            x = torch.randn(batch, *layer.inputs).to(memory_format=torch.channels_last)
            y = torch.randn(batch, *layer.shape).to(memory_format=torch.channels_last)
            # the first layer has no gradient to hand on
            steps.append((convolution, x.requires_grad_(backward and bool(steps)), y))
    seconds = []
    for _ in range(40):
        began = time.perf_counter()
        for convolution, x, y in steps:
            with torch.set_grad_enabled(backward):
                result = convolution(x)
            if backward:
                result.backward(y)
                x.grad = None
                convolution.zero_grad()
        seconds.append(time.perf_counter() - began)
    return median(seconds) / batch


if __name__ == "__main__":
    json.dump([line.as_dict() for line in _measure()], sys.stdout)
