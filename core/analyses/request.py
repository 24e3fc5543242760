"""What a computation is: what is asked, how it is computed, how its result is kept.

A new analysis is one module with two classes: a frozen dataclass for the result, and a `Request`
that computes it. Importing the module needs no torch; `compute` imports what it needs, because it
runs in a worker process.
"""

import json
from abc import ABC, abstractmethod
from dataclasses import asdict
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import TypeAdapter

from core.config import Experiment
from core.network.work import Work
from core.run import NO_RUN

Result = TypeVar("Result")

NUMBER_BYTES = 25
"""of a number in JSON, at most"""


class Request(ABC, Generic[Result]):
    """A computation that can be asked for: equal requests have one result in the store.

    Attributes:
        kind: its name in the store.
        result: the dataclass of its result.
        alone: whether nothing else may be computed beside it, because it is timed.
    """

    kind: ClassVar[str]
    result: ClassVar[type]
    alone: ClassVar[bool] = False

    @property
    def run(self) -> Experiment | None:
        """The experiment whose weights it needs, if any."""
        return None

    @property
    def key(self) -> str:
        """Of the run that it belongs to."""
        return self.run.key if self.run else NO_RUN

    @property
    def id(self) -> str:
        """Tells it from all others, as its place in the store does."""
        return f"{self.kind} {self.key} {self.settings}"

    @property
    def settings(self) -> str:
        """How it is computed, as text: with the key and the kind, its place in the store."""
        return "{}"

    @property
    @abstractmethod
    def work(self) -> Work:
        """What it takes: without this nobody could say how long it will be, or refuse it.

        Raises:
            ConfigError: a network of it cannot be built.
        """

    @abstractmethod
    def compute(self, weights: bytes) -> Result:
        """Compute it, in a worker.

        Args:
            weights: of the run, as safetensors bytes; empty if it needs none.
        """

    def write(self, result: Result) -> str:
        """The result as JSON, for the store."""
        return json.dumps(asdict(result))  # type: ignore[call-overload]

    def read(self, text: str) -> Result:
        """The result, from what the store keeps.

        Raises:
            ValueError: it is not a result of this kind.
        """
        result: Result = _adapter(self.result).validate_json(text)
        return result


@cache
def _adapter(result: type) -> TypeAdapter[Any]:
    return TypeAdapter(result)
