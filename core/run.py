"""What a training produces: a run, its epochs, and the summary shown in lists.

Pure data. Accuracies are fractions in 0..1; seconds are wall time of the training process.
"""

import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from core.config import Experiment

ARITHMETIC = ("processor", "torch", "onednn", "mkl")
"""what must match, in addition to the vector instruction set, for bit-identical results"""

NO_RUN = "none"
"""takes the place of a run's key for results that belong to no run"""

CPUINFO = Path("/proc/cpuinfo")

_X86 = ("vendor_id", "cpu family", "model", "stepping", "model name")
_ARM = ("CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision")


Number = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Fraction = Annotated[Number, Field(le=1)]
Count = Annotated[int, Field(strict=True, ge=0)]
Text = Annotated[str, Field(strict=True, max_length=300)]
"""types and ranges of the fields of a run; the store checks every run against them"""


class Status(StrEnum):
    """How a run ended. Cancelled and failed runs are not kept."""

    DONE = "done"
    DIVERGED = "diverged"
    """the loss stopped being a finite number"""


class Source(StrEnum):
    """Which store a run came from."""

    HERE = "here"
    BUNDLED = "bundled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """Losses and accuracies after one epoch, in evaluation mode and without augmentation.

    Attributes:
        number: 1 for the first.
        train_loss: mean cross-entropy on the fixed sample of training images.
        train_accuracy: on the same sample.
        validation_loss: mean cross-entropy on the validation split.
        validation_accuracy: on the validation split.
        seconds: since the start of the training, evaluation included.
    """

    number: Annotated[Count, Field(ge=1)]
    train_loss: Number
    train_accuracy: Fraction
    validation_loss: Number
    validation_accuracy: Fraction
    seconds: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A network in the middle of its training; the end is the run's own weights.

    Attributes:
        step: optimiser steps done by then; 0 before the first.
        validation_accuracy: on the validation split.
        weights: state of the network as safetensors bytes; in half precision where that changes no
            answer on the test images, in single precision otherwise.
    """

    step: Count
    validation_accuracy: Fraction
    weights: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The machine that trained a run; recorded, but not part of the run's key.

    Attributes:
        device: cpu, cuda or mps.
        capability: the CPU's vector instruction set or the GPU's name.
        versions: package -> version, and "processor" -> model of the CPU, which runs of earlier
            versions lack.
    """

    device: Text
    capability: Text
    versions: Annotated[Mapping[Text, Text], Field(max_length=50)] = field(default_factory=dict)

    @property
    def arithmetic(self) -> tuple[str, ...] | None:
        """Everything that determines the bits of a result; None if part of it is not recorded.

        Two processors with the same vector instructions can round differently, because oneDNN and
        MKL choose kernels by processor model. On a GPU nothing is guaranteed, hence None.
        """
        recorded = [self.versions.get(name) for name in ARITHMETIC]
        parts = tuple(part for part in recorded if part is not None)
        if self.device != "cpu" or len(parts) < len(recorded):
            return None
        return (self.capability, *parts)

    def gives_the_bits_of(self, other: "Machine") -> bool:
        """Whether an experiment is known to produce the same bits on both machines."""
        return self.arithmetic is not None and self.arithmetic == other.arithmetic


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A finished training.

    Attributes:
        experiment: what was trained.
        status: how it ended.
        epochs: one entry per finished epoch.
        test_accuracy: measured once, at the end; None if the run diverged.
        parameters: number of learned parameters of the network.
        macs: multiply-accumulate operations for one image.
        seconds: wall time of the training.
        machine: where it was trained.
        created: when it ended, UTC, ISO 8601.
        predictions: predicted class of each test image, one byte each; empty if it diverged.
        weights: state of the network as safetensors bytes; empty if it was not kept.
        checkpoints: the network before the end, by step; empty if they were not kept.
    """

    experiment: Experiment
    status: Status
    epochs: tuple[Epoch, ...]
    test_accuracy: Fraction | None
    parameters: Count
    macs: Count
    seconds: Number
    machine: Machine
    created: Text
    predictions: bytes = b""
    weights: bytes = b""
    checkpoints: tuple[Checkpoint, ...] = ()

    @property
    def key(self) -> str:
        """The key of its experiment."""
        return self.experiment.key

    @property
    def train_accuracy(self) -> float | None:
        """Accuracy on the fixed training sample after the last epoch; None if it diverged."""
        return self.epochs[-1].train_accuracy if self.status is Status.DONE else None

    @property
    def validation_accuracy(self) -> float | None:
        """Accuracy on the validation split after the last epoch; None if the run diverged."""
        return self.epochs[-1].validation_accuracy if self.status is Status.DONE else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One row in a list of runs: everything except epochs, predictions and weights."""

    key: str
    config: Mapping[str, object]
    status: Status
    seed: int
    train_accuracy: float | None
    validation_accuracy: float | None
    test_accuracy: float | None
    parameters: int
    macs: int
    seconds: float
    device: str
    capability: str
    created: str
    source: Source


@cache
def processor() -> str:
    """The model of this machine's processor, as the operating system reports it.

    It includes family, model and stepping, because a virtual machine may hide the name:
    "AuthenticAMD 25 17 1, AMD EPYC". If the system reports none, the machine type: "x86_64".
    """
    if CPUINFO.is_file():
        return from_cpuinfo(CPUINFO.read_text(encoding="utf-8", errors="replace"))
    if platform.system() == "Darwin":
        asked = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        answer = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
        return answer.stdout.strip() or platform.machine()
    return platform.processor() or platform.machine()


def from_cpuinfo(text: str) -> str:
    """The model of the first processor listed in the text of /proc/cpuinfo."""
    lines = (line.partition(":") for line in text.split("\n\n", maxsplit=1)[0].splitlines())
    stated = {name.strip(): value.strip() for name, _, value in lines}
    *numbers, name = (stated.get(field, "") for field in _X86)
    if not stated.get("vendor_id"):
        numbers, name = [stated.get(field, "") for field in _ARM], stated.get("Processor", "")
    parts = (" ".join(filter(None, numbers)), name)
    return ", ".join(filter(None, parts)) or platform.machine()
