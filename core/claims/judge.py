"""From a claim and the store to a verdict, part by part."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log1p
from typing import Any

from core.analyses import Fact, FactRequest, Request, TimesRequest
from core.claims.claim import Claim, Contrast, Exact, Outcome, Part
from core.claims.evidence import Evidence
from core.claims.verdict import LEAST_SEEDS, directional, equivalence, together
from core.comparison.chance import Unlearned
from core.comparison.statistics import Difference, paired_difference
from core.config import Experiment
from core.store import RunStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One part and what came out.

    Attributes:
        part: what was asked.
        outcome: by the rule.
        fact: of an exact part that was computed.
        difference: of a contrast with two pairs or more; of logarithms where it is a ratio.
        chosen: the experiments that stand for the arms.
        runs: trainings that are missing.
        requests: computations that are missing.
        unlearned: arms with runs that have not learned.
    """

    part: Part
    outcome: Outcome
    fact: Fact | None = None
    difference: Difference | None = None
    chosen: tuple[Experiment, ...] = ()
    runs: tuple[Experiment, ...] = ()
    requests: tuple[Request[Any], ...] = ()
    unlearned: tuple[Unlearned, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A claim and what came out.

    Attributes:
        claim: what is said.
        outcome: from the outcomes of its parts.
        parts: what the outcome is made of.
        beside: measured as well.
    """

    claim: Claim
    outcome: Outcome
    parts: tuple[Judged, ...]
    beside: tuple[Judged, ...]

    @property
    def runs(self) -> tuple[Experiment, ...]:
        """Trainings that are missing, each once."""
        found = (run for judged in (*self.parts, *self.beside) for run in judged.runs)
        return tuple({run.key: run for run in found}.values())

    @property
    def requests(self) -> tuple[Request[Any], ...]:
        """Computations that are missing, each once."""
        found = (one for judged in (*self.parts, *self.beside) for one in judged.requests)
        return tuple({(one.key, one.kind, one.settings): one for one in found}.values())


def timed_networks(claims: Iterable[Claim]) -> TimesRequest:
    """Every network that some claim puts on the clock: they take turns in one measurement."""
    found = (
        recipe.candidates[0]
        for claim in claims
        for contrast in claim.contrasts
        if contrast.metric.is_timed
        for recipe in contrast.recipes
    )
    return TimesRequest(tuple({each.key: each for each in found}.values()))


def judge(claims: Iterable[Claim], store: RunStore, timed: TimesRequest) -> list[Judgement]:
    """Apply the rule to what the store has now.

    Args:
        claims: which.
        store: runs and analyses.
        timed: the networks on the clock, as `timed_networks` of all claims gives them.
    """
    evidence = Evidence(store, timed)
    return [_judge(claim, evidence) for claim in claims]


def _judge(claim: Claim, evidence: Evidence) -> Judgement:
    parts = tuple(_part(part, evidence) for part in claim.parts)
    return Judgement(
        claim=claim,
        outcome=together(judged.outcome for judged in parts),
        parts=parts,
        beside=tuple(_part(part, evidence) for part in claim.beside),
    )


def _part(part: Part, evidence: Evidence) -> Judged:
    return _exact(part, evidence) if isinstance(part, Exact) else _measured(part, evidence)


def _exact(part: Exact, evidence: Evidence) -> Judged:
    fact = evidence.fact(part.fact)
    if fact is None:
        return Judged(part=part, outcome=Outcome.UNTESTED, requests=(FactRequest(part.fact),))
    outcome = Outcome.SUPPORTED if fact.holds else Outcome.REFUTED
    return Judged(part=part, outcome=outcome, fact=fact)


def _measured(part: Contrast, evidence: Evidence) -> Judged:
    measured = evidence.measured(part)
    difference = paired_difference(measured.arm, measured.control)
    return Judged(
        part=part,
        outcome=outcome_of(part, difference, missing=bool(measured.runs or measured.requests)),
        difference=difference,
        chosen=measured.chosen,
        runs=measured.runs,
        requests=measured.requests,
        unlearned=measured.unlearned,
    )


def outcome_of(part: Contrast, difference: Difference | None, *, missing: bool) -> Outcome:
    """Apply the rule to a contrast; with fewer pairs than a verdict needs there is none.

    Args:
        part: what is claimed.
        difference: arm minus control, over all pairs that are there.
        missing: whether runs could still be added; otherwise some have diverged.
    """
    if missing:
        return Outcome.UNTESTED
    if difference is None or difference.n < LEAST_SEEDS:
        return Outcome.UNDECIDED
    least = log1p(part.least) if part.metric.is_ratio else part.least
    if part.equivalent:
        return equivalence(difference, least)
    return directional(difference, least, part.sign)
