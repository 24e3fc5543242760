"""The base class of computations: what is asked for, how it is computed, how the result is stored.

A new analysis is one module with two classes: a frozen dataclass for the result, and a `Request`
that computes it. Importing the module does not import torch; `compute` imports what it needs,
because it runs in a worker process.
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
"""most bytes that a number takes in JSON"""


class Request(ABC, Generic[Result]):
    """A request for a computation; equal requests share one result in the store.

    Attributes:
        kind: name of the computation in the store.
        result: dataclass of its result.
        alone: whether it must run alone, because it measures time.
        needs_torch: whether PyTorch computes it.
    """

    kind: ClassVar[str]
    result: ClassVar[type]
    alone: ClassVar[bool] = False
    needs_torch: ClassVar[bool] = True

    @property
    def run(self) -> Experiment | None:
        """The experiment whose weights it needs; None if it needs none."""
        return None

    @property
    def key(self) -> str:
        """Key of the run that it belongs to; `NO_RUN` if there is none."""
        return self.run.key if self.run else NO_RUN

    @property
    def id(self) -> str:
        """Text that identifies the request; its parts are the key of the result in the store."""
        return f"{self.kind} {self.key} {self.settings}"

    @property
    def settings(self) -> str:
        """How it is computed, as JSON: together with key and kind, the key in the store."""
        return "{}"

    @property
    @abstractmethod
    def work(self) -> Work:
        """The work it takes, from which its time is predicted and by which it may be refused.

        Raises:
            ConfigError: one of its networks cannot be built.
        """

    @abstractmethod
    def compute(self, weights: bytes) -> Result:
        """Compute the result, in a worker process.

        Args:
            weights: weights of the run, as safetensors bytes; empty if it needs none.
        """

    def write(self, result: Result) -> str:
        """Serialise a result as JSON, for the store."""
        return json.dumps(asdict(result))  # type: ignore[call-overload]

    def read(self, text: str) -> Result:
        """Parse a result from the store.

        Raises:
            ValueError: it is not a result of this kind.
        """
        result: Result = _adapter(self.result).validate_json(text)
        return result


@cache
def _adapter(result: type) -> TypeAdapter[Any]:
    return TypeAdapter(result)
