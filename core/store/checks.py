"""Can a run be the result of a training? Its figures alone, and against its configuration."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

import safetensors
from pydantic import TypeAdapter, ValidationError

from core.config import DataConfig
from core.errors import ConfigError, PoolscopeError
from core.network import describe
from core.run import Run, Status
from core.store.digests import DamagedError

Labels = Callable[[DataConfig], bytes | None]
"""the class of each test image of a data set, one byte each; None where they are not at hand"""

BUILT_IN = ("digits", "shapes")
"""data sets that every machine has: nothing is downloaded, and no folder is read for others"""
HEADER = 2**16
"""bytes of names and shapes in front of the numbers, with some to spare"""
BYTES_A_PARAMETER = 8
"""of float32, and as many again for the running statistics of batch norm"""

_RUN: TypeAdapter[Run] = TypeAdapter(Run)


def labels_at_hand(labels: Callable[[DataConfig], bytes]) -> Labels:
    """The same function for data sets that every machine has, asked once for each; else None."""

    @cache
    def built_in(dataset: str) -> bytes | None:
        # shapes have the same classes at every size and difficulty
        try:
            return labels(DataConfig.model_validate({"dataset": dataset}))
        except PoolscopeError:
            return None

    return lambda data: built_in(data.dataset) if data.dataset in BUILT_IN else None


def read_run(values: Mapping[str, object]) -> Run:
    """A run of values whose ranges, kinds and lengths are those of a run.

    Raises:
        DamagedError: one of them is not.
    """
    try:
        return _RUN.validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        message = first["msg"][:1].lower() + first["msg"][1:]
        received = repr(first["input"])
        shown = received if len(received) <= LONGEST_SHOWN else f"{received[:LONGEST_SHOWN]}…"
        raise DamagedError(f"{place}: {message}; received {shown}") from None


LONGEST_SHOWN = 40


def check_values(run: Run) -> None:
    """Hold the figures of a run against the ranges, kinds and lengths of a run.

    Raises:
        DamagedError: one of them is no figure of a run.
    """
    values: dict[str, Any] = {each.name: getattr(run, each.name) for each in fields(run)}
    values["epochs"] = [_by_name(epoch) for epoch in run.epochs]
    values["checkpoints"] = [_by_name(each) for each in run.checkpoints]
    values["machine"] = _by_name(run.machine)
    read_run(values)


def _by_name(part: Any) -> dict[str, Any]:
    return {each.name: getattr(part, each.name) for each in fields(part)}


def check_checkpoints(run: Run) -> None:
    """Hold the checkpoints of a run against its weights and the steps of its training.

    Raises:
        DamagedError: they cannot be of this run.
    """
    if not run.checkpoints:
        return
    if run.status is not Status.DONE or not run.weights:
        raise DamagedError("it has checkpoints, and did not end well or has no weights")
    steps = [each.step for each in run.checkpoints]
    if steps != sorted(set(steps)) or steps[-1] >= run.experiment.steps:
        raise DamagedError("its checkpoints are not at steps of its training, one after the other")
    expected = _layout(run.weights)
    for each in run.checkpoints:
        if _layout(each.weights) != expected:
            raise DamagedError(f"its checkpoint at step {each.step} is of another network")


def _layout(weights: bytes) -> list[tuple[str, list[int], str]]:
    """Name, shape and kind of each tensor; half and single precision are one kind.

    Raises:
        DamagedError: these are no safetensors.
    """
    try:
        tensors = safetensors.deserialize(weights)  # type: ignore[no-untyped-call]
    except safetensors.SafetensorError as error:
        raise DamagedError(f"its checkpoints are no safetensors ({error})") from error
    kinds = {"F16": "F32"}
    return sorted(
        (name, list(part["shape"]), kinds.get(part["dtype"], part["dtype"]))
        for name, part in tensors
    )


def check_facts(run: Run, labels: Labels) -> None:
    """Hold a run against what follows from its configuration.

    Raises:
        DamagedError: it cannot be the result of that training.
    """
    try:
        totals = describe(run.experiment).totals
    except ConfigError as error:
        raise DamagedError(f"its network cannot be built ({error})") from error
    for name in ("parameters", "macs"):
        stated, counted = getattr(run, name), getattr(totals, name)
        if stated != counted:
            raise DamagedError(f"it states {stated:,} {name}, and its network has {counted:,}")
    if len(run.weights) > BYTES_A_PARAMETER * totals.parameters + HEADER:
        raise DamagedError("its weights are larger than its network")
    try:
        aware = datetime.fromisoformat(run.created).tzinfo is not None
    except ValueError:
        aware = False
    if not aware:
        raise DamagedError(f"its time is {run.created[:LONGEST_SHOWN]!r}")
    _check_epochs(run)
    _check_predictions(run, labels)
    check_checkpoints(run)


def _check_epochs(run: Run) -> None:
    total = run.experiment.hyperparameters.epochs
    done = run.status is Status.DONE
    if len(run.epochs) != total if done else len(run.epochs) >= total:
        raise DamagedError(f"it {run.status} after {len(run.epochs)} of {total} epochs")
    if [epoch.number for epoch in run.epochs] != list(range(1, len(run.epochs) + 1)):
        raise DamagedError("its epochs are not numbered from 1 on")
    times = [0.0, *(epoch.seconds for epoch in run.epochs), run.seconds]
    if times != sorted(times):
        raise DamagedError("its epochs end after each other in no possible order")


def _check_predictions(run: Run, labels: Labels) -> None:
    """One class for each test image, as many right as stated; none if the run diverged."""
    data, classes = run.experiment.data, run.experiment.classes
    images = data.entry.splits.test if run.status is Status.DONE else 0
    if len(run.predictions) != images:
        raise DamagedError(f"it has {len(run.predictions):,} predictions for {images:,} images")
    if (run.test_accuracy is None) == bool(images):
        raise DamagedError(f"it is {run.status}, and its test accuracy is {run.test_accuracy}")
    if run.test_accuracy is None:
        return
    if max(run.predictions, default=0) >= classes:
        raise DamagedError(f"it predicts class {max(run.predictions)} of {classes}")
    right = round(run.test_accuracy * images)
    true = labels(data)
    if true is not None:
        right = sum(map(int.__eq__, run.predictions, true))
    if run.test_accuracy != right / images:
        raise DamagedError(
            f"its predictions give a test accuracy of {right / images:.4f}, and it states "
            f"{run.test_accuracy:.4f}"
        )
