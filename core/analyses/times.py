"""How long networks take: what was measured, and the request that measures it.

The clock itself is in `core.analyses.timing`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import median
from typing import ClassVar

from core.analyses.request import Request
from core.config import Experiment
from core.network.work import BACKWARD_FACTOR, STEP_MACS, Work, passes_work, together

TIMED_BATCH = 64
TIMED_REPEATS = 5
"""measurements in one round, of which the median counts"""
WARM_UP_ROUNDS = 2
"""rounds that do not count"""
TIMES_BYTES = 50_000
"""of the times of one network, at most"""


@dataclass(frozen=True, slots=True)
class LayerTime:
    """Seconds for one batch, one value for each round."""

    forward: tuple[float, ...]
    backward: tuple[float, ...]

    @property
    def typical(self) -> tuple[float, float]:
        """Medians over the rounds: forward, backward."""
        return median(self.forward), median(self.backward)


@dataclass(frozen=True, slots=True)
class StepTime:
    """How long a network takes for one batch.

    Attributes:
        step: seconds of a whole training step, one for each round.
        layers: name -> each layer by itself.
    """

    step: tuple[float, ...]
    layers: Mapping[str, LayerTime]

    def share(self, names: tuple[str, ...], number: int) -> float:
        """Which part of the time of all layers goes into some, in one round."""
        seconds = {
            name: each.forward[number] + each.backward[number] for name, each in self.layers.items()
        }
        return sum(seconds[name] for name in names) / sum(seconds.values())


@dataclass(frozen=True, slots=True)
class Times:
    """Networks timed in turns on one machine.

    Attributes:
        machine: processor and threads, in words.
        batch: images in a batch.
        networks: key of the experiment -> its times.
    """

    machine: str
    batch: int
    networks: Mapping[str, StepTime]


@dataclass(frozen=True)
class TimesRequest(Request[Times]):
    """Training steps of networks that take turns, on images of noise.

    Attributes:
        experiments: which networks.
        rounds: how often each has its turn.
    """

    experiments: tuple[Experiment, ...]
    rounds: int = 10
    kind: ClassVar[str] = "times"
    result: ClassVar[type] = Times
    alone: ClassVar[bool] = True

    @property
    def settings(self) -> str:
        """The networks and the number of rounds."""
        keys = [experiment.key for experiment in self.experiments]
        return json.dumps({"networks": keys, "rounds": self.rounds})

    @property
    def work(self) -> Work:
        """Steps, and every layer by itself, of batches of noise."""
        repeats = (WARM_UP_ROUNDS + self.rounds) * TIMED_REPEATS
        # a step and its layers one by one: each forward and backward
        passes = 2 * BACKWARD_FACTOR * TIMED_BATCH * repeats
        parts = [passes_work(each, passes, TIMED_BATCH, TIMES_BYTES) for each in self.experiments]
        # no data set is drawn
        found = replace(together(parts), setup=0.0)
        return replace(found, macs=found.macs + len(parts) * repeats * STEP_MACS)

    def compute(self, weights: bytes) -> Times:  # noqa: ARG002 (new networks take as long)
        """Start the clock."""
        from core.analyses.timing import times

        return times(self.experiments, self.rounds)
