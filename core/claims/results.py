"""The results of a claim's parts, and the verdicts that follow from them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.analyses import Fact, FactRequest, Request
from core.claims.claim import Claim, ClaimVerdict, ExactStatement, Hypothesis, of_type
from core.claims.verdict import together, verdict_on
from core.comparison.chance import Unlearned
from core.comparison.statistics import Difference
from core.config import Experiment


# eq=False makes it hashable by identity, so that its charts can be cached
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ComparedPart:
    """A hypothesis and its measurements.

    Attributes:
        part: the hypothesis.
        chosen: one experiment per arm, as chosen on the validation images.
        difference: arm minus its reference, of logarithms if the metric is a ratio; None with
            fewer than two pairs.
        runs: missing trainings.
        requests: missing computations.
        unlearned: arms with runs that have not learned.
    """

    part: Hypothesis
    chosen: tuple[Experiment, ...]
    difference: Difference | None = None
    runs: tuple[Experiment, ...] = ()
    requests: tuple[Request[Any], ...] = ()
    unlearned: tuple[Unlearned, ...] = ()

    @property
    def verdict(self) -> ClaimVerdict:
        """The verdict by the rule; UNDECIDED also if too many runs have diverged."""
        if self.runs or self.requests:
            return ClaimVerdict.UNTESTED
        return verdict_on(self.part, self.difference)


@dataclass(frozen=True, slots=True)
class ComputedPart:
    """An exact statement and its computation.

    Attributes:
        part: the statement.
        fact: the result of the computation; None if it is missing.
    """

    part: ExactStatement
    fact: Fact | None

    @property
    def verdict(self) -> ClaimVerdict:
        """Whether the statement is true."""
        if self.fact is None:
            return ClaimVerdict.UNTESTED
        return ClaimVerdict.SUPPORTED if self.fact.holds else ClaimVerdict.REFUTED

    @property
    def runs(self) -> tuple[Experiment, ...]:
        """Always empty: a computation needs no training."""
        return ()

    @property
    def requests(self) -> tuple[Request[Any], ...]:
        """Missing computations."""
        return () if self.fact else (FactRequest(self.part.fact),)


PartResult = ComparedPart | ComputedPart


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """A claim and its results.

    Attributes:
        claim: the claim.
        parts: the results that decide the verdict.
        extras: further results, not part of the verdict.
    """

    claim: Claim
    parts: tuple[PartResult, ...]
    extras: tuple[PartResult, ...] = ()

    @property
    def verdict(self) -> ClaimVerdict:
        """The verdict that follows from those on the parts."""
        return together(result.verdict for result in self.parts)

    @property
    def runs(self) -> tuple[Experiment, ...]:
        """Missing trainings, each once."""
        missing = (run for result in (*self.parts, *self.extras) for run in result.runs)
        return tuple({run.key: run for run in missing}.values())

    @property
    def requests(self) -> tuple[Request[Any], ...]:
        """Missing computations, each once."""
        missing = (r for result in (*self.parts, *self.extras) for r in result.requests)
        return tuple({(r.key, r.kind, r.settings): r for r in missing}.values())


def compared(results: Iterable[PartResult]) -> tuple[ComparedPart, ...]:
    """The results of hypotheses."""
    return of_type(ComparedPart, results)


def computed(results: Iterable[PartResult]) -> tuple[ComputedPart, ...]:
    """The results of exact statements."""
    return of_type(ComputedPart, results)
