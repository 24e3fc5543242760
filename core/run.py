"""What a training leaves behind: a run, its epochs, and the summary that lists show.

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
"""what has to agree, beside the vector set, for results to agree bit by bit"""

NO_RUN = "none"
"""stands for the key of a run where what a worker computed belongs to none"""

CPUINFO = Path("/proc/cpuinfo")

_X86 = ("vendor_id", "cpu family", "model", "stepping", "model name")
_ARM = ("CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision")


Number = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Fraction = Annotated[Number, Field(le=1)]
Count = Annotated[int, Field(strict=True, ge=0)]
Text = Annotated[str, Field(strict=True, max_length=300)]
"""kinds and ranges of what a training leaves behind; the store holds every run against them"""


class Status(StrEnum):
    """How a run ended. A run that was cancelled or failed is not kept."""

    DONE = "done"
    DIVERGED = "diverged"
    """the loss stopped being a finite number"""


class Source(StrEnum):
    """Which store a run came from."""

    HERE = "here"
    BUNDLED = "bundled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """Figures after one epoch, taken in evaluation mode and without augmentation.

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
class Machine:
    """On what a run was trained; recorded, and no part of its key.

    Attributes:
        device: cpu, cuda or mps.
        capability: the CPU's vector set or the GPU's name.
        versions: package -> version; and under "processor" the model of the CPU, which runs of
            earlier versions do not state.
    """

    device: Text
    capability: Text
    versions: Annotated[Mapping[Text, Text], Field(max_length=50)] = field(default_factory=dict)

    @property
    def arithmetic(self) -> tuple[str, ...] | None:
        """Everything that decides the bits of a result; None if a part of it is not recorded.

        Two processors with one vector set can round differently: the kernels that oneDNN and MKL
        choose depend on the model. On a GPU nothing is promised.
        """
        recorded = [self.versions.get(name) for name in ARITHMETIC]
        parts = tuple(part for part in recorded if part is not None)
        if self.device != "cpu" or len(parts) < len(recorded):
            return None
        return (self.capability, *parts)

    def gives_the_bits_of(self, other: "Machine") -> bool:
        """Whether the same experiment gives the same bits on both, as far as is recorded."""
        return self.arithmetic is not None and self.arithmetic == other.arithmetic


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A finished training.

    Attributes:
        experiment: what was asked for.
        status: how it ended.
        epochs: one entry per finished epoch.
        test_accuracy: read once at the end; None if the run diverged.
        parameters: learned parameters of the network.
        macs: multiply-accumulate operations for one image.
        seconds: wall time of the training.
        machine: where it was trained.
        created: UTC time of its end, ISO 8601.
        predictions: class given to each test image, one byte each; empty if it diverged.
        weights: safetensors bytes of the state; empty if they were not kept.
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

    @property
    def key(self) -> str:
        """The key of its experiment."""
        return self.experiment.key

    @property
    def train_accuracy(self) -> float | None:
        """After the last epoch, on the fixed sample; None if the run diverged."""
        return self.epochs[-1].train_accuracy if self.status is Status.DONE else None

    @property
    def validation_accuracy(self) -> float | None:
        """After the last epoch; None if the run diverged."""
        return self.epochs[-1].validation_accuracy if self.status is Status.DONE else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """A row of a list of runs: everything but epochs, predictions and weights."""

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
    """The model of this machine's processor, as its system names it.

    Numbers are part of it, because a virtual machine may hide the name: "AuthenticAMD 25 17 1, AMD
    EPYC". Where the system does not say, the machine's type: "x86_64".
    """
    if CPUINFO.is_file():
        return from_cpuinfo(CPUINFO.read_text(encoding="utf-8", errors="replace"))
    if platform.system() == "Darwin":
        asked = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        answer = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
        return answer.stdout.strip() or platform.machine()
    return platform.processor() or platform.machine()


def from_cpuinfo(text: str) -> str:
    """The model that the first processor of /proc/cpuinfo states."""
    lines = (line.partition(":") for line in text.split("\n\n", maxsplit=1)[0].splitlines())
    said = {name.strip(): value.strip() for name, _, value in lines}
    *numbers, name = (said.get(field, "") for field in _X86)
    if not said.get("vendor_id"):
        numbers, name = [said.get(field, "") for field in _ARM], said.get("Processor", "")
    parts = (" ".join(filter(None, numbers)), name)
    return ", ".join(filter(None, parts)) or platform.machine()
