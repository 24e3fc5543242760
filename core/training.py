"""From an experiment to a run: the training loop.

SGD with Nesterov momentum and a one-cycle schedule, batches by index from memory. The same
experiment gives the same bits on one machine, alone or beside others: one thread, deterministic
algorithms, and a generator of its own for each source of chance, so that an arm with dropout
still sees its batches in the order in which its pair sees them.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from math import ceil, isfinite

import safetensors.torch
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import core
from core.architecture import describe
from core.config import Experiment
from core.data import Labelled, load, to_input, translate
from core.model import build_model, generator
from core.run import Epoch, Machine, Run, Status

MOMENTUM = 0.9
TRAIN_SAMPLE = 5_000
"""training images on which the figures of an epoch are taken: the first ones, for every seed"""
EVALUATION_BATCH = 256


class Cancelled(Exception):  # noqa: N818 (an answer to a request, not an error)
    """The training was asked to stop; it leaves nothing behind."""


@dataclass(frozen=True, slots=True)
class Score:
    """Mean loss (cross-entropy, nats) and accuracy (fraction) on a set of images."""

    loss: float
    accuracy: float


def train(
    experiment: Experiment,
    on_epoch: Callable[[Epoch], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Run:
    """Train one network.

    Args:
        experiment: what to train.
        on_epoch: called after each epoch with its figures.
        should_stop: asked before every batch; it should answer at once.

    Returns:
        The run. If the loss stops being finite it ends there with status `diverged`.

    Raises:
        Cancelled: `should_stop` said so.
        ConfigError: the network cannot be built.
        DataError: the data set cannot be loaded.
    """
    totals = describe(experiment.model, experiment.input_shape, experiment.classes).totals
    splits = load(experiment.data)
    with _deterministic(experiment.seed):
        model = build_model(
            experiment.model, experiment.input_shape, experiment.classes, experiment.seed
        ).to(memory_format=torch.channels_last)
        started = time.perf_counter()
        epochs: list[Epoch] = []
        status = Status.DONE
        for losses in _epochs(model, experiment, splits.train, should_stop or _never):
            train_score = evaluate(model, splits.train.first(TRAIN_SAMPLE))
            validation = evaluate(model, splits.validation)
            if not all(map(isfinite, (*losses, train_score.loss, validation.loss))):
                status = Status.DIVERGED
                break
            epochs.append(
                Epoch(
                    number=len(epochs) + 1,
                    train_loss=train_score.loss,
                    train_accuracy=train_score.accuracy,
                    validation_loss=validation.loss,
                    validation_accuracy=validation.accuracy,
                    seconds=time.perf_counter() - started,
                )
            )
            if on_epoch:
                on_epoch(epochs[-1])
        done = status is Status.DONE
        classes = predict(model, splits.test).argmax(1) if done else None
        return Run(
            experiment=experiment,
            status=status,
            epochs=tuple(epochs),
            test_accuracy=None if classes is None else _share(classes == splits.test.labels),
            parameters=totals.parameters,
            macs=totals.macs,
            seconds=time.perf_counter() - started,
            machine=_machine(),
            created=datetime.now(UTC).isoformat(timespec="milliseconds"),
            predictions=b"" if classes is None else classes.to(torch.uint8).numpy().tobytes(),
            weights=_weights(model),
        )


def _never() -> bool:
    return False


def _epochs(
    model: nn.Module, experiment: Experiment, data: Labelled, should_stop: Callable[[], bool]
) -> Iterator[list[float]]:
    """Train epoch by epoch; after each, yield the losses of its batches."""
    recipe = experiment.recipe
    steps = ceil(len(data) / recipe.batch_size)
    optimiser = torch.optim.SGD(
        model.parameters(),
        lr=recipe.lr,
        momentum=MOMENTUM,
        nesterov=True,
        weight_decay=recipe.weight_decay,
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=recipe.lr, total_steps=recipe.epochs * steps, cycle_momentum=False
    )
    order = generator(experiment.seed, "order")
    shifts = generator(experiment.seed, "shift")
    for _ in range(recipe.epochs):
        losses: list[float] = []
        model.train()
        # equal parts, so that no batch is a single image that batch norm could not use
        for batch in torch.randperm(len(data), generator=order).tensor_split(steps):
            if should_stop():
                raise Cancelled
            images = data.images[batch]
            reach = experiment.data.augment_shift
            if reach:
                shift = torch.randint(-reach, reach + 1, (len(batch), 2), generator=shifts)
                images = translate(images, shift, experiment.data.entry.background)
            loss = F.cross_entropy(model(to_input(images, data.standard)), data.labels[batch])
            losses.append(loss.item())
            if not isfinite(losses[-1]):
                break
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
        yield losses


def predict(model: nn.Module, data: Labelled) -> Tensor:
    """Logits (N, classes) in evaluation mode; the mode of the model is restored."""
    with _evaluating(model), torch.inference_mode():
        return torch.cat(
            [
                model(to_input(images, data.standard))
                for images in torch.split(data.images, EVALUATION_BATCH)
            ]
        )


def evaluate(model: nn.Module, data: Labelled) -> Score:
    """Loss and accuracy on a set of images, in evaluation mode, without augmentation."""
    logits = predict(model, data)
    loss = F.cross_entropy(logits, data.labels).item()
    return Score(loss, _share(logits.argmax(1) == data.labels))


def _share(right: Tensor) -> float:
    """Fraction of true values, exact in double precision."""
    return int(right.sum()) / len(right)


def _weights(model: nn.Module) -> bytes:
    """The state as safetensors bytes; row-major, as the format wants it."""
    state = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    return safetensors.torch.save(state)


def _machine() -> Machine:
    return Machine(
        device="cpu",
        capability=torch.backends.cpu.get_cpu_capability(),
        versions={
            "poolscope": core.__version__,
            # its own type would import torch wherever a run is unpickled
            "torch": str(torch.__version__),
            "numpy": version("numpy"),
        },
    )


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    before = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(before)


@contextmanager
def _deterministic(seed: int) -> Iterator[None]:
    """One thread, deterministic algorithms and a seeded generator, restored at the end.

    The global generator serves dropout and the random operators only.
    """
    threads, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    with torch.random.fork_rng(devices=[]):
        torch.set_num_threads(1)
        torch.use_deterministic_algorithms(mode=True)
        torch.manual_seed(generator(seed, "layers").initial_seed())
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(mode=strict)
            torch.set_num_threads(threads)
