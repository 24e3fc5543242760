"""The networks of a decision as a table: what each costs and does, and whether it may be taken."""

from dataclasses import dataclass

from core.comparison.decision import Budget, Decision, Need
from core.figures.base import end_in_percent, in_percent


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One network; empty where nothing was measured."""

    network: str
    test_accuracy_percent: float
    low_percent: float | None
    high_percent: float | None
    seeds: int
    macs: int
    kilobytes: float
    milliseconds: float | None
    agreement_percent: float | None
    budget: str


def decision_rows(decision: Decision, budget: Budget) -> list[DecisionRow]:
    """All trained networks whose runs have learned, the most accurate first."""
    good_enough = {pair.arm for pair in decision.good_enough}
    open_ = {pair.arm for pair in decision.open}
    rows = []
    for one in decision.candidates:
        misses = [str(miss.need) for miss in one.misses(budget)]
        unknown = [str(need) for need in one.unknown(budget)]
        verdict = "meets it"
        if misses:
            verdict = f"too much or too little: {', '.join(misses)}"
        elif unknown:
            verdict = f"not measured: {', '.join(unknown)}"
        elif decision.recommended == one:
            verdict = "recommended"
        elif decision.best == one:
            verdict = "meets it, most accurate"
        elif one.arm in good_enough:
            verdict = "meets it, good enough"
        elif one.arm in open_:
            verdict = "meets it, undecided whether good enough"
        milliseconds = one.known.get(Need.MILLISECONDS)
        rows.append(
            DecisionRow(
                network=one.arm.label,
                test_accuracy_percent=in_percent(one.accuracy.mean),
                low_percent=end_in_percent(one.accuracy.low),
                high_percent=end_in_percent(one.accuracy.high),
                seeds=one.accuracy.n,
                macs=round(one.known[Need.MACS]),
                kilobytes=round(one.known[Need.KILOBYTES], 1),
                milliseconds=None if milliseconds is None else round(milliseconds, 3),
                agreement_percent=end_in_percent(one.known.get(Need.AGREEMENT)),
                budget=verdict,
            )
        )
    return rows
