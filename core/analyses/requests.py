"""What workers compute besides trainings, under which names the store keeps it, and the results.

Pure data: the computations are in the other modules of this package, which need torch; whoever
shows a result does not.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, ClassVar, Generic, TypeVar

from core.analyses.consistency import Consistency, ShiftSettings
from core.config import Experiment
from core.store import NO_RUN

Result = TypeVar("Result")

FACTS_VERSION = 1
"""raised when the computations of facts change"""


@dataclass(frozen=True, slots=True)
class Fact:
    """What came out of an exact computation.

    Attributes:
        holds: whether the statement is true.
        sentence: what was found, with its numbers.
        rows: the numbers.
    """

    holds: bool
    sentence: str
    rows: tuple[Mapping[str, Any], ...] = ()


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


@dataclass(frozen=True, slots=True)
class Sight:
    """Where the gradient of the middle cell of a layer comes from, on average over images.

    Attributes:
        images: how many.
        shares: name of the layer -> (H, W) shares of the absolute gradient, which sum to 1.
    """

    images: int
    shares: Mapping[str, tuple[tuple[float, ...], ...]]


class Request(ABC, Generic[Result]):
    """A computation that can be asked for: equal requests have one result in the store."""

    kind: ClassVar[str]

    @property
    @abstractmethod
    def run(self) -> Experiment | None:
        """The experiment whose weights it needs, if any."""

    @property
    def key(self) -> str:
        """Of the run that it belongs to."""
        return self.run.key if self.run else NO_RUN

    @property
    @abstractmethod
    def settings(self) -> str:
        """How it is computed, as text."""

    @abstractmethod
    def parse(self, text: str) -> Result:
        """The result, from what the store keeps."""


@dataclass(frozen=True)
class MapRequest(Request[Consistency]):
    """The map of the shift map of a run."""

    experiment: Experiment
    how: ShiftSettings
    kind: ClassVar[str] = "shift"

    @property
    def run(self) -> Experiment:
        """The trained network."""
        return self.experiment

    @property
    def settings(self) -> str:
        """How the images are moved, and what comes in where that is not black."""
        fill = None if self.how.circular else self.experiment.data.fill
        if fill is None:
            return self.how.text
        return json.dumps({**asdict(self.how), "fill": fill}, sort_keys=True)

    def parse(self, text: str) -> Consistency:
        """The map."""
        return Consistency.from_json(text)


@dataclass(frozen=True)
class SightRequest(Request[Sight]):
    """The effective receptive fields of a run."""

    experiment: Experiment
    kind: ClassVar[str] = "sight"

    @property
    def run(self) -> Experiment:
        """The trained network."""
        return self.experiment

    @property
    def settings(self) -> str:
        """There are none."""
        return "{}"

    def parse(self, text: str) -> Sight:
        """The shares of the pixels."""
        content = json.loads(text)
        shares = {
            name: tuple(tuple(row) for row in rows) for name, rows in content["shares"].items()
        }
        return Sight(content["images"], shares)


@dataclass(frozen=True)
class FactRequest(Request[Fact]):
    """An exact computation by its name."""

    name: str
    kind: ClassVar[str] = "fact"

    @property
    def run(self) -> None:
        """It needs no training."""
        return None

    @property
    def settings(self) -> str:
        """Its name and the version of the computations."""
        return json.dumps({"fact": self.name, "version": FACTS_VERSION})

    def parse(self, text: str) -> Fact:
        """What came out."""
        content = json.loads(text)
        return Fact(content["holds"], content["sentence"], tuple(content["rows"]))


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

    @property
    def run(self) -> None:
        """It needs no training."""
        return None

    @property
    def settings(self) -> str:
        """The networks and the number of rounds."""
        keys = [each.key for each in self.experiments]
        return json.dumps({"networks": keys, "rounds": self.rounds})

    def parse(self, text: str) -> Times:
        """The seconds."""
        content = json.loads(text)
        networks = {
            key: StepTime(
                tuple(found["step"]),
                {
                    name: LayerTime(tuple(each["forward"]), tuple(each["backward"]))
                    for name, each in found["layers"].items()
                },
            )
            for key, found in content["networks"].items()
        }
        return Times(content["machine"], content["batch"], networks)


AnyRequest = MapRequest | SightRequest | FactRequest | TimesRequest


def as_text(result: Fact | Times | Sight | Consistency) -> str:
    """For the store."""
    return json.dumps(asdict(result))
