"""How long do networks take? The measured times, and the request for them.

The measurement itself is in `core.analyses.timing`.
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
"""measurements in one round, of which the median is taken"""
WARM_UP_ROUNDS = 2
"""rounds that are discarded at the start"""
TIMES_BYTES = 50_000
"""upper bound of the stored size of one network's times"""


@dataclass(frozen=True, slots=True)
class LayerTime:
    """Seconds that a layer takes for one batch, one value per round."""

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
        step: seconds of a whole training step, one value per round.
        layers: name of a layer -> its own time.
    """

    step: tuple[float, ...]
    layers: Mapping[str, LayerTime]

    def share(self, names: tuple[str, ...], number: int) -> float:
        """Share of some layers in the time of all layers, in one round."""
        seconds = {
            name: layer.forward[number] + layer.backward[number]
            for name, layer in self.layers.items()
        }
        return sum(seconds[name] for name in names) / sum(seconds.values())


@dataclass(frozen=True, slots=True)
class Times:
    """Times of networks that took turns on one machine.

    Attributes:
        machine: processor and threads, in words.
        batch: number of images in a batch.
        networks: key of the experiment -> its times.
    """

    machine: str
    batch: int
    networks: Mapping[str, StepTime]


@dataclass(frozen=True)
class TimesRequest(Request[Times]):
    """A request to time training steps of networks that take turns, on images of noise.

    Attributes:
        experiments: the networks.
        rounds: number of turns of each network.
    """

    experiments: tuple[Experiment, ...]
    rounds: int = 10
    kind: ClassVar[str] = "times"
    result: ClassVar[type] = Times
    alone: ClassVar[bool] = True

    @property
    def settings(self) -> str:
        """The keys of the networks and the number of rounds, as JSON."""
        keys = [experiment.key for experiment in self.experiments]
        return json.dumps({"networks": keys, "rounds": self.rounds})

    @property
    def work(self) -> Work:
        """The work of training steps, and of every layer by itself, on batches of noise."""
        repeats = (WARM_UP_ROUNDS + self.rounds) * TIMED_REPEATS
        # twice: once for the whole step, once for its layers one by one
        passes = 2 * BACKWARD_FACTOR * TIMED_BATCH * repeats
        parts = [passes_work(each, passes, TIMED_BATCH, TIMES_BYTES) for each in self.experiments]
        passing = together(parts)
        # no setup, because noise needs no data set
        return replace(passing, setup=0.0, macs=passing.macs + len(parts) * repeats * STEP_MACS)

    def compute(self, weights: bytes) -> Times:  # noqa: ARG002 (untrained networks take as long)
        """Measure the times."""
        from core.analyses.timing import times

        return times(self.experiments, self.rounds)
