"""Runs that nobody trained, for the tests of the store and the programs that they start."""

import json
from typing import Any

from core.config import Experiment
from core.run import Epoch, Machine, Run, Status


def some_weights(size: int = 64, fill: int = 0) -> bytes:
    """A safetensors file with one tensor of `size` bytes."""
    header = {"block1.weight": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + bytes([fill]) * size


def some_epochs(count: int) -> tuple[Epoch, ...]:
    """Epochs whose figures are all different and have no short decimal form."""
    return tuple(
        Epoch(
            number=number,
            train_loss=2 / (3 * number),
            train_accuracy=1 - 1 / (7 * number),
            validation_loss=2 / (3.1 * number),
            validation_accuracy=1 - 1 / (6 * number),
            seconds=number / 9,
        )
        for number in range(1, count + 1)
    )


def a_run(seed: int = 0, *, weights_size: int = 64, **flat: Any) -> Run:
    """A run that ended well; flat names change its configuration."""
    return Run(
        experiment=Experiment.from_flat({"seed": seed, **flat}),
        status=Status.DONE,
        epochs=some_epochs(3),
        test_accuracy=293 / 300,
        parameters=5_098,
        macs=93_504,
        seconds=10 / 3,
        machine=Machine(device="cpu", capability="AVX2", versions={"torch": "2.14.0"}),
        created=f"2026-01-01T00:00:00.{seed % 1000:03}+00:00",
        predictions=bytes(image % 10 for image in range(300)),
        weights=some_weights(weights_size, fill=seed % 256),
    )
