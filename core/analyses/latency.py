"""How long does a trained network take for an image? The measured latencies, and their request.

The measurement itself is in `core.analyses.timing`. Training steps are timed in
`core.analyses.times`; here nothing is trained, and no gradient is kept.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from core.analyses.request import Request
from core.config import Experiment
from core.network.work import STEP_MACS, Work, passes_work, together

LATENCY_BATCHES = (1, 64)
"""images that are passed at once"""
LATENCY_PASSES = 60
"""measured passes of each network, batch and number of threads, if there is time for them"""
LEAST_PASSES = 20
"""of which so many are measured in any case: the 95th percentile needs them"""
LATENCY_SECONDS = 2.0
"""for each network, batch and number of threads: on a busy machine threads wait for each other"""
DISCARDED_PASSES = 5
"""passes before these, in which a network settles"""
LATENCY_BYTES = 2_000
"""upper bound of the stored size of one network's latencies"""


@dataclass(frozen=True, slots=True)
class Latency:
    """How long one forward pass takes, for some images at once on some threads.

    Attributes:
        batch: number of images at once.
        threads: number of threads.
        passes: number of measured passes.
        median: seconds for the batch.
        high: 95th percentile of the seconds for the batch.
    """

    batch: int
    threads: int
    passes: int
    median: float
    high: float

    @property
    def image(self) -> tuple[float, float]:
        """Median and 95th percentile in seconds for one image: those of the batch, divided."""
        return self.median / self.batch, self.high / self.batch


@dataclass(frozen=True, slots=True)
class Latencies:
    """Latencies of networks that took turns on one machine.

    Attributes:
        machine: processor, in words.
        networks: key of the experiment -> its latencies, by batch, then threads.
    """

    machine: str
    networks: Mapping[str, tuple[Latency, ...]]


@dataclass(frozen=True)
class LatencyRequest(Request[Latencies]):
    """A request to time forward passes of networks that take turns, on images of noise.

    With a batch of 1 and of 64, on one thread and on all that the process may use.

    Attributes:
        experiments: the networks. Weights and seed make no difference to the time.
    """

    experiments: tuple[Experiment, ...]
    kind: ClassVar[str] = "latency"
    result: ClassVar[type] = Latencies
    alone: ClassVar[bool] = True

    @property
    def settings(self) -> str:
        """The keys of the networks, as JSON."""
        return json.dumps({"networks": [experiment.key for experiment in self.experiments]})

    @property
    def work(self) -> Work:
        """The work of all passes; threads that wait for each other count as working."""
        repeats = LATENCY_PASSES + DISCARDED_PASSES
        cores = sum(thread_counts())
        passes = repeats * cores * sum(LATENCY_BATCHES)
        # a pass of one image is mostly calls, which cost no more than an optimiser's step
        calls = repeats * cores * len(LATENCY_BATCHES) * STEP_MACS
        parts = [
            passes_work(each, passes, max(LATENCY_BATCHES), LATENCY_BYTES, maps=1)
            for each in self.experiments
        ]
        passing = together(parts)
        # no setup, because noise needs no data set
        return replace(passing, setup=0.0, macs=passing.macs + len(parts) * calls)

    def compute(self, weights: bytes) -> Latencies:  # noqa: ARG002 (untrained networks take as long)
        """Measure the latencies."""
        from core.analyses.timing import latencies

        return latencies(self.experiments)


def thread_counts() -> tuple[int, ...]:
    """The numbers of threads that are tried: one, and all that this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return tuple(sorted({1, len(usable(0)) if usable else os.cpu_count() or 1}))
