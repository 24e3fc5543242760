"""How long does a network take? Times training steps, layers and forward passes in turns."""

import platform
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from statistics import median

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.analyses.latency import (
    DISCARDED_PASSES,
    LATENCY_BATCHES,
    LATENCY_PASSES,
    LATENCY_SECONDS,
    LEAST_PASSES,
    Latencies,
    Latency,
    thread_counts,
)
from core.analyses.times import (
    TIMED_BATCH,
    TIMED_REPEATS,
    WARM_UP_ROUNDS,
    LayerTime,
    StepTime,
    Times,
)
from core.config import MOMENTUM, Experiment
from core.network.build import build_model, generator, steps


def times(experiments: Sequence[Experiment], rounds: int) -> Times:
    """Time networks on one thread, on images of noise; each network has one turn per round.

    A layer is timed by itself, on the input that it gets in the network; its backward time covers
    the gradients of its input and its weights. The rest of a training step (loss, optimiser,
    bookkeeping) is included in the time of the step only.
    """
    with _threads(1):
        networks = [_Timed.of(experiment) for experiment in experiments]
        steps: list[list[float]] = [[] for _ in networks]
        parts: list[list[dict[str, tuple[float, float]]]] = [[] for _ in networks]
        for number in range(WARM_UP_ROUNDS + rounds):
            for index, network in enumerate(networks):
                step, seconds = network.step(), network.parts()
                if number >= WARM_UP_ROUNDS:
                    steps[index].append(step)
                    parts[index].append(seconds)
    measured = {
        network.experiment.key: StepTime(tuple(steps[index]), _by_layer(parts[index]))
        for index, network in enumerate(networks)
    }
    return Times(f"{platform.machine()}, one thread", TIMED_BATCH, measured)


def latencies(experiments: Sequence[Experiment]) -> Latencies:
    """Time forward passes of networks in evaluation, on images of noise.

    Networks take turns pass by pass, so that a disturbance of the machine meets all of them.
    """
    models = [_ready(experiment) for experiment in experiments]
    measured: list[list[Latency]] = [[] for _ in models]
    for batch, threads in product(LATENCY_BATCHES, thread_counts()):
        images = [_noise(experiment, batch) for experiment in experiments]
        seconds = _passes(models, images, threads)
        for own, taken in zip(measured, seconds, strict=True):
            high = float(np.quantile(taken, 0.95))
            own.append(Latency(batch, threads, len(taken), median(taken), high))
    networks = {
        experiment.key: tuple(own) for experiment, own in zip(experiments, measured, strict=True)
    }
    return Latencies(platform.machine(), networks)


def _passes(
    models: Sequence[nn.Sequential], images: Sequence[Tensor], threads: int
) -> list[list[float]]:
    """Seconds of every measured pass of every model, without those in which they settle."""
    seconds: list[list[float]] = [[] for _ in models]
    end = time.perf_counter() + LATENCY_SECONDS * len(models)
    with _threads(threads), torch.inference_mode():
        for number in range(DISCARDED_PASSES + LATENCY_PASSES):
            if number >= DISCARDED_PASSES + LEAST_PASSES and time.perf_counter() > end:
                break
            for model, x, own in zip(models, images, seconds, strict=True):
                start = time.perf_counter()
                model(x)
                taken = time.perf_counter() - start
                if number >= DISCARDED_PASSES:
                    own.append(taken)
    return seconds


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Have torch use this many threads, and as many as before afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _ready(experiment: Experiment) -> nn.Sequential:
    model = build_model(experiment.model, experiment.input_shape, experiment.classes)
    return model.to(memory_format=torch.channels_last).eval()


def _noise(experiment: Experiment, count: int) -> Tensor:
    images = torch.randn(count, *experiment.input_shape, generator=generator(0, "noise"))
    return images.contiguous(memory_format=torch.channels_last)


def _by_layer(rounds: list[dict[str, tuple[float, float]]]) -> dict[str, LayerTime]:
    return {
        name: LayerTime(
            tuple(parts[name][0] for parts in rounds), tuple(parts[name][1] for parts in rounds)
        )
        for name in rounds[0]
    }


@dataclass(frozen=True, slots=True)
class _Timed:
    experiment: Experiment
    model: nn.Sequential
    optimiser: torch.optim.Optimizer
    images: Tensor
    labels: Tensor
    layers: tuple[tuple[str, nn.Module, tuple[Tensor, ...]], ...]

    @classmethod
    def of(cls, experiment: Experiment) -> "_Timed":
        model = build_model(experiment.model, experiment.input_shape, experiment.classes)
        model.to(memory_format=torch.channels_last)
        images = _noise(experiment, TIMED_BATCH)
        labels = torch.arange(TIMED_BATCH) % experiment.classes
        optimiser = torch.optim.SGD(model.parameters(), 1e-3, MOMENTUM, nesterov=True)
        return cls(experiment, model, optimiser, images, labels, tuple(_with_inputs(model, images)))

    def step(self) -> float:
        """Median seconds of a whole training step."""

        def run() -> None:
            loss = F.cross_entropy(self.model(self.images), self.labels)
            self.optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimiser.step()

        return median(_clock(run) for _ in range(TIMED_REPEATS))

    def parts(self) -> dict[str, tuple[float, float]]:
        """Name of each layer -> its median seconds forward and backward."""
        return {name: _part(layer, inputs) for name, layer, inputs in self.layers}


def _with_inputs(
    model: nn.Sequential, x: Tensor
) -> Iterator[tuple[str, nn.Module, tuple[Tensor, ...]]]:
    """Yield the name of every layer, the layer, and the inputs that it gets."""
    for step in steps(model, x):
        yield step.name, step.layer, tuple(given.detach() for given in step.inputs)


def _part(layer: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[float, float]:
    forward, backward = [], []
    for _ in range(TIMED_REPEATS):
        given = [x.detach().requires_grad_() for x in inputs]
        start = time.perf_counter()
        y = layer(*given)
        middle = time.perf_counter()
        gradient = torch.ones_like(y)
        ready = time.perf_counter()
        torch.autograd.backward(y, gradient)
        backward.append(time.perf_counter() - ready)
        forward.append(middle - start)
    return median(forward), median(backward)


def _clock(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
