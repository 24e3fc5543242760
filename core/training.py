"""From an experiment to a run: the training loop.

SGD with Nesterov momentum and a one-cycle schedule; batches are indexed from memory. On one
machine an experiment always produces the same bits, whether it trains alone or in parallel with
others: one thread, deterministic algorithms, and a separate generator for each source of
randomness, so that an arm with dropout still sees its batches in the same order as its pair.
"""

import platform
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from math import ceil, cos, isfinite, pi
from typing import Any

import safetensors.torch
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim.sgd import sgd

from core import settings
from core.config import FEW_STEPS, MOMENTUM, Experiment
from core.data import load
from core.data.tensors import LabelledTensors, as_tensors, to_input, translate
from core.errors import EngineError
from core.network import describe
from core.network.build import build_model, generator
from core.network.work import EVALUATION_BATCH
from core.run import Checkpoint, Epoch, Machine, Run, Status, processor
from core.settings import Device

RISE = 0.3
"""share of the steps in which the learning rate rises"""
LEAST_SCHEDULED = 3
"""fewest steps that make a rise, a peak and a fall"""
START_DIVISOR, END_DIVISOR = 25.0, 1e4
"""of the highest rate, where the rise starts; of that, where the fall ends"""


MOST_CHECKPOINTS = 64
"""of one run; of a longer training every second, third, ... epoch is kept"""
MOST_CHECKPOINT_BYTES = 32 * 2**20
"""of all checkpoints of a run in single precision; larger networks keep fewer"""

State = dict[str, Tensor]
"""of a network, by name"""


class Cancelled(Exception):  # noqa: N818 (an answer to a request, not an error)
    """The training was asked to stop; it produces no run."""


@dataclass(frozen=True, slots=True)
class Score:
    """Mean loss (cross-entropy, nats) and accuracy (fraction) on a set of images."""

    loss: float
    accuracy: float


