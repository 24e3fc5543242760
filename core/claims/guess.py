"""What visitors expect of claims before they see the results, and how well they do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log

from core.claims.claim import AGAINST, ClaimVerdict, Unit
from core.claims.results import ClaimResult, ComparedPart, compared

GUESSES = (ClaimVerdict.SUPPORTED, ClaimVerdict.NUANCED, ClaimVerdict.REFUTED)
"""what can be predicted of a claim: "undecided" says something of the seeds, not of pooling"""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a visitor expects of a claim.

    Attributes:
        verdict: one of `GUESSES`.
        effect: of the part that `asked` names, as a difference (of logarithms for ratios); None if
            nothing was measured.
    """

    verdict: ClaimVerdict
    effect: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """How well a visitor's guesses did.

    Attributes:
        guesses: how many claims were predicted.
        decided: how many of these have a verdict that can be right or wrong.
        right: how many of the decided verdicts were predicted.
        sizes: how many effects were guessed.
        directions: how many of these effects have the sign that was guessed.
        inside: how many lie where the guess is within the interval.
    """

    guesses: int = 0
    decided: int = 0
    right: int = 0
    sizes: int = 0
    directions: int = 0
    inside: int = 0


def asked(result: ClaimResult) -> ComparedPart | None:
    """The part whose effect is to be guessed: the first that is measured; None without one."""
    return next((part for part in compared(result.parts) if part.difference), None)


def as_difference(part: ComparedPart, value: float) -> float:
    """A guess in the unit of a part (points, percent, times) as its difference."""
    if part.part.unit is Unit.TIMES:
        return log(value)
    return value / 100 - part.part.against.zero


def right(guess: Guess, result: ClaimResult) -> bool | None:
    """Whether the verdict was predicted; None if there is no verdict that can be predicted.

    A claim that is refuted, alike or too small to matter does not hold; all three count as the
    prediction that it is refuted.
    """
    verdict = ClaimVerdict.REFUTED if result.verdict in AGAINST else result.verdict
    return guess.verdict is verdict if verdict in GUESSES else None


def score(guesses: Mapping[str, Guess], results: Iterable[ClaimResult]) -> Score:
    """How well all guesses did.

    Args:
        guesses: by the claim's id.
        results: of the claims.
    """
    pairs = [(guesses[each.claim.id], each) for each in results if each.claim.id in guesses]
    verdicts = [known for guess, each in pairs if (known := right(guess, each)) is not None]
    sizes = [
        (guess.effect, part.difference)
        for guess, each in pairs
        if guess.effect is not None and (part := asked(each)) and part.difference
    ]
    return Score(
        guesses=len(pairs),
        decided=len(verdicts),
        right=sum(verdicts),
        sizes=len(sizes),
        directions=sum(guess * found.mean > 0 for guess, found in sizes),
        inside=sum(found.low <= guess <= found.high for guess, found in sizes),
    )
