"""What a visitor expected of claims, and how well that did, in words."""

from core.claims import ClaimResult, ComparedPart, Unit
from core.claims.guess import Guess, Score, right
from core.sentences.claims import verdict_word
from core.sentences.effects import UNITS, in_unit
from core.words import capitalised, number_word, plural


def question(part: ComparedPart) -> str:
    """What is asked about the size: "By how many points is max above none (GAP, digits)?"."""
    arm, against, where = part.part.arm.name, part.part.against.name, part.part.where
    match part.part.unit:
        case Unit.POINTS:
            asked = f"How many points is {arm} above (+) or below (−) {against}"
        case Unit.PERCENT:
            asked = f"How many percent with {arm}"
        case Unit.TIMES:
            asked = f"{arm} takes how many times as long as {against}"
    return f"{capitalised(asked)}? {capitalised(str(part.part.metric))}; {where}."


def reaction(guess: Guess, result: ClaimResult, part: ComparedPart | None) -> str:
    """What was predicted and how that did: "You predicted: holds. It depends. …"."""
    said = [f"You predicted “{verdict_word(guess.verdict).lower()}”"]
    was_right = right(guess, result)
    if was_right is None:
        said[0] += ": nobody can tell yet."
    else:
        said[0] += ": correct." if was_right else "."
    if part and part.difference and guess.effect is not None:
        mine, mean = (
            f"{in_unit(part.part, value)} {UNITS[part.part.unit]}"
            for value in (guess.effect, part.difference.mean)
        )
        inside = part.difference.low <= guess.effect <= part.difference.high
        where = "inside the interval" if inside else "outside the interval"
        said.append(f"Your size, {mine}, lies {where}; measured: {mean}.")
    return " ".join(said)


def score_sentence(score: Score, total: int) -> str:
    """How well all guesses did; empty without any."""
    if not score.guesses:
        return ""
    said = f"You have predicted {number_word(score.guesses)} of {number_word(total)} claims"
    parts = []
    if score.decided:
        parts.append(
            f"{score.right} of {score.decided} decided {plural('verdict', score.decided)} right"
        )
    if score.sizes:
        parts.append(
            f"{score.directions} of {score.sizes} {plural('direction', score.sizes)} right, "
            f"{score.inside} inside the interval"
        )
    return f"{said}: {'; '.join(parts)}." if parts else f"{said}."
