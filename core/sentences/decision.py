"""What is recommended for a budget, on what evidence, and what is missing, in sentences."""

from collections.abc import Mapping, Sequence

from core.comparison import Arm
from core.comparison.decision import AT_LEAST, MOST_LOSS, Budget, Candidate, Decision, Miss, Need
from core.comparison.statistics import LEAST_PAIRS
from core.sentences.headlines import Sentence
from core.sentences.intervals import accuracy
from core.words import (
    capitalised,
    count,
    macs,
    number_word,
    percent,
    plural,
    points,
    significant,
    size_in_points,
)

LOSS = f"{100 * MOST_LOSS:.0f} {plural('point', round(100 * MOST_LOSS))}"
WRITTEN_NEEDS: Mapping[Need, str] = {
    Need.MACS: "{} MACs",
    Need.KILOBYTES: "{} kB of weights",
    Need.MILLISECONDS: "{} ms for one image",
    Need.ACCURACY: "{} % of the test images right",
    Need.AGREEMENT: "{} % of the predictions unchanged by a shift of one pixel",
}
NAMED_NEEDS: Mapping[Need, str] = {
    Need.MACS: "MACs",
    Need.KILOBYTES: "size of the weights",
    Need.MILLISECONDS: "time for one image",
    Need.ACCURACY: "accuracy",
    Need.AGREEMENT: "agreement under shift",
}


def recommendation(decision: Decision, budget: Budget) -> Sentence:
    """Which network to take, or that none meets the budget and which is nearest."""
    if decision.recommended:
        return ("Take ", *_called(decision.recommended.arm), f". {_how_many(decision, budget)}.")
    if decision.nearest:
        nearest, misses = decision.nearest
        short = "; ".join(_missed(miss) for miss in misses)
        return (
            "No network meets this budget. The nearest is ",
            *_called(nearest.arm),
            f": {short}.",
        )
    if decision.unknown:
        number = len(decision.unknown)
        what = f"{number_word(number)} {plural('network', number)} may meet this budget"
        missing = _unmeasured(decision.unknown, budget)
        return (f"{what[:1].upper()}{what[1:]}: {missing} has not been measured.",)
    return ("No network of this comparison is trained, so none can be recommended.",)


def evidence(chosen: Candidate, seeds: int) -> str:
    """What is known of a network: accuracy with its interval, and costs.

    Args:
        chosen: the network.
        seeds: number of seeds of the comparison.
    """
    n = chosen.accuracy.n
    over = f"{n} {plural('seed', n)}" if n == seeds else f"{n} of {seeds} seeds"
    kinds = (Need.MACS, Need.KILOBYTES, Need.MILLISECONDS, Need.AGREEMENT)
    known = [_amount(need, chosen.known[need]) for need in kinds if need in chosen.known]
    return " · ".join(
        [f"{accuracy(chosen.accuracy)} of the test images right, over {over}", *known]
    )


def reason(decision: Decision) -> Sentence:
    """By which rule the network was taken; empty where there was no choice."""
    chosen, best, pair = decision.recommended, decision.best, decision.difference
    if chosen is None or best is None or len(decision.meeting) == 1:
        return ()
    if min(one.accuracy.n for one in decision.meeting) < LEAST_PAIRS:
        return ("The most accurate. With one seed, networks cannot be told apart.",)
    if pair:
        ends = f"[{points(-pair.difference.high)}, {points(-pair.difference.low)}]"
        more = f"scores {size_in_points(pair.difference.mean)} points more {ends}"
        shown = f"Of the networks that are shown to lose less than {LOSS} against it"
        least = f"{shown}, this one needs the fewest MACs."
        return (*_called(best.arm), f" {more}. {least}{_open(decision)}")
    if others := len(decision.good_enough):
        one = others == 1
        shown = f"{number_word(others)} {plural('other', others)} {'is' if one else 'are'} shown"
        fewer = "it needs no fewer MACs" if one else "none needs fewer MACs"
        said = f"{capitalised(shown)} to lose less than {LOSS}, but {fewer}."
        return (f"The most accurate. {said}{_open(decision)}",)
    return (f"The most accurate. No other is shown to lose less than {LOSS}.{_open(decision)}",)


def _open(decision: Decision) -> str:
    """What more seeds may change, as a sentence after a blank; empty if nothing."""
    number = decision.open_and_cheaper
    if not number:
        return ""
    verb = "needs" if number == 1 else "need"
    return (
        f" {capitalised(number_word(number))} {plural('other', number)} that {verb} fewer MACs may "
        "be good enough too: these runs are too few to tell. More seeds may."
    )


def left_out(decision: Decision, budget: Budget) -> list[Sentence]:
    """Which networks are not considered, and why: not trained, not learned, not measured."""
    said: list[Sentence] = []
    if untrained := len(decision.untrained):
        are = "is" if untrained == 1 else "are"
        said.append((f"{count(untrained)} {plural('network', untrained)} {are} not trained.",))
    if decision.unlearned:
        names: Sentence = ()
        for place, arm in enumerate(decision.unlearned):
            names += (", ",) if place else ()
            names += _called(arm)
        said.append(("Left out, because some of their runs have not learned: ", *names, "."))
    if decision.unknown and (decision.recommended or decision.nearest):
        number = len(decision.unknown)
        missing = _unmeasured(decision.unknown, budget)
        said.append(
            (f"{count(number)} more may meet the budget: their {missing} has not been measured.",)
        )
    return said


def _how_many(decision: Decision, budget: Budget) -> str:
    there, meeting = len(decision.candidates), len(decision.meeting)
    if not budget.limits:
        return f"No budget is set, so all {count(there)} trained networks are considered"
    if there == 1:
        return "The only trained network meets this budget"
    meet = "meets" if meeting == 1 else "meet"
    return f"{count(meeting)} of {count(there)} networks {meet} this budget"


def _unmeasured(networks: Sequence[Candidate], budget: Budget) -> str:
    needs = dict.fromkeys(need for one in networks for need in one.unknown(budget))
    return " and ".join(NAMED_NEEDS[need] for need in needs)


def _missed(miss: Miss) -> str:
    """By how much a value misses a limit."""
    said = _amount(miss.need, miss.value)
    if miss.need in AT_LEAST:
        return f"{said}, {size_in_points(miss.limit - miss.value)} points too few"
    times = f"{miss.factor:.2f}" if miss.factor < 2 else f"{miss.factor:.1f}"  # noqa: PLR2004
    return f"{said}, {times} times what is allowed"


def _amount(need: Need, value: float) -> str:
    match need:
        case Need.MACS:
            text = macs(round(value))
        case Need.ACCURACY | Need.AGREEMENT:
            text = percent(value)
        case _:
            text = significant(value, 3)
    return WRITTEN_NEEDS[need].format(text)


def _called(arm: Arm) -> Sentence:
    """A network in a sentence: "max + GAP"."""
    return (arm.pooling, f" + {arm.head_label}")
