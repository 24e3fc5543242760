"""Runs that nobody trained, for the tests of the store and the programs that they start."""

import json
import sqlite3
import zlib
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.config import DataConfig, Experiment
from core.network import describe
from core.run import Checkpoint, Epoch, Machine, Run, Status
from core.store.digests import COLUMNS, digest, epochs_digest, row_digest

DIGITS = bytes(
    int(digit)
    for digit in "315469702831564970283516497028351469702831564970283516497028351649702831564970"
    "28315469702831564970283156497028351469702835146970283516497028351649702831546970283514697028"
    "35164970283514697028351649702385146970238154697023815649702351846970231586497023158469702315"
    "64897023514689702315648970235164897032"
)
"""classes of the test images of the digits"""


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


STEPS = (0, 1, 2, 4, 19)
"""of the checkpoints of a run"""


def with_checkpoints(run: Run, size: int = 64) -> Run:
    """The same run with weights of a size in bytes, and as large ones at some steps before."""
    states = (
        Checkpoint(
            step=step,
            validation_accuracy=(number + 1) / 7,
            weights=some_weights(size, fill=number),
        )
        for number, step in enumerate(STEPS)
    )
    return replace(run, weights=some_weights(size, fill=99), checkpoints=tuple(states))


def a_trained_run(seed: int = 0, **flat: Any) -> Run:
    """A run in which everything agrees with its configuration; of seven images it is wrong."""
    run = a_run(seed, **{"epochs": 3, **flat})
    totals = describe(run.experiment).totals
    images = run.experiment.data.entry.splits.test
    given = bytearray(labels(run.experiment.data) or bytes(images))
    for image in range(7):
        given[image] = (given[image] + 1) % run.experiment.classes
    return replace(
        run,
        parameters=totals.parameters,
        macs=totals.macs,
        test_accuracy=(images - 7) / images,
        predictions=bytes(given),
    )


def labels(data: DataConfig) -> bytes | None:
    """The classes of the test images of the digits."""
    return DIGITS if data.dataset == "digits" else None


def reseal(path: Path) -> None:
    """Compute all digests again, as somebody who changed figures on purpose would."""
    with closing(sqlite3.connect(path)) as connection, connection:
        reseal_within(connection)


def reseal_within(connection: sqlite3.Connection) -> None:
    """The same over a connection that is open."""
    epochs = "SELECT * FROM epochs WHERE key = ? ORDER BY number"
    contents = "SELECT content FROM {} WHERE key = ?"
    for found in connection.execute(f"SELECT {', '.join(COLUMNS)} FROM runs").fetchall():
        row = dict(zip(COLUMNS, found, strict=True))
        (packed,), (weights,) = (
            connection.execute(contents.format(table), (row["key"],)).fetchone()
            for table in ("predictions", "weights")
        )
        each = [values[1:] for values in connection.execute(epochs, (row["key"],))]
        row["epochs_sha256"] = epochs_digest(each)
        row["predictions_sha256"] = digest(zlib.decompress(packed))
        row["weights_sha256"] = digest(weights)
        row["sha256"] = row_digest(list(row.values()))
        changes = ", ".join(f"{name} = :{name}" for name in COLUMNS)
        connection.execute(f"UPDATE runs SET {changes} WHERE key = :key", row)
        connection.execute(
            "UPDATE weights SET sha256 = ? WHERE key = ?", (digest(weights), row["key"])
        )
