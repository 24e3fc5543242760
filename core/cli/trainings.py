"""What the commands that train ask for: where it is done, and which runs keep checkpoints."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from core import settings
from core.cli.workers import Recording
from core.comparison import of_lowest_seed
from core.config import Experiment
from core.settings import Device, Settings
from core.store import RunStore

Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", metavar="tcp://HOST:PORT", help="A Dask scheduler to use."),
]
OnDevice = Annotated[
    Device | None,
    typer.Option("--device", help="Device to train on; only the CPU gives reproducible bits."),
]


class Checkpoints(StrEnum):
    """Which runs keep the network in the middle of its training."""

    NONE = "none"
    LOWEST = "lowest"
    """of each network the one with the lowest seed"""
    ALL = "all"


Recorded = Annotated[
    Checkpoints | None,
    typer.Option(
        "--checkpoints",
        help="Runs that keep checkpoints; default lowest, the lowest seed of each network. If "
        "given, runs that are stored without are trained again.",
    ),
]


def recording_of(experiments: Sequence[Experiment], asked: Checkpoints | None) -> Recording:
    """Which of some experiments keep checkpoints."""
    if asked is Checkpoints.NONE:
        return Recording()
    chosen = experiments if asked is Checkpoints.ALL else of_lowest_seed(experiments)
    return Recording(frozenset(each.key for each in chosen), again=asked is not None)


def lacking(recording: Recording, store: RunStore) -> frozenset[str]:
    """Keys of runs that are trained again, if they are stored, because they lack checkpoints."""
    if not recording.again:
        return frozenset()
    return recording.keys - store.checkpoint_steps(recording.keys).keys()


def settings_with(**flags: object) -> Settings:
    """The settings, overridden by the flags that were given; None marks the others."""
    given = {name: value for name, value in flags.items() if value is not None}
    return settings.load().model_copy(update=given)
