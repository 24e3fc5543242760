"""How are two things timed fairly on a noisy machine? In turns, by the median."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median

from core import settings


@dataclass(frozen=True, slots=True)
class Line:
    """One result: how many times the reference's time the subject takes.

    Attributes:
        name: what was measured, against what.
        ratio: median over the rounds of subject time over reference time.
        subject: median of the subject: seconds, or what its name says.
        reference: median of the reference, or the budget.
        rounds: how often both were timed, in turns.
    """

    name: str
    ratio: float
    subject: float
    reference: float
    rounds: int

    def as_dict(self) -> dict[str, object]:
        """For the JSON file."""
        return asdict(self)


def in_turns(
    name: str, subject: Callable[[], object], reference: Callable[[], object], rounds: int = 15
) -> Line:
    """Time two functions in turns, after one round that does not count."""
    subject(), reference()
    pairs = [(_seconds(subject), _seconds(reference)) for _ in range(rounds)]
    return Line(
        name=name,
        ratio=median(first / second for first, second in pairs),
        subject=median(first for first, _ in pairs),
        reference=median(second for _, second in pairs),
        rounds=rounds,
    )


def _seconds(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def has_mnist() -> bool:
    """Whether MNIST is there; if not, says that something is left out."""
    found = (settings.load().data / "MNIST" / "raw").is_dir()
    if not found:
        print("left out, as MNIST is not under POOLSCOPE_DATA")
    return found