def train(  # noqa: PLR0913 (what, where, and what is told meanwhile)
    experiment: Experiment,
    on_epoch: Callable[[Epoch], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    device: Device = Device.CPU,
    *,
    checkpoints: bool = False,
    on_state: Callable[[int, Callable[[], bytes]], None] | None = None,
) -> Run:
    """Train one network.

    Args:
        experiment: what to train.
        on_epoch: called after each epoch with its losses and accuracies.
        should_stop: called before every batch; it should return quickly.
        device: what to train on. Results are bit-identical on the CPU only.
        checkpoints: whether the run keeps the network at the steps of `checkpoint_steps`. This
            changes no bit of the result; what it takes is not part of the run's seconds.
        on_state: called after each step, and before the first, with the number of steps done and a
            function that returns the network as it is then, as safetensors bytes.

    Returns:
        The run. If the loss stops being finite, the run ends there with status `diverged`.

    Raises:
        Cancelled: `should_stop` returned True.
        ConfigError: the network cannot be built.
        DataError: the data set cannot be loaded.
        EngineError: this machine has no such device.
    """
    # raises before any image is loaded if the network cannot be built
    describe(experiment)
    place = torch_device(device)
    splits = load(experiment.data)
    training, validation, test = (
        as_tensors(part, place) for part in (splits.train, splits.validation, splits.test)
    )
    with _deterministic(experiment.seed, place):
        model = build_model(
            experiment.model, experiment.input_shape, experiment.classes, experiment.seed
        )
        model.to(place).to(memory_format=torch.channels_last)
        started = time.perf_counter()
        epochs: list[Epoch] = []
        shown = training.first(experiment.data.entry.evaluated), validation
        recorder = _Recorder(model, _steps(model, experiment) if checkpoints else (), on_state)
        for losses in _epochs(model, experiment, training, should_stop or _never, recorder):
            epoch = _measured(model, shown, losses, len(epochs) + 1, started)
            if epoch is None:
                break
            epochs.append(epoch)
            if on_epoch:
                on_epoch(epoch)
        run = _run(experiment, model, epochs, test, started)
        # after the run has its seconds and its answers: this puts other weights into the model
        kept = recorder.checkpoints(validation, test) if run.status is Status.DONE else ()
        return replace(run, checkpoints=kept)


def _never() -> bool:
    return False


def _measured(
    model: nn.Module,
    shown: tuple[LabelledTensors, LabelledTensors],
    losses: Sequence[float],
    number: int,
    started: float,
) -> Epoch | None:
    """Losses and accuracies after an epoch; None if a loss is no longer finite.

    Args:
        model: the network.
        shown: the training and the validation images that it is evaluated on.
        losses: losses of the epoch's batches.
        number: number of the epoch, from 1.
        started: when the training began, on the clock `perf_counter`.
    """
    train_score, validation = (evaluate(model, images) for images in shown)
    if not all(map(isfinite, (*losses, train_score.loss, validation.loss))):
        return None
    return Epoch(
        number=number,
        train_loss=train_score.loss,
        train_accuracy=train_score.accuracy,
        validation_loss=validation.loss,
        validation_accuracy=validation.accuracy,
        seconds=time.perf_counter() - started,
    )


def _run(
    experiment: Experiment,
    model: nn.Module,
    epochs: Sequence[Epoch],
    test: LabelledTensors,
    started: float,
) -> Run:
    """The finished run; one with fewer epochs than the experiment asks for has diverged."""
    totals = describe(experiment).totals
    done = len(epochs) == experiment.hyperparameters.epochs
    answers = predict(model, test).argmax(1) if done else None
    return Run(
        experiment=experiment,
        status=Status.DONE if done else Status.DIVERGED,
        epochs=tuple(epochs),
        test_accuracy=None if answers is None else _share(answers == test.labels),
        parameters=totals.parameters,
        macs=totals.macs,
        seconds=time.perf_counter() - started,
        machine=_machine(test.labels.device),
        created=datetime.now(UTC).isoformat(timespec="milliseconds"),
        predictions=b"" if answers is None else answers.to("cpu", torch.uint8).numpy().tobytes(),
        weights=_weights(model),
    )


def checkpoint_steps(batches: int, epochs: int, most: int = MOST_CHECKPOINTS) -> tuple[int, ...]:
    """Optimiser steps at which a run is kept: 0, 1, 2, 4, ... of the first epoch, and each epoch.

    Args:
        batches: steps of an epoch.
        epochs: how many; the end of the last is the run itself, and no checkpoint.
        most: checkpoints; if there would be more, epochs are left out at equal distances, then the
            last of the early steps.
    """
    early = [0, *(2**power for power in range(batches.bit_length()) if 2**power < batches)]
    room = max(1, most - len(early))
    apart = max(1, ceil((epochs - 1) / room))
    return tuple([*early, *(batches * epoch for epoch in range(apart, epochs, apart))][:most])


def _steps(model: nn.Module, experiment: Experiment) -> tuple[int, ...]:
    """The steps at which this training is kept."""
    size = sum(tensor.nbytes for tensor in model.state_dict().values())
    most = min(MOST_CHECKPOINTS, MOST_CHECKPOINT_BYTES // size)
    return checkpoint_steps(experiment.batches, experiment.hyperparameters.epochs, most)


class _Recorder:
    """Copies the state of a network at some steps of its training, and offers it at each.

    Args:
        model: the network.
        steps: at which it is copied.
        offer: is called with each step and a function that returns the network as it is then.
    """

    def __init__(
        self,
        model: nn.Module,
        steps: Sequence[int],
        offer: Callable[[int, Callable[[], bytes]], None] | None,
    ) -> None:
        self._model = model
        self._offer = offer
        self._steps = frozenset(steps)
        self._states: dict[int, State] = {}

    def __call__(self, step: int) -> None:
        """Note that a number of optimiser steps is done."""
        if step in self._steps:
            state = self._model.state_dict()
            self._states[step] = {name: tensor.cpu().clone() for name, tensor in state.items()}
        if self._offer:
            self._offer(step, partial(_weights, self._model))

    def checkpoints(
        self, validation: LabelledTensors, test: LabelledTensors
    ) -> tuple[Checkpoint, ...]:
        """What was copied, each in half precision if that changes no answer on the test images.

        The model has other weights afterwards.
        """
        return tuple(
            self._checkpoint(step, state, validation, test) for step, state in self._states.items()
        )

    def _checkpoint(
        self, step: int, state: State, validation: LabelledTensors, test: LabelledTensors
    ) -> Checkpoint:
        self._model.load_state_dict(state)
        accuracy = evaluate(self._model, validation).accuracy
        halved = {name: t.half() if t.is_floating_point() else t for name, t in state.items()}
        kept = halved if _alike(self._model, state, halved, test) else state
        return Checkpoint(step=step, validation_accuracy=accuracy, weights=_saved(kept))


def _alike(model: nn.Module, one: State, other: State, data: LabelledTensors) -> bool:
    """Whether a network gives the same answers with two states; the model has the first then."""
    if not all(tensor.isfinite().all() for tensor in other.values()):
        return False
    model.load_state_dict(other)
    answers = predict(model, data).argmax(1)
    model.load_state_dict(one)
    return torch.equal(answers, predict(model, data).argmax(1))


def _epochs(
    model: nn.Module,
    experiment: Experiment,
    data: LabelledTensors,
    should_stop: Callable[[], bool],
    on_step: Callable[[int], None],
) -> Iterator[list[float]]:
    """Train epoch by epoch and yield the losses of batches; `on_step` is told the steps done."""
    batches = ceil(len(data) / experiment.hyperparameters.batch_size)
    descent = _Descent(model, experiment)
    order = generator(experiment.seed, "order")
    shifts = generator(experiment.seed, "shift")
    reach = experiment.data.augment_shift
    on_step(0)
    for _ in range(experiment.hyperparameters.epochs):
        losses: list[float] = []
        model.train()
        # drawn on the CPU, so that every device sees the same batches
        shuffled = torch.randperm(len(data), generator=order).to(data.labels.device)
        # equal parts, so that no batch is left with a single image, which batch norm cannot use
        for batch in shuffled.tensor_split(batches):
            if should_stop():
                raise Cancelled
            images = data.images[batch]
            if reach:
                shift = torch.randint(-reach, reach + 1, (len(batch), 2), generator=shifts)
                shift = shift.to(images.device)
                images = translate(images, shift, experiment.data.entry.background)
            loss = F.cross_entropy(model(to_input(images, data.normalisation)), data.labels[batch])
            losses.append(loss.item())
            if not isfinite(losses[-1]):
                break
            model.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            descent.step()
            on_step(descent.steps)
        yield losses


class _Descent:
    """SGD with Nesterov momentum and a scheduled learning rate.

    The functional form of torch's optimiser: its class imports the compiler, which takes more than
    a second of every start and which a training does not use.

    Attributes:
        steps: how many steps have been taken.
    """

    def __init__(self, model: nn.Module, experiment: Experiment) -> None:
        self.steps = 0
        self._experiment = experiment
        self._momenta: dict[Tensor, Tensor | None] = dict.fromkeys(model.parameters())

    @torch.no_grad()
    def step(self) -> None:
        """Follow the gradients of those parameters that have one."""
        gradients = {each: each.grad for each in self._momenta if each.grad is not None}
        momenta = [self._momenta[parameter] for parameter in gradients]
        sgd(
            list(gradients),
            list(gradients.values()),
            momenta,
            weight_decay=self._experiment.hyperparameters.weight_decay,
            momentum=MOMENTUM,
            lr=scheduled_rate(self._experiment, self.steps),
            dampening=0.0,
            nesterov=True,
            maximize=False,
        )
        self._momenta.update(zip(gradients, momenta, strict=True))
        self.steps += 1


def scheduled_rate(experiment: Experiment, step: int) -> float:
    """The learning rate of a step, counted from 0: one rise and fall over all of them.

    Half a cosine from a 25th of the rate that was asked for up to it, then half a cosine down to a
    ten-thousandth of where it began (the one-cycle schedule of Smith and Topin 2018, as torch's
    `OneCycleLR` has it). Few steps would jump over the peak; then the rise ends on a step, so that
    one has the rate that was asked for, and where there is no room for a rise and a fall, all have
    it.
    """
    peak, steps = experiment.hyperparameters.lr, experiment.steps
    if steps < LEAST_SCHEDULED:
        return peak
    rise = max(2, round(RISE * steps)) / steps if steps < FEW_STEPS else RISE
    top, last = rise * steps - 1, steps - 1
    start = peak / START_DIVISOR
    if step <= top:
        return _half_cosine(start, peak, step / top)
    return _half_cosine(peak, start / END_DIVISOR, (step - top) / (last - top))


def _half_cosine(start: float, end: float, done: float) -> float:
    return end + (start - end) / 2 * (cos(pi * done) + 1)


def predict(model: nn.Module, data: LabelledTensors) -> Tensor:
    """Logits (N, classes), computed in evaluation mode; the model's mode is restored."""
    with _evaluating(model), torch.inference_mode():
        return torch.cat(
            [
                model(to_input(images, data.normalisation))
                for images in torch.split(data.images, EVALUATION_BATCH)
            ]
        )


def evaluate(model: nn.Module, data: LabelledTensors) -> Score:
    """Loss and accuracy on a set of images, in evaluation mode, without augmentation."""
    logits = predict(model, data)
    loss = F.cross_entropy(logits, data.labels).item()
    return Score(loss, _share(logits.argmax(1) == data.labels))


def _share(right: Tensor) -> float:
    """Fraction of true values, in double precision."""
    return int(right.sum()) / len(right)


def _weights(model: nn.Module) -> bytes:
    """The state of the model as safetensors bytes."""
    return _saved(model.state_dict())


def _saved(state: State) -> bytes:
    """Safetensors bytes; row-major, as the format requires."""
    return safetensors.torch.save(
        {name: tensor.cpu().contiguous() for name, tensor in state.items()}
    )


def torch_device(device: Device) -> torch.device:
    """The torch device that a setting names on this machine.

    Raises:
        EngineError: this machine has no such device.
    """
    available = [Device.CPU]
    if torch.backends.mps.is_available():
        available.insert(0, Device.MPS)
    if torch.cuda.is_available():
        available.insert(0, Device.CUDA)
    if device is Device.AUTO:
        return torch.device(available[0])
    if device not in available:
        raise EngineError(
            f"device: this machine has {', '.join(reversed(available))}; received {device}"
        )
    return torch.device(device)


def _machine(place: torch.device) -> Machine:
    name = {
        Device.CPU: torch.backends.cpu.get_cpu_capability,
        Device.CUDA: torch.cuda.get_device_name,
        Device.MPS: platform.processor,
    }
    return Machine(
        device=place.type,
        capability=name[Device(place.type)](),
        versions={
            "poolscope": settings.__version__,
            # torch's own string type would import torch wherever a run is unpickled
            "torch": str(torch.__version__),
            "numpy": version("numpy"),
            "onednn": _library("MKL-DNN"),
            "mkl": _library("Math Kernel Library"),
            "processor": processor(),
        },
    )


def _library(name: str) -> str:
    """The version of a library that torch was built with, or "none" if torch does not list it."""
    stated = re.search(rf"{re.escape(name)}\D* v?(\d[\w.-]*)", torch.__config__.show())
    return stated[1] if stated else "none"


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    before = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(before)


@contextmanager
def _deterministic(seed: int, place: torch.device) -> Iterator[None]:
    """Use one thread, deterministic algorithms and a seeded global generator; restore them.

    Only dropout and the random operators draw from the global generator. On a GPU not every
    operation has a deterministic algorithm, so none is required there.
    """
    threads, strictness = torch.get_num_threads(), torch.get_deterministic_debug_mode()
    guard: Any = torch.utils.deterministic
    filling = guard.fill_uninitialized_memory
    with torch.random.fork_rng(devices=[place] if place.type == Device.CUDA else []):
        torch.set_num_threads(1)
        # does what `use_deterministic_algorithms` does, which imports the compiler to tell it too
        torch.set_deterministic_debug_mode("error" if place.type == Device.CPU else "default")
        # filling every new tensor, in case it is read before it is written, takes 1/7 of the time
        guard.fill_uninitialized_memory = False
        torch.manual_seed(generator(seed, "layers").initial_seed())
        try:
            yield
        finally:
            guard.fill_uninitialized_memory = filling
            torch.set_deterministic_debug_mode(strictness)
            torch.set_num_threads(threads)
