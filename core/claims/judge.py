"""From claims and the store to verdicts, part by part."""

from collections.abc import Iterable

from core.analyses import TimesRequest
from core.claims.claim import Claim, Hypothesis, Part
from core.claims.evidence import Evidence
from core.claims.results import ClaimResult, PartResult
from core.store import RunStore


def timed_networks(claims: Iterable[Claim]) -> TimesRequest:
    """One measurement in which all networks that any claim times take turns."""
    timed = (
        arm.candidates[0]
        for claim in claims
        for hypothesis in claim.hypotheses
        if hypothesis.metric.is_timed
        for arm in hypothesis.arms
    )
    return TimesRequest(tuple({experiment.key: experiment for experiment in timed}.values()))


def judge(claims: Iterable[Claim], store: RunStore, timed: TimesRequest) -> list[ClaimResult]:
    """The results of claims, by the rule, from what the store has now.

    Args:
        claims: the claims to judge.
        store: runs and analyses.
        timed: `timed_networks` of all claims.
    """
    evidence = Evidence(store, timed)
    return [
        ClaimResult(claim, _results(claim.parts, evidence), _results(claim.extras, evidence))
        for claim in claims
    ]


def _results(parts: Iterable[Part], evidence: Evidence) -> tuple[PartResult, ...]:
    return tuple(
        evidence.compared(part) if isinstance(part, Hypothesis) else evidence.computed(part)
        for part in parts
    )
