"""From claims and the store to verdicts, part by part."""

from collections.abc import Iterable

from core.analyses import FactRequest, TimesRequest
from core.claims.claim import Claim, Hypothesis, Part
from core.claims.evidence import Evidence, seeded
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


def keys_of(claims: Iterable[Claim], timed: TimesRequest) -> frozenset[str]:
    """The keys of all that can decide claims: of runs, and of what is computed.

    Args:
        claims: the claims.
        timed: `timed_networks` of all claims.
    """
    keys = {timed.key}
    for claim in claims:
        for part in (*claim.parts, *claim.extras):
            if isinstance(part, Hypothesis):
                networks = (network for arm in part.arms for network in arm.candidates)
                keys |= {run.key for network in networks for run in seeded(network)}
            else:
                keys.add(FactRequest(part.fact).key)
    return frozenset(keys)


def judge(claims: Iterable[Claim], store: RunStore, timed: TimesRequest) -> list[ClaimResult]:
    """The results of claims, by the rule, from what the store has now.

    Args:
        claims: the claims to judge.
        store: runs and analyses.
        timed: `timed_networks` of all claims.
    """
    judged = tuple(claims)
    evidence = Evidence(store, keys_of(judged, timed), timed)
    return [
        ClaimResult(claim, _results(claim.parts, evidence), _results(claim.extras, evidence))
        for claim in judged
    ]


def _results(parts: Iterable[Part], evidence: Evidence) -> tuple[PartResult, ...]:
    return tuple(
        evidence.compared(part) if isinstance(part, Hypothesis) else evidence.computed(part)
        for part in parts
    )
